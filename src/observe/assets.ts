/**
 * The devices of a site as people read them: built from groups of endpoints, their facts and their behaviour. Every
 * sentence in the notes says what was seen, not what might be.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Evidence } from '../core/frame.ts';
import type { Asset, ChangeRecord, EndpointMembership, Module } from '../core/site.ts';
import { ipOrder, ipScope, macKind } from '../lib/ip-scope.ts';
import { tableOf } from '../lib/table.ts';
import type { Facts } from './facts.ts';
import { bestOf, factsOfGroup, handleOf, type RankedFact } from './facts-of-group.ts';
import type { Knowledge } from './knowledge.ts';
import { MAX_MOVES, type Move, usable } from './moves.ts';
import type { Leveled } from './network-levels.ts';
import type { Binding, Group } from './nodes.ts';
import { type Behaviour, concludeLevel, concludeRole } from './roles.ts';
import { crossedRouter } from './routers.ts';

/** Moves that stand in the notes. */
const MOVES_IN_NOTES = 3;

export interface Picture {
  readonly binding: Binding;
  readonly behaviour: ReadonlyMap<Group, Behaviour>;
  readonly moves: ReadonlyMap<Group, readonly Move[]>;
  /** `segment|ip` -> groups that hold it directly. */
  readonly holders: ReadonlyMap<string, readonly Group[]>;
  /** Addresses of each group of its own. */
  readonly ips: ReadonlyMap<Group, readonly string[]>;
}

/** Text that differs when the asset of the group would differ (its last time apart). Cheap beside building it. */
export const assetKey = (group: Group, picture: Picture, m: Material): string => {
  const b = picture.behaviour.get(group)!;
  let revision = m.facts.revision(handleOf(group));
  let users = 0;
  // A router without an address of its own has its first time from its founder.
  let frames = `${m.view.traffic(group.founder).firstUs} `;
  for (const id of group.endpoints) {
    revision += m.facts.revision(id);
    users += m.usersOf.get(id)?.length ?? 0;
    const { firstUs, maxTtl } = m.view.traffic(id);
    frames += m.view.spoke(id) ? `${maxTtl} ${firstUs},` : `${firstUs},`;
  }
  const segment = m.view.get(group.founder).segment;
  const others = (picture.ips.get(group) ?? []).map((ip) => picture.holders.get(`${segment}|${ip}`)?.length ?? 0);
  let parent = '';
  for (let up = group.parent; up !== undefined; up = up.parent) {
    parent += `${up.id} ${(picture.ips.get(up) ?? []).join()} `;
    for (const id of [handleOf(up), ...up.endpoints]) revision += m.facts.revision(id);
  }
  const moves = picture.moves.get(group)?.map((x) => `${x.from}>${x.to}@${x.tsUs} ${x.left}`) ?? [];
  return [
    group.kind,
    group.endpoints.join(),
    group.macs.join(),
    group.router,
    group.translates,
    group.aliases.join(),
    group.notes.join(),
    group.silent,
    group.behind?.id,
    group.behind?.macs[0],
    parent,
    moves.join(),
    revision,
    others.join(),
    frames,
    users,
    [...b.serves].join(),
    [...b.servesPorts].join(),
    [...b.uses].join(),
    [...b.does].join(),
    b.controllers,
    b.readers,
    b.clients,
    b.children,
    b.toOutside,
    b.relays,
    b.external,
  ].join('|');
};

/** The last time anything was heard of the device. */
export const lastUsOf = (group: Group, m: Material): number => {
  let lastUs = m.view.spoke(group.founder) ? m.lastUs(group.founder) : 0;
  for (const id of group.endpoints) if (m.view.spoke(id) && m.lastUs(id) > lastUs) lastUs = m.lastUs(id);
  if (group.kind !== 'device')
    for (const id of group.endpoints) {
      lastUs = Math.max(lastUs, m.lastCommand(id));
      for (const f of m.facts.of(id)) if (f.origin === 'observed' && f.lastUs > lastUs) lastUs = f.lastUs;
    }
  return lastUs;
};

export interface Material {
  readonly view: EndpointView;
  readonly facts: Facts;
  readonly knowledge: Knowledge;
  readonly usersOf: ReadonlyMap<number, readonly string[]>;
  /** First frame of each endpoint, as far as known. */
  readonly sighted: ReadonlyMap<number, Evidence>;
  /** Last frame of an endpoint, microseconds. */
  readonly lastUs: (endpoint: number) => number;
  /** Last command to an endpoint, microseconds: sub-addresses have no frames of their own. */
  readonly lastCommand: (endpoint: number) => number;
}

/** IP addresses the device holds itself, in numeric order: spoken from, or claimed by ARP, DHCP and the like. */
export const ownIps = (group: Group, m: Material): string[] => {
  const ips = new Set<string>();
  for (const id of group.endpoints) {
    const e = m.view.get(id);
    if (e.parent !== undefined || group.aliases.includes(id)) continue;
    if (m.view.spoke(id) && usable(e.ip)) ips.add(e.ip);
    for (const f of m.facts.of(id))
      if (f.attribute === 'ip' && f.origin === 'observed' && usable(f.value)) ips.add(f.value);
  }
  return [...ips].sort((a, b) => (ipOrder(a) < ipOrder(b) ? -1 : 1));
};

const unique = (list: Iterable<string>): string[] => [...new Set(list)];

export const buildAsset = (group: Group, picture: Picture, m: Material): Asset => {
  const { view } = m;
  const facts = factsOfGroup(group, m.facts, view, m.knowledge.fingerprints, m.sighted);
  const behaviour = picture.behaviour.get(group)!;
  const moves = picture.moves.get(group) ?? [];
  const role = concludeRole(m.knowledge, behaviour, facts);
  const ips = picture.ips.get(group) ?? [];
  const best = (a: Parameters<typeof bestOf>[1]) => bestOf(facts, a)?.value ?? '';
  const users = unique([
    ...facts.filter((f) => f.attribute === 'user').map((f) => f.value),
    ...group.endpoints.flatMap((id) => m.usersOf.get(id) ?? []),
  ]);
  const spans = spansOf(group, view, facts);
  const gateway = group.parent === undefined ? undefined : group.parent.id;
  const aliases = unique(group.aliases.map((id) => view.get(id).ip ?? '').filter((x) => x !== ''));
  return {
    id: group.id,
    kind: group.kind,
    ...(gateway === undefined ? {} : { parent: gateway }),
    ...(group.sub === undefined ? {} : { sub: group.sub }),
    name: nameOf(group, facts, ips, view, m, picture),
    role,
    level: concludeLevel(m.knowledge, role, facts),
    vendor: best('vendor'),
    model: best('model') || best('order-number'),
    firmware: best('firmware'),
    serial: best('serial'),
    os: best('os'),
    endpoints: membershipsOf(group, view, moves),
    ips,
    macs: group.macs,
    vlans: [...new Set(group.endpoints.map((id) => view.get(id).vlan))].sort((a, b) => a - b),
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(group.behind === undefined ? {} : { behind: group.behind.id }),
    modules: modulesOf(group, m.facts),
    users,
    spoken: [...behaviour.uses].sort(),
    served: [...behaviour.serves].sort(),
    firstUs: spans.firstUs,
    lastUs: lastUsOf(group, m),
    notes: notesOf(group, picture, m, ips, moves),
  };
};

/** A person or the plant's own list says the level. */
export const isLevelSaidOf = (group: Group, m: Material): boolean =>
  group.endpoints.some((id) => m.facts.of(id).some((fact) => fact.attribute === 'level'));

/** The asset's id, endpoints, role and level, as `buildAsset` finds them. */
export const briefOf = (group: Group, picture: Picture, m: Material): Leveled => {
  const facts = factsOfGroup(group, m.facts, m.view, m.knowledge.fingerprints, m.sighted);
  const role = concludeRole(m.knowledge, picture.behaviour.get(group)!, facts);
  return {
    id: group.id,
    parent: group.parent?.id,
    endpoints: group.endpoints,
    role: role.value,
    level: concludeLevel(m.knowledge, role, facts).value ?? Number.NaN,
    isLevelSaid: isLevelSaidOf(group, m),
  };
};

const spansOf = (
  group: Group,
  view: EndpointView,
  facts: readonly RankedFact[],
): { firstUs: number; lastUs: number } => {
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = 0;
  // A router without an address of its own still sent the frames of others.
  for (const id of [...group.endpoints, group.founder]) {
    if (!view.spoke(id)) continue;
    const t = view.traffic(id);
    if (t.firstUs > 0 && t.firstUs < firstUs) firstUs = t.firstUs;
    if (t.lastUs > lastUs) lastUs = t.lastUs;
  }
  for (const f of facts) {
    if (f.origin !== 'observed' || group.kind === 'device') continue;
    if (f.firstUs < firstUs) firstUs = f.firstUs;
  }
  return { firstUs: Number.isFinite(firstUs) ? firstUs : 0, lastUs };
};

const membershipsOf = (group: Group, view: EndpointView, moves: readonly Move[]): EndpointMembership[] =>
  group.endpoints.map((endpoint) => ({
    endpoint,
    fromUs: view.traffic(endpoint).firstUs,
    toUs: moves.find((move) => move.left === endpoint)?.tsUs ?? 0,
  }));

const modulesOf = (group: Group, facts: Facts): Module[] => {
  const bySlot = new Map<string, Module>();
  for (const id of group.endpoints)
    for (const module of facts.modulesAt(id)) {
      const known = bySlot.get(module.slot);
      if (known === undefined || (!known.present && module.present)) bySlot.set(module.slot, module);
    }
  const number = (slot: string) => (/^\d+$/.test(slot) ? slot.padStart(6, '0') : slot);
  return [...bySlot.values()].sort((a, b) => (number(a.slot) < number(b.slot) ? -1 : 1));
};

const SUB_WORDS = tableOf<string>({
  'modbus-unit': 'unit',
  'cip-path': 'route',
  's7-slot': 'slot',
  'bacnet-mac': 'MAC',
  'dnp3-address': 'address',
  'iec104-address': 'common address',
  'sparkplug-node': 'edge node',
  other: 'address',
});

const nameOf = (
  group: Group,
  facts: readonly RankedFact[],
  ips: readonly string[],
  view: EndpointView,
  m: Material,
  picture: Picture,
): string => {
  const best = (a: Parameters<typeof bestOf>[1]) => bestOf(facts, a);
  // What people call it, by hand or in the plant's list; what it calls itself stays a fact beside.
  const given = best('name');
  if (given !== undefined) return given.value;
  for (const a of ['station-name', 'hostname', 'module-name'] as const) {
    const f = best(a);
    if (f !== undefined && f.origin !== 'imported') return f.value;
  }
  const imported = best('hostname');
  if (imported !== undefined) return imported.value;
  if (group.sub !== undefined && group.parent !== undefined) {
    const parentFacts = factsOfGroup(group.parent, m.facts, view, [], m.sighted);
    const parent = nameOf(group.parent, parentFacts, picture.ips.get(group.parent) ?? [], view, m, picture);
    return `${parent} ${SUB_WORDS[group.sub.kind] ?? 'address'} ${group.sub.address}`;
  }
  return ips[0] ?? group.macs[0] ?? view.get(group.founder).ip ?? `endpoint ${group.founder}`;
};

const notesOf = (
  group: Group,
  picture: Picture,
  m: Material,
  ips: readonly string[],
  moves: readonly Move[],
): string[] => {
  const { view } = m;
  const notes: string[] = [...group.notes];
  if (group.router !== '') notes.push(`forwards frames of others: ${group.router}`);
  if (group.translates) notes.push('translates addresses (NAT): streams leave it under other addresses');
  if (group.behind !== undefined)
    notes.push(
      `behind router ${group.behind.macs[0] ?? group.behind.id}: bound by its IP address, its own MAC was not seen`,
    );
  for (const id of group.aliases) {
    const through = view.get(id).mac;
    notes.push(
      `seen as ${view.get(id).ip} on the other side of ${through === undefined ? 'a NAT' : `the NAT at ${through}`}`,
    );
  }
  for (const move of moves.slice(0, MOVES_IN_NOTES)) notes.push(`moved from ${move.from} to ${move.to}`);
  if (moves.length > MOVES_IN_NOTES) notes.push(`changed its address ${moves.length} times`);
  const segment = view.get(group.founder).segment;
  if (group.kind === 'device')
    for (const ip of ips) {
      if (ipScope(ip) === 'link' && ip.includes(':')) continue;
      const others = (picture.holders.get(`${segment}|${ip}`) ?? []).filter((g) => g !== group);
      if (others.length > 0)
        notes.push(`${ip} is also used by ${others.length} other device${others.length === 1 ? '' : 's'}`);
      if (group.behind === undefined && group.macs.length > 0 && group.router === '' && ipScope(ip) === 'public')
        notes.push(
          `${ip} is a public address that this device uses itself on the local network: not a peer on the internet`,
        );
    }
  if (group.router === '' && group.behind === undefined && group.macs.length > 0)
    for (const id of group.endpoints) {
      const e = view.get(id);
      if (e.ip === undefined || !view.spoke(id) || group.aliases.includes(id) || !crossedRouter(view, id)) continue;
      if (ipScope(e.ip) !== 'private' && ipScope(e.ip) !== 'public') continue;
      notes.push(`frames from ${e.ip} carry hop count ${view.traffic(id).maxTtl}: they may have passed a router`);
    }
  for (const mac of group.macs) {
    if (macKind(mac) === 'virtual')
      notes.push(`${mac} is a virtual router address (VRRP, HSRP or GLBP), shared by routers`);
    else if (macKind(mac) === 'local') notes.push(`${mac} is locally administered: it tells no maker`);
  }
  if (group.silent > 0) notes.push(`${group.silent} further sub-addresses were asked and never answered`);
  if (group.kind === 'silent-child') notes.push('was asked for behind its gateway and never answered');
  return unique(notes);
};

/** What follows from the groups for the timeline: devices that appeared, addresses that changed. */
export const derivedChanges = (
  picture: Picture,
  view: EndpointView,
  sighted: ReadonlyMap<number, Evidence>,
  facts: Facts,
): ChangeRecord[] => {
  const out: ChangeRecord[] = [];
  for (const group of picture.binding.groups) {
    const { firstUs } = spansOf(group, view, []);
    if (firstUs > 0) {
      const seen = sighted.get(group.founder);
      out.push({
        id: 1e9 + group.founder,
        tsUs: firstUs,
        asset: group.id,
        what: 'appeared',
        before: '',
        after: view.get(group.founder).ip ?? view.get(group.founder).mac ?? '',
        evidence: seen === undefined ? [] : [seen],
      });
    }
    for (const move of picture.moves.get(group) ?? []) {
      const said = group.endpoints
        .flatMap((id) => facts.of(id))
        .find((f) => f.attribute === 'ip' && f.value === move.to && f.evidence.length > 0);
      const seen = sighted.get(move.took);
      out.push({
        id: 2e9 + group.founder * MAX_MOVES + move.nth,
        tsUs: move.tsUs,
        asset: group.id,
        what: 'ip',
        before: move.from,
        after: move.to,
        evidence: said?.evidence ?? (seen === undefined ? [] : [seen]),
      });
    }
  }
  return out;
};
