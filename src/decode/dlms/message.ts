/** What is known of one APDU of DLMS/COSEM, and what is kept of a conversation (IEC 62056-5-3). */
import type { DlmsData } from './data.ts';

/** Associations of one conversation: pairs of application processes. */
const MAX_ASSOCIATIONS = 64;
/** Octets of one transfer in blocks or segments that are kept. */
const MAX_TRANSFER = 65_536;

export interface Descriptor {
  readonly service: 'get' | 'set' | 'action';
  readonly classId: number;
  /** `1.0.1.8.0.255`; of short name referencing `short name 0xFA00`. */
  readonly obis: string;
  /** What the code stands for where the standard says it: `active energy import, rate 2`; '' otherwise. */
  readonly meaning: string;
  /** Attribute (get, set) or method (action); of a short name 0. */
  readonly index: number;
  /** Selective access: 1 by range, 2 by entry; -1 without. */
  readonly selector: number;
  /** What is selected, or the parameter of a parameterized access. */
  readonly selection?: DlmsData;
}
export interface Block {
  readonly number: number;
  readonly last: boolean;
  /** Octets of the transfer in this block. */
  readonly size: number;
}
/** Security header of a ciphered APDU (clause 5.3 of IEC 62056-5-3, security control byte). */
export interface Security {
  readonly authenticated: boolean;
  readonly encrypted: boolean;
  /** The broadcast key is used. */
  readonly broadcast: boolean;
  readonly compressed: boolean;
  /** 0 AES-GCM-128, 1 ECDH-ECDSA-AES-GCM-128-SHA-256, 2 with 256 and 384. */
  readonly suite: number;
  readonly invocationCounter: number;
}
export interface Initiate {
  readonly version: number;
  /** 24 bits, the first one highest (clause 7.3.1, conformance). */
  readonly conformance: number;
  readonly maxPduSize: number;
  /** Of a response: base name of the association, 7 with logical names. -1 in requests. */
  readonly vaaName: number;
}
/** HDLC parameters of SNRM and UA (IEC 62056-46, 6.4.4.4.3.2); -1 where absent. */
export interface LinkParameters {
  readonly maxInformationTransmit: number;
  readonly maxInformationReceive: number;
  readonly windowTransmit: number;
  readonly windowReceive: number;
}
export interface DlmsMessage {
  readonly type: string;
  /** First octet of the APDU; -1 for frames of HDLC alone. */
  readonly tag: number;
  readonly framing: 'wrapper' | 'hdlc';
  /** Logical ports or upper HDLC addresses: client and server application processes. */
  readonly source: number;
  readonly destination: number;
  /** Lower HDLC address: the meter behind a gateway; -1 without. */
  readonly physical: number;
  readonly response: boolean;
  /** Low four bits of invoke id and priority, 24 bits of the long form; -1 without. */
  readonly invokeId: number;
  /** Which kind of the service: 1 normal, 2 next or block, 3 list ...; -1 where it has no meaning. */
  readonly choice: number;
  /** Of a request, and of a block that goes on with one. */
  readonly descriptors: readonly Descriptor[];
  readonly data: readonly DlmsData[];
  /** Result of answers: 0 is good; -1 without. With several the first that is not good. */
  readonly result: number;
  /** One for each of several. */
  readonly results: readonly number[];
  readonly block: Block | undefined;
  /** Association: last arcs of application context (1 LN, 2 SN, 3 and 4 with ciphering) and mechanism; -1 without. */
  readonly applicationContext: number;
  readonly mechanism: number;
  readonly systemTitle: string;
  /** User of the client (calling AE invocation id); -1 without. */
  readonly userId: number;
  readonly initiate: Initiate | undefined;
  readonly security: Security | undefined;
  /** Time that a notification carries. */
  readonly time: string;
  /** Exceptions, service errors, diagnostics of an association, in words. */
  readonly error: string;
  readonly link: LinkParameters | undefined;
  readonly length: number;
}
export type Draft = { -readonly [K in keyof DlmsMessage]: DlmsMessage[K] } & {
  descriptors: Descriptor[];
  data: DlmsData[];
  results: number[];
  bad: boolean;
};

/** Octets that come in pieces with numbers; a piece that is missing ends the transfer. */
export class Transfer {
  #octets = new Uint8Array(0);
  #length = 0;
  #next = 1;

  /** The next piece, `start`..`end`; a repeated one is passed over. False where one is missing or there are too many. */
  add(number: number, b: Uint8Array, start: number, end: number): boolean {
    if (number === this.#next - 1 && number > 0) return true;
    if (number <= 1) this.reset();
    else if (number !== this.#next) {
      this.reset();
      return false;
    }
    const size = end - start;
    if (this.#length + size > MAX_TRANSFER) {
      this.reset();
      return false;
    }
    if (this.#length + size > this.#octets.length) {
      const grown = new Uint8Array(Math.max(256, 2 * (this.#length + size)));
      grown.set(this.#octets.subarray(0, this.#length));
      this.#octets = grown;
    }
    this.#octets.set(b.subarray(start, end), this.#length);
    this.#length += size;
    this.#next = number + 1;
    return true;
  }

  /** All octets so far; the next piece begins anew. */
  finish(): Uint8Array {
    const all = this.#octets.subarray(0, this.#length);
    this.#octets = new Uint8Array(0);
    this.reset();
    return all;
  }

  reset(): void {
    this.#length = 0;
    this.#next = 1;
  }
  get next(): number {
    return this.#next;
  }
}

/** What a pair of application processes has on the way. */
export class Association {
  /** The latest request, for the blocks that answer it. */
  asked: readonly Descriptor[] = [];
  /** It asked for a list: so is the answer. */
  askedList = false;
  /** Blocks of a service and of general block transfer, segments of HDLC; by direction (0 to the server of the flow). */
  readonly blocks: readonly [Transfer, Transfer] = [new Transfer(), new Transfer()];
  readonly general: readonly [Transfer, Transfer] = [new Transfer(), new Transfer()];
  readonly segments: readonly [Transfer, Transfer] = [new Transfer(), new Transfer()];
}

export interface DlmsState {
  readonly associations: Map<number, Association>;
  readonly said: Set<string>;
  /** Which side asks: a meter may have opened the connection. */
  clientAsks: boolean;
}
export const openDlms = (): DlmsState => ({ associations: new Map(), said: new Set(), clientAsks: true });

export const associationOf = (state: DlmsState, key: number): Association => {
  let found = state.associations.get(key);
  if (found === undefined) {
    if (state.associations.size >= MAX_ASSOCIATIONS) state.associations.clear();
    found = new Association();
    state.associations.set(key, found);
  }
  return found;
};
