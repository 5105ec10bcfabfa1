/**
 * Addresses of S7 variables: the item specifications of Read Var and Write Var, as engineers write them.
 * S7ANY (syntax 0x10) holds area, DB number, bit address and element type; newer syntaxes name symbols (0xb2), lists of DB
 * addresses (0xb0) or NC data (0x82 to 0x84). No public specification; STEP 7 notation (IEC 61131-3 section 6.5.5).
 */
import { hex, u16be, u24be, u32be } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';

export const SYNTAX = {
  S7ANY: 0x10,
  DB_READ: 0xb0,
  SYMBOLIC: 0xb2,
  NCK: 0x82,
  NCK_METRIC: 0x83,
  NCK_INCH: 0x84,
  DRIVE: 0xa2,
} as const;
export const AREA = {
  PERIPHERAL: 0x80,
  INPUT: 0x81,
  OUTPUT: 0x82,
  MARKER: 0x83,
  DB: 0x84,
  DI: 0x85,
  LOCAL: 0x86,
  PREVIOUS_LOCAL: 0x87,
  COUNTER: 0x1c,
  TIMER: 0x1d,
} as const;
/** Element types of S7ANY. */
export const TYPE = {
  BOOL: 1,
  BYTE: 2,
  CHAR: 3,
  WORD: 4,
  INT: 5,
  DWORD: 6,
  DINT: 7,
  REAL: 8,
  DATE: 9,
  TIME_OF_DAY: 10,
  TIME: 11,
  S5TIME: 12,
  DATE_AND_TIME: 15,
  COUNTER: 28,
  TIMER: 29,
} as const;

export interface S7Item {
  readonly syntax: number;
  /** S7ANY; 0 in other syntaxes. */
  readonly area: number;
  readonly db: number;
  /** Bit address (octet * 8 + bit); number of the counter or timer. */
  readonly address: number;
  readonly elementType: number;
  readonly count: number;
  /** `DB1.DBX0.0 BOOL`, `DB5.DBB10 BYTE[20]`, `MW12`, `IB0`. */
  readonly path: string;
  /** `REAL`, `BYTE`; `bytes` where the syntax does not say. */
  readonly type: string;
  /** The specification as sent, for syntaxes other than S7ANY; empty there. */
  readonly octets: Uint8Array;
}

interface ElementType {
  readonly name: string;
  /** Octets of an element; bits take one. */
  readonly octets: number;
  /** X, B, W, D as in DBX, DBB, DBW, DBD. */
  readonly letter: string;
}
const BYTE: ElementType = { name: 'BYTE', octets: 1, letter: 'B' };
const TYPES: Readonly<Record<number, ElementType>> = {
  1: { name: 'BOOL', octets: 1, letter: 'X' },
  2: BYTE,
  3: { name: 'CHAR', octets: 1, letter: 'B' },
  4: { name: 'WORD', octets: 2, letter: 'W' },
  5: { name: 'INT', octets: 2, letter: 'W' },
  6: { name: 'DWORD', octets: 4, letter: 'D' },
  7: { name: 'DINT', octets: 4, letter: 'D' },
  8: { name: 'REAL', octets: 4, letter: 'D' },
  9: { name: 'DATE', octets: 2, letter: 'W' },
  10: { name: 'TIME_OF_DAY', octets: 4, letter: 'D' },
  11: { name: 'TIME', octets: 4, letter: 'D' },
  12: { name: 'S5TIME', octets: 2, letter: 'W' },
  15: { name: 'DATE_AND_TIME', octets: 8, letter: 'B' },
  28: { name: 'COUNTER', octets: 2, letter: '' },
  29: { name: 'TIMER', octets: 2, letter: '' },
};
export const elementOf = (type: number): ElementType => TYPES[type] ?? { name: `type ${type}`, octets: 1, letter: 'B' };
/** Where a letter alone says the type: `MW12` is a WORD. */
const DEFAULT_OF = tableOf<string>({ X: 'BOOL', B: 'BYTE', W: 'WORD', D: 'DWORD' });

const AREAS: Readonly<Record<number, string>> = {
  3: 'SysInfo',
  5: 'SysFlags',
  6: 'AI',
  7: 'AQ',
  28: 'C',
  29: 'T',
  30: 'IEC-C',
  31: 'IEC-T',
  128: 'P',
  129: 'I',
  130: 'Q',
  131: 'M',
  134: 'L',
  135: 'V',
};
/** Root areas of symbolic addresses in S7-1200/1500. */
const SYMBOL_AREAS: Readonly<Record<number, string>> = { 80: 'I', 81: 'Q', 82: 'M', 83: 'C', 84: 'T' };
const isNumbered = (area: number): boolean => area >= 0x1c && area <= 0x1f;

/** One address: element `count` 1 writes no brackets. */
const anyPath = (area: number, db: number, address: number, elementType: number, count: number): string => {
  const { name, letter } = elementOf(elementType);
  const times = count === 1 ? '' : `[${count}]`;
  if (isNumbered(area)) return `${AREAS[area]}${address}${times}`;
  const bit = letter === 'X' ? `.${address & 7}` : '';
  const at = `${address >>> 3}${bit}`;
  if (area === AREA.DB || area === AREA.DI) {
    const block = area === AREA.DB ? `DB${db}.DB` : `DI${db}.DI`;
    return `${block}${letter}${at} ${name}${times}`;
  }
  const prefix = AREAS[area] ?? `area 0x${area.toString(16)} `;
  // I0.0, Q4.1, M10.7: bits carry no letter.
  const place = `${prefix}${letter === 'X' ? '' : letter}${at}`;
  return DEFAULT_OF[letter] === name && count === 1 ? place : `${place} ${name}${times}`;
};

const NO_OCTETS = new Uint8Array(0);
/** An S7ANY item. `address` in bits (number of the counter or timer). */
export const anyItem = (area: number, db: number, address: number, elementType: number, count: number): S7Item => ({
  syntax: SYNTAX.S7ANY,
  area,
  db,
  address,
  elementType,
  count,
  path: anyPath(area, db, address, elementType, count),
  type: elementOf(elementType).name,
  octets: NO_OCTETS,
});

/** Path of element `index` of an S7ANY item. */
export const elementPath = (item: S7Item, index: number): string => {
  const step = isNumbered(item.area) ? 1 : item.elementType === TYPE.BOOL ? 1 : elementOf(item.elementType).octets * 8;
  return anyPath(item.area, item.db, item.address + index * step, item.elementType, 1);
};

const otherItem = (syntax: number, octets: Uint8Array, path: string, count: number): S7Item => ({
  syntax,
  area: 0,
  db: 0,
  address: 0,
  elementType: 0,
  count,
  path,
  type: 'bytes',
  octets,
});

/** The item whose specification (without 0x12 and length) is at `o`..`end`; undefined when S7ANY is too short. */
const itemAt = (b: Uint8Array, o: number, end: number): S7Item | undefined => {
  const syntax = b[o]!;
  const length = end - o;
  if (syntax === SYNTAX.S7ANY)
    return length < 10 ? undefined : anyItem(b[o + 6]!, u16be(b, o + 4), u24be(b, o + 7), b[o + 1]!, u16be(b, o + 2));
  const octets = b.slice(o, end);
  if (syntax === SYNTAX.DB_READ && length >= 2) {
    // number of areas, then octets (1), DB (2), octet address (2) each
    const parts: string[] = [];
    for (let i = 0, at = o + 2; i < b[o + 1]! && at + 5 <= end; i++, at += 5)
      parts.push(`DB${u16be(b, at + 1)}.DBB${u16be(b, at + 3)} BYTE[${b[at]}]`);
    return otherItem(syntax, octets, parts.join(' + '), b[o + 1]!);
  }
  if (syntax === SYNTAX.SYMBOLIC && length >= 10) {
    // reserved, root area (2+2), CRC of the symbol (4), then local ids (4 each)
    const ids: string[] = [];
    // The upper four bits of a local id are flags.
    for (let at = o + 10; at + 4 <= end; at += 4) ids.push(String(u32be(b, at) & 0x0fffffff));
    const area = u16be(b, o + 4);
    const root =
      b[o + 2] === 0x8a && b[o + 3] === 0x0e ? `DB${area}` : (SYMBOL_AREAS[area] ?? `area 0x${hex(b, o + 2, o + 6)}`);
    return otherItem(syntax, octets, `symbol ${root} crc 0x${hex(b, o + 6, o + 10)} id ${ids.join('.')}`, 1);
  }
  if ((syntax === SYNTAX.NCK || syntax === SYNTAX.NCK_METRIC || syntax === SYNTAX.NCK_INCH) && length >= 8) {
    // area (3 bits) and unit (5), column (2), line (2), module, number of lines
    const place = `area ${b[o + 1]! >> 5} unit ${b[o + 1]! & 31} module 0x${hex(b, o + 6, o + 7)}`;
    return otherItem(syntax, octets, `NCK ${place} column ${u16be(b, o + 2)} line ${u16be(b, o + 4)}`, b[o + 7]!);
  }
  return otherItem(syntax, octets, `syntax 0x${hex(b, o, o + 1)} ${hex(b, o + 1, end)}`, 1);
};

/** Items one PDU may name: 255 by its count octet. */
export const itemsAt = (b: Uint8Array, start: number, end: number, count: number): S7Item[] | undefined => {
  const items: S7Item[] = [];
  let o = start;
  for (let i = 0; i < count; i++) {
    if (o + 3 > end || b[o] !== 0x12) return undefined;
    const stop = o + 2 + b[o + 1]!;
    if (stop > end || stop < o + 3) return undefined;
    const item = itemAt(b, o + 2, stop);
    if (item === undefined) return undefined;
    items.push(item);
    // Items of odd length are followed by a fill octet.
    o = stop + ((stop - o) & 1);
  }
  return items;
};

/** Item specifications as in Read Var and Write Var parameters. */
export const encodeItems = (out: number[], items: readonly S7Item[]): void => {
  for (const { syntax, area, db, address, elementType, count, octets } of items) {
    if (syntax === SYNTAX.S7ANY)
      out.push(
        0x12,
        10,
        syntax,
        elementType,
        count >> 8,
        count & 255,
        db >> 8,
        db & 255,
        area,
        (address >> 16) & 255,
        (address >> 8) & 255,
        address & 255,
      );
    else {
      out.push(0x12, octets.length, ...octets);
      if (octets.length & 1) out.push(0);
    }
  }
};
