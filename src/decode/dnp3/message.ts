/**
 * The DNP3 message: one for each data link frame. A frame that completes an application fragment carries it; a frame with
 * an earlier transport segment, or with link services only, does not. Source: IEEE 1815-2012 clauses 4, 8, 9, annex A.
 */
import type { Message } from '../../core/decoder.ts';

export interface Dnp3Message extends Message {
  /** Octets from the control field to the end of the user data, CRCs not counted (9.2.4.1.2): 5..255. */
  readonly length: number;
  /** The link control octet: DIR 0x80, PRM 0x40, FCB 0x20 (DFC is 0x10 of secondaries), FCV 0x10, function 0x0F. */
  readonly control: number;
  readonly destination: number;
  readonly source: number;
  /** Header octet of the transport segment: FIN 0x80, FIR 0x40, sequence 0x3F; -1 where the frame has no user data. */
  readonly transport: number;
  /** Present in the frame that completes a fragment. */
  readonly application: Fragment | undefined;
  /** '' or what contradicts the specification. */
  readonly defect: LinkDefect;
}

/** `transport-sequence`: a segment without its predecessors, dropped. `transport-overflow`: more than is kept. `short-fragment`: no header.
 * `link-function`: user data under a link service that has none. */
export type LinkDefect = '' | 'transport-sequence' | 'transport-overflow' | 'short-fragment' | 'link-function';

export interface Fragment {
  /** FIR 0x80, FIN 0x40, CON 0x20, UNS 0x10, sequence 0x0F (4.2.2.3). */
  readonly control: number;
  readonly functionCode: number;
  /** Internal indications, IIN1 in the high octet; -1 in requests. */
  readonly iin: number;
  readonly objects: readonly ObjectBlock[];
  /**
   * Number of the request on its flow, from 1, repeated by what answers it: four bits of sequence number come again while
   * a lost answer is still waited for. 0 where no request was seen, or none is answered.
   */
  readonly exchange: number;
  /** '' or why parsing of the objects stopped. */
  readonly defect: FragmentDefect;
}

/**
 * `short`: ends within a header or an object. `object`: a group and variation whose size nobody knows, so that what follows
 * cannot be found. `qualifier`: a reserved one. `range`: stop before start. `count`: more objects than are kept.
 */
export type FragmentDefect = '' | 'short' | 'object' | 'qualifier' | 'range' | 'count';

/** One object header with its objects, in columns: what the variation does not have is an empty array. */
export interface ObjectBlock {
  readonly group: number;
  readonly variation: number;
  /** Prefix code 0x70, range specifier code 0x0F (4.2.2.7.3). */
  readonly qualifier: number;
  /** First and last index (or virtual address) of the range; -1 where the range is none. */
  readonly start: number;
  readonly stop: number;
  /** Objects: of the range or count field; 0 for "all". */
  readonly count: number;
  /** Index prefix of each object; empty where the range says it. */
  readonly indexes: readonly number[];
  /** Value of each: state 0/1, double-bit 0..3, count, analog value, seconds or milliseconds of a delay. */
  readonly values: readonly number[];
  /** Flag octets as sent, the state bits of binary objects included. */
  readonly flags: readonly number[];
  /** Milliseconds since 1970 UTC, or milliseconds after the common time of occurrence (`commonTime`) where it is relative. */
  readonly times: readonly number[];
  /** Control status of commands, their echoes and their events. */
  readonly statuses: readonly number[];
  /** Objects that are no single number. */
  readonly details: readonly ObjectDetail[];
  /** Common time of occurrence that relative times count from; -1 where there is none. */
  readonly commonTime: number;
}

export type ObjectDetail =
  | {
      readonly kind: 'control';
      /** The control code: operation 0x0F, queue 0x10, clear 0x20, trip/close 0xC0. */
      readonly code: number;
      readonly repeat: number;
      readonly onMs: number;
      readonly offMs: number;
    }
  | {
      readonly kind: 'attribute';
      readonly name: string;
      /** 1 VSTR, 2 UINT, 3 INT, 4 FLT, 5 OSTR, 6 BSTR, 7 TIME, 254 and 255 lists. */
      readonly dataType: number;
      readonly value: string | number | bigint;
      /** Variation and property octets of g0v255. */
      readonly list: readonly number[];
    }
  | { readonly kind: 'octets'; readonly octets: Uint8Array; readonly text: string }
  | {
      readonly kind: 'time-interval';
      readonly intervalCount: number;
      /** 0 none, 1 ms, 2 s, 3 min, 4 h, 5 days, 6 weeks, 7 months, ... 10 seasons; -1 where the interval is in ms. */
      readonly units: number;
    }
  | {
      readonly kind: 'storage';
      readonly fillPercent: number;
      readonly overflow: number;
      readonly group: number;
      readonly variation: number;
    }
  | FileDetail
  | DataSetDetail
  | AuthDetail;

export type FileDetail =
  /** g70v2: the password is `(masked)`. */
  | { readonly kind: 'file-authentication'; readonly user: string; readonly password: string; readonly hasKey: boolean }
  | {
      readonly kind: 'file-command';
      readonly name: string;
      readonly createdMs: number;
      readonly permissions: number;
      readonly hasKey: boolean;
      readonly size: number;
      /** 0 none, 1 read, 2 write, 3 append. */
      readonly mode: number;
      readonly maxBlock: number;
      readonly requestId: number;
    }
  | {
      readonly kind: 'file-status';
      readonly handle: number;
      readonly size: number;
      readonly maxBlock: number;
      readonly requestId: number;
      readonly status: number;
      readonly text: string;
    }
  | {
      readonly kind: 'file-block';
      readonly handle: number;
      readonly block: number;
      readonly last: boolean;
      readonly octets: number;
      /** Octets of the first block: they say what kind of file it is. */
      readonly head: Uint8Array;
    }
  | {
      readonly kind: 'file-block-status';
      readonly handle: number;
      readonly block: number;
      readonly last: boolean;
      readonly status: number;
      readonly text: string;
    }
  | {
      readonly kind: 'file-descriptor';
      readonly name: string;
      /** 0 directory, 1 file. */
      readonly fileType: number;
      readonly size: number;
      readonly createdMs: number;
      readonly permissions: number;
      readonly requestId: number;
    }
  | { readonly kind: 'file-specification'; readonly name: string };

export interface DataSetElement {
  /** Descriptor code: 1 ID, 2 UUID, 3 NSPC, 4 NAME, 5 DAEL, 6 PTYP, 7 CTLV, 8 CTLS; -1 in values (g87, g88). */
  readonly code: number;
  readonly dataType: number;
  readonly maxLength: number;
  /** Ancillary value, or the value of the element, as text: printable characters, or hexadecimal. */
  readonly value: string;
}
export interface DataSetDetail {
  readonly kind: 'data-set';
  readonly elements: readonly DataSetElement[];
}

/** Secure authentication version 5 (clause 7): keys and MACs are left out, their lengths are kept. */
export interface AuthDetail {
  readonly kind: 'authentication';
  readonly user: number;
  /** Challenge, key change or status change sequence number; -1 where there is none. */
  readonly sequence: number;
  /** Algorithm of the MAC, -1 where there is none. */
  readonly macAlgorithm: number;
  /** Key wrap or key change method, -1 where there is none. */
  readonly keyAlgorithm: number;
  /** Key status (v5), reason (v1), error code (v7), operation (v10); -1 where there is none. */
  readonly code: number;
  /** User role of v10, association of v7; -1 where there is none. */
  readonly role: number;
  readonly userName: string;
  readonly timeMs: number;
  readonly text: string;
  /** Octets of challenge data, MAC, wrapped key or certificate. */
  readonly octets: number;
}
