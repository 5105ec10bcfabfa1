import { describe, expect, it } from 'vitest';
import { contextOf, octets, recorder, torture } from '../../../test/datagram-harness.ts';
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { s7commPlus } from './index.ts';
import { Reader, readValue } from './values.ts';
import type { PlusMessage } from './wire.ts';

const pdu = (version: number, data: string): Uint8Array => {
  const d = octets(data);
  const v = version.toString(16).padStart(2, '0');
  return octets(`72${v}${d.length.toString(16).padStart(4, '0')}${Buffer.from(d).toString('hex')}72${v}0000`);
};
const CREATE = pdu(
  1,
  '31 0000 04ca 0000 0001' + // request, Create Object, sequence 1
    '00000120 36 0000011d' + // session 288, flags, in the object 285
    '00 04 00 00000000' + // UDInt 0, four octets of zero
    'a1 000000d3 821f 00 00' + // object of class 287: a session
    'a3 8169 00 15 07 53657373696f6e' + // 233: WString 'Session'
    'a3 8229 00 15 05 534d405254' + // 297: application 'SM@RT'
    'a2 00000000',
);
const CREATED = pdu(
  1,
  '32 0000 04ca 0000 0001 36' + // response, flags
    '00 02 8708 8709' + // success; two objects 0x388, 0x389
    'a1 00000120 821f 01 00' +
    'a3 822f 10 02 14 27ab8fbbf5932317cd6959f04976658f7313522a' + // 303: challenge, 20 octets
    'a3 8232 00 17 0000013a' + // 306: version, a structure
    '823f 00 15 1a 313b3645533720353131 2d31414b30302d304142303b56312e30' + // 319: '1;6ES7 511-1AK00-0AB0;V1.0'
    '00 a2 00000000',
);
const GET = pdu(
  2,
  '31 0000 054c 0000 0004 00000388 34' +
    '00000000 01 05' + // no object; one item of five fields
    '8acdf1cd66 88d0b88002 02 9376 0a' + // symbol CRC, DB2, two ids: values of the DB, member 10
    '000004e8 00000000',
);
const GOT = pdu(2, '32 0000 054c 0000 0004 34 00 01 80 0a 1a 00 00 06'); // item 1: Byte 0x1a; no errors; integrity
const STOP = pdu(
  2,
  '31 0000 04f2 0000 0007 00000388 34' + // Set Variable
    '00000034 01 9077 00 08 01' + // CPU unit (52), attribute 2167: DInt 1
    '000004e8 00000000',
);
const STOPPED = pdu(2, '32 0000 04f2 0000 0007 34 00 00000000');
const REFUSED = pdu(2, '32 0000 04f2 0000 0007 34 83ff73 00000000'); // lower 16 bits 0xfff3: -13
const DELETED = pdu(2, '31 0000 04d4 0000 0009 00000388 34 00000388 00 000004e8 00 00000000');
const EXPLORED = pdu(
  2,
  '32 0000 04bb 0000 0aa6 34 00 00000001' + // Explore: success
    'a1 0000000c 9e66 30 00 a3 8169 00 15 04 4d61696e a2' + // object 12 of class 3942 with attribute 233: 'Main'
    'a1 0000000d 9e66 30 00 a3 8169 00 15 04 46696c6c a2 00 00000000',
);
const NOTIFICATION = pdu(
  3,
  `20 ${'ab'.repeat(32)}` + // digest
    '33 70000e51 040000000000' + // subscription, six octets
    'c9 8ec148 01' + // credit tick, running number
    '92 00000005 00 0e 41aa70aa' + // item 5: Real 21.305
    '92 00000019 00 0e 417e538e 00 00000000',
);

const decode = (b: Uint8Array, toServer = true, state = s7commPlus.open()): PlusMessage => {
  const d = s7commPlus.decode(b, 0, b.length, contextOf({ toServer }), state);
  if (d.kind !== 'message') throw new Error(JSON.stringify(d));
  return d.message;
};
const talk = (q: Uint8Array, a: Uint8Array) => {
  const { out, sink } = recorder();
  const state = s7commPlus.open();
  s7commPlus.observe(
    { request: decode(q), response: decode(a, false), state: 'answered', at: contextOf() },
    sink,
    state,
  );
  return out;
};

describe('s7comm-plus', () => {
  it('reads who meets whom in the set-up of a session, and masks the challenge', () => {
    const out = talk(CREATE, CREATED);
    expect(out.sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'S7comm-plus session 0x388 of SM@RT' },
    ]);
    expect(out.identities.map((x) => `${x.endpoint} ${x.attribute}=${x.value}`)).toEqual([
      '1 software=SM@RT',
      '2 vendor=Siemens',
      '2 role=plc',
      '2 order-number=6ES7 511-1AK00-0AB0',
      '2 firmware=V1.0',
    ]);
    const challenge = decode(CREATED, false).objects[0]!.attributes.find((x) => x.id === 303);
    expect(challenge!.value.value).toBe('(masked)');
  });
  it('reads variables by their address', () => {
    const out = talk(GET, GOT);
    expect(out.commands).toMatchObject([{ verb: 'read', object: 'DB2.10', outcome: 'accepted' }]);
    expect(out.items).toMatchObject([{ path: 'DB2.10', type: 'Byte', value: 26 }]);
  });
  it('knows a stop of the CPU, and its refusal', () => {
    expect(talk(STOP, STOPPED).commands).toMatchObject([{ verb: 'mode-change', value: 'STOP', outcome: 'accepted' }]);
    expect(talk(STOP, REFUSED).commands).toMatchObject([
      { verb: 'mode-change', outcome: 'refused', reason: 'error code -13' },
    ]);
  });
  it('reads notifications of protected sessions', () => {
    const m = decode(NOTIFICATION, false);
    expect(m).toMatchObject({
      type: 'Notification',
      version: 3,
      isProtected: true,
      objectId: 0x70000e51,
      sequence: 201,
    });
    expect(m.items.map((x) => [x.number, Math.fround(x.value.value as number)])).toEqual([
      [5, Math.fround(21.305011749267578)],
      [25, Math.fround(15.89539909362793)],
    ]);
  });
  it('reads what a protected message ends with: qualifier, number, digest', () => {
    const gone = pdu(
      2,
      '31 0000 04d4 0000 0009 00000388 34 00000388 00' + // Delete Object: the session itself
        '000004e8 8969 0012 00000000 896a 0013 00 896b 0004 05 00' + // relation 0, part 0, key 5
        `8103 20 ${'5c'.repeat(32)}`, // number 131, digest
    );
    expect(decode(gone)).toMatchObject({
      objectId: 0x388,
      qualifier: [
        { id: 1257, value: { type: 'RID', value: 0 } },
        { id: 1258, value: { type: 'AID', value: 0 } },
        { id: 1259, value: { type: 'UDInt', value: 5 } },
      ],
      integrityId: 131,
      digest: '5c'.repeat(32),
      isProtected: true,
      unread: 0,
    });
    expect(decode(DELETED)).toMatchObject({ integrityId: -1, digest: '', isProtected: false, unread: 0 });
  });
  it('reads the objects that an exploration finds', () => {
    const m = decode(EXPLORED, false);
    expect(m).toMatchObject({ type: 'Explore response', objectId: 1, unread: 0 });
    expect(m.objects.map((o) => [o.relationId, o.classId, o.attributes[0]!.value.value])).toEqual([
      [12, 3942, 'Main'],
      [13, 3942, 'Fill'],
    ]);
  });
  it('reads the value of a substreamed read', () => {
    const m = decode(pdu(2, '32 0000 0586 0000 0003 34 00 00 0008 02 00000000'), false);
    expect(m).toMatchObject({ items: [{ number: 1, value: { type: 'DInt', value: 2 } }], unread: 0 });
  });
  it('joins data that is split, and waits for no answer where none is wanted', () => {
    const state = s7commPlus.open();
    const whole = GET.subarray(4, GET.length - 4);
    const first = octets(`72020014${Buffer.from(whole.subarray(0, 20)).toString('hex')}`);
    const rest = pdu(2, Buffer.from(whole.subarray(20)).toString('hex'));
    expect(s7commPlus.decode(first, 0, first.length, contextOf(), state).kind).toBe('skip');
    expect(decode(rest, true, state)).toEqual(decode(GET));
    const quiet = Uint8Array.from(STOP);
    quiet[4 + 13] = 0x74;
    expect(s7commPlus.pairing!.role(decode(quiet), contextOf())).toBe('single');
  });
  it('says once that TLS makes it blind', () => {
    const state = s7commPlus.open();
    const record = octets('1703030010 000102030405060708090a0b0c0d0e0f');
    expect(s7commPlus.probe(record, 0, record.length, contextOf())).toBe('maybe');
    expect(decode(record, true, state).type).toBe('TLS');
    expect(s7commPlus.decode(record, 0, record.length, contextOf(), state).kind).toBe('skip');
  });
  it('reads integers of variable length with their sign', () => {
    const value = (h: string) => readValue(new Reader(octets(h), 0, octets(h).length), 0).value;
    expect(value('0008 7f')).toBe(-1);
    expect(value('0008 3f')).toBe(63);
    expect(value('0008 8125')).toBe(165);
    expect(value('0004 8240')).toBe(320);
    expect(value('0005 ffffffffffffffffff')).toBe(18446744073709551615n);
  });
  it('keeps the numbers that it cannot explain, and tells a trailer that does not fit', () => {
    const decoded = (bytes: Uint8Array): PlusMessage => {
      const d = s7commPlus.decode(bytes, 0, bytes.length, contextOf({ toServer: true }), s7commPlus.open());
      if (d.kind !== 'message') throw new Error(d.kind);
      return d.message;
    };
    expect(decoded(CREATE)).toMatchObject({ reserved: 0, numbers: [0], objects: [{ classId: 287, classFlags: 0 }] });
    expect(decoded(CREATE)).not.toHaveProperty('trailer');
    const other = CREATE.slice();
    other[other.length - 1] = 9;
    expect(decoded(other).trailer).toBe('72010009');
    const { out, sink } = recorder();
    const request = decoded(other);
    s7commPlus.observe({ request, response: undefined, state: 'single', at: contextOf() }, sink, s7commPlus.open());
    expect(out.weirds).toMatchObject([{ code: 's7comm-plus.trailer' }]);
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(s7commPlus, [CREATE, CREATED, GET, GOT, STOP, STOPPED, EXPLORED, DELETED, NOTIFICATION], 5);
    expect(counts.message).toBeGreaterThan(1000);
  });
});

describeShared('s7comm-plus on captures', () => {
  it('knows the controllers and what was read', async () => {
    const run = await decodeCapture(sharedCapture('s7comm-plus/iti.S7-1511_db2_var1_HMI'));
    expect(run.of('identity').map((x) => `${x.what.attribute}=${x.what.value}`)).toContain('firmware=V1.0');
    expect(run.of('value').filter((x) => x.what.path === 'DB2.10').length).toBe(5);
    expect(run.of('weird')).toEqual([]);
  });
});
