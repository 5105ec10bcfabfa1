/**
 * The services that name properties: reading, writing, subscribing, change-of-value notifications, ranges. Source:
 * ANSI/ASHRAE 135 clauses 13 (COV), 15 (object access), 21 (ASN.1).
 */

import type { Value } from '../../core/observation.ts';
import { f32be, hex, u32be } from '../../lib/bytes.ts';
import { contextTypesOf, TIME_STAMP } from './contexts.ts';
import { type Access, accessOf, type BacnetState, NO_ITEMS } from './message.ts';
import { OBJECT_TYPES, PROPERTY } from './properties.ts';
import {
  ERROR_CLASSES,
  ERROR_CODES,
  EVENT_STATES,
  EVENT_TYPES,
  LOGGING_TYPES,
  NOTIFY_TYPES,
  named,
  RELIABILITY,
  SEGMENTATION,
  SYSTEM_STATUS,
} from './tables.ts';
import { characterString, type Item, readGroup, type TagReader } from './tags.ts';
import { UNITS } from './units.ts';

/** Objects and properties kept of one PDU. */
export const MAX_ACCESSES = 1024;

export type Detail = Record<string, Value>;
export interface Arguments {
  readonly accesses: Access[];
  detail: Detail | undefined;
}

export const objectId = (r: TagReader): number => (r.after - r.content === 4 ? u32be(r.bytes, r.content) : 0xffffffff);
export const text = (r: TagReader): string => characterString(r.bytes, r.content, r.after - r.content);

/** Values of a group whose opening tag was read, as text; a time stamp's choices by their types. */
export const groupText = (r: TagReader): string =>
  readGroup(r, TIME_STAMP)
    .map((x) => String(x.value))
    .join(' ');

/** A Real in a context tag (20.2.6). */
const real = (r: TagReader): number => (r.after - r.content === 4 ? f32be(r.bytes, r.content) : Number.NaN);

/** Enumerations that some properties hold, by property id. */
const ENUMERATIONS: ReadonlyMap<number, readonly string[]> = new Map([
  [PROPERTY.EVENT_STATE, EVENT_STATES],
  [PROPERTY.UNITS, UNITS],
  [PROPERTY.SYSTEM_STATUS, SYSTEM_STATUS],
  [PROPERTY.RELIABILITY, RELIABILITY],
  [107, SEGMENTATION],
  [72, NOTIFY_TYPES],
  [37, EVENT_TYPES],
  [79, OBJECT_TYPES],
  [197, LOGGING_TYPES],
]);

/** Values up to the closing tag; an enumerated one gets its name where the property has a standard enumeration. */
const valuesOf = (r: TagReader, object: number, property: number): readonly Item[] => {
  const items = readGroup(r, contextTypesOf(object, property));
  const only = items[0];
  if (items.length !== 1 || only === undefined || only.type !== 'Enumerated') return items;
  const name = ENUMERATIONS.get(property)?.[Number(only.value)];
  return name === undefined || name === '-' ? items : [{ type: 'Enumerated', value: name, context: -1 }];
};

/** Error class and code: the first two enumerated values, wherever they are nested. */
export const errorCodes = (items: readonly Item[]): number[] =>
  items.filter((x) => x.type === 'Enumerated').map((x) => Number(x.value));
export const errorText = (items: readonly Item[]): string => {
  const codes = errorCodes(items);
  if (codes[0] === undefined || codes[1] === undefined) return 'error without a code';
  return `${named(ERROR_CLASSES, codes[0])}: ${named(ERROR_CODES, codes[1])} (${codes[1]})`;
};

/** object [n], property [n+1], index [n+2]; then a value in `[valueTag]` and a priority in `[valueTag + 1]`. */
export const property = (r: TagReader, s: BacnetState, out: Arguments, first: number, valueTag: number): boolean => {
  if (!r.isContext(first)) return false;
  const object = objectId(r);
  if (!r.isContext(first + 1)) return false;
  rest(r, s, out, object, first + 2, valueTag);
  return true;
};
/** After the property tag was read: index, value, priority. */
const rest = (
  r: TagReader,
  s: BacnetState,
  out: Arguments,
  object: number,
  indexTag: number,
  valueTag: number,
): void => {
  const id = r.unsigned();
  const index = r.isContext(indexTag) ? r.unsigned() : -1;
  const items = valueTag >= 0 && r.isOpening(valueTag) ? valuesOf(r, object, id) : NO_ITEMS;
  const priority = valueTag >= 0 && r.isContext(valueTag + 1) ? r.unsigned() : 0;
  if (out.accesses.length < MAX_ACCESSES) out.accesses.push(accessOf(s, object, id, index, priority, items, ''));
  else r.cut = true;
};
/** Property values `{[0] property, [1] index, [2] value, [3] priority}` up to the closing tag. */
export const propertyValues = (r: TagReader, s: BacnetState, out: Arguments, object: number): void => {
  while (r.isContext(0)) rest(r, s, out, object, 1, 2);
};

export const readMultiple = (r: TagReader, s: BacnetState, out: Arguments, ack: boolean): void => {
  while (r.isContext(0)) {
    const object = objectId(r);
    if (!r.isOpening(1)) return;
    const tag = ack ? 2 : 0;
    while (r.isContext(tag)) {
      const id = r.unsigned();
      const index = r.isContext(tag + 1) ? r.unsigned() : -1;
      let items: readonly Item[] = NO_ITEMS;
      let error = '';
      if (ack && r.isOpening(4)) items = valuesOf(r, object, id);
      else if (ack && r.isOpening(5)) error = errorText(readGroup(r));
      if (out.accesses.length < MAX_ACCESSES) out.accesses.push(accessOf(s, object, id, index, 0, items, error));
      else r.cut = true;
    }
    if (!r.isClosing(1)) return;
  }
};

export const writeMultiple = (r: TagReader, s: BacnetState, out: Arguments): void => {
  while (r.isContext(0)) {
    const object = objectId(r);
    if (!r.isOpening(1)) return;
    while (r.isContext(0)) rest(r, s, out, object, 1, 2);
    if (!r.isClosing(1)) return;
  }
};

export const cov = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  if (r.isContext(0)) d.process = r.unsigned();
  if (r.isContext(1)) d.device = objectId(r) & 0x3fffff;
  if (!r.isContext(2)) return;
  const object = objectId(r);
  if (r.isContext(3)) d.timeRemainingS = r.unsigned();
  out.detail = d;
  if (r.isOpening(4)) propertyValues(r, s, out, object);
};

export const covMultiple = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  if (r.isContext(0)) d.process = r.unsigned();
  if (r.isContext(1)) d.device = objectId(r) & 0x3fffff;
  if (r.isContext(2)) d.timeRemainingS = r.unsigned();
  if (r.isOpening(3)) d.timeStamp = groupText(r);
  out.detail = d;
  if (!r.isOpening(4)) return;
  while (r.isContext(0)) {
    const object = objectId(r);
    if (!r.isOpening(1)) return;
    while (r.isContext(0)) rest(r, s, out, object, 1, 2);
    if (!r.isClosing(1)) return;
  }
};

export const subscribe = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  if (r.isContext(0)) d.process = r.unsigned();
  if (!r.isContext(1)) return;
  const object = objectId(r);
  if (r.isContext(2)) d.confirmed = r.unsigned() !== 0;
  if (r.isContext(3)) d.lifetimeS = r.unsigned();
  let id = -1;
  let index = -1;
  if (r.isOpening(4)) {
    if (r.isContext(0)) id = r.unsigned();
    if (r.isContext(1)) index = r.unsigned();
    r.isClosing(4);
    if (r.isContext(5)) d.covIncrement = real(r);
  }
  out.accesses.push(accessOf(s, object, id, index, 0, NO_ITEMS, ''));
  // Neither confirmation nor lifetime: the subscription is cancelled (13.14.1.4).
  if (d.confirmed === undefined && d.lifetimeS === undefined) d.cancel = true;
  out.detail = d;
};

/** One value, or a list of those of several references: `1, 0.5`. */
const listed = (before: Value | undefined, value: Value): Value =>
  before === undefined ? value : `${before}, ${value}`;

export const subscribeMultiple = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  if (r.isContext(0)) d.process = r.unsigned();
  if (r.isContext(1)) d.confirmed = r.unsigned() !== 0;
  if (r.isContext(2)) d.lifetimeS = r.unsigned();
  if (r.isContext(3)) d.maxDelayS = r.unsigned();
  out.detail = d;
  if (!r.isOpening(4)) return;
  while (r.isContext(0)) {
    const object = objectId(r);
    if (!r.isOpening(1)) return;
    while (r.isOpening(0)) {
      if (r.isContext(0) && out.accesses.length < MAX_ACCESSES) {
        const id = r.unsigned();
        out.accesses.push(accessOf(s, object, id, r.isContext(1) ? r.unsigned() : -1, 0, NO_ITEMS, ''));
      }
      if (!r.isClosing(0)) return;
      if (r.isContext(1)) d.covIncrement = listed(d.covIncrement, real(r));
      if (r.isContext(2)) d.timestamped = listed(d.timestamped, r.unsigned() !== 0);
    }
    if (!r.isClosing(1)) return;
  }
};

export const readRange = (r: TagReader, s: BacnetState, out: Arguments, ack: boolean): void => {
  if (!r.isContext(0)) return;
  const object = objectId(r);
  if (!r.isContext(1)) return;
  const id = r.unsigned();
  const index = r.isContext(2) ? r.unsigned() : -1;
  const d: Detail = {};
  let items: readonly Item[] = NO_ITEMS;
  if (ack) {
    // Bit string: first item, last item, more items.
    if (r.isContext(3)) d.resultFlags = hex(r.bytes, r.content, r.after);
    if (r.isContext(4)) d.count = r.unsigned();
    if (r.isOpening(5)) items = readGroup(r, contextTypesOf(object, id));
    if (r.isContext(6)) d.firstSequenceNumber = r.unsigned();
  } else if (r.next() && r.opening) {
    d.by = r.number === 3 ? 'position' : r.number === 6 ? 'sequence number' : 'time';
    const range = readGroup(r);
    const last = range.pop();
    if (last !== undefined) d.count = last.value;
    if (range.length > 0) d.from = range.map((x) => String(x.value)).join(' ');
  }
  out.detail = d;
  out.accesses.push(accessOf(s, object, id, index, 0, items, ''));
};
