/**
 * CODESYS gateways and runtimes: V3 in TCP block frames (11740 and up) and datagrams (UDP 1740 to 1743), V2 on TCP 1200 and
 * 2455. Not public; what is read follows published research (Kaspersky ICS CERT, "Security research: CODESYS Runtime, a
 * PLC control framework", 2019; Digital Bond, CoDeSys V2 tools, 2012), the service header that CODESYS documents
 * (PlcServiceHeader) and the services of the runtime system's interfaces (`services.ts`); other services stay numbers.
 *
 *   V3 block frame   magic 0xE8170100 (4), length with these eight octets (4), datagram
 *   V3 datagram      0xC5, hops, packet info, service (1), message id, lengths of addresses, addresses, payload
 *   V3 service       0xCD55 (2), size of the rest of its header (2), component (2, bit 7 in answers), service (2), session (4), size (4)
 *   V2               0xBB 0xBB, length (4), service (1)
 */
import {
  type Decoded,
  type Decoder,
  type Message,
  outcomeOf,
  type PduContext,
  type Probe,
  type Transaction,
} from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { i32le, paddedAscii, u16le, u32be, u32le, utf16le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import {
  APPLICATION,
  DEVICE,
  FILE_TRANSFER,
  IDENTITY,
  LOGIN,
  readTags,
  resultOf,
  SHELL,
  serviceOf,
  TAG,
  type Tag,
  textOf,
} from './services.ts';

export interface CodesysMessage extends Message {
  readonly version: 2 | 3;
  readonly response: boolean;
  /** V3: service of the datagram layer (3 name query, 4 name answer, 0x40 channel); V2: service. */
  readonly service: number;
  /** V3: component << 16 | its service; -1 where no service header is in the frame (parts of longer messages). */
  readonly function: number;
  readonly session: number;
  /** Octets of the service behind its header; -1 without. */
  readonly serviceLength: number;
  /** What the service carries, as far as it is in this frame. */
  readonly tags: readonly Tag[];
  /** Texts of name answers (node, device, vendor) and of V2 identities (system, its version, product). */
  readonly texts: readonly string[];
}

const MAGIC = 0xe8170100 | 0;
const MAX_LENGTH = 65_536;
const DATAGRAM = 0xc5;
const NAME_ANSWER = 4;
const SERVICE_TAG = 0xcd55;
const TCP_HEADER = 8;
const V2_HEADER = 6;

const COMPONENTS: Readonly<Record<number, string>> = {
  1: 'CmpDevice',
  2: 'CmpApp',
  4: 'CmpVisuServer',
  5: 'CmpLog',
  6: 'CmpSettings',
  7: 'SysEthernet',
  8: 'CmpFileTransfer',
  9: 'CmpIecVarAccess',
  11: 'CmpIoMgr',
  12: 'CmpUserMgr',
  15: 'CmpTraceMgr',
  17: 'PlcShell',
  18: 'CmpAppBP',
  19: 'CmpAppForce',
  24: 'CmpAlarmManager',
  27: 'CmpMonitor',
  29: 'CmpCodeMeter',
  31: 'CmpCoreDump',
  34: 'CmpOpenSSL',
};

/** Length of a V2 frame behind its header, in the order of the target's processor; -1 when neither fits. */
const v2Length = (b: Uint8Array, o: number): number => {
  const little = u32le(b, o + 2);
  const big = u32be(b, o + 2);
  const length = Math.min(little, big);
  return length > 0 && length <= MAX_LENGTH ? length : -1;
};

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  const n = end - start;
  if (context.carrier === 'udp') {
    if (n < 10 || b[start] !== DATAGRAM) return 'no';
    return tagAt(b, start, end) >= 0 ? 'sure' : 'maybe';
  }
  if (n < 2) return n === 1 && b[start] !== 0 && b[start] !== 0xbb ? 'no' : 'more';
  if (b[start] === 0xbb && b[start + 1] === 0xbb)
    return n < V2_HEADER ? 'more' : v2Length(b, start) > 0 ? 'sure' : 'no';
  if (b[start] !== 0 || b[start + 1] !== 1) return 'no';
  if (n < TCP_HEADER) return 'more';
  const length = u32le(b, start + 4);
  return i32le(b, start) === MAGIC && length >= TCP_HEADER && length <= MAX_LENGTH ? 'sure' : 'no';
};

/** Where the service header stands: behind headers of varying length, with its tag and a size of 16 that tell it. */
const tagAt = (b: Uint8Array, start: number, end: number): number => {
  const last = Math.min(end - 16, start + 96);
  for (let i = start + 6; i <= last; i++) if (b[i] === 0x55 && b[i + 1] === 0xcd && u16le(b, i + 2) === 0x10) return i;
  return -1;
};

const NO_TEXTS: readonly string[] = [];
const NO_TAGS: readonly Tag[] = [];
/** Tag and size of the service header in front of what its size counts. */
const SERVICE_PREFIX = 4;
const SERVICE_HEADER = 20;
const datagram = (b: Uint8Array, start: number, end: number): CodesysMessage => {
  const service = end - start > 3 ? b[start + 3]! : -1;
  const tag = tagAt(b, start, end);
  const component = tag < 0 ? -1 : u16le(b, tag + 4);
  const response = tag < 0 ? service === NAME_ANSWER : (component & 0x80) !== 0;
  const code = tag < 0 ? -1 : ((component & 0xff7f) << 16) | u16le(b, tag + 6);
  const header = tag < 0 ? 0 : tag + SERVICE_PREFIX + 8;
  const serviceLength = tag >= 0 && header + 4 <= end ? u32le(b, header) : -1;
  const body = tag + SERVICE_HEADER;
  const stop = serviceLength >= 0 && serviceLength < end - body ? body + serviceLength : end;
  return {
    type: response ? 'CODESYS V3 response' : 'CODESYS V3 frame',
    version: 3,
    response,
    service,
    function: code,
    session: tag < 0 ? -1 : u32le(b, tag + 8),
    serviceLength,
    tags: serviceLength > 0 && body < stop ? readTags(b, body, stop, code === DEVICE * 65_536 + LOGIN) : NO_TAGS,
    texts: service === NAME_ANSWER ? wideTexts(b, start + 6, end) : NO_TEXTS,
  };
};

/** Runs of at least three printable UTF-16 characters: node, device and vendor, each ended by a NUL. */
const wideTexts = (b: Uint8Array, start: number, end: number): readonly string[] => {
  const out: string[] = [];
  for (let i = start; i + 6 <= end && out.length < 3; i++) {
    let stop = i;
    while (stop + 1 < end && b[stop + 1] === 0 && b[stop]! >= 0x20 && b[stop]! < 0x7f && stop - i < 256) stop += 2;
    if (stop - i < 6) continue;
    out.push(utf16le(b, i, stop));
    i = stop;
  }
  return out;
};

const V2_INFO = 1;
/** System, its version and the product stand in fields of 32 octets. */
const V2_TEXTS = [64, 96, 128] as const;
const v2 = (b: Uint8Array, start: number, end: number, toServer: boolean): CodesysMessage => {
  const service = end > start + V2_HEADER ? b[start + V2_HEADER]! : -1;
  const named = !toServer && end - start >= 160;
  return {
    type: toServer ? 'CODESYS V2 request' : 'CODESYS V2 response',
    version: 2,
    response: !toServer,
    service,
    function: -1,
    session: -1,
    serviceLength: -1,
    tags: NO_TAGS,
    texts: named ? V2_TEXTS.map((o) => paddedAscii(b, start + o, start + o + 32)) : NO_TEXTS,
  };
};

const decode = (b: Uint8Array, start: number, end: number, context: PduContext): Decoded<CodesysMessage> => {
  const n = end - start;
  if (context.carrier === 'udp') {
    if (n < 6 || b[start] !== DATAGRAM) return { kind: 'foreign' };
    return { kind: 'message', message: datagram(b, start, end), consumed: n };
  }
  if (n < TCP_HEADER) return { kind: 'incomplete', missing: TCP_HEADER - n };
  if (b[start] === 0xbb && b[start + 1] === 0xbb) {
    const length = v2Length(b, start);
    if (length < 0) return { kind: 'foreign' };
    const total = V2_HEADER + length;
    if (n < total) return { kind: 'incomplete', missing: total - n };
    return { kind: 'message', message: v2(b, start, start + total, context.toServer), consumed: total };
  }
  const length = u32le(b, start + 4);
  if (i32le(b, start) !== MAGIC || length < TCP_HEADER || length > MAX_LENGTH) return { kind: 'foreign' };
  if (n < length) return { kind: 'incomplete', missing: length - n };
  return { kind: 'message', message: datagram(b, start + TCP_HEADER, start + length), consumed: length };
};

const observe = (t: Transaction<CodesysMessage>, sink: ObservationSink): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  const answer = t.response;
  const target = t.at.server;
  if (answer !== undefined && answer.texts.length > 0) {
    const via = answer.version === 3 ? 'CODESYS name service' : 'CODESYS V2 identity';
    const attributes =
      answer.version === 3 ? (['hostname', 'model', 'vendor'] as const) : (['os', 'firmware', 'model'] as const);
    answer.texts.forEach((value, i) => {
      const attribute = attributes[i];
      if (attribute !== undefined && value.length >= 3)
        sink.identity(t.at, { endpoint: target, attribute, value, confidence: 0.7, via });
    });
  }
  if (subject.function < 0 && !(subject.version === 2 && subject.service === V2_INFO)) return;
  if (subject.version === 2) {
    const outcome = outcomeOf(t, false);
    sink.command(t.at, { verb: 'discover', operation: 'CODESYS V2 Info', target, outcome, native: subject });
    return;
  }
  service(t, subject, answer, sink);
};

/** What a service is about: an application, a file, a command of the shell. */
const objectOf = (component: number, tags: readonly Tag[]): string => {
  if (component === APPLICATION) return textOf(tags, TAG.NAME);
  if (component === FILE_TRANSFER) return textOf(tags, TAG.FILE_NAME);
  if (component === SHELL) return `${textOf(tags, TAG.NAME)} ${textOf(tags, TAG.ARGUMENTS)}`.trim();
  return '';
};

const FACTS = [
  [TAG.DEVICE_NAME, 'model'],
  [TAG.VENDOR_NAME, 'vendor'],
  [TAG.NODE_NAME, 'hostname'],
  [TAG.SERIAL, 'serial'],
] as const;

const service = (
  t: Transaction<CodesysMessage>,
  subject: CodesysMessage,
  answer: CodesysMessage | undefined,
  sink: ObservationSink,
): void => {
  const target = t.at.server;
  const component = subject.function >> 16;
  const number = subject.function & 0xffff;
  const known = serviceOf(component, number);
  const owner = COMPONENTS[component] ?? `component 0x${component.toString(16)}`;
  const isLogin = component === DEVICE && number === LOGIN;
  const result = answer === undefined ? -1 : resultOf(answer.tags, isLogin);
  const outcome = outcomeOf(t, result > 0);
  const user = isLogin ? textOf(subject.tags, TAG.USER) : '';
  const why = result > 0 ? { reason: `result ${result}` } : {};
  if (isLogin && user !== '') sink.session(t.at, { phase: 'authenticate', outcome, user });
  const object = objectOf(component, subject.tags) || (known === undefined ? `${owner} service ${number}` : owner);
  sink.command(t.at, {
    verb: known?.[1] ?? 'invoke',
    operation: known?.[0] ?? COMPONENTS[component] ?? 'CODESYS service',
    target,
    outcome,
    native: subject,
    object,
    ...(user === '' ? {} : { user }),
    ...why,
  });
  if (component === DEVICE && number === IDENTITY && answer !== undefined)
    for (const [tag, attribute] of FACTS) {
      const value = textOf(answer.tags, tag).trim();
      if (value !== '')
        sink.identity(t.at, { endpoint: target, attribute, value, confidence: 0.9, via: 'CODESYS target identity' });
    }
};

/** A V3 service in a datagram, in a block frame when `tcp`. */
export const encodeV3 = (
  component: number,
  serviceNumber: number,
  tcp: boolean,
  body: ArrayLike<number> = [],
): Uint8Array => {
  const w = new OctetWriter().u8(DATAGRAM, 0x6b, 0x40, 0x40, 0, 0x11, 0, 1, 0, 2, 1, 0x81).zeros(8);
  w.u16le(SERVICE_TAG).u16le(16).u16le(component).u16le(serviceNumber).u32le(1).u32le(body.length).u32le(0).bytes(body);
  const datagram_ = w.done();
  if (!tcp) return datagram_;
  return new OctetWriter()
    .u32le(MAGIC >>> 0)
    .u32le(TCP_HEADER + datagram_.length)
    .bytes(datagram_)
    .done();
};

export const codesys: Decoder<CodesysMessage, undefined> = {
  name: 'codesys',
  title: 'CODESYS',
  family: 'ot',
  attach: [
    { over: 'tcp', ports: [1200, 2455, 11740, 11741, 11742, 11743] },
    { over: 'udp', ports: [1740, 1741, 1742, 1743] },
  ],
  probe,
  open: () => undefined,
  decode,
  pairing: {
    scope: 'flow',
    role: (m) => {
      if (m.version === 3 && m.function < 0) return 'single';
      return m.response ? 'response' : 'request';
    },
    key: (m) => (m.version === 2 ? -1 : m.function),
  },
  observe,
};
