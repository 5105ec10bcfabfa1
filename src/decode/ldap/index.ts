/** LDAP version 3 (RFC 4511) over TCP, and connectionless LDAP over UDP (MS-ADTS 3.1.1.3.2): binds, searches, changes. */
import { type Decoded, type Decoder, outcomeOf, type Probe, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { ntlmUser } from '../shared/ntlm.ts';
import { authenticateFacts, challengeFacts } from '../shared/windows-facts.ts';
import { ldapCodes } from './codes.ts';
import { decodeLdap, isLdap, type LdapMessage, resultName } from './wire.ts';

export interface LdapState {
  /** A SASL bind succeeded or StartTLS was accepted: what follows may be wrapped. */
  wrapped: '' | 'sasl' | 'tls';
  user: string | undefined;
}

const START_TLS = '1.3.6.1.4.1.1466.20037';

const decode = (b: Uint8Array, start: number, end: number, state: LdapState): Decoded<LdapMessage> => {
  const consumed = end - start;
  if (state.wrapped === 'tls') return { kind: 'carries', child: 'tls', bytes: b, start, end, consumed };
  // Signed or sealed messages have a length of four octets before them (RFC 4422 section 3.7).
  if (state.wrapped === 'sasl' && b[start] !== 0x30) return { kind: 'skip', consumed };
  const message = decodeLdap(b, start, end);
  if (typeof message === 'number') return { kind: 'incomplete', missing: message };
  if (typeof message === 'string') return { kind: 'malformed', code: 'ldap.malformed', detail: message, consumed: 0 };
  if (message.type === 'extendedResp' && message.resultCode === 0 && message.object === START_TLS)
    state.wrapped = 'tls';
  else if (message.type === 'bindResponse' && message.resultCode === 0 && message.credentials) state.wrapped = 'sasl';
  return { kind: 'message', message, consumed: message.octets };
};

const VERB = tableOf<Verb>({
  searchRequest: 'read',
  compareRequest: 'read',
  modifyRequest: 'write',
  modDNRequest: 'write',
  addRequest: 'write',
  delRequest: 'delete',
  extendedReq: 'invoke',
});
const OPERATION = tableOf<string>({
  searchRequest: 'LDAP search',
  compareRequest: 'LDAP compare',
  modifyRequest: 'LDAP modify',
  modDNRequest: 'LDAP modify DN',
  addRequest: 'LDAP add',
  delRequest: 'LDAP delete',
  extendedReq: 'LDAP extended operation',
});

const bound = (t: Transaction<LdapMessage>, m: LdapMessage, sink: ObservationSink, state: LdapState): void => {
  const { at, response } = t;
  if (response?.ntlm?.step === 'challenge') challengeFacts(at, sink, at.server, response.ntlm);
  // saslBindInProgress (14): another bind goes on.
  if (response?.resultCode === 14) return;
  if (m.ntlm?.step === 'authenticate') authenticateFacts(at, sink, at.client, m.ntlm);
  const user = m.ntlm?.step === 'authenticate' ? ntlmUser(m.ntlm) : m.object;
  const refused = response !== undefined && response.resultCode !== 0;
  if (!refused && user) state.user = user;
  const clear = m.password !== '';
  sink.session(at, {
    phase: 'authenticate',
    outcome: outcomeOf(t, refused),
    ...(user ? { user } : {}),
    ...(clear ? { clearCredential: true } : {}),
    detail: `LDAP ${m.mechanism}${m.mechanism === 'simple' && m.password === '' ? ' (anonymous)' : ''}${refused ? `: ${resultName(response.resultCode)}` : ''}`,
  });
};

const observe = (t: Transaction<LdapMessage>, sink: ObservationSink, state: LdapState): void => {
  const { at, request: m, response } = t;
  if (m === undefined) return;
  if (m.type === 'bindRequest') {
    bound(t, m, sink, state);
    return;
  }
  if (m.type === 'unbindRequest') {
    sink.session(at, {
      phase: 'close',
      outcome: 'unconfirmed',
      ...(state.user ? { user: state.user } : {}),
      detail: 'LDAP',
    });
    return;
  }
  const verb = VERB[m.type];
  if (verb === undefined) return;
  const refused =
    response !== undefined && response.resultCode !== 0 && response.resultCode !== 5 && response.resultCode !== 6;
  sink.command(at, {
    verb,
    operation: OPERATION[m.type]!,
    target: at.server,
    object: m.object === '' ? 'root DSE' : m.object,
    outcome: outcomeOf(t, refused),
    reason: refused ? resultName(response.resultCode) : undefined,
    user: state.user,
  });
};

const probe = (b: Uint8Array, start: number, end: number): Probe => (isLdap(b, start, end) ? 'sure' : 'no');

export const ldap: Decoder<LdapMessage, LdapState> = {
  name: 'ldap',
  title: 'LDAP',
  family: 'it',
  codes: ldapCodes,
  attach: [
    { over: 'tcp', ports: [389, 3268] },
    { over: 'udp', ports: [389] },
  ],
  probe,
  open: () => ({ wrapped: '', user: undefined }),
  decode: (b, start, end, _context, state) => decode(b, start, end, state),
  pairing: {
    scope: 'flow',
    role: (m) => m.role,
    key: (m) => m.messageId,
    timeoutUs: 30_000_000,
  },
  observe,
};
