/**
 * System status lists (SZL, in English SSL): what a controller says about itself. Header: id, index, length of an entry,
 * number of entries; the low octet of the id is the list, the rest selects a part of it.
 * Source: Siemens, System Software for S7-300/400, System and Standard Functions, chapter System Status Lists.
 */
import { hex, isZero, paddedAscii, u16be, u32be } from '../../lib/bytes.ts';
import { bcdTime, diagnosticEvent } from './blocks.ts';
import type { DiagnosticEvent } from './message.ts';

/** Entries kept of one list; the rest is cut and `complete` is false. */
export const MAX_ENTRIES = 512;

/** What an entry holds behind what is explained here, in hexadecimal; absent where that is zero or nothing. */
interface Rest {
  readonly rest?: string;
}
export type SzlEntry = Rest & SzlEntryKind;
type SzlEntryKind =
  /** List 0x11. `version` text as engineers write it: `V3.2.7`, `A 9.9`, `3`. */
  | {
      readonly kind: 'identification';
      readonly index: number;
      readonly orderNumber: string;
      readonly moduleType: number;
      readonly version: string;
    }
  /** List 0x1C. */
  | { readonly kind: 'component'; readonly index: number; readonly text: string }
  | {
      readonly kind: 'manufacturer';
      readonly index: number;
      readonly manufacturerId: number;
      readonly profileId: number;
    }
  /** List 0x31 index 1. */
  | { readonly kind: 'communication'; readonly index: number; readonly pduLength: number; readonly connections: number }
  /** List 0x32 index 4: level by key switch, by parameters, valid level (0 is "not said"); mode selector; start-up selector. */
  | {
      readonly kind: 'protection';
      readonly index: number;
      readonly keySwitch: number;
      readonly parameters: number;
      readonly valid: number;
      readonly selector: string;
      readonly startup: number;
    }
  /** List 0x24: operating mode, the one before, time of the transition. */
  | {
      readonly kind: 'mode';
      readonly event: string;
      /** Octet between the event and the mode, and those before the time. */
      readonly eventClass: number;
      readonly info: string;
      readonly mode: string;
      readonly previous: string;
      readonly time: string;
    }
  /** Lists 0x19 and 0x74. */
  | {
      readonly kind: 'led';
      readonly index: number;
      readonly name: string;
      readonly on: boolean;
      readonly flashing: number;
    }
  /** List 0xA0: the diagnostic buffer. */
  | ({ readonly kind: 'diagnostic' } & DiagnosticEvent)
  /** List 0x37: Ethernet interface. */
  | {
      readonly kind: 'ethernet';
      /** Logical address of the interface. */
      readonly index: number;
      readonly ip: string;
      readonly mask: string;
      readonly router: string;
      readonly mac: string;
    }
  | { readonly kind: 'raw'; readonly index: number; readonly octets: Uint8Array };

export interface Szl {
  readonly id: number;
  readonly index: number;
  readonly entryLength: number;
  /** As announced. */
  readonly count: number;
  readonly entries: readonly SzlEntry[];
  /** False when octets are missing: then the entries after a loss are not to be believed. */
  readonly complete: boolean;
}

const NAMES: Readonly<Record<number, string>> = {
  0: 'list of SZL ids',
  17: 'module identification',
  18: 'CPU characteristics',
  19: 'user memory areas',
  20: 'system areas',
  21: 'block types',
  25: 'status of LEDs',
  28: 'component identification',
  34: 'interrupt status',
  36: 'modes',
  37: 'process images and OBs',
  49: 'communication capability',
  50: 'communication status',
  55: 'Ethernet details',
  113: 'H CPU group',
  116: 'status of module LEDs',
  117: 'switched DP slaves',
  144: 'DP master systems',
  145: 'module status',
  146: 'rack and station status',
  148: 'rack and station status',
  149: 'extended DP master system',
  150: 'PROFINET and DP module status',
  160: 'diagnostic buffer',
  177: 'module diagnostics',
  178: 'module diagnostics data record 1',
  179: 'module diagnostics data',
  180: 'diagnostics of a DP slave',
};
/** `SZL 0x001c index 0 (component identification)`. */
export const szlText = (id: number, index: number): string => {
  const name = NAMES[id & 255];
  return `SZL 0x${id.toString(16).padStart(4, '0')} index ${index}${name === undefined ? '' : ` (${name})`}`;
};
/** Lists by which a device says who it is. */
export const isIdentification = (id: number): boolean => (id & 255) === 0x11 || (id & 255) === 0x1c;

const MODES: readonly string[] = [
  'unknown',
  'STOP',
  'STOP',
  'STOP',
  'STOP',
  'STARTUP',
  'STARTUP',
  'STARTUP',
  'RUN',
  'RUN',
  'HOLD',
  'LINK-UP',
  'UPDATE',
  'DEFECT',
  'SELF-TEST',
  'NO POWER',
];
const SELECTOR: readonly string[] = ['unknown', 'RUN', 'RUN-P', 'STOP', 'MRES'];
const LEDS: readonly string[] = [
  '?',
  'SF',
  'INTF',
  'EXTF',
  'RUN',
  'STOP',
  'FRCE',
  'CRST',
  'BAF',
  'USR',
  'USR1',
  'BUS1F',
  'BUS2F',
  'REDF',
  'MSTR',
  'RACK0',
  'RACK1',
  'RACK2',
  'IFM1F',
  'IFM2F',
  'BUS3F',
  'MAINT',
  'DC24V',
];

/**
 * Version of a 0x11 entry: a letter in the first octet is the version's own (`V`, then three numbers; `A` and a blank,
 * then two); without one the first word is the number.
 */
const versionOf = (first: number, second: number): string => {
  const letter = first >> 8;
  if (letter < 0x41 || letter > 0x5a) return String(first);
  const rest = `${second >> 8}.${second & 255}`;
  const low = first & 255;
  return low === 0x20 ? `${String.fromCharCode(letter)} ${rest}` : `${String.fromCharCode(letter)}${low}.${rest}`;
};

const ipText = (b: Uint8Array, o: number): string => `${b[o]}.${b[o + 1]}.${b[o + 2]}.${b[o + 3]}`;

/** Octets of an entry that its kind explains. */
const READ: Readonly<Record<Exclude<SzlEntryKind['kind'], 'raw'>, number>> = {
  identification: 28,
  component: 34,
  manufacturer: 6,
  communication: 6,
  protection: 12,
  mode: 20,
  led: 4,
  diagnostic: 20,
  ethernet: 20,
};
const entryAt = (b: Uint8Array, o: number, length: number, id: number): SzlEntry => {
  const entry = entryKindAt(b, o, length, id);
  const read = entry.kind === 'raw' ? length : READ[entry.kind];
  return isZero(b, o + read, o + length) ? entry : { ...entry, rest: hex(b, o + read, o + length) };
};

const entryKindAt = (b: Uint8Array, o: number, length: number, id: number): SzlEntryKind => {
  const index = length >= 2 ? u16be(b, o) : 0;
  switch (id & 255) {
    case 0x11:
      if (length < 28) break;
      return {
        kind: 'identification',
        index,
        orderNumber: paddedAscii(b, o + 2, o + 22),
        moduleType: u16be(b, o + 22),
        version: versionOf(u16be(b, o + 24), u16be(b, o + 26)),
      };
    case 0x1c:
      if (length < 34) break;
      if (index === 9)
        return { kind: 'manufacturer', index, manufacturerId: u16be(b, o + 2), profileId: u16be(b, o + 4) };
      return { kind: 'component', index, text: paddedAscii(b, o + 2, o + 34) };
    case 0x31:
      if (index !== 1 || length < 6) break;
      return { kind: 'communication', index, pduLength: u16be(b, o + 2), connections: u16be(b, o + 4) };
    case 0x32:
      if (index !== 4 || length < 12) break;
      return {
        kind: 'protection',
        index,
        keySwitch: u16be(b, o + 2),
        parameters: u16be(b, o + 4),
        valid: u16be(b, o + 6),
        selector: SELECTOR[u16be(b, o + 8)] ?? 'unknown',
        startup: u16be(b, o + 10),
      };
    case 0x24:
      if (length < 20) break;
      return {
        kind: 'mode',
        event: `0x${hex(b, o, o + 2)}`,
        eventClass: b[o + 2]!,
        info: hex(b, o + 4, o + 12),
        mode: MODES[b[o + 3]! & 15]!,
        previous: MODES[b[o + 3]! >> 4]!,
        time: bcdTime(b, o + 12),
      };
    case 0x19:
    case 0x74:
      if (length < 4) break;
      return {
        kind: 'led',
        index,
        name: LEDS[b[o + 1]!] ?? `LED ${b[o + 1]}`,
        on: b[o + 2] === 1,
        flashing: b[o + 3]!,
      };
    case 0xa0:
      if (length < 20) break;
      return { kind: 'diagnostic', ...diagnosticEvent(b, o) };
    case 0x37:
      if (length < 20 || u32be(b, o + 2) === 0) break;
      return {
        kind: 'ethernet',
        index,
        ip: ipText(b, o + 2),
        mask: ipText(b, o + 6),
        router: ipText(b, o + 10),
        mac: hex(b, o + 14, o + 20, ':'),
      };
  }
  return { kind: 'raw', index, octets: b.slice(o, o + length) };
};

/** The list at `start`..`end` (after return code, transport size and length); undefined when its header is missing. */
export const decodeSzl = (b: Uint8Array, start: number, end: number): Szl | undefined => {
  if (end - start < 8) return undefined;
  const id = u16be(b, start);
  const entryLength = u16be(b, start + 4);
  const count = u16be(b, start + 6);
  const entries: SzlEntry[] = [];
  let o = start + 8;
  while (entryLength > 0 && entries.length < count && entries.length < MAX_ENTRIES && o + entryLength <= end) {
    entries.push(entryAt(b, o, entryLength, id));
    o += entryLength;
  }
  return {
    id,
    index: u16be(b, start + 2),
    entryLength,
    count,
    entries,
    complete: entries.length === count && o === end,
  };
};
