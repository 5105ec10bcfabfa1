/**
 * A synthetic site for tests: endpoints made by hand and short ways to say what happened on the wire.
 */
import type { Endpoint, EndpointTraffic, EndpointView, SubAddressKind } from '../core/endpoint.ts';
import type { At, Command, FlowSummary, Identity } from '../core/observation.ts';
import type { SiteModel } from '../core/site-model.ts';
import { createSiteModel, type SiteModelOptions } from './site-model.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class FakeEndpoints implements EndpointView {
  changes = 0;
  private readonly list: Endpoint[] = [];
  private readonly spoken: boolean[] = [];
  private readonly counters: Mutable<EndpointTraffic>[] = [];
  get count(): number {
    return this.list.length;
  }
  get(id: number): Endpoint {
    const e = this.list[id - 1];
    if (e === undefined) throw new Error(`no endpoint ${id}`);
    return e;
  }
  spoke(id: number): boolean {
    return this.spoken[id - 1] ?? false;
  }
  traffic(id: number): EndpointTraffic {
    return this.counters[id - 1]!;
  }
  add(e: Partial<Omit<Endpoint, 'id'>>): number {
    this.changes++;
    const id = this.list.length + 1;
    this.list.push({ segment: 0, vlan: 0, innerVlan: 0, ...e, id });
    this.spoken.push(false);
    this.counters.push({
      framesSent: 0,
      bytesSent: 0,
      framesReceived: 0,
      bytesReceived: 0,
      firstUs: 0,
      lastUs: 0,
      minTtl: 0,
      maxTtl: 0,
    });
    return id;
  }
  /** A frame from `id` at second `s` with this hop count (0: no IP). */
  says(id: number, s: number, ttl = 64): void {
    this.changes++;
    const t = this.counters[id - 1]!;
    this.spoken[id - 1] = true;
    if (t.framesSent === 0) t.firstUs = s * 1e6;
    t.framesSent++;
    t.bytesSent += 60;
    t.lastUs = s * 1e6;
    if (ttl === 0) return;
    t.minTtl = t.minTtl === 0 ? ttl : Math.min(t.minTtl, ttl);
    t.maxTtl = Math.max(t.maxTtl, ttl);
  }
}

export class World {
  readonly endpoints = new FakeEndpoints();
  readonly model: SiteModel;
  private frame = 0;
  private flows = 0;

  constructor(options: Partial<SiteModelOptions> = {}) {
    this.model = createSiteModel({ endpoints: this.endpoints, ...options });
    this.model.setSource({ id: 'test', offsetOf: (frame) => frame * 100 });
  }
  /** A host that speaks at second `s`. */
  host(mac: string | undefined, ip: string | undefined, s = 1, ttl = 64, more: Partial<Endpoint> = {}): number {
    const id = this.endpoints.add({
      ...more,
      ...(mac === undefined ? {} : { mac }),
      ...(ip === undefined ? {} : { ip }),
    });
    this.endpoints.says(id, s, ip === undefined ? 0 : ttl);
    return id;
  }
  child(parent: number, kind: SubAddressKind, address: string, answered: boolean, s = 1): number {
    const id = this.endpoints.add({ parent, sub: { kind, address } });
    if (answered) this.endpoints.says(id, s, 0);
    return id;
  }
  at(client: number, server: number, protocol: string, s = 1, flow = -1): At {
    const frame = ++this.frame;
    return {
      frame: frame + 1,
      requestFrame: frame,
      firstFrame: frame + 1,
      tsUs: s * 1e6,
      requestTsUs: s * 1e6,
      flow,
      client,
      server,
      sender: server,
      receiver: client,
      protocol,
    };
  }
  does(client: number, server: number, protocol: string, command: Partial<Command>, s = 1): void {
    this.model.command(this.at(client, server, protocol, s), {
      verb: 'read',
      operation: 'Read',
      target: server,
      outcome: 'accepted',
      ...command,
    });
  }
  is(endpoint: number, attribute: Identity['attribute'], value: string, confidence = 1, s = 1, via = 'Identity'): void {
    this.model.identity(this.at(0, endpoint, 'test', s), { endpoint, attribute, value, confidence, via });
  }
  holds(endpoint: number, ip: string, s = 1, via = 'ARP request'): void {
    this.model.name(this.at(endpoint, 0, 'arp', s), { endpoint, kind: 'ip', name: ip, via });
  }
  flow(client: number, server: number, service: string, more: Partial<FlowSummary> = {}): void {
    const flow: FlowSummary = {
      flow: this.flows++,
      client,
      server,
      transport: 'tcp',
      protocolNumber: 6,
      clientPort: 40_000,
      serverPort: 502,
      service,
      communityId: '',
      firstUs: 1e6,
      lastUs: 2e6,
      firstFrame: 1,
      clientPackets: 5,
      clientBytes: 500,
      serverPackets: 5,
      serverBytes: 700,
      decodedBytes: 1000,
      undecodedBytes: 200,
      missingBytes: 0,
      retransmissions: 0,
      tcpState: 'closed',
      encrypted: false,
      final: true,
      ...more,
    };
    this.model.flow(this.at(client, server, service, 2, flow.flow), flow);
  }
}
