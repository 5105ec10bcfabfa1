import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, drive, hostile, type Part, recorder, up } from '../../../test/decoding.ts';
import type { MmsData } from '../shared/mms-data.ts';
import { goose } from './index.ts';
import { MAX_PUBLISHERS } from './observe.ts';
import { encodeGoose, type GooseFields } from './wire.ts';

/** A GE F650's message: eight values, four of them qualities. */
const F650 = bytesOf(`
  0001 0091 0000 0000                # APPID 1, length 145, reserved
  61 81 86                           # goosePdu
  80 1a 474544657669636546363530 2f 4c4c4e3024474f2467636230 31 # gocbRef GEDeviceF650/LLN0$GO$gcb01
  81 03 009c40                       # timeAllowedtoLive 40000 ms
  82 18 474544657669636546363530 2f 4c4c4e3024474f4f534531 # datSet GEDeviceF650/LLN0$GOOSE1
  83 0b 463635305f474f4f534531       # goID F650_GOOSE1
  84 08 386ebbf3 421728 0a           # t 2000-01-02T02:46:11.258165, 10 bits accurate
  85 01 01 86 01 0a                  # stNum 1, sqNum 10
  87 01 00 88 01 01 89 01 00 8a 01 08 # simulation, confRev 1, ndsCom, 8 entries
  ab 20 830100 84030300 00 830100 84030300 00 830100 84030300 00 830100 84030300 00 # boolean, quality of 13 bits
`);
const bool = (value: boolean): MmsData => ({ type: 'boolean', value, octets: 1, items: undefined });
const BASE: GooseFields = {
  appid: 3,
  gocbRef: 'IED1LD0/LLN0$GO$gcb',
  timeAllowedToLive: 2000,
  datSet: 'IED1LD0/LLN0$ds',
  goID: 'g',
  t: [0x60, 0, 0, 0, 0x80, 0, 0, 0x0a],
  stNum: 5,
  sqNum: 0,
  simulation: false,
  confRev: 1,
  ndsCom: false,
  allData: [bool(false)],
};
const OVER = { carrier: 'ethernet', protocolNumber: 0x88b8, group: true };
const run = (...parts: Uint8Array[]) => drive(goose, parts.map(up), OVER);

describe('goose', () => {
  it('reads all fields of a relay', () => {
    const { messages, values, identities, weirds } = run(F650);
    expect(messages[0]).toMatchObject({
      type: 'goosePdu',
      appid: 1,
      length: 145,
      gocbRef: 'GEDeviceF650/LLN0$GO$gcb01',
      timeAllowedToLive: 40000,
      datSet: 'GEDeviceF650/LLN0$GOOSE1',
      goID: 'F650_GOOSE1',
      tSeconds: 0x386ebbf3,
      tFraction: 0x421728,
      tQuality: 0x0a,
      stNum: 1,
      sqNum: 10,
      simulation: false,
      confRev: 1,
      ndsCom: false,
      numDatSetEntries: 8,
      defect: '',
    });
    expect(values[0]).toEqual({
      target: 1,
      path: 'GEDeviceF650/LLN0$GOOSE1.0',
      type: 'boolean',
      value: false,
      quality: 'good',
      access: 'read',
    });
    expect(identities.map((i) => i.value)).toEqual(['GEDeviceF650', 'IEC 61850 device']);
    expect(weirds).toEqual([]);
  });

  it('says a repetition nothing, a change once', () => {
    const on = { ...BASE, stNum: 6, sqNum: 0, allData: [bool(true)] };
    const { values, weirds } = run(
      encodeGoose(BASE),
      encodeGoose({ ...BASE, sqNum: 1 }),
      encodeGoose({ ...BASE, sqNum: 2 }),
      encodeGoose(on),
      encodeGoose({ ...on, sqNum: 1 }),
    );
    expect(values.map((v) => v.value)).toEqual([false, true]);
    expect(weirds).toEqual([]);
  });

  it('tells numbers that do not follow', () => {
    const weirds = (...changes: Partial<GooseFields>[]) =>
      run(encodeGoose(BASE), ...changes.map((c) => encodeGoose({ ...BASE, ...c }))).weirds.map((w) => w.code);
    expect(weirds({ sqNum: 4 })).toEqual(['goose.sequence-gap']);
    expect(weirds({ sqNum: 9 }, { sqNum: 8 })).toEqual(['goose.sequence-gap', 'goose.sequence-back']);
    expect(weirds({ stNum: 9 })).toEqual(['goose.state-gap']);
    expect(weirds({ stNum: 4 })).toEqual(['goose.state-back']);
    expect(weirds({ stNum: 1, sqNum: 0 })).toEqual([]); // the publisher started anew
    expect(weirds({ stNum: 6, sqNum: 7 })).toEqual(['goose.sequence-start']);
    expect(weirds({ sqNum: 1, confRev: 2 })).toEqual(['goose.configuration-changed']);
    expect(weirds({ sqNum: 1, simulation: true })).toEqual(['goose.simulation']);
    expect(weirds({ sqNum: 1, ndsCom: true })).toEqual(['goose.needs-commissioning']);
  });

  it('tells a second publisher and silence, and forgives a copy on another port', () => {
    const { sink, weirds } = recorder();
    const state = goose.open();
    const say = (fields: GooseFields, sender: number, tsUs: number) => {
      const bytes = encodeGoose(fields);
      const at = contextOf({ ...OVER, sender, tsUs });
      const d = goose.decode(bytes, 0, bytes.length, at, state);
      if (d.kind !== 'message') throw new Error(d.kind);
      goose.observe({ request: d.message, response: undefined, state: 'single', at }, sink, state);
    };
    say(BASE, 1, 1e15);
    say(BASE, 7, 1e15 + 10); // the same frame seen elsewhere
    expect(weirds).toEqual([]);
    say({ ...BASE, sqNum: 1 }, 7, 1e15 + 1e6);
    say({ ...BASE, sqNum: 2 }, 7, 1e15 + 9e6);
    expect(weirds.map((w) => w.code)).toEqual(['goose.second-publisher', 'goose.time-to-live']);
  });

  it('keeps what can be read of a malformed one', () => {
    const broken = F650.slice();
    broken[11] = 0x1f; // the tag of gocbRef
    expect(run(broken).weirds).toEqual([{ code: 'goose.asn1', detail: 'no control block reference' }]);
    expect(run(broken).messages[0]).toMatchObject({ appid: 1, gocbRef: '', defect: 'asn1' });
    const noData = F650.slice(0, F650.length - 34);
    noData[10] = 0x64; // length of the goosePdu without allData
    expect(run(noData).messages[0]).toMatchObject({ stNum: 1, defect: 'missing-all-data' });
    expect(run(bytesOf('00010203')).malformed[0]!.code).toBe('goose.header');
  });

  it('reads routable GOOSE on UDP', () => {
    const pdu = F650.slice(8);
    const body = [0x81, 0, 0, 1, 0, pdu.length + 6, ...pdu]; // GOOSE, not simulated, APPID 1, length
    const datagram = Uint8Array.from([
      ...[1, 0x40, 0xa1, 0x18, 0x80, 0x16], // CLTP unit data, session GOOSE, common header of 22 octets
      ...[0, 0, 0, 200, 0, 0, 0, 9, 0, 1], // SPDU length, number 9, version 1
      ...[0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3], // key since 1, next in 2 minutes, no security, key 3
      ...[0, 0, 0, body.length],
      ...body,
    ]);
    const over = { carrier: 'udp', serverPort: 102 };
    expect(goose.probe(datagram, 0, datagram.length, contextOf(over))).toBe('sure');
    const { messages } = drive(goose, [up(datagram)], over);
    expect(messages[0]).toMatchObject({ appid: 1, stNum: 1, session: { session: 0xa1, spduNumber: 9, keyId: 3 } });
    expect(goose.probe(F650, 0, F650.length, contextOf(over))).toBe('no');
  });

  it('forgets publishers rather than growing', () => {
    const state = goose.open();
    for (let i = 0; i < MAX_PUBLISHERS + 10; i++) {
      const bytes = encodeGoose({ ...BASE, gocbRef: `IED${i}` });
      goose.decode(bytes, 0, bytes.length, contextOf(OVER), state);
    }
    expect(state.size).toBeLessThanOrEqual(MAX_PUBLISHERS);
  });

  it('survives cuts and mutations', () => {
    const parts: Part[][] = [[up(F650)], [up(encodeGoose(BASE)), up(encodeGoose({ ...BASE, sqNum: 1 }))]];
    hostile(goose, parts, OVER);
  }, 60_000);
});
