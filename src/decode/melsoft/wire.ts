/**
 * MELSOFT: what GX Works and other engineering tools of Mitsubishi Electric speak to a CPU (UDP 5560 and 5561 to built-in
 * ports, TCP 5562 to modules). There is no public specification. What is read here follows from captures and from the
 * MC protocol, whose command numbers it repeats (04 reads, 14 writes, 10 controls, 18 files; 01 identity):
 *
 *   0x5A / 0xDA  search: two octets, a function; answers carry addresses and the type code of the CPU
 *   0x57 / 0xD7  message: 18 octets of route, length (2, little-endian) of what follows: service header (its octet 2 plus 2
 *                is where the command stands), command (2, as MC writes it), sequence (2), echo (2), data
 *
 * In answers the two octets before the command are 0 in everything seen, and are taken for the end code. Not known: the
 * route's parts, commands 0x0b.., 0x17.., 0x187e, 0x185f beyond the file names in them, and the check that 0x01a0 does.
 */
import type { Decoded, Message, Probe } from '../../core/decoder.ts';
import { hex, paddedAscii, u16be, u16le, utf16le } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export interface MelsoftMessage extends Message {
  readonly response: boolean;
  /** Of search frames: their function; -1 in others. */
  readonly search: number;
  /** -1 in search frames. */
  readonly command: number;
  readonly sequence: number;
  /** -1 in requests. */
  readonly endCode: number;
  /** Octets 1..18 of the frame, as hexadecimal: the route, not understood. */
  readonly route: string;
  /** Names of files in it, as UTF-16 on the wire: `$MELPRJ$\MAIN.PRG`. */
  readonly files: readonly string[];
  /** File handle of open answers and of read, write and close; -1 elsewhere. */
  readonly handle: number;
  /** Octets of data behind the command's header. */
  readonly length: number;
  /** Of Remote Password Lock and Unlock: `(masked)`. */
  readonly password: typeof MASKED | '';
  /** Of 0x0121 answers. */
  readonly model: string;
  /** Type code of the CPU, of 0x0121 and of search 0xFF; -1 elsewhere. */
  readonly typeCode: number;
}

export const COMMAND = {
  TYPE_NAME: 0x0121,
  PASSWORD_LOCK: 0x1630,
  PASSWORD_UNLOCK: 0x1631,
  FILE_OPEN: 0x1867,
  FILE_READ: 0x1868,
  FILE_WRITE: 0x1869,
  FILE_CLOSE: 0x186a,
} as const;

const REQUEST = 0x57;
const ANSWER = 0xd7;
const SEARCH = 0x5a;
const SEARCH_ANSWER = 0xda;
const LENGTH_AT = 19;
const BODY_AT = 21;
/** Sequence (2) and echo (2) behind the command. */
const TAIL = 6;
const MAX_LENGTH = 8192;
/** Files named in one message: a download names three at a time. */
const MAX_FILES = 16;

/** `sure`: a message whose length fits and whose command stands where its header says, or a search with its fixed octets. */
export const probeMelsoft = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (available < 4) return available > 0 && !isFirst(b[start]!) ? 'no' : 'more';
  const first = b[start]!;
  if (!isFirst(first)) return 'no';
  if (first === SEARCH) return b[start + 1] === 0 && b[start + 2] === 0 && available === 4 ? 'maybe' : 'no';
  if (first === SEARCH_ANSWER) return b[start + 1] === 0 && b[start + 2] === 0 && available > 8 ? 'maybe' : 'no';
  if (b[start + 2] !== 0 || b[start + 3] !== 0) return 'no';
  if (available < BODY_AT + 24) return 'more';
  const length = u16le(b, start + LENGTH_AT);
  const at = b[start + BODY_AT + 2]! + 2;
  if (length > MAX_LENGTH || at + TAIL > length || (b[start + BODY_AT]! & 0x7f) !== 0x1c) return 'no';
  return ((b[start + BODY_AT]! & 0x80) !== 0) === (first === ANSWER) ? 'sure' : 'no';
};
const isFirst = (octet: number): boolean =>
  octet === REQUEST || octet === ANSWER || octet === SEARCH || octet === SEARCH_ANSWER;

/** One frame. Code `melsoft.length`: the command would stand beyond the end. */
export const decodeMelsoft = (b: Uint8Array, start: number, end: number): Decoded<MelsoftMessage> => {
  const available = end - start;
  if (available < 4) return { kind: 'incomplete', missing: 4 - available };
  const first = b[start]!;
  if (!isFirst(first)) return { kind: 'foreign' };
  if (first === SEARCH || first === SEARCH_ANSWER)
    return { kind: 'message', message: search(b, start, end, first === SEARCH_ANSWER), consumed: available };
  if (available < BODY_AT) return { kind: 'incomplete', missing: BODY_AT - available };
  const length = u16le(b, start + LENGTH_AT);
  if (length > MAX_LENGTH) return { kind: 'foreign' };
  const total = BODY_AT + length;
  if (available < total) return { kind: 'incomplete', missing: total - available };
  const at = start + BODY_AT + (length > 2 ? b[start + BODY_AT + 2]! : 0) + 2;
  if (at + 4 > start + total)
    return { kind: 'malformed', code: 'melsoft.length', detail: 'no room for a command', consumed: total };
  return { kind: 'message', message: message(b, start, at, start + total, first === ANSWER), consumed: total };
};

const NO_FILES: readonly string[] = [];
const search = (b: Uint8Array, start: number, end: number, response: boolean): MelsoftMessage => {
  const what = b[start + 3]!;
  return {
    type: response ? 'MELSOFT search response' : 'MELSOFT search request',
    response,
    search: what,
    command: -1,
    sequence: -1,
    endCode: -1,
    route: '',
    files: NO_FILES,
    handle: -1,
    length: end - start - 4,
    password: '',
    model: '',
    typeCode: response && what === 0xff && end - start >= 6 ? u16le(b, start + 4) : -1,
  };
};

const message = (b: Uint8Array, start: number, at: number, end: number, response: boolean): MelsoftMessage => {
  const command = u16be(b, at);
  const data = Math.min(end, at + TAIL);
  const named = command === COMMAND.TYPE_NAME && response && end - data >= 18;
  return {
    type: response ? typeOf(command)[1] : typeOf(command)[0],
    response,
    search: -1,
    command,
    sequence: u16le(b, at + 2),
    endCode: response ? u16le(b, at - 2) : -1,
    route: hex(b, start + 1, start + LENGTH_AT),
    files: response || !NAMES_FILES.has(command) ? NO_FILES : filesIn(b, data, end),
    handle: handleIn(command, response, b, data, end),
    length: end - data,
    password: !response && WITH_PASSWORD.has(command) ? MASKED : '',
    model: named ? paddedAscii(b, data, data + 16) : '',
    typeCode: named ? u16le(b, data + 16 + 2) : -1,
  };
};

const WITH_PASSWORD: ReadonlySet<number> = new Set([COMMAND.PASSWORD_LOCK, COMMAND.PASSWORD_UNLOCK]);
/** Commands with names of files; others of the group carry handles and content. */
const NAMES_FILES = new Set([0x1810, 0x1811, 0x1820, 0x1822, 0x1824, 0x1827, 0x1859, 0x185f, 0x1867, 0x187e]);

const handleIn = (command: number, response: boolean, b: Uint8Array, data: number, end: number): number => {
  if (data + 2 > end || response !== (command === COMMAND.FILE_OPEN)) return -1;
  return command >= COMMAND.FILE_OPEN && command <= COMMAND.FILE_CLOSE ? u16le(b, data) : -1;
};

/** Length (2, in octets or in characters), then UTF-16 that begins with `$`: the project's folder on the CPU. */
const filesIn = (b: Uint8Array, start: number, end: number): readonly string[] => {
  const out: string[] = [];
  for (let i = start; i + 6 <= end && out.length < MAX_FILES; i++) {
    // A length of 0x24 before the name looks like one more `$`.
    if (b[i + 2] !== 0x24 || b[i + 3] !== 0 || b[i + 5] !== 0 || b[i + 4] === 0x24 || b[i + 4] === 0) continue;
    let stop = i + 2;
    while (stop + 1 < end && (b[stop] !== 0 || b[stop + 1] !== 0) && stop - i < 512) stop += 2;
    out.push(utf16le(b, i + 2, stop));
    i = stop;
  }
  return out;
};

/** Names as the MC protocol has them for the same numbers; those of the tools' own commands are descriptions. */
const NAMES: Readonly<Record<number, string>> = {
  257: 'Read Type Name',
  289: 'Read CPU Type',
  416: 'Session check',
  1025: 'Device Read',
  1027: 'Device Read Random',
  1040: 'Memory Read',
  1041: 'Memory Read (0x0411)',
  4097: 'Remote Run',
  4098: 'Remote Stop',
  4099: 'Remote Pause',
  4101: 'Remote Latch Clear',
  4102: 'Remote Reset',
  5121: 'Device Write',
  5122: 'Device Write Random',
  5136: 'Memory Write',
  5655: 'Clear Error',
  5680: 'Remote Password Lock',
  5681: 'Remote Password Unlock',
  6160: 'Read Directory',
  6161: 'Search Directory',
  6176: 'New File',
  6178: 'Delete File',
  6180: 'Copy File',
  6183: 'Open File',
  6184: 'Read File',
  6185: 'Write File',
  6186: 'Close File',
  6233: 'Read Directory',
  6239: 'File Information',
  6247: 'Open File',
  6248: 'Read File',
  6249: 'Write File',
  6250: 'Close File',
  6270: 'File Group (0x187e)',
  6304: 'Read Disk State',
};
const types = new Map<number, readonly [string, string]>();
const UNKNOWN = ['MELSOFT request', 'MELSOFT response'] as const;
for (const [code, name] of Object.entries(NAMES)) types.set(Number(code), [`${name} request`, `${name} response`]);
const typeOf = (command: number): readonly [string, string] => types.get(command) ?? UNKNOWN;
export const nameOf = (command: number): string => NAMES[command] ?? 'MELSOFT command';

/** A message with the route that GX Works3 uses; answers have two octets more before the command. */
export const encodeMelsoft = (
  command: number,
  sequence: number,
  response: boolean,
  data: ArrayLike<number>,
): Uint8Array => {
  const at = response ? 26 : 24;
  const w = new OctetWriter().u8(response ? ANSWER : REQUEST, 1, 0, 0, 0, 0x11, 0x11, 7).zeros(11);
  w.u16le(at + TAIL + data.length)
    .u8(response ? 0x9c : 0x1c, 0x0a, at - 2, 0x14)
    .zeros(at - 4);
  return w.u16(command).u16le(sequence).u16le(0).bytes(data).done();
};
