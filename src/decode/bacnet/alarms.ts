/**
 * Alarms: notifications of events, their acknowledgement, and what is in alarm or enrolled. Source: ANSI/ASHRAE 135 clauses 13.2 to 13.12,
 * 21 (BACnetNotificationParameters).
 */
import { type Arguments, type Detail, groupText, MAX_ACCESSES, objectId, text } from './access.ts';
import { EVENT_VALUES } from './contexts.ts';
import { accessOf, type BacnetState, NO_ITEMS, objectName } from './message.ts';
import { PROPERTY } from './properties.ts';
import { EVENT_STATES, EVENT_TYPES, NOTIFY_TYPES, named } from './tables.ts';
import { bitsOf, readGroup, type TagReader } from './tags.ts';

/** Values of an event with their names: `exceeding-value 91.5, status-flags 1000, deadband 2, exceeded-limit 90`. */
const eventValues = (r: TagReader): string => {
  const parts: string[] = [];
  readGroup(r, EVENT_VALUES, (name, x) => parts.push(name === '' ? String(x.value) : `${name} ${x.value}`));
  return parts.join(', ');
};

export const event = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  let object = 0xffffffff;
  while (r.next()) {
    if (r.opening) {
      // 3: when it happened; 12: the values of the algorithm, whose form belongs to the event type.
      if (r.number === 3) d.timeStamp = groupText(r);
      else if (r.number === 12) d.eventValues = eventValues(r);
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

/** Objects in alarm with their event state: GetAlarmSummary (13.10), GetEventInformation (13.12); what else is told of each stands in the detail. */
export const alarms = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const d: Detail = {};
  const told: string[] = [];
  let object = -1;
  const say = (what: string) => {
    if (told.length <= MAX_ALARM_TEXTS) told[told.length - 1] += `, ${what}`;
  };
  while (r.next()) {
    if (r.opening && r.number === 3) say(`times ${groupText(r)}`);
    else if (r.opening && r.number === 6) say(`priorities ${groupText(r)}`);
    else if (r.opening || r.closing) continue;
    else if (r.context ? r.number === 0 : r.number === 12) {
      object = objectId(r);
      if (told.length < MAX_ALARM_TEXTS) told.push(objectName(s, object));
    } else if (r.context ? r.number === 1 : r.number === 9) {
      const state = r.unsigned();
      // Behind the list: whether there are more (13.12.1.2).
      if (object < 0) d.moreEvents = state !== 0;
      else if (out.accesses.length < MAX_ACCESSES)
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
    } else if (told.length === 0) continue;
    else if (r.context ? r.number === 2 : r.number === 8) say(`acknowledged ${bitsOf(r)}`);
    else if (r.number === 4) say(named(NOTIFY_TYPES, r.unsigned()));
    else if (r.number === 5) say(`enabled ${bitsOf(r)}`);
  }
  if (told.length > 0) d.events = told.join('; ');
  out.detail = d;
};
/** Objects of an alarm summary that are told with all their fields. */
const MAX_ALARM_TEXTS = 64;

/** Enrollments in an answer (13.11.1.2): object, event type, state, priority, notification class. */
export const enrolled = (r: TagReader, s: BacnetState, out: Arguments): void => {
  const told: string[] = [];
  let isType = false;
  while (r.next() && !r.context) {
    if (r.number === 12) {
      const object = objectId(r);
      if (out.accesses.length >= MAX_ACCESSES) return;
      out.accesses.push(accessOf(s, object, -1, -1, 0, NO_ITEMS, ''));
      if (told.length >= MAX_ALARM_TEXTS) break;
      told.push(objectName(s, object));
      isType = true;
    } else if (told.length > 0) {
      const n = r.unsigned();
      told[told.length - 1] += `, ${r.number === 2 ? n : named(isType ? EVENT_TYPES : EVENT_STATES, n)}`;
      isType = false;
    }
  }
  out.detail = { enrollments: told.join('; ') };
};

/** Which enrollments are asked for (clause 13.11.1.1). */
export const enrollments = (r: TagReader, out: Arguments): void => {
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

export const acknowledge = (r: TagReader, s: BacnetState, out: Arguments): void => {
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
