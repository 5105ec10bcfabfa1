/**
 * An EtherNet/IP master: a class 3 connection to the controller, all tags in Multiple Service Packets, Write Tag. A point
 * `LT-101.SP` is the tag `LT_101_SP`. Source: The CIP Networks Library volumes 1 and 2; Rockwell 1756-PM020.
 */
import {
  encodeConnected,
  encodeEpath,
  encodeParts,
  encodeRequest,
  encodeResponse,
} from '../../../src/decode/enip/wire.ts';
import type { CipIdentity } from '../../devices.ts';
import { CipClient } from '../../speak/cip.ts';
import type { Controller } from '../../world.ts';
import type { Stream } from '../stream.ts';
import { type Latency, type Master, octetsOf, putRaw, rawOf, Slot, type Written } from './master.ts';

const MULTIPLE = 0x0a;
const READ_TAG = 0x4c;
const WRITE_TAG = 0x4d;
const ROUTER_PATH = encodeEpath({ cls: 2, instance: 1 });
/** Tags of one packet: what fits a connection of 500 octets. */
const MAX_TAGS = 20;
/** Sequence count of connected data: header (24), handle and timeout (6), count (2), address item (8), item head (4). */
const SEQUENCE_AT = 44;
const CIP_AT = 46;

const CIP_TYPE = { bool: 0xc1, int16: 0xc3, uint16: 0xc7, int32: 0xc4, uint32: 0xc8, real: 0xca } as const;
export const tagOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '_');

export class CipMaster implements Master {
  readonly controller: Controller;
  readonly stream: Stream;
  readonly client: CipClient;
  readonly session: number;
  readonly #latency: Latency;
  readonly #polls: {
    readonly question: Uint8Array;
    readonly answer: Uint8Array;
    readonly slots: readonly Slot[];
  }[] = [];
  #sequence = 0x100;

  constructor(
    stream: Stream,
    controller: Controller,
    identity: { readonly own: CipIdentity; readonly rack: readonly CipIdentity[] },
    latency: Latency,
    session: number,
  ) {
    this.stream = stream;
    this.controller = controller;
    this.session = session;
    this.#latency = latency;
    this.client = new CipClient(stream, { ...identity, tags: () => undefined, write: () => false }, session, latency);
    const sorted = [...controller.points].sort((a, b) => a.byteOffset - b.byteOffset || (a.bit ?? 0) - (b.bit ?? 0));
    for (let from = 0; from < sorted.length; from += MAX_TAGS) {
      const some = sorted.slice(from, from + MAX_TAGS);
      const slots: Slot[] = [];
      // Response head (4), count (2), an offset for each part (2), then parts of head (4), type (2), value.
      let at = CIP_AT + 4 + 2 + 2 * some.length;
      const answers = some.map((point) => {
        const octets = octetsOf(point);
        slots.push(new Slot(controller, point, at + 6, true));
        at += 6 + octets;
        const data = new Uint8Array(2 + octets);
        data[0] = CIP_TYPE[point.type];
        return encodeResponse(READ_TAG, 0, data);
      });
      const one = Uint8Array.of(1, 0);
      const questions = some.map(({ name }) => encodeRequest(READ_TAG, encodeEpath({ symbol: tagOf(name) }), one));
      const header = { session };
      this.#polls.push({
        question: encodeConnected(
          encodeRequest(MULTIPLE, ROUTER_PATH, encodeParts(questions)),
          this.client.otId,
          0,
          header,
        ),
        answer: encodeConnected(encodeResponse(MULTIPLE, 0, encodeParts(answers)), this.client.toId, 0, header),
        slots,
      });
    }
  }

  open(tsUs: number): number {
    return this.client.connect(this.client.open(tsUs) + 2_000);
  }

  question(): Uint8Array {
    return this.#polls[0]!.question;
  }

  #next(...messages: Uint8Array[]): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    for (const b of messages) {
      b[SEQUENCE_AT] = this.#sequence & 255;
      b[SEQUENCE_AT + 1] = this.#sequence >> 8;
    }
  }

  poll(tsUs: number): number {
    let t = tsUs;
    for (const { question, answer, slots } of this.#polls) {
      this.#next(question, answer);
      for (const slot of slots)
        if (slot.point.type === 'bool') answer[slot.at] = slot.raw() === 1 ? 0xff : 0;
        else slot.put(answer);
      const asked = this.stream.say(t, true, question);
      t = this.stream.say(asked + 300 + this.#latency(), false, answer) + 350;
    }
    this.stream.acknowledge(t + 21_000, true);
    return t + 22_000;
  }

  /** A connected request with its answer; for services that engineering tools use. */
  ask(
    tsUs: number,
    service: number,
    path: Uint8Array,
    data: Uint8Array,
    status = 0,
    answer = new Uint8Array(0),
  ): number {
    const header = { session: this.session };
    const question = encodeConnected(encodeRequest(service, path, data), this.client.otId, 0, header);
    const done = encodeConnected(encodeResponse(service, status, answer), this.client.toId, 0, header);
    this.#next(question, done);
    return this.stream.exchange(tsUs, question, done, this.#latency());
  }

  write(tsUs: number, name: string, value: number): Written {
    const point = this.controller.points.find((p) => p.name === name)!;
    const outcome = this.controller.write(name, value);
    const raw = rawOf(point, value);
    const data = new Uint8Array(4 + octetsOf(point));
    data[0] = CIP_TYPE[point.type];
    data[2] = 1;
    putRaw(data, 4, point, point.type === 'bool' && raw === 1 ? 0xff : raw, true);
    // Volume 1 appendix B: 0x09 invalid attribute value, 0x0f privilege violation, 0x10 device state conflict
    const status = { accepted: 0, 'out-of-range': 0x09, 'not-writable': 0x0f, 'not-running': 0x10 }[outcome];
    return { outcome, endUs: this.ask(tsUs, WRITE_TAG, encodeEpath({ symbol: tagOf(name) }), data, status) };
  }
}
