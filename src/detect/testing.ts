/** A small plant for tests of detectors: named hosts, short ways to say what happened, time that is told. */
import type { Learning } from '../core/detector.ts';
import type { Finding } from '../core/finding.ts';
import {
  type At,
  type Attribute,
  type Command,
  type FlowSummary,
  type Name,
  type Session,
  type ValueBlock,
  type ValueItem,
  VERBS,
} from '../core/observation.ts';
import type { Role } from '../core/site.ts';
import { seededRandom } from '../lib/random.ts';
import { FakeEndpoints } from '../observe/testing.ts';
import { createDetection, type Detection, type DetectionOptions } from './index.ts';

export const SECOND = 1e6;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** 2026-01-05 00:00 UTC, a Monday. */
export const START = 1_767_571_200 * SECOND;

const FAMILIES: Readonly<Record<string, 'ot' | 'it' | 'network' | 'iiot'>> = {
  modbus: 'ot',
  s7comm: 'ot',
  enip: 'ot',
  iec104: 'ot',
  opcua: 'ot',
  'profinet-dcp': 'ot',
  mqtt: 'iiot',
  smb: 'it',
  rdp: 'it',
  http: 'it',
  ssh: 'it',
  tls: 'it',
  dns: 'network',
  arp: 'network',
  dhcp: 'network',
};

export class Scene {
  readonly endpoints = new FakeEndpoints();
  readonly detection: Detection;
  readonly found: Finding[] = [];
  readonly roles = new Map<number, Role>();
  readonly levels = new Map<number, number>();
  now = START;
  #frame = 0;
  #flow = 0;
  readonly #names = new Map<string, number>();

  constructor(options: Partial<DetectionOptions> = {}) {
    this.detection = createDetection({
      endpoints: this.endpoints,
      role: (e) => this.roles.get(e) ?? 'unknown',
      level: (e) => this.levels.get(e) ?? Number.NaN,
      family: (p) => FAMILIES[p] ?? '',
      ...options,
    });
    this.detection.setSource({ id: 'scene', offsetOf: (frame) => frame * 100 });
    this.detection.tick(this.now);
  }

  /** A host by its IP; the same for the same IP. */
  host(ip: string, role: Role = 'unknown', level = Number.NaN, mac?: string, vlan = 0): number {
    const name = `${ip} ${mac ?? ''}${vlan === 0 ? '' : ` ${vlan}`}`;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const n = this.endpoints.count + 1;
    const id = this.endpoints.add({
      ip,
      vlan,
      mac: mac ?? `00:80:f4:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`,
    });
    this.endpoints.says(id, 1);
    this.#names.set(name, id);
    this.roles.set(id, role);
    this.levels.set(id, level);
    return id;
  }

  /** The same hosts, time and frame numbers as another scene: as after a restart. */
  continueFrom(other: Scene): void {
    for (let id = 1; id <= other.endpoints.count; id++) {
      const { id: _, ...e } = other.endpoints.get(id);
      this.endpoints.add(e);
    }
    for (const [k, v] of other.#names) this.#names.set(k, v);
    for (const [k, v] of other.roles) this.roles.set(k, v);
    for (const [k, v] of other.levels) this.levels.set(k, v);
    this.found.push(...other.found.map((f) => ({ ...f })));
    this.now = other.now;
    this.#frame = other.#frame;
    this.#flow = other.#flow;
  }

  /** Lets frame time pass in ticks of at most `step`. */
  pass(us: number, step = 30 * MINUTE): void {
    const end = this.now + us;
    while (this.now < end) {
      this.now = Math.min(end, this.now + step);
      this.detection.tick(this.now);
    }
  }

  at(client: number, server: number, protocol: string, flow = -1): At {
    this.#frame += 2;
    const frame = this.#frame;
    return {
      frame,
      requestFrame: frame - 1,
      firstFrame: frame,
      tsUs: this.now,
      requestTsUs: this.now,
      flow,
      client,
      server,
      sender: server > 0 ? server : client,
      receiver: server > 0 ? client : server,
      protocol,
    };
  }

  command(client: number, server: number, protocol: string, c: Partial<Command>): void {
    this.detection.command(this.at(client, server, protocol), {
      verb: 'read',
      operation: 'Read',
      target: server,
      outcome: 'accepted',
      ...c,
    });
  }
  read(client: number, server: number, object = 'holding registers 0..9', protocol = 'modbus'): void {
    this.command(client, server, protocol, { object });
  }
  write(client: number, server: number, object: string, value: number, protocol = 'modbus'): void {
    this.command(client, server, protocol, { verb: 'write', operation: 'Write', object, value });
  }
  values(client: number, server: number, block: Partial<ValueBlock>, protocol = 'modbus'): void {
    const values = block.values ?? [0];
    this.detection.values(this.at(client, server, protocol), {
      target: server,
      area: 'holding',
      start: 0,
      count: values.length,
      access: 'write',
      ...block,
      values,
    });
  }
  value(client: number, server: number, item: Partial<ValueItem>, protocol = 's7comm'): void {
    this.detection.value(this.at(client, server, protocol), {
      target: server,
      path: 'DB1.DBD0',
      type: 'REAL',
      value: 0,
      access: 'write',
      ...item,
    });
  }
  session(client: number, server: number, protocol: string, s: Partial<Session>): void {
    this.detection.session(this.at(client, server, protocol), { phase: 'authenticate', outcome: 'accepted', ...s });
  }
  name(sender: number, endpoint: number, kind: Name['kind'], name: string, via = 'ARP reply', protocol = 'arp'): void {
    this.detection.name(this.at(sender, 0, protocol), { endpoint, kind, name, via });
  }
  identity(endpoint: number, attribute: Attribute, value: string, asker: number, protocol: string): void {
    this.detection.identity(this.at(asker, endpoint, protocol), {
      endpoint,
      attribute,
      value,
      confidence: 1,
      via: 'its answer',
    });
  }
  weird(client: number, server: number, protocol: string, code: string, detail = ''): void {
    this.detection.weird(this.at(client, server, protocol), { code, detail });
  }
  flow(client: number, server: number, service: string, more: Partial<FlowSummary> = {}): FlowSummary {
    const flow: FlowSummary = {
      flow: this.#flow++,
      client,
      server,
      transport: 'tcp',
      protocolNumber: 6,
      clientPort: 40_000,
      serverPort: 502,
      service,
      communityId: '',
      firstUs: this.now,
      lastUs: this.now,
      firstFrame: ++this.#frame,
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
    this.detection.flow(this.at(client, server, service, flow.flow), flow);
    return flow;
  }

  /** Findings so far, each as it is now. */
  findings(): Finding[] {
    for (const f of this.detection.takeFindings()) {
      const i = this.found.findIndex((x) => x.id === f.id);
      if (i < 0) this.found.push(f);
      else this.found[i] = f;
    }
    return this.found;
  }
  codes(): string[] {
    return [...new Set(this.findings().map((f) => f.kind))].sort();
  }
  of(code: string): Finding[] {
    return this.findings().filter((f) => f.kind === code);
  }
  learning(detector: string): readonly Learning[] {
    return this.detection.learning().find((l) => l.detector === detector)?.learning ?? [];
  }
}

/** Names in braces of all texts of a kind. */
export const bracesOf = (...texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap((t) => [...t.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!))),
];

/** Everything that an observation can be, at random, from few or from very many devices. */
export const noise = (s: Scene, seed: number, n: number, devices: number, spacingUs: number): void => {
  const r = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[r.integer(0, list.length - 1)]!;
  const protocols = ['modbus', 's7comm', 'smb', 'dns', 'tls', 'rdp', 'http', 'iec104', 'arp', 'dhcp', 'mqtt', ''];
  const outcomes = ['accepted', 'accepted', 'accepted', 'refused', 'unanswered', 'unseen', 'unconfirmed'] as const;
  const roles = ['plc', 'hmi', 'workstation', 'safety-controller', 'unknown', 'engineering-station'] as const;
  const host = (): number => {
    const i = r.integer(1, devices);
    const net = i % 17 === 0 ? '203.0' : i % 3 === 0 ? '10.1' : '10.20';
    return s.host(`${net}.${(i >> 8) & 255}.${i & 255}`, roles[i % roles.length], i % 4 === 0 ? 4 : i % 3);
  };
  for (let i = 0; i < n; i++) {
    const client = host();
    const server = host();
    const protocol = pick(protocols);
    switch (r.integer(0, 9)) {
      case 0:
      case 1:
        s.command(client, server, protocol, { outcome: pick(outcomes), object: `register ${r.integer(0, 5000)}` });
        break;
      case 2:
      case 3:
        s.command(client, server, protocol, {
          verb: pick(VERBS),
          operation: `operation ${r.integer(0, 40)}`,
          outcome: pick(outcomes),
          object: r.integer(0, 3) === 0 ? `object ${i}` : `object ${r.integer(0, 20)}`,
          value: r.integer(0, 1) === 0 ? r.normal() * 1e6 : `text ${i}`,
          ...(r.integer(0, 4) === 0 ? { user: `user${r.integer(0, 500)}` } : {}),
        });
        break;
      case 4:
        s.values(client, server, { start: r.integer(0, 60_000), values: [r.normal() * 1e4, Number.NaN, 3] }, protocol);
        s.value(client, server, { path: `path ${r.integer(0, 9999)}`, value: r.normal() }, protocol);
        break;
      case 5:
        s.session(client, server, protocol, {
          phase: pick(['open', 'authenticate', 'close'] as const),
          outcome: pick(outcomes),
          user: `user${r.integer(0, 3000)}`,
          clearCredential: r.integer(0, 3) === 0,
          detail: `share \\\\host\\share${i}`,
        });
        break;
      case 6:
        s.name(client, server, pick(['ip', 'mac', 'dns', 'dhcp', 'other'] as const), `n${r.integer(0, 99_999)}.x.org`);
        break;
      case 7:
        s.weird(client, server, protocol, `code.${r.integer(0, 3000)}`, 'x'.repeat(r.integer(0, 2000)));
        break;
      default:
        s.flow(client, server, protocol, {
          serverPort: r.integer(0, 65_535),
          clientBytes: r.integer(0, 1e9),
          serverBytes: r.integer(0, 1e9),
          tcpState: pick(['new', 'established', 'closed', 'reset', 'rejected']),
          serverPackets: r.integer(0, 3),
          final: r.integer(0, 1) === 0,
        });
    }
    s.pass(r.integer(0, spacingUs * 2), HOUR);
  }
};

/**
 * Two hosts in two networks with a router between: each is seen with its own card in its own network (`own`), and with the
 * router's in the other's (`seen`). From a third network the SCADA server is seen behind a card that carries one more only;
 * its frames were forwarded. `stranger` is another host of the historian's network.
 */
export const throughRouter = (s: Scene) => {
  const router = (vlan: number): string => `00:80:63:00:00:${vlan}`;
  const routed = (ip: string, vlan: number) => s.host(ip, 'unknown', Number.NaN, router(vlan), vlan);
  const historian = {
    own: s.host('10.20.30.20', 'historian', 3, undefined, 30),
    seen: routed('10.20.30.20', 10),
  };
  const scada = { own: s.host('10.20.10.90', 'scada-server', 2, undefined, 10), seen: routed('10.20.10.90', 30) };
  for (let i = 1; i < 6; i++) {
    routed(`10.20.30.${100 + i}`, 10);
    routed(`10.20.10.${100 + i}`, 30);
  }
  const stranger = routed('10.20.30.77', 10);
  s.endpoints.says(scada.own, 1, 128);
  for (const ip of ['10.20.10.90', '10.20.10.91'])
    s.endpoints.says(s.host(ip, 'unknown', Number.NaN, router(40), 40), 1, 62);
  return { historian, scada, stranger };
};
