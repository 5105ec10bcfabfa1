/**
 * An S7 master (operator panel or server): set-up over COTP, one Read Var per group of items, Write Var. The image of the
 * controller is data block `S7_DB`; neighbours of one type are one item.
 */
import { encodeData } from '../../../src/decode/cotp/wire.ts';
import { encodeS7, FUNCTION, ROSCTR, s7Message } from '../../../src/decode/s7comm/wire.ts';
import type { S7Identity } from '../../devices.ts';
import { AREA, anyItem, S7Client, TYPE } from '../../speak/s7.ts';
import type { Controller, PointDefinition } from '../../world.ts';
import type { Stream } from '../stream.ts';
import { type Latency, type Master, octetsOf, putRaw, rawOf, Slot, type Written } from './master.ts';

export const S7_DB = 10;
/** Items of one Read Var: what fits a PDU of 480 octets, and what controllers take. */
const MAX_ITEMS = 19;
/** TPKT (4), COTP data (3), header of jobs (10) and of answers (12), function and count (2). */
const ITEMS_AT = 7 + 12 + 2;
const REFERENCE_AT = 7 + 4;

const ELEMENT = {
  bool: TYPE.BOOL,
  int16: TYPE.INT,
  uint16: TYPE.WORD,
  int32: TYPE.DINT,
  uint32: TYPE.DWORD,
  real: TYPE.REAL,
} as const;

const itemOf = (p: PointDefinition, count = 1) =>
  anyItem(AREA.DB, S7_DB, p.byteOffset * 8 + (p.bit ?? 0), ELEMENT[p.type], count);
/** Path of a point as the decoder names it: `DB10.DBD4 REAL`. */
export const s7Path = (p: PointDefinition): string => itemOf(p).path;

interface Group {
  readonly points: readonly PointDefinition[];
  readonly octets: number;
}

/** Neighbours of one type, bools alone. */
const groupsOf = (points: readonly PointDefinition[]): Group[] => {
  const out: { points: PointDefinition[]; octets: number }[] = [];
  const sorted = [...points].sort((a, b) => a.byteOffset - b.byteOffset || (a.bit ?? 0) - (b.bit ?? 0));
  for (const p of sorted) {
    const last = out.at(-1);
    const before = last?.points.at(-1);
    const size = octetsOf(p);
    if (last && before && p.type !== 'bool' && before.type === p.type && before.byteOffset + size === p.byteOffset) {
      last.points.push(p);
      last.octets += size;
    } else out.push({ points: [p], octets: size });
  }
  return out;
};

/** 3 bit, 4 octets counted in bits, 7 real. */
const transportOf = (p: PointDefinition): number => (p.type === 'bool' ? 3 : p.type === 'real' ? 7 : 4);

const framed = (m: Parameters<typeof s7Message>[0]): Uint8Array => encodeData(encodeS7(s7Message(m)))[0]!;

export class S7Master implements Master {
  readonly controller: Controller;
  readonly stream: Stream;
  /** For what engineering tools do: identities, upload, download, stop. */
  readonly client: S7Client;
  readonly #latency: Latency;
  readonly #connectionType: 1 | 2 | 3;
  readonly #polls: {
    readonly question: Uint8Array;
    readonly answer: Uint8Array;
    readonly slots: readonly Slot[];
  }[] = [];
  #reference = 0x4000;

  constructor(
    stream: Stream,
    controller: Controller,
    identity: S7Identity,
    latency: Latency,
    connectionType: 1 | 2 | 3,
  ) {
    this.stream = stream;
    this.controller = controller;
    this.#latency = latency;
    this.#connectionType = connectionType;
    this.client = new S7Client(stream, () => undefined, identity, latency);
    const groups = groupsOf(controller.points);
    for (let from = 0; from < groups.length; from += MAX_ITEMS) {
      const some = groups.slice(from, from + MAX_ITEMS);
      const slots: Slot[] = [];
      const data = [];
      let at = ITEMS_AT;
      let start = 0;
      for (const { points, octets } of some) {
        let inside = at + 4;
        for (const point of points) {
          slots.push(new Slot(controller, point, inside, false));
          inside += octetsOf(point);
        }
        data.push({ returnCode: 0xff, transportSize: transportOf(points[0]!), start, length: octets });
        start += octets;
        // Items begin at even offsets.
        at += 4 + octets + (octets & 1);
      }
      const common = { functionCode: FUNCTION.READ_VAR };
      this.#polls.push({
        question: framed({
          ...common,
          rosctr: ROSCTR.JOB,
          items: some.map(({ points }) => itemOf(points[0]!, points.length)),
        }),
        answer: framed({ ...common, rosctr: ROSCTR.ACK_DATA, data, payload: new Uint8Array(start) }),
        slots,
      });
    }
  }

  open(tsUs: number): number {
    return this.client.open(tsUs, this.#connectionType);
  }

  question(): Uint8Array {
    return this.#polls[0]!.question;
  }

  #next(...pdus: Uint8Array[]): void {
    this.#reference = (this.#reference + 1) & 0xffff;
    for (const b of pdus) {
      b[REFERENCE_AT] = this.#reference >> 8;
      b[REFERENCE_AT + 1] = this.#reference & 255;
    }
  }

  poll(tsUs: number): number {
    let t = tsUs;
    for (const { question, answer, slots } of this.#polls) {
      this.#next(question, answer);
      for (const slot of slots) slot.put(answer);
      const asked = this.stream.say(t, true, question);
      t = this.stream.say(asked + 300 + this.#latency(), false, answer) + 350;
    }
    this.stream.acknowledge(t + 21_000, true);
    return t + 22_000;
  }

  write(tsUs: number, name: string, value: number): Written {
    const point = this.controller.points.find((p) => p.name === name)!;
    const outcome = this.controller.write(name, value);
    const payload = new Uint8Array(octetsOf(point));
    putRaw(payload, 0, point, rawOf(point, value), false);
    const datum = { transportSize: transportOf(point), start: 0, length: payload.length };
    // 0x05 invalid address, 0x01 hardware fault (the value is not taken), 0x03 access not allowed
    const code = { accepted: 0xff, 'out-of-range': 0x01, 'not-writable': 0x03, 'not-running': 0x03 }[outcome];
    const common = { functionCode: FUNCTION.WRITE_VAR };
    const question = framed({
      ...common,
      rosctr: ROSCTR.JOB,
      items: [itemOf(point)],
      data: [{ ...datum, returnCode: 0 }],
      payload,
    });
    const answer = framed({
      ...common,
      rosctr: ROSCTR.ACK_DATA,
      data: [{ returnCode: code, transportSize: 0, start: 0, length: 0 }],
    });
    this.#next(question, answer);
    return { outcome, endUs: this.stream.exchange(tsUs, question, answer, this.#latency()) };
  }
}
