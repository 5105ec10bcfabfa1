import { describe, expect, it } from 'vitest';
import { drive, octets, SERVER } from '../../../test/controller-harness.ts';
import { AREA, anyItem, elementPath, itemsAt, TYPE } from './address.ts';
import * as f from './fixtures.ts';
import { s7comm } from './index.ts';
import { piServiceOf } from './names.ts';
import { elementValue } from './values.ts';
import { decodeS7, encodeS7, encodeUserdata, openWire, probeS7, type S7Message } from './wire.ts';

const decode = (text: string, toServer: boolean): S7Message => {
  const bytes = octets(text);
  const outcome = decodeS7(bytes, 0, bytes.length, toServer, openWire());
  if (outcome.kind !== 'message') throw new Error(`expected a message, got ${JSON.stringify(outcome)}`);
  return outcome.message;
};
const say = (...lines: readonly [toServer: boolean, text: string][]) =>
  drive(
    [s7comm],
    lines.map(([toServer, text], i) => ({ frame: i + 1, toServer, bytes: octets(text) })),
  );

describe('s7comm wire', () => {
  it('reads jobs', () => {
    expect(decode(f.SETUP_JOB, true)).toMatchObject({
      type: 'Setup Communication job',
      rosctr: 1,
      detail: { kind: 'setup', maxCalling: 1, maxCalled: 1, pduLength: 480 },
    });
    const read = decode(f.READ_JOB, true);
    expect(read).toMatchObject({ type: 'Read Var job', pduReference: 0x500, functionCode: 4 });
    expect(read.items).toMatchObject([
      { area: 0x84, db: 5, address: 80, elementType: 2, count: 20, path: 'DB5.DBB10 BYTE[20]', type: 'BYTE' },
    ]);
    expect(decode(f.START_UPLOAD_JOB, true).detail).toMatchObject({
      session: 0,
      file: { name: '_0B00000A', block: 'SDB0', destination: 'A' },
    });
    expect(decode(f.START_UPLOAD_ANSWER, false).detail).toMatchObject({ session: 7, blockLength: 216 });
    expect(decode(f.DELETE_JOB, true).detail).toMatchObject({ service: '_DELE', blocks: ['DB1'] });
    expect(decode(f.REFUSAL, false)).toMatchObject({ type: 'ack', error: 0xd20c, functionCode: -1 });
  });

  it('finds data items over their fill octets', () => {
    const write = decode(f.WRITE_JOB, true);
    expect(write.data.map((d) => [d.transportSize, d.start, d.length])).toEqual([
      [3, 4, 1],
      [7, 10, 4],
    ]);
    expect(decode(f.WRITE_ANSWER, false).data.map((d) => d.returnCode)).toEqual([0xff, 5]);
  });

  it('reads versions of a module from a system status list', () => {
    const detail = decode(f.SZL_ANSWER, false).detail;
    expect(detail).toMatchObject({
      body: {
        kind: 'szl',
        szl: { id: 0x11, complete: true, entries: [{ kind: 'identification', index: 7, version: 'V3.2.7' }] },
      },
    });
  });

  it('keeps no credential', () => {
    const password = decode(f.PASSWORD_REQUEST, true);
    expect(password.detail).toMatchObject({ body: { kind: 'password', password: '(masked)' } });
    expect(decode(f.LOGIN_JOB, true).detail).toMatchObject({ service: '_N_LOGIN_', argument: '(masked)' });
    for (const text of [f.PASSWORD_REQUEST, f.LOGIN_JOB]) {
      const all = JSON.stringify(decode(text, true), (_, v) => (v instanceof Uint8Array ? Array.from(v) : v));
      expect(all).not.toMatch(/secret12|33,58,27,29/);
      expect(decode(text, true).payload.length).toBe(0);
    }
  });

  it('reads what stands between the fields that are explained, so that nothing on the wire is out of sight', () => {
    const stop = octets('32 01 0007 0001 0010 0000 29 0000000009 09 50 5f50524f4752414d');
    expect(decodeS7(stop, 0, stop.length, true, openWire())).toMatchObject({
      message: { redundancyId: 7, detail: { kind: 'pi', service: 'P_PROGRAM', prefix: '0000000009' } },
    });
    // Request Download of OB 1: load memory 100 octets, MC7 code 34
    const download = octets(
      '32 01 0000 0002 0020 0000 1a 00 0100 00000000 09 5f30383030303031 50 0d 31 303030313030 303030303334',
    );
    expect(decodeS7(download, 0, download.length, true, openWire())).toMatchObject({
      message: { detail: { kind: 'transfer', reserved: 0x0100, blockLength: 100, lengths: '1000100000034' } },
    });
  });
  it('joins data units that share a reference', () => {
    const state = openWire();
    const payload = Uint8Array.from([0, 0x1c, 0, 0, 0, 34, 0, 1, 0, 1, ...new Array<number>(32).fill(0x41)]);
    const unit = (part: Uint8Array, lastDataUnit: boolean) =>
      encodeUserdata({
        pduReference: 2,
        kindOfUserdata: 8,
        group: 4,
        subfunction: 1,
        sequence: 2,
        dataUnitReference: 213,
        lastDataUnit,
        payload: part,
      });
    const first = unit(payload.subarray(0, 20), false);
    const second = unit(payload.subarray(20), true);
    const held = decodeS7(first, 0, first.length, false, state);
    expect(held).toMatchObject({ message: { detail: { head: { fragments: 0 }, body: { kind: 'piece' } } } });
    const whole = decodeS7(second, 0, second.length, false, state);
    expect(whole).toMatchObject({
      message: { detail: { head: { fragments: 2 }, body: { szl: { entries: [{ index: 1, text: 'A'.repeat(32) }] } } } },
    });
    expect(state.partials.size).toBe(0);
  });

  it('bounds what it joins', () => {
    const state = openWire();
    for (let reference = 1; reference <= 40; reference++) {
      const bytes = encodeUserdata({
        pduReference: 2,
        kindOfUserdata: 8,
        group: 4,
        subfunction: 1,
        sequence: 2,
        dataUnitReference: reference,
        lastDataUnit: false,
        payload: new Uint8Array(400),
      });
      for (let i = 0; i < 200; i++) decodeS7(bytes, 0, bytes.length, false, state);
    }
    expect(state.partials.size).toBeLessThanOrEqual(8);
    for (const { octets: kept } of state.partials.values()) expect(kept.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('writes what it reads', () => {
    const jobs = [f.SETUP_JOB, f.READ_JOB, f.WRITE_JOB, f.STOP_JOB, f.COLD_START_JOB, f.START_UPLOAD_JOB];
    for (const text of jobs) expect(encodeS7(decode(text, true)), text).toEqual(octets(text));
    const answers = [f.READ_ANSWER, f.WRITE_ANSWER, f.START_UPLOAD_ANSWER, f.REFUSAL];
    for (const text of answers) expect(encodeS7(decode(text, false)), text).toEqual(octets(text));
    expect(
      encodeUserdata({
        pduReference: 0x100,
        kindOfUserdata: 4,
        group: 4,
        subfunction: 1,
        sequence: 0,
        payload: octets('0011 0000'),
      }),
    ).toEqual(octets(f.SZL_REQUEST));
  });

  it('says what is wrong', () => {
    const outcome = (text: string) => {
      const bytes = octets(text);
      return decodeS7(bytes, 0, bytes.length, true, openWire());
    };
    expect(outcome('72 01 0000').kind).toBe('foreign');
    expect(outcome('32 01 0000 0000 0008 0000 f0')).toMatchObject({ kind: 'malformed', code: 's7comm.length' });
    expect(outcome('32 09 0000 0000 0000 0000')).toMatchObject({ kind: 'malformed', code: 's7comm.rosctr' });
    expect(outcome('32 01 0000 0000 0004 0000 04 01 12 0a')).toMatchObject({
      kind: 'message',
      message: { type: 'Read Var job', items: [], detail: { kind: 'defect', part: 'item specification' } },
    });
    const bytes = octets(f.READ_JOB);
    expect(probeS7(bytes, 0, bytes.length)).toBe('sure');
    expect(probeS7(bytes, 0, bytes.length - 1)).toBe('no');
    expect(probeS7(bytes, 0, 6)).toBe('more');
  });
});

describe('s7 addresses', () => {
  it.each([
    [AREA.DB, 1, 0, TYPE.BOOL, 1, 'DB1.DBX0.0 BOOL'],
    [AREA.DB, 5, 80, TYPE.BYTE, 20, 'DB5.DBB10 BYTE[20]'],
    [AREA.DB, 1, 32, TYPE.REAL, 1, 'DB1.DBD4 REAL'],
    [AREA.DI, 2, 16, TYPE.INT, 1, 'DI2.DIW2 INT'],
    [AREA.MARKER, 0, 96, TYPE.WORD, 1, 'MW12'],
    [AREA.MARKER, 0, 96, TYPE.INT, 1, 'MW12 INT'],
    [AREA.MARKER, 0, 87, TYPE.BOOL, 1, 'M10.7'],
    [AREA.INPUT, 0, 0, TYPE.BYTE, 1, 'IB0'],
    [AREA.OUTPUT, 0, 33, TYPE.BOOL, 1, 'Q4.1'],
    [AREA.PERIPHERAL, 0, 2048, TYPE.WORD, 1, 'PW256'],
    [AREA.TIMER, 0, 5, TYPE.TIMER, 1, 'T5'],
    [AREA.COUNTER, 0, 3, TYPE.COUNTER, 4, 'C3[4]'],
  ])('area %i db %i address %i type %i count %i is %s', (area, db, address, type, count, path) => {
    expect(anyItem(area, db, address, type, count).path).toBe(path);
  });
  it('numbers the elements of an array', () => {
    expect(elementPath(anyItem(AREA.DB, 1, 0, TYPE.INT, 3), 2)).toBe('DB1.DBW4 INT');
    expect(elementPath(anyItem(AREA.TIMER, 0, 5, TYPE.TIMER, 3), 2)).toBe('T7');
    expect(elementPath(anyItem(AREA.MARKER, 0, 7, TYPE.BOOL, 3), 1)).toBe('M1.0');
  });
  it('reads counters and timers as BCD, and says octets where they are none', () => {
    const value = (type: number, text: string) => elementValue(type, octets(text), 0, octets(text).length);
    expect(value(TYPE.COUNTER, '0123')).toBe(123);
    expect(value(TYPE.COUNTER, '00ff')).toBe(255); // a simulator that counts in binary
    expect(value(TYPE.TIMER, '2150')).toBe(150_000); // base 1 s
    expect(value(TYPE.S5TIME, '1a00')).toBe('1a00');
    expect(value(TYPE.DATE_AND_TIME, '23 07 14 11 22 33 44 56')).toBe('2023-07-14T11:22:33.445');
    expect(value(TYPE.DATE_AND_TIME, 'd3 d6 d9 dc df e2 e5 e8')).toBe('d3d6d9dcdfe2e5e8');
  });
  it('recognises symbols, NC data and lists of DB addresses', () => {
    const symbol = octets('12 0e b2 ff 0000 0052 ea2db0d9 40000010');
    expect(itemsAt(symbol, 0, symbol.length, 1)?.[0]?.path).toBe('symbol M crc 0xea2db0d9 id 16');
    const nck = octets('12 08 82 41 000c 0001 7f 01');
    expect(itemsAt(nck, 0, nck.length, 1)?.[0]?.path).toBe('NCK area 2 unit 1 module 0x7f column 12 line 1');
    const list = octets('12 0c b0 02 04 0001 0000 02 0007 000a');
    expect(itemsAt(list, 0, list.length, 1)?.[0]?.path).toBe('DB1.DBB0 BYTE[4] + DB7.DBB10 BYTE[2]');
  });
});

describe('s7comm observations', () => {
  it('tells a write whose items cannot be read, and that they cannot', () => {
    // One item of a specification of 10 octets that has type 0x13; the answer takes it.
    const seen = say(
      [true, '32 01 0000 0700 000e 0005 05 01 13 0a 10 02 0001 0001 84 000000 00 04 0008 2a'],
      [false, '32 03 0000 0700 0002 0001 0000 05 01 ff'],
    );
    expect(seen.commands).toMatchObject([{ verb: 'write', operation: 'Write Var', outcome: 'accepted' }]);
    expect(seen.commands[0]!.object).toBeUndefined();
    expect(seen.weirds.map((w) => `${w.code} ${w.detail}`)).toEqual(['s7comm.parameter item specification']);
  });
  it('a read says what was asked for and its values', () => {
    const seen = say([true, f.READ_JOB], [false, f.READ_ANSWER]);
    expect(seen.commands).toMatchObject([
      { verb: 'read', operation: 'Read Var', object: 'DB5.DBB10 BYTE[20]', outcome: 'accepted', target: SERVER },
    ]);
    expect(seen.items).toEqual([
      {
        target: SERVER,
        path: 'DB5.DBB10 BYTE[20]',
        type: 'BYTE',
        value: '000102030405060708090a0b0c0d0e0f10111213',
        access: 'read',
      },
    ]);
  });

  it('a write is a command per item, each with its own outcome', () => {
    const seen = say([true, f.WRITE_JOB], [false, f.WRITE_ANSWER]);
    expect(seen.commands).toMatchObject([
      { verb: 'write', object: 'DB1.DBX0.3 BOOL', value: true, outcome: 'accepted' },
      { verb: 'write', object: 'MD16 REAL', value: 100, outcome: 'refused', reason: 'invalid address (0x05)' },
    ]);
    expect(seen.items.map((i) => [i.path, i.value, i.access])).toEqual([['DB1.DBX0.3 BOOL', true, 'write']]);
    expect(say([true, f.WRITE_JOB]).commands).toMatchObject([{ outcome: 'unanswered' }, { outcome: 'unanswered' }]);
  });

  it('stop, start, delete, upload are told by their names', () => {
    const done = (text: string) => say([true, text]).commands.map((c) => [c.verb, c.operation, c.object]);
    expect(done(f.STOP_JOB)).toEqual([['mode-change', 'PLC Stop', undefined]]);
    expect(done(f.COLD_START_JOB)).toEqual([['mode-change', 'PLC Start (cold)', undefined]]);
    expect(done(f.DELETE_JOB)).toEqual([['delete', 'PI _DELE (delete block)', 'DB1']]);
    expect(done(f.LOGIN_JOB)).toEqual([['authenticate', 'PI _N_LOGIN_ (log in)', undefined]]);
    expect(say([true, f.LOGIN_JOB]).sessions).toMatchObject([{ phase: 'authenticate', clearCredential: true }]);
    expect(piServiceOf('P_PROGRAM', '').operation).toBe('PLC Start (warm)');
    expect(piServiceOf('_MODU', 'EP')).toEqual({ operation: 'PI _MODU (copy RAM to ROM)', verb: 'configure' });
    expect(piServiceOf('constructor', '').verb).toBe('invoke');
    const refused = say([true, f.START_UPLOAD_JOB], [false, f.REFUSAL.replace('1500', '0800')]);
    expect(refused.commands).toMatchObject([
      { verb: 'program-upload', object: 'SDB0', outcome: 'refused', reason: expect.stringMatching(/\(0xd20c\)$/) },
    ]);
  });

  it('a password is an authentication whose credential anyone can read', () => {
    const seen = say([true, f.PASSWORD_REQUEST], [false, f.PASSWORD_ANSWER]);
    expect(seen.commands).toMatchObject([{ verb: 'authenticate', operation: 'PLC Password', outcome: 'accepted' }]);
    expect(seen.sessions).toEqual([
      { phase: 'authenticate', outcome: 'accepted', detail: 'PLC Password', clearCredential: true },
    ]);
  });

  it('identities, clock, mode', () => {
    const seen = say(
      [true, f.SZL_REQUEST],
      [false, f.SZL_ANSWER],
      [true, f.SET_CLOCK_REQUEST],
      [false, f.STOP_INDICATION],
    );
    expect(seen.identities.map((i) => `${i.attribute}=${i.value}`)).toEqual(['firmware=V3.2.7', 'mode=STOP']);
    expect(seen.commands).toMatchObject([
      { verb: 'discover', operation: 'Read SZL', object: 'SZL 0x0011 index 0 (module identification)' },
      { verb: 'configure', operation: 'Set Clock', object: 'clock', value: '2016-02-08T23:08:10.000' },
    ]);
  });

  it('forced variables are named with their values', () => {
    const seen = say([true, f.FORCE_REQUEST], [false, f.FORCE_ANSWER]);
    expect(seen.commands).toMatchObject([
      { verb: 'force', operation: 'Force', object: 'Q4.1', value: true, outcome: 'accepted' },
      { verb: 'force', operation: 'Force', object: 'DB7.DBW12 WORD', value: 0x1234, outcome: 'accepted' },
    ]);
    expect(seen.items.map((i) => [i.path, i.value, i.access])).toEqual([
      ['Q4.1', true, 'write'],
      ['DB7.DBW12 WORD', 0x1234, 'write'],
    ]);
  });

  it('cyclic values belong to the items that were subscribed', () => {
    const seen = say([true, f.SUBSCRIBE_REQUEST], [false, f.SUBSCRIBE_ANSWER], [false, f.CYCLIC_INDICATION]);
    expect(seen.commands).toMatchObject([
      { verb: 'subscribe', operation: 'Cyclic Data', object: 'MW12', outcome: 'accepted' },
    ]);
    expect(seen.items.map((i) => [i.path, i.value])).toEqual([
      ['MW12', 0x1234],
      ['MW12', 0x1235],
    ]);
  });

  it('jobs of both sides with the same reference do not meet', () => {
    const seen = say([true, f.READ_JOB], [false, f.READ_JOB], [true, f.READ_ANSWER], [false, f.READ_ANSWER]);
    expect(seen.commands.map((c) => [c.requestFrame, c.frame])).toEqual([
      [2, 3],
      [1, 4],
    ]);
  });
});
