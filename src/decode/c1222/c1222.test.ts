import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { c1222 } from './index.ts';
import { probeC1222 } from './wire.ts';

const LOGON = bytesOf(`
  60 3e                                                    # ACSE
  a2 11 06 0f 2b 06 01 04 01 82 85 63 8e 7f 85 f1 c2 4e 00 # called title
  a6 0a 06 08 2b 06 01 04 01 82 85 63                      # calling title
  a8 06 02 04 13 e8 14 21                                  # calling invocation
  be 15 28 13 81 11 80                                     # user information, EXTERNAL, octets, control: clear, always answer
  0f 50 12 34 68656c6c6f776f726c64 00 00                   # logon: user id, name, time-out
`);
const LOGGED_ON = bytesOf(
  '6032 a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 a806020413e81421 be09280781058003000000',
);
const READ = bytesOf(
  '6036 a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81422 be0d280b810980 07 31 0017 0000 0001',
);
const DATA = bytesOf(
  '603b a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 a806020413e81422 be12281081 0e80 0c 00 0008 7465737464617461 00',
);
/** IEEE Std 1703, annex: ciphertext with authentication. */
const SECRET = bytesOf(
  '604f a20580037bc175 a60480027b04 a803020103 ac0fa20da00ba109800102810448f3d061 be2a28288126 88 41d10cda76206811b36f781489a11997773e117cb07aa3aa40374a7107c50da7f7 99c5d4e8',
);

describe('ANSI C12.22', () => {
  it('reads a logon and a table', () => {
    const seen = drive(c1222, [up(LOGON), down(LOGGED_ON), up(READ), down(DATA)]);
    expect(seen.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted', user: 'helloworld' }]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.object, c.outcome])).toEqual([
      ['authenticate', 'Logon', 'Logon', 'accepted'],
      ['read', 'Partial Read 1', 'table 23 (current register data) index 0', 'accepted'],
    ]);
    expect(seen.values).toMatchObject([
      { path: 'table 23 (current register data) index 0', value: 'testdata', access: 'read' },
    ]);
    expect(seen.names.map((n) => n.name)).toContain('ApTitle 1.3.6.1.4.1.33507.1919.12345678.0');
  });

  it('masks the password of the security service', () => {
    const security = new Uint8Array([
      0x60,
      30,
      0xbe,
      28,
      0x28,
      26,
      0x81,
      24,
      0x80,
      21,
      0x51,
      ...new Array(20).fill(0x70),
      0,
    ]);
    const seen = drive(c1222, [up(security)]);
    expect(seen.messages[0]!.services[0]!.fields).toEqual({ password: '(masked)' });
    expect(seen.sessions).toMatchObject([{ phase: 'authenticate', clearCredential: true }]);
  });

  it('names procedures that restart or switch', () => {
    // full write of table 7: procedure 21, sequence 1; checksum
    const load = bytesOf('6014 be12 2810 810e 80 0a 40 0007 0004 15 00 01 ff 00 00 00');
    expect(drive(c1222, [up(load)]).commands).toMatchObject([
      { verb: 'control', operation: 'Direct Load Control', object: 'procedure 21' },
    ]);
  });

  it('keeps encrypted services apart', () => {
    const seen = drive(c1222, [up(SECRET)]);
    expect(seen.messages[0]!.encrypted).toHaveLength(33);
    expect(seen.messages[0]!.authentication).toMatchObject({ kind: 'c1222', keyId: 2, iv: '48f3d061' });
    expect(seen.messages[0]!.services).toEqual([]);
  });

  it('reads the steps of an authentication of C12.21, and octets of another kind', () => {
    const authenticated = (value: string) => {
      const elements = bytesOf(`a803020106 ${value} be07 2805 8103 80 20 00`);
      return drive(c1222, [up(Uint8Array.of(0x60, elements.length, ...elements))]).messages[0]?.authentication;
    };
    // EXTERNAL { single-ASN1-type [0] { C12.21 [0] { identification [0], request [1] or response [2] } } } (5.3.4.8)
    expect(authenticated('ac06 a204 a002 a000')).toMatchObject({ kind: 'c1221', step: -1 });
    const step = (tag: string) => `ac09 a207 a005 a003 ${tag} 01 2a`;
    for (const [tag, step_] of [
      ['80', 0x80],
      ['81', 0x81],
      ['82', 0x82],
    ] as const)
      expect(authenticated(step(tag))).toMatchObject({ kind: 'c1221', step: step_, octets: Uint8Array.of(0x2a) });
    expect(authenticated('ac06 a204 8102 0102')).toMatchObject({ kind: 'octets', octets: Uint8Array.of(1, 2) });
    expect(authenticated('ac09 a207 020105 8102 0102')).toMatchObject({ kind: 'octets', indirectReference: true });
  });

  it('is sure only of its own elements', () => {
    for (const b of [LOGON, DATA, SECRET]) expect(probeC1222(b, 0, b.length)).toBe('sure');
    expect(probeC1222(LOGON, 0, 20)).toBe('more');
    // An AARQ of MMS: application context, then SEQUENCE in the EXTERNAL.
    const aarq = bytesOf('6012 a1070605 28ca220203 be0728050201 03a000');
    expect(probeC1222(aarq, 0, aarq.length)).toBe('no');
  });

  it('survives anything, in pieces or not', () => {
    const talk = [up(LOGON), down(LOGGED_ON), up(READ), down(DATA), up(SECRET)];
    sameInPieces(c1222, talk);
    hostile(c1222, [talk.slice(0, 2), talk.slice(2)]);
  });

  it('reads the user of a security service by its length, with a logon before it or without', () => {
    const password = '70617373776f726420202020202020202020 2020';
    const wrap = (service: string): Uint8Array => bytesOf(`6026 a8030201 05 be1f 281d 811b 80 ${service} 00000000`);
    const seen = drive(c1222, [
      up(wrap(`15 51 ${password}`)),
      up(bytesOf(`6026 a803020106 be1f 281d 811b 80 17 51 ${password} 1234 0000`)),
    ]);
    expect(seen.messages.map((m) => m.services[0]?.fields)).toEqual([
      { password: '(masked)' },
      { password: '(masked)', userId: 0x1234 },
    ]);
  });
});
