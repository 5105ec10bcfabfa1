/**
 * The S7comm message: one shape for every PDU; what only some services have is in `detail`. The protocol has no public
 * specification; field names are those that engineering literature uses.
 */
import type { Message } from '../../core/decoder.ts';
import type { S7Item } from './address.ts';
import type { Szl } from './szl.ts';

export interface S7Message extends Message {
  /** 1 job, 2 ack, 3 ack-data, 7 userdata. */
  readonly rosctr: number;
  /** Redundancy identification of the header: reserved, 0. */
  readonly redundancyId: number;
  /** As sent (big-endian); the answer repeats it. */
  readonly pduReference: number;
  /** Octets of the parameter and of the data, as the header says. */
  readonly parameterLength: number;
  readonly dataLength: number;
  /** Of jobs and ack-data; -1 elsewhere. */
  readonly functionCode: number;
  /** Error class << 8 | code; 0 where there is none. Of userdata responses their own error code. */
  readonly error: number;
  /** Addresses of Read Var and Write Var jobs and of cyclic subscriptions. */
  readonly items: readonly S7Item[];
  /** Data items: of Write Var jobs, of Read Var answers, return codes only of Write Var answers; of cyclic values. */
  readonly data: readonly S7Datum[];
  /** The octets that `data` points into. Empty where a service carries a credential. */
  readonly payload: Uint8Array;
  readonly detail: S7Detail | undefined;
}

export interface S7Datum {
  readonly returnCode: number;
  /** 0 null, 3 bit, 4 byte/word/dword, 5 integer, 6 dinteger, 7 real, 9 octet string. */
  readonly transportSize: number;
  /** Offset and octets in `payload`. */
  readonly start: number;
  readonly length: number;
}

export interface S7File {
  /** As sent: `_0B00000A`. */
  readonly name: string;
  /** `SDB0`; the name as sent where it is not a block's. */
  readonly block: string;
  /** `A` active, `P` passive, `B` both: the file system addressed. '' where unknown. */
  readonly destination: string;
}

/** What a userdata parameter says, whatever the service. */
export interface UserdataHead {
  /** The first three octets, `000112` from all senders, the length that follows, and 0x11 to ask or 0x12 to answer. */
  readonly parameterHead: string;
  readonly length: number;
  readonly method: number;
  /** 4 request, 8 response, 0 indication. */
  readonly kindOfUserdata: number;
  readonly group: number;
  readonly subfunction: number;
  readonly sequence: number;
  /** -1 in short headers. */
  readonly dataUnitReference: number;
  readonly lastDataUnit: boolean;
  /** Of the data; -1 where there is none. */
  readonly returnCode: number;
  /** Transport size of the data and its length as sent (octets, or bits by the size); 0 where there is none. */
  readonly transportSize: number;
  readonly dataLength: number;
  /** Data units joined into this message; 0 while fragments are being kept. */
  readonly fragments: number;
}

export interface BlockInfo {
  readonly block: string;
  /** Octets that follow, as announced. */
  readonly length: number;
  /** Bit 0 linked, bit 1 standard block, bit 3 not retentive. */
  readonly flags: number;
  readonly language: number;
  readonly loadMemory: number;
  /** 0 free, 3 know-how protection. */
  readonly security: number;
  /** Octets of the parts: SSB, additional data, local data, MC7 code. */
  readonly ssbLength: number;
  readonly addLength: number;
  readonly localDataLength: number;
  readonly mc7Length: number;
  readonly author: string;
  readonly family: string;
  readonly name: string;
  readonly version: string;
  readonly checksum: number;
  /** RFC 3339 without zone; '' where absent. */
  readonly codeTime: string;
  readonly interfaceTime: string;
  /** Octets without a known meaning: behind the length, before the flags, behind version and checksum. */
  readonly other: string;
}

/** An entry of the diagnostic buffer: event id, priority class, OB and what the event adds. */
export interface DiagnosticEvent {
  /** `0x4304`. */
  readonly event: string;
  readonly priority: number;
  readonly ob: number;
  readonly dataId: number;
  readonly info1: number;
  readonly info2: number;
  readonly time: string;
}

export type UserdataBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'szl-request'; readonly id: number; readonly index: number }
  | { readonly kind: 'szl'; readonly szl: Szl }
  /** Count per block type: `{OB: 1, DB: 8}`. */
  | { readonly kind: 'block-counts'; readonly counts: Readonly<Record<string, number>> }
  | { readonly kind: 'block-type'; readonly type: string }
  | {
      readonly kind: 'block-list';
      readonly numbers: readonly number[];
      /** Of each block. */
      readonly flags: readonly number[];
      readonly languages: readonly number[];
    }
  /** `destination`: the file system asked for, `A` active. */
  | { readonly kind: 'block'; readonly block: string; readonly destination: string }
  | { readonly kind: 'block-info'; readonly info: BlockInfo }
  /** RFC 3339 without zone. */
  | { readonly kind: 'clock'; readonly time: string; readonly reserved: number; readonly century: number }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'cyclic'; readonly intervalMs: number }
  | ({ readonly kind: 'diagnostic' } & DiagnosticEvent)
  /** Which services a client logs on to: `MODE`, `ALM`. */
  | {
      readonly kind: 'message-service';
      readonly events: number;
      readonly user: string;
      /** -1 where it is not said. */
      readonly alarmType: number;
      readonly reserved: number;
      /** Behind the alarm type, in hexadecimal. */
      readonly other: string;
    }
  /** Alarms that stand: the octets before them. */
  | { readonly kind: 'alarms'; readonly functionId: number; readonly messageObjects: number }
  /** A piece of a longer answer: read when the last one has come. */
  | { readonly kind: 'piece'; readonly octets: Uint8Array }
  | { readonly kind: 'octets'; readonly octets: Uint8Array };

export type S7Detail =
  | {
      readonly kind: 'setup';
      readonly reserved?: number;
      readonly maxCalling: number;
      readonly maxCalled: number;
      readonly pduLength: number;
    }
  /** Upload and download jobs and answers. */
  | {
      readonly kind: 'transfer';
      readonly status: number;
      readonly session: number;
      readonly file: S7File | undefined;
      /** Octets as announced; -1 where not said. */
      readonly blockLength: number;
      /** Behind the status; 0 but for answers to Start Upload (0x0100). */
      readonly reserved?: number;
      /** Request Download: both lengths as sent, a sign before them. */
      readonly lengths?: string;
      /** Of the octets of a block: their number as sent, and 0x00fb. */
      readonly octets?: number;
      readonly marker?: number;
    }
  | {
      readonly kind: 'pi';
      readonly service: string;
      readonly argument: string;
      readonly blocks: readonly string[];
      /** Octets before the argument, in hexadecimal: the same from all senders. */
      readonly prefix?: string;
    }
  | { readonly kind: 'userdata'; readonly head: UserdataHead; readonly body: UserdataBody }
  /** Read Var and Write Var: what cannot be read, so that `items` or `data` are empty. */
  | { readonly kind: 'defect'; readonly part: 'item specification' | 'data item' }
  | { readonly kind: 'octets'; readonly octets: Uint8Array };
