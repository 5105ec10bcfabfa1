/**
 * Services of CODESYS V3 components and the tags that they carry. Numbers are those of the runtime system's published interface
 * descriptions (CmpDeviceItf, CmpAppItf, CmpFileTransferItf, CmpMonitorItf, CmpPlcShellItf, CmpSrvItf); the coding of tags follows
 * Kaspersky ICS CERT, "Security research: CODESYS Runtime, a PLC control framework", 2019, part 2. Names are ours.
 */
import type { Verb } from '../../core/observation.ts';
import { ascii, hex, u16le, u32le, utf16le } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';

/** Tags of one service, their nesting, octets of one that are kept. */
const MAX_TAGS = 64;
const MAX_DEPTH = 4;
const MAX_OCTETS = 128;

export const DEVICE = 1;
export const APPLICATION = 2;
export const FILE_TRANSFER = 8;
export const SHELL = 17;
const MONITOR = 27;
export const LOGIN = 2;
export const IDENTITY = 1;

type Row = readonly [service: number, name: string, verb: Verb];
const SERVICES: ReadonlyMap<number, readonly [string, Verb]> = new Map(
  (
    [
      [DEVICE, [
        [1, 'Read Target Identity', 'discover'], [2, 'Log In', 'authenticate'], [3, 'Log Out', 'invoke'], [4, 'Reset Device To Origin', 'delete'], [5, 'Echo', 'invoke'],
        [6, 'Set Operation Mode', 'mode-change'], [7, 'Read Operation Mode', 'read'], [8, 'Interactive Log In', 'authenticate'], [9, 'Set Node Name', 'configure'],
      ]],
      [APPLICATION, [
        [1, 'Log In To Application', 'invoke'], [2, 'Log Out Of Application', 'invoke'], [3, 'Create Application', 'program-download'], [4, 'Delete Application', 'delete'],
        [5, 'Download', 'program-download'], [6, 'Online Change', 'program-download'], [7, 'Device Download', 'program-download'],
        [8, 'Create Device Application', 'program-download'], [0x10, 'Start', 'mode-change'], [0x11, 'Stop', 'mode-change'], [0x12, 'Reset', 'restart'],
        [0x13, 'Set Breakpoint', 'control'], [0x14, 'Read Status', 'read'], [0x15, 'Delete Breakpoint', 'control'], [0x16, 'Read Call Stack', 'read'],
        [0x17, 'Read Area Offset', 'read'], [0x18, 'Read Application List', 'read'], [0x19, 'Set Next Statement', 'control'], [0x20, 'Release Force List', 'force'],
        [0x21, 'Read Force List', 'read'], [0x22, 'Single Cycle', 'mode-change'], [0x23, 'Create Boot Project', 'program-download'], [0x24, 'Reinitialize Application', 'restart'],
        [0x25, 'Read Application States', 'read'], [0x26, 'Load Boot Application', 'program-download'], [0x27, 'Register Boot Application', 'configure'],
        [0x28, 'Check File Consistency', 'read'], [0x29, 'Read Application Information', 'read'], [0x30, 'Download Compact', 'program-download'],
        [0x31, 'Read Project Information', 'read'], [0x32, 'Define Flow', 'subscribe'], [0x33, 'Read Flow Values', 'read'], [0x34, 'Download Encrypted', 'program-download'],
        [0x35, 'Read Application Content', 'program-upload'], [0x36, 'Save Retains', 'configure'], [0x37, 'Restore Retains', 'write'], [0x38, 'Read Area Address', 'read'],
        [0x39, 'Leave Execution Points Active', 'control'], [0x40, 'Claim Execution Points', 'control'],
      ]],
      [FILE_TRANSFER, [
        [1, 'Read File Information', 'read'], [2, 'Start File Download', 'program-download'], [3, 'Restart File Download', 'program-download'],
        [4, 'File Download', 'program-download'], [5, 'Start File Upload', 'program-upload'], [6, 'Restart File Upload', 'program-upload'], [7, 'File Upload', 'program-upload'],
        [8, 'End File Transfer', 'invoke'], [9, 'Cancel File Transfer', 'invoke'], [10, 'Save File Signature', 'configure'], [11, 'Read File Signature', 'read'],
        [12, 'Read Directory', 'read'], [13, 'Cancel Read Directory', 'invoke'], [14, 'Delete File', 'delete'], [15, 'Rename File', 'write'], [16, 'Create Directory', 'write'],
        [17, 'Delete Directory', 'delete'], [18, 'Rename Directory', 'write'], [19, 'Read Free Space', 'read'], [20, 'Synchronized File Transfer', 'invoke'],
      ]],
      [SHELL, [[1, 'Shell Command', 'invoke'], [2, 'Cancel Shell Command', 'invoke']]],
      [MONITOR, [[1, 'Read Variables', 'read'], [2, 'Write Variables', 'write'], [3, 'Force Variables', 'force']]],
    ] as const satisfies readonly (readonly [number, readonly Row[]])[]
  ).flatMap(([component, rows]) => rows.map(([service, name, verb]) => [(component << 16) | service, [name, verb]] as const)),
); // biome-ignore format: a table

/** Name and verb of a service by component and number; undefined where no name is published. */
export const serviceOf = (component: number, service: number): readonly [string, Verb] | undefined =>
  SERVICES.get((component << 16) | service);

export interface Tag {
  readonly id: number;
  /** Number of 1, 2 or 4 octets, a text, or octets as hexadecimal. Empty where it may be a credential. */
  readonly value: number | string;
  readonly length: number;
}

/** Groups of seven bits, the lowest first; bit 7 says that another follows. Lengths are filled up with groups of zero. */
const group = { value: 0, next: 0 };
const readGroups = (b: Uint8Array, start: number, end: number): boolean => {
  let value = 0;
  let scale = 1;
  for (let at = start; at < end && at < start + 5; at++) {
    value += (b[at]! & 0x7f) * scale;
    scale *= 128;
    if (b[at]! < 0x80) {
      group.value = value;
      group.next = at + 1;
      return true;
    }
  }
  return false;
};

const isPrintable = (b: Uint8Array, start: number, end: number, step: number): boolean => {
  if (end - start < 2 * step) return false;
  for (let i = start; i < end; i += step)
    if (b[i]! < 0x20 || b[i]! > 0x7e || (step === 2 && b[i + 1] !== 0)) return false;
  return true;
};
const tagValue = (b: Uint8Array, start: number, end: number): number | string => {
  const size = end - start;
  let stop = end;
  while (stop > start && b[stop - 1] === 0) stop--;
  const wideStop = stop + ((stop - start) & 1);
  const kept = (to: number): number => Math.min(to, start + MAX_OCTETS);
  if (size >= 4 && wideStop <= end && isPrintable(b, start, wideStop, 2)) return utf16le(b, start, kept(wideStop));
  // A short number may look like letters: texts end with a NUL.
  if (stop < end && isPrintable(b, start, stop, 1)) return ascii(b, start, kept(stop));
  if (size === 1) return b[start]!;
  if (size === 2) return u16le(b, start);
  if (size === 4) return u32le(b, start);
  return isPrintable(b, start, end, 1) ? ascii(b, start, kept(end)) : hex(b, start, kept(end));
};

/** User names and passwords stand in the tag of credentials; the latter, and the answer to a challenge, are never read. */
const CREDENTIALS = 0x81;
const PASSWORD = 0x11;

/** Leaves of the tags at `start`..`end`; empty where they do not fit: the service goes on in another frame. */
export const readTags = (b: Uint8Array, start: number, end: number, isLogin: boolean): readonly Tag[] => {
  const out: Tag[] = [];
  return walk(b, start, end, isLogin, 0, out) ? out : out.slice(0, MAX_TAGS);
};
const walk = (b: Uint8Array, start: number, end: number, secret: boolean, depth: number, out: Tag[]): boolean => {
  let at = start;
  while (at < end && out.length < MAX_TAGS) {
    if (!readGroups(b, at, end)) return false;
    const id = group.value;
    if (!readGroups(b, group.next, end)) return false;
    const length = group.value;
    const from = group.next;
    if (length > end - from) return false;
    at = from + length;
    // Bit 7 of an identifier: others are inside, but for those that all services share (from 0xFF00 on).
    if ((id & 0x80) !== 0 && id < 0x3f80 && depth < MAX_DEPTH) {
      if (!walk(b, from, at, secret && id === CREDENTIALS, depth + 1, out)) return false;
    } else out.push({ id, value: secret && id === PASSWORD ? MASKED : tagValue(b, from, at), length });
  }
  return true;
};

export const TAG = {
  RESULT: 0x01,
  DEVICE_NAME: 0x02,
  VENDOR_NAME: 0x03,
  NODE_NAME: 0x04,
  RUNTIME_VERSION: 0x06,
  SERIAL: 0x09,
  USER: 0x10,
  LOGIN_RESULT: 0x20,
  NAME: 0x10,
  ARGUMENTS: 0x12,
  FILE_NAME: 0x01,
  /** As the interface writes it, and as its two octets read in groups. */
  ERROR: 0xff7f,
  ERROR_GROUPS: 0x3fff,
} as const;

export const textOf = (tags: readonly Tag[], id: number): string => {
  const found = tags.find((t) => t.id === id && typeof t.value === 'string');
  return found === undefined ? '' : String(found.value);
};
/** Result of an answer: 0 is good, -1 where it says none. */
export const resultOf = (tags: readonly Tag[], isLogin: boolean): number => {
  const found =
    tags.find((t) => t.id === TAG.ERROR || t.id === TAG.ERROR_GROUPS) ??
    (isLogin ? tags.find((t) => t.id === TAG.LOGIN_RESULT) : undefined);
  return typeof found?.value === 'number' ? found.value : -1;
};
