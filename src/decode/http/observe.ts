/**
 * What HTTP says: who read, changed or deleted which resource, who logged in and how, which software the two ends
 * name themselves.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { ntlmUser } from '../shared/ntlm.ts';
import { authenticateFacts, challengeFacts } from '../shared/windows-facts.ts';
import type { HttpState } from './index.ts';
import type { HttpMessage, HttpRequest, HttpResponse } from './wire.ts';

const VERB = tableOf<Verb>({
  GET: 'read',
  HEAD: 'read',
  POST: 'invoke',
  PUT: 'write',
  PATCH: 'write',
  MKCOL: 'write',
  COPY: 'write',
  MOVE: 'write',
  PROPPATCH: 'write',
  DELETE: 'delete',
  OPTIONS: 'discover',
  PROPFIND: 'discover',
  SUBSCRIBE: 'subscribe',
});

/** Operating systems that user agents name, most telling first. A user agent is a claim: low confidence. */
const AGENT_OS: readonly (readonly [RegExp, string])[] = [
  [/Windows CE/, 'Windows CE'],
  [/Windows NT 10\.0/, 'Windows 10 or 11'],
  [/Windows NT 6\.3/, 'Windows 8.1'],
  [/Windows NT 6\.2/, 'Windows 8'],
  [/Windows NT 6\.1/, 'Windows 7 or Server 2008 R2'],
  [/Windows NT 6\.0/, 'Windows Vista or Server 2008'],
  [/Windows NT 5\.2/, 'Windows Server 2003'],
  [/Windows NT 5\.1/, 'Windows XP'],
  [/Windows NT 5\.0/, 'Windows 2000'],
  [/iPhone OS|CPU OS/, 'iOS'],
  [/Android/, 'Android'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

const observeAuth = (
  transaction: Transaction<HttpMessage>,
  request: HttpRequest | undefined,
  response: HttpResponse | undefined,
  sink: ObservationSink,
): void => {
  const { at } = transaction;
  if (response?.auth?.ntlm?.step === 'challenge') challengeFacts(at, sink, at.server, response.auth.ntlm);
  const auth = request?.auth;
  if (!auth) return;
  const step = auth.ntlm?.step;
  if (step === 'negotiate') return;
  if (auth.ntlm?.step === 'authenticate') authenticateFacts(at, sink, at.client, auth.ntlm);
  const user = auth.ntlm?.step === 'authenticate' ? ntlmUser(auth.ntlm) : auth.user;
  const refused = response !== undefined && (response.status === 401 || response.status === 407);
  sink.session(at, {
    phase: 'authenticate',
    outcome: outcomeOf(transaction, refused),
    ...(user ? { user } : {}),
    ...(auth.credential !== '' ? { clearCredential: true } : {}),
    detail: `HTTP ${auth.scheme}`,
  });
};

export const observeHttp = (transaction: Transaction<HttpMessage>, sink: ObservationSink, state: HttpState): void => {
  const { at } = transaction;
  const request = transaction.request?.type === 'HTTP request' ? transaction.request : undefined;
  const response = transaction.response?.type === 'HTTP response' ? transaction.response : undefined;
  // 100 and 103 only announce the real answer.
  if (response && response.status < 200 && response.status !== 101) return;
  if (response && response.server !== '' && response.server !== state.server) {
    state.server = response.server;
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'software',
      value: response.server,
      confidence: 0.7,
      via: 'HTTP Server header',
    });
  }
  if (request && request.userAgent !== '' && request.userAgent !== state.userAgent) {
    state.userAgent = request.userAgent;
    const { userAgent: value } = request;
    const via = 'HTTP User-Agent header';
    sink.identity(at, { endpoint: at.client, attribute: 'software', value, confidence: 0.5, via });
    const os = AGENT_OS.find(([pattern]) => pattern.test(value));
    if (os) sink.identity(at, { endpoint: at.client, attribute: 'os', value: os[1], confidence: 0.4, via });
  }
  observeAuth(transaction, request, response, sink);
  if (!request) return;
  if (request.odd !== undefined) sink.weird(at, request.odd);
  if (request.method === 'CONNECT' || response?.status === 101) {
    sink.session(at, {
      phase: 'open',
      outcome: outcomeOf(transaction, response !== undefined && response.status >= 400),
      detail: request.method === 'CONNECT' ? `HTTP tunnel to ${request.target}` : `upgrade to ${response?.upgrade}`,
    });
    return;
  }
  const verb = VERB[request.method];
  if (!verb) return;
  const refused = response !== undefined && response.status >= 400;
  sink.command(at, {
    verb,
    operation: `HTTP ${request.method}`,
    target: at.server,
    object: request.target,
    outcome: outcomeOf(transaction, refused),
    reason: refused ? `${response.status} ${response.reason}`.trim() : undefined,
    ...(request.auth?.user ? { user: request.auth.user } : {}),
  });
};
