import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, drive, hostile, up } from '../../../test/decoding.ts';
import { readFrames } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { cclinkIe } from './index.ts';

const onEthernet = { carrier: 'ethernet', protocolNumber: 0x890f };
const setup = bytesOf(`
  13 01      # setup
  0001       # node 1
  00 00      # no connection, node type
  0001       # source station 1
  0100 0000`);
const transient = bytesOf('22 05 0000 13 01 0000 01 000000');

describe('cclink-ie', () => {
  it('tells frames, stations and what configures them', () => {
    const seen = drive(cclinkIe, [up(setup), up(transient)], onEthernet);
    expect(seen.messages).toMatchObject([
      { type: 'setup', nodeId: 1, sourceNode: 1 },
      { type: 'transient 1', connection: 0x13, sourceNode: 0 },
    ]);
    expect(seen.commands.map((c) => `${c.verb} ${c.operation} ${c.outcome}`)).toEqual([
      'configure setup unconfirmed',
      'invoke transient 1 unconfirmed',
    ]);
    expect(seen.names).toMatchObject([{ name: 'station 1' }]);
  });
  it('refuses what is none, stays whole, costs little', () => {
    expect(cclinkIe.probe(bytesOf('ff00 0000 0000 0000'), 0, 8, contextOf(onEthernet))).toBe('no');
    hostile(cclinkIe, [[up(setup), up(transient)]], onEthernet);
    expect(costUs(cclinkIe, setup, onEthernet)).toBeLessThan(5);
  });
});

describeShared('cclink-ie on real captures', () => {
  it('reads every frame of the collection', async () => {
    // Straight from the frames: the same frame again within microseconds is a copy to the product.
    const frames = await readFrames(sharedCapture('cclink-ie-field/nttcom-CCLinkIENoIP.test1'));
    const seen = drive(
      cclinkIe,
      frames.map((f) => up(f.bytes.slice(14))),
      onEthernet,
    );
    const types = new Map<string, number>();
    for (const message of seen.messages) types.set(message.type, (types.get(message.type) ?? 0) + 1);
    expect(seen.messages).toHaveLength(500);
    // As the collection's own log counts them.
    expect(['parameter check', 'setup', 'token', 'timer', 'transient 1'].map((t) => types.get(t))).toEqual([
      26, 22, 18, 23, 29,
    ]);
  });
});
