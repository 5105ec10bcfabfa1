/**
 * Type identifications of ASDUs and the information elements they are built of (IEC 60870-5-101:2003 clauses 7.2.6 and
 * 7.3, IEC 60870-5-104:2006 clause 8 for 58..64 and 107, 127).
 */

/** How a value is read. */
export const VALUE = {
  NONE: 0,
  /** One bit, with quality in the same octet. */
  SINGLE: 1,
  DOUBLE: 2,
  /** 7 bits with sign; bit 7 says that it is on its way. */
  STEP: 3,
  BITS32: 4,
  /** 16 bits with sign, 1/32768 each. */
  NORMALIZED: 5,
  SCALED: 6,
  FLOAT: 7,
  COUNTER: 8,
  BITS8: 9,
  STATUS_CHANGE: 10,
  /** Of commands: the state in the lowest bit or bits of the qualifier octet. */
  COMMAND_SINGLE: 11,
  COMMAND_DOUBLE: 12,
  U16: 13,
} as const;

/** What a type is for. */
export const PURPOSE = { MONITOR: 1, COMMAND: 2, INIT: 3, SYSTEM: 4, PARAMETER: 5, FILE: 6, SECURITY: 7 } as const;

export interface AsduType {
  readonly id: number;
  /** `M_SP_NA_1`. */
  readonly label: string;
  /** `Single-point information`. */
  readonly title: string;
  readonly purpose: number;
  /** Type of the value of a point; '' where it has none. */
  readonly valueType: string;
  /** Octets of the elements of one information object, without its address; -1 where it varies. */
  readonly size: number;
  readonly valueKind: number;
  /** Offsets within the elements; -1 where there is none. */
  readonly value: number;
  /** Octet with quality: its own, or that of the value. */
  readonly quality: number;
  /** Bits of that octet that are quality. */
  readonly qualityMask: number;
  readonly qualifier: number;
  /** CP16Time2a: elapsed or delay, ms. */
  readonly elapsed: number;
  readonly time: number;
  /** 3 (CP24Time2a) or 7 (CP56Time2a) octets. */
  readonly timeOctets: number;
}

const QUALITY = 0xf1;
const table: (AsduType | undefined)[] = new Array<undefined>(256).fill(undefined);

/** Words in the order of the octets; see the switch. */
const define = (id: number, label: string, title: string, purpose: number, valueType: string, words: string): void => {
  let at = 0;
  let value = -1;
  let valueKind: number = VALUE.NONE;
  let quality = -1;
  let qualityMask = QUALITY;
  let qualifier = -1;
  let elapsed = -1;
  let time = -1;
  let timeOctets = 0;
  const carry = (kind: number, octets: number): void => {
    value = at;
    valueKind = kind;
    at += octets;
  };
  for (const word of words === '' ? [] : words.split(' '))
    switch (word) {
      case 'siq':
      case 'diq':
      case 'sep':
        quality = at;
        qualityMask = 0xf0;
        carry(word === 'siq' ? VALUE.SINGLE : VALUE.DOUBLE, 1);
        break;
      case 'vti':
        carry(VALUE.STEP, 1);
        break;
      case 'bsi':
        carry(VALUE.BITS32, 4);
        break;
      case 'nva':
        carry(VALUE.NORMALIZED, 2);
        break;
      case 'sva':
        carry(VALUE.SCALED, 2);
        break;
      case 'r32':
        carry(VALUE.FLOAT, 4);
        break;
      case 'bcr':
        carry(VALUE.COUNTER, 4);
        quality = at++;
        qualityMask = 0xe0;
        break;
      case 'spe':
      case 'oci':
        carry(VALUE.BITS8, 1);
        break;
      case 'scd':
        carry(VALUE.STATUS_CHANGE, 4);
        break;
      case 'fbp':
        carry(VALUE.U16, 2);
        break;
      case 'qds':
      case 'qdp':
        quality = at++;
        qualityMask = word === 'qds' ? QUALITY : 0xf8;
        break;
      case 'sco':
      case 'dco':
      case 'rco':
        qualifier = at;
        carry(word === 'sco' ? VALUE.COMMAND_SINGLE : VALUE.COMMAND_DOUBLE, 1);
        break;
      case 'q':
        qualifier = at++;
        break;
      case 'cp16':
        elapsed = at;
        at += 2;
        break;
      default:
        time = at;
        timeOctets = word === 'cp24' ? 3 : 7;
        at += timeOctets;
    }
  const size = words === '*' ? -1 : at;
  table[id] = {
    id,
    label,
    title,
    purpose,
    valueType,
    size,
    valueKind,
    value,
    quality,
    qualityMask,
    qualifier,
    elapsed,
    time: words === '*' ? -1 : time,
    timeOctets: words === '*' ? 0 : timeOctets,
  };
};

/** Monitored values: without time, with CP24, with CP56 (0: there is none). */
const monitored = (
  ids: readonly [number, number, number],
  code: string,
  suffixes: readonly [string, string, string],
  title: string,
  valueType: string,
  words: string,
): void => {
  const times = ['', ' cp24', ' cp56'];
  const notes = ['', ' with time tag', ' with time tag CP56Time2a'];
  for (let i = 0; i < 3; i++)
    if (ids[i]! > 0)
      define(
        ids[i]!,
        `M_${code}_${suffixes[i]}_1`,
        `${title}${notes[i]}`,
        PURPOSE.MONITOR,
        valueType,
        `${words}${times[i]}`.trim(),
      );
};
monitored([1, 2, 30], 'SP', ['NA', 'TA', 'TB'], 'Single-point information', 'single-point', 'siq');
monitored([3, 4, 31], 'DP', ['NA', 'TA', 'TB'], 'Double-point information', 'double-point', 'diq');
monitored([5, 6, 32], 'ST', ['NA', 'TA', 'TB'], 'Step position information', 'step position', 'vti qds');
monitored([7, 8, 33], 'BO', ['NA', 'TA', 'TB'], 'Bitstring of 32 bit', 'bitstring', 'bsi qds');
monitored([9, 10, 34], 'ME', ['NA', 'TA', 'TD'], 'Measured value, normalized value', 'normalized', 'nva qds');
monitored([11, 12, 35], 'ME', ['NB', 'TB', 'TE'], 'Measured value, scaled value', 'scaled', 'sva qds');
monitored([13, 14, 36], 'ME', ['NC', 'TC', 'TF'], 'Measured value, short floating point', 'short float', 'r32 qds');
monitored([15, 16, 37], 'IT', ['NA', 'TA', 'TB'], 'Integrated totals', 'integrated total', 'bcr');
monitored([0, 17, 38], 'EP', ['', 'TA', 'TD'], 'Event of protection equipment', 'protection event', 'sep cp16');
monitored(
  [0, 18, 39],
  'EP',
  ['', 'TB', 'TE'],
  'Packed start events of protection equipment',
  'start events',
  'spe qdp cp16',
);
monitored(
  [0, 19, 40],
  'EP',
  ['', 'TC', 'TF'],
  'Packed output circuit information of protection equipment',
  'output circuits',
  'oci qdp cp16',
);
monitored([20, 0, 0], 'PS', ['NA', '', ''], 'Packed single-point information', 'packed single-points', 'scd qds');
monitored([21, 0, 0], 'ME', ['ND', '', ''], 'Measured value, normalized value without quality', 'normalized', 'nva');
define(
  41,
  'S_IT_TC_1',
  'Integrated totals containing time-tagged security statistics',
  PURPOSE.MONITOR,
  'security statistic',
  'bcr cp56',
);

for (const [i, [code, title, valueType, words]] of (
  [
    ['SC', 'Single command', 'single command', 'sco'],
    ['DC', 'Double command', 'double command', 'dco'],
    ['RC', 'Regulating step command', 'step command', 'rco'],
    ['SE', 'Set-point command, normalized value', 'normalized', 'nva q'],
    ['SE', 'Set-point command, scaled value', 'scaled', 'sva q'],
    ['SE', 'Set-point command, short floating point', 'short float', 'r32 q'],
    ['BO', 'Bitstring of 32 bit', 'bitstring', 'bsi'],
  ] as const
).entries()) {
  const variant = code === 'SE' ? 'ABC'[i - 3]! : 'A';
  define(45 + i, `C_${code}_N${variant}_1`, title, PURPOSE.COMMAND, valueType, words);
  define(
    58 + i,
    `C_${code}_T${variant}_1`,
    `${title} with time tag CP56Time2a`,
    PURPOSE.COMMAND,
    valueType,
    `${words} cp56`,
  );
}

define(70, 'M_EI_NA_1', 'End of initialization', PURPOSE.INIT, '', 'q');

for (const [id, label, title] of [
  [81, 'S_CH_NA_1', 'Authentication challenge'],
  [82, 'S_RP_NA_1', 'Authentication reply'],
  [83, 'S_AR_NA_1', 'Aggressive mode authentication request'],
  [84, 'S_KR_NA_1', 'Session key status request'],
  [85, 'S_KS_NA_1', 'Session key status'],
  [86, 'S_KC_NA_1', 'Session key change'],
  [87, 'S_ER_NA_1', 'Authentication error'],
  [90, 'S_US_NA_1', 'User status change'],
  [91, 'S_UQ_NA_1', 'Update key change request'],
  [92, 'S_UR_NA_1', 'Update key change reply'],
  [93, 'S_UK_NA_1', 'Update key change symmetric'],
  [94, 'S_UA_NA_1', 'Update key change asymmetric'],
  [95, 'S_UC_NA_1', 'Update key change confirmation'],
] as const)
  define(id, label, title, PURPOSE.SECURITY, '', '*');

define(100, 'C_IC_NA_1', 'Interrogation command', PURPOSE.SYSTEM, '', 'q');
define(101, 'C_CI_NA_1', 'Counter interrogation command', PURPOSE.SYSTEM, '', 'q');
define(102, 'C_RD_NA_1', 'Read command', PURPOSE.SYSTEM, '', '');
define(103, 'C_CS_NA_1', 'Clock synchronization command', PURPOSE.SYSTEM, '', 'cp56');
define(104, 'C_TS_NA_1', 'Test command', PURPOSE.SYSTEM, '', 'fbp');
define(105, 'C_RP_NA_1', 'Reset process command', PURPOSE.SYSTEM, '', 'q');
define(106, 'C_CD_NA_1', 'Delay acquisition command', PURPOSE.SYSTEM, '', 'cp16');
define(107, 'C_TS_TA_1', 'Test command with time tag CP56Time2a', PURPOSE.SYSTEM, '', 'fbp cp56');
define(110, 'P_ME_NA_1', 'Parameter of measured value, normalized value', PURPOSE.PARAMETER, 'normalized', 'nva q');
define(111, 'P_ME_NB_1', 'Parameter of measured value, scaled value', PURPOSE.PARAMETER, 'scaled', 'sva q');
define(
  112,
  'P_ME_NC_1',
  'Parameter of measured value, short floating point',
  PURPOSE.PARAMETER,
  'short float',
  'r32 q',
);
define(113, 'P_AC_NA_1', 'Parameter activation', PURPOSE.PARAMETER, '', 'q');

for (const [i, [label, title]] of (
  [
    ['F_FR_NA_1', 'File ready'],
    ['F_SR_NA_1', 'Section ready'],
    ['F_SC_NA_1', 'Call directory, select file, call file, call section'],
    ['F_LS_NA_1', 'Last section, last segment'],
    ['F_AF_NA_1', 'Ack file, ack section'],
    ['F_SG_NA_1', 'Segment'],
    ['F_DR_TA_1', 'Directory'],
    ['F_SC_NB_1', 'Query log'],
  ] as const
).entries())
  define(120 + i, label, title, PURPOSE.FILE, '', '*');

/** The type; undefined for those that the standard reserves or leaves to private agreement (128..255). */
export const typeOf = (id: number): AsduType | undefined => table[id];

/** Name of an ASDU as message type: `M_SP_NA_1 Single-point information`. */
const TYPE_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, id) => {
  const type = table[id];
  return type === undefined ? (id < 128 ? `reserved type ${id}` : `private type ${id}`) : `${type.label} ${type.title}`;
});
export const typeText = (id: number): string => TYPE_TEXTS[id]!;

/** Common address of all stations (7.2.4). */
export const BROADCAST = 0xffff;

export const CAUSE = {
  PERIODIC: 1,
  SPONTANEOUS: 3,
  REQUEST: 5,
  ACTIVATION: 6,
  ACTIVATION_CONFIRMATION: 7,
  DEACTIVATION: 8,
  DEACTIVATION_CONFIRMATION: 9,
  ACTIVATION_TERMINATION: 10,
  FILE: 13,
  UNKNOWN_TYPE: 44,
  UNKNOWN_OBJECT: 47,
} as const;

/** Causes of transmission (7.2.3). */
export const CAUSE_NAMES: readonly (string | undefined)[] = [
  undefined,
  'periodic',
  'background scan',
  'spontaneous',
  'initialized',
  'request or requested',
  'activation',
  'activation confirmation',
  'deactivation',
  'deactivation confirmation',
  'activation termination',
  'return information caused by a remote command',
  'return information caused by a local command',
  'file transfer',
  'authentication',
  'maintenance of session keys',
  'maintenance of user role and update keys',
  undefined,
  undefined,
  undefined,
  'interrogated by station interrogation',
  ...Array.from({ length: 16 }, (_, i) => `interrogated by group ${i + 1} interrogation`),
  'requested by general counter request',
  ...Array.from({ length: 4 }, (_, i) => `requested by group ${i + 1} counter request`),
  undefined,
  undefined,
  'unknown type identification',
  'unknown cause of transmission',
  'unknown common address',
  'unknown information object address',
];
