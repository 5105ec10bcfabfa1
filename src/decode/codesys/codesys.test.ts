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
  it('names the component of a V3 service', () => {
    const seen = drive(codesys, [up(ask), down(answer)], onTcp);
    expect(seen.commands).toMatchObject([
      { verb: 'invoke', operation: 'CmpApp', object: 'CmpApp service 16', outcome: 'accepted' },
    ]);
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
