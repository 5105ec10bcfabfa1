/**
 * Memory areas: code on the wire to name, element size and number format of the address.
 * Sources: OMRON W342 section 5-2-2 (CS/CJ codes) and W202 (C and CV codes); both families occur on the wire.
 */

export interface Area {
  readonly code: number;
  /** As programmers write it: `D`, `CIO`, `W`, `H`, `A`, `T/C`, `E0_`. */
  readonly name: string;
  /** Constant text for blocks of values: `DM`, `CIO`. */
  readonly block: string;
  /** `bit`: one octet 0/1; `word`: 2 octets; `forced-bit`, `forced-word`: with the forced status; `long`: 4 octets. */
  readonly kind: 'bit' | 'word' | 'forced-bit' | 'forced-word' | 'long' | 'unknown';
  /** Octets of one element. */
  readonly size: number;
  /** Timers, counters, flags have no bits below the address. */
  readonly bits: boolean;
}

const areas = new Map<number, Area>();
const SIZE = { bit: 1, word: 2, 'forced-bit': 1, 'forced-word': 4, long: 4, unknown: 1 } as const;
const add = (code: number, name: string, block: string, kind: Area['kind'], bits = true): void => {
  areas.set(code, { code, name, block, kind, size: SIZE[kind], bits });
};
// C and CV
add(0x00, 'CIO ', 'CIO bit', 'bit');
add(0x40, 'CIO ', 'CIO forced bit', 'forced-bit');
add(0x80, 'CIO ', 'CIO', 'word');
add(0xc0, 'CIO ', 'CIO forced', 'forced-word');
add(0x01, 'T/C flag ', 'T/C flag', 'bit', false);
add(0x41, 'T/C flag ', 'T/C forced flag', 'forced-bit', false);
add(0x81, 'T/C ', 'T/C', 'word', false);
add(0x03, 'Transition ', 'Transition', 'bit', false);
add(0x43, 'Transition ', 'Transition forced', 'forced-bit', false);
add(0x04, 'Step ', 'Step', 'bit', false);
add(0x44, 'Step ', 'Step status', 'forced-bit', false);
add(0x84, 'Step timer ', 'Step timer', 'word', false);
add(0x05, 'Forced ', 'Forced bit', 'bit');
add(0x85, 'Forced ', 'Forced', 'word');
for (let bank = 0; bank < 8; bank++) add(0x90 + bank, `E${bank}_`, `E${bank}`, 'word');
add(0x1b, 'Action ', 'Action', 'bit', false);
add(0x9c, 'Register ', 'Register', 'word', false);
add(0xdd, 'Interrupt ', 'Interrupt', 'word', false);
// CS, CJ, CP, NSJ
const WORDS = ['CIO', 'W', 'H', 'A'] as const;
for (let i = 0; i < 4; i++) {
  const name = i === 0 ? 'CIO ' : WORDS[i]!;
  add(0x30 + i, name, `${WORDS[i]} bit`, 'bit');
  add(0xb0 + i, name, WORDS[i]!, 'word');
  if (i === 3) continue;
  add(0x70 + i, name, `${WORDS[i]} forced bit`, 'forced-bit');
  add(0xf0 + i, name, `${WORDS[i]} forced`, 'forced-word');
}
add(0x09, 'T/C flag ', 'T/C flag', 'bit', false);
add(0x49, 'T/C flag ', 'T/C forced flag', 'forced-bit', false);
add(0x89, 'T/C ', 'T/C', 'word', false);
add(0x02, 'D', 'D bit', 'bit');
add(0x82, 'D', 'D', 'word');
const HEX = '0123456789ABCDEF';
for (let bank = 0; bank < 16; bank++) {
  add(0x20 + bank, `E${HEX[bank]}_`, `E${HEX[bank]} bit`, 'bit');
  add(0xa0 + bank, `E${HEX[bank]}_`, `E${HEX[bank]}`, 'word');
}
for (let bank = 0; bank < 9; bank++) {
  add(0x60 + bank, `E1${bank}_`, `E1${bank}`, 'word');
  add(0xe0 + bank, `E1${bank}_`, `E1${bank} bit`, 'bit');
}
add(0x0a, 'E', 'E bit', 'bit');
add(0x98, 'E', 'E', 'word');
add(0x06, 'TK', 'Task flag', 'bit', false);
add(0x46, 'TK', 'Task status', 'bit', false);
add(0xdc, 'IR', 'IR', 'long', false);
add(0xbc, 'DR', 'DR', 'word', false);
add(0x07, 'Clock pulse ', 'Clock pulse', 'bit');

const UNKNOWN: Area = { code: -1, name: '', block: 'unknown area', kind: 'unknown', size: 1, bits: false };
export const areaOf = (code: number): Area => areas.get(code) ?? UNKNOWN;

/** `D1000`, `CIO 100.05`, `T0012`, `C0003`, `area 0xff 12`. CS/CJ counters stand at 0x8000 and above in the T/C area. */
export const pointText = (code: number, word: number, bit: number): string => {
  const area = areaOf(code);
  if (area.kind === 'unknown') return `area 0x${code.toString(16)} ${word}${bit === 0 ? '' : `.${bit}`}`;
  if (area.code === 0x09 || area.code === 0x89 || area.code === 0x49) {
    const name = word >= 0x8000 ? 'C' : 'T';
    return `${name}${String(word & 0x7fff).padStart(4, '0')}${area.kind === 'word' ? '' : ' flag'}`;
  }
  const dotted = area.bits && (area.kind === 'bit' || area.kind === 'forced-bit' || bit !== 0);
  return dotted ? `${area.name}${word}.${String(bit).padStart(2, '0')}` : `${area.name}${word}`;
};

/** Parameter areas (W342 section 5-2-3). */
const PARAMETER_AREAS: Readonly<Record<number, string>> = {
  32768: 'all parameters',
  32770: 'CPU bus unit settings',
  32784: 'PLC setup',
  32785: 'peripheral device settings',
  32786: 'I/O tables',
  32787: 'routing tables',
};
export const parameterAreaText = (code: number): string =>
  PARAMETER_AREAS[code] ?? `parameter area 0x${code.toString(16)}`;
