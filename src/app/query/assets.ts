/** The inventory: the list, and one asset in full with its facts, peers and corrections. */
import type { AssetDetail, AssetRow, AttributeFacts, ListQuery, Page, PeerRow } from '../../api/index.ts';
import type { Asset, Conversation, Fact } from '../../core/site.ts';
import { RequestError } from '../engine-contract.ts';
import { contactOf } from './contacts.ts';
import { pageOf } from './page.ts';
import { decodedShare, isOneWay } from './traffic.ts';
import {
  addressText,
  assetAddress,
  assetParty,
  evidenceRefs,
  maybeTime,
  networkOf,
  partyOf,
  type SiteView,
  share,
} from './view.ts';

/** Peers of an asset that are listed; the others are counted. */
const MAX_PEERS = 500;
/** Attributes of which a device has one at a time: two values at once contradict each other. */
const SINGLE = new Set(['vendor', 'model', 'order-number', 'firmware', 'hardware', 'serial', 'station-name']);
/** Shown on their own, not as attributes. */
const ADDRESSES = new Set(['ip', 'mac', 'name', 'level', 'comment']);

/** Facts by attribute, best first. */
const byAttribute = (facts: readonly Fact[]): Map<string, Fact[]> => {
  const map = new Map<string, Fact[]>();
  for (const fact of facts) {
    const list = map.get(fact.attribute);
    if (list === undefined) map.set(fact.attribute, [fact]);
    else list.push(fact);
  }
  for (const list of map.values()) list.sort((a, b) => b.confidence - a.confidence || b.lastUs - a.lastUs);
  return map;
};

/** True when surely stated values of one attribute differ. Modules of a rack are each a thing of their own. */
const contradicting = (view: SiteView, attribute: string, facts: readonly Fact[]): boolean => {
  if (!SINGLE.has(attribute)) return false;
  const said = new Map<string, string>();
  for (const fact of facts) {
    if (fact.confidence < 0.7 || fact.origin === 'derived') continue;
    const slot = fact.endpoint > 0 ? (view.endpoints.get(fact.endpoint).sub?.address ?? '') : '';
    const value = fact.value.trim().toLowerCase();
    const before = said.get(slot);
    if (before !== undefined && before !== value) return true;
    said.set(slot, value);
  }
  return false;
};

/** Counted once for each state of an asset: its list of endpoints is a new one whenever a fact of it changed. */
const counted = new WeakMap<Asset['endpoints'], number>();

export const contradictionsOf = (view: SiteView, asset: Asset): number => {
  const known = counted.get(asset.endpoints);
  if (known !== undefined) return known;
  let count = 0;
  for (const [attribute, facts] of byAttribute(view.model.facts(asset.id)))
    if (contradicting(view, attribute, facts)) count++;
  counted.set(asset.endpoints, count);
  return count;
};

const toRow = (view: SiteView, asset: Asset): AssetRow => ({
  id: asset.id,
  kind: asset.kind,
  name: asset.name,
  role: asset.role.value,
  roleConfidence: share(asset.role.confidence),
  level: asset.level.value ?? null,
  vendor: asset.vendor,
  model: asset.model,
  firmware: asset.firmware,
  serial: asset.serial,
  os: asset.os,
  ips: [...asset.ips],
  macs: [...asset.macs],
  vlans: [...asset.vlans],
  network: networkOf(view, asset.id),
  served: [...asset.served],
  spoken: [...asset.spoken],
  parent: asset.parent ?? '',
  contradictions: contradictionsOf(view, asset),
  notes: asset.notes.length,
  firstAt: maybeTime(asset.firstUs),
  lastAt: maybeTime(asset.lastUs),
});

export const assets = (view: SiteView, query: ListQuery): Page<AssetRow> =>
  pageOf(
    {
      list: 'assets',
      rows: view.model.assets(),
      accessors: {
        name: (a) => a.name,
        role: (a) => a.role.value,
        level: (a) => a.level.value,
        vendor: (a) => a.vendor,
        model: (a) => a.model,
        firmware: (a) => a.firmware,
        serial: (a) => a.serial,
        os: (a) => a.os,
        ip: (a) => a.ips,
        mac: (a) => a.macs,
        vlan: (a) => a.vlans,
        network: (a) => networkOf(view, a.id),
        protocol: (a) => [...a.served, ...a.spoken],
        user: (a) => a.users,
        kind: (a) => a.kind,
        parent: (a) => a.parent ?? '',
        first: (a) => a.firstUs,
        last: (a) => a.lastUs,
        contradictions: (a) => contradictionsOf(view, a),
        note: (a) => a.notes,
      },
      defaultSort: 'name',
      toItem: (row) => toRow(view, row),
      version: view.version('assets'),
      nowUs: view.nowUs,
    },
    query,
  );

export const assetNotFound = (id: string): RequestError =>
  new RequestError(
    404,
    'not-found',
    `There is no asset ${id} in this site.`,
    'It may have been merged into another: look it up in the list.',
  );

const factRows = (view: SiteView, facts: readonly Fact[]): AttributeFacts['facts'] =>
  facts.map((fact) => ({
    value: fact.value,
    confidence: share(fact.confidence),
    via: fact.via,
    protocol: fact.protocol,
    origin: fact.origin,
    address: addressText(view, fact.endpoint),
    count: fact.count,
    firstAt: maybeTime(fact.firstUs),
    lastAt: maybeTime(fact.lastUs),
    evidence: evidenceRefs(fact.evidence),
  }));

const peerRow = (view: SiteView, c: Conversation, isClient: boolean): PeerRow => ({
  peer: partyOf(view, isClient ? c.server : c.client),
  side: isClient ? 'client' : 'server',
  protocol: c.protocol,
  transport: c.transport,
  port: c.serverPort,
  bytesOut: isClient ? c.clientBytes : c.serverBytes,
  bytesIn: isClient ? c.serverBytes : c.clientBytes,
  hasPayload: decodedShare(c) !== undefined,
  verbs: { ...c.verbs } as Record<string, number>,
  refused: c.refused,
  oneWay: isOneWay(c),
  encrypted: c.encrypted,
  firstAt: maybeTime(c.firstUs),
  lastAt: maybeTime(c.lastUs),
});

export type Corrections = AssetDetail['corrections'];

/** One asset; throws `not-found`. `corrections` are those that can be undone. */
export const assetDetail = (view: SiteView, id: string, corrections: Corrections): AssetDetail => {
  const { model } = view;
  const asset = model.asset(id);
  if (asset === undefined) throw assetNotFound(id);
  const mine = new Set(asset.endpoints.map((membership) => membership.endpoint));
  const owns = (endpoint: number): boolean => mine.has(endpoint) || model.assetOf(endpoint) === id;
  const facts = byAttribute(model.facts(id));
  const peers: PeerRow[] = [];
  let peersMore = 0;
  const talks = model
    .conversations()
    .filter((c) => (owns(c.client) || owns(c.server)) && c.isCopy !== true)
    .sort((a, b) => b.clientBytes + b.serverBytes - (a.clientBytes + a.serverBytes));
  for (const c of talks) {
    if (peers.length < MAX_PEERS) peers.push(peerRow(view, c, owns(c.client)));
    else peersMore++;
  }
  const parent = asset.parent === undefined ? undefined : model.asset(asset.parent);
  const children = model.assets().filter((other) => other.parent === id);
  const best = (attribute: string): string => facts.get(attribute)?.[0]?.value ?? '';
  const either = (a: number, b: number): boolean => owns(a) || owns(b);
  return {
    id,
    kind: asset.kind,
    name: asset.name,
    role: { value: asset.role.value, confidence: share(asset.role.confidence), reasons: [...asset.role.reasons] },
    level: {
      value: asset.level.value ?? null,
      confidence: share(asset.level.confidence),
      reasons: [...asset.level.reasons],
    },
    vendor: asset.vendor,
    model: asset.model,
    orderNumber: best('order-number'),
    firmware: asset.firmware,
    serial: asset.serial,
    os: asset.os,
    contact: contactOf(view, id),
    mode: [...(facts.get('mode') ?? [])].sort((a, b) => b.lastUs - a.lastUs)[0]?.value ?? '',
    network: networkOf(view, id),
    ips: [...asset.ips],
    macs: [...asset.macs],
    parent: parent === undefined ? null : assetParty(parent, assetAddress(parent)),
    sub: asset.sub === undefined ? null : { kind: asset.sub.kind, address: asset.sub.address },
    children: children.map((child) => ({
      id: child.id,
      kind: child.kind,
      name: child.name,
      role: child.role.value,
      address: child.sub?.address ?? assetAddress(child),
    })),
    endpoints: asset.endpoints.map(({ endpoint, fromUs, toUs }) => {
      const e = view.endpoints.get(endpoint);
      const traffic = view.endpoints.traffic(endpoint);
      return {
        segment: e.segment,
        vlan: e.vlan,
        mac: e.mac ?? '',
        ip: e.ip ?? '',
        detail: e.tunnel ?? (e.sub === undefined ? '' : `${e.sub.kind.replace(/^[a-z0-9]+-/, '')} ${e.sub.address}`),
        fromAt: maybeTime(fromUs),
        toAt: maybeTime(toUs),
        framesSent: traffic.framesSent,
        framesReceived: traffic.framesReceived,
      };
    }),
    attributes: [...facts]
      .filter(([attribute]) => !ADDRESSES.has(attribute))
      .map(([attribute, list]) => ({
        attribute: attribute as AttributeFacts['attribute'],
        contradicting: contradicting(view, attribute, list),
        facts: factRows(view, list),
      })),
    modules: asset.modules.map((module) => ({
      slot: module.slot,
      vendor: module.vendor,
      model: module.model,
      orderNumber: module.orderNumber,
      firmware: module.firmware,
      serial: module.serial,
      present: module.present,
      via: module.via,
      evidence: evidenceRefs(module.evidence),
    })),
    peers,
    peersMore,
    users: [...asset.users],
    served: [...asset.served],
    spoken: [...asset.spoken],
    counts: {
      commands: model.commands().filter((c) => either(c.client, c.target)).length,
      points: model.points({ asset: id, limit: 1 }).total,
      sessions: model.sessions().filter((s) => either(s.client, s.server)).length,
      changes: model.changes().filter((c) => c.asset === id).length,
      weirds: model.weirds().filter((w) => either(w.client, w.server)).length,
    },
    notes: [...asset.notes],
    maybeSame: maybeSame(view, asset),
    corrections,
    firstAt: maybeTime(asset.firstUs),
    lastAt: maybeTime(asset.lastUs),
  };
};

/** Assets with the same serial number or the same distinctive name: offered, never merged by themselves. */
const maybeSame = (view: SiteView, asset: Asset): AssetDetail['maybeSame'] => {
  const found: AssetDetail['maybeSame'] = [];
  for (const other of view.model.assets()) {
    if (other.id === asset.id || other.parent === asset.id || asset.parent === other.id) continue;
    if (asset.serial !== '' && other.serial === asset.serial && other.vendor === asset.vendor) {
      found.push({ id: other.id, name: other.name, reason: `same serial number ${asset.serial}` });
    } else if (other.name === asset.name && !asset.ips.includes(asset.name) && !asset.macs.includes(asset.name)) {
      found.push({ id: other.id, name: other.name, reason: `same name ${asset.name}` });
    }
    if (found.length === 20) break;
  }
  return found;
};
