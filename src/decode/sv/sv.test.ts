import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, drive, hostile, recorder, up } from '../../../test/decoding.ts';
import { sv } from './index.ts';
import { encodeSv } from './wire.ts';

/** A merging unit's frame: 9-2LE at 4800 samples a second. */
const FRAME = bytesOf(`
  4001 0066 0000 0000                # APPID 0x4001, length 102, reserved
  60 5c 80 01 01                     # savPdu, one ASDU
  a2 57 30 55                        # seqASDU, ASDU
  80 04 34303031                     # svID 4001
  82 02 0118                         # smpCnt 280
  83 04 00000001                     # confRev 1
  85 01 02                           # smpSynch: global
  87 40                              # eight channels
  fffe5982 00000000 00043ddc 00000000 fffd6f5c 00000000 000006ba 00002000 # currents; the neutral one is derived
  ff8df400 00000000 011dfbc2 00000000 ff55600c 00000000 00014fce 00002000 # voltages
`);
const OVER = { carrier: 'ethernet', protocolNumber: 0x88ba, group: true };

/** 64 octets: the same value in all channels, with a quality word. */
const sample = (value: number, quality = 0): number[] =>
  Array.from({ length: 8 }, () => [
    value >>> 24,
    (value >> 16) & 255,
    (value >> 8) & 255,
    value & 255,
    0,
    0,
    0,
    quality,
  ]).flat();
const asdu = (smpCnt: number, over: object = {}) => ({
  svID: 'MU1',
  smpCnt,
  confRev: 1,
  smpSynch: 2,
  sample: sample(100),
  ...over,
});
const watch = () => {
  const { sink, ...said } = recorder();
  const state = sv.open();
  const say = (tsUs: number, asdus: ReturnType<typeof asdu>[], sender = 1) => {
    const bytes = encodeSv({ appid: 1, asdus });
    const at = contextOf({ ...OVER, tsUs, sender });
    const d = sv.decode(bytes, 0, bytes.length, at, state);
    if (d.kind !== 'message') throw new Error(d.kind);
    sv.observe({ request: d.message, response: undefined, state: 'single', at }, sink, state);
  };
  return { ...said, say };
};

describe('sv', () => {
  it('reads a frame of 9-2LE', () => {
    const { messages } = drive(sv, [up(FRAME)], OVER);
    expect(messages[0]).toMatchObject({
      type: 'savPdu',
      appid: 0x4001,
      length: 102,
      noASDU: 1,
      svID: '4001',
      smpCnt: 280,
      confRev: 1,
      smpSynch: 2,
      smpRate: -1,
      further: [],
      defect: '',
    });
    expect(messages[0]!.sample).toHaveLength(64);
  });

  it('reads several ASDUs and optional fields', () => {
    const bytes = encodeSv({ appid: 1, asdus: [asdu(0), asdu(1), asdu(2)] });
    const { messages } = drive(sv, [up(bytes)], OVER);
    expect(messages[0]!.noASDU).toBe(3);
    expect(messages[0]!.further.map((a) => a.smpCnt)).toEqual([1, 2]);
    const optional = bytesOf(`
      0001 0045 8000 0000            # simulated
      60 3b 80 01 01 a2 36 30 34
      80 01 4d                       # svID M
      81 02 4453                     # datSet DS
      82 02 0007 83 04 00000009
      84 08 60000000 800000 0a       # refrTm 2021-01-14T08:25:36.5
      85 01 00                       # not synchronized
      86 02 0050                     # smpRate 80
      87 02 0102
      88 02 0001                     # smpMod: samples per second
      89 08 0011223344556677         # gmIdentity
    `);
    expect(drive(sv, [up(optional)], OVER).messages[0]).toMatchObject({
      isSimulated: true,
      datSet: 'DS',
      refrTm: '2021-01-14T08:25:36.500000Z',
      smpSynch: 0,
      smpRate: 80,
      smpMod: 1,
      gmIdentity: '0011223344556677',
    });
  });

  it('says effective values once a second, with the worst quality', () => {
    const { say, values } = watch();
    for (let i = 0; i < 10; i++)
      say(1e15 + i * 150_000, [asdu(i, { sample: sample(i % 2 === 0 ? 300 : -300, i === 3 ? 1 : 0) })]);
    const rms = values.filter((v) => v.path.endsWith('RMS'));
    expect(rms).toHaveLength(8);
    expect(rms[0]).toEqual({
      target: 1,
      path: 'MU1 current A RMS',
      type: 'INT32',
      value: 300,
      quality: 'bad',
      access: 'read',
    });
  });

  it('counts missing samples, across the end of the second as well', () => {
    const { say, weirds } = watch();
    let at = 1e15;
    for (const n of [3998, 3999, 0, 1, 3998, 0, 5]) {
      at += 10;
      say(at, [asdu(n)]);
    }
    say(at + 1_000_001, [asdu(6)]);
    // 1 to 3998: 3996; 3998 to 0: 1; 0 to 5: 4.
    expect(weirds).toEqual([{ code: 'sv.samples-missing', detail: 'MU1: 4001 samples by their counter' }]);
  });

  it('tells what should not change', () => {
    const { say, weirds, values } = watch();
    say(1e15, [asdu(0)]);
    say(1e15 + 10, [asdu(1, { smpSynch: 0 })]);
    say(1e15 + 20, [asdu(2, { smpSynch: 0, confRev: 2 })]);
    say(1e15 + 30, [asdu(2, { smpSynch: 0, confRev: 2 })], 9);
    say(1e15 + 40, [asdu(3, { smpSynch: 0, confRev: 2 })], 9);
    expect(weirds.map((w) => w.code)).toEqual([
      'sv.not-synchronized',
      'sv.configuration-changed',
      'sv.second-publisher',
    ]);
    expect(values.map((v) => v.value)).toEqual([2, 0]);
  });

  it('keeps what can be read of a malformed one', () => {
    const wrong = FRAME.slice();
    wrong[12] = 2; // noASDU
    expect(drive(sv, [up(wrong)], OVER).weirds[0]!.code).toBe('sv.asdu-count');
    const cut = FRAME.slice(0, 60);
    expect(drive(sv, [up(cut)], OVER).messages[0]).toMatchObject({ appid: 0x4001, svID: '', defect: 'asn1' });
    expect(drive(sv, [up(FRAME.slice(0, 5))], OVER).malformed[0]!.code).toBe('sv.header');
  });

  it('is cheap', () => {
    expect(costUs(sv, FRAME, OVER)).toBeLessThan(5);
  });

  it('survives cuts and mutations', () => {
    hostile(sv, [[up(FRAME)], [up(encodeSv({ appid: 1, asdus: [asdu(0), asdu(1)] }))]], OVER);
  }, 60_000);
});
