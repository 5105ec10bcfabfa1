/**
 * The FINS message: header, command or end code, and what the command carries. Field names are those of OMRON W342
 * (header: section 5-1; commands: 5-3).
 */
import type { Message } from '../../core/decoder.ts';

export interface FinsMessage extends Message {
  /** The FINS/TCP header; undefined on UDP. */
  readonly tcp: FinsTcp | undefined;
  /** Information control field: bit 7 gateway in use, bit 6 response, bit 0 no response wanted. -1 where there is no FINS frame. */
  readonly icf: number;
  /** Gateways that may still be passed. */
  readonly gct: number;
  readonly dna: number;
  readonly da1: number;
  readonly da2: number;
  readonly sna: number;
  readonly sa1: number;
  readonly sa2: number;
  readonly sid: number;
  /** MRC << 8 | SRC; -1 where there is no FINS frame. */
  readonly command: number;
  readonly response: boolean;
  /** Main << 8 | sub code with its flags; -1 in commands. */
  readonly endCode: number;
  readonly detail: FinsDetail | undefined;
  /** '' or `length`: the command needs more octets than there are. */
  readonly defect: '' | 'length';
}

/** FINS/TCP (W421 section 7-4): the length counts everything after itself. */
export interface FinsTcp {
  readonly length: number;
  /** 0 client to server node address, 1 server to client, 2 FINS frame, 3 error notification, 6 connection confirmation. */
  readonly command: number;
  readonly errorCode: number;
  /** -1 where not said; 0 asks for an address. */
  readonly clientNode: number;
  readonly serverNode: number;
}

export interface FinsPoint {
  /** Area code as sent. */
  readonly area: number;
  readonly word: number;
  readonly bit: number;
}

export interface FinsLinkNode {
  /** Bit 7 of the first octet: warning in answers. */
  readonly warning: boolean;
  readonly node: number;
  readonly cioFirstWord: number;
  readonly kindOfDm: number;
  readonly dmFirstWord: number;
  readonly totalWords: number;
}

export interface FinsErrorRecord {
  readonly code1: number;
  readonly code2: number;
  readonly minute: number;
  readonly second: number;
  readonly day: number;
  readonly hour: number;
  readonly year: number;
  readonly month: number;
}

export interface FinsFile {
  readonly name: string;
  /** `2009-01-20T01:02:04`, local to the device. */
  readonly time: string;
  readonly capacity: number;
}

export type FinsDetail =
  /** Memory Area Read: command. */
  | { readonly kind: 'range'; readonly point: FinsPoint; readonly count: number }
  /** Memory Area Write and Fill: command. */
  | { readonly kind: 'range-data'; readonly point: FinsPoint; readonly count: number; readonly octets: Uint8Array }
  | { readonly kind: 'points'; readonly points: readonly FinsPoint[] }
  /** Multiple read: answer. */
  | { readonly kind: 'point-data'; readonly items: readonly { readonly area: number; readonly octets: Uint8Array }[] }
  | { readonly kind: 'transfer'; readonly from: FinsPoint; readonly to: FinsPoint; readonly count: number }
  | {
      readonly kind: 'parameter';
      readonly area: number;
      readonly firstWord: number;
      readonly words: number;
      readonly last: boolean;
      readonly octets: Uint8Array;
    }
  | {
      readonly kind: 'link-table';
      readonly intelligentId: number;
      readonly firstWord: number;
      readonly length: number;
      readonly nodeCount: number;
      readonly nodes: readonly FinsLinkNode[];
    }
  | {
      readonly kind: 'protect';
      readonly program: number;
      readonly protectCode: number;
      readonly firstWord: number;
      readonly lastWord: number;
      readonly password: '(masked)' | '';
    }
  | {
      readonly kind: 'program';
      readonly program: number;
      readonly firstWord: number;
      readonly octetCount: number;
      readonly last: boolean;
      readonly octets: Uint8Array;
    }
  | { readonly kind: 'program-clear'; readonly program: number; readonly clearCode: number }
  /** `mode` -1: not said, the controller takes MONITOR. */
  | { readonly kind: 'run'; readonly program: number; readonly mode: number }
  /** One number: what to read, what to initialise, the program a right is wanted for; -1 where absent. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'units'; readonly first: number; readonly count: number }
  | {
      readonly kind: 'controller';
      readonly model: string;
      readonly version: string;
      readonly system: string;
      readonly programArea: number;
      readonly iomSize: number;
      readonly dmWords: number;
      readonly timers: number;
      readonly expansionDm: number;
      readonly steps: number;
      /** 0 none, 1 SPRAM, 2 EPROM, 3 EEPROM; -1 where this part was not asked for. */
      readonly memoryCard: number;
      readonly memoryCardSize: number;
      /** Empty where this part was not asked for. */
      readonly busUnits: readonly number[];
      readonly sysmacBusMasters: number;
      readonly sysmacBus2Masters: number;
      /** Bit 7 peripheral connected, bit 6 built-in host interface, bits 3..0 racks; -1 where not asked for. */
      readonly pcStatus: number;
    }
  | {
      readonly kind: 'connections';
      readonly count: number;
      readonly units: readonly { readonly address: number; readonly model: string }[];
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly mode: number;
      readonly fatal: number;
      readonly nonFatal: number;
      readonly messages: number;
      readonly fal: number;
      readonly errorMessage: string;
    }
  | {
      readonly kind: 'network-status';
      /** Four bits per node 1..62: 0 in network, 1 exit by error, 3 does not respond to polling. */
      readonly nodes: readonly number[];
      readonly cycleTime: number;
      readonly pollingNode: number;
      readonly cyclicOperation: number;
      readonly cyclicTransmission: number;
      /** Bit n (lowest first, bit 0 unused) is node n. */
      readonly nonFatal: Uint8Array;
      readonly errorCounts: Uint8Array;
    }
  | {
      readonly kind: 'link-status';
      readonly flags: number;
      readonly masterNode: number;
      /** Per eight nodes: errors, modes, warnings. */
      readonly octets: Uint8Array;
    }
  /** In units of 0.1 ms; -1 where the digits are no decimal ones. */
  | { readonly kind: 'cycle-time'; readonly average: number; readonly maximum: number; readonly minimum: number }
  /** `second` and `weekday` -1 where not given; 0 is Sunday. */
  | {
      readonly kind: 'clock';
      readonly year: number;
      readonly month: number;
      readonly day: number;
      readonly hour: number;
      readonly minute: number;
      readonly second: number;
      readonly weekday: number;
    }
  /** Bits 15, 14: 0 read, 1 clear, 2 FAL/FALS read; the lower ones say which. */
  | { readonly kind: 'message'; readonly parameter: number; readonly texts: readonly string[] }
  | { readonly kind: 'holder'; readonly network: number; readonly node: number; readonly unit: number }
  | { readonly kind: 'log-range'; readonly first: number; readonly count: number }
  | {
      readonly kind: 'error-log';
      readonly maximum: number;
      readonly stored: number;
      readonly count: number;
      readonly records: readonly FinsErrorRecord[];
    }
  | { readonly kind: 'file-list-range'; readonly disk: number; readonly first: number; readonly count: number }
  | {
      readonly kind: 'file-list';
      readonly volume: string;
      readonly time: string;
      readonly total: number;
      readonly unused: number;
      readonly fileCount: number;
      readonly count: number;
      readonly last: boolean;
      readonly files: readonly FinsFile[];
    }
  /** Read, write: position and octets of one file. Fields that a PDU has not are -1 or ''. */
  | {
      readonly kind: 'file';
      readonly parameter: number;
      readonly disk: number;
      readonly name: string;
      readonly capacity: number;
      readonly position: number;
      readonly length: number;
      readonly octets: Uint8Array;
    }
  | {
      readonly kind: 'files';
      readonly parameter: number;
      readonly disk: number;
      readonly count: number;
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'file-pair';
      readonly fromDisk: number;
      readonly from: string;
      readonly toDisk: number;
      readonly to: string;
    }
  | {
      readonly kind: 'area-file';
      /** 0 area to file, 1 file to area, 2 compare. */
      readonly parameter: number;
      /** Memory area code, parameter area code or program number. */
      readonly area: number;
      readonly first: number;
      readonly bit: number;
      readonly count: number;
      readonly disk: number;
      readonly name: string;
    }
  | { readonly kind: 'blocks'; readonly first: number; readonly count: number }
  | {
      readonly kind: 'block-index';
      readonly remaining: number;
      readonly total: number;
      readonly memoryType: number;
      readonly blocks: readonly { readonly type: number; readonly control: number }[];
    }
  | {
      readonly kind: 'block';
      readonly type: number;
      readonly control: number;
      /** -1 in answers. */
      readonly number: number;
      readonly octets: Uint8Array;
    }
  | {
      readonly kind: 'force';
      readonly count: number;
      readonly items: readonly { readonly specification: number; readonly point: FinsPoint }[];
    }
  | { readonly kind: 'forced-data'; readonly point: FinsPoint; readonly count: number; readonly octets: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'octets'; readonly octets: Uint8Array };
