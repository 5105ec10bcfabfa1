/** FSoE in process data: frames as the specification says, and process data that is none. */
import { describe, expect, it } from 'vitest';
import { decodeFrames, type Run, seeded, type TestFrame } from '../../../test/drive.ts';
import { agrees, COMMAND, connectionIdOf, crcAt, LENGTHS, pduLength, pieces, safeData, sequenceOf } from './fsoe.ts';
import { CMD, encodeEcat } from './wire.ts';

/** The CRC of a piece by dividing bit by bit, what goes into it in the order of ETG.5100 8.1.3.2; the decoder has tables and goes backwards. */
const fsoeCrc = (
  received: number,
  connectionId: number,
  sequence: number,
  command: number,
  piece: number,
  data: readonly number[],
): number => {
  const words = [received, connectionId, sequence].flatMap((word) => [word & 0xff, word >> 8]);
  let crc = 0;
  for (const octet of [...words, command, ...(piece > 0 ? [piece & 0xff, piece >> 8] : []), ...data, 0, 0, 0]) {
    crc ^= octet << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc & 0x8000) !== 0 ? 0x39b7 : 0)) & 0xffff;
  }
  return crc;
};

/** A safety PDU; `received` is the CRC_0 of the last PDU of the other side. */
const encodeFsoe = (
  command: number,
  data: readonly number[],
  connectionId: number,
  received: number,
  sequence: number,
): Uint8Array => {
  const out = new Uint8Array(pduLength(data.length));
  out[0] = command;
  for (let i = 0; i < pieces(out.length); i++) {
    const piece = data.slice(2 * i, 2 * i + 2);
    const crc = fsoeCrc(received, connectionId, sequence, command, i, piece);
    const at = crcAt(out.length, i);
    out.set(piece, at - piece.length);
    out.set([crc & 0xff, crc >> 8], at);
  }
  out.set([connectionId & 0xff, connectionId >> 8], out.length - 2);
  return out;
};

const T0 = 1_700_000_000_000_000;
const CYCLE_US = 2_000;
const LOGICAL = 0x01000000;
const frame = (tsUs: number, returned: boolean, command: number, image: Uint8Array): TestFrame => ({
  tsUs,
  bytes: Uint8Array.from([
    ...[1, 1, 5, 1, 0, 0],
    ...[returned ? 2 : 0, 1, 5, 0x6c, 0xb0, 0x15],
    ...[0x88, 0xa4],
    ...encodeEcat([{ command, logical: LOGICAL, data: image, workingCounter: returned ? 3 : 0 }]),
  ]),
});

/** Both ends of a connection: each PDU takes the last CRC_0 of the other side and the next sequence number. */
class Ends {
  readonly #crc = [0, 0];
  readonly #sequence = [0, 0];
  pdu(side: 0 | 1, command: number, data: readonly number[], id: number): Uint8Array {
    const sequence = ++this.#sequence[side]!;
    const out = encodeFsoe(command, data, id, this.#crc[1 - side]!, sequence);
    this.#crc[side] = out[crcAt(out.length, 0)]! | (out[crcAt(out.length, 0) + 1]! << 8);
    return out;
  }
}

interface Step {
  readonly command: number;
  readonly to: readonly number[];
  readonly from: readonly number[];
  readonly id: number;
}
const ID = 0x04d2;
/** A connection begins, runs through `running`; four octets of safe data each way. */
const start = (running: readonly Step[]): readonly Step[] => [
  { command: COMMAND.RESET, to: [0, 0, 0, 0], from: [0, 0, 0, 0], id: 0 },
  { command: COMMAND.SESSION, to: [0x11, 0x22, 0, 0], from: [0x33, 0x44, 0, 0], id: 0 },
  { command: COMMAND.CONNECTION, to: [0xd2, 4, 7, 0], from: [0xd2, 4, 7, 0], id: ID },
  { command: COMMAND.PARAMETER, to: [2, 0, 100, 0], from: [2, 0, 100, 0], id: ID },
  { command: COMMAND.PARAMETER, to: [0, 0, 0, 0], from: [0, 0, 0, 0], id: ID },
  ...running,
];
const runs = (n: number, safe: (i: number) => readonly number[], command: number = COMMAND.PROCESS_DATA): Step[] =>
  Array.from({ length: n }, (_, i) => ({ command, to: safe(i), from: [1, 0, 0, 0], id: ID }));

/**
 * Frames of LRW with other process data before and behind the safety PDUs. `apart`: inputs lie behind the outputs, and not at their
 * addresses. Each PDU stays for two cycles.
 */
const cycles = (
  steps: readonly Step[],
  apart: boolean,
  change?: (image: Uint8Array, i: number) => void,
): TestFrame[] => {
  const ends = new Ends();
  const random = seeded(7);
  const out: TestFrame[] = [];
  let last: Uint8Array = new Uint8Array(11);
  let count = 0;
  for (const [n, step] of steps.entries()) {
    const to = ends.pdu(0, step.command, step.to, step.id);
    const from = ends.pdu(1, step.command, step.from, step.id);
    for (let repeat = 0; repeat < 2; repeat++, count++) {
      const image = new Uint8Array(apart ? 60 : 40);
      for (let i = 0; i < 8; i++) image[i] = random() * 256;
      image[30] = COMMAND.PROCESS_DATA; // an octet that stands still and is no safety PDU
      image.set(to, 12);
      if (apart) image.set(last, 44);
      change?.(image, n);
      out.push(frame(T0 + count * CYCLE_US, false, CMD.LRW, image));
      const returned = image.slice();
      returned.set(from, apart ? 44 : 12);
      out.push(frame(T0 + count * CYCLE_US + 30, true, CMD.LRW, returned));
      last = from;
    }
  }
  return out;
};

const states = (r: Run, way: string): unknown[] =>
  r
    .of('value')
    .filter((v) => v.what.path.startsWith(`FSoE state ${way} slaves`))
    .map((v) => v.what.value);
const weirds = (r: Run): string[] => r.of('weird').map((w) => `${w.what.code} ${w.what.detail}`);

describe('safety PDUs of FSoE', () => {
  it('have safe data in pieces with a CRC each, and the connection behind them', () => {
    const pdu = encodeFsoe(COMMAND.PROCESS_DATA, [0xa1, 0xa2, 0xb1, 0xb2], 0x1234, 0xbeef, 5);
    expect(pdu.length).toBe(11);
    expect([pdu[0], pdu[1], pdu[2], pdu[5], pdu[6]]).toEqual([0x36, 0xa1, 0xa2, 0xb1, 0xb2]);
    expect(safeData(pdu, 0, 11)).toEqual(Uint8Array.of(0xa1, 0xa2, 0xb1, 0xb2));
    expect(connectionIdOf(pdu, 0, 11)).toBe(0x1234);
    expect(encodeFsoe(COMMAND.PROCESS_DATA, [1], 0x1234, 0, 1).length).toBe(6);
  });

  it('have the CRC of the polynomial 0x139b7 without a start value', () => {
    // The remainder of a single bit in front of so many zeros, by long division.
    const divided = (zeros: number): number => {
      let rest = 1;
      for (let i = 0; i < zeros; i++) rest = (rest & 0x8000) !== 0 ? ((rest << 1) ^ 0x139b7) & 0xffff : rest << 1;
      return rest;
    };
    // Bit 0 of the only octet of safe data: three octets of zero behind it, and the 16 bits of the CRC.
    expect(fsoeCrc(0, 0, 0, 0, 0, [1])).toBe(divided(24 + 16));
    // Bit 0 of the command: two octets of data and three of zero behind it.
    expect(fsoeCrc(0, 0, 0, 1, 0, [0, 0])).toBe(divided(40 + 16));
    // Bit 0 of the CRC received: high octet, connection, sequence, command, index, data, zeros.
    expect(fsoeCrc(1, 0, 0, 0, 1, [0, 0]) ^ fsoeCrc(0, 0, 0, 0, 1, [0, 0])).toBe(divided(8 * 13 + 16));
  });

  it('have CRCs that agree with each other, and any bit that is changed is seen', () => {
    for (const length of LENGTHS.filter((l) => pieces(l) > 1)) {
      const data = Array.from({ length: 2 * pieces(length) }, (_, i) => i * 17);
      const pdu = encodeFsoe(COMMAND.PROCESS_DATA, data, 77, 0x5a5a, 4711);
      expect(agrees(pdu, 0, length)).toBe(true);
      for (let bit = 8; bit < 8 * (length - 2); bit++) {
        const other = pdu.slice();
        other[bit >> 3]! ^= 1 << (bit & 7);
        expect(agrees(other, 0, length)).toBe(false);
      }
    }
    expect(agrees(encodeFsoe(COMMAND.PROCESS_DATA, [1, 2], 77, 1, 2), 0, 7)).toBeUndefined();
    for (const data of [[1], [1, 2], [1, 2, 3, 4]]) {
      const pdu = encodeFsoe(COMMAND.PROCESS_DATA, data, 77, 0xbeef, 0xcafe);
      expect(sequenceOf(pdu, 0, pdu.length, 0xbeef)).toBe(0xcafe);
    }
  });
});

describe('FSoE in EtherCAT', () => {
  const safe = (i: number): readonly number[] => [i < 100 ? 1 : 3, 0, 0x10, 0x20];

  it.each([
    ['at the same addresses', false],
    ['at addresses of their own', true],
  ])('is found with outputs and inputs %s', (_, apart) => {
    const r = decodeFrames(cycles(start(runs(200, safe)), apart), undefined);
    const found = ['session', 'connection', 'parameter', 'process data'];
    expect(r.of('session').map((s) => s.what.detail)).toEqual([
      `FSoE connection ${ID}, to slaves, logical address 0x01000000 octet 12`,
      `FSoE connection ${ID}, from slaves, logical address 0x01000000 octet ${apart ? 44 : 12}`,
    ]);
    // Reset at the very first is the PDU that the look began with.
    expect(states(r, 'to')).toEqual(['reset', ...found]);
    expect(states(r, 'from')).toContain('process data');
    expect(
      r
        .of('value')
        .filter((v) => v.what.path === 'FSoE watchdog time ms')
        .map((v) => v.what.value),
    ).toContain(100);
    const values = r.of('values').filter((v) => v.what.area.includes('to slaves'));
    expect(values.map((v) => v.what.values)).toEqual([
      [0x0001, 0x2010],
      [0x0003, 0x2010],
    ]);
    expect(values[0]!.what.access).toBe('write');
    expect(r.textOf(values[0]!.what.target)).toBe(`00:01:05:6c:b0:15 FSoE connection ${ID}`);
    expect(weirds(r)).toEqual([]);
  });

  it.each([false, true])('is found in the middle, with one octet of safe data too (apart: %s)', (apart) => {
    const steps = runs(60, safe).map((s) => ({ ...s, to: [1], from: [0] }));
    const r = decodeFrames(cycles(steps, apart), undefined);
    expect(r.of('session').length).toBe(2);
    expect(states(r, 'to')).toEqual(['process data']);
    expect(r.of('values').map((v) => `${v.what.access} ${v.what.values}`)).toEqual(['read 0', 'write 1']);
  });

  it('says when fail-safe data comes, and why a connection is reset', () => {
    const steps = [
      ...runs(40, safe),
      ...runs(10, () => [0, 0, 0, 0], COMMAND.FAIL_SAFE_DATA),
      ...runs(40, safe),
      { command: COMMAND.RESET, to: [5, 0, 0, 0], from: [0, 0, 0, 0], id: 0 },
      ...start(runs(10, () => [0, 0, 0, 0], COMMAND.FAIL_SAFE_DATA)).slice(1),
    ];
    const r = decodeFrames(cycles(steps, false), undefined);
    const where = 'to slaves, logical address 0x01000000 octet 12';
    expect(weirds(r)).toEqual([
      `ethercat.fail-safe a safety connection (FSoE) sends fail-safe data; ${where}`,
      `ethercat.fail-safe a safety connection (FSoE) is reset: watchdog expired; ${where}`,
    ]);
    const bad = r.of('value').filter((v) => v.what.quality === 'bad');
    expect(bad.map((v) => v.what.value)).toContain('fail-safe data');
  });

  it('says when a CRC is wrong, once it knows how they are made', () => {
    const wrong = cycles(start(runs(60, safe)), false, (image, n) => {
      if (n === 50) image[13]! ^= 0x01;
    });
    const told = weirds(decodeFrames(wrong, undefined));
    expect(told[0]).toBe(
      'ethercat.fsoe-crc a safety PDU to slaves, logical address 0x01000000 octet 12 whose CRCs do not agree',
    );
    expect(told.length).toBe(1);
  });

  it('is not found where there is none', () => {
    for (const seed of [1, 2, 3]) {
      const random = seeded(seed);
      const image = new Uint8Array(400);
      const frames: TestFrame[] = [];
      for (let n = 0; n < 1000; n++) {
        // Counters, constants, noise, and octets that are commands.
        for (let i = 0; i < 100; i++) image[i] = n * (i + 1);
        for (let i = 100; i < 200; i++) image[i] = random() * 256;
        for (let i = 200; i < 400; i += 5) image[i] = [0x08, 0x2a, 0x36, 0x4e, 0x52, 0x64][(i + seed) % 6]!;
        for (let i = 202; i < 400; i += 5) image[i] = random() * 256;
        frames.push(frame(T0 + n * CYCLE_US, false, CMD.LRW, image.slice()));
        frames.push(frame(T0 + n * CYCLE_US + 30, true, CMD.LRW, image.slice()));
      }
      const r = decodeFrames(frames, undefined);
      expect({ seed, sessions: r.of('session').length, weirds: r.of('weird').length }).toEqual({
        seed,
        sessions: 0,
        weirds: 0,
      });
    }
  });
});
