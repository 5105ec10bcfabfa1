import { expect, it } from 'vitest';
import type { PeerRow } from '../../../api/assets.ts';
import { peerLines } from './peers.ts';

const row = (peer: string, port: number, over: Partial<PeerRow> = {}): PeerRow =>
  ({
    peer: { id: peer, address: peer, name: peer },
    side: 'server',
    protocol: '',
    transport: 'tcp',
    port,
    bytesIn: 60,
    bytesOut: 10,
    hasPayload: false,
    oneWay: false,
    firstAt: `2026-11-23T15:06:${port % 60}Z`,
    lastAt: `2026-11-23T15:06:${port % 60}Z`,
    ...over,
  }) as unknown as PeerRow;

it('ports that were tried without a word are one line for each peer, and nothing of them is lost', () => {
  const said = { protocol: 'modbus', hasPayload: true };
  const lines = peerLines([
    row('hmi', 502, said),
    row('scanner', 502),
    row('scanner', 102, { oneWay: true }),
    row('other', 502),
    row('scanner', 502),
    row('hmi', 502, said),
    // What is not recognised was said all the same.
    row('scanner', 4000, { hasPayload: true }),
    row('scanner', 80, { side: 'client' }),
  ]);
  expect(lines.map((l) => [l.peer.id, l.side, l.ports, l.bytesIn + l.bytesOut])).toEqual([
    ['hmi', 'server', ['tcp/502'], 70],
    ['scanner', 'server', ['tcp/502', 'tcp/102'], 210],
    ['other', 'server', ['tcp/502'], 70],
    ['hmi', 'server', ['tcp/502'], 70],
    ['scanner', 'server', ['tcp/4000'], 70],
    ['scanner', 'client', ['tcp/80'], 70],
  ]);
  expect(lines[1]).toMatchObject({ oneWay: false, firstAt: '2026-11-23T15:06:22Z', lastAt: '2026-11-23T15:06:42Z' });
});
