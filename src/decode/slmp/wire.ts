/**
 * Frames of SLMP and the MC protocol: 1E, 3E and 4E in binary and ASCII coding, and the station number extension frame of
 * CC-Link IE TSN. Sources: SH-080008 chapters 4 and 5, SH-080956 chapter 4.
 */
import type { Decoded, PduContext, Probe } from '../../core/decoder.ts';
import { u16be, u16le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { asciiLength1E, binaryOf1E, isAscii1E } from './ascii1e.ts';
import { requestBody } from './body.ts';
import { COMMAND, COMMANDS_1E, commandOf, isCommand } from './commands.ts';
import { codeOf1E } from './devices.ts';
import type { SlmpDetail, SlmpFrame, SlmpMessage, SlmpPoint } from './message.ts';
import { hexAt, Reader } from './reader.ts';

/** The longest body a length field of 16 bits allows; ASCII bodies have twice as many octets as binary ones. */
const MAX_BODY = 16_384;
const FOREIGN = { kind: 'foreign' } as const;
const NOTHING = new Uint8Array(0);

interface Head {
  readonly frame: SlmpFrame;
  readonly ascii: boolean;
  readonly response: boolean;
  /** Octets before the length field. */
  readonly lengthAt: number;
}
const head = (frame: SlmpFrame, ascii: boolean, response: boolean, lengthAt: number): Head => ({
  frame,
  ascii,
  response,
  lengthAt,
});
const BINARY: Readonly<Record<number, Head>> = {
  20480: head('3E', false, false, 7),
  53248: head('3E', false, true, 7),
  21504: head('4E', false, false, 11),
  54272: head('4E', false, true, 11),
  26624: head('6E', false, false, 14),
  59392: head('6E', false, true, 14),
};
const ASCII: Readonly<Record<number, Head>> = {
  20480: head('3E', true, false, 14),
  53248: head('3E', true, true, 14),
  21504: head('4E', true, false, 22),
  54272: head('4E', true, true, 22),
};
/** Undefined when this is no beginning of 3E, 4E or 6E. */
const headAt = (b: Uint8Array, start: number, end: number): Head | undefined => {
  if (end - start < 2) return undefined;
  const first = u16be(b, start);
  const binary = BINARY[first];
  if (binary !== undefined) return binary;
  // '5' or 'D' and '0' or '4'
  if ((first !== 0x3530 && first !== 0x3534 && first !== 0x4430 && first !== 0x4434) || end - start < 4)
    return undefined;
  return ASCII[hexAt(b, start, 4, end)];
};

/** Length of the body behind the length field; -1 when the field is none. */
const bodyLength = (h: Head, b: Uint8Array, start: number, end: number): number =>
  h.ascii ? hexAt(b, start + h.lengthAt, 4, end) : u16le(b, start + h.lengthAt);
const bodyAt = (h: Head): number => h.lengthAt + (h.ascii ? 4 : 2);
const leastBody = (h: Head): number => (h.response ? 2 : 6) * (h.ascii ? 2 : 1);

/**
 * A subheader, a length that agrees with what there is and a known command are beyond chance; so is an answer whose
 * access route is that of its kind (module 0x03xx) and whose length fits exactly.
 */
export const probeSlmp = (b: Uint8Array, start: number, end: number, stream: boolean): Probe => {
  const available = end - start;
  if (available < 2) return 'more';
  const h = headAt(b, start, end);
  if (h === undefined) return probe1E(b, start, end, stream);
  if (available < bodyAt(h) + leastBody(h)) return 'more';
  const length = bodyLength(h, b, start, end);
  if (length < leastBody(h) || length > MAX_BODY) return 'no';
  const body = start + bodyAt(h);
  const whole = available >= bodyAt(h) + length;
  if (h.response) {
    const module = h.ascii
      ? hexAt(b, start + h.lengthAt - 6, 4, end)
      : u16le(b, start + h.lengthAt - (h.frame === '6E' ? 6 : 3));
    return module >> 8 === 3 && whole ? 'sure' : 'maybe';
  }
  const command = h.ascii ? hexAt(b, body + 4, 4, end) : u16le(b, body + 2);
  if (!isCommand(command)) return whole && available === bodyAt(h) + length ? 'maybe' : 'no';
  return 'sure';
};

/** Octets of a 1E request; -1 when its device or its lengths are not those of one. 0: too short to tell. */
const length1E = (b: Uint8Array, start: number, end: number): number => {
  const available = end - start;
  const subheader = b[start]!;
  if (available < 4) return 0;
  if (subheader <= 3) {
    if (available < 12) return 0;
    if (b[start + 11] !== 0 || codeOf1E(u16le(b, start + 8)) < 0 || b[start + 7] !== 0) return -1;
    const points = b[start + 10]! || 256;
    return 12 + (subheader < 2 ? 0 : subheader === 2 ? (points + 1) >> 1 : points * 2);
  }
  if (subheader <= 7) {
    if (available < 6) return 0;
    const size = subheader === 4 ? 7 : subheader === 5 ? 8 : 6;
    if (b[start + 5] !== 0 || b[start + 4] === 0) return -1;
    if (available >= 12 && codeOf1E(u16le(b, start + 10)) < 0) return -1;
    return 6 + b[start + 4]! * size;
  }
  if (subheader === 8 || subheader === 9 || (subheader >= 0x13 && subheader <= 0x15)) return 4;
  if (subheader === 0x16) return available < 5 ? 0 : 5 + b[start + 4]!;
  return available;
};
/** A request that names a device and has its exact length is sure; short ones and answers only where the port hints. */
const probe1E = (b: Uint8Array, start: number, end: number, stream: boolean): Probe => {
  const available = end - start;
  const subheader = b[start]!;
  if (isAscii1E(subheader)) {
    const length = asciiLength1E(b, start, end);
    const binary = length === available ? binaryOf1E(b, start, end) : undefined;
    return binary === undefined ? 'no' : probe1E(binary, 0, binary.length, stream);
  }
  if ((subheader & 0x7f) >= COMMANDS_1E.length || COMMANDS_1E[subheader & 0x7f] === undefined) return 'no';
  if ((subheader & 0x80) !== 0) {
    // RTP on the ports of the manuals (5004) begins like an answer: on datagrams the request must tell.
    const known = available >= 2 && (b[start + 1] === 0 || (b[start + 1]! >= 0x50 && b[start + 1]! <= 0x60));
    return stream && known ? 'maybe' : 'no';
  }
  if (available < 4 || b[start + 1] !== 0xff) return 'no';
  const length = length1E(b, start, end);
  if (length < 0 || length !== available) return 'no';
  return subheader <= 7 ? 'sure' : 'maybe';
};

/** One message. Codes: `slmp.length`. Frames of MELSEC on TCP follow each other without padding. */
export const decodeSlmp = (b: Uint8Array, start: number, end: number, context: PduContext): Decoded<SlmpMessage> => {
  const available = end - start;
  if (available < 2) return { kind: 'incomplete', missing: 2 - available };
  const h = headAt(b, start, end);
  if (h === undefined) {
    const first = b[start]!;
    if ((first === 0x35 || first === 0x44) && available < 4) return { kind: 'incomplete', missing: 4 - available };
    const stream = context.carrier !== 'udp';
    return isAscii1E(first) ? decodeAscii1E(b, start, end, stream) : decode1E(b, start, end, stream);
  }
  const fixed = bodyAt(h);
  if (available < fixed) return { kind: 'incomplete', missing: fixed - available };
  const length = bodyLength(h, b, start, end);
  if (length < 0 || length > MAX_BODY) return FOREIGN;
  if (available < fixed + length) return { kind: 'incomplete', missing: fixed + length - available };
  const consumed = fixed + length;
  if (length < leastBody(h))
    return {
      kind: 'malformed',
      code: 'slmp.length',
      detail: 'no room for command or end code',
      consumed: Math.max(1, consumed),
    };
  return { kind: 'message', message: message(h, b, start, start + consumed, context), consumed };
};

const message = (h: Head, b: Uint8Array, start: number, end: number, context: PduContext): SlmpMessage => {
  const r = new Reader(b, start + (h.ascii ? 4 : 2), end, h.ascii);
  const serial = h.frame === '3E' ? -1 : r.number(2);
  if (h.frame !== '3E') r.number(2);
  const network = r.number(1);
  const station = r.number(1);
  const module = r.number(2);
  const multidrop = r.number(1);
  if (h.frame === '6E') r.number(3);
  r.number(2);
  const first = r.number(2);
  let command = -1;
  let subcommand = -1;
  // Answers do not repeat the command, except in 6E frames; refusals do, behind the access route.
  if (!h.response || (h.frame === '6E' && r.left >= 4)) {
    command = r.number(2);
    subcommand = r.number(2);
  }
  const secret =
    command === COMMAND.PASSWORD_LOCK || command === COMMAND.PASSWORD_UNLOCK || command === COMMAND.FILE_OPEN;
  let detail: SlmpDetail | undefined | 'short' = h.response
    ? undefined
    : requestBody(command, subcommand, b, r.o, end, h.ascii);
  const data = secret ? NOTHING : b.slice(Math.min(r.o, end), end);
  const cyclic =
    h.response && h.frame === '3E' && (context.serverPort === CYCLIC_PORT || context.clientPort === CYCLIC_PORT);
  if (cyclic) command = COMMAND.CYCLIC;
  let defect: '' | 'length' = r.short ? 'length' : '';
  if (detail === 'short') {
    detail = undefined;
    defect = 'length';
  }
  const names = commandOf(command);
  return {
    type: h.response ? names.response : names.request,
    frame: h.frame,
    ascii: h.ascii,
    response: h.response,
    serial,
    network,
    station,
    module,
    multidrop,
    timer: h.response ? -1 : first,
    endCode: h.response ? first : -1,
    command,
    subcommand,
    data,
    detail,
    defect,
  };
};
/** CC-Link IE Field Network Basic: cyclic frames of both directions. */
const CYCLIC_PORT = 61450;

const TYPES_1E = COMMANDS_1E.map((c) =>
  c === undefined ? undefined : ([`${c[0]} request`, `${c[0]} response`] as const),
);

const decodeAscii1E = (b: Uint8Array, start: number, end: number, stream: boolean): Decoded<SlmpMessage> => {
  const length = asciiLength1E(b, start, end);
  if (length < 0) return FOREIGN;
  if (length === 0) return { kind: 'incomplete', missing: 1 };
  if (length > end - start)
    return stream
      ? { kind: 'incomplete', missing: length - (end - start) }
      : { kind: 'malformed', code: 'slmp.length', detail: '1E request shorter than its points', consumed: end - start };
  const binary = binaryOf1E(b, start, start + length);
  if (binary === undefined) return FOREIGN;
  const decoded = decode1E(binary, 0, binary.length, false);
  if (decoded.kind === 'malformed') return { ...decoded, consumed: length };
  if (decoded.kind !== 'message') return FOREIGN;
  return { kind: 'message', message: { ...decoded.message, ascii: true }, consumed: length };
};

const decode1E = (b: Uint8Array, start: number, end: number, stream: boolean): Decoded<SlmpMessage> => {
  const subheader = b[start]!;
  const command = subheader & 0x7f;
  const types = TYPES_1E[command];
  if (types === undefined) return FOREIGN;
  const response = (subheader & 0x80) !== 0;
  let stop = end;
  if (!response) {
    const length = length1E(b, start, end);
    if (length < 0) return FOREIGN;
    if (length === 0) return { kind: 'incomplete', missing: 1 };
    if (length > end - start)
      return stream
        ? { kind: 'incomplete', missing: length - (end - start) }
        : {
            kind: 'malformed',
            code: 'slmp.length',
            detail: '1E request shorter than its points',
            consumed: end - start,
          };
    stop = start + length;
  }
  // An answer has no length of its own: it is what one segment holds, as the next request waits for it.
  const body = start + (response ? 2 : 4);
  const one: SlmpMessage = {
    type: types[response ? 1 : 0],
    frame: '1E',
    ascii: false,
    response,
    serial: -1,
    network: 0,
    station: response ? 0xff : b[start + 1]!,
    module: 0x03ff,
    multidrop: 0,
    timer: response ? -1 : u16le(b, start + 2),
    endCode: response ? b[start + 1]! : -1,
    command,
    subcommand: -1,
    data: b.slice(Math.min(body, stop), stop),
    detail: response ? undefined : detail1E(command, b, body, stop),
    defect: '',
  };
  return { kind: 'message', message: one, consumed: stop - start };
};

const point1E = (r: Reader): SlmpPoint => {
  const number = r.number(4);
  return { code: codeOf1E(r.number(2)), number };
};
const detail1E = (command: number, b: Uint8Array, o: number, end: number): SlmpDetail | undefined => {
  const r = new Reader(b, o, end, false);
  if (command <= 3) {
    const point = point1E(r);
    const count = r.number(1) || 256;
    r.number(1);
    const bits = command === 0 || command === 2;
    const values: number[] = [];
    for (let i = 0; command >= 2 && i < count && !r.short; i++) {
      if (!bits) values.push(r.number(2));
      else values.push((b[r.o + (i >> 1)]! >> (i & 1 ? 0 : 4)) & 1);
    }
    return { kind: 'range', block: { point, count, bits }, values };
  }
  if (command > 7) return command === 0x13 || command === 0x14 ? { kind: 'mode', force: false, clear: -1 } : undefined;
  const count = r.number(1);
  r.number(1);
  const points: SlmpPoint[] = [];
  const values: number[] = [];
  const write = command <= 5;
  const bits = (command & 1) === 0;
  for (let i = 0; i < count && !r.short; i++) {
    points.push(point1E(r));
    if (write) values.push(r.number(bits ? 1 : 2));
  }
  return { kind: 'random', words: bits ? [] : points, doubles: [], bits: bits ? points : [], values };
};

/** A 3E request in binary coding to the station spoken to; 4E when `serial` is given. */
export const encodeRequest = (
  command: number,
  subcommand: number,
  data: ArrayLike<number>,
  serial = -1,
): Uint8Array => {
  const w = new OctetWriter().u16(serial < 0 ? 0x5000 : 0x5400);
  if (serial >= 0) w.u16le(serial).u16le(0);
  w.u8(0, 0xff, 0xff, 3, 0)
    .u16le(6 + data.length)
    .u16le(16);
  return w.u16le(command).u16le(subcommand).bytes(data).done();
};
/** Its answer. */
export const encodeResponse = (endCode: number, data: ArrayLike<number>, serial = -1): Uint8Array => {
  const w = new OctetWriter().u16(serial < 0 ? 0xd000 : 0xd400);
  if (serial >= 0) w.u16le(serial).u16le(0);
  return w
    .u8(0, 0xff, 0xff, 3, 0)
    .u16le(2 + data.length)
    .u16le(endCode)
    .bytes(data)
    .done();
};
