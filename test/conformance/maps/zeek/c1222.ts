/** ICSNPP's C12.22 logs: one row per message, per authentication and per service. */
import { type C1222Service, SERVICE } from '../../../../src/decode/c1222/services.ts';
import type { C1222Message } from '../../../../src/decode/c1222/wire.ts';
import { type Cell, rowMap, type Seen, type SeenCapture } from '../../types.ts';
import { octetText } from './octet-text.ts';

type M = Seen<C1222Message>;
interface Row {
  readonly seen: M;
  readonly s: C1222Service;
}

// biome-ignore format: a table
const ELEMENTS: Record<number, string> = {
  161: 'Application Context', 162: 'Called AP Title', 164: 'Called AP Invocation ID', 166: 'Calling AP Title', 167: 'Calling Application Entity Qualifier',
  168: 'Calling AP Invocation ID', 172: 'Calling Authentication Value', 139: 'Mechanism Name', 190: 'User Information',
};
// biome-ignore format: a table
const ERRORS = ['OK', 'ERR', 'SNS', 'ISC', 'ONP', 'IAR', 'BSY', 'DNR', 'DLK', 'RNO', 'ISSS', 'SME', 'UAT', 'NETT', 'NETR', 'RQTL', 'RSTL', 'SGNP', 'SGERR'];
// biome-ignore format: a table
const REQUESTS: Record<number, string> = {
  32: 'Ident', 48: 'Full Read', 62: 'Partial Read Default', 63: 'Partial Read Offset', 64: 'Full Write', 79: 'Partial Write Offset', 80: 'Logon', 81: 'Security', 82: 'Logoff',
  33: 'Terminate', 34: 'Disconnect', 112: 'Wait', 39: 'Register', 36: 'Deregister', 37: 'Resolve', 38: 'Trace',
};
const codeName = (code: number): string => {
  if (code < 32) return ERRORS[code] === undefined ? 'Unknown Code' : `RESP:${ERRORS[code]}`;
  if (code > 48 && code < 58) return `REQ:Partial Read ${code & 15}`;
  if (code > 64 && code < 74) return `REQ:Partial Write ${code & 15}`;
  return REQUESTS[code] === undefined ? 'Unknown Code' : `REQ:${REQUESTS[code]}`;
};
const bits = (n: number, names: readonly string[]): string[] => names.filter((_, i) => (n & (1 << i)) !== 0);
const title = (v: unknown): Cell => (typeof v === 'string' ? v : undefined);
const bytes = (v: unknown): Cell => (v instanceof Uint8Array ? octetText(v) : undefined);
const int = (v: unknown): Cell => (typeof v === 'number' ? v : undefined);

const services = (capture: SeenCapture, keep: (s: C1222Service) => boolean): Row[] =>
  capture.of<C1222Message>('c1222').flatMap((seen) => seen.message.services.filter(keep).map((s) => ({ seen, s })));
/** The request that a service is or answers. */
const about = (s: C1222Service): number => (s.code < SERVICE.IDENT ? s.answers : s.code);
const fine = (s: C1222Service): boolean => s.code === SERVICE.OK || s.code >= SERVICE.IDENT;
const reqResp = (r: Row): string => (r.s.code < SERVICE.IDENT ? 'Resp' : 'Req');

export const zeekC1222 = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222',
  rows: (capture) => capture.of<C1222Message>('c1222'),
  columns: {
    elements: { value: (s) => s.message.elements.map((e) => ELEMENTS[e] ?? 'Unknown Element'), list: true },
    is_encrypted_epsem: (s) => ((s.message.control >> 2) & 3) === 2,
    services: { value: (s) => s.message.services.map((x) => codeName(x.code)), list: true },
    aso_context: (s) => s.message.context,
    called_ap_title: (s) => s.message.calledTitle,
    calling_ap_title: (s) => s.message.callingTitle,
    calling_ae_qualifier: {
      value: (s) =>
        s.message.callingQualifier < 0
          ? undefined
          : [
              ...bits(s.message.callingQualifier & 7, ['TEST', 'URGENT', 'NOTIFICATION']),
              `RESERVED int:${s.message.callingQualifier >> 3}`,
            ],
      list: true,
    },
    mechanism_name: (s) => s.message.mechanism,
    calling_auth_value: (s) => {
      const kind = s.message.authentication?.kind;
      return kind === undefined
        ? undefined
        : kind === 'octets'
          ? 'OCTET'
          : kind === 'unknown'
            ? 'Unknown'
            : kind.toUpperCase();
    },
    called_ap_invocation_id: (s) => octetText(s.message.calledInvocation),
    calling_ap_invocation_id: (s) => octetText(s.message.callingInvocation),
  },
});

const authOctets = (s: M, kind: string, step: number): string | undefined => {
  const a = s.message.authentication!;
  return a.kind === kind && a.step === step ? octetText(a.octets) : undefined;
};

export const zeekC1222Authentication = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_authentication_value',
  rows: (capture) => capture.of<C1222Message>('c1222').filter((s) => s.message.authentication !== undefined),
  columns: {
    authentication_mechanism: (s) =>
      ({ c1222: 'C12.22', c1221: 'C12.21', octets: 'OCTET_ALINGED', unknown: 'UNKNOWN' })[
        s.message.authentication!.kind
      ],
    indirect_reference: (s) => s.message.authentication!.indirectReference,
    octet_aligned: (s) => authOctets(s, 'octets', -1),
    c1221_ident: (s) => authOctets(s, 'c1221', 0x80),
    c1221_req: (s) => authOctets(s, 'c1221', 0x81),
    c1221_resp: (s) => authOctets(s, 'c1221', 0x82),
    c1222_key_id: (s) => (s.message.authentication!.keyId < 0 ? undefined : s.message.authentication!.keyId),
    c1222_iv: (s) =>
      s.message.authentication!.kind === 'c1222' && s.message.authentication!.iv !== ''
        ? Number.parseInt(s.message.authentication!.iv, 16)
        : undefined,
  },
});

const named = (what: string, name: string | undefined): string[] => (name === undefined ? [] : [`${what}_${name}`]);
const RESPONSE_CONTROL = ['ALWAYS_RESPOND', 'RESPOND_ON_EXCEPTION', 'NEVER_RESPOND'];
const SECURITY_MODE = ['CLEARTEXT', 'CLEARTEXT_WITH_AUTHENTICATION', 'CIPHERTEXT_WITH_AUTHENTICATION'];
export const zeekC1222User = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_user_information',
  rows: (capture) => capture.of<C1222Message>('c1222').filter((s) => s.message.control >= 0),
  columns: {
    indirect_reference_encoding: (s) => (s.message.encoding < 0 ? undefined : s.message.encoding),
    mac: (s) => (s.message.mac.length === 0 ? undefined : `0x${Buffer.from(s.message.mac).toString('hex')}`),
    epsem_control: {
      value: (s) => [
        ...named('RESPONSE_CONTROL', RESPONSE_CONTROL[s.message.control & 3]),
        ...named('SECURITY_MODE', SECURITY_MODE[(s.message.control >> 2) & 3]),
        ...bits((s.message.control >> 4) & 7, ['ED_CLASS_INCLUDED', 'PROXY_SERVICE_USED', 'RECOVERY_SESSION']),
      ],
      list: true,
    },
    ed_class: (s) => octetText(s.message.deviceClass),
    encrypted_epsem: (s) => octetText(s.message.encrypted),
    services: { value: (s) => s.message.services.map((x) => codeName(x.code)), list: true },
  },
});

const STANDARDS = ['ANSI C12.18', 'RESERVED', 'ANSI C12.21', 'ANSI C12.22'];
export const zeekC1222Identification = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_identification_service',
  rows: (capture) => services(capture, (s) => about(s) === SERVICE.IDENT && fine(s)),
  columns: {
    req_resp: reqResp,
    standard: (r) =>
      typeof r.s.fields.standard === 'number' ? (STANDARDS[r.s.fields.standard] ?? 'RESERVED') : undefined,
    version: (r) => int(r.s.fields.version),
    revision: (r) => int(r.s.fields.revision),
    security_mechanism: (r) => title(r.s.fields.securityMechanism),
    nbr_session_supported: (r) => (r.s.fields.sessions === undefined ? undefined : Number(r.s.fields.sessions) > 0),
    sessionless_supported: (r) => (r.s.fields.sessionless === undefined ? undefined : r.s.fields.sessionless === true),
    device_class: (r) => title(r.s.fields.deviceClass),
    device_identity_format: (r) => int(r.s.fields.identityFormat),
    device_identity: (r) => bytes(r.s.fields.identity),
  },
});

export const zeekC1222Logon = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_logon_security_service',
  rows: (capture) => services(capture, (s) => (about(s) === SERVICE.LOGON || about(s) === SERVICE.SECURITY) && fine(s)),
  columns: {
    req_resp: reqResp,
    service_type: (r) => (about(r.s) === SERVICE.LOGON ? 'Logon' : 'Security'),
    user_id: (r) => int(r.s.fields.userId),
    user: (r) => (typeof r.s.fields.user === 'string' ? octetText(Buffer.from(r.s.fields.user, 'latin1')) : undefined),
    session_idle_timeout: (r) => int(r.s.fields.sessionIdleTimeout),
  },
});

const readWriteType = (s: C1222Service): string => {
  if (s.code === SERVICE.OK) return 'readresp-ok';
  if (s.code === SERVICE.FULL_READ) return 'full-read';
  if (s.code === SERVICE.DEFAULT_READ) return 'pread-default';
  if (s.code === SERVICE.OFFSET_READ) return 'pread-offset';
  if (s.code === SERVICE.FULL_WRITE) return 'full-write';
  if (s.code === SERVICE.OFFSET_WRITE) return 'pwrite-offset';
  return s.code < SERVICE.FULL_WRITE ? 'pread' : 'pwrite';
};
const some = (n: number): Cell => (n < 0 ? undefined : n);
export const zeekC1222ReadWrite = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_read_write_service',
  // Of accepted writes the plug-in writes nothing.
  rows: (capture) =>
    services(
      capture,
      (s) =>
        fine(s) && about(s) >= 0x30 && about(s) <= 0x4f && !(s.code === SERVICE.OK && s.answers >= SERVICE.FULL_WRITE),
    ),
  columns: {
    req_resp: reqResp,
    service_type: (r) => readWriteType(r.s),
    table_id: (r) => some(r.s.table),
    offset: (r) => some(r.s.offset),
    index: (r) => r.s.indices.join('.'),
    element_count: (r) => some(r.s.elementCount),
    count_m: { value: (r) => r.s.tables.map((t) => t.count), list: true },
    data: { value: (r) => r.s.tables.map((t) => octetText(t.data)), list: true },
    chksum: { value: (r) => r.s.tables.map((t) => t.checksum), list: true },
    octet_count: (r) => some(r.s.octetCount),
  },
});

// biome-ignore format: a table
const NODE_TYPES = ['RELAY', 'MASTER_RELAY', 'HOST', 'NOTIFICATION_HOST', 'AUTHENTICATION_HOST', 'END_DEVICE', 'RESERVED', 'MY_DOMAIN_PATTERN_FLAG'];
// biome-ignore format: a table
const CONNECTION_TYPES = ['BROADCAST_AND_MULTICAST', 'MESSAGE_ACCEPT_WINDOW', 'PLAYBACK_REJECTION', 'RESERVED', 'CONNECTIONLESS_MODE', 'ACCEPT_CONNECTIONLESS', 'CONNECTION_MODE', 'ACCEPT_CONNECTIONS'];
// biome-ignore format: a table
const REGISTRATION_INFO = ['DIRECT_MESSAGING_AVAILABLE', 'MESSAGE_ACCEPTANCE_WINDOW_MODE', 'PLAYBACK_REJECTION_MODE', 'RESERVED', 'CONNECTIONLESS_MODE', 'ACCEPT_CONNECTIONLESS', 'CONNECTION_MODE', 'ACCEPT_CONNECTIONS'];
const flags = (v: unknown, names: readonly string[]): Cell => (typeof v === 'number' ? bits(v, names) : undefined);
export const zeekC1222Register = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_dereg_reg_service',
  rows: (capture) =>
    services(capture, (s) => (about(s) === SERVICE.REGISTER || about(s) === SERVICE.DEREGISTER) && fine(s)),
  columns: {
    req_resp: reqResp,
    service_type: (r) =>
      `${about(r.s) === SERVICE.REGISTER ? 'register' : 'deregister'}_${r.s.code === SERVICE.OK ? 'resp_ok' : 'req'}`,
    node_type: { value: (r) => flags(r.s.fields.nodeType, NODE_TYPES), list: true },
    connection_type: { value: (r) => flags(r.s.fields.connectionType, CONNECTION_TYPES), list: true },
    device_class: (r) => title(r.s.fields.deviceClass),
    ap_title: (r) => title(r.s.fields.apTitle),
    electronic_serial_number: (r) => title(r.s.fields.electronicSerialNumber),
    native_address: (r) => bytes(r.s.fields.nativeAddress),
    notification_pattern: (r) => bytes(r.s.fields.notificationPattern),
    reg_period: (r) => int(r.s.fields.registrationPeriod),
    reg_delay: (r) => int(r.s.fields.registrationDelay),
    reg_info: { value: (r) => flags(r.s.fields.registrationInfo, REGISTRATION_INFO), list: true },
  },
});

export const zeekC1222Resolve = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_resolve_service',
  rows: (capture) => services(capture, (s) => about(s) === SERVICE.RESOLVE && fine(s)),
  columns: {
    req_resp: reqResp,
    ap_title: (r) => title(r.s.fields.apTitle),
    local_address: (r) => bytes(r.s.fields.localAddress),
  },
});
export const zeekC1222Trace = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_trace_service',
  rows: (capture) => services(capture, (s) => about(s) === SERVICE.TRACE && s.code !== SERVICE.SGERR),
  columns: {
    req_resp: reqResp,
    ap_titles: { value: (r) => (r.s.fields.apTitles as readonly string[] | undefined) ?? [], list: true },
  },
});
export const zeekC1222Wait = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_wait_service',
  rows: (capture) => services(capture, (s) => about(s) === SERVICE.WAIT && fine(s)),
  columns: { req_resp: reqResp, time_s: (r) => int(r.s.fields.seconds) },
});
/** A row for each message: of several errors in one the last is written, with the sizes of all. */
const errors = (capture: SeenCapture): Row[] =>
  capture.of<C1222Message>('c1222').flatMap((seen) => {
    const bad = seen.message.services.filter((s) => s.code > 0 && s.code < SERVICE.IDENT);
    return bad.length === 0 ? [] : [{ seen, s: bad.at(-1)! }];
  });
const sized = (r: Row, code: number): Cell =>
  int(r.seen.message.services.findLast((s) => s.code === code)?.fields.maximumSize);
export const zeekC1222Error = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'c1222',
  log: 'c1222_service_error',
  rows: errors,
  columns: {
    service: (r) => (r.s.answers < 0 ? undefined : codeName(r.s.answers)),
    error_code: (r) => codeName(r.s.code),
    rqtl_max_request_size: (r) => sized(r, SERVICE.RQTL),
    rstl_max_response_size: (r) => sized(r, SERVICE.RSTL),
    sigerr_resp: (r) =>
      bytes(r.seen.message.services.findLast((s) => s.code === SERVICE.SGERR)?.fields.segmentationError),
  },
});
