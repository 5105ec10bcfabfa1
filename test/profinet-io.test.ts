/**
 * A Connect on UDP gives meaning to the cyclic frames of the same two stations: through the product's dispatcher, on frames as a
 * wire would carry them.
 */
import { describe, expect, it } from 'vitest';
import { type Host, Wire } from '../plant/net.ts';
import { Openings } from '../src/decode/index.ts';
import { encodeArgs, encodeCm } from '../src/decode/profinet-cm/wire.ts';
import { encodeRt } from '../src/decode/profinet-rt/wire.ts';
import { bytesOf } from './decoding.ts';
import { batchOf, Run } from './drive.ts';

const T0 = 1_700_000_000_000_000;
const MS = 1000;
const RT = 0x8892;
const controller: Host = { mac: '00:a0:45:6d:d3:43', ip: '10.0.0.9' };
const device: Host = { mac: '00:09:91:43:e0:67', ip: '10.0.0.2' };
const DEVICE = 'dea00001-6c97-11d1-8271-00a02442df7d';
const RUN = 0x35;
const STOP = 0x25;
const GOOD = 0x80;

const uuid = (n: number): string => `7c74224e166c4a58bf6b6c25a7587${n.toString(16).padStart(3, '0')}`;
/** IOCRBlockReq with one API: `objects` are slot, subslot and offset of each. */
const iocr = (type: number, reference: number, frameId: string, objects: string[]): string => {
  const body =
    `0100 000${type} 000${reference} 8892 00000001 0028 ${frameId} 0020 0020 0001 0000 ffffffff 0003 0003 c000` +
    ` 000000000000 0001 00000000 ${objects.length.toString(16).padStart(4, '0')} ${objects.join(' ')} 0000`;
  return `0102 ${(body.replaceAll(' ', '').length / 2).toString(16).padStart(4, '0')} ${body}`;
};
/** A digital input of one octet, a drive of two words in and one out, an encoder of four octets in, all in slots of their own. */
const connect = (ar: number): Uint8Array =>
  bytesOf(
    `0101 003a 0100 0001 ${uuid(ar)} 0001 00a0456dd343 dea000006c9711d182710001003c00b0 00000011 0258 8892 0004 706c6331` +
      iocr(1, 1, '8005', ['0001 0001 0000', '0002 0001 0002', '0003 0001 0007']) +
      iocr(2, 2, 'ffff', ['0002 0001 0003']) +
      '0104 005e 0100 0003' +
      '00000000 0001 00000011 0000 0001 0001 00000012 0001 0001 0001 01 01' +
      '00000000 0002 00000021 0000 0001 0001 00000022 0003 0001 0004 01 01 0002 0002 01 01' +
      '00000000 0003 00000031 0000 0001 0001 00000032 0001 0001 0009 01 01',
  );
const connected = (ar: number): Uint8Array =>
  bytesOf(
    `8101 001e 0100 0001 ${uuid(ar)} 0001 00099143e067 8892` +
      '8102 0008 0100 0001 0001 8005 8102 0008 0100 0002 0002 8010',
  );
/** F-parameters of slot 3 (SIL3, 3 octets of CRC), as a capture had them. */
const safe = (ar: number): Uint8Array =>
  bytesOf(
    `0008 003c 0100 0001 ${uuid(ar)} 00000000 0003 0001 0000 0080 0000000e ${'00'.repeat(24)}` +
      '08480001000b00967e262589bec6 0000',
  );

const words = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
/** Slot 1: octet and status; slot 2: two words and status; slot 3: 5 octets, PROFIsafe status, CRC of 3, provider status. */
const input = (button: number, speed: number, load: number, safety = 0x20, status = GOOD): Uint8Array =>
  words(button, GOOD, speed >> 8, speed & 255, 0, load, status, 9, 0, 0, 0, 1, safety, load, speed & 255, 3, GOOD);

class Line {
  readonly wire = new Wire();
  #activity = 0;

  /** A call and its answer; the device answers from another port than it was asked on. */
  call(t: number, opnum: number, args: Uint8Array, answer: Uint8Array): void {
    const activity = `13142f90-0000-1000-a994-d21068900${(this.#activity++).toString(16).padStart(3, '0')}`;
    const both = { opnum, interface: DEVICE, activity };
    const body = encodeArgs(4096, args);
    this.wire.udp(t, controller, device, 49_155, 34_964, encodeCm({ packetType: 0, ...both, body }));
    this.wire.udp(
      t + MS,
      device,
      controller,
      49_156,
      49_155,
      encodeCm({ packetType: 2, ...both, body: encodeArgs(0, answer) }),
    );
  }

  open(t: number, ar = 1): void {
    this.call(t, 0, connect(ar), connected(ar));
    this.call(t + 10 * MS, 3, safe(ar), new Uint8Array(0));
  }

  in(t: number, data: Uint8Array, dataStatus = RUN): void {
    this.wire.frame(
      t,
      controller.mac,
      device.mac,
      RT,
      encodeRt({ frameId: 0x8005, data, cycleCounter: 1, dataStatus }),
    );
  }

  out(t: number, speed: number): void {
    const data = words(GOOD, GOOD, GOOD, speed >> 8, speed & 255, GOOD);
    this.wire.frame(
      t,
      device.mac,
      controller.mac,
      RT,
      encodeRt({ frameId: 0x8010, data, cycleCounter: 1, dataStatus: RUN }),
    );
  }

  /** `mac area access words` of all that was told, and what single values said. */
  told(openings = new Openings()) {
    const r = new Run({ openings }).frames(this.wire.sorted());
    return {
      values: r.of('values').map(({ what: v }) => {
        const { mac } = r.endpoints.get(v.target);
        return `${mac} ${v.area} ${v.access} ${v.values.join(' ')}`;
      }),
      safety: r.of('value').flatMap(({ what: v }) => (v.path.includes(' PROFIsafe ') ? [`${v.path}: ${v.value}`] : [])),
    };
  }
}

describe('process data of PROFINET', () => {
  it('are told by submodule once the connection was seen', () => {
    const line = new Line();
    line.open(T0);
    const t = T0 + 1000 * MS;
    line.in(t, input(1, 1500, 7));
    line.in(t + 200 * MS, input(1, 1500, 7));
    line.in(t + 400 * MS, input(1, 1501, 7));
    line.in(t + 600 * MS, input(1, 1501, 7));
    line.out(t + 700 * MS, 1400);
    line.out(t + 900 * MS, 1400);
    const { values } = line.told();
    const at = device.mac;
    expect(values).toEqual([
      `${at} slot 1 subslot 0x0001 input read 1`,
      `${at} slot 2 subslot 0x0001 input read 1500 7`,
      `${at} slot 3 subslot 0x0001 input read 2304 0 1`,
      `${at} slot 2 subslot 0x0001 input read 1501 7`,
      `${at} slot 2 subslot 0x0001 output write 1400`,
    ]);
  });

  it('are not told more often than ten times a second, nor where the provider does not vouch for them', () => {
    const line = new Line();
    line.open(T0);
    const t = T0 + 1000 * MS;
    line.in(t, input(0, 0, 0));
    for (let i = 0; i < 300; i++) line.in(t + 100 * MS + i * MS, input(0, i, 0));
    line.in(t + 1000 * MS, input(0, 9999, 0, 0x20, 0));
    line.in(t + 2000 * MS, input(0, 8888, 0), STOP);
    const speeds = line.told().values.filter((v) => v.includes('slot 2'));
    expect(speeds.map((v) => v.split(' ').at(-2))).toEqual(['0', '100', '200']);
  });

  it('say what a safe submodule says of itself, without its CRC', () => {
    const line = new Line();
    line.open(T0);
    const t = T0 + 1000 * MS;
    for (const [i, status] of [0x00, 0x20, 0x00, 0x12, 0x32, 0x20].entries())
      line.in(t + i * 200 * MS, input(0, i, 0, status));
    const { safety, values } = line.told();
    expect(safety).toEqual([
      'slot 3 subslot 0x0001 PROFIsafe status: in order',
      'slot 3 subslot 0x0001 PROFIsafe status: device fault, fail-safe values activated',
      'slot 3 subslot 0x0001 PROFIsafe status: in order',
    ]);
    expect(values.filter((v) => v.includes('slot 3'))).toEqual([
      `${device.mac} slot 3 subslot 0x0001 input read 2304 0 1`,
    ]);
  });

  it('go on after a restart in the middle, and with another connection', () => {
    const openings = new Openings();
    const before = new Line();
    before.open(T0);
    before.told(openings);
    const kept = new Openings();
    kept.load(openings.save());
    const after = new Line();
    const t = T0 + 3_600_000 * MS;
    for (let i = 0; i < 3; i++) after.in(t + i * 200 * MS, input(0, 10 + i, 0));
    after.open(t + 1000 * MS, 2);
    for (let i = 0; i < 2; i++) after.in(t + (2000 + i * 200) * MS, input(0, 20 + i, 0));
    const speeds = after.told(kept).values.filter((v) => v.includes('slot 2'));
    expect(speeds.map((v) => v.split(' ').at(-2))).toEqual(['11', '12', '20', '21']);
    expect(after.told().values.filter((v) => v.includes('slot 2')).length).toBe(1);
  });

  it('are told where another interface of the same site saw the connection', () => {
    const openings = new Openings();
    const [seesCyclic, seesConnect] = [new Run({ openings }), new Run({ openings })];
    const t = T0 + 1000 * MS;
    const early = new Line();
    early.in(T0 - 1000 * MS, input(0, 1, 0));
    const late = new Line();
    for (let i = 0; i < 20; i++) late.in(t + i * 200 * MS, input(0, 10 + i, 0));
    const connects = new Line();
    connects.open(T0);
    for (const [run, line] of [
      [seesCyclic, early],
      [seesConnect, connects],
      [seesCyclic, late],
    ] as const)
      run.pipeline.handle(batchOf(line.wire.sorted()));
    const speeds = seesCyclic
      .of('values')
      .filter((v) => v.what.area.includes('slot 2'))
      .map((v) => v.what.values[0]);
    // The first of them a second of frame time later at most, then each once.
    expect(speeds).toEqual(Array.from({ length: speeds.length }, (_, i) => 30 - speeds.length + i));
    expect(speeds.length).toBeGreaterThan(13);
    // Who saw the connection heard of it already.
    expect(openings.since(0, 'profinet-cm', seesConnect.pipeline.decoding.dispatcher)).toEqual([]);
  });

  it('are silent where no connection was seen, or its answer refused it', () => {
    const line = new Line();
    line.call(T0, 0, connect(1), new Uint8Array(0));
    for (let i = 0; i < 3; i++) line.in(T0 + (1000 + i * 200) * MS, input(0, i, 0));
    expect(line.told()).toEqual({ values: [], safety: [] });
  });
});
