/**
 * An EtherNet/IP client and controller on one connection of the sample plant: session, identities over the backplane, one
 * class 3 connection with packed tag services. Source: The CIP Networks Library volumes 1 and 2; Rockwell 1756-PM020.
 */
import {
  encodeConnected,
  encodeEpath,
  encodeForwardOpen,
  encodeForwardOpened,
  encodeIdentity,
  encodeParts,
  encodeRegisterSession,
  encodeRequest,
  encodeResponse,
  encodeUnconnected,
  encodeUnconnectedSend,
} from '../../src/decode/enip/wire.ts';
import type { CipIdentity } from '../devices.ts';
import type { Channel } from '../network/stream.ts';

const GET_ALL = 0x01;
const MULTIPLE = 0x0a;
const READ_TAG = 0x4c;
const WRITE_TAG = 0x4d;
const UNCONNECTED_SEND = 0x52;
const FORWARD_OPEN = 0x54;
const PATH_SEGMENT_ERROR = 0x04;
const PRIVILEGE_VIOLATION = 0x0f;
/** Unconnected Send to an empty slot: connection failure, 0x0204 = timed out. */
const CONNECTION_FAILURE = 0x01;
const TIMED_OUT = 0x0204;

const IDENTITY_PATH = encodeEpath({ cls: 1, instance: 1 });
const MANAGER_PATH = encodeEpath({ cls: 6, instance: 1 });
const ROUTER_PATH = encodeEpath({ cls: 2, instance: 1 });

export const REAL = 0xca;
export const DINT = 0xc4;
export const BOOL = 0xc1;

export interface TagValue {
  readonly type: number;
  readonly value: number;
}
/** The value of a tag; undefined: no such tag. */
export type Tags = (name: string) => TagValue | undefined;
/** Takes a value; false: this tag may not be written from outside. */
export type WriteTag = (name: string, value: number) => boolean;

const octetsOf = ({ type, value }: TagValue): number[] => {
  const out = new Uint8Array(type === BOOL ? 1 : 4);
  const view = new DataView(out.buffer);
  if (type === REAL) view.setFloat32(0, value, true);
  else if (type === DINT) view.setInt32(0, value, true);
  else out[0] = value !== 0 ? 0xff : 0;
  return [...out];
};

export class CipClient {
  readonly connection: Channel;
  readonly #tags: Tags;
  readonly #write: WriteTag;
  readonly #rack: readonly CipIdentity[];
  readonly #own: CipIdentity;
  readonly #latencyUs: () => number;
  readonly #session: number;
  readonly otId: number;
  readonly toId: number;
  readonly #context = new Uint8Array(8);
  #asked = 0;
  #sequence = 0;

  constructor(
    connection: Channel,
    server: { readonly own: CipIdentity; readonly rack: readonly CipIdentity[]; tags: Tags; write: WriteTag },
    session: number,
    latencyUs: () => number,
  ) {
    this.connection = connection;
    this.#own = server.own;
    this.#rack = server.rack;
    this.#tags = server.tags;
    this.#write = server.write;
    this.#session = session;
    this.otId = 0x0079_0000 + (session & 0xffff);
    this.toId = 0x8000_0000 + (session & 0xffff);
    this.#latencyUs = latencyUs;
  }

  #exchange(tsUs: number, question: Uint8Array, answer: Uint8Array): number {
    const later = tsUs + 400 + this.#latencyUs();
    this.connection.send(tsUs, true, question);
    this.connection.send(later, false, answer);
    return later + 400;
  }

  open(tsUs: number): number {
    this.connection.open(tsUs);
    return this.#exchange(tsUs + 1000, encodeRegisterSession(), encodeRegisterSession({ session: this.#session }));
  }

  #unconnected(tsUs: number, question: Uint8Array, answer: Uint8Array): number {
    this.#asked++;
    const header = { session: this.#session, context: this.#context };
    this.#context[0] = this.#asked & 255;
    this.#context[1] = this.#asked >> 8;
    return this.#exchange(tsUs, encodeUnconnected(question, header), encodeUnconnected(answer, header));
  }

  /** Identity of what has the IP address, then of each of `slots` slots behind it. */
  identify(tsUs: number, slots: number): number {
    const ask = encodeRequest(GET_ALL, IDENTITY_PATH);
    let t = this.#unconnected(tsUs, ask, encodeResponse(GET_ALL, 0, encodeIdentity(this.#own)));
    for (let slot = 0; slot < slots; slot++) {
      const route = encodeEpath({ route: [{ port: 1, link: slot }] });
      const found = this.#rack[slot];
      t = this.#unconnected(
        t + 2000,
        encodeRequest(UNCONNECTED_SEND, MANAGER_PATH, encodeUnconnectedSend(ask, route)),
        found === undefined
          ? encodeResponse(UNCONNECTED_SEND, CONNECTION_FAILURE, Uint8Array.of(1, 0), TIMED_OUT)
          : encodeResponse(GET_ALL, 0, encodeIdentity(found)),
      );
    }
    return t;
  }

  /** A class 3 connection to the message router of the controller in slot 0. */
  connect(tsUs: number): number {
    const path = encodeEpath({ route: [{ port: 1, link: 0 }], cls: 2, instance: 1 });
    const open = {
      otId: 0,
      toId: this.toId,
      serial: this.#session & 0xffff,
      vendor: 77,
      originator: 0x0032_95f3,
      otRpiUs: 8_000_000,
      toRpiUs: 8_000_000,
      otSize: 500,
      toSize: 500,
      transportClass: 3,
    };
    return this.#unconnected(
      tsUs,
      encodeRequest(FORWARD_OPEN, MANAGER_PATH, encodeForwardOpen(open, path)),
      encodeResponse(FORWARD_OPEN, 0, encodeForwardOpened({ ...open, otId: this.otId })),
    );
  }

  #connected(tsUs: number, question: Uint8Array, answer: Uint8Array): number {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const header = { session: this.#session };
    return this.#exchange(
      tsUs,
      encodeConnected(question, this.otId, this.#sequence, header),
      encodeConnected(answer, this.toId, this.#sequence, header),
    );
  }

  /** Several tags in one Multiple Service Packet. */
  read(tsUs: number, names: readonly string[]): number {
    const one = Uint8Array.of(1, 0);
    const questions = names.map((symbol) => encodeRequest(READ_TAG, encodeEpath({ symbol }), one));
    let failed = 0;
    const answers = names.map((symbol) => {
      const tag = this.#tags(symbol);
      if (tag !== undefined) return encodeResponse(READ_TAG, 0, Uint8Array.from([tag.type, 0, ...octetsOf(tag)]));
      failed = 0x1e;
      return encodeResponse(READ_TAG, PATH_SEGMENT_ERROR);
    });
    return this.#connected(
      tsUs,
      encodeRequest(MULTIPLE, ROUTER_PATH, encodeParts(questions)),
      encodeResponse(MULTIPLE, failed, encodeParts(answers)),
    );
  }

  write(tsUs: number, symbol: string, value: TagValue): number {
    const data = Uint8Array.from([value.type, 0, 1, 0, ...octetsOf(value)]);
    const taken = this.#write(symbol, value.value);
    return this.#connected(
      tsUs,
      encodeRequest(WRITE_TAG, encodeEpath({ symbol }), data),
      encodeResponse(WRITE_TAG, taken ? 0 : PRIVILEGE_VIOLATION),
    );
  }
}
