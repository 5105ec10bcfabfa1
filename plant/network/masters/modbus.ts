/**
 * A Modbus/TCP master: holding registers in few reads, bits as coils. Source: MODBUS Application Protocol V1.1b3.
 * A point at octet `byteOffset` of the image is holding register `byteOffset / 2` (32 bits: high word first), a bool is
 * coil `byteOffset * 8 + bit`.
 */
import { encodeAdu, exception, FUNCTION, request, response } from '../../../src/decode/modbus/wire.ts';
import { identification } from '../../speak/modbus.ts';
import type { Controller, PointDefinition } from '../../world.ts';
import { modbusIdentityOf } from '../hosts.ts';
import type { Stream } from '../stream.ts';
import { type Latency, type Master, octetsOf, rawOf, Slot, type Written } from './master.ts';

/** Section 6.3: quantity of a read. */
const MAX_REGISTERS = 125;
const MAX_COILS = 2000;
/** Registers between two points that are read along rather than asked for apart. */
const GAP = 8;
const MBAP = 7;

/** Where a point is on the wire. */
export const modbusPlace = (p: PointDefinition): { readonly area: 'holding' | 'coil'; readonly address: number } =>
  p.type === 'bool'
    ? { area: 'coil', address: p.byteOffset * 8 + (p.bit ?? 0) }
    : { area: 'holding', address: p.byteOffset >> 1 };

interface Block {
  readonly functionCode: number;
  readonly start: number;
  readonly count: number;
  readonly points: readonly PointDefinition[];
}

const blocksOf = (points: readonly PointDefinition[]): Block[] => {
  const out: Block[] = [];
  const gather = (functionCode: number, wanted: readonly PointDefinition[], most: number, gap: number): void => {
    const sorted = [...wanted].sort((a, b) => modbusPlace(a).address - modbusPlace(b).address);
    let block: PointDefinition[] = [];
    let start = 0;
    let end = 0;
    const flush = (): void => {
      if (block.length > 0) out.push({ functionCode, start, count: end - start, points: block });
    };
    for (const p of sorted) {
      const { address } = modbusPlace(p);
      const after = address + (p.type === 'bool' ? 1 : octetsOf(p) >> 1);
      if (block.length === 0 || address > end + gap || after - start > most) {
        flush();
        block = [];
        start = address;
      }
      block.push(p);
      end = after;
    }
    flush();
  };
  gather(
    FUNCTION.READ_HOLDING_REGISTERS,
    points.filter((p) => p.type !== 'bool'),
    MAX_REGISTERS,
    GAP,
  );
  gather(
    FUNCTION.READ_COILS,
    points.filter((p) => p.type === 'bool'),
    MAX_COILS,
    8 * GAP,
  );
  return out;
};

export class ModbusMaster implements Master {
  readonly controller: Controller;
  readonly stream: Stream;
  readonly unitId: number;
  readonly #latency: Latency;
  readonly #polls: readonly {
    readonly isBits: boolean;
    /** Of bits, the place is that of the first, and `bits` where each stands behind it. */
    readonly slots: readonly Slot[];
    readonly bits: readonly number[];
    readonly question: Uint8Array;
    readonly answer: Uint8Array;
  }[];
  #transaction = 0;

  constructor(stream: Stream, controller: Controller, latency: Latency, unitId = 1) {
    this.stream = stream;
    this.controller = controller;
    this.unitId = unitId;
    this.#latency = latency;
    this.#polls = blocksOf(controller.points).map((block) => {
      const asked = request(block.functionCode, { unitId, address: block.start, quantity: block.count });
      const values = new Array<number>(block.count).fill(0);
      const places = block.points.map((p) => modbusPlace(p).address - block.start);
      return {
        isBits: block.functionCode === FUNCTION.READ_COILS,
        slots: block.points.map((p, i) => new Slot(controller, p, MBAP + 2 + 2 * places[i]!, false)),
        bits: places,
        question: encodeAdu(asked),
        answer: encodeAdu(response(asked, { values })),
      };
    });
  }

  open(tsUs: number): number {
    this.stream.open(tsUs);
    return tsUs + 1_000;
  }

  question(): Uint8Array {
    return this.#polls[0]!.question;
  }

  poll(tsUs: number): number {
    let t = tsUs;
    for (const { isBits, slots, bits, question, answer } of this.#polls) {
      this.#transaction = (this.#transaction + 1) & 0xffff;
      question[0] = answer[0] = this.#transaction >> 8;
      question[1] = answer[1] = this.#transaction & 255;
      if (isBits) {
        answer.fill(0, MBAP + 2);
        for (let i = 0; i < slots.length; i++)
          if (slots[i]!.raw() === 1) answer[MBAP + 2 + (bits[i]! >> 3)]! |= 1 << (bits[i]! & 7);
      } else for (const slot of slots) slot.put(answer);
      const asked = this.stream.say(t, true, question);
      t = this.stream.say(asked + 300 + this.#latency(), false, answer) + 350;
    }
    this.stream.acknowledge(t + 21_000, true);
    return t + 22_000;
  }

  /** Function 5 for bits, 6 for one register, 16 for two. What the controller refuses is answered by an exception. */
  write(tsUs: number, name: string, value: number): Written {
    const p = this.controller.points.find((point) => point.name === name)!;
    const { address } = modbusPlace(p);
    const raw = rawOf(p, value);
    const outcome = this.controller.write(name, value);
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const fields = { unitId: this.unitId, address, transactionId: this.#transaction };
    const [high, low] = p.type === 'real' ? wordsOfReal(raw) : [(raw >>> 16) & 0xffff, raw & 0xffff];
    const [asked, done] =
      p.type === 'bool'
        ? [request(FUNCTION.WRITE_SINGLE_COIL, { ...fields, values: [raw] }), { address, values: [raw] }]
        : octetsOf(p) === 2
          ? [request(FUNCTION.WRITE_SINGLE_REGISTER, { ...fields, values: [low] }), { address, values: [low] }]
          : [
              request(FUNCTION.WRITE_MULTIPLE_REGISTERS, { ...fields, quantity: 2, values: [high, low] }),
              { address, quantity: 2 },
            ];
    // Section 7: 3 illegal data value, 2 illegal data address, 6 server device busy.
    const code = { 'out-of-range': 3, 'not-writable': 2, 'not-running': 6, accepted: 0 }[outcome];
    const answer = code === 0 ? response(asked, done) : exception(asked, code);
    return {
      outcome,
      endUs: this.stream.exchange(tsUs, encodeAdu(asked), encodeAdu(answer), this.#latency()),
    };
  }

  /** What the controller answers to Read Device Identification. */
  get identity(): Parameters<typeof response>[1] {
    return identification(modbusIdentityOf(this.stream.server));
  }

  /** Any other function, with the answer that the controller gives. */
  ask(
    tsUs: number,
    functionCode: number,
    question: Parameters<typeof request>[1],
    answer: Parameters<typeof response>[1] | { readonly exceptionCode: number },
  ): number {
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const asked = request(functionCode, { ...question, unitId: this.unitId, transactionId: this.#transaction });
    const done = 'exceptionCode' in answer ? exception(asked, answer.exceptionCode as number) : response(asked, answer);
    return this.stream.exchange(tsUs, encodeAdu(asked), encodeAdu(done), this.#latency());
  }
}

const view = new DataView(new ArrayBuffer(4));
const wordsOfReal = (value: number): readonly [number, number] => {
  view.setFloat32(0, value);
  return [view.getUint16(0), view.getUint16(2)];
};
