import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  contextOf,
  costUs,
  down,
  drive,
  hostile,
  join,
  sameInPieces,
  textBytes,
  up,
} from '../../../test/decoding.ts';
import { codesys, encodeV3 } from './index.ts';

const onTcp = { carrier: 'tcp', serverPort: 11740 };
const onUdp = { carrier: 'udp', serverPort: 1740 };
const ask = encodeV3(0x02, 0x10, true);
const answer = encodeV3(0x82, 0x10, true);
const wide = (text: string) => Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0), 0]));
const named = join(
  bytesOf('c5 6b 40 04 00 11 0000 0400'),
  wide('PLC_7\0'),
  wide('Control Win V3\0'),
  wide('3S GmbH\0'),
);
const field = (text: string) => join(textBytes(text), new Uint8Array(32 - text.length));
const v2Ask = bytesOf('bbbb 01000000 01');
const v2Answer = join(
  bytesOf('bbbb 9a000000 01'),
  new Uint8Array(57),
  field('Nucleus PLUS'),
  field('1.14.17'),
  field('WAGO 750-841'),
);

describe('codesys', () => {
  it('names the services of V3, what they are about, and those that no list has by number', () => {
    // Tag 0x81 (its identifier takes two groups) holds tag 0x10, the application's name.
    const name = bytesOf('8101 06 10 04 41707000');
    const run = (component: number, service: number, body: Uint8Array, reply: Uint8Array) =>
      drive(
        codesys,
        [up(encodeV3(component, service, true, body)), down(encodeV3(component | 0x80, service, true, reply))],
        onTcp,
      );
    const empty = new Uint8Array(0);
    expect(drive(codesys, [up(ask), down(answer)], onTcp).commands).toMatchObject([
      { verb: 'mode-change', operation: 'Start', object: 'CmpApp', outcome: 'accepted' },
    ]);
    expect(run(2, 0x11, name, empty).commands).toMatchObject([
      { verb: 'mode-change', operation: 'Stop', object: 'App', outcome: 'accepted' },
    ]);
    // TAG_ERROR with result 0x10 (2 octets): refused.
    expect(run(2, 5, name, bytesOf('ff7f 02 1000')).commands).toMatchObject([
      { verb: 'program-download', operation: 'Download', object: 'App', outcome: 'refused', reason: 'result 16' },
    ]);
    expect(run(8, 2, bytesOf('01 0a 2f626f6f742e617070 00'), empty).commands).toMatchObject([
      { verb: 'program-download', operation: 'Start File Download', object: '/boot.app' },
    ]);
    expect(run(17, 1, bytesOf('10 05 6563686f00 12 03 686900'), empty).commands).toMatchObject([
      { verb: 'invoke', operation: 'Shell Command', object: 'echo hi' },
    ]);
    expect(run(27, 3, empty, empty).commands).toMatchObject([{ verb: 'force', operation: 'Force Variables' }]);
    expect(run(9, 7, empty, empty).commands).toMatchObject([
      { verb: 'invoke', operation: 'CmpIecVarAccess', object: 'CmpIecVarAccess service 7' },
    ]);
  });
  it('says who logs in, never with what, and who answers', () => {
    // Crypt type (its length filled up with groups of zero), credentials: user, password.
    const login = bytesOf('22 848000 01000000 8101 14 10 06 61646d696e00 11 0a 73656372657421212100');
    const seen = drive(
      codesys,
      [
        up(encodeV3(1, 2, true, login)),
        down(encodeV3(0x81, 2, true, bytesOf('8201 08 20 02 1900 21 02 0000'))),
        up(encodeV3(1, 1, true)),
        down(encodeV3(0x81, 1, true, join(bytesOf('02 0c'), wide('PLC_1\0'), bytesOf('03 08 41636d6520204700')))),
      ],
      onTcp,
    );
    expect(seen.sessions).toMatchObject([{ phase: 'authenticate', outcome: 'refused', user: 'admin' }]);
    expect(seen.commands).toMatchObject([
      { verb: 'authenticate', operation: 'Log In', user: 'admin', outcome: 'refused', reason: 'result 25' },
      { verb: 'discover', operation: 'Read Target Identity' },
    ]);
    expect(JSON.stringify([seen.messages, seen.commands])).not.toContain('secret');
    expect(seen.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual(['model PLC_1', 'vendor Acme  G']);
  });
  it('learns who a V3 node and a V2 controller are', () => {
    const v3 = drive(codesys, [down(named)], onUdp);
    expect(v3.messages[0]!.texts).toEqual(['PLC_7', 'Control Win V3', '3S GmbH']);
    const v2 = drive(codesys, [up(v2Ask), down(v2Answer)], { ...onTcp, serverPort: 2455 });
    expect(v2.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'os Nucleus PLUS',
      'firmware 1.14.17',
      'model WAGO 750-841',
    ]);
    expect(v2.commands).toMatchObject([{ verb: 'discover', operation: 'CODESYS V2 Info', outcome: 'accepted' }]);
  });
  it('probes by content, goes in pieces, stays whole, costs little', () => {
    expect(codesys.probe(ask, 0, ask.length, contextOf(onTcp))).toBe('sure');
    expect(codesys.probe(encodeV3(1, 2, false), 0, 40, contextOf(onUdp))).toBe('sure');
    expect(codesys.probe(named, 0, named.length, contextOf(onUdp))).toBe('maybe');
    expect(codesys.probe(textBytes('BB'), 0, 2, contextOf(onTcp))).toBe('no');
    sameInPieces(codesys, [up(ask), down(answer)], onTcp);
    hostile(
      codesys,
      [
        [up(ask), down(answer)],
        [up(v2Ask), down(v2Answer)],
      ],
      onTcp,
    );
    hostile(codesys, [[up(encodeV3(1, 2, false))], [down(named)]], onUdp);
    expect(costUs(codesys, ask, onTcp)).toBeLessThan(10);
  });
});
