/**
 * Arguments of BACnet services. Source: ANSI/ASHRAE 135 clauses 13 (alarms), 14 (files), 15 (objects), 16 (remote device
 * management), 21 (ASN.1). Each reader takes what is there and stops at the first tag that does not fit.
 */

import { hex } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import {
  type Arguments,
  cov,
  covMultiple,
  type Detail,
  groupText,
  objectId,
  property,
  propertyValues,
  readMultiple,
  readRange,
  subscribe,
  subscribeMultiple,
  text,
  writeMultiple,
} from './access.ts';
import { acknowledge, alarms, enrolled, enrollments, event } from './alarms.ts';
import { accessOf, type BacnetState, NO_ITEMS } from './message.ts';
import { objectTypeName } from './properties.ts';
import {
  COMMUNICATION_STATES,
  named,
  REINITIALIZED_STATES,
  SAFETY_OPERATIONS,
  SEGMENTATION,
  SERVICE,
  USERVICE,
} from './tables.ts';
import { itemOf, type TagReader } from './tags.ts';
import { BACNET_VENDORS } from './vendors.ts';

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

/** Instance of no object (clause 12): one that is asked for by its type has its number in the answer. */
const NO_INSTANCE = 0x3fffff;
const create = (r: TagReader, s: BacnetState, out: Arguments, ack: boolean): void => {
  if (ack) {
    if (r.next() && r.number === 12) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
    return;
  }
  if (!r.isOpening(0)) return;
  let object = 0xffffffff;
  if (r.isContext(0)) {
    const type = r.unsigned();
    out.detail = { objectType: objectTypeName(type) };
    if (type < 1024) object = type * 0x400000 + NO_INSTANCE;
  } else if (r.isContext(1)) object = objectId(r);
  r.isClosing(0);
  if (object !== 0xffffffff) out.accesses.push(accessOf(s, object, -1, -1, 0, NO_ITEMS, ''));
  if (r.isOpening(1)) propertyValues(r, s, out, object);
};

/** Octets of a private transfer that are kept. */
const MAX_PARAMETERS = 256;
/** The closing tag of context 2. */
const CLOSING_2 = 0x2f;

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
      // The maker's own octets, rarely tagged as they should be.
      if (r.isOpening(2)) {
        const end = r.bytes[r.end - 1] === CLOSING_2 ? r.end - 1 : r.end;
        d.parameters = hex(r.bytes, r.after, Math.min(end, r.after + MAX_PARAMETERS));
      }
      break;
    case SERVICE.CONFIRMED_TEXT_MESSAGE:
      if (r.isContext(0)) d.device = objectId(r) & 0x3fffff;
      if (r.isOpening(1)) d.messageClass = groupText(r);
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
    case SERVICE.GET_EVENT_INFORMATION:
      // The last object of the answer before: the list goes on behind it.
      if (!ack) {
        if (r.isContext(0)) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
        return;
      }
      alarms(r, s, out);
      return;
    case SERVICE.GET_ENROLLMENT_SUMMARY:
      if (ack) enrolled(r, s, out);
      else enrollments(r, out);
      return;
    case SERVICE.GET_ALARM_SUMMARY:
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

/** What an Error says beside class and code (clause 21): the write, or the element of a list, that failed first. */
export const failure = (choice: number, r: TagReader, s: BacnetState, out: Arguments): void => {
  if (!r.isOpening(0)) return;
  r.skipGroup();
  switch (choice) {
    case SERVICE.WRITE_PROPERTY_MULTIPLE:
      if (r.isOpening(1)) property(r, s, out, 0, -1);
      return;
    case SERVICE.ADD_LIST_ELEMENT:
    case SERVICE.REMOVE_LIST_ELEMENT:
    case SERVICE.CREATE_OBJECT:
      if (r.isContext(1)) out.detail = { firstFailedElement: r.unsigned() };
      return;
    case SERVICE.CONFIRMED_PRIVATE_TRANSFER: {
      const d: Detail = {};
      if (r.isContext(1)) d.vendor = r.unsigned();
      if (r.isContext(2)) d.service = r.unsigned();
      if (r.isOpening(3)) d.parameters = hex(r.bytes, r.after, Math.min(r.end - 1, r.after + MAX_PARAMETERS));
      out.detail = d;
      return;
    }
    default:
      return;
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
      if (r.isOpening(2)) d.changes = groupText(r);
      if (r.isContext(3)) d.inhibitDelay = r.unsigned();
      break;
    case USERVICE.WHO_AM_I:
    case USERVICE.YOU_ARE:
      if (application(2)) d.vendorId = r.unsigned();
      if (application(7)) d.model = text(r);
      if (application(7)) d.serial = text(r);
      // The identifier, the MAC address that goes with it: either may be absent.
      if (choice === USERVICE.YOU_ARE)
        while (r.next() && !r.context)
          if (r.number === 12) d.device = objectId(r) & 0x3fffff;
          else if (r.number === 6) d.mac = hex(r.bytes, r.content, r.after);
      break;
    default:
      return;
  }
  out.detail = d;
};
