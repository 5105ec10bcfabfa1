/**
 * Foundation Fieldbus HSE messages over UDP and TCP: header, trailer, system management identities, Fieldbus Message
 * Specification services. Sources: FF-588 (HSE Field Device Access Agent, message header and trailer), FF-589 (system
 * management), IEC 61158-5-5/-6-5; ports as registered with IANA.
 */
import type { Decoded, Message } from '../../core/decoder.ts';
import { ascii, hex, u8, u16be, u32be } from '../../lib/bytes.ts';

export const HEADER = 12;
/** Longest message taken for one; what is longer is not this protocol. */
export const MAX_LENGTH = 65_535;
/** Octets of a value that are kept. */
const MAX_VALUE = 32;

export const PROTOCOL = { SESSION: 1, MANAGEMENT: 2, MESSAGES: 3, REDUNDANCY: 4 } as const;
const REQUEST = 0;
const RESPONSE = 1;
export const ERROR = 2;

/** Option bits: what the trailer holds, in this order; the low three bits are the padding before it. */
const OPTION = { MESSAGE_NUMBER: 0x80, INVOKE_ID: 0x40, TIME_STAMP: 0x20, EXTENDED: 0x08 } as const;

const CONFIRMED = 0x80;
/** protocol * 256 + service octet (with the confirmed flag) -> its name. */
const SERVICES: Readonly<Record<number, string>> = {
  385: 'FDA Open Session',
  387: 'FDA Idle',
  643: 'SM Identify',
  652: 'SM Clear Address',
  654: 'SM Set Assignment Info',
  655: 'SM Clear Assignment Info',
  513: 'SM Find Tag Query',
  514: 'SM Find Tag Reply',
  528: 'SM Device Annunciation',
  896: 'FMS Status',
  897: 'FMS Identify',
  898: 'FMS Read',
  899: 'FMS Write',
  900: 'FMS Get OD',
  903: 'FMS Define Variable List',
  904: 'FMS Delete Variable List',
  905: 'FMS Initiate Download Sequence',
  906: 'FMS Download Segment',
  907: 'FMS Terminate Download Sequence',
  908: 'FMS Initiate Upload Sequence',
  909: 'FMS Upload Segment',
  910: 'FMS Terminate Upload Sequence',
  911: 'FMS Request Domain Download',
  912: 'FMS Request Domain Upload',
  913: 'FMS Create Program Invocation',
  914: 'FMS Delete Program Invocation',
  915: 'FMS Start',
  916: 'FMS Stop',
  917: 'FMS Resume',
  918: 'FMS Reset',
  919: 'FMS Kill',
  920: 'FMS Alter Event Condition Monitoring',
  921: 'FMS Acknowledge Event Notification',
  924: 'FMS Initiate Put OD',
  925: 'FMS Put OD',
  926: 'FMS Terminate Put OD',
  927: 'FMS Generic Initiate Download Sequence',
  928: 'FMS Generic Download Segment',
  929: 'FMS Generic Terminate Download Sequence',
  978: 'FMS Read with Subindex',
  979: 'FMS Write with Subindex',
  992: 'FMS Initiate',
  768: 'FMS Information Report',
  769: 'FMS Unsolicited Status',
  770: 'FMS Event Notification',
  784: 'FMS Information Report with Subindex',
  785: 'FMS Information Report On Change',
  786: 'FMS Information Report On Change with Subindex',
  880: 'FMS Abort',
  1153: 'LAN Redundancy Get Information',
  1154: 'LAN Redundancy Put Information',
  1155: 'LAN Redundancy Get Statistics',
  1025: 'Diagnostic Message',
};
/** Services whose body begins with an index, and with a subindex behind it. */
const INDEXED = new Set([0x382, 0x383, 0x300, 0x311, 0x384]);
const SUBINDEXED = new Set([0x3d2, 0x3d3, 0x310, 0x312]);
const VALUED = new Set([0x383, 0x3d3, 0x300, 0x310, 0x311, 0x312]);
const READS = new Set([0x382, 0x3d2]);

/** FF-588 error classes. */
const CLASSES: Readonly<Record<number, string>> = {
  1: 'vfd state',
  2: 'application reference',
  3: 'definition',
  4: 'resource',
  5: 'service',
  6: 'access',
  7: 'object dictionary',
  8: 'other',
  9: 'reject',
  10: 'h1 sm reason code',
};

export interface FfMessage extends Message {
  /** protocol * 256 + service octet. */
  readonly service: number;
  readonly messageType: number;
  readonly fdaAddress: number;
  /** -1 where the trailer has none. */
  readonly invokeId: number;
  readonly messageNumber: number;
  /** Index of the object in the dictionary, subindex in a record; -1 where there is none. */
  readonly index: number;
  readonly subindex: number;
  /** Octets of the value written, read or reported, as hexadecimal; '' where there is none. */
  readonly value: string;
  readonly errorText: string;
  /** SM Identify response and SM Device Annunciation. */
  readonly deviceId: string;
  readonly pdTag: string;
  readonly operationalIp: string;
  /** FMS Identify response. */
  readonly vendor: string;
  readonly model: string;
  readonly revision: string;
}

/** Is there a header at `o`? Needs HEADER octets. */
export const isHeader = (b: Uint8Array, o: number): boolean => {
  const length = u32be(b, o + 8);
  const kind = u8(b, o + 2);
  return (
    b[o] === 1 &&
    (kind & 3) <= ERROR &&
    SERVICES[(kind >> 2) * 256 + u8(b, o + 3)] !== undefined &&
    length >= HEADER &&
    length <= MAX_LENGTH
  );
};

const names = { [REQUEST]: ' request', [RESPONSE]: ' response', [ERROR]: ' error' } as const;
/** Constant strings, made once. */
const TYPES = new Map<number, string>();
for (const [code, name] of Object.entries(SERVICES))
  for (const type of [REQUEST, RESPONSE, ERROR] as const)
    TYPES.set(Number(code) * 4 + type, (Number(code) & CONFIRMED) === 0 ? name : name + names[type]);

export const serviceName = (service: number): string => SERVICES[service] ?? 'service not known';
const text = (b: Uint8Array, start: number, end: number): string => ascii(b, start, end).replace(/[\0 ]+$/, '');

/** FDA over IP: the IPv4 address stands in the last four of sixteen octets. */
const addressOf = (b: Uint8Array, o: number): string => {
  for (let i = 0; i < 12; i++) if (b[o + i] !== 0) return '';
  return `${b[o + 12]}.${b[o + 13]}.${b[o + 14]}.${b[o + 15]}`;
};

/** One message at `start`. `datagram`: what is not there will not come. */
export const decodeFf = (b: Uint8Array, start: number, end: number): Decoded<FfMessage> => {
  const here = end - start;
  if (here < HEADER) return { kind: 'incomplete', missing: HEADER - here };
  if (!isHeader(b, start)) return { kind: 'foreign' };
  const length = u32be(b, start + 8);
  if (here < length) return { kind: 'incomplete', missing: length - here };
  const options = u8(b, start + 1);
  const kind = u8(b, start + 2);
  const messageType = kind & 3;
  const service = (kind >> 2) * 256 + u8(b, start + 3);
  let stop = start + length;
  const take = (octets: number): number => {
    stop -= octets;
    return stop;
  };
  // The trailer is read from its end.
  const size =
    ((options & OPTION.MESSAGE_NUMBER) !== 0 ? 4 : 0) +
    ((options & OPTION.INVOKE_ID) !== 0 ? 4 : 0) +
    ((options & OPTION.TIME_STAMP) !== 0 ? 8 : 0) +
    ((options & OPTION.EXTENDED) !== 0 ? 4 : 0);
  if (HEADER + size > length)
    return {
      kind: 'malformed',
      code: 'ff-hse.length',
      detail: `trailer of ${size} octets in ${length}`,
      consumed: length,
    };
  if ((options & OPTION.EXTENDED) !== 0) take(4);
  if ((options & OPTION.TIME_STAMP) !== 0) take(8);
  const invokeId = (options & OPTION.INVOKE_ID) !== 0 ? u32be(b, take(4)) : -1;
  const messageNumber = (options & OPTION.MESSAGE_NUMBER) !== 0 ? u32be(b, take(4)) : -1;
  const body = start + HEADER;
  stop = Math.max(body, stop - (options & 7));

  const asks = messageType === REQUEST;
  const fixed = asks && SUBINDEXED.has(service) ? 8 : asks && INDEXED.has(service) ? (service === 0x384 ? 8 : 4) : 0;
  if (fixed > 0 && body + fixed > stop)
    return { kind: 'malformed', code: 'ff-hse.length', detail: `body of ${stop - body} octets`, consumed: length };
  const hasValue = (asks && VALUED.has(service)) || (messageType === RESPONSE && READS.has(service));
  const tells = (service === 0x283 && messageType === RESPONSE) || service === 0x210;
  const isTold = tells && body + 88 <= stop;
  const identifies = service === 0x381 && messageType === RESPONSE && body + 96 <= stop;
  const failed = messageType === ERROR && body + 4 <= stop;
  return {
    kind: 'message',
    consumed: length,
    message: {
      type: TYPES.get(service * 4 + messageType)!,
      service,
      messageType,
      fdaAddress: u32be(b, start + 4),
      invokeId,
      messageNumber,
      index: fixed === 0 ? -1 : u32be(b, service === 0x384 ? body + 4 : body),
      subindex: fixed === 8 && service !== 0x384 ? u32be(b, body + 4) : -1,
      value: hasValue ? hex(b, body + fixed, Math.min(stop, body + fixed + MAX_VALUE)) : '',
      errorText: failed
        ? `${CLASSES[b[body]!] ?? `class ${b[body]}`}, code ${b[body + 1]} (${u16be(b, body + 2)})`
        : '',
      deviceId: isTold ? text(b, body + 24, body + 56) : '',
      pdTag: isTold ? text(b, body + 56, body + 88) : '',
      operationalIp: isTold ? addressOf(b, body + 8) : '',
      vendor: identifies ? text(b, body, body + 32) : '',
      model: identifies ? text(b, body + 32, body + 64) : '',
      revision: identifies ? text(b, body + 64, body + 96) : '',
    },
  };
};
