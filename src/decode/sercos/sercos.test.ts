import { describe, expect, it } from 'vitest';
import { contextOf, octets, recorder, torture } from '../../../test/datagram-harness.ts';
import { sercos } from './index.ts';

/** MST header: type (bit 6 AT, bit 7 secondary), phase, CRC; then what is not read. */
const telegram = (type: string, phase: string) => octets(`${type} ${phase} 01020304 ${'00'.repeat(40)}`);

describe('sercos', () => {
  it('follows the phase of the master', () => {
    const { out, sink } = recorder();
    const state = sercos.open();
    for (const b of [telegram('00', '03'), telegram('41', '03'), telegram('00', '84'), telegram('80', '04')]) {
      expect(sercos.probe(b, 0, b.length, contextOf())).toBe('sure');
      const d = sercos.decode(b, 0, b.length, contextOf(), state);
      if (d.kind !== 'message') throw new Error(d.kind);
      sercos.observe({ request: d.message, response: undefined, state: 'single', at: contextOf() }, sink, state);
    }
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual(['role=plc', 'mode=CP3', 'mode=CP4']);
  });
  it('knows the slaves of a ring by what they write on its first telegram', () => {
    // AT0 in CP0: two slaves took the numbers 1 and 2, so that the third would take 3; other places are free.
    const ring = octets(`40 00 01020304 0300 0c00 0500 ${'ffff'.repeat(20)}`);
    const { out, sink } = recorder();
    const state = sercos.open();
    for (let i = 0; i < 2; i++) {
      const d = sercos.decode(ring, 0, ring.length, contextOf(), state);
      if (d.kind !== 'message') throw new Error(d.kind);
      expect(d.message).toMatchObject({ type: 'SERCOS AT', phase: 0, slaves: 2, addresses: [12, 5] });
      sercos.observe({ request: d.message, response: undefined, state: 'single', at: contextOf() }, sink, state);
    }
    expect(out.names.map((x) => x.name)).toEqual(['SERCOS address 12', 'SERCOS address 5']);
  });
  it('says what contradicts itself, and survives mutations', () => {
    const b = telegram('00', '0b');
    expect(sercos.decode(b, 0, b.length, contextOf(), sercos.open())).toMatchObject({ code: 'sercos.phase' });
    expect(torture(sercos, [telegram('41', '04'), telegram('40', '00')], 9, 5000).message).toBeGreaterThan(500);
  });
});
