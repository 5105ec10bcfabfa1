/**
 * Arguments of BACnet services. Source: ANSI/ASHRAE 135 clauses 13 (alarms), 14 (files), 15 (objects), 16 (remote device
 * management), 21 (ASN.1). Each reader takes what is there and stops at the first tag that does not fit.
 */
import type { Value } from '../../core/observation.ts';
import { u32be } from '../../lib/bytes.ts';
import { type Access, accessOf, type BacnetState, NO_ITEMS } from './message.ts';
import { OBJECT_TYPES, objectTypeName, PROPERTY } from './properties.ts';
import {
  COMMUNICATION_STATES,
  ERROR_CLASSES,
  ERROR_CODES,
  EVENT_STATES,
  EVENT_TYPES,
  NOTIFY_TYPES,
  named,
  REINITIALIZED_STATES,
  RELIABILITY,
  SAFETY_OPERATIONS,
  SEGMENTATION,
  SERVICE,
  SYSTEM_STATUS,
  USERVICE,
} from './tables.ts';
import { characterString, type Item, itemOf, readGroup, type TagReader } from './tags.ts';
import { UNITS } from './units.ts';
import { BACNET_VENDORS } from './vendors.ts';

export const MASKED = '(masked)';
/** Objects and properties kept of one PDU. */
export const MAX_ACCESSES = 1024;

type Detail = Record<string, Value>;
export interface Arguments {
  readonly accesses: Access[];
  detail: Detail | undefined;
}

const objectId = (r: TagReader): number => (r.after - r.content === 4 ? u32be(r.bytes, r.content) : 0xffffffff);
const text = (r: TagReader): string => characterString(r.bytes, r.content, r.after - r.content);

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
]);

/** Values up to the closing tag; an enumerated one gets its name where the property has a standard enumeration. */
const valuesOf = (r: TagReader, property: number): readonly Item[] => {
  const items = readGroup(r);
  const only = items[0];
  if (items.length !== 1 || only === undefined || only.type !== 'Enumerated') return items;
  const name = ENUMERATIONS.get(property)?.[Number(only.value)];
  return name === undefined || name === '-' ? items : [{ type: 'Enumerated', value: name, context: -1 }];
};

/** Error class and code: the first two enumerated values, wherever they are nested. */
export const errorText = (items: readonly Item[]): string => {
  const codes = items.filter((x) => x.type === 'Enumerated').map((x) => Number(x.value));
  if (codes[0] === undefined || codes[1] === undefined) return 'error without a code';
  return `${named(ERROR_CLASSES, codes[0])}: ${named(ERROR_CODES, codes[1])} (${codes[1]})`;
};

/** object [n], property [n+1], index [n+2]; then a value in `[valueTag]` and a priority in `[valueTag + 1]`. */
const property = (r: TagReader, s: BacnetState, out: Arguments, first: number, valueTag: number): boolean => {
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
  const items = valueTag >= 0 && r.isOpening(valueTag) ? valuesOf(r, id) : NO_ITEMS;
  const priority = valueTag >= 0 && r.isContext(valueTag + 1) ? r.unsigned() : 0;
  if (out.accesses.length < MAX_ACCESSES) out.accesses.push(accessOf(s, object, id, index, priority, items, ''));
  else r.cut = true;
};
/** Property values `{[0] property, [1] index, [2] value, [3] priority}` up to the closing tag. */
const propertyValues = (r: TagReader, s: BacnetState, out: Arguments, object: number): void => {
  while (r.isContext(0)) rest(r, s, out, object, 1, 2);
};

const readMultiple = (r: TagReader, s: BacnetState, out: Arguments, ack: boolean): void => {
  while (r.isContext(0)) {
    const object = objectId(r);
    if (!r.isOpening(1)) return;
    const tag = ack ? 2 : 0;
    while (r.isContext(tag)) {
      const id = r.unsigned();
      const index = r.isContext(tag + 1) ? r.unsigned() : -1;
      let items: readonly Item[] = NO_ITEMS;
      let error = '';
      if (ack && r.isOpening(4)) items = valuesOf(r, id);
      else if (ack && r.isOpening(5)) error = errorText(readGroup(r));
      if (out.accesses.length < MAX_ACCESSES) out.accesses.push(accessOf(s, object, id, index, 0, items, error));
      else r.cut = true;
    }
    if (!r.isClosing(1)) return;
  }
};

const writeMultiple = (r: TagReader, s: BacnetState, out: Arguments): void => {
  while (r.isContext(0)) {
    const object = objectId(r);
    if (!r.isOpening(1)) return;
    while (r.isContext(0)) rest(r, s, out, object, 1, 2);
    if (!r.isClosing(1)) return;
  }
};

const cov = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  if (r.isContext(0)) d.process = r.unsigned();
  if (r.isContext(1)) d.device = objectId(r) & 0x3fffff;
  if (!r.isContext(2)) return;
  const object = objectId(r);
  if (r.isContext(3)) d.timeRemainingS = r.unsigned();
  out.detail = d;
  if (r.isOpening(4)) propertyValues(r, s, out, object);
};

const covMultiple = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  if (r.isContext(0)) d.process = r.unsigned();
  if (r.isContext(1)) d.device = objectId(r) & 0x3fffff;
  if (r.isContext(2)) d.timeRemainingS = r.unsigned();
  if (r.isOpening(3)) r.skipGroup();
  out.detail = d;
  if (!r.isOpening(4)) return;
  while (r.isContext(0)) {
    const object = objectId(r);
    if (!r.isOpening(1)) return;
    while (r.isContext(0)) rest(r, s, out, object, 1, 2);
    if (!r.isClosing(1)) return;
  }
};

const subscribe = (r: TagReader, s: BacnetState, out: Arguments): void => {
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
  }
  out.accesses.push(accessOf(s, object, id, index, 0, NO_ITEMS, ''));
  // Neither confirmation nor lifetime: the subscription is cancelled (13.14.1.4).
  if (d.confirmed === undefined && d.lifetimeS === undefined) d.cancel = true;
  out.detail = d;
};

const subscribeMultiple = (r: TagReader, s: BacnetState, out: Arguments): void => {
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
      r.isContext(1);
      r.isContext(2);
    }
    if (!r.isClosing(1)) return;
  }
};

const readRange = (r: TagReader, s: BacnetState, out: Arguments, ack: boolean): void => {
  if (!r.isContext(0)) return;
  const object = objectId(r);
  if (!r.isContext(1)) return;
  const id = r.unsigned();
  const index = r.isContext(2) ? r.unsigned() : -1;
  const d: Detail = {};
  let items: readonly Item[] = NO_ITEMS;
  if (ack) {
    r.isContext(3);
    if (r.isContext(4)) d.count = r.unsigned();
    if (r.isOpening(5)) items = readGroup(r);
  } else if (r.next() && r.opening) {
    d.by = r.number === 3 ? 'position' : r.number === 6 ? 'sequence number' : 'time';
    const range = readGroup(r);
    const last = range.at(-1);
    if (last !== undefined) d.count = last.value;
  }
  out.detail = d;
  out.accesses.push(accessOf(s, object, id, index, 0, items, ''));
};

const event = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  let object = 0xffffffff;
  while (r.next()) {
    if (r.opening) {
      r.skipGroup();
      continue;
    }
    if (!r.context) break;
    switch (r.number) {
      case 0:
        d.process = r.unsigned();
        break;
      case 1:
        d.device = objectId(r) & 0x3fffff;
        break;
      case 2:
        object = objectId(r);
        break;
      case 4:
        d.notificationClass = r.unsigned();
        break;
      case 5:
        d.priority = r.unsigned();
        break;
      case 6:
        d.eventType = named(EVENT_TYPES, r.unsigned());
        break;
      case 7:
        d.message = text(r);
        break;
      case 8:
        d.notifyType = named(NOTIFY_TYPES, r.unsigned());
        break;
      case 9:
        d.ackRequired = r.unsigned() !== 0;
        break;
      case 10:
        d.fromState = named(EVENT_STATES, r.unsigned());
        break;
      case 11:
        d.toState = named(EVENT_STATES, r.unsigned());
        break;
      default:
        break;
    }
  }
  out.detail = d;
  if (object !== 0xffffffff) out.accesses.push(accessOf(s, object, -1, -1, 0, NO_ITEMS, ''));
};

/** Objects in alarm with their event state: GetAlarmSummary and GetEventInformation. */
const alarms = (r: TagReader, s: BacnetState, out: Arguments): void => {
  let object = -1;
  const push = (state: number) => {
    if (object >= 0 && out.accesses.length < MAX_ACCESSES)
      out.accesses.push(
        accessOf(
          s,
          object,
          PROPERTY.EVENT_STATE,
          -1,
          0,
          [{ type: 'Enumerated', value: named(EVENT_STATES, state), context: -1 }],
          '',
        ),
      );
    object = -1;
  };
  while (r.next()) {
    if (r.opening && r.number !== 0) r.skipGroup();
    else if (r.opening || r.closing) continue;
    else if (r.context ? r.number === 0 : r.number === 12) object = objectId(r);
    else if (r.context ? r.number === 1 : r.number === 9) push(r.unsigned());
  }
};

const file = (r: TagReader, s: BacnetState, out: Arguments, request: boolean): void => {
  const d: Detail = {};
  let octets = 0;
  while (r.next()) {
    if (r.opening) {
      d.access = r.number === 0 ? 'stream' : 'record';
      continue;
    }
    if (r.closing) continue;
    if (r.context) d.start = r.unsigned();
    else if (r.number === 12 && request) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
    else if (r.number === 1) d.endOfFile = r.length === 1;
    else if (r.number === 6) octets += r.after - r.content;
    else if (r.number === 3) d.start = itemOf(r).value;
    else if (r.number === 2) d.count = r.unsigned();
  }
  if (octets > 0) d.octets = octets;
  out.detail = d;
};

const create = (r: TagReader, s: BacnetState, out: Arguments, ack: boolean): void => {
  if (ack) {
    if (r.next() && r.number === 12) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
    return;
  }
  if (!r.isOpening(0)) return;
  let object = 0xffffffff;
  if (r.isContext(0)) out.detail = { objectType: objectTypeName(r.unsigned()) };
  else if (r.isContext(1)) object = objectId(r);
  r.isClosing(0);
  if (object !== 0xffffffff) out.accesses.push(accessOf(s, object, -1, -1, 0, NO_ITEMS, ''));
  if (r.isOpening(1)) propertyValues(r, s, out, object);
};

const acknowledge = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  while (r.next()) {
    if (r.opening) r.skipGroup();
    else if (r.number === 0) d.process = r.unsigned();
    else if (r.number === 1) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
    else if (r.number === 2) d.state = named(EVENT_STATES, r.unsigned());
    else if (r.number === 4) d.user = text(r);
  }
  out.detail = d;
};

const management = (choice: number, r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  out.detail = d;
  switch (choice) {
    case SERVICE.REINITIALIZE_DEVICE:
      if (r.isContext(0)) d.state = named(REINITIALIZED_STATES, r.unsigned());
      if (r.isContext(1)) d.password = MASKED;
      break;
    case SERVICE.DEVICE_COMMUNICATION_CONTROL:
      if (r.isContext(0)) d.durationMin = r.unsigned();
      if (r.isContext(1)) d.state = named(COMMUNICATION_STATES, r.unsigned());
      if (r.isContext(2)) d.password = MASKED;
      break;
    case SERVICE.LIFE_SAFETY_OPERATION:
      if (r.isContext(0)) d.process = r.unsigned();
      if (r.isContext(1)) d.user = text(r);
      if (r.isContext(2)) d.operation = named(SAFETY_OPERATIONS, r.unsigned());
      if (r.isContext(3)) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
      break;
    case SERVICE.CONFIRMED_PRIVATE_TRANSFER:
      if (r.isContext(0)) d.vendor = r.unsigned();
      if (r.isContext(1)) d.service = r.unsigned();
      break;
    case SERVICE.CONFIRMED_TEXT_MESSAGE:
      if (r.isContext(0)) d.device = objectId(r) & 0x3fffff;
      if (r.isOpening(1)) r.skipGroup();
      if (r.isContext(2)) d.priority = r.unsigned() === 1 ? 'urgent' : 'normal';
      if (r.isContext(3)) d.message = text(r);
      break;
    case SERVICE.DELETE_OBJECT:
      if (r.next() && r.number === 12 && !r.context)
        out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
      break;
    default:
      // Virtual terminals and keys: nothing of their content is kept, it may be a login.
      break;
  }
};

/** Arguments of a confirmed request (`ack` false) or its ComplexACK. */
export const confirmed = (choice: number, ack: boolean, r: TagReader, s: BacnetState, out: Arguments): void => {
  switch (choice) {
    case SERVICE.READ_PROPERTY:
    case SERVICE.WRITE_PROPERTY:
      property(r, s, out, 0, 3);
      return;
    case SERVICE.READ_PROPERTY_MULTIPLE:
      readMultiple(r, s, out, ack);
      return;
    case SERVICE.WRITE_PROPERTY_MULTIPLE:
      writeMultiple(r, s, out);
      return;
    case SERVICE.ADD_LIST_ELEMENT:
    case SERVICE.REMOVE_LIST_ELEMENT:
      property(r, s, out, 0, 3);
      return;
    case SERVICE.READ_RANGE:
      readRange(r, s, out, ack);
      return;
    case SERVICE.CONFIRMED_COV:
      cov(r, s, out);
      return;
    case SERVICE.CONFIRMED_COV_MULTIPLE:
      covMultiple(r, s, out);
      return;
    case SERVICE.SUBSCRIBE_COV:
    case SERVICE.SUBSCRIBE_COV_PROPERTY:
      subscribe(r, s, out);
      return;
    case SERVICE.SUBSCRIBE_COV_PROPERTY_MULTIPLE:
      subscribeMultiple(r, s, out);
      return;
    case SERVICE.CONFIRMED_EVENT:
      event(r, s, out);
      return;
    case SERVICE.ACKNOWLEDGE_ALARM:
      acknowledge(r, s, out);
      return;
    case SERVICE.GET_ALARM_SUMMARY:
    case SERVICE.GET_EVENT_INFORMATION:
      if (ack) alarms(r, s, out);
      return;
    case SERVICE.ATOMIC_READ_FILE:
    case SERVICE.ATOMIC_WRITE_FILE:
      file(r, s, out, !ack);
      return;
    case SERVICE.CREATE_OBJECT:
      create(r, s, out, ack);
      return;
    default:
      management(choice, r, s, out);
  }
};

/** Arguments of an unconfirmed request. */
export const unconfirmed = (choice: number, r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  const application = (number: number): boolean => r.next() && !r.context && r.number === number;
  switch (choice) {
    case USERVICE.I_AM: {
      if (!application(12)) return;
      out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
      d.device = objectId(r) & 0x3fffff;
      if (application(2)) d.maxApdu = r.unsigned();
      if (application(9)) d.segmentation = named(SEGMENTATION, r.unsigned());
      if (application(2)) {
        const vendor = r.unsigned();
        d.vendorId = vendor;
        const name = BACNET_VENDORS.get(vendor);
        if (name !== undefined) d.vendor = name;
      }
      break;
    }
    case USERVICE.I_HAVE:
      if (!application(12)) return;
      d.device = objectId(r) & 0x3fffff;
      if (application(12)) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
      if (application(7)) d.name = text(r);
      break;
    case USERVICE.WHO_IS:
    case USERVICE.WHO_HAS:
      if (r.isContext(0)) d.low = r.unsigned();
      if (r.isContext(1)) d.high = r.unsigned();
      if (choice === USERVICE.WHO_IS) break;
      if (r.isContext(2)) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
      if (r.isContext(3)) d.name = text(r);
      break;
    case USERVICE.COV:
      cov(r, s, out);
      return;
    case USERVICE.COV_MULTIPLE:
      covMultiple(r, s, out);
      return;
    case USERVICE.EVENT:
      event(r, s, out);
      return;
    case USERVICE.PRIVATE_TRANSFER:
      management(SERVICE.CONFIRMED_PRIVATE_TRANSFER, r, s, out);
      return;
    case USERVICE.TEXT_MESSAGE:
      management(SERVICE.CONFIRMED_TEXT_MESSAGE, r, s, out);
      return;
    case USERVICE.TIME_SYNC:
    case USERVICE.UTC_TIME_SYNC:
      if (application(10)) d.date = itemOf(r).value;
      if (application(11)) d.time = itemOf(r).value;
      break;
    case USERVICE.WRITE_GROUP:
      if (r.isContext(0)) d.group = r.unsigned();
      if (r.isContext(1)) d.priority = r.unsigned();
      break;
    case USERVICE.WHO_AM_I:
    case USERVICE.YOU_ARE:
      if (application(2)) d.vendorId = r.unsigned();
      if (application(7)) d.model = text(r);
      if (application(7)) d.serial = text(r);
      if (choice === USERVICE.YOU_ARE && application(12)) d.device = objectId(r) & 0x3fffff;
      break;
    default:
      return;
  }
  out.detail = d;
};
