/** Zeek's http.log: a row per request with its answer. Lengths of bodies and what is in them we do not keep. */
import { type HttpRequest, type HttpResponse, maskTarget } from '../../../../src/decode/http/wire.ts';
import { rowMap, type Seen } from '../../types.ts';

interface Row {
  readonly seen: Seen;
  readonly request: HttpRequest | undefined;
  readonly response: HttpResponse | undefined;
  /** The last interim answer (1xx), and 101, which ends the connection's HTTP. */
  readonly info: HttpResponse | undefined;
}
/** Zeek unescapes %2B and the like. */
const unescaped = (target: string): string =>
  target.replace(/%([0-7][0-9a-f])/gi, (_, h: string) => String.fromCharCode(Number.parseInt(h, 16)));
/** Values of a query are never kept: they are compared as we mask them. */
const sameTarget = (ours: string, theirs: string): boolean =>
  ours === maskTarget(theirs).slice(0, ours.length) || unescaped(ours) === maskTarget(theirs);

export const zeekHttp = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'http',
  log: 'http',
  rows: (capture) =>
    capture.transactions<HttpRequest | HttpResponse>('http').flatMap((t): Row[] => {
      const seen = (t.request ?? t.response)!;
      const request = t.request?.message.type === 'HTTP request' ? t.request.message : undefined;
      const response = t.response?.message.type === 'HTTP response' ? t.response.message : undefined;
      if (request === undefined && response === undefined) return [];
      return [{ seen, request, response, info: response && response.status < 200 ? response : undefined }];
    }),
  columns: {
    trans_depth: (r) => (r.request === undefined ? undefined : r.request.sequence + 1),
    method: (r) => r.request?.method,
    // The port is not said.
    host: (r) => r.request?.host.replace(/:\d+$/, ''),
    uri: { value: (r) => r.request?.target, same: sameTarget },
    version: (r) => r.response?.version.replace('HTTP/', ''),
    user_agent: (r) => r.request?.userAgent,
    status_code: (r) => r.response?.status,
    status_msg: (r) => r.response?.reason,
    info_code: (r) => r.info?.status,
    info_msg: (r) => r.info?.reason,
    username: (r) => (r.request?.auth?.scheme === 'basic' ? r.request.auth.user : undefined),
  },
});
