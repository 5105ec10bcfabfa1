/** What requests carry, by command. Sections are those of SH-080956 (SLMP Reference Manual), chapter 5. */
import { ipv4Text } from '../../lib/address.ts';
import { hex, i32le, paddedAscii } from '../../lib/bytes.ts';
import { COMMAND } from './commands.ts';
import { codeOfAscii, deviceOf } from './devices.ts';
import type { SlmpBlock, SlmpDetail, SlmpPoint } from './message.ts';
import { Reader } from './reader.ts';

/** Points of one request; controllers allow 7168 bits and 960 words. */
export const MAX_POINTS = 8192;

const BIT_UNITS = 1;
/** 32-bit device numbers and codes of two octets (iQ-R). */
const WIDE = 2;
/** Modules, other networks, index registers: the device specification is extended (appendix 1). */
const EXTENDED = 0x80;

const point = (r: Reader, wide: boolean): SlmpPoint => {
  if (!r.ascii) {
    const number = r.number(wide ? 4 : 3);
    return { code: r.number(wide ? 2 : 1), number };
  }
  const name = r.text(wide ? 4 : 2);
  const code = codeOfAscii(name);
  // Numbers of ZR are written in hexadecimal (appendix of SH-080008), although people say them in decimal.
  const hexadecimal = deviceOf(code)?.hexadecimal === true || name.startsWith('ZR');
  return { code, number: r.digits(wide ? 8 : 6, hexadecimal) };
};

/** Values in bit units: a nibble or character each; in word units two octets each. */
export const valuesOf = (r: Reader, count: number, bits: boolean): number[] => {
  const out: number[] = [];
  const n = Math.min(count, MAX_POINTS);
  if (!bits) {
    for (let i = 0; i < n && r.left >= 2; i++) out.push(r.number(2));
    return out;
  }
  for (let i = 0; i < n; i++) {
    const o = r.ascii ? r.o + i : r.o + (i >> 1);
    if (o >= r.end) break;
    out.push(r.ascii ? r.b[o]! & 1 : (r.b[o]! >> (i & 1 ? 0 : 4)) & 1);
  }
  r.o = Math.min(r.end, r.o + (r.ascii ? n : (n + 1) >> 1));
  return out;
};

/** Undefined for commands without a known body; 'short' when the body ends too early. */
export const requestBody = (
  command: number,
  subcommand: number,
  b: Uint8Array,
  start: number,
  end: number,
  ascii: boolean,
): SlmpDetail | undefined | 'short' => {
  const r = new Reader(b, start, end, ascii);
  const detail = read(command, subcommand, r);
  return r.short ? 'short' : detail;
};

const read = (command: number, subcommand: number, r: Reader): SlmpDetail | undefined => {
  const bits = (subcommand & BIT_UNITS) !== 0;
  const wide = (subcommand & WIDE) !== 0;
  switch (command) {
    case COMMAND.DEVICE_READ:
    case COMMAND.DEVICE_WRITE: {
      if (subcommand & EXTENDED) return undefined;
      const block: SlmpBlock = { point: point(r, wide), count: r.number(2), bits };
      return { kind: 'range', block, values: command === COMMAND.DEVICE_WRITE ? valuesOf(r, block.count, bits) : [] };
    }
    case COMMAND.DEVICE_READ_RANDOM:
    case COMMAND.DEVICE_WRITE_RANDOM:
    case COMMAND.MONITOR_ENTRY:
      return subcommand & EXTENDED ? undefined : random(command === COMMAND.DEVICE_WRITE_RANDOM, bits, wide, r);
    case COMMAND.DEVICE_READ_BLOCK:
    case COMMAND.DEVICE_WRITE_BLOCK:
      return subcommand & EXTENDED ? undefined : blocks(command === COMMAND.DEVICE_WRITE_BLOCK, wide, r);
    case COMMAND.MEMORY_READ:
    case COMMAND.MEMORY_WRITE:
      return { kind: 'memory', address: r.number(4), count: r.number(2), module: -1 };
    case COMMAND.EXTEND_UNIT_READ:
    case COMMAND.EXTEND_UNIT_WRITE:
      return { kind: 'memory', address: r.number(4), count: r.number(2), module: r.number(2) };
    case COMMAND.RUN:
      return { kind: 'mode', force: r.number(2) === 3, clear: r.number(1) };
    case COMMAND.STOP:
    case COMMAND.PAUSE:
    case COMMAND.LATCH_CLEAR:
    case COMMAND.RESET:
      return { kind: 'mode', force: r.left >= 2 && r.number(2) === 3, clear: -1 };
    case COMMAND.PASSWORD_LOCK:
    case COMMAND.PASSWORD_UNLOCK:
      return { kind: 'password', password: '(masked)' };
    case COMMAND.FILE_OPEN:
      return openFile(r);
    case COMMAND.FILE_READ:
    case COMMAND.FILE_WRITE:
    case COMMAND.FILE_CLOSE:
      return { kind: 'file', name: '', handle: r.number(2) };
    case 0x041a:
    case 0x041c:
    case 0x141a:
    case 0x141b:
      return labels(r);
    case COMMAND.CYCLIC:
      return r.ascii ? undefined : cyclic(r);
    default:
      return undefined;
  }
};

const random = (write: boolean, bits: boolean, wide: boolean, r: Reader): SlmpDetail => {
  const wordCount = bits ? 0 : r.number(1);
  const doubleCount = bits ? 0 : r.number(1);
  const bitCount = bits ? r.number(1) : 0;
  const words: SlmpPoint[] = [];
  const doubles: SlmpPoint[] = [];
  const bitPoints: SlmpPoint[] = [];
  const values: number[] = [];
  const take = (count: number, into: SlmpPoint[], octets: number): void => {
    for (let i = 0; i < count && !r.short; i++) {
      into.push(point(r, wide));
      if (write) values.push(r.number(octets));
    }
  };
  take(wordCount, words, 2);
  take(doubleCount, doubles, 4);
  take(bitCount, bitPoints, wide ? 2 : 1);
  return { kind: 'random', words, doubles, bits: bitPoints, values };
};

/** Word blocks first, then blocks of bit devices; both count in words. */
const blocks = (write: boolean, wide: boolean, r: Reader): SlmpDetail => {
  const total = r.number(1) + r.number(1);
  const out: SlmpBlock[] = [];
  const values: number[][] = [];
  for (let i = 0; i < total && !r.short; i++) {
    const block: SlmpBlock = { point: point(r, wide), count: r.number(2), bits: false };
    out.push(block);
    if (write) values.push(valuesOf(r, block.count, false));
  }
  return { kind: 'blocks', blocks: out, values };
};

/** Keyword (4), mode (2), drive (2), length of the name (2), name: 5.6. The keyword is not looked at. */
const openFile = (r: Reader): SlmpDetail | undefined => {
  if (r.ascii) return undefined;
  r.text(4);
  r.number(4);
  const length = r.number(2);
  const name = r.text(Math.min(length, 255)).replace(/\.{3,}/g, '');
  return { kind: 'file', name, handle: -1 };
};

/** Number of labels, of abbreviations (their names), then for each its name in UTF-16: 5.3. */
const labels = (r: Reader): SlmpDetail | undefined => {
  if (r.ascii) return undefined;
  const count = r.number(2);
  const abbreviations = r.number(2);
  const names: string[] = [];
  for (let i = 0; i < abbreviations && !r.short; i++) r.text(r.number(2) * 2);
  for (let i = 0; i < count && i < MAX_POINTS && !r.short; i++) {
    const length = r.number(2);
    let name = '';
    for (let k = 0; k < length && k < 256 && !r.short; k++) {
      const c = r.number(2);
      name += c >= 0x20 ? String.fromCharCode(c) : '.';
    }
    names.push(name);
    // Array labels have a unit and a length behind the name; random access has nothing.
    if (r.left < 2) break;
    if (count > 1 || r.left >= 4) break;
  }
  return names.length === 0 ? undefined : { kind: 'labels', names };
};

/** Slaves of one master (16 by specification). */
const MAX_SLAVES = 64;
const ipLe = (b: Uint8Array, o: number): string => ipv4Text(i32le(b, o));
/** BAP-C3007: 32 octets of general header, then master, group, sequence; slaves 20 octets later. */
const cyclic = (r: Reader): SlmpDetail | undefined => {
  const o = r.o;
  if (r.end - o < 52) return undefined;
  const { b } = r;
  const slaves: string[] = [];
  const total = b[o + 46]! | (b[o + 47]! << 8);
  for (let i = 0; i < total && i < MAX_SLAVES && o + 56 + i * 4 <= r.end; i++) slaves.push(ipLe(b, o + 52 + i * 4));
  return {
    kind: 'cyclic',
    master: ipLe(b, o + 32),
    group: b[o + 36]!,
    sequence: b[o + 38]! | (b[o + 39]! << 8),
    slaves,
  };
};

/** The answer to a node search: two MAC and IP addresses, then who it is (BAP-C3007 section on SLMP). */
export const nodeOf = (b: Uint8Array): SlmpDetail | undefined => {
  if (b.length < 6 + 5 + 6 + 5 + 4 + 4 + 1 || b[6] !== 4 || b[17] !== 4) return undefined;
  const nameLength = Math.min(b[30]!, b.length - 31);
  const o = 31 + nameLength;
  if (o + 8 > b.length) return undefined;
  return {
    kind: 'node',
    mac: hex(b, 11, 17, ':'),
    ip: ipLe(b, 18),
    netmask: ipLe(b, 22),
    gateway: ipLe(b, 26),
    hostname: paddedAscii(b, 31, o),
    vendorCode: b[o]! | (b[o + 1]! << 8),
    modelCode: i32le(b, o + 2) >>> 0,
    version: b[o + 6]! | (b[o + 7]! << 8),
  };
};
