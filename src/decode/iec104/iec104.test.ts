import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, type Part, sameInPieces, up } from '../../../test/decoding.ts';
import { iec104 } from './index.ts';
import { CAUSE_NAMES, typeOf } from './types.ts';
import { type AsduFields, encodeControl, encodeInformation, U } from './wire.ts';

const I = (sent: number, received: number, f: Partial<AsduFields> & { typeId: number; cause: number }, elements = '') =>
  encodeInformation(sent, received, {
    commonAddress: 10,
    objects: [{ address: 4001, elements: bytesOf(elements) }],
    ...f,
  });

// STARTDT, general interrogation and spontaneous values, octet by octet.
const START = bytesOf('68 04 07 00 00 00');
const STARTED = bytesOf('68 04 0b 00 00 00');
const INTERROGATE = bytesOf(`
  68 0e 0000 0000     # I format: N(S) 0, N(R) 0
  64 01 06 00 0a00    # C_IC_NA_1, one object, activation, originator 0, common address 10
  000000 14           # IOA 0, QOI 20: station`);
const CONFIRMED = bytesOf('68 0e 0000 0200 64 01 07 00 0a00 000000 14');
const VALUES = bytesOf(`
  68 19 0200 0200
  0d 82 14 00 0a00    # M_ME_NC_1, SQ, two elements, interrogated by station interrogation
  a10f00              # IOA 4001
  c3f54840 00         # 3.14, good
  000020c1 80         # -10, invalid
  0000`);
const MEASURED = bytesOf('68 17 0200 0200 0d 82 14 00 0a00 a10f00 c3f54840 00 000020c1 80');
const TERMINATED = bytesOf('68 0e 0400 0200 64 01 0a 00 0a00 000000 14');

describe('iec104 APDUs', () => {
  it('reads an interrogation from start to end', () => {
    const seen = drive(iec104, [
      up(START),
      down(STARTED),
      up(INTERROGATE),
      down(join(CONFIRMED, MEASURED, TERMINATED)),
    ]);
    expect(seen.messages.map((m) => m.type)).toEqual([
      'STARTDT act',
      'STARTDT con',
      'C_IC_NA_1 Interrogation command',
      'C_IC_NA_1 Interrogation command',
      'M_ME_NC_1 Measured value, short floating point',
      'C_IC_NA_1 Interrogation command',
    ]);
    expect(seen.sessions).toEqual([{ phase: 'open', outcome: 'accepted', detail: 'STARTDT' }]);
    expect(seen.commands.map(({ native: _, ...c }) => c)).toEqual([
      { verb: 'read', operation: 'Interrogation command', target: 99, object: 'station', outcome: 'accepted' },
    ]);
    expect(seen.values).toEqual([
      { target: 99, path: 'IOA 4001', type: 'short float', value: Math.fround(3.14), quality: 'good', access: 'read' },
      { target: 99, path: 'IOA 4002', type: 'short float', value: -10, quality: 'bad', access: 'read' },
    ]);
    expect(seen.weirds).toEqual([]);
  });

  it('says where objects and octets do not agree', () => {
    const seen = drive(iec104, [{ ...down(VALUES), gap: true }]);
    expect(seen.weirds.map((w) => w.code)).toEqual(['iec104.asdu-length']);
  });

  it('encodes what it decodes', () => {
    const f = { typeId: 100, cause: 6, commonAddress: 10, objects: [{ address: 0, elements: Uint8Array.of(20) }] };
    expect(encodeInformation(0, 0, f)).toEqual(INTERROGATE);
    expect(encodeControl(U.STARTDT_ACT)).toEqual(START);
    expect(() => encodeInformation(0, 0, { ...f, objects: new Array(80).fill(f.objects[0]) })).toThrow(RangeError);
  });

  it('is sure of fixed octets and of counts that agree', () => {
    const probe = (bytes: Uint8Array) => iec104.probe(bytes, 0, bytes.length, contextOf());
    expect([START, STARTED, INTERROGATE, MEASURED].map(probe)).toEqual(['sure', 'sure', 'sure', 'sure']);
    expect(probe(join(CONFIRMED, MEASURED))).toBe('sure');
    expect(probe(INTERROGATE.slice(0, 12))).toBe('more');
    // What comes by chance in a file that is sent, and no second one behind it.
    expect(probe(join(INTERROGATE, bytesOf('d2 07 11 9e 40')))).toBe('maybe');
    expect(probe(VALUES)).toBe('no');
    expect(probe(bytesOf('68 04 07 00 00 01'))).toBe('no');
    expect(probe(new TextEncoder().encode('hello, this is text'))).toBe('no');
  });

  it('finds the next APDU behind octets that are none', () => {
    const seen = drive(iec104, [up(join(START, bytesOf('00 ff'), INTERROGATE))]);
    expect(seen.malformed).toEqual([{ code: 'iec104.start', detail: 'octets between APDUs' }]);
    expect(seen.messages).toHaveLength(2);
    const gap = drive(iec104, [{ ...up(join(bytesOf('0a 00 00'), INTERROGATE)), gap: true }]);
    expect([gap.malformed, gap.messages.length]).toEqual([[], 1]);
    expect(drive(iec104, [up(bytesOf('00 01 02'))]).foreign).toBe(1);
  });

  it('does not depend on how TCP cuts the stream', () => {
    sameInPieces(iec104, [up(START), down(STARTED), up(INTERROGATE), down(join(CONFIRMED, MEASURED, TERMINATED))]);
  });
});

describe('iec104 sequence numbers', () => {
  const value = (sent: number, received = 0) => down(I(sent, received, { typeId: 1, cause: 3 }, '01'));
  // In the middle of a connection.
  const oddities = (first: Part, ...parts: Part[]) =>
    drive(iec104, [{ ...first, gap: true }, ...parts]).weirds.map((w) => `${w.code}: ${w.detail}`);

  it('counts over 32767 to 0', () => {
    expect(oddities(value(32766), value(32767), value(0), value(1))).toEqual([]);
  });

  it('says what is missing, and goes on from there', () => {
    expect(oddities(value(5), value(8), value(9))).toEqual([
      'iec104.sequence-gap: N(S) 8: 2 APDUs before it were not seen',
    ]);
    expect(oddities(value(32767), value(2))).toEqual(['iec104.sequence-gap: N(S) 2: 2 APDUs before it were not seen']);
  });

  it('knows that a connection starts at 0', () => {
    const seen = drive(iec104, [up(START), down(STARTED), value(2)]);
    expect(seen.weirds.map((w) => w.detail)).toEqual(['N(S) 2: 2 APDUs before it were not seen']);
  });

  it('says what was there before, and still waits for the number that is due', () => {
    expect(oddities(value(5), value(6), value(5), value(7))).toEqual([
      'iec104.sequence-repeated: N(S) 5: 2 behind the number that was due',
    ]);
  });

  it('says acknowledgements of what nobody sent, and those that go back', () => {
    expect(oddities(value(5), up(encodeControl(1, 6)), up(encodeControl(1, 200)))).toEqual([
      'iec104.acknowledges-unsent: N(R) 200',
    ]);
    expect(oddities(up(encodeControl(1, 6)), up(encodeControl(1, 4)))).toEqual(['iec104.acknowledges-less: N(R) 4']);
  });
});

describe('iec104 values', () => {
  const T56 = 'e803 1e 0d 8c 07 1a'; // 1000 ms, minute 30, hour 13, day 12 (Thursday), July 2026
  it('reads every type of information', () => {
    const cases: readonly (readonly [
      typeId: number,
      octets: string,
      type: string,
      value: unknown,
      quality?: string,
    ])[] = [
      [1, '01', 'single-point', true, 'good'],
      [2, '10 e8031e', 'single-point', false, 'uncertain'],
      [30, `81 ${T56}`, 'single-point', true, 'bad'],
      [3, '02', 'double-point', 'on', 'good'],
      [4, '00 e8031e', 'double-point', 'intermediate', 'good'],
      [31, `01 ${T56}`, 'double-point', 'off', 'good'],
      [5, '7f 00', 'step position', -1, 'good'],
      [6, '85 01 e8031e', 'step position', 5, 'uncertain'],
      [32, `3f 00 ${T56}`, 'step position', 63, 'good'],
      [7, '01000080 00', 'bitstring', 2147483649, 'good'],
      [8, '01000000 00 e8031e', 'bitstring', 1, 'good'],
      [33, `01000000 00 ${T56}`, 'bitstring', 1, 'good'],
      [9, '0040 00', 'normalized', 0.5, 'good'],
      [10, '00c0 00 e8031e', 'normalized', -0.5, 'good'],
      [34, `0080 00 ${T56}`, 'normalized', -1, 'good'],
      [21, '0040', 'normalized', 0.5],
      [11, '18fc 00', 'scaled', -1000, 'good'],
      [12, '18fc 40 e8031e', 'scaled', -1000, 'uncertain'],
      [35, `18fc 00 ${T56}`, 'scaled', -1000, 'good'],
      [13, '0000c03f 00', 'short float', 1.5, 'good'],
      [14, '0000c03f 00 e8031e', 'short float', 1.5, 'good'],
      [36, `0000c03f 20 ${T56}`, 'short float', 1.5, 'uncertain'],
      [15, 'feffffff 63', 'integrated total', -2, 'good'],
      [16, '05000000 80 e8031e', 'integrated total', 5, 'bad'],
      [37, `05000000 01 ${T56}`, 'integrated total', 5, 'good'],
      [17, '02 0a00 e8031e', 'protection event', 'on', 'good'],
      [38, `01 0a00 ${T56}`, 'protection event', 'off', 'good'],
      [18, '03 00 0a00 e8031e', 'start events', 3, 'good'],
      [39, `03 00 0a00 ${T56}`, 'start events', 3, 'good'],
      [19, '01 00 0a00 e8031e', 'output circuits', 1, 'good'],
      [40, `01 80 0a00 ${T56}`, 'output circuits', 1, 'bad'],
    ];
    for (const [typeId, octets, type, value, quality] of cases) {
      const seen = drive(iec104, [down(I(0, 0, { typeId, cause: 3 }, octets))]);
      expect(seen.weirds, String(typeId)).toEqual([]);
      const point = { target: 99, path: 'IOA 4001', type, value, access: 'read' };
      expect(seen.values, String(typeId)).toEqual([quality === undefined ? point : { ...point, quality }]);
    }
  });

  it('reads times with their flags', () => {
    const one = (typeId: number, octets: string) =>
      drive(iec104, [down(I(0, 0, { typeId, cause: 3 }, octets))]).messages[0]!.asdu!;
    const a = one(30, `01 ${T56}`);
    expect([a.times, a.timeFlags]).toEqual([[Date.UTC(2026, 6, 12, 13, 30, 1)], [0]]);
    expect(one(30, '01 e803 9e 8d 8c 07 1a').timeFlags).toEqual([0x81]);
    expect(one(2, '01 e8031e').times).toEqual([30 * 60_000 + 1000]);
    expect(one(38, `01 0a00 ${T56}`).elapsed).toEqual([10]);
  });

  it('reads packed single points with what changed since (7.2.6.40), steps on their way, readings of counters', () => {
    const seen = drive(iec104, [down(I(0, 0, { typeId: 20, cause: 3 }, '0f00 0180 10'))]);
    const common = { target: 99, quality: 'uncertain', access: 'read' };
    expect(seen.weirds).toEqual([]);
    expect(seen.values).toEqual([
      { ...common, path: 'IOA 4001', type: 'packed single-points', value: 15 },
      { ...common, path: 'IOA 4001 changes', type: 'status changes', value: 0x8001 },
    ]);
    const asdu = (typeId: number, octets: string) =>
      drive(iec104, [down(I(0, 0, { typeId, cause: 3 }, octets))]).messages[0]!.asdu!;
    expect(asdu(20, '0f00 0180 10').changes).toEqual([0x8001]);
    expect([asdu(5, '85 00').transients, asdu(5, '05 00').transients]).toEqual([[1], [0]]);
    expect([asdu(15, 'feffffff 63').readings, asdu(15, 'feffffff 63').qualities]).toEqual([[3], [0x60]]);
    expect(asdu(13, '0000c03f 00')).toMatchObject({ changes: [], transients: [], readings: [] });
  });

  it('takes no value from test data and none that is negative', () => {
    expect(drive(iec104, [down(I(0, 0, { typeId: 1, cause: 3, test: true }, '01'))]).values).toEqual([]);
    expect(drive(iec104, [down(I(0, 0, { typeId: 1, cause: 5, negative: true }, '01'))]).values).toEqual([]);
  });

  it('says the end of initialization', () => {
    const seen = drive(iec104, [down(I(0, 0, { typeId: 70, cause: 4 }, '82'))]);
    expect(seen.values).toMatchObject([{ value: 'remote reset, after change of local parameters' }]);
  });

  it('reads the shorter fields of an IEC 101 set-up, and says so', () => {
    // M_SP_NA_1, two objects; cause 3 in one octet, common address 10 in one, object addresses 4001 and 4002 in two.
    const seen = drive(iec104, [down(bytesOf('68 0e 0000 0000 01 02 03 0a a10f 01 a20f 00'))]);
    expect(seen.weirds.map((w) => w.code)).toEqual(['iec104.asdu-short-fields']);
    expect(seen.messages[0]!.asdu).toMatchObject({ cause: 3, originator: -1, commonAddress: 10 });
    expect(seen.values.map((v) => [v.path, v.value])).toEqual([
      ['IOA 4001', true],
      ['IOA 4002', false],
    ]);
  });
});

describe('iec104 commands', () => {
  const told = (typeId: number, octets: string, answerCause = 7, over: Partial<AsduFields> = {}) => {
    const f = { typeId, objects: [{ address: 4001, elements: bytesOf(octets) }], ...over };
    const seen = drive(iec104, [
      up(I(0, 0, { ...f, cause: 6 })),
      down(I(0, 1, { ...f, cause: answerCause & 63, negative: answerCause > 63 })),
    ]);
    const c = seen.commands[0]!;
    return [c.verb, c.operation, c.object, c.value, c.outcome, c.reason, seen.values[0]?.value];
  };
  const NO = undefined;

  it('has a verb, a value and an outcome for each', () => {
    const T56 = '0000 00 00 01 01 1a';
    const clock = '2026-07-12T13:30:01.000';
    expect(told(45, '01')).toEqual(['control', 'Single command', 'IOA 4001', true, 'accepted', NO, true]);
    expect(told(45, '81')).toEqual(['control', 'Single command - select', 'IOA 4001', true, 'accepted', NO, NO]);
    expect(told(46, '02', 64 + 7)).toEqual([
      'control',
      'Double command',
      'IOA 4001',
      'on',
      'refused',
      'negative confirmation',
      NO,
    ]);
    expect(told(47, '01').slice(3)).toEqual(['lower', 'accepted', NO, 'lower']);
    expect(told(48, '0040 00').slice(3)).toEqual([0.5, 'accepted', NO, 0.5]);
    expect(told(49, '0a00 80').slice(1, 5)).toEqual([
      'Set-point command, scaled value - select',
      'IOA 4001',
      10,
      'accepted',
    ]);
    expect(told(50, '0000c03f 00', 47).slice(3)).toEqual([
      1.5,
      'refused',
      'unknown information object address (47)',
      NO,
    ]);
    expect(told(51, '05000000').slice(3)).toEqual([5, 'accepted', NO, 5]);
    expect(told(58, `01 ${T56}`).slice(0, 2)).toEqual(['control', 'Single command with time tag CP56Time2a']);
    expect(told(101, '45').slice(0, 5)).toEqual([
      'control',
      'Counter interrogation command',
      'counters',
      'freeze',
      'accepted',
    ]);
    expect(told(101, '05').slice(0, 4)).toEqual(['read', 'Counter interrogation command', 'counters', NO]);
    expect(told(103, 'e803 1e 0d 8c 07 1a').slice(0, 5)).toEqual([
      'configure',
      'Clock synchronization command',
      'clock',
      clock,
      'accepted',
    ]);
    expect(told(105, '01').slice(0, 5)).toEqual([
      'restart',
      'Reset process command',
      'process',
      'general reset',
      'accepted',
    ]);
    expect(told(110, '0040 01').slice(0, 4)).toEqual([
      'configure',
      'Parameter of measured value, normalized value',
      'IOA 4001',
      0.5,
    ]);
    expect(told(113, '03').slice(0, 2)).toEqual(['configure', 'Parameter activation']);
    expect(told(45, '01', 7, { test: true })).toEqual([
      'control',
      'Single command (test)',
      'IOA 4001',
      true,
      'accepted',
      NO,
      NO,
    ]);
  });

  it('deactivates, reads, and ends without a word or with a negative one', () => {
    const seen = drive(iec104, [
      up(I(0, 0, { typeId: 45, cause: 8 }, '01')),
      down(I(0, 1, { typeId: 45, cause: 9 }, '01')),
      up(I(1, 1, { typeId: 102, cause: 5 })),
      down(I(1, 2, { typeId: 13, cause: 5 }, '0000c03f 00')),
      down(I(2, 2, { typeId: 45, cause: 10, negative: true }, '01')),
      up(I(2, 3, { typeId: 46, cause: 6 }, '01')),
    ]);
    expect(seen.commands.map((c) => [c.operation, c.object, c.outcome])).toEqual([
      ['Single command - deactivate', 'IOA 4001', 'accepted'],
      ['Read command', 'IOA 4001', 'accepted'],
      ['Double command', 'IOA 4001', 'unanswered'],
    ]);
    expect(seen.values).toMatchObject([{ path: 'IOA 4001', value: 1.5, access: 'read' }]);
    expect(seen.weirds.map((w) => w.code)).toEqual(['iec104.negative-termination']);
  });

  it('gives a command to all stations the outcome of each that confirms', () => {
    const seen = drive(iec104, [
      up(I(0, 0, { typeId: 100, cause: 6, commonAddress: 65535 }, '14')),
      down(I(0, 1, { typeId: 100, cause: 7, commonAddress: 4 }, '14')),
      down(I(1, 1, { typeId: 100, cause: 7, commonAddress: 5, negative: true }, '14')),
    ]);
    expect(seen.commands.slice(0, 2).map((c) => [c.target, c.outcome])).toEqual([
      [99, 'accepted'],
      [99, 'refused'],
    ]);
  });

  it('says what is done with files', () => {
    const file = (sent: number, typeId: number, elements: string) => up(I(sent, 0, { typeId, cause: 13 }, elements));
    const seen = drive(iec104, [
      file(0, 122, '0100 00 01'), // select file 1
      file(1, 122, '0100 02 06'), // request section 2
      file(2, 120, '0200 e80300 00'), // file 2 of 1000 octets is ready
      file(3, 122, '0200 00 04'), // delete file 2
      file(4, 122, '0000 00 00'), // directory
    ]);
    expect(seen.weirds).toEqual([]);
    expect(seen.commands.map((c) => `${c.verb} ${c.object} ${c.value}`)).toEqual([
      'program-upload file 1 select file',
      'program-upload file 1 section 2 request section',
      'program-download file 2 1000 octets',
      'delete file 2 delete file',
      'read directory directory',
    ]);
  });
});

describe('iec104 tables', () => {
  it('has every type of IEC 60870-5-101 and -104', () => {
    const ids = [...Array(21).keys()].map((i) => i + 1).concat([30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40]);
    ids.push(45, 46, 47, 48, 49, 50, 51, 58, 59, 60, 61, 62, 63, 64, 70);
    ids.push(100, 101, 102, 103, 104, 105, 106, 107, 110, 111, 112, 113, 120, 121, 122, 123, 124, 125, 126, 127);
    expect(ids.filter((id) => typeOf(id) === undefined)).toEqual([]);
    expect(typeOf(36)!.label).toBe('M_ME_TF_1');
    expect([typeOf(63)!.label, typeOf(63)!.size]).toEqual(['C_SE_TC_1', 12]);
    expect([CAUSE_NAMES[20], CAUSE_NAMES[36], CAUSE_NAMES[41], CAUSE_NAMES[44]]).toEqual([
      'interrogated by station interrogation',
      'interrogated by group 16 interrogation',
      'requested by group 4 counter request',
      'unknown type identification',
    ]);
  });
});

describe('iec104 on hostile octets', () => {
  it('survives cuts and mutations', () => {
    hostile(iec104, [
      [up(START), down(STARTED), up(INTERROGATE), down(join(CONFIRMED, MEASURED, TERMINATED))],
      [
        up(I(0, 0, { typeId: 63, cause: 6 }, '0000c03f 00 0000 00 00 01 01 1a')),
        down(I(0, 1, { typeId: 126, cause: 13 }, '0100 e80300 20 0000 00 00 01 01 1a')),
      ],
    ]);
  });
});
