/**
 * Types of values in context tags, which do not say them (20.2.1.3): what a property or a notification holds there. Source: ANSI/ASHRAE
 * 135 clause 21 (BACnetLogRecord, BACnetLightingCommand, BACnetNotificationParameters and the others named below).
 */

/** A property's name instead of its number. */
export const PROPERTY_NAME = 100;
const BOOLEAN = 1;
const UNSIGNED = 2;
const INTEGER = 3;
const REAL = 4;
const DOUBLE = 5;
const TEXT = 7;
const BITS = 8;
const ENUMERATED = 9;
const DATE = 10;
const TIME = 11;
const OBJECT = 12;

/** What stands in the context tag, and what it is called there. */
export interface ContextType {
  /** Application tag number (20.2.1.4), or `PROPERTY_NAME`. */
  readonly type: number;
  readonly name: string;
}
/** By the numbers of the tags around it and its own: `1.2` is [2] within [1]. */
export type ContextTypes = ReadonlyMap<string, ContextType>;

/** Path, type, and where it has one its name. */
type Entry = readonly [path: string, type: number, name?: string];
const typesOf = (entries: readonly Entry[]): ContextTypes =>
  new Map(entries.map(([path, type, name]) => [path, { type, name: name ?? '' }]));
const within = (tag: string, entries: readonly Entry[]): Entry[] =>
  entries.map(([path, ...rest]) => [`${tag}.${path}`, ...rest]);

/** BACnetDeviceObjectPropertyReference, BACnetObjectPropertyReference. */
const REFERENCE: readonly Entry[] = [
  ['0', OBJECT],
  ['1', PROPERTY_NAME],
  ['2', UNSIGNED],
  ['3', OBJECT],
];
/** BACnetLogRecord: log-status or a datum, then the flags. */
const LOG_RECORD = typesOf([
  ['1.0', BITS],
  ['1.1', BOOLEAN],
  ['1.2', REAL],
  ['1.3', ENUMERATED],
  ['1.4', UNSIGNED],
  ['1.5', INTEGER],
  ['1.6', BITS],
  ['1.9', REAL],
  ['2', BITS],
]);
/** BACnetLogMultipleRecord. */
const LOG_MULTIPLE = typesOf([
  ['1.0', BITS],
  ['1.1.0', BOOLEAN],
  ['1.1.1', REAL],
  ['1.1.2', ENUMERATED],
  ['1.1.3', UNSIGNED],
  ['1.1.4', INTEGER],
  ['1.1.5', BITS],
  ['1.2', REAL],
]);
const OBJECT_TREND_LOG_MULTIPLE = 27;
const LOG_BUFFER = 131;

/** BACnetTimeStamp. */
export const TIME_STAMP = typesOf([
  ['0', TIME],
  ['1', UNSIGNED],
]);
const REFERENCES = typesOf(REFERENCE);
/** BACnetCalendarEntry; the week and day of [2] stay octets. */
const CALENDAR: readonly Entry[] = [['0', DATE]];

const BY_PROPERTY: ReadonlyMap<number, ContextTypes> = new Map([
  [19, REFERENCES], // controlled-variable-reference
  [23, typesOf(CALENDAR)], // date-list
  [38, typesOf([...within('0', CALENDAR), ['1', OBJECT], ['3', UNSIGNED]])], // exception-schedule: BACnetSpecialEvent
  [54, REFERENCES], // list-of-object-property-references
  [60, REFERENCES], // manipulated-variable-reference
  [78, REFERENCES], // object-property-reference
  // event-parameters: change-of-bitstring, -value, command failure, floating limit, out of range
  [
    83,
    typesOf([
      ['0.0', UNSIGNED],
      ['2.0', UNSIGNED],
      ['2.1.0', BITS],
      ['2.1.1', REAL],
      ['4.0', UNSIGNED],
      ...within('4.1', REFERENCE),
      ['4.2', REAL],
      ['4.3', REAL],
      ['4.4', REAL],
      ['5.0', UNSIGNED],
      ['5.1', REAL],
      ['5.2', REAL],
      ['5.3', REAL],
    ]),
  ],
  [102, typesOf([['0', OBJECT]])], // recipient-list: BACnetDestination
  [109, typesOf(within('0', REFERENCE))], // setpoint-reference
  [130, TIME_STAMP], // event-time-stamps
  [LOG_BUFFER, LOG_RECORD],
  [132, REFERENCES], // log-device-object-property
  // active-cov-subscriptions: BACnetCOVSubscription
  [
    152,
    typesOf([
      ['0.0.0', OBJECT],
      ['0.1', UNSIGNED],
      ...within('1', REFERENCE),
      ['2', BOOLEAN],
      ['3', UNSIGNED],
      ['4', REAL],
    ]),
  ],
  // scale of an accumulator: float or integer
  [
    187,
    typesOf([
      ['0', REAL],
      ['1', INTEGER],
    ]),
  ],
  // shed levels, actual, expected and requested: percent, level, amount
  ...[212, 214, 218].map((id): [number, ContextTypes] => [
    id,
    typesOf([
      ['0', UNSIGNED],
      ['1', UNSIGNED],
      ['2', REAL],
    ]),
  ]),
  // lighting-command: operation, level, ramp rate, step, fade time, priority
  [
    380,
    typesOf([
      ['0', ENUMERATED],
      ['1', REAL],
      ['2', REAL],
      ['3', REAL],
      ['4', UNSIGNED],
      ['5', UNSIGNED],
    ]),
  ],
]);

/** What context tags in the value of a property hold; undefined where they are numbers or octets. */
export const contextTypesOf = (objectId: number, property: number): ContextTypes | undefined =>
  property === LOG_BUFFER && objectId >>> 22 === OBJECT_TREND_LOG_MULTIPLE ? LOG_MULTIPLE : BY_PROPERTY.get(property);

const FLAGS = 'status-flags';
/** The kinds of state that a change of state speaks of (BACnetPropertyStates). */
const STATES = (
  'boolean-value binary-value event-type polarity program-change program-state reason-for-halt reliability state system-status units ' +
  'unsigned-value life-safety-mode life-safety-state'
).split(' ');

/** BACnetNotificationParameters: by event type and the field's number. */
export const EVENT_VALUES = typesOf([
  ['0.0', BITS, 'referenced-bitstring'],
  ['0.1', BITS, FLAGS],
  ...STATES.map((name, i): Entry => [`1.0.${i}`, i === 0 ? BOOLEAN : ENUMERATED, name]),
  ['1.1', BITS, FLAGS],
  ['2.0.0', BITS, 'changed-bits'],
  ['2.0.1', REAL, 'changed-value'],
  ['2.1', BITS, FLAGS],
  ['3.1', BITS, FLAGS],
  ['4.0', REAL, 'reference-value'],
  ['4.1', BITS, FLAGS],
  ['4.2', REAL, 'setpoint-value'],
  ['4.3', REAL, 'error-limit'],
  ['5.0', REAL, 'exceeding-value'],
  ['5.1', BITS, FLAGS],
  ['5.2', REAL, 'deadband'],
  ['5.3', REAL, 'exceeded-limit'],
  ['8.0', ENUMERATED, 'new-state'],
  ['8.1', ENUMERATED, 'new-mode'],
  ['8.2', BITS, FLAGS],
  ['8.3', ENUMERATED, 'operation-expected'],
  ['9.0', UNSIGNED, 'vendor-id'],
  ['9.1', UNSIGNED, 'extended-event-type'],
  ...within('9.2.0', REFERENCE),
  ...within('10.0', [
    ['0', OBJECT, 'buffer-device'],
    ['1', OBJECT, 'buffer-object'],
    ['2', PROPERTY_NAME, 'buffer-property'],
    ['3', OBJECT, 'buffer-device'],
  ]),
  ['10.1', UNSIGNED, 'previous-notification'],
  ['10.2', UNSIGNED, 'current-notification'],
  ['11.0', UNSIGNED, 'exceeding-value'],
  ['11.1', BITS, FLAGS],
  ['11.2', UNSIGNED, 'exceeded-limit'],
  ['13.0', ENUMERATED, 'access-event'],
  ['13.1', UNSIGNED, 'access-event-tag'],
  ['13.2', BITS, FLAGS],
  ['14.0', DOUBLE, 'exceeding-value'],
  ['14.1', BITS, FLAGS],
  ['14.2', DOUBLE, 'deadband'],
  ['14.3', DOUBLE, 'exceeded-limit'],
  ['15.0', INTEGER, 'exceeding-value'],
  ['15.1', BITS, FLAGS],
  ['15.2', UNSIGNED, 'deadband'],
  ['15.3', INTEGER, 'exceeded-limit'],
  ['16.0', UNSIGNED, 'exceeding-value'],
  ['16.1', BITS, FLAGS],
  ['16.2', UNSIGNED, 'deadband'],
  ['16.3', UNSIGNED, 'exceeded-limit'],
  ['17.0', TEXT, 'changed-value'],
  ['17.1', BITS, FLAGS],
  ['17.2', TEXT, 'alarm-value'],
  ['18.0', BITS, 'referenced-flags'],
  ['18.1', BITS, FLAGS],
  ['19.0', ENUMERATED, 'reliability'],
  ['19.1', BITS, FLAGS],
  ['19.2.0', PROPERTY_NAME, 'property'],
  ['21.1', BITS, FLAGS],
  ['22.1', BITS, FLAGS],
]);
