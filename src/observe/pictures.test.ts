/**
 * The picture that is kept up to date is the one that building from nothing gives, whatever happened in between: two sites
 * hear the same, one looks after each step, the other forgets its picture before each look.
 */
import { expect, it } from 'vitest';
import type { Endpoint } from '../core/endpoint.ts';
import type { Attribute, Verb } from '../core/observation.ts';
import type { Asset } from '../core/site.ts';
import type { AssetBrief, ManualUndo } from '../core/site-model.ts';
import { type Random, seededRandom } from '../lib/random.ts';
import { World } from './testing.ts';

const SITES = 5;
const STEPS = 120;
const FIRST_SEED = 4100;

/** Hosts of their own, for the most part: where everything hangs together nothing is left to keep. */
const HOSTS = Array.from({ length: 16 }, (_, i) => ({
  mac: `00:1b:1b:00:01:${(i + 16).toString(16)}`,
  ip: `10.0.${i % 3}.${i + 10}`,
}));
const MACS = [
  ...HOSTS.map((h) => h.mac),
  '00:00:0c:00:00:04',
  '02:00:00:00:00:05',
  '00:00:5e:00:01:06',
  '00:00:00:00:00:00',
  'ff:ff:ff:ff:ff:ff',
  undefined,
];
const IPS = [
  ...HOSTS.map((h) => h.ip),
  '8.8.8.8',
  '9.9.9.9',
  '0.0.0.0',
  '169.254.1.1',
  '239.1.1.1',
  '10.0.0.255',
  'fe80::1',
  undefined,
];
const TTLS = [64, 64, 64, 64, 128, 63, 57, 0];
const SAYS: readonly (readonly [Attribute, readonly string[]])[] = [
  ['vendor', ['Rockwell', 'Siemens']],
  ['serial', ['0x0051823f', '0x0051823e', '0x00000000']],
  ['role', ['plc', 'hmi']],
  ['device-type', ['Programmable Logic Controller', 'Panel', 'Router']],
  ['gateway', ['10.0.0.10', '0.0.0.0']],
  ['hostname', ['one', 'two']],
  ['model', ['1756-L71', 'S7-1500']],
];
const PROTOCOLS = ['modbus', 's7comm', 'http', 'dns', ''];
const VERBS: readonly Verb[] = ['read', 'write', 'program-download', 'discover'];
const SUBS = ['modbus-unit', 'cip-path', 's7-slot', 'bacnet-mac', 'dnp3-address'] as const;

type Step = (w: World, state: State) => void;
/** What a world needs to take the same steps again. */
interface State {
  readonly ids: Map<string, number>;
  readonly undo: ManualUndo[];
}

/** One thing that happens, with all chance taken before: both worlds do the same. */
const stepOf = (r: Random, s: number): Step => {
  const of = <T>(list: readonly T[]): T => list[r.integer(0, list.length - 1)]!;
  const [a, b, c, d] = [r.bits(), r.bits(), r.bits(), r.bits()];
  const { mac, ip } = r.integer(0, 3) > 0 ? of(HOSTS) : { mac: of(MACS), ip: of(IPS) };
  const place = { segment: r.integer(0, 7) === 0 ? 1 : 0, vlan: r.integer(0, 7) === 0 ? 5 : 0 };
  const ttl = of(TTLS);
  const says = of(SAYS);
  const value = of(says[1]);
  const protocol = of(PROTOCOLS);
  const verb = of(VERBS);
  const sub = of(SUBS);
  const address = of(['0', '1', '2', '255', '1/3', '703/10.0.0.1:47808']);
  const odd = r.integer(0, 1) === 1;
  const any = (w: World, n: number): number => 1 + (n % w.endpoints.count);
  const address2 = (w: World, state: State): number => {
    const e: Partial<Endpoint> = { ...place, ...(mac && { mac }), ...(ip && { ip }) };
    const key = JSON.stringify(e);
    const id = state.ids.get(key) ?? w.endpoints.add(e);
    state.ids.set(key, id);
    return id;
  };
  const steps: readonly (readonly [number, Step])[] = [
    [8, (w, state) => w.endpoints.says(address2(w, state), s, ip === undefined ? 0 : ttl)],
    [2, (w, state) => void address2(w, state)],
    [4, (w) => w.endpoints.says(any(w, a), s, ttl)],
    [
      3,
      (w, state) => {
        const key = `${any(w, a)} ${sub} ${address}`;
        const id = state.ids.get(key) ?? w.endpoints.add({ parent: any(w, a), sub: { kind: sub, address } });
        state.ids.set(key, id);
        if (odd) w.endpoints.says(id, s, 0);
      },
    ],
    [2, (w) => w.holds(any(w, a), ip ?? '10.0.0.12', s)],
    [5, (w) => w.is(any(w, a), says[0], value, odd ? 1 : 0.7, s)],
    [
      2,
      (w) => {
        w.is(any(w, a), 'vendor', odd ? 'Rockwell' : 'Siemens', 1, s);
        w.is(any(w, a), 'serial', `0x00518${b % 4}3f`, 1, s);
      },
    ],
    [6, (w) => w.does(any(w, a), any(w, b), protocol || 'modbus', { verb, target: any(w, c) }, s)],
    [
      4,
      (w) =>
        w.flow(any(w, a), any(w, b), protocol, {
          serverPackets: odd ? 5 : 0,
          serverPort: odd ? 502 : 102,
          flow: c % 12,
          final: d % 4 === 0,
        }),
    ],
    [
      1,
      (w) =>
        w.model.session(w.at(any(w, a), any(w, b), 'ssh', s), {
          phase: 'authenticate',
          outcome: 'accepted',
          user: odd ? 'anna' : 'otto',
        }),
    ],
    [
      1,
      (w) =>
        w.model.module(w.at(any(w, a), any(w, b), 's7comm', s), {
          endpoint: any(w, b),
          slot: address,
          vendor: 'Siemens',
          serial: value,
          present: odd,
          via: 'SZL',
        }),
    ],
    [
      1,
      (w) =>
        w.model.alias(w.at(any(w, a), any(w, b), 'tcp', s), {
          flow: 1,
          ofFlow: 0,
          client: any(w, a),
          server: any(w, b),
          ofClient: any(w, c),
          ofServer: any(w, d),
        }),
    ],
    [
      1,
      (w, state) => {
        const ids = [a, b].map((n) => w.model.assetOf(any(w, n)) ?? 'a0');
        const done = odd ? w.model.merge(ids) : w.model.split(ids[0]!, [any(w, a)]);
        if (done.kind === 'done') state.undo.push(done.undo);
      },
    ],
    [1, (w) => void w.model.setManual(w.model.assetOf(any(w, a)) ?? '', odd ? 'name' : 'gateway', value)],
    [1, (w) => w.model.importFact(w.model.assetOf(any(w, a)) ?? '', 'hostname', value, 'list')],
    [1, (w) => w.model.removeImport('list')],
    [
      1,
      (w, state) => {
        const undo = state.undo.pop();
        if (undo !== undefined) w.model.undo(undo);
      },
    ],
  ];
  let at = r.integer(
    1,
    steps.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, step] of steps) {
    at -= weight;
    if (at <= 0) return step;
  }
  throw new Error('no step');
};

const told = (w: World): string => {
  const { model } = w;
  const assets = model.assets();
  return JSON.stringify({
    assets,
    briefs: model.briefs(),
    of: Array.from({ length: w.endpoints.count }, (_, i) => model.assetOf(i + 1) ?? ''),
    facts: assets.map((x) => model.facts(x.id).length),
    // Their octets are counted anew with the next frame.
    networks: model.networks().map(({ id, assets: of }) => ({ id, of })),
    mentioned: model.mentioned(),
    changes: model.changes(),
  });
};

const briefly = ({ id, parent, endpoints, role, level }: Asset): AssetBrief => ({
  id,
  parent,
  endpoints: endpoints.map(({ endpoint }) => endpoint),
  role: role.value,
  level: level.value ?? Number.NaN,
});

it('is the same kept up to date as built from nothing', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SITES; seed++) {
    const r = seededRandom(seed);
    const kept = new World();
    const fresh = new World();
    const states = [kept, fresh].map(() => ({ ids: new Map<string, number>(), undo: [] }) as State);
    for (const w of [kept, fresh]) w.host(MACS[0], IPS[0]);
    for (let step = 1; step <= STEPS; step++) {
      const happens = stepOf(r, 1 + Math.floor(step / 3) + (r.integer(0, 9) === 0 ? -1 : 0));
      for (const [i, w] of [kept, fresh].entries()) happens(w, states[i]!);
      // Several things between two looks, too.
      if (r.integer(0, 2) === 0) continue;
      fresh.model.load({});
      const now = told(kept);
      const anew = told(fresh);
      if (now !== anew) expect(JSON.parse(now), `seed ${seed}, step ${step}`).toEqual(JSON.parse(anew));
      const { model } = kept;
      expect(model.briefs(), `seed ${seed}, step ${step}`).toEqual(model.assets().map(briefly));
    }
  }
});

it('tells briefs that change, also where nobody asked for assets in between', () => {
  const w = new World();
  const [client, server] = [w.host(HOSTS[0]!.mac, HOSTS[0]!.ip), w.host(HOSTS[1]!.mac, HOSTS[1]!.ip)];
  const role = () => w.model.briefs().find((brief) => brief.endpoints.includes(server))!.role;
  expect(role()).toBe('unknown');
  w.does(client, server, 'modbus', { verb: 'program-download', target: server });
  w.flow(client, server, 'modbus', { serverPackets: 1 });
  expect(role()).toBe('plc');
  w.model.setManual(w.model.assetOf(server)!, 'role', 'server');
  expect(role()).toBe('server');
});

it('hears of a conversation that is answered only later', () => {
  const w = new World();
  const [client, server] = [w.host(HOSTS[0]!.mac, HOSTS[0]!.ip), w.host(HOSTS[1]!.mac, HOSTS[1]!.ip)];
  w.flow(client, server, 'modbus', { serverPackets: 0 });
  const served = () => w.model.asset(w.model.assetOf(server)!)!.served;
  expect(served()).toEqual([]);
  w.flow(client, server, 'modbus', { serverPackets: 1 });
  expect(served()).toEqual(['modbus']);
});

it('counts the controllers of a client anew when two of them turn out to be one', () => {
  const w = new World();
  const [client, one, two] = HOSTS.slice(0, 3).map((h) => w.host(h.mac, h.ip)) as [number, number, number];
  for (const target of [one, two]) w.does(client, target, 'modbus', { verb: 'read', target });
  const reasons = () => w.model.asset(w.model.assetOf(client)!)!.role.reasons.join();
  expect(reasons()).toContain('2 controllers');
  for (const id of [one, two]) {
    w.is(id, 'vendor', 'Rockwell');
    w.is(id, 'serial', '0x0051823f');
  }
  expect(reasons()).toContain('1 controller');
});

it('a computer among controllers is of their level, and says why, until a person says another', () => {
  const w = new World();
  const at = (n: number): number => w.host(`02:00:00:00:01:0${n}`, `10.7.0.${n}`);
  const computer = at(1);
  const of = () => w.model.asset(w.model.assetOf(computer)!)!;
  w.model.setManual(of().id, 'role', 'workstation');
  expect(of().level).toMatchObject({ value: 4 });
  for (const n of [2, 3, 4]) w.model.setManual(w.model.assetOf(at(n))!, 'role', 'plc');
  expect(of().level).toMatchObject({ value: 2, reasons: ['it stands in 10.7.0.0/24 among 3 devices of the plant'] });
  expect(w.model.briefs().find(({ id }) => id === of().id)).toMatchObject({ level: 2 });
  w.model.setManual(of().id, 'level', '3.5');
  expect(of().level).toMatchObject({ value: 3.5, reasons: ['said by hand'] });
});
