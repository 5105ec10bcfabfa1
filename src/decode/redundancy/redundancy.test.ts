import { describe, expect, it } from 'vitest';
import { contextOf, octets, recorder, torture } from '../../../test/datagram-harness.ts';
import type { Decoder, Message } from '../../core/decoder.ts';
import { dlr, mrp, supervision } from './index.ts';

/** MRP_Test: priority, source, port role, ring state (the first argument), transitions, time; then MRP_Common. */
const mrpTest = (ringState: string) =>
  octets(
    '0001' + // version
      `02 12 8000 001122334455 0000 ${ringState} 0003 00000064` + // type 2, 18 octets
      '01 12 0007 c3d687fe789e03a1acdbe5bfcbbc27b6' + // common: sequence 7, domain
      '0000', // end
  );
const MRP_DOWN = octets('0001 04 0c 001122334466 0000 0014 0000 01 12 0008 ffffffffffffffffffffffffffffffff 0000');
/** Beacon: sub type 2, version 1, type 1, port 0, 192.168.1.1, sequence 5; then state, precedence, interval, timeout. */
const beacon = (state: string) =>
  octets(`02 01 01 00 c0a80101 00000005 ${state} 0a 00000190 000007a8 ${'00'.repeat(20)}`);
const SUPERVISION = octets('0001 0009 14 06 0030deadbeef 1e 06 0030deadbe01 0000');

const say = <M extends Message, S>(decoder: Decoder<M, S>, ...frames: Uint8Array[]) => {
  const { out, sink } = recorder();
  const state = decoder.open();
  for (const b of frames) {
    expect(decoder.probe(b, 0, b.length, contextOf())).toBe('sure');
    const d = decoder.decode(b, 0, b.length, contextOf(), state);
    if (d.kind !== 'message') throw new Error(JSON.stringify(d));
    decoder.observe({ request: d.message, response: undefined, state: 'single', at: contextOf() }, sink, state);
  }
  return out;
};

describe('redundancy', () => {
  it('follows the state of an MRP ring', () => {
    const out = say(mrp, mrpTest('0001'), mrpTest('0001'), mrpTest('0000'), MRP_DOWN);
    expect(out.items.map((x) => [x.path, x.value])).toEqual([
      ['MRP ring c3d687fe-789e-03a1-acdb-e5bfcbbc27b6', 'closed'],
      ['MRP ring c3d687fe-789e-03a1-acdb-e5bfcbbc27b6', 'open'],
    ]);
    expect(out.weirds.map((x) => x.code)).toEqual(['mrp.ring-open', 'mrp.link-down']);
    expect(out.identities).toMatchObject([{ attribute: 'description', value: 'MRP ring manager' }]);
  });
  it('follows the state of a device level ring', () => {
    const out = say(dlr, beacon('01'), beacon('01'), beacon('02'));
    expect(out.names).toMatchObject([{ kind: 'ip', name: '192.168.1.1' }]);
    expect(out.items.map((x) => x.value)).toEqual(['normal', 'fault']);
    expect(out.weirds.map((x) => x.code)).toEqual(['dlr.ring-fault']);
  });
  it('knows nodes of PRP, once', () => {
    const out = say(supervision, SUPERVISION, SUPERVISION);
    expect(out.identities.map((x) => x.value)).toEqual([
      'PRP node (discards duplicates) behind the redundancy box 00:30:de:ad:be:01',
    ]);
    expect([...out.mentioned].map((id) => out.endpoints[id])).toEqual(['00:30:de:ad:be:ef']);
  });
  it('survives truncation and mutations', () => {
    expect(torture(mrp, [mrpTest('0001'), MRP_DOWN], 1, 7000).message).toBeGreaterThan(500);
    expect(torture(dlr, [beacon('01')], 2, 7000).message).toBeGreaterThan(500);
    expect(torture(supervision, [SUPERVISION], 3, 7000).message).toBeGreaterThan(500);
  });
});
