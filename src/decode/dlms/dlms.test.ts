import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { encodeFrame } from './hdlc.ts';
import { dlms } from './index.ts';
import { encodeDlms, probeDlms } from './wire.ts';

const ask = (hex: string) => up(encodeDlms(16, 1, bytesOf(hex)));
const tell = (hex: string) => down(encodeDlms(1, 16, bytesOf(hex)));
/** Application context LN, mechanism LLS, password 12345678, InitiateRequest. */
const AARQ =
  '6036 a1090607608574 05080101 8a020780 8b07 60857405080201 ac0a8008 3132333435363738 be10040e 01000000065f1f0400007e1f04b0';
const AARE = '6129 a109060760857405080101 a203020100 a305a103020100 be10040e 0800065f1f0400007e1f04b00007';

describe('DLMS/COSEM', () => {
  it('reads an association, a register and the serial number', () => {
    const seen = drive(dlms, [
      ask(AARQ),
      tell(AARE),
      ask('c001c1 0003 0100010800ff 02 00'), // get: register 1.0.1.8.0.255, attribute 2
      tell('c401c1 00 06 0000 2710'), // double-long-unsigned 10,000
      ask('c001c1 0001 0000600100ff 02 00'),
      tell('c401c1 00 09 08 4d31323334353637'),
    ]);
    expect(seen.sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'client 16, low-level password', clearCredential: true },
    ]);
    expect(JSON.stringify(seen.messages)).not.toContain('12345678');
    expect(seen.values.map((v) => [v.path, v.type, v.value])).toEqual([
      ['register 1.0.1.8.0.255 attribute 2', 'double-long-unsigned', 10_000],
      ['data 0.0.96.1.0.255 attribute 2', 'octet-string', 'M1234567'],
    ]);
    expect(seen.identities).toMatchObject([{ attribute: 'serial', value: 'M1234567', via: 'COSEM 0.0.96.1.0.255' }]);
  });

  it('names what switches a customer off and what changes the firmware', () => {
    const seen = drive(dlms, [
      ask('c301c1 0046 0000600300ff 01 01 0f00'),
      tell('c701c1 00 00'),
      ask('c301c1 0012 00002c0000ff 04 01 0f00'),
      tell('c701c1 03 00'),
      ask('c101c1 0008 0000010000ff 03 00 10 003c'),
    ]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.object, c.value, c.outcome, c.reason])).toEqual([
      ['control', 'Remote Disconnect', 'disconnect control 0.0.96.3.0.255 method 1', undefined, 'accepted', undefined],
      [
        'firmware-update',
        'Image Activate',
        'image transfer 0.0.44.0.0.255 method 4',
        undefined,
        'refused',
        'read-write denied (3)',
      ],
      ['configure', 'Set', 'clock 0.0.1.0.0.255 attribute 3', 60, 'unanswered', undefined],
    ]);
  });

  it('is sure where the APDU holds what it announces', () => {
    const get = encodeDlms(16, 1, bytesOf('c001c1 0003 0100010800ff 02 00'));
    expect(probeDlms(get, 0, get.length, true)).toBe('sure');
    expect(probeDlms(get, 0, get.length - 1, true)).toBe('no');
    expect(probeDlms(get, 0, get.length - 1, false)).toBe('more');
    // Modbus: transaction 1, protocol 0.
    expect(probeDlms(bytesOf('0001 0000 0006 01 03 0000 000a'), 0, 12, false)).toBe('no');
  });

  it('reads HDLC frames: the link, an association, what comes in segments', () => {
    const aarq = bytesOf(`e6e600 ${AARQ}`);
    const aare = bytesOf(`e6e700 ${AARE}`);
    const get = bytesOf('e6e600 c001c1 0003 0100010800ff 02 00');
    const got = bytesOf('e6e700 c401c1 00 06 00002710');
    // Client 16 to the management logical device of the meter with lower address 17.
    const [meter, client] = [[0x02, 0x23], [0x21]];
    const seen = drive(dlms, [
      // SNRM and UA with parameters, as published with IEC 62056-46: their check sequences are not ours.
      up(bytesOf('7ea0070321930f017e')),
      down(bytesOf('7ea01e210373c37a8180120501800601800704000000010804000000 01533b7e')),
      up(encodeFrame(meter, client, 0x10, aarq)),
      down(encodeFrame(client, meter, 0x30, aare.subarray(0, 20), true)),
      up(encodeFrame(meter, client, 0x31)), // RR
      down(encodeFrame(client, meter, 0x32, aare.subarray(20))),
      up(encodeFrame(meter, client, 0x54, get)),
      down(encodeFrame(client, meter, 0x56, got)),
      up(encodeFrame(meter, client, 0x53)), // DISC
      down(encodeFrame(client, meter, 0x73)),
    ]);
    expect(seen.malformed).toEqual([]);
    expect(seen.messages.map((m) => m.type)).toEqual([
      'HDLC SNRM',
      'HDLC UA',
      'AARQ',
      'AARE',
      'GetRequest',
      'GetResponse',
      'HDLC DISC',
      'HDLC UA',
    ]);
    expect(seen.messages[1]!.link).toEqual({
      maxInformationTransmit: 128,
      maxInformationReceive: 128,
      windowTransmit: 1,
      windowReceive: 1,
    });
    expect(seen.messages[4]).toMatchObject({ framing: 'hdlc', source: 16, destination: 1, physical: 17 });
    expect(seen.values).toMatchObject([{ path: 'register 1.0.1.8.0.255 attribute 2', value: 10_000, target: 99 }]);
    expect(seen.sessions.map((s) => s.phase)).toEqual(['open', 'close']);
    const broken = encodeFrame(meter, client, 0x54, get);
    broken[14]! ^= 1;
    expect(drive(dlms, [up(broken)]).malformed).toMatchObject([{ code: 'dlms.hdlc', detail: 'frame check sequence' }]);
  });

  it('puts blocks together and says whose value it is', () => {
    // An array of two structures: 0102 0202 11 01 12 0002 0202 11 03 12 0004
    const whole = bytesOf('0102 0202 1101 120002 0202 1103 120004');
    const part = (from: number, to: number) =>
      [...whole.subarray(from, to)].map((x) => x.toString(16).padStart(2, '0')).join('');
    const seen = drive(dlms, [
      ask('c001c1 0015 0000100000ff 02 00'), // register monitor, thresholds
      tell(`c402c1 00 00000001 00 06 ${part(0, 6)}`),
      ask('c002c1 00000001'),
      tell(`c402c1 01 00000002 00 ${(whole.length - 6).toString(16).padStart(2, '0')} ${part(6, whole.length)}`),
    ]);
    expect(seen.messages.map((m) => m.block)).toEqual([
      undefined,
      { number: 1, last: false, size: 6 },
      { number: 1, last: false, size: 0 },
      { number: 2, last: true, size: whole.length - 6 },
    ]);
    expect(seen.commands.map((c) => [c.verb, c.object])).toEqual([
      ['read', 'register monitor 0.0.16.0.0.255 attribute 2'],
    ]);
    expect(seen.values.map((v) => [v.path, v.type, v.value])).toEqual([
      ['register monitor 0.0.16.0.0.255 attribute 2[0][0]', 'unsigned', 1],
      ['register monitor 0.0.16.0.0.255 attribute 2[0][1]', 'long-unsigned', 2],
      ['register monitor 0.0.16.0.0.255 attribute 2[1][0]', 'unsigned', 3],
      ['register monitor 0.0.16.0.0.255 attribute 2[1][1]', 'long-unsigned', 4],
    ]);
    // Set of an attribute in two blocks: told once, with what is written.
    const set = drive(dlms, [
      ask('c102c1 0003 0100010800ff 02 00 00 00000001 02 0600'),
      tell('c502c1 00000001'),
      ask('c103c1 01 00000002 03 000007'),
      tell('c503c1 00 00000002'),
    ]);
    expect(set.commands.map((c) => [c.verb, c.operation, c.outcome])).toEqual([['write', 'Set', 'accepted']]);
    expect(set.values.map((v) => [v.value, v.access])).toEqual([[7, 'write']]);
  });

  it('reads compact arrays, dates, bits and what may not be read', () => {
    const seen = drive(dlms, [
      // with list: the clock, and a register that is refused
      ask('c003c1 02 0008 0000010000ff 02 00 0003 0100020800ff 02 00'),
      tell('c403c1 02 00 090c 07e8050d010a141e00 ff88 80 01 03'),
      // compact array of structures { unsigned, long-unsigned }, two of them
      ask('c001c1 0001 0000600a00ff 02 00'),
      tell('c401c1 00 13 02 02 11 12 06 01 0002 03 0004'),
      ask('c001c1 0046 0000600300ff 02 00'),
      tell('c401c1 00 04 0b a540'),
    ]);
    expect(seen.malformed).toEqual([]);
    expect(seen.commands.map((c) => [c.object, c.outcome, c.reason])).toEqual([
      ['clock 0.0.1.0.0.255 attribute 2', 'accepted', undefined],
      ['register 1.0.2.8.0.255 attribute 2', 'refused', 'read-write denied (3)'],
      ['data 0.0.96.10.0.255 attribute 2', 'accepted', undefined],
      ['disconnect control 0.0.96.3.0.255 attribute 2', 'accepted', undefined],
    ]);
    expect(seen.values.map((v) => v.value)).toEqual([
      '2024-05-13 10:20:30.00 -120 min status 0x80',
      1,
      2,
      3,
      4,
      '10100101010',
    ]);
  });

  it('reads what a meter pushes, short names, errors, initiates and security headers', () => {
    const push = drive(dlms, [
      {
        toServer: true,
        bytes: encodeDlms(1, 16, bytesOf('0f 00000001 0c 07e8050d010a141e00ff8880 0202 0600000005 0f ff')),
      },
    ]);
    expect(push.messages[0]).toMatchObject({
      type: 'DataNotification',
      invokeId: 1,
      time: '2024-05-13 10:20:30.00 -120 min status 0x80',
    });
    expect(push.values.map((v) => [v.target, v.path, v.value])).toEqual([
      [1, 'push[0]', 5],
      [1, 'push[1]', -1],
    ]);
    const names = drive(dlms, [
      ask('05 02 02 fa00 04 fa08 02 1105'),
      tell('0c 02 00 06 00000009 01 02'),
      ask('06 01 02 fa00 01 1103'),
      tell('0d 01 00'),
    ]);
    expect(names.commands.map((c) => [c.verb, c.object, c.outcome, c.reason])).toEqual([
      ['read', 'short name 0xFA00', 'accepted', undefined],
      ['read', 'short name 0xFA08', 'refused', 'temporary failure (2)'],
      ['write', 'short name 0xFA00', 'accepted', undefined],
    ]);
    const refused = drive(dlms, [ask('c001c1 0003 0100010800ff 02 00'), tell('d8 01 02')]);
    expect(refused.commands).toMatchObject([
      { outcome: 'refused', reason: 'service not allowed: service not supported' },
    ]);
    const opened = drive(dlms, [ask(AARQ), tell(AARE)]);
    expect(opened.messages.map((m) => [m.applicationContext, m.initiate])).toEqual([
      [1, { version: 6, conformance: 0x007e1f, maxPduSize: 0x04b0, vaaName: -1 }],
      [1, { version: 6, conformance: 0x007e1f, maxPduSize: 0x04b0, vaaName: 7 }],
    ]);
    // AARE that refuses, and why; the responding AP title is a system title.
    const denied = drive(dlms, [
      ask(AARQ),
      tell('612b a109060760857405080101 a203020101 a305a10302010d a40a0408 4b414d4d00000001 be060404 0e010600'),
    ]);
    expect(denied.sessions).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('authentication failure') },
    ]);
    expect(denied.identities).toMatchObject([{ attribute: 'vendor', value: 'KAM' }]);
    // Sealed: the header is read; only signed: what is in it, too.
    const sealed = drive(dlms, [
      ask('c8 0a 30 00000007 0102030405'),
      ask('c8 1e 10 00000008 c001c1 0003 0100010800ff 02 00 000102030405060708090a0b'),
    ]);
    expect(sealed.messages.map((m) => [m.type, m.security?.encrypted, m.security?.invocationCounter])).toEqual([
      ['glo-GetRequest', true, 7],
      ['GetRequest', false, 8],
    ]);
    // A password that is set.
    const secret = drive(dlms, [ask('c101c1 000f 0000280000ff 07 00 0908 3132333435363738'), tell('c501c1 00')]);
    expect(JSON.stringify([secret.messages, secret.commands, secret.values])).not.toContain('12345678');
    expect(secret.commands).toMatchObject([{ verb: 'configure', outcome: 'accepted' }]);
  });

  it('survives anything, in pieces or not', () => {
    const talk = [
      ask(AARQ),
      tell(AARE),
      ask('c001c1 0007 0100630100ff 02 00'),
      tell('c401c1 00 0102 0202 06 00000001 12 0002 0202 06 00000002 12 0003'),
    ];
    sameInPieces(dlms, talk);
    const framed = [
      up(encodeFrame([0x02, 0x23], [0x21], 0x10, bytesOf(`e6e600 ${AARQ}`))),
      down(encodeFrame([0x21], [0x02, 0x23], 0x30, bytesOf(`e6e700 ${AARE}`))),
    ];
    sameInPieces(dlms, framed);
    hostile(dlms, [talk, framed]);
  });
});
