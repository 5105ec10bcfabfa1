import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, type Part, sameInPieces, up } from '../../../test/decoding.ts';
import { crcFits, crcOf } from './crc.ts';
import { dnp3 } from './index.ts';
import { layoutOf } from './objects.ts';
import { encodeFragment, encodeFrame, encodeFrames, FUNCTION } from './wire.ts';

const MASTER = 1;
const STATION = 1024;
const ask = (functionCode: number, objects: string, sequence = 0, over: { destination?: number } = {}): Part =>
  up(
    join(
      ...encodeFrames(
        { source: MASTER, destination: over.destination ?? STATION },
        encodeFragment(0xc0 | sequence, functionCode, bytesOf(objects)),
      ),
    ),
  );
const answer = (objects: string, sequence = 0, over: { control?: number; code?: number; iin?: number } = {}): Part =>
  down(
    join(
      ...encodeFrames(
        { source: STATION, destination: MASTER },
        encodeFragment(
          (over.control ?? 0xc0) | sequence,
          over.code ?? FUNCTION.RESPONSE,
          bytesOf(objects),
          over.iin ?? 0,
        ),
      ),
    ),
  );

// Frames of an opendnp3 conformance run (procedure 8.2.1.2.8).
const SELECT = bytesOf(`
  0564 18 c4 0004 0100 5b61   # start, length 24, from master unconfirmed user data, to 1024 from 1, CRC
  c0 c0 03                    # transport FIN FIR 0; application FIR FIN 0; Select
  0c 01 17 01                 # g12v1, 8-bit count and index, one object
  00 03 01 64000000 c800 fd11 # index 0, LATCH_ON, once, on 100 ms, off ... CRC
  0000 00 ffff                # ... 200 ms, status 0, CRC`);
const SELECTED = bytesOf(`
  0564 1a 44 0100 0004 a6f0
  c0 c0 81 9000               # Response, IIN: device restart, need time
  0c 01 17 01 00 03 01 64000000 9c9a
  c8000000 00 78fb            # status 0 SUCCESS`);
const OPERATE = bytesOf(`
  0564 18 c4 0004 0100 5b61
  c0 c1 04 0c 01 17 01 00 04 01 64000000 c800 4ba5
  0000 00 ffff`);
const OPERATED = bytesOf(`
  0564 1a 44 0100 0004 a6f0
  c1 c1 81 9000 0c 01 17 01 00 04 01 64000000 3667
  c8000000 02 c497            # status 2 NO_SELECT`);

// An unsolicited response of a real outstation (zeek's dnp3.trace, frame 40): relative times and analog events.
const UNSOLICITED = bytesOf(`
  0564 4c 44 0300 0400 d86b
  cc f3 82 0000               # FIR FIN CON UNS 3, Unsolicited Response, no indications
  33 01 07 01 e2437d87ff00    # g51v1, one time: 2004-10-11 10:16:34.018 UTC
  02 f8c3                     # g2v3 ...
  03 28 0500                  # ... 16-bit count and index, five objects
  0000 01 0000                # index 0: online, 0; 0 ms
  0100 81 0000                # index 1: online, 1; 0 ms
  0200 5989
  81 0000                     # index 2
  0000 81 f303                # index 0: 1; 1011 ms
  0100 01 f303                # index 1: 0
  20 01 28 3b46               # g32v1 ...
  0300                        # three objects
  0000 01 00000000 0100 01 00 000000 e8b9
  0200 01 00000000 3d62`);

describe('dnp3 frames', () => {
  it('knows the CRC of IEEE 1815 9.2.5', () => {
    // "123456789" with the parameters of CRC-16/DNP.
    expect(crcOf(new TextEncoder().encode('123456789'), 0, 9)).toBe(0xea82);
    expect(crcFits(SELECT, 0, 8)).toBe(true);
  });

  it('encodes what it decodes', () => {
    const user = bytesOf('c0 c0 03 0c 01 17 01 00 03 01 64000000 c8000000 00');
    expect(encodeFrame({ control: 0xc4, destination: STATION, source: MASTER }, user)).toEqual(SELECT);
    expect(() => encodeFrame({ control: 0xc4, destination: 1, source: 2 }, new Uint8Array(251))).toThrow(RangeError);
  });

  it('is sure of a header with its CRC, wherever it is spoken, and finds a frame in the middle of the port', () => {
    const probe = (bytes: Uint8Array, serverPort = 4000) =>
      dnp3.probe(bytes, 0, bytes.length, contextOf({ serverPort }));
    expect(probe(SELECT)).toBe('sure');
    expect(probe(SELECT.slice(0, 9))).toBe('more');
    expect(probe(join(SELECT.slice(0, 8), Uint8Array.of(0, 0)))).toBe('no');
    expect(probe(join(SELECT.slice(12), SELECTED))).toBe('no');
    expect(probe(join(SELECT.slice(12), SELECTED), 20000)).toBe('sure');
    expect(probe(new TextEncoder().encode('GET / HTTP/1.1\r\n'), 20000)).toBe('no');
  });

  it('refuses wrong CRCs and finds the next frame', () => {
    const spoilt = SELECTED.slice();
    spoilt[14]! ^= 1;
    const header = SELECTED.slice();
    header[4]! ^= 1;
    const seen = drive(dnp3, [up(SELECT), down(join(spoilt, header, bytesOf('00 05'), SELECTED))]);
    expect(seen.malformed.map((m) => m.code)).toEqual(['dnp3.data-crc', 'dnp3.header-crc']);
    expect(seen.messages.map((m) => m.type)).toEqual(['Select', 'Response']);
    expect(drive(dnp3, [up(header)]).foreign).toBe(1);
  });

  it('says octets between frames', () => {
    const seen = drive(dnp3, [up(join(SELECT, bytesOf('00 ff 07'), OPERATE))]);
    expect(seen.malformed).toEqual([{ code: 'dnp3.start', detail: 'octets between frames' }]);
    expect(seen.messages).toHaveLength(2);
  });

  it('passes over the rest of a frame whose beginning was lost', () => {
    const seen = drive(dnp3, [{ ...up(join(SELECT.slice(20), OPERATE)), gap: true }]);
    expect(seen.malformed).toEqual([]);
    expect(seen.messages.map((m) => m.type)).toEqual(['Operate']);
  });

  it('names link services, and ignores user data under a service that has none', () => {
    const link = (control: number, user = '') =>
      up(encodeFrame({ control, destination: STATION, source: MASTER }, bytesOf(user)));
    const seen = drive(dnp3, [link(0xc0), link(0xc9), link(0x0b), link(0xc5, 'c0 c0 01 3c 02 06'), link(0xc4)]);
    expect(seen.messages.map((m) => m.type)).toEqual([
      'Reset Link States',
      'Request Link Status',
      'Link Status',
      'Link Reserved',
      'Unconfirmed User Data',
    ]);
    expect(seen.commands).toEqual([]);
    expect(seen.weirds.map((w) => w.code)).toEqual(['dnp3.link-function']);
  });
});

describe('dnp3 transport', () => {
  // 300 counters of 16 bits: 600 octets, three segments.
  const long = encodeFragment(
    0xc0,
    FUNCTION.RESPONSE,
    join(bytesOf('14 06 01 0000 2b01'), new Uint8Array(600).fill(7)),
  );
  const frames = encodeFrames({ source: STATION, destination: MASTER }, long, 62);

  it('joins segments, over the end of the sequence numbers', () => {
    expect(frames).toHaveLength(3);
    const seen = drive(dnp3, [ask(1, '14 00 06'), down(join(...frames))]);
    expect(seen.messages.map((m) => m.type)).toEqual(['Read', 'Transport Segment', 'Transport Segment', 'Response']);
    expect(seen.values).toHaveLength(300);
    expect(seen.values[299]).toMatchObject({ path: 'counter 299', value: 0x0707, type: 'UINT16' });
  });

  it('drops a fragment with a missing segment and says so', () => {
    const seen = drive(dnp3, [down(frames[0]!), down(frames[2]!)]);
    expect(seen.weirds).toEqual([{ code: 'dnp3.transport-sequence', detail: 'Transport Segment' }]);
    expect(seen.values).toEqual([]);
  });

  it('keeps no more than a fragment may have', () => {
    const endless = Array.from({ length: 80 }, (_, i) =>
      encodeFrame(
        { control: 0x44, destination: MASTER, source: STATION },
        join(Uint8Array.of((i === 0 ? 0x40 : 0) | (i & 63)), new Uint8Array(249)),
      ),
    );
    const seen = drive(dnp3, endless.map(down));
    expect(seen.weirds[0]).toEqual({ code: 'dnp3.transport-overflow', detail: 'Transport Segment' });
  });

  it('does not depend on how TCP cuts the stream', () => {
    sameInPieces(dnp3, [up(SELECT), down(SELECTED), up(OPERATE), down(join(OPERATED, ...frames))]);
  });
});

describe('dnp3 controls', () => {
  it('says the outcome that the status of each point says', () => {
    const seen = drive(dnp3, [up(SELECT), down(SELECTED), up(OPERATE), down(OPERATED)]);
    const base = { verb: 'control', target: 99, object: 'binary output 0' };
    expect(seen.commands.map(({ native: _, ...c }) => c)).toEqual([
      { ...base, operation: 'Select', value: 'LATCH_ON', outcome: 'accepted' },
      { ...base, operation: 'Operate', value: 'LATCH_OFF', outcome: 'refused', reason: 'NO_SELECT (2)' },
    ]);
    // Nothing was written; the indications of the station are a value.
    expect(seen.values).toEqual([
      { target: 99, path: 'internal indications', type: 'IIN', value: 'NEED_TIME, DEVICE_RESTART', access: 'read' },
    ]);
  });

  it('direct operates set points, some of them refused', () => {
    const points = (status: string) => `29 02 28 0200 0500 e803 00 0600 18fc ${status}`; // g41v2: 1000 and -1000
    const seen = drive(dnp3, [ask(5, points('00')), answer(points('0c'))]);
    expect(seen.commands.map((c) => [c.object, c.value, c.outcome, c.reason])).toEqual([
      ['analog output 5', 1000, 'accepted', undefined],
      ['analog output 6', -1000, 'refused', 'OUT_OF_RANGE (12)'],
    ]);
    expect(seen.values).toEqual([{ target: 99, path: 'analog output 5', type: 'INT16', value: 1000, access: 'write' }]);
  });

  it('is unconfirmed where nobody answers: no-response functions and broadcasts', () => {
    const crob = '0c 01 17 01 07 41 01 64000000 64000000 00';
    const seen = drive(dnp3, [
      ask(6, crob),
      ask(5, crob, 1, { destination: 0xffff }),
      ask(13, '', 2, { destination: 0xfffd }),
    ]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.value, c.outcome, c.target])).toEqual([
      ['control', 'Direct Operate - No Response', 'PULSE_ON CLOSE', 'unconfirmed', 99],
      ['control', 'Direct Operate', 'PULSE_ON CLOSE', 'unconfirmed', 2],
      ['restart', 'Cold Restart', undefined, 'unconfirmed', 2],
    ]);
  });

  it('is refused by internal indications', () => {
    const seen = drive(dnp3, [ask(5, '0c 01 17 01 07 03 01 00000000 00000000 00'), answer('', 0, { iin: 0x0001 })]);
    expect(seen.commands).toMatchObject([{ outcome: 'refused', reason: 'NO_FUNC_CODE_SUPPORT (IIN2.0)' }]);
  });

  it('finds the echo of a command that was not seen', () => {
    const seen = drive(dnp3, [down(OPERATED)]);
    expect(seen.commands).toMatchObject([{ verb: 'control', operation: 'Response', outcome: 'refused' }]);
  });
});

describe('dnp3 values', () => {
  it('reads events with relative times, their quality and the common time', () => {
    const seen = drive(dnp3, [down(UNSOLICITED)]);
    const fragment = seen.messages[0]!.application!;
    expect(fragment.defect).toBe('');
    expect(fragment.objects.map((o) => [o.group, o.variation, o.count])).toEqual([
      [51, 1, 1],
      [2, 3, 5],
      [32, 1, 3],
    ]);
    const events = fragment.objects[1]!;
    expect(events.commonTime).toBe(Date.UTC(2004, 9, 11, 10, 16, 34, 18));
    expect(events.times).toEqual([0, 0, 0, 1011, 1011]);
    expect(seen.values.map((v) => [v.path, v.value, v.quality])).toEqual([
      ['binary input 0', false, 'good'],
      ['binary input 1', true, 'good'],
      ['binary input 2', true, 'good'],
      ['binary input 0', true, 'good'],
      ['binary input 1', false, 'good'],
      ['analog input 0', 0, 'good'],
      ['analog input 1', 0, 'good'],
      ['analog input 2', 0, 'good'],
    ]);
    expect(seen.commands).toEqual([]);
  });

  it('reads every kind of value', () => {
    const cases: readonly (readonly [objects: string, path: string, type: string, value: unknown, quality?: string])[] =
      [
        ['01 01 00 03 03 01', 'binary input 3', 'BIT', true],
        ['01 02 00 03 03 04', 'binary input 3', 'BSTR8', false, 'bad'],
        ['03 01 00 00 00 02', 'double-bit input 0', 'BIT2', 'on'],
        ['03 02 00 09 09 c1', 'double-bit input 9', 'BSTR8 double-bit', 'indeterminate', 'good'],
        ['04 02 17 01 05 41 00000000 0000', 'double-bit input 5', 'BSTR8 double-bit', 'off', 'good'],
        ['0a 02 00 01 01 81', 'binary output 1', 'BSTR8', true, 'good'],
        ['0b 01 17 01 01 11', 'binary output 1', 'BSTR8', false, 'uncertain'],
        ['0d 01 17 01 01 82', 'binary output 1', 'BSTR8', true],
        ['14 01 00 02 02 01 ffffffff', 'counter 2', 'UINT32', 4294967295, 'good'],
        ['15 0a 00 02 02 0201', 'frozen counter 2', 'UINT16', 258],
        ['17 05 28 0100 0200 01 05000000 000000000000', 'frozen counter 2', 'UINT32', 5, 'good'],
        ['1e 02 01 0001 0001 21 ff7f', 'analog input 256', 'INT16', 32767, 'uncertain'],
        ['1e 05 00 00 00 01 0000c03f', 'analog input 0', 'FLT32', 1.5, 'good'],
        ['1e 06 00 00 00 01 000000000000f83f', 'analog input 0', 'FLT64', 1.5, 'good'],
        ['1f 03 00 00 00 01 f6ffffff 000000000000', 'frozen analog input 0', 'INT32', -10, 'good'],
        ['20 07 17 01 04 01 0000c03f 000000000000', 'analog input 4', 'FLT32', 1.5, 'good'],
        ['22 01 17 01 04 0a00', 'analog input deadband 4', 'UINT16', 10],
        ['28 03 00 00 00 01 0000c03f', 'analog output 0', 'FLT32', 1.5, 'good'],
        ['2a 04 17 01 04 01 0aff 000000000000', 'analog output 4', 'INT16', -246, 'good'],
        ['2b 03 17 01 04 00 0a000000 000000000000', 'analog output 4', 'INT32', 10],
        ['65 01 00 00 00 3412', 'BCD value 0', '', 1234],
        ['66 01 00 00 00 0c', 'unsigned integer 0', 'UINT8', 12],
        ['6e 03 00 02 02 414243', 'octet string 2', 'OSTR', 'ABC'],
        ['71 02 17 01 01 6f6b', 'virtual terminal 1', 'OSTR', 'ok'],
        ['79 01 28 0100 0300 01 0100 05000000', 'security statistic 3', 'UINT32', 5, 'good'],
      ];
    for (const [objects, path, type, value, quality] of cases) {
      const seen = drive(dnp3, [ask(1, '3c 01 06'), answer(objects)]);
      expect(seen.weirds, objects).toEqual([]);
      const point = { target: 99, path, type, value, access: 'read' };
      expect(seen.values, objects).toEqual([quality === undefined ? point : { ...point, quality }]);
    }
  });

  it('knows the size of every object: two of each in a row leave nothing over', () => {
    // Octets of an object (IEEE 1815-2012 annex A), groups with a fixed size; variations from 1.
    const sizes: Record<number, readonly number[]> = {
      2: [1, 7, 3],
      4: [1, 7, 3],
      11: [1, 7],
      12: [11, 11],
      13: [1, 7],
      20: [5, 3, 5, 3, 4, 2, 4, 2],
      21: [5, 3, 5, 3, 11, 9, 11, 9, 4, 2, 4, 2],
      22: [5, 3, 5, 3, 11, 9, 11, 9],
      23: [5, 3, 5, 3, 11, 9, 11, 9],
      30: [5, 3, 4, 2, 5, 9],
      31: [5, 3, 11, 9, 4, 2, 5, 9],
      32: [5, 3, 11, 9, 5, 9, 11, 15],
      33: [5, 3, 11, 9, 5, 9, 11, 15],
      34: [2, 4, 4],
      40: [5, 3, 5, 9],
      41: [5, 3, 5, 9],
      42: [5, 3, 11, 9, 5, 9, 11, 15],
      43: [5, 3, 11, 9, 5, 9, 11, 15],
      50: [6, 10, 6, 11],
      51: [6, 6],
      52: [2, 2],
      81: [3],
      86: [0, 1],
      101: [2, 4, 8],
      102: [1],
      121: [7],
      122: [7, 13],
    };
    for (const [group, list] of Object.entries(sizes))
      list.forEach((size, i) => {
        if (size === 0) return;
        const body = join(
          Uint8Array.of(Number(group), i + 1, 0x28, 2, 0, 1, 0),
          new Uint8Array(size),
          Uint8Array.of(2, 0),
          new Uint8Array(size),
          bytesOf('34 02 07 01 0500'),
        );
        const frame = join(
          ...encodeFrames({ source: STATION, destination: MASTER }, encodeFragment(0xc0, FUNCTION.RESPONSE, body)),
        );
        const fragment = drive(dnp3, [down(frame)]).messages[0]!.application!;
        expect(fragment.defect, `g${group}v${i + 1}`).toBe('');
        expect(
          fragment.objects.map((o) => o.group),
          `g${group}v${i + 1}`,
        ).toEqual([Number(group), 52]);
        expect(fragment.objects[0]!.indexes).toEqual([1, 2]);
        expect(layoutOf(Number(group), i + 1)?.name).not.toBe('');
      });
  });

  it('stops at what nobody can measure, and keeps what came before', () => {
    const defect = (objects: string) => {
      const seen = drive(dnp3, [answer(objects)]);
      return [seen.messages[0]!.application!.objects.length, seen.weirds.map((w) => w.code)];
    };
    expect(defect('1e 02 00 00 00 01 0100 05 09 00 00 00 11')).toEqual([2, ['dnp3.fragment-object']]);
    expect(defect('1e 02 00 00 05 01 0100')).toEqual([1, ['dnp3.fragment-short']]);
    expect(defect('1e 02 00 05 00')).toEqual([1, ['dnp3.fragment-range']]);
    expect(defect('1e 02 0f 00 00')).toEqual([1, ['dnp3.fragment-qualifier']]);
    expect(defect('1e 02')).toEqual([0, ['dnp3.fragment-short']]);
    expect(defect('01 01 02 00000000 ffffffff')).toEqual([1, ['dnp3.fragment-count']]);
  });

  it('reads lists of indexes in requests that carry no objects', () => {
    const seen = drive(dnp3, [ask(1, '1e 00 17 03 01 05 09'), answer('')]);
    expect(seen.commands).toMatchObject([{ verb: 'read', object: 'Analog Input 1 5 9', outcome: 'accepted' }]);
  });
});

describe('dnp3 transactions', () => {
  it('says a long read once and all of its values', () => {
    const seen = drive(dnp3, [
      ask(1, '3c 02 06 3c 03 06 3c 04 06 3c 01 06', 5),
      answer('1e 04 00 00 00 0100', 5, { control: 0x80 }),
      answer('1e 04 00 01 01 0200', 6, { control: 0x00 }),
      answer('1e 04 00 02 02 0300', 7, { control: 0x40 }),
    ]);
    expect(seen.commands).toMatchObject([
      {
        object: 'Class 1 Data, Class 2 Data, Class 3 Data, Class 0 Data',
        outcome: 'accepted',
      },
    ]);
    expect(seen.values.map((v) => v.value)).toEqual([1, 2, 3]);
  });

  it('pairs by exchange: a lost answer does not shift those that come sixteen requests later', () => {
    const parts: Part[] = [ask(1, '1e 02 00 00 00', 3)];
    for (let i = 1; i <= 20; i++)
      parts.push(
        ask(1, `1e 02 00 ${i.toString(16).padStart(2, '0')} ${i.toString(16).padStart(2, '0')}`, (3 + i) & 15),
        answer('', (3 + i) & 15),
      );
    const outcomes = new Map(drive(dnp3, parts).commands.map((c) => [c.object, c.outcome]));
    expect(outcomes.get('Analog Input - 16-bit with flag 0')).toBe('unanswered');
    expect([...outcomes.values()].filter((o) => o === 'accepted')).toHaveLength(20);
  });

  it('pairs requests that do not wait for each other in their order, sequence numbers used again or not', () => {
    const crob = (index: string) => `0c 01 17 01 ${index} 03 01 00000000 00000000 00`;
    const points = ['01', '02', '03', '04', '05'];
    const seen = drive(dnp3, [
      ...points.map((p, i) => ask(5, crob(p), 7 + (i & 1))),
      ...points.map((p, i) => answer(crob(p), 7 + (i & 1))),
    ]);
    expect(seen.commands.map((c) => [c.object, c.outcome])).toEqual(
      points.map((p) => [`binary output ${Number(p)}`, 'accepted']),
    );
  });

  it('does not take a request that nobody answers for the one that is answered', () => {
    const crob = '0c 01 17 01 01 03 01 00000000 00000000 00';
    const seen = drive(dnp3, [ask(6, crob, 0), ask(1, '3c 01 06', 0), answer('1e 04 00 00 00 0100', 0)]);
    expect(seen.commands.map((c) => [c.operation, c.outcome])).toEqual([
      ['Direct Operate - No Response', 'unconfirmed'],
      ['Read', 'accepted'],
    ]);
  });

  it('has a verb for every function', () => {
    const verbs = (code: number, objects = '', reply = '') => {
      const seen = drive(dnp3, [ask(code, objects), answer(reply)]);
      return seen.commands.map((c) => `${c.verb} ${c.operation} ${c.object ?? ''} ${c.value ?? ''} ${c.outcome}`);
    };
    expect(verbs(2, '32 01 07 01 00c0362fa201')).toEqual(['configure Write time 2026-12-01T01:27:26.976Z accepted']);
    expect(verbs(2, '50 01 00 07 07 00')).toEqual([
      'write Write internal indication 7 (DEVICE_RESTART) false accepted',
    ]);
    expect(verbs(2, '22 01 17 01 04 0a00')).toEqual(['write Write analog input deadband 4 10 accepted']);
    expect(verbs(2, '6e 03 17 01 04 414243')).toEqual(['write Write octet string 4 ABC accepted']);
    expect(verbs(2, '00 f7 00 00 00 01 03 524554')).toEqual([
      'configure Write device attribute user-assigned device name RET accepted',
    ]);
    expect(verbs(9, '14 00 06')).toEqual(['control Freeze and Clear Counter  accepted']);
    expect(verbs(13, '', '34 01 07 01 0a00')).toEqual(['restart Cold Restart  back in 10000 ms accepted']);
    expect(verbs(14)).toEqual(['restart Warm Restart   accepted']);
    expect(verbs(15)).toEqual(['mode-change Initialize Data   accepted']);
    expect(verbs(18, '5a 01 06')).toEqual(['mode-change Stop Application Application - Identifier  accepted']);
    expect(verbs(19)).toEqual(['configure Save Configuration   accepted']);
    expect(verbs(20, '3c 02 06')).toEqual(['configure Enable Unsolicited Responses Class 1 Data  accepted']);
    expect(verbs(22, '3c 03 06 1e 00 00 00 05')).toEqual([
      'configure Assign Class Class 2 Data, Analog Input 0..5  accepted',
    ]);
    expect(verbs(23, '', '34 02 07 01 0100')).toEqual(['read Delay Measurement  1 accepted']);
    expect(verbs(31, '46 08 5b 01 0300 636667')).toEqual([
      'configure Activate Configuration File Control - File specification string  accepted',
    ]);
  });

  it('learns who a station is from its device attributes', () => {
    const seen = drive(dnp3, [
      ask(1, '00 fe 00 00 00'),
      answer(`
        00 fc 00 00 00 01 04 41434d45   # manufacturer ACME
        00 fa 00 00 00 01 03 525431     # model RT1
        00 f8 00 00 00 01 02 3737       # serial number 77
        00 f2 00 00 00 01 03 312e32     # software 1.2
        00 f5 00 00 00 01 04 526f6f66   # location Roof
        00 ef 00 00 00 02 01 08         # number of binary inputs: 8
        00 fc 00 01 01 01 01 41         # of another set: not the standard's`),
    ]);
    expect(seen.weirds).toEqual([]);
    expect(seen.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'vendor=ACME',
      'model=RT1',
      'serial=77',
      'firmware=1.2',
      'location=Roof',
    ]);
    expect(seen.values.map((v) => [v.path, v.type, v.value])).toEqual([
      ['device attribute number of binary inputs', 'UINT', 8],
      ['device attribute 1.252', 'VSTR', 'A'],
    ]);
  });
});

describe('dnp3 files', () => {
  const name = '636f6e662e786d6c'; // conf.xml
  const open = (mode: string) =>
    `46 03 5b 01 2200 1a00 0800 000000000000 ff01 00000000 00000000 ${mode} 0004 0700 ${name}`;
  const status = (code: string) => `46 04 5b 01 0d00 78563412 00000000 0004 0700 ${code}`;

  it('follows a file from open to close', () => {
    const seen = drive(dnp3, [
      ask(25, open('0100')),
      answer(status('00')),
      ask(1, '46 05 5b 01 0800 78563412 00000000', 1),
      answer('46 05 5b 01 0a00 78563412 00000080 3c3f', 1),
      ask(26, status('00'), 2),
      answer(status('00'), 2),
      ask(25, open('0200'), 3),
      answer(status('03'), 3),
      ask(27, open('0000'), 4),
      answer(status('01'), 4),
    ]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.object, c.value, c.outcome, c.reason])).toEqual([
      ['program-upload', 'Open File', 'file conf.xml', 'read', 'accepted', undefined],
      ['program-upload', 'Read', 'file conf.xml', 'block 0', 'accepted', undefined],
      ['invoke', 'Close File', 'file conf.xml', undefined, 'accepted', undefined],
      ['program-download', 'Open File', 'file conf.xml', 'write', 'refused', 'FILE_NOT_FOUND (3)'],
      ['delete', 'Delete File', 'file conf.xml', undefined, 'refused', 'PERMISSION_DENIED (1)'],
    ]);
  });

  it('never keeps a password', () => {
    const seen = drive(dnp3, [
      ask(29, '46 02 5b 01 1400 0c00 0400 1000 0400 00000000 726f6f74 68756e32'), // root, hun2
      answer('46 02 5b 01 0c00 0c00 0000 0c00 0000 01000000'),
    ]);
    expect(JSON.stringify([seen.messages, seen.commands, seen.sessions])).not.toContain('hun2');
    expect(seen.sessions).toEqual([
      {
        phase: 'authenticate',
        outcome: 'accepted',
        user: 'root',
        clearCredential: true,
        detail: 'DNP3 file authentication',
      },
    ]);
  });
});

describe('dnp3 secure authentication', () => {
  const crob = '0c 01 17 01 07 03 01 00000000 00000000 00';
  const challenge = answer('78 01 5b 01 0c00 01000000 0300 04 01 aabbccdd', 2, { code: 131 });
  const reply = ask(32, '78 02 5b 01 0a00 01000000 0300 01020304', 2);

  it('says who stands behind a challenged control, when it was met', () => {
    const seen = drive(dnp3, [ask(5, crob, 2), challenge, reply, answer(crob, 2)]);
    expect(seen.commands).toMatchObject([{ verb: 'control', outcome: 'accepted', user: 'user 3' }]);
    expect(seen.sessions).toMatchObject([{ phase: 'authenticate', outcome: 'accepted', user: 'user 3' }]);
  });

  it('says that it was not met', () => {
    const error = answer('78 07 5b 01 0f00 01000000 0300 0000 01 000000000000', 2, { code: 131 });
    const seen = drive(dnp3, [ask(5, crob, 2), challenge, reply, error]);
    expect(seen.sessions).toMatchObject([{ outcome: 'refused', user: 'user 3' }]);
    expect(seen.commands).toMatchObject([{ verb: 'control', outcome: 'refused', reason: 'authentication failed (1)' }]);
  });

  it('says session key changes', () => {
    const seen = drive(dnp3, [
      ask(32, '78 06 5b 01 0a00 05000000 0300 aabbccdd', 1),
      answer('78 05 5b 01 0f00 05000000 0300 02 01 04 0400 aabbccdd', 1, { code: 131 }),
    ]);
    expect(seen.commands).toMatchObject([
      { verb: 'authenticate', object: 'session keys', user: 'user 3', outcome: 'accepted' },
    ]);
  });

  it('knows the user of an aggressive mode request', () => {
    const seen = drive(dnp3, [ask(5, `78 03 07 01 01000000 0500 ${crob} 78 09 5b 01 0400 01020304`), answer(crob)]);
    expect(seen.weirds).toEqual([]);
    expect(seen.commands).toMatchObject([{ verb: 'control', user: 'user 5', outcome: 'accepted' }]);
  });
});

describe('dnp3 on hostile octets', () => {
  it('survives cuts and mutations', () => {
    hostile(dnp3, [
      [up(SELECT), down(SELECTED)],
      [up(OPERATE), down(OPERATED), down(UNSOLICITED)],
    ]);
  });

  it('survives mutations behind right CRCs', () => {
    // The battery above mostly meets the CRC; here the fragment is broken first and framed afterwards.
    const fragments = [
      '78 07 5b 01 0f00 01000000 0300 0000 01 000000000000 78 0a 5b 01 1400 01 01 01000000 0100 0100 0200 0000 0000 4142 4344',
      '56 01 5b 01 0800 07 04 01 05 41424344 57 01 5b 01 0300 02 0102 00 f7 00 00 00 01 03 524554',
      '46 03 5b 01 2200 1a00 0800 000000000000 ff01 00000000 00000000 0100 0004 0700 636f6e662e786d6c',
      '01 01 01 0000 ff00 1e 06 28 0200 0100 01 000000000000f83f 0c 01 17 01 07 03 01 00000000 00000000 00 6e 04 00 00 01 0102030405060708',
    ].map(bytesOf);
    let seed = 7;
    const random = (n: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return (seed >> 8) % n;
    };
    for (let run = 0; run < 5000; run++) {
      const body = fragments[run % fragments.length]!.slice();
      for (let k = 0; k <= random(4); k++) body[random(body.length)] = random(3) === 0 ? 0xff : random(256);
      const cut = random(5) === 0 ? body.slice(0, random(body.length)) : body;
      const code = [1, 2, 5, 25, 29, 32, 129, 130, 131, random(256)][random(10)]!;
      const frame = join(
        ...encodeFrames({ source: STATION, destination: MASTER }, encodeFragment(0xc0 | random(16), code, cut)),
      );
      drive(dnp3, [up(frame), down(frame)]);
    }
  });
});
