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
  MAX_ACCESSES,
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
import { accessOf, type BacnetState, NO_ITEMS } from './message.ts';
import { objectTypeName, PROPERTY } from './properties.ts';
import {
  COMMUNICATION_STATES,
  EVENT_STATES,
  EVENT_TYPES,
  NOTIFY_TYPES,
  named,
  REINITIALIZED_STATES,
  SAFETY_OPERATIONS,
  SEGMENTATION,
  SERVICE,
  USERVICE,
} from './tables.ts';
import { itemOf, readGroup, type TagReader } from './tags.ts';
import { BACNET_VENDORS } from './vendors.ts';

/** Values of a group whose opening tag was read, as text. */
const groupText = (r: TagReader): string =>
  readGroup(r)
    .map((x) => String(x.value))
    .join(' ');

const event = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  let object = 0xffffffff;
  while (r.next()) {
    if (r.opening) {
      // 3: when it happened; 12: the values of the algorithm, whose form belongs to the event type.
      if (r.number === 3) d.timeStamp = groupText(r);
      else if (r.number === 12) d.eventValues = groupText(r);
      else r.skipGroup();
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

/** Which enrollments are asked for (clause 13.11.1.1). */
const enrollments = (r: TagReader, out: Arguments): void => {
  const d: Detail = {};
  out.detail = d;
  while (r.next()) {
    if (r.opening) {
      if (r.number === 1) d.recipient = groupText(r);
      else if (r.number === 4) d.priorities = groupText(r);
      else r.skipGroup();
    } else if (r.closing) continue;
    else if (r.number === 0) d.acknowledged = named(ACKNOWLEDGED, r.unsigned());
    else if (r.number === 2) d.eventState = named(STATES_ASKED, r.unsigned());
    else if (r.number === 3) d.eventType = named(EVENT_TYPES, r.unsigned());
    else if (r.number === 5) d.notificationClass = r.unsigned();
  }
};
const ACKNOWLEDGED = ['all', 'acked', 'not-acked'];
const STATES_ASKED = ['offnormal', 'fault', 'normal', 'all', 'active'];

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
    if (r.opening) d[r.number === 3 ? 'timeStamp' : 'timeOfAcknowledgement'] = groupText(r);
    else if (r.number === 0) d.process = r.unsigned();
    else if (r.number === 1) out.accesses.push(accessOf(s, objectId(r), -1, -1, 0, NO_ITEMS, ''));
    else if (r.number === 2) d.state = named(EVENT_STATES, r.unsigned());
    else if (r.number === 4) d.user = text(r);
  }
  out.detail = d;
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
      if (!ack) enrollments(r, out);
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
      if (choice === USERVICE.YOU_ARE && application(12)) d.device = objectId(r) & 0x3fffff;
      break;
    default:
      return;
  }
  out.detail = d;
};
