/**
 * Views over conversations: what of each network is seen and understood, who changes something in which controller, and
 * which addresses were only spoken about.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { CommandRecord, Conversation, Fact } from '../core/site.ts';
import type { ControlRelation, Mentioned, Network } from '../core/site-model.ts';
import { ipScope, subnetOf } from '../lib/ip-scope.ts';
import type { Facts } from './facts.ts';
import type { Binding, Group } from './nodes.ts';

type Draft = { -readonly [K in keyof Network]: Network[K] } & { ids: Set<string> };

/** Every conversation counts in the network of its client and, when that is another one, in the server's too. */
export const networksOf = (
  view: EndpointView,
  binding: Binding,
  conversations: readonly Conversation[],
  ipsOf: (group: Group) => readonly string[],
): readonly Network[] => {
  const homes = new Map<Group, string>();
  // Frames without IP belong to the network that their device has an address in.
  const home = (group: Group | undefined): string => {
    if (group === undefined) return '';
    let ip = homes.get(group);
    if (ip === undefined) {
      ip = ipsOf(group).find((x) => ipScope(x) === 'private' || ipScope(x) === 'public') ?? '';
      homes.set(group, ip);
    }
    return ip;
  };
  const drafts = new Map<string, Draft>();
  const of = (endpoint: number): Draft | undefined => {
    if (endpoint === 0) return undefined;
    let e = view.get(endpoint);
    while (e.parent !== undefined) e = view.get(e.parent);
    const group = binding.of[endpoint];
    const ip = e.ip === undefined || ipScope(e.ip) === 'none' ? home(group) : e.ip;
    const scope = ipScope(ip);
    // Groups belong to the network of whoever speaks to them; endpoints without IP to their VLAN.
    if (scope === 'group' || (scope === 'none' && !view.spoke(e.id))) return undefined;
    const outside = scope === 'public' && (group === undefined || group.behind !== undefined);
    const vlan = e.vlan === 0 ? '' : `vlan ${e.vlan} `;
    const subnet = scope === 'none' ? '' : outside ? 'outside' : scope === 'link' ? 'link-local' : subnetOf(ip);
    const name = outside ? 'outside' : subnet === '' ? `${vlan}without IP` : `${vlan}${subnet}`;
    const id = outside || e.segment === 0 ? name : `segment ${e.segment} ${name}`;
    let d = drafts.get(id);
    if (d === undefined) {
      d = {
        id,
        segment: e.segment,
        vlan: outside ? 0 : e.vlan,
        subnet,
        assets: [],
        conversations: 0,
        bytes: 0,
        decodedBytes: 0,
        undecodedBytes: 0,
        encryptedBytes: 0,
        missingBytes: 0,
        flows: 0,
        oneWayFlows: 0,
        ids: new Set(),
      };
      drafts.set(id, d);
    }
    return d;
  };
  for (const group of binding.groups)
    for (const id of group.endpoints) if (view.spoke(id) && !group.aliases.includes(id)) of(id)?.ids.add(group.id);
  for (const c of conversations) {
    const client = of(c.client);
    const server = of(c.server);
    for (const d of client === server ? [client] : [client, server]) {
      if (d === undefined) continue;
      d.conversations++;
      d.bytes += c.clientBytes + c.serverBytes;
      d.decodedBytes += c.decodedBytes;
      d.undecodedBytes += c.encrypted ? 0 : c.undecodedBytes;
      d.encryptedBytes += c.encrypted ? c.undecodedBytes + c.decodedBytes : 0;
      d.missingBytes += c.missingBytes;
      d.flows += c.flows;
      d.oneWayFlows += c.oneWayFlows ?? 0;
    }
  }
  return [...drafts.values()]
    .map(({ ids, ...d }) => ({ ...d, assets: [...ids].sort((a, b) => numberOf(a) - numberOf(b)) }))
    .sort((a, b) => b.bytes - a.bytes || (a.id < b.id ? -1 : 1));
};

const numberOf = (asset: string): number => Number.parseInt(asset.slice(1), 10);

const ROUTINE = new Set(['read', 'subscribe', 'discover', 'authenticate']);

/** Pairs of devices with anything but reading between them, most recent first. */
export const controlOf = (binding: Binding, commands: Iterable<CommandRecord>): readonly ControlRelation[] => {
  type Pair = { -readonly [K in keyof ControlRelation]: ControlRelation[K] } & {
    names: Set<string>;
    objects: Set<string>;
    counts: Record<string, number>;
  };
  const pairs = new Map<string, Pair>();
  for (const c of commands) {
    if (ROUTINE.has(c.verb)) continue;
    const client = binding.of[c.client]?.id ?? '';
    const target = binding.of[c.target]?.id ?? '';
    const key = `${client}|${target}`;
    const p: Pair = pairs.get(key) ?? {
      client,
      target,
      protocols: [],
      verbs: {},
      accepted: 0,
      refused: 0,
      points: 0,
      firstUs: c.firstUs,
      lastUs: c.lastUs,
      names: new Set(),
      objects: new Set(),
      counts: {},
    };
    pairs.set(key, p);
    p.names.add(c.protocol);
    if (c.object !== '') p.objects.add(c.object);
    p.counts[c.verb] = (p.counts[c.verb] ?? 0) + c.count;
    if (c.outcome === 'accepted' || c.outcome === 'unconfirmed') p.accepted += c.count;
    else if (c.outcome === 'refused') p.refused += c.count;
    p.firstUs = Math.min(p.firstUs, c.firstUs);
    p.lastUs = Math.max(p.lastUs, c.lastUs);
  }
  return [...pairs.values()]
    .map(({ names, objects, counts, ...p }) => ({
      ...p,
      protocols: [...names].sort(),
      verbs: counts as ControlRelation['verbs'],
      points: objects.size,
    }))
    .sort((a, b) => b.lastUs - a.lastUs || numberOf(a.target || 'a0') - numberOf(b.target || 'a0'));
};

const MAX_BY = 16;

/** Addresses that never spoke and belong to no device: asked for, spoken about, sent to. Groups are left out. */
export const mentionedOf = (
  view: EndpointView,
  binding: Binding,
  conversations: readonly Conversation[],
  facts: Facts,
): readonly Mentioned[] => {
  const by = new Map<number, number[]>();
  for (const c of conversations) {
    if (binding.of[c.server] !== undefined || c.server === 0) continue;
    const list = by.get(c.server) ?? [];
    if (list.length < MAX_BY && !list.includes(c.client)) list.push(c.client);
    by.set(c.server, list);
  }
  const out: Mentioned[] = [];
  const byIp = new Map<string, number>();
  for (let id = 1; id <= view.count; id++) {
    const e = view.get(id);
    if (binding.of[id] !== undefined || e.parent !== undefined || view.spoke(id)) continue;
    const scope = ipScope(e.ip ?? '');
    if (scope === 'group' || e.ip?.endsWith('.255') === true) continue;
    if (e.mac !== undefined && e.ip === undefined && (Number.parseInt(e.mac.slice(0, 2), 16) & 1) === 1) continue;
    if (scope === 'none' && e.mac === undefined) continue;
    const said: Fact[] = facts
      .of(id)
      .filter((f) => !f.removed)
      .map((f) => facts.fact(f));
    // The same address with and without a MAC is one line.
    const key = `${e.segment}|${e.ip}`;
    const known = e.ip === undefined ? undefined : byIp.get(key);
    if (known !== undefined) {
      const m = out[known]!;
      out[known] = {
        ...m,
        mac: m.mac || (e.mac ?? ''),
        framesReceived: m.framesReceived + view.traffic(id).framesReceived,
        by: [...new Set([...m.by, ...(by.get(id) ?? [])])].slice(0, MAX_BY),
        facts: [...m.facts, ...said],
      };
      continue;
    }
    if (e.ip !== undefined) byIp.set(key, out.length);
    out.push({
      endpoint: id,
      ip: e.ip ?? '',
      mac: e.mac ?? '',
      vlan: e.vlan,
      framesReceived: view.traffic(id).framesReceived,
      by: by.get(id) ?? [],
      facts: said,
    });
  }
  return out;
};
