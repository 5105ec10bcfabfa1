import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { synchrophasor } from './index.ts';
import { COMMAND, crcOf, encodeFrame, FRAME, MAX_STREAMS, Streams } from './wire.ts';

const OVER = { carrier: 'tcp', serverPort: 4712 };
const SOC = 1_217_606_479;
const name = (text: string): number[] => [...text.padEnd(16)].map((c) => c.charCodeAt(0));
const u16 = (n: number): number[] => [(n >> 8) & 255, n & 255];
const u32 = (n: number): number[] => [...u16(n >>> 16), ...u16(n & 0xffff)];
const f32 = (n: number): number[] => {
  const b = Buffer.alloc(4);
  b.writeFloatBE(n);
  return [...b];
};

/** One PMU of CFG-2: one phasor, one analogue value, one digital word; 16-bit rectangular unless `format` says more. */
const pmu = (station: string, idcode: number, format: number): number[] => [
  ...name(station),
  ...u16(idcode),
  ...u16(format),
  ...u16(1),
  ...u16(1),
  ...u16(1),
  ...name('VA'),
  ...name('Tap'),
  ...Array.from({ length: 16 }, (_, i) => name(`D${i}`)).flat(),
  ...[0, ...u32(915527).slice(1)], // volts, 9.15527 V per bit: the example of annex D
  ...[0, 0, 0, 1],
  ...[0, 0, 0xff, 0xff],
  ...u16(0), // 60 Hz
  ...u16(22),
];
const cfg2 = (...pmus: number[][]): Uint8Array =>
  encodeFrame(FRAME.CFG2, 7734, SOC, 0, [...u32(1_000_000), ...u16(pmus.length), ...pmus.flat(), ...u16(30)]);
const command = (cmd: number): Uint8Array => encodeFrame(FRAME.COMMAND, 7734, SOC, 0, u16(cmd));
/** Annex D: VA = 14635 at 0 degrees, frequency 2.5 Hz above nominal. */
const data = (stat = 0): Uint8Array =>
  encodeFrame(FRAME.DATA, 7734, SOC, 16817, [
    ...u16(stat),
    ...u16(14635),
    ...u16(0),
    ...u16(2500),
    ...u16(0),
    ...u16(100),
    ...u16(0x3c12),
  ]);

describe('synchrophasor', () => {
  it('has the checksum of the standard', () => {
    // The check value of CRC-CCITT with initial value 0xffff.
    expect(crcOf(Buffer.from('123456789'), 0, 9)).toBe(0x29b1);
  });

  it('reads commands and pairs the configuration', () => {
    const { messages, commands, identities } = drive(
      synchrophasor,
      [up(command(COMMAND.CFG2)), down(cfg2(pmu('Station A', 7734, 0))), up(command(COMMAND.ON))],
      OVER,
    );
    expect(messages[1]).toMatchObject({
      type: 'configuration frame 2',
      idcode: 7734,
      soc: SOC,
      isChecked: true,
      configuration: {
        timeBase: 1_000_000,
        dataRate: 30,
        pmus: [
          {
            station: 'Station A',
            phasorNames: ['VA'],
            analogNames: ['Tap'],
            digitals: 1,
            phasorUnits: [{ kind: 0, factor: 915527 }],
            digitalUnits: [{ normal: 0, valid: 0xffff }],
            cfgcnt: 22,
          },
        ],
      },
    });
    expect(commands.map((c) => [c.verb, c.operation, c.outcome])).toEqual([
      ['read', 'Send CFG-2', 'accepted'],
      ['subscribe', 'Turn on transmission', 'unconfirmed'],
    ]);
    expect(identities.map((i) => [i.attribute, i.value])).toEqual([
      ['device-type', 'phasor measurement unit'],
      ['station-name', 'Station A'],
    ]);
  });

  it('scales 16-bit values by the configuration', () => {
    const { values } = drive(synchrophasor, [down(cfg2(pmu('Station A', 7734, 0))), down(data()), down(data())], OVER);
    expect(values.map((v) => [v.path, v.value])).toEqual([
      ['Station A STAT', 0],
      ['Station A VA real', 14635 * 915527 * 1e-5],
      ['Station A VA imaginary', 0],
      ['Station A frequency', 62.5],
      ['Station A ROCOF', 0],
      ['Station A Tap', 100],
      ['Station A digital 1', 0x3c12],
    ]);
  });

  it('reads floats, several PMUs, and says which data are bad', () => {
    const one = [...u16(0x8000), ...f32(100.5), ...f32(-1.5), ...f32(60.25), ...f32(0.5), ...f32(7), ...u16(1)];
    const { messages, values, identities } = drive(
      synchrophasor,
      [down(cfg2(pmu('A', 1, 15), pmu('B', 2, 15))), down(encodeFrame(FRAME.DATA, 7734, SOC, 0, [...one, ...one]))],
      OVER,
    );
    expect(messages[1]!.pmus).toHaveLength(2);
    expect(values.find((v) => v.path === 'B VA magnitude')).toMatchObject({ value: 100.5, quality: 'bad', target: 99 });
    expect(identities[0]!.value).toBe('phasor data concentrator');
  });

  it('joins a CFG-3 that comes in pieces', () => {
    const short = (text: string) => [text.length, ...Buffer.from(text)];
    const whole = [
      ...u32(1000),
      ...u16(1),
      ...short('Sued'),
      ...u16(5),
      ...new Array<number>(16).fill(0xab), // global PMU id
      ...u16(15),
      ...u16(1),
      ...u16(0),
      ...u16(0),
      ...short('V1'),
      ...[0, 2, 0x08, 0, ...f32(2.5), ...f32(0.25)], // interpolated; current; scale and angle
      ...[...f32(47.5), ...f32(8.25), ...f32(400)],
      'M'.charCodeAt(0),
      ...u32(1000),
      ...u32(5),
      ...u16(1),
      ...u16(3),
      ...u16(50),
    ];
    const piece = (index: number, part: number[]) => encodeFrame(FRAME.CFG3, 9, SOC, 0, [...u16(index), ...part], 2);
    const { messages, identities } = drive(
      synchrophasor,
      [down(piece(1, whole.slice(0, 20))), down(piece(2, whole.slice(20, 50))), down(piece(0xffff, whole.slice(50)))],
      OVER,
    );
    expect(messages.map((m) => m.configuration !== undefined)).toEqual([false, false, true]);
    expect(messages[2]!.configuration!.pmus[0]).toMatchObject({
      station: 'Sued',
      globalId: 'ab'.repeat(16),
      phasorUnits: [{ kind: 1, flags: 2, scale: 2.5, angle: 0.25 }],
      serviceClass: 'M',
      window: 1000,
      fnom: 1,
    });
    expect(identities.find((i) => i.attribute === 'location')!.value).toBe('47.50000, 8.25000');
  });

  it('tells what contradicts itself', () => {
    const broken = data();
    broken[20]! ^= 1;
    const codes = (...parts: Uint8Array[]) => drive(synchrophasor, parts.map(down), OVER).weirds.map((w) => w.code);
    expect(codes(broken)).toEqual(['synchrophasor.checksum']);
    expect(codes(cfg2(pmu('A', 1, 15)), data())).toEqual(['synchrophasor.data-size']);
    expect(codes(encodeFrame(FRAME.CFG2, 1, 0, 0, [...u32(1), ...u16(3)]))).toEqual(['synchrophasor.configuration']);
    expect(drive(synchrophasor, [down(bytesOf('aa01000a0001'))], OVER).malformed[0]!.code).toBe(
      'synchrophasor.frame-size',
    );
  });

  it('recognises by checksum on any port, whatever the cut', () => {
    const probe = (b: Uint8Array) => synchrophasor.probe(b, 0, b.length, contextOf());
    expect(probe(command(COMMAND.ON))).toBe('sure');
    expect(probe(data().slice(0, 12))).toBe('maybe');
    expect(probe(bytesOf('aa'))).toBe('more');
    expect(probe(bytesOf('aa71 0010'))).toBe('no');
    sameInPieces(synchrophasor, [up(command(COMMAND.CFG2)), down(cfg2(pmu('A', 1, 0))), down(data())], OVER);
  });

  it('forgets streams rather than growing', () => {
    const streams = new Streams();
    for (let i = 0; i < 3 * MAX_STREAMS; i++) streams.of(i);
    expect(streams.configuration(3 * MAX_STREAMS - 1)).toBeUndefined();
  });

  it('survives cuts and mutations', () => {
    hostile(synchrophasor, [[up(command(COMMAND.CFG2)), down(cfg2(pmu('A', 1, 0))), down(data())]], OVER);
  }, 60_000);
});

describeShared('synchrophasor captures', () => {
  it('finds two PMUs and their measurements', async () => {
    const seen = await decodeCapture(sharedCapture('synchrophasor/icsnpp.C37.118_2PMUsInSync_TCP'));
    const stations = seen.of('identity').filter((s) => s.what.attribute === 'station-name');
    expect(stations.map((s) => [seen.textOf(s.what.endpoint), s.what.value])).toEqual([
      ['192.168.0.241', 'Blue PMU'],
      ['192.168.0.60', 'PMU1'],
    ]);
    expect(seen.messages.filter((m) => m.decoder === 'synchrophasor')).toHaveLength(3010);
    expect(seen.of('weird')).toEqual([]);
  });
});
