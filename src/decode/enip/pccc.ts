/**
 * PCCC, the command language of PLC-2/3/5, SLC 500 and MicroLogix, as CIP carries it (class 0x67, service 0x4b). Source:
 * Rockwell publication 1770-6.5.16 "DF1 Protocol and Command Set", chapters 7 and 8; requestor id: Logix "PCCC object".
 */
import type { Verb } from '../../core/observation.ts';
import { ascii, u16le } from '../../lib/bytes.ts';

export interface Pccc {
  readonly command: number;
  /** -1 where the command has none. */
  readonly fnc: number;
  readonly name: string;
  readonly verb: Verb;
  /** `N7:0`, `T4:2.1`; empty where the command names no data. */
  readonly address: string;
  /** File prefix: `N7`; empty where none. */
  readonly file: string;
  /** True for files of the data table; others hold the program or the processor's own lists. */
  readonly isData: boolean;
  /** Type octet of the data table file, -1 without. */
  readonly fileType: number;
  readonly element: number;
  readonly subElement: number;
  /** Octets read or written. */
  readonly size: number;
  /** Where the written data starts in the CIP service data. */
  readonly dataStart: number;
  /** Requested mode of a mode change, in words. */
  readonly mode: string;
}

/** Chapter 7: command and function codes that people name. Key: command << 8 | function. */
const FUNCTION: ReadonlyMap<number, readonly [string, Verb]> = new Map<number, readonly [string, Verb]>([
  [0x0600, ['Echo', 'read']],
  [0x0601, ['Read Diagnostic Counters', 'read']],
  [0x0602, ['Set Variables', 'configure']],
  [0x0603, ['Diagnostic Status', 'read']],
  [0x0604, ['Set Timeout', 'configure']],
  [0x0605, ['Set NAKs', 'configure']],
  [0x0606, ['Set ENQs', 'configure']],
  [0x0607, ['Reset Diagnostic Counters', 'configure']],
  [0x0608, ['Set Data Table Size', 'configure']],
  [0x0609, ['Read Link Parameters', 'read']],
  [0x060a, ['Set Link Parameters', 'configure']],
  [0x0700, ['Disable Outputs', 'control']],
  [0x0701, ['Enable Outputs', 'control']],
  [0x0703, ['Enable PLC Scanning', 'mode-change']],
  [0x0704, ['Enter Download Mode', 'mode-change']],
  [0x0705, ['Exit Download/Upload Mode', 'mode-change']],
  [0x0706, ['Enter Upload Mode', 'mode-change']],
  [0x0f00, ['Word Range Write', 'write']],
  [0x0f01, ['Word Range Read', 'read']],
  [0x0f02, ['Bit Write', 'write']],
  [0x0f03, ['File Write', 'write']],
  [0x0f04, ['File Read', 'read']],
  [0x0f05, ['Download Request', 'program-download']],
  [0x0f06, ['Upload', 'program-upload']],
  [0x0f07, ['Shutdown', 'mode-change']],
  [0x0f08, ['Physical Write', 'write']],
  [0x0f09, ['Physical Read', 'read']],
  [0x0f0a, ['Restart Request', 'restart']],
  [0x0f11, ['Get Edit Resource', 'authenticate']],
  [0x0f12, ['Return Edit Resource', 'authenticate']],
  [0x0f17, ['Read Bytes Physical', 'program-upload']],
  [0x0f18, ['Write Bytes Physical', 'program-download']],
  [0x0f26, ['Read-Modify-Write', 'write']],
  [0x0f29, ['Read Section Size', 'read']],
  [0x0f3a, ['Set CPU Mode', 'mode-change']],
  [0x0f41, ['Disable Forces', 'force']],
  [0x0f50, ['Download All Request', 'program-download']],
  [0x0f52, ['Download Completed', 'program-download']],
  [0x0f53, ['Upload All Request', 'program-upload']],
  [0x0f55, ['Upload Completed', 'program-upload']],
  [0x0f57, ['Initialize Memory', 'delete']],
  [0x0f5e, ['Modify PLC-2 Compatibility File', 'configure']],
  [0x0f67, ['Typed Write', 'write']],
  [0x0f68, ['Typed Read', 'read']],
  [0x0f79, ['Read-Modify-Write N', 'write']],
  [0x0f80, ['Change CPU Mode', 'mode-change']],
  [0x0f81, ['Open File', 'read']],
  [0x0f82, ['Close File', 'read']],
  [0x0f88, ['Execute Multiple Commands', 'invoke']],
  [0x0f8f, ['Apply Port Configuration', 'configure']],
  [0x0fa1, ['Protected Typed Logical Read, two address fields', 'read']],
  [0x0fa2, ['Protected Typed Logical Read, three address fields', 'read']],
  [0x0fa7, ['Protected Typed File Read', 'program-upload']],
  [0x0fa9, ['Protected Typed Logical Write, two address fields', 'write']],
  [0x0faa, ['Protected Typed Logical Write, three address fields', 'write']],
  [0x0fab, ['Protected Typed Logical Masked Write, three address fields', 'write']],
  [0x0faf, ['Protected Typed File Write', 'program-download']],
]);
/** Commands without a function code. */
const PLAIN: ReadonlyMap<number, readonly [string, Verb]> = new Map<number, readonly [string, Verb]>([
  [0x00, ['Protected Write', 'write']],
  [0x01, ['Unprotected Read', 'read']],
  [0x02, ['Protected Bit Write', 'write']],
  [0x04, ['Physical Read', 'read']],
  [0x05, ['Unprotected Bit Write', 'write']],
  [0x08, ['Unprotected Write', 'write']],
]);

/** Chapter 13: letters of the SLC data table files. */
const FILE_LETTER: Readonly<Record<number, string>> = {
  130: 'O',
  131: 'I',
  132: 'S',
  133: 'B',
  134: 'T',
  135: 'C',
  136: 'R',
  137: 'N',
  138: 'F',
  139: 'O',
  140: 'I',
  141: 'ST',
  142: 'A',
  145: 'L',
  161: 'force O',
  162: 'force I',
};
const OUTPUT_FORCES = 161;
const INPUT_FORCES = 162;
/** Program files, read and written with the same commands as data. */
const LADDER = 34;
const ONLINE_EDITS = 101;

/** Function 0x3a: PLC-5 and MicroLogix 1000. Function 0x80: SLC 500 and MicroLogix. */
const modeName = (fnc: number, mode: number): string => {
  if (fnc === 0x3a) return mode === 1 ? 'program' : mode === 2 ? 'run' : `mode ${mode}`;
  const names: Readonly<Record<number, string>> = {
    1: 'program',
    6: 'run',
    7: 'test, continuous',
    8: 'test, single scan',
    9: 'test, debug',
  };
  return names[mode] ?? `mode ${mode}`;
};

/** Length of the requestor id (itself, vendor 2, serial 4): 7; 0 when the data is too short. */
const requestorLength = (d: Uint8Array): number => (d.length > d[0]! && d[0]! >= 1 ? d[0]! : 0);

let lastData: Uint8Array | undefined;
let lastCommand: Pccc | undefined;

/** The command in the data of an Execute PCCC request; undefined when it is cut. Two look at the same data in turn. */
export const decodePccc = (d: Uint8Array): Pccc | undefined => {
  if (d === lastData) return lastCommand;
  lastCommand = readPccc(d);
  lastData = d;
  return lastCommand;
};

const readPccc = (d: Uint8Array): Pccc | undefined => {
  // requestor id, CMD 1, STS 1, TNS 2, FNC 1 (commands 0x06, 0x07, 0x0e, 0x0f), data
  const o = requestorLength(d);
  if (o === 0 || d.length < o + 4) return undefined;
  const command = d[o]!;
  const hasFunction = command === 0x06 || command === 0x07 || command === 0x0f;
  if (hasFunction && d.length < o + 5) return undefined;
  const fnc = hasFunction ? d[o + 4]! : -1;
  const entry = hasFunction ? FUNCTION.get((command << 8) | fnc) : PLAIN.get(command);
  const code = hasFunction ? `0x${command.toString(16)} function 0x${fnc.toString(16)}` : `0x${command.toString(16)}`;
  let verb: Verb = entry?.[1] ?? 'invoke';
  let file = '';
  let fileType = -1;
  let element = -1;
  let subElement = -1;
  let size = 0;
  let address = '';
  let dataStart = d.length;
  let mode = '';
  let isData = false;
  if (command === 0x0f && isLogical(fnc)) {
    // size 1, file 1 (or 0xff and 2), type 1, element 1 (or 3), sub-element 1 (or 3) in the three-field forms
    let at = o + 5;
    const field = (): number => {
      if (d[at] === 0xff) {
        at += 3;
        return u16le(d, at - 2);
      }
      at += 1;
      return d[at - 1] ?? -1;
    };
    size = d[at++] ?? 0;
    const number = field();
    fileType = d[at++] ?? -1;
    element = field();
    subElement = fnc === 0xa1 || fnc === 0xa9 ? 0 : field();
    if (at > d.length) return undefined;
    dataStart = at;
    isData = FILE_LETTER[fileType] !== undefined;
    file =
      FILE_LETTER[fileType] === undefined ? `type ${fileType} file ${number}` : `${FILE_LETTER[fileType]}${number}`;
    address = `${file}:${element}${subElement > 0 ? `.${subElement}` : ''}`;
    if (verb === 'write' && (fileType === OUTPUT_FORCES || fileType === INPUT_FORCES)) verb = 'force';
    if (fileType === LADDER || fileType === ONLINE_EDITS)
      verb = verb === 'read' ? 'program-upload' : 'program-download';
    if (fnc === 0xab) dataStart = Math.min(d.length, at + 2);
  } else if (command === 0x0f && (fnc === 0x67 || fnc === 0x68 || fnc === 0x00 || fnc === 0x01)) {
    // offset 2, total 2, then a logical ASCII address: 0x00 0x24 "N7:0" 0x00
    const at = o + 9;
    if (d[at] === 0 && d[at + 1] === 0x24) {
      let stop = at + 2;
      while (stop < d.length && d[stop] !== 0) stop++;
      address = ascii(d, at + 2, stop);
      dataStart = Math.min(d.length, stop + 1);
    }
  } else if (command === 0x0f && (fnc === 0x80 || fnc === 0x3a)) mode = modeName(fnc, d[o + 5] ?? 0);
  return {
    command,
    fnc,
    name: entry?.[0] ?? unknownName(code),
    verb,
    address,
    file,
    isData,
    fileType,
    element,
    subElement,
    size,
    dataStart,
    mode,
  };
};

const isLogical = (fnc: number) => fnc === 0xa1 || fnc === 0xa2 || fnc === 0xa9 || fnc === 0xaa || fnc === 0xab;
const unknownName = (code: string) => `PCCC command ${code}`;

/** STS of a reply and where its data starts; undefined when it is cut. */
export const decodePcccReply = (
  d: Uint8Array,
): { readonly status: number; readonly extended: number; readonly dataStart: number } | undefined => {
  const o = requestorLength(d);
  if (o === 0 || d.length < o + 4) return undefined;
  const status = d[o + 1]!;
  // STS 0xf0: "error code in the EXT STS byte" follows the transaction number
  const extended = status === 0xf0 ? (d[o + 4] ?? -1) : -1;
  return { status, extended, dataStart: Math.min(d.length, o + (status === 0xf0 ? 5 : 4)) };
};

/** Chapter 8: local errors in the low nibble, remote ones in the high nibble. */
const REMOTE: Readonly<Record<number, string>> = {
  16: 'illegal command or format',
  32: 'host has a problem and will not communicate',
  48: 'remote node is missing, disconnected or shut down',
  64: 'hardware fault',
  80: 'addressing problem or memory protect rungs',
  96: 'function not allowed due to command protection',
  112: 'processor is in program mode',
  128: 'compatibility mode file missing or communication zone problem',
  144: 'remote node cannot buffer command',
  176: 'remote node problem due to download',
  240: 'error in the extended status',
};
const EXTENDED: Readonly<Record<number, string>> = {
  1: 'a field has an illegal value',
  6: 'address does not point to something usable',
  7: 'file is wrong size',
  8: 'situation has changed since the start of the command',
  9: 'data or file is too large',
  11: 'access denied, improper privilege',
  12: 'resource is not available',
  13: 'condition already exists',
  14: 'command cannot be executed',
  17: 'illegal data type',
  18: 'invalid parameter or data',
  26: 'file is open, another node owns it',
  27: 'another node is the program owner',
  30: 'data table element protection violation',
};
export const pcccStatus = (status: number, extended: number): string => {
  const code = `0x${status.toString(16).padStart(2, '0')}`;
  const name = REMOTE[status & 0xf0] ?? 'local error';
  if (extended < 0) return `${name} (${code})`;
  return `${EXTENDED[extended] ?? 'extended status'} (${code}/0x${extended.toString(16).padStart(2, '0')})`;
};
