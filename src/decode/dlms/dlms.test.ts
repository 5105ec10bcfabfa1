import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
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

  it('survives anything, in pieces or not', () => {
    const talk = [
      ask(AARQ),
      tell(AARE),
      ask('c001c1 0007 0100630100ff 02 00'),
      tell('c401c1 00 0102 0202 06 00000001 12 0002 0202 06 00000002 12 0003'),
    ];
    sameInPieces(dlms, talk);
    hostile(dlms, [talk]);
  });
});
