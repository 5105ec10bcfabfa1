/**
 * What SMB says: who logs in to which host, which shares and files are opened, read, written and deleted, which pipes
 * (remote administration) are used, and what the hosts tell about themselves.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { At, Command, ObservationSink, Verb } from '../../core/observation.ts';
import { ntlmUser } from '../shared/ntlm.ts';
import { authenticateFacts, challengeFacts } from '../shared/windows-facts.ts';
import type { OpenFile, SmbState } from './index.ts';
import { dialectName, isRefusal, MORE_PROCESSING, SMB2_COMMAND, smb1Command, statusName } from './names.ts';
import { RELATED, type SmbMessage } from './wire.ts';

/** Files, trees and sessions remembered per connection; the oldest leaves. */
export const MAX_OPEN = 1024;
const remember = <V>(map: Map<string, V>, key: string, value: V): void => {
  if (map.size >= MAX_OPEN && !map.has(key)) {
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }
  map.set(key, value);
};

const DIRECTORY = 0x1;
const DELETE_ON_CLOSE = 0x1000;

export const commandName = (m: SmbMessage): string =>
  m.version === 1 ? smb1Command(m.command) : (SMB2_COMMAND[m.command] ?? `command ${m.command}`);

/** SMB1 command codes that mean the same as one of SMB2. */
const AS_SMB2: Readonly<Record<number, number>> = {
  114: 0,
  115: 1,
  116: 2,
  117: 3,
  113: 4,
  162: 5,
  45: 5,
  4: 6,
  46: 8,
  47: 9,
};
const meaning = (m: SmbMessage): number => (m.version === 1 ? (AS_SMB2[m.command] ?? -1) : m.command);

const serverFacts = (at: At, sink: ObservationSink, os: string | undefined, domain: string | undefined): void => {
  if (os)
    sink.identity(at, { endpoint: at.server, attribute: 'os', value: os, confidence: 0.7, via: 'SMB session setup' });
  if (domain)
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'domain',
      value: domain,
      confidence: 0.8,
      via: 'SMB session setup',
    });
};

const observeLogin = (
  transaction: Transaction<SmbMessage>,
  request: SmbMessage | undefined,
  response: SmbMessage | undefined,
  sink: ObservationSink,
  state: SmbState,
): void => {
  const { at } = transaction;
  if (response?.ntlm?.step === 'challenge') challengeFacts(at, sink, at.server, response.ntlm);
  if (response?.version === 1) serverFacts(at, sink, response.texts[0], response.texts[2]);
  if (request?.version === 1 && request.texts[0])
    sink.identity(at, {
      endpoint: at.client,
      attribute: 'os',
      value: request.texts[0],
      confidence: 0.6,
      via: 'SMB session setup',
    });
  const ntlm = request?.ntlm;
  if (ntlm?.step === 'negotiate' || response?.status === MORE_PROCESSING) return;
  let user: string | undefined;
  let detail = 'SMB';
  if (ntlm?.step === 'authenticate') {
    authenticateFacts(at, sink, at.client, ntlm);
    user = ntlmUser(ntlm);
    detail = ntlm.anonymous ? 'SMB null session' : ntlm.versionOne ? 'SMB NTLMv1' : 'SMB NTLM';
  } else if (request?.kerberos) detail = 'SMB Kerberos';
  else if (request?.version === 1 && request.texts.length === 4) {
    const [, , account, domain] = request.texts;
    user = account ? (domain ? `${domain}\\${account}` : account) : undefined;
    detail = account ? 'SMB1 challenge response' : 'SMB null session';
  } else return;
  const refused = response !== undefined && isRefusal(response.status);
  if (response && !refused) {
    if (response.sessionFlags & 1) detail += ', as guest';
    if (user !== undefined) remember(state.users, response.sessionId, user);
  }
  sink.session(at, {
    phase: 'authenticate',
    outcome: outcomeOf(transaction, refused),
    ...(user === undefined ? {} : { user }),
    detail: refused ? `${detail}: ${statusName(response.status)}` : detail,
  });
};

/** Create says by its disposition whether something new may come to be ([MS-SMB2] 2.2.13). */
const createVerb = (m: SmbMessage, pipe: boolean): Verb | undefined => {
  if (pipe) return 'invoke';
  if (m.options & DELETE_ON_CLOSE) return 'delete';
  // 0 supersede, 2 create, 4 overwrite, 5 overwrite or create
  return m.disposition === 0 || m.disposition === 2 || m.disposition === 4 || m.disposition === 5 ? 'write' : undefined;
};

export const observeSmb = (transaction: Transaction<SmbMessage>, sink: ObservationSink, state: SmbState): void => {
  const { at } = transaction;
  const request = transaction.request;
  const response = transaction.response;
  const known = request ?? response;
  if (!known) return;
  if (known.version === 0) {
    const [called, calling] = known.texts;
    if (called && !called.startsWith('*'))
      sink.name(at, { endpoint: at.server, kind: 'netbios', name: called, via: 'NetBIOS session request' });
    if (calling) sink.name(at, { endpoint: at.client, kind: 'netbios', name: calling, via: 'NetBIOS session request' });
    return;
  }
  const status = response?.status ?? 0;
  const refused = response !== undefined && isRefusal(status);
  const user = state.users.get(known.sessionId);
  const say = (verb: Verb, object: string, detail?: Partial<Command>): void =>
    sink.command(at, {
      verb,
      operation: `SMB ${commandName(known)}`,
      target: at.server,
      object,
      outcome: outcomeOf(transaction, refused),
      reason: refused ? statusName(status) : undefined,
      user,
      ...detail,
    });
  const fileOf = (id: string): OpenFile | undefined => state.files.get(id === RELATED ? state.lastFile : id);
  switch (meaning(known)) {
    case 0:
      if (!response) return;
      sink.session(at, {
        phase: 'open',
        outcome: outcomeOf(transaction, refused),
        detail:
          known.version === 1
            ? `SMB 1 ${request?.texts[response.dialect] ?? ''}`.trim()
            : `${dialectName(response.dialect)}, signing ${response.security & 2 ? 'required' : 'not required'}`,
        native: {
          dialect: known.version === 1 ? request?.texts[response.dialect] : dialectName(response.dialect),
          signingRequired: (response.security & 2) !== 0,
          capabilities: response.capabilities,
          serverGuid: response.guid,
        },
      });
      // SMB1 was withdrawn for good reasons; a server that still chooses it should be known.
      if (known.version === 1 && !refused) sink.weird(at, { code: 'smb.version-1', detail: 'SMB 1 negotiated' });
      return;
    case 1:
      observeLogin(transaction, request, response, sink, state);
      return;
    case 2:
      sink.session(at, { phase: 'close', outcome: outcomeOf(transaction, refused), ...(user ? { user } : {}) });
      return;
    case 3: {
      if (!request || request.name === '') return;
      if (response && !refused) remember(state.trees, `${response.treeId}`, request.name);
      sink.session(at, {
        phase: 'open',
        outcome: outcomeOf(transaction, refused),
        ...(user === undefined ? {} : { user }),
        detail: `share ${request.name}${refused ? `: ${statusName(status)}` : ''}`,
      });
      return;
    }
    case 5: {
      if (!request) return;
      const share = state.trees.get(`${request.treeId}`) ?? '';
      const name =
        request.name === '' ? share : `${share}${share === '' ? '' : '\\'}${request.name.replace(/^\\+/, '')}`;
      const pipe = /\\IPC\$$/i.test(share);
      if (response && !refused && response.fileId !== '') {
        state.lastFile = response.fileId;
        remember(state.files, response.fileId, { name, pipe, read: false, written: false });
      }
      const verb = createVerb(request, pipe);
      if (verb && name !== '' && !(verb === 'write' && request.options & DIRECTORY && request.disposition !== 2))
        say(verb, name);
      // A refused opening is what searching for files without rights looks like.
      else if (refused && statusName(status) === 'ACCESS_DENIED' && name !== '') say('read', name);
      return;
    }
    case 6:
      if (request) state.files.delete(request.fileId === RELATED ? state.lastFile : request.fileId);
      return;
    case 8:
    case 9: {
      const file = request && fileOf(request.fileId);
      // The first read and the first write of an opened file say it; the volume is in the flow's counters.
      if (!file || file.pipe) return;
      const writes = meaning(known) === 9;
      if (writes ? file.written : file.read) return;
      if (writes) file.written = true;
      else file.read = true;
      say(writes ? 'write' : 'read', file.name);
      return;
    }
    case 17: {
      const file = request && fileOf(request.fileId);
      if (!request || !file) return;
      if (request.deletes) say('delete', file.name);
      else if (request.code === 10) say('write', file.name, { operation: 'SMB rename', value: request.name });
      return;
    }
    default:
      if (known.version !== 1 || !request || request.name === '') return;
      if (request.command === 1 || request.command === 6) say('delete', request.name);
      else if (request.command === 0 || request.command === 7) say('write', request.name);
  }
};
