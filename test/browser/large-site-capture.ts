/**
 * A capture of a site of thousands of devices: cells of one panel that polls its controllers by Modbus/TCP and writes to one
 * of them, each cell in a network of its own. Ordinary frames; the same capture every time.
 */
import { pcapHeader, pcapRecord } from '../../src/capture/writer.ts';

export const CELLS = 100;
export const CONTROLLERS_OF_A_CELL = 99;
export const ASSETS = CELLS * (CONTROLLERS_OF_A_CELL + 1);
/** Monday 2026-03-02, midnight. */
const T0_US = 1_772_409_600_000_000;
const OPTIONS = { linkType: 1 };

const frameOf = (
  cell: number,
  from: number,
  to: number,
  ports: readonly [number, number],
  seq: number,
  adu: Uint8Array,
) => {
  const bytes = new Uint8Array(54 + adu.length);
  const v = new DataView(bytes.buffer);
  bytes.set([0x02, 0, 0, 8, cell, to, 0x02, 0, 0, 8, cell, from, 0x08, 0]);
  bytes.set([0x45, 0], 14);
  v.setUint16(16, 40 + adu.length);
  bytes.set([0x40, 0, 64, 6, 0, 0, 10, 8, cell, from, 10, 8, cell, to], 20);
  v.setUint16(34, ports[0]);
  v.setUint16(36, ports[1]);
  v.setUint32(38, seq);
  v.setUint32(42, 5000 - seq);
  // Data offset 5 words, PSH and ACK, a window.
  bytes.set([0x50, 0x18, 0x20, 0], 46);
  bytes.set(adu, 54);
  return bytes;
};
const aduOf = (transaction: number, pdu: readonly number[]): Uint8Array =>
  Uint8Array.from([0, transaction, 0, 0, 0, pdu.length + 1, 1, ...pdu]);

export const largeSiteCapture = (): Buffer => {
  const records: Uint8Array[] = [pcapHeader(OPTIONS)];
  let us = T0_US;
  const put = (bytes: Uint8Array): void => {
    us += 500;
    records.push(pcapRecord({ tsUs: us, bytes }, OPTIONS));
  };
  const PANEL = 1;
  for (let round = 1; round <= 2; round++) {
    for (let cell = 0; cell < CELLS; cell++) {
      for (let host = 2; host < 2 + CONTROLLERS_OF_A_CELL; host++) {
        const writes = host === 2;
        const request = writes ? [6, 0, 4, 0, 10 + round] : [3, 0, 0, 0, 2];
        const answer = writes ? request : [3, 4, 0, round, 0, host];
        const seq = round * 100;
        put(frameOf(cell, PANEL, host, [50_000 + host, 502], seq, aduOf(round, request)));
        put(frameOf(cell, host, PANEL, [502, 50_000 + host], 5000 - seq, aduOf(round, answer)));
      }
    }
  }
  return Buffer.concat(records);
};
