/** A site's rows come back from the store as they went in, whatever is in them. */
import { describe, expect, it } from 'vitest';
import type { PointRow, SiteRows } from '../core/site-model.ts';
import { loadSite, openMemoryStore, siteBatch } from './index.ts';

const evidence = [{ source: 'f1', frame: 7, offset: 40 }];
const point: PointRow = {
  id: 1,
  target: 2,
  protocol: 'modbus',
  path: 'holding 40',
  type: 'u16',
  value: 2n ** 63n - 1n,
  quality: 'good',
  firstUs: 1,
  lastUs: 2,
  lastChangeUs: 2,
  reads: 5,
  writes: 1,
  changes: 1,
  cadenceUs: 0.25,
  lastReader: 0,
  lastWriter: 3,
  min: Number.POSITIVE_INFINITY,
  max: Number.NaN,
  area: 'holding',
  address: 40,
  sampledUs: 2,
};
const traffic = {
  framesSent: 1,
  bytesSent: 2,
  framesReceived: 3,
  bytesReceived: 4,
  firstUs: 5,
  lastUs: 6,
  minTtl: 7,
  maxTtl: 8,
};
const counters = {
  clientPackets: 1,
  serverPackets: 2,
  clientBytes: 3,
  serverBytes: 2 ** 40,
  decodedBytes: 5,
  undecodedBytes: 6,
  missingBytes: 7,
  firstUs: 8,
  lastUs: 9,
  encrypted: true,
};
const rows: SiteRows = {
  endpoints: [
    {
      id: 1,
      segment: 0,
      vlan: 10,
      innerVlan: 0,
      mac: '00:11:22:33:44:55',
      ip: '10.0.0.1',
      spoke: true,
      traffic,
      seen: evidence[0]!,
    },
    {
      id: 2,
      segment: 0,
      vlan: 0,
      innerVlan: 0,
      tunnel: 'vxlan 42 a>b',
      parent: 1,
      sub: { kind: 'modbus-unit', address: '3' },
      spoke: false,
      traffic,
    },
  ],
  memberships: [{ endpoint: 1, asset: 'a1', fromUs: 1, toUs: 0 }],
  facts: [
    {
      id: 1,
      endpoint: 1,
      attribute: 'model',
      value: "CPU 315-2 'PN'",
      confidence: 0.75,
      via: 'SZL',
      protocol: 's7comm',
      origin: 'observed',
      firstUs: 1,
      lastUs: 2,
      count: 3,
      evidence,
      order: 5,
      removed: false,
    },
  ],
  modules: [
    {
      id: 1,
      endpoint: 1,
      slot: '2',
      vendor: 'v',
      model: 'm',
      orderNumber: 'o',
      firmware: 'f',
      serial: 's',
      present: true,
      via: 'x',
      evidence,
    },
  ],
  runs: [
    {
      id: 1,
      target: 2,
      client: 3,
      protocol: 'modbus',
      area: 'holding',
      start: 0,
      count: 10,
      write: false,
      uses: 7,
      lastUs: 9,
      cadenceUs: 1e6,
    },
  ],
  points: [
    point,
    { ...point, id: 2, value: '{"bigint":"1"}' },
    { ...point, id: 3, value: Number.NaN },
    { ...point, id: 4, value: false },
    { ...point, id: 5, value: '' },
  ],
  conversations: [
    {
      id: 'c1',
      number: 1,
      client: 1,
      server: 2,
      protocol: 'modbus',
      transport: 'tcp',
      serverPort: 502,
      flows: 1,
      verbs: { read: 3, write: 1 },
      refused: 0,
      unanswered: 0,
      oneWayFlows: 1,
      communityId: '1:abc=',
      state: 'established',
      ...counters,
    },
  ],
  flows: [
    {
      source: 'f1',
      flow: 3_000_000_000,
      client: 1,
      server: 2,
      transport: 'tcp',
      protocolNumber: 6,
      clientPort: 50_000,
      serverPort: 502,
      service: 'modbus',
      communityId: '1:x',
      firstFrame: 1,
      retransmissions: 0,
      tcpState: 'established',
      final: true,
      ...counters,
    },
  ],
  commands: [
    {
      id: 1,
      verb: 'write',
      protocol: 'modbus',
      operation: 'Write',
      client: 1,
      target: 2,
      object: 'holding 40',
      value: undefined,
      outcome: 'accepted',
      reason: '',
      user: '',
      count: 1,
      firstUs: 1,
      lastUs: 1,
      evidence,
      lastEvidence: evidence,
    },
  ],
  sessions: [
    {
      id: 1,
      protocol: 'ftp',
      phase: 'authenticate',
      client: 1,
      server: 2,
      user: 'u',
      outcome: 'refused',
      clearCredential: true,
      detail: '',
      count: 1,
      firstUs: 1,
      lastUs: 1,
      evidence,
    },
  ],
  weirds: [
    {
      id: 1,
      protocol: 'modbus',
      code: 'x',
      detail: 'y',
      client: 1,
      server: 2,
      count: 1,
      firstUs: 1,
      lastUs: 1,
      evidence,
    },
  ],
  changes: [{ id: 1, tsUs: 1, endpoint: 1, what: 'firmware', before: '1', after: '2', evidence }],
  aliases: [{ id: 1, client: 1, server: 2, ofClient: 3, ofServer: 4, count: 5 }],
  overrides: [{ id: 1, kind: 'merge', endpoints: [1, 2], active: true }],
  limits: [{ limit: 'points', dropped: 3 }],
};

describe('rows of a site', () => {
  it('come back as they went in, of this site only', async () => {
    const store = await openMemoryStore({ nowUs: () => 1 });
    await store.writer.submit(siteBatch('s1', 'f1', rows, [], 1));
    await store.writer.submit(siteBatch('s2', 'f1', rows, [], 1));
    const back: Record<string, unknown[]> = {};
    await loadSite(store, 's1', (part) => {
      for (const [name, list] of Object.entries(part)) back[name] = [...(back[name] ?? []), ...list];
    });
    expect(back).toEqual(rows);
    await store.close();
  });
});
