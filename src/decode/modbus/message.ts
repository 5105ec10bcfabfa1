/**
 * The Modbus message: one stable shape for every function, so that polling stays monomorphic; what only rarer functions
 * have is in `detail`. Source: MODBUS Application Protocol Specification V1.1b3, section 6.
 */
import type { Message } from '../../core/decoder.ts';

export interface ModbusMessage extends Message {
  /** MBAP: transaction identifier. */
  readonly transactionId: number;
  /** MBAP: unit identifier. */
  readonly unitId: number;
  /** Without the exception bit. */
  readonly functionCode: number;
  readonly response: boolean;
  /** 0 when this is no exception. */
  readonly exceptionCode: number;
  /** First protocol address, 0-based; 0 where the PDU has none (read responses). For function 23 that of the read. */
  readonly address: number;
  /** Items asked for (requests, write responses); 0 where the PDU has none. For function 23 that of the read. */
  readonly quantity: number;
  /** Registers 0..65535, or coils 0/1 (all bits of the octets sent: the request knows how many count). */
  readonly values: readonly number[];
  readonly detail: ModbusDetail | undefined;
  /** '' or what contradicts the specification: the values are then not to be believed. */
  readonly defect: ModbusDefect;
}

/** `length`: octets missing or beyond the function's own; `byte-count`: contradicts itself; `quantity`, `value`: out of range. */
export type ModbusDefect = '' | 'length' | 'byte-count' | 'quantity' | 'value';

export interface FileRecord {
  readonly file: number;
  readonly record: number;
  /** Registers asked for or carried. */
  readonly length: number;
  /** Empty in read requests. */
  readonly values: readonly number[];
}

export interface IdentificationObject {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

export type ModbusDetail =
  | {
      readonly kind: 'diagnostics';
      readonly subfunction: number;
      readonly name: string;
      readonly data: readonly number[];
    }
  | { readonly kind: 'mask'; readonly andMask: number; readonly orMask: number }
  /** The write part of function 23; the values written are the request's `values`. */
  | { readonly kind: 'write-part'; readonly address: number; readonly quantity: number }
  /** In read responses `file` and `record` are 0: only the request names them. */
  | { readonly kind: 'file-records'; readonly records: readonly FileRecord[] }
  | { readonly kind: 'event-counter'; readonly status: number; readonly eventCount: number }
  | {
      readonly kind: 'event-log';
      readonly status: number;
      readonly eventCount: number;
      readonly messageCount: number;
      readonly events: readonly number[];
    }
  /** What follows the byte count is the device's own; `text` is its printable part, '' when there is none. */
  | {
      readonly kind: 'server-id';
      readonly serverId: number;
      readonly run: boolean | undefined;
      readonly text: string;
      readonly octets: Uint8Array;
    }
  | { readonly kind: 'identification-request'; readonly readCode: number; readonly objectId: number }
  | {
      readonly kind: 'identification';
      readonly readCode: number;
      readonly conformity: number;
      readonly moreFollows: boolean;
      readonly nextObject: number;
      readonly objects: readonly IdentificationObject[];
    }
  | { readonly kind: 'mei'; readonly meiType: number; readonly octets: Uint8Array }
  /** UMAS: session key, its own function code (0xfe answered, 0xfd refused in responses), and everything after function 90. */
  | { readonly kind: 'umas'; readonly pairingKey: number; readonly umasFunction: number; readonly octets: Uint8Array }
  | { readonly kind: 'octets'; readonly octets: Uint8Array };
