/**
 * Variable tables of engineering tools: monitor, modify and force by address (programmer commands, "test and
 * installation"). No public specification; layout as STEP 7 sends it: sizes of parameter and data (2 each), parameter,
 * then number of addresses (2), six octets for each, and the values where there are any.
 */
import { u16be } from '../../lib/bytes.ts';
import { AREA, anyItem, type S7Item, TYPE } from './address.ts';
import type { S7Datum } from './message.ts';

export const TIS = { VARIABLE_STATUS: 0x02, MODIFY: 0x08, FORCE: 0x09 } as const;
export const isVariableTable = (subfunction: number): boolean =>
  subfunction === TIS.VARIABLE_STATUS || subfunction === TIS.MODIFY || subfunction === TIS.FORCE;

/** Upper four bits of the area octet. */
const AREAS: Readonly<Record<number, number>> = {
  0: AREA.MARKER,
  1: AREA.INPUT,
  2: AREA.OUTPUT,
  3: AREA.PERIPHERAL,
  5: AREA.TIMER,
  6: AREA.COUNTER,
  7: AREA.DB,
};
/** Lower four bits: bit, octet, word, double word. */
const TYPES: Readonly<Record<number, number>> = { 0: TYPE.BOOL, 1: TYPE.BYTE, 2: TYPE.WORD, 3: TYPE.DWORD };

export interface VariableTable {
  readonly items: readonly S7Item[];
  /** Offsets into the octets given. */
  readonly data: readonly S7Datum[];
}

/** Area, repetition factor (bits: the bit number), DB number (2), octet address or number (2). */
const itemAt = (b: Uint8Array, o: number): S7Item | undefined => {
  const area = AREAS[b[o]! >> 4];
  if (area === undefined) return undefined;
  const repeat = b[o + 1]!;
  const db = u16be(b, o + 2);
  const address = u16be(b, o + 4);
  if (area === AREA.TIMER) return anyItem(area, 0, address, TYPE.TIMER, 1);
  if (area === AREA.COUNTER) return anyItem(area, 0, address, TYPE.COUNTER, 1);
  const type = TYPES[b[o]! & 15];
  if (type === undefined) return undefined;
  if (type === TYPE.BOOL) return anyItem(area, db, address * 8 + (repeat & 7), type, 1);
  return anyItem(area, db, address * 8, type, Math.max(1, repeat));
};

/** Undefined when it contradicts itself or names an area nobody knows. `addresses`: requests have them, answers do not. */
export const variableTable = (
  b: Uint8Array,
  start: number,
  end: number,
  addresses: boolean,
): VariableTable | undefined => {
  if (end - start < 4) return undefined;
  let o = start + 4 + u16be(b, start);
  if (o + 2 > end) return undefined;
  const count = u16be(b, o);
  o += 2;
  const items: S7Item[] = [];
  if (addresses) {
    if (o + 6 * count > end) return undefined;
    for (let i = 0; i < count; i++, o += 6) {
      const item = itemAt(b, o);
      if (item === undefined) return undefined;
      items.push(item);
    }
  }
  const data: S7Datum[] = [];
  // Values: return code, transport size, length in octets (2), octets, fill octet.
  while (data.length < count && o + 4 <= end) {
    const length = u16be(b, o + 2);
    if (o + 4 + length > end) return undefined;
    data.push({ returnCode: b[o]!, transportSize: b[o + 1]!, start: o + 4, length });
    o += 4 + length + (length & 1);
  }
  return { items, data };
};
