/**
 * The object library (IEEE 1815-2012 annex A): how each group and variation is built. Most are a flag octet, a value and a
 * time in some order; those that are not have a form of their own.
 */
import { tableOf } from '../../lib/table.ts';

/** How the octets of an object are laid out. */
export const FORM = {
  /** No octets of its own: "any variation", classes. */
  NONE: 0,
  /** Packed one or two bits per object. */
  BITS: 1,
  DOUBLE_BITS: 2,
  /** The columns that `Layout` describes. */
  COLUMNS: 3,
  CONTROL: 4,
  ATTRIBUTE: 5,
  /** As long as the variation number says (g110..g113). */
  STRING: 6,
  INDEXED_TIME: 7,
  STORAGE: 8,
  /** As long as its size prefix says. */
  FILE: 9,
  DATA_SET: 10,
  AUTHENTICATION: 11,
  /** Size prefix, content not interpreted. */
  SIZED: 12,
  BCD: 13,
} as const;

/** What the values are to an engineer. */
export const NATURE = {
  OTHER: 0,
  BINARY: 1,
  DOUBLE: 2,
  COUNTER: 3,
  ANALOG: 4,
  TIME: 5,
} as const;

export interface Layout {
  readonly form: number;
  /** `Binary Input - With flags`. */
  readonly name: string;
  /** The point: `binary input`; '' where the group has no points. */
  readonly point: string;
  /** Number of `point`, for tables; 0 where there is none. */
  readonly pointId: number;
  readonly nature: number;
  /** Type of the value in the specification's words (clause 11.3). */
  readonly type: string;
  /** Octets of one object; 0 where it is not fixed. */
  readonly size: number;
  /** Offsets of columns within the object; -1 where there is none. */
  readonly flags: number;
  readonly status: number;
  readonly value: number;
  /** `VALUE`; how the octets at `value` are read. */
  readonly valueKind: number;
  readonly time: number;
  /** 6 absolute (DNP3TIME), 2 relative milliseconds. */
  readonly timeOctets: number;
  /** The point's value is written with commands (g12, g41) or is a setting (g34). */
  readonly isOutput: boolean;
}

export const VALUE = {
  NONE: 0,
  I8: 1,
  I16: 2,
  I32: 3,
  U8: 4,
  U16: 5,
  U32: 6,
  F32: 7,
  F64: 8,
  STATE: 9,
  DOUBLE: 10,
} as const;
const KINDS = tableOf<readonly [kind: number, octets: number, type: string]>({
  i2: [VALUE.I16, 2, 'INT16'],
  i4: [VALUE.I32, 4, 'INT32'],
  u1: [VALUE.U8, 1, 'UINT8'],
  u2: [VALUE.U16, 2, 'UINT16'],
  u4: [VALUE.U32, 4, 'UINT32'],
  f4: [VALUE.F32, 4, 'FLT32'],
  f8: [VALUE.F64, 8, 'FLT64'],
});

const points: string[] = [''];
const pointId = (point: string): number => {
  const at = points.indexOf(point);
  return at >= 0 ? at : points.push(point) - 1;
};

const table: (Layout | undefined)[] = [];
const keyOf = (group: number, variation: number): number => (group << 8) | variation;

/**
 * `columns`: words in the order of the octets. `f` flags, `b` flags with the state in bit 7, `d` with a double-bit state in
 * bits 6-7, `s` control status, `c` status with the state in bit 7, `t6` and `t2` times, `x2` octets that say nothing, the
 * others are values.
 */
const define = (
  group: number,
  variation: number,
  name: string,
  columns: string,
  point: string,
  nature: number,
  isOutput = false,
  form: number = columns === '' ? FORM.NONE : FORM.COLUMNS,
): void => {
  let at = 0;
  let flags = -1;
  let status = -1;
  let value = -1;
  let valueKind: number = VALUE.NONE;
  let type = '';
  let time = -1;
  let timeOctets = 0;
  for (const word of columns === '' ? [] : columns.split(' ')) {
    if (word === 'f' || word === 'b' || word === 'd') {
      flags = at;
      if (word !== 'f') {
        value = at;
        valueKind = word === 'b' ? VALUE.STATE : VALUE.DOUBLE;
        type = word === 'b' ? 'BSTR8' : 'BSTR8 double-bit';
      }
      at++;
    } else if (word === 's' || word === 'c') {
      status = at;
      if (word === 'c') {
        value = at;
        valueKind = VALUE.STATE;
        type = 'BSTR8';
      }
      at++;
    } else if (word === 't6' || word === 't2') {
      time = at;
      timeOctets = word === 't6' ? 6 : 2;
      at += timeOctets;
    } else if (word === 'x2') at += 2;
    else {
      const kind = KINDS[word]!;
      value = at;
      valueKind = kind[0];
      type = kind[2];
      at += kind[1];
    }
  }
  table[keyOf(group, variation)] = {
    form,
    name,
    point,
    pointId: pointId(point),
    nature,
    type: form === FORM.BITS ? 'BIT' : form === FORM.DOUBLE_BITS ? 'BIT2' : type,
    size: at,
    flags,
    status,
    value,
    valueKind,
    time,
    timeOctets,
    isOutput,
  };
};

/** Variation 0 ("any") and the given ones of a group. */
const group = (
  number: number,
  name: string,
  point: string,
  nature: number,
  variations: readonly (readonly [columns: string, what: string])[],
  isOutput = false,
): void => {
  define(number, 0, `${name} - Any Variation`, '', point, nature, isOutput);
  variations.forEach(([columns, what], i) => {
    if (what !== '') define(number, i + 1, `${name} - ${what}`, columns, point, nature, isOutput);
  });
};
const special = (number: number, variation: number, name: string, form: number, point = '', nature = 0): void =>
  define(number, variation, name, '', point, nature, false, form);

const { BINARY, DOUBLE, COUNTER, ANALOG, TIME, OTHER } = NATURE;

const UNUSED = ['', ''] as const;
group(1, 'Binary Input', 'binary input', BINARY, [UNUSED, ['b', 'With flags']]);
special(1, 1, 'Binary Input - Packed format', FORM.BITS, 'binary input', BINARY);
group(2, 'Binary Input Event', 'binary input', BINARY, [
  ['b', 'Without time'],
  ['b t6', 'With absolute time'],
  ['b t2', 'With relative time'],
]);
group(3, 'Double-bit Binary Input', 'double-bit input', DOUBLE, [UNUSED, ['d', 'With flags']]);
special(3, 1, 'Double-bit Binary Input - Packed format', FORM.DOUBLE_BITS, 'double-bit input', DOUBLE);
group(4, 'Double-bit Binary Input Event', 'double-bit input', DOUBLE, [
  ['d', 'Without time'],
  ['d t6', 'With absolute time'],
  ['d t2', 'With relative time'],
]);
group(10, 'Binary Output', 'binary output', BINARY, [UNUSED, ['b', 'Output status with flags']]);
special(10, 1, 'Binary Output - Packed format', FORM.BITS, 'binary output', BINARY);
group(11, 'Binary Output Event', 'binary output', BINARY, [
  ['b', 'Status without time'],
  ['b t6', 'Status with time'],
]);
group(12, 'Binary Output Command', 'binary output', BINARY, [], true);
define(
  12,
  1,
  'Binary Output Command - Control relay output block (CROB)',
  'u1 u1 u4 u4 s',
  'binary output',
  BINARY,
  true,
  FORM.CONTROL,
);
define(
  12,
  2,
  'Binary Output Command - Pattern control block (PCB)',
  'u1 u1 u4 u4 s',
  'binary output',
  BINARY,
  true,
  FORM.CONTROL,
);
define(12, 3, 'Binary Output Command - Pattern mask', '', 'binary output', BINARY, true, FORM.BITS);
group(13, 'Binary Output Command Event', 'binary output', BINARY, [
  ['c', 'Command status without time'],
  ['c t6', 'Command status with time'],
]);

const COUNTERS = [
  ['f u4', '32-bit with flag'],
  ['f u2', '16-bit with flag'],
  ['f u4', '32-bit with flag, delta'],
  ['f u2', '16-bit with flag, delta'],
] as const;
const COUNTERS_TIME = [
  ['f u4 t6', '32-bit with flag and time'],
  ['f u2 t6', '16-bit with flag and time'],
  ['f u4 t6', '32-bit with flag and time, delta'],
  ['f u2 t6', '16-bit with flag and time, delta'],
] as const;
const COUNTERS_BARE = [
  ['u4', '32-bit without flag'],
  ['u2', '16-bit without flag'],
  ['u4', '32-bit without flag, delta'],
  ['u2', '16-bit without flag, delta'],
] as const;
group(20, 'Counter', 'counter', COUNTER, [...COUNTERS, ...COUNTERS_BARE]);
group(21, 'Frozen Counter', 'frozen counter', COUNTER, [...COUNTERS, ...COUNTERS_TIME, ...COUNTERS_BARE]);
group(22, 'Counter Event', 'counter', COUNTER, [...COUNTERS, ...COUNTERS_TIME]);
group(23, 'Frozen Counter Event', 'frozen counter', COUNTER, [...COUNTERS, ...COUNTERS_TIME]);

const ANALOG_EVENTS = [
  ['f i4', '32-bit without time'],
  ['f i2', '16-bit without time'],
  ['f i4 t6', '32-bit with time'],
  ['f i2 t6', '16-bit with time'],
  ['f f4', 'Single-precision, floating-point without time'],
  ['f f8', 'Double-precision, floating-point without time'],
  ['f f4 t6', 'Single-precision, floating-point with time'],
  ['f f8 t6', 'Double-precision, floating-point with time'],
] as const;
group(30, 'Analog Input', 'analog input', ANALOG, [
  ['f i4', '32-bit with flag'],
  ['f i2', '16-bit with flag'],
  ['i4', '32-bit without flag'],
  ['i2', '16-bit without flag'],
  ['f f4', 'Single-precision, floating-point with flag'],
  ['f f8', 'Double-precision, floating-point with flag'],
]);
group(31, 'Frozen Analog Input', 'frozen analog input', ANALOG, [
  ['f i4', '32-bit with flag'],
  ['f i2', '16-bit with flag'],
  ['f i4 t6', '32-bit with time-of-freeze'],
  ['f i2 t6', '16-bit with time-of-freeze'],
  ['i4', '32-bit without flag'],
  ['i2', '16-bit without flag'],
  ['f f4', 'Single-precision, floating-point with flag'],
  ['f f8', 'Double-precision, floating-point with flag'],
]);
group(32, 'Analog Input Event', 'analog input', ANALOG, ANALOG_EVENTS);
group(33, 'Frozen Analog Input Event', 'frozen analog input', ANALOG, ANALOG_EVENTS);
group(
  34,
  'Analog Input Reporting Deadband',
  'analog input deadband',
  ANALOG,
  [
    ['u2', '16-bit'],
    ['u4', '32-bit'],
    ['f4', 'Single-precision, floating-point'],
  ],
  true,
);
group(40, 'Analog Output Status', 'analog output', ANALOG, [
  ['f i4', '32-bit with flag'],
  ['f i2', '16-bit with flag'],
  ['f f4', 'Single-precision, floating-point with flag'],
  ['f f8', 'Double-precision, floating-point with flag'],
]);
group(
  41,
  'Analog Output',
  'analog output',
  ANALOG,
  [
    ['i4 s', '32-bit'],
    ['i2 s', '16-bit'],
    ['f4 s', 'Single-precision, floating-point'],
    ['f8 s', 'Double-precision, floating-point'],
  ],
  true,
);
group(42, 'Analog Output Event', 'analog output', ANALOG, ANALOG_EVENTS);
group(43, 'Analog Output Command Event', 'analog output', ANALOG, [
  ['s i4', '32-bit without time'],
  ['s i2', '16-bit without time'],
  ['s i4 t6', '32-bit with time'],
  ['s i2 t6', '16-bit with time'],
  ['s f4', 'Single-precision, floating-point without time'],
  ['s f8', 'Double-precision, floating-point without time'],
  ['s f4 t6', 'Single-precision, floating-point with time'],
  ['s f8 t6', 'Double-precision, floating-point with time'],
]);

group(50, 'Time and Date', '', TIME, [
  ['t6', 'Absolute time'],
  ['t6 u4', 'Absolute time and interval'],
  ['t6', 'Absolute time at last recorded time'],
  ['t6 u4 u1', 'Indexed absolute time and long interval'],
]);
special(50, 4, 'Time and Date - Indexed absolute time and long interval', FORM.INDEXED_TIME, '', TIME);
group(51, 'Time and Date Common Time-of-Occurrence', '', TIME, [
  ['t6', 'Absolute time, synchronized'],
  ['t6', 'Absolute time, unsynchronized'],
]);
group(52, 'Time Delay', '', TIME, [
  ['u2', 'Coarse'],
  ['u2', 'Fine'],
]);
for (const [i, name] of [
  'Class Objects - Any',
  'Class 0 Data',
  'Class 1 Data',
  'Class 2 Data',
  'Class 3 Data',
].entries())
  define(60, i, name, '', '', OTHER);

special(70, 1, 'File Control - File identifier - superseded', FORM.SIZED);
special(70, 2, 'File Control - Authentication', FORM.FILE);
special(70, 3, 'File Control - File command', FORM.FILE);
special(70, 4, 'File Control - File command status', FORM.FILE);
special(70, 5, 'File Control - File transport', FORM.FILE);
special(70, 6, 'File Control - File transport status', FORM.FILE);
special(70, 7, 'File Control - File descriptor', FORM.FILE);
special(70, 8, 'File Control - File specification string', FORM.FILE);

define(80, 1, 'Internal Indications - Packed format', '', 'internal indication', BINARY, true, FORM.BITS);
special(81, 1, 'Device Storage - Buffer fill status', FORM.STORAGE);
special(82, 1, 'Device Profile - Functions and indexes', FORM.SIZED);
special(83, 1, 'Data Set - Private registration object', FORM.SIZED);
special(83, 2, 'Data Set - Private registration object descriptor', FORM.SIZED);
special(85, 0, 'Data Set Prototype - Any Variation', FORM.NONE);
special(85, 1, 'Data Set Prototype - With UUID', FORM.DATA_SET);
special(86, 0, 'Data Set Descriptor - Any Variation', FORM.NONE);
special(86, 1, 'Data Set Descriptor - Data set contents', FORM.DATA_SET);
define(86, 2, 'Data Set Descriptor - Characteristics', 'f', '', OTHER);
special(86, 3, 'Data Set Descriptor - Point index attributes', FORM.SIZED);
special(87, 0, 'Data Set - Any Variation', FORM.NONE);
special(87, 1, 'Data Set - Present value', FORM.DATA_SET);
special(88, 0, 'Data Set Event - Any Variation', FORM.NONE);
special(88, 1, 'Data Set Event - Snapshot', FORM.DATA_SET);
special(90, 1, 'Application - Identifier', FORM.SIZED);
special(91, 1, 'Status of Requested Operation - Active configuration', FORM.SIZED);
define(101, 1, 'Binary-Coded Decimal Integer - Small', 'x2', 'BCD value', ANALOG, false, FORM.BCD);
define(101, 2, 'Binary-Coded Decimal Integer - Medium', 'x2 x2', 'BCD value', ANALOG, false, FORM.BCD);
define(101, 3, 'Binary-Coded Decimal Integer - Large', 'x2 x2 x2 x2', 'BCD value', ANALOG, false, FORM.BCD);
define(102, 0, 'Unsigned Integer - Any Variation', '', 'unsigned integer', ANALOG);
define(102, 1, 'Unsigned Integer - 8-bit', 'u1', 'unsigned integer', ANALOG);

special(120, 0, 'Authentication - Any Variation', FORM.NONE);
for (const [i, name] of [
  'Challenge',
  'Reply',
  'Aggressive Mode Request',
  'Session Key Status Request',
  'Session Key Status',
  'Session Key Change',
  'Error',
  'User Certificate',
  'Message Authentication Code',
  'User Status Change',
  'Update Key Change Request',
  'Update Key Change Reply',
  'Update Key Change',
  'Update Key Change Signature',
  'Update Key Change Confirmation',
].entries())
  special(120, i + 1, `Authentication - ${name}`, FORM.AUTHENTICATION);
// Flags, the association, the count (A.45.1): the association is not a column of the message.
group(121, 'Security Statistic', 'security statistic', COUNTER, [['f x2 u4', '32-bit with flag']]);
group(122, 'Security Statistic Event', 'security statistic', COUNTER, [
  ['f x2 u4', '32-bit with flag'],
  ['f x2 u4 t6', '32-bit with flag and time'],
]);

/** Groups whose variation is a length or an attribute: one layout for all variations of the group. */
const anyVariation = new Map<number, Layout>();
const family = (number: number, name: string, form: number, point: string, isOutput = false): void => {
  define(number, 0, name, '', point, OTHER, isOutput);
  define(number, 1, name, '', point, OTHER, isOutput, form);
  anyVariation.set(number, table[keyOf(number, 1)]!);
  table[keyOf(number, 1)] = undefined;
};
family(0, 'Device Attribute', FORM.ATTRIBUTE, 'device attribute');
family(110, 'Octet String', FORM.STRING, 'octet string');
family(111, 'Octet String Event', FORM.STRING, 'octet string');
family(112, 'Virtual Terminal Output Block', FORM.STRING, 'virtual terminal', true);
family(113, 'Virtual Terminal Event Data', FORM.STRING, 'virtual terminal');

/** The layout of a group and variation; undefined when the library has none. */
export const layoutOf = (group_: number, variation: number): Layout | undefined =>
  table[keyOf(group_, variation)] ?? anyVariation.get(group_);

/** `Analog Input - 16-bit with flag`, or `Object g5v7` where the library has none. */
export const objectName = (group_: number, variation: number): string =>
  layoutOf(group_, variation)?.name ?? `Object g${group_}v${variation}`;
