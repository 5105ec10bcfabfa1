/**
 * A capture of a pump that is polled for two days and learned, and then reads wrong: pressure 5 % too high while speed, flow
 * and power say otherwise, and at the end a station that never wrote changes a register. Ordinary Modbus/TCP frames; the
 * noise comes from a fixed seed, so that the same findings come of it every time.
 */
import { pcapHeader, pcapRecord } from '../../src/capture/writer.ts';
import { seededRandom } from '../../src/lib/random.ts';

export const PUMP = '10.7.0.20';
export const STRANGER = '10.7.0.66';
/** Register whose sensor is off. */
export const OFF_POINT = 'holding 2';
/** Monday 2026-03-02, midnight. */
const T0_US = 1_772_409_600_000_000;
const STEP_S = 10;
/** A day is learned; for another one the model is on trial and speaks below an alert. */
const LEARN_S = 51 * 3600;
const OFF_S = 1800;
const WAVE_S = 1800;
export const SEED = 7;
const OPTIONS = { linkType: 1 };

interface Side {
  readonly host: number;
  readonly port: number;
  seq: number;
}

const frameOf = (from: Side, to: Side, adu: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(54 + adu.length);
  const v = new DataView(bytes.buffer);
  bytes.set([0x02, 0, 0, 7, 0, to.host, 0x02, 0, 0, 7, 0, from.host, 0x08, 0]);
  bytes.set([0x45, 0], 14);
  v.setUint16(16, 40 + adu.length);
  bytes.set([0x40, 0, 64, 6, 0, 0, 10, 7, 0, from.host, 10, 7, 0, to.host], 20);
  v.setUint16(34, from.port);
  v.setUint16(36, to.port);
  v.setUint32(38, from.seq);
  v.setUint32(42, to.seq);
  // Data offset 5 words, PSH and ACK, a window.
  bytes.set([0x50, 0x18, 0x20, 0], 46);
  bytes.set(adu, 54);
  from.seq = (from.seq + adu.length) >>> 0;
  return bytes;
};

/** MBAP header and PDU of unit 1. */
const aduOf = (transaction: number, pdu: readonly number[]): Uint8Array =>
  Uint8Array.from([transaction >> 8, transaction & 255, 0, 0, 0, pdu.length + 1, 1, ...pdu]);

/** The whole capture, some 6 MB. */
export const pumpCapture = (): Buffer => {
  const random = seededRandom(SEED);
  const noise = (size: number): number => random.normal() * size;
  const records: Uint8Array[] = [pcapHeader(OPTIONS)];
  const client: Side = { host: 10, port: 50_000, seq: 1000 };
  const server: Side = { host: 20, port: 502, seq: 9000 };
  const put = (second: number, us: number, bytes: Uint8Array): void =>
    void records.push(pcapRecord({ tsUs: T0_US + second * 1e6 + us, bytes }, OPTIONS));
  const words = (values: readonly number[]): number[] =>
    values.flatMap((value) => [(Math.round(value) >> 8) & 255, Math.round(value) & 255]);
  const endS = LEARN_S + OFF_S;
  for (let s = 0, n = 0; s < endS; s += STEP_S, n++) {
    const speed = 15_000 + 3000 * Math.sin((2 * Math.PI * s) / WAVE_S) + 700 * Math.sin((2 * Math.PI * s) / 710);
    const flow = 0.8 * speed + noise(40);
    const pressure = (6000 + 0.5 * flow + noise(40)) * (s < LEARN_S ? 1 : 1.05);
    const power = 1.1 * speed + noise(50);
    const warmth = 6000 + 300 * Math.sin((2 * Math.PI * s) / 86_400) + noise(15);
    put(s, 0, frameOf(client, server, aduOf(n & 0xffff, [3, 0, 0, 0, 5])));
    put(s, 4000, frameOf(server, client, aduOf(n & 0xffff, [3, 10, ...words([speed, flow, pressure, power, warmth])])));
  }
  const stranger: Side = { host: 66, port: 51_000, seq: 3000 };
  const answer: Side = { host: 20, port: 502, seq: 7000 };
  const write = [6, 0, 40, 5, 120];
  for (const n of [1, 2]) {
    put(endS, n * 200_000, frameOf(stranger, answer, aduOf(n, write)));
    put(endS, n * 200_000 + 3000, frameOf(answer, stranger, aduOf(n, write)));
  }
  return Buffer.concat(records);
};
