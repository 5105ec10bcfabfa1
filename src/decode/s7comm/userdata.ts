/**
 * Userdata PDUs: CPU, block, time, security and programmer services. Long answers come in several data units that share
 * a reference; they are joined per direction, bounded. No public specification; layouts as STEP 7 sends them.
 */
import { ascii, hex, paddedAscii, u16be, u32be } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { itemsAt, type S7Item } from './address.ts';
import { bcdTime, blockTime, blockType, diagnosticEvent } from './blocks.ts';
import { dataAt } from './data.ts';
import type { S7Datum, S7Message, UserdataBody, UserdataHead } from './message.ts';
import { GROUP, serviceOf } from './names.ts';
import { decodeSzl } from './szl.ts';
import { isVariableTable, variableTable } from './tis.ts';

export const KIND = { INDICATION: 0, REQUEST: 4, RESPONSE: 8 } as const;
/** Answers being joined at the same time in one flow; the oldest is dropped beyond. */
export const MAX_PARTIALS = 8;
/** Octets of one joined answer; what is longer is dropped. */
export const MAX_JOINED = 64 * 1024;
const ALARM_QUERY = 0x13;
const EMPTY = new Uint8Array(0);

export interface Partial {
  octets: Uint8Array;
  fragments: number;
}
export type Partials = Map<number, Partial>;

/** Parameter and data of a userdata PDU: `o`..`data` and `data`..`end`. Undefined when it contradicts itself. */
export const decodeUserdata = (
  b: Uint8Array,
  o: number,
  data: number,
  end: number,
  redundancyId: number,
  pduReference: number,
  toServer: boolean,
  partials: Partials,
): S7Message | undefined => {
  if (data - o < 8) return undefined;
  const kind = b[o + 5]! >> 4;
  const group = b[o + 5]! & 15;
  const subfunction = b[o + 6]!;
  const long = data - o >= 12;
  const reference = long ? b[o + 8]! : -1;
  const last = !long || b[o + 9] === 0;
  const service = serviceOf(group, subfunction);
  const error = long ? u16be(b, o + 10) : 0;
  const returnCode = data < end ? b[data]! : -1;
  let bytes = b;
  let from = Math.min(end, data + 4);
  let stop = data + 4 <= end ? Math.min(end, from + u16be(b, data + 2)) : end;
  let fragments = 1;
  let held = false;
  if (reference > 0 && kind !== KIND.REQUEST) {
    const joined = join(partials, (toServer ? 0x100 : 0) | reference, b, from, stop, last);
    held = joined === undefined;
    if (joined !== undefined) {
      ({ octets: bytes, fragments } = joined);
      from = 0;
      stop = bytes.length;
    }
  }
  const head: UserdataHead = {
    parameterHead: hex(b, o, o + 3),
    length: b[o + 3]!,
    method: b[o + 4]!,
    kindOfUserdata: kind,
    group,
    subfunction,
    sequence: b[o + 7]!,
    dataUnitReference: reference,
    lastDataUnit: last,
    returnCode,
    transportSize: data + 2 <= end ? b[data + 1]! : 0,
    dataLength: data + 4 <= end ? u16be(b, data + 2) : 0,
    fragments: held ? 0 : fragments,
  };
  let items: readonly S7Item[] = [];
  let values: readonly S7Datum[] = [];
  let payload: Uint8Array = EMPTY;
  let body: UserdataBody = { kind: 'empty' };
  if (!held && stop > from) {
    if (group === GROUP.CYCLIC) {
      const cyclic = cyclicAt(bytes, from, stop, kind);
      if (cyclic !== undefined) ({ items, values, payload, body } = cyclic);
    } else if (group === GROUP.PROGRAMMER && isVariableTable(subfunction)) {
      payload = bytes.slice(from, stop);
      const table = variableTable(payload, 0, payload.length, kind === KIND.REQUEST);
      if (table !== undefined) ({ items, data: values } = table);
    } else if (group === GROUP.CPU && subfunction === ALARM_QUERY && kind === KIND.RESPONSE && stop - from >= 6) {
      // Two octets, then one data item with the alarms that stand.
      body = { kind: 'alarms', functionId: bytes[from]!, messageObjects: bytes[from + 1]! };
      payload = bytes.slice(from + 2, stop);
      values = dataAt(payload, 0, payload.length, 1) ?? [];
    } else body = bodyOf(bytes, from, stop, kind, group, subfunction);
  } else if (held && group !== GROUP.SECURITY) body = { kind: 'piece', octets: bytes.slice(from, stop) };
  return {
    type: kind === KIND.REQUEST ? service.request : kind === KIND.RESPONSE ? service.response : service.indication,
    rosctr: 7,
    redundancyId,
    pduReference,
    parameterLength: data - o,
    dataLength: end - data,
    functionCode: -1,
    error,
    items,
    data: values,
    payload,
    detail: { kind: 'userdata', head, body },
  };
};

/** The joined octets once the last unit is there; undefined while units are missing. */
const join = (
  partials: Partials,
  key: number,
  b: Uint8Array,
  from: number,
  stop: number,
  last: boolean,
): Partial | undefined => {
  const before = partials.get(key);
  if (before === undefined && last) return { octets: b.slice(from, stop), fragments: 1 };
  const kept = before?.octets ?? EMPTY;
  partials.delete(key);
  if (kept.length + stop - from > MAX_JOINED) return undefined;
  const octets = new Uint8Array(kept.length + stop - from);
  octets.set(kept);
  octets.set(b.subarray(from, stop), kept.length);
  const joined = { octets, fragments: (before?.fragments ?? 0) + 1 };
  if (last) return joined;
  if (partials.size >= MAX_PARTIALS) partials.delete(partials.keys().next().value ?? key);
  partials.set(key, joined);
  return undefined;
};

/** Count (2), then time base and interval with items in requests, data items in answers and indications. */
const cyclicAt = (
  b: Uint8Array,
  from: number,
  stop: number,
  kind: number,
): { items: S7Item[]; values: S7Datum[]; payload: Uint8Array; body: UserdataBody } | undefined => {
  if (stop - from < 2) return undefined;
  const count = u16be(b, from);
  if (kind === KIND.REQUEST) {
    if (stop - from < 4) return undefined;
    const items = itemsAt(b, from + 4, stop, Math.min(count, 255));
    // Time base: 0 = 100 ms, 1 = 1 s, 2 = 10 s.
    const intervalMs = 100 * 10 ** (b[from + 2]! % 3) * b[from + 3]!;
    return items && { items, values: [], payload: EMPTY, body: { kind: 'cyclic', intervalMs } };
  }
  const payload = b.slice(from + 2, stop);
  const values = dataAt(payload, 0, payload.length, Math.min(count, 255));
  return values && { items: [], values, payload, body: { kind: 'empty' } };
};

const bodyOf = (
  b: Uint8Array,
  from: number,
  stop: number,
  kind: number,
  group: number,
  subfunction: number,
): UserdataBody => {
  const length = stop - from;
  switch ((group << 8) | subfunction) {
    case 0x0401:
      if (kind === KIND.REQUEST && length >= 4)
        return { kind: 'szl-request', id: u16be(b, from), index: u16be(b, from + 2) };
      if (kind === KIND.RESPONSE) {
        const szl = decodeSzl(b, from, stop);
        if (szl !== undefined) return { kind: 'szl', szl };
      }
      break;
    case 0x0402:
      if (kind === KIND.REQUEST && length >= 10)
        return {
          kind: 'message-service',
          events: b[from]!,
          user: paddedAscii(b, from + 2, from + 10),
          alarmType: length > 10 ? b[from + 10]! : -1,
          reserved: b[from + 1]!,
          other: hex(b, from + 11, Math.max(from + 11, stop)),
        };
      break;
    case 0x0403:
      if (length >= 20) return { kind: 'diagnostic', ...diagnosticEvent(b, from) };
      break;
    case 0x0301:
      if (kind === KIND.RESPONSE && length >= 4) return { kind: 'block-counts', counts: counts(b, from, stop) };
      break;
    case 0x0302:
      if (kind === KIND.REQUEST && length >= 2) return { kind: 'block-type', type: blockType(b, from) };
      if (kind === KIND.RESPONSE) return { kind: 'block-list', ...listed(b, from, stop) };
      break;
    case 0x0303:
      if (kind === KIND.REQUEST && length >= 8)
        return {
          kind: 'block',
          block: `${blockType(b, from)}${Number(ascii(b, from + 2, from + 7)) || 0}`,
          destination: ascii(b, from + 7, from + 8),
        };
      if (kind === KIND.RESPONSE && length >= 78) return { kind: 'block-info', info: blockInfo(b, from) };
      break;
    case 0x0501:
      return { kind: 'password', password: MASKED };
    case 0x0701:
    case 0x0702:
    case 0x0703:
    case 0x0704:
      // reserved, century, then as DATE_AND_TIME
      if (length >= 10) return { kind: 'clock', time: clock(b, from), reserved: b[from]!, century: b[from + 1]! };
      break;
  }
  // Whatever the security group carries may be a credential.
  if (group === GROUP.SECURITY) return { kind: 'password', password: MASKED };
  return { kind: 'octets', octets: b.slice(from, stop) };
};

/** The century octet counts in BCD and is 0x19 on every module, whatever the year: the year alone decides (90..99 = 19xx). */
const clock = (b: Uint8Array, from: number): string => bcdTime(b, from + 2);

const counts = (b: Uint8Array, from: number, stop: number): Record<string, number> => {
  const out: Record<string, number> = {};
  for (let o = from; o + 4 <= stop; o += 4) out[blockType(b, o)] = u16be(b, o + 2);
  return out;
};

/** A list of blocks: number (2), flags, language. */
const listed = (b: Uint8Array, from: number, stop: number) => {
  const out = { numbers: [] as number[], flags: [] as number[], languages: [] as number[] };
  for (let o = from; o + 4 <= stop; o += 4) {
    out.numbers.push(u16be(b, o));
    out.flags.push(b[o + 2]!);
    out.languages.push(b[o + 3]!);
  }
  return out;
};

const SUBTYPES: Readonly<Record<number, string>> = {
  8: 'OB',
  10: 'DB',
  11: 'SDB',
  12: 'FC',
  13: 'SFC',
  14: 'FB',
  15: 'SFB',
};
/** Answer of Get Block Info: flags, language, type, number, lengths, times, author, family, name, version, checksum. */
const blockInfo = (b: Uint8Array, o: number) => ({
  block: `${SUBTYPES[b[o + 11]!] ?? 'block '}${u16be(b, o + 12)}`,
  length: u16be(b, o + 2),
  flags: b[o + 9]!,
  language: b[o + 10]!,
  loadMemory: u32be(b, o + 14),
  security: u32be(b, o + 18),
  ssbLength: u16be(b, o + 34),
  addLength: u16be(b, o + 36),
  localDataLength: u16be(b, o + 38),
  mc7Length: u16be(b, o + 40),
  codeTime: blockTime(b, o + 22),
  interfaceTime: blockTime(b, o + 28),
  author: paddedAscii(b, o + 42, o + 50),
  family: paddedAscii(b, o + 50, o + 58),
  name: paddedAscii(b, o + 58, o + 66),
  version: `${b[o + 66]! >> 4}.${b[o + 66]! & 15}`,
  checksum: u16be(b, o + 68),
  other: `${ascii(b, o, o + 2)} ${hex(b, o + 4, o + 9)} ${hex(b, o + 67, o + 68)} ${hex(b, o + 70, o + 78)}`,
});
