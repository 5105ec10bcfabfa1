import { expect, it } from 'vitest';
import type { FlowSummary } from '../core/observation.ts';
import type { FlowRow } from '../core/site-model.ts';
import { seededRandom } from '../lib/random.ts';
import { PendingFlows } from './pending-flows.ts';

const SEED = 7;

const summary = (flow: number, n: number, final: boolean): FlowSummary => ({
  flow,
  client: 1 + (n % 7),
  server: 2 + (n % 5),
  transport: (['tcp', 'udp', 'icmp', 'ip', 'ethernet'] as const)[n % 5]!,
  protocolNumber: n % 2 === 0 ? 6 : 0x88cc,
  clientPort: 65_535 - (n % 9),
  serverPort: n % 65_536,
  service: ['', 'modbus', 's7comm'][n % 3]!,
  communityId: `1:${flow}-${n}`,
  firstUs: 1.7e15 + n,
  lastUs: 1.7e15 + 2 * n,
  firstFrame: 2 ** 33 + n,
  clientPackets: n,
  clientBytes: 2 ** 40 + n,
  serverPackets: n + 1,
  serverBytes: n * 3,
  decodedBytes: n * 2,
  undecodedBytes: n,
  missingBytes: n % 3,
  retransmissions: n % 4,
  tcpState: ['', 'new', 'established', 'closed', 'reset', 'rejected'][n % 6]!,
  encrypted: n % 2 === 1,
  final,
});

/** All rows, oldest first. */
const rows = (p: PendingFlows): FlowRow[] => {
  const out: FlowRow[] = [];
  for (let slot = p.oldest; slot >= 0; slot = p.newer(slot)) out.push(p.row(slot, `s${p.source(slot)}`));
  return out;
};

it(`keeps what a map in order of last use keeps (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const below = (n: number): number => Math.floor(random.uniform() * n);
  const pending = new PendingFlows();
  const plain = new Map<string, FlowRow>();
  for (let n = 0; n < 20_000; n++) {
    const source = below(3);
    const flow = below(1500);
    const key = `${source} ${flow}`;
    expect(pending.has(source, flow)).toBe(plain.has(key));
    const f = summary(flow, n, below(4) === 0);
    pending.put(source, f);
    plain.delete(key);
    plain.set(key, { ...f, source: `s${source}` });
    // The oldest leaves; or one in the middle, as those that are over do.
    if (below(3) === 0) {
      let slot = pending.oldest;
      for (let steps = below(4); steps > 0 && pending.newer(slot) >= 0; steps--) slot = pending.newer(slot);
      plain.delete(`${pending.source(slot)} ${pending.row(slot, '').flow}`);
      pending.remove(slot);
    }
    expect(pending.size).toBe(plain.size);
    if (n % 2000 === 0) expect(rows(pending)).toEqual([...plain.values()]);
  }
  expect(rows(pending)).toEqual([...plain.values()]);
  expect(pending.ended).toBe([...plain.values()].filter(({ final }) => final).length);
  while (pending.oldest >= 0) pending.remove(pending.oldest);
  expect([pending.size, pending.ended]).toEqual([0, 0]);
});
