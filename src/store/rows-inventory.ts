/** Rows of what there is: endpoints, memberships, facts, modules, decisions by hand, limits. */
import type { SubAddressKind } from '../core/endpoint.ts';
import type { Evidence } from '../core/frame.ts';
import type { Fact, FactAttribute } from '../core/site.ts';
import type {
  AliasRow,
  EndpointRow,
  FactRow,
  LimitRow,
  MembershipRow,
  ModuleRow,
  Override,
} from '../core/site-model.ts';
import { codec, evidence, fromJson, json } from './codec.ts';

export const endpoints = codec<'endpoint', EndpointRow>({
  table: 'endpoint',
  order: 'endpoint_id',
  toRow: (site_id, { traffic, ...e }) => ({
    site_id,
    endpoint_id: e.id,
    segment: e.segment,
    vlan: e.vlan,
    inner_vlan: e.innerVlan,
    mac: e.mac ?? '',
    ip: e.ip ?? '',
    tunnel: e.tunnel ?? '',
    parent_id: e.parent ?? 0,
    sub_kind: e.sub?.kind ?? '',
    sub_address: e.sub?.address ?? '',
    spoke: e.spoke,
    frames_sent: traffic.framesSent,
    bytes_sent: traffic.bytesSent,
    frames_received: traffic.framesReceived,
    bytes_received: traffic.bytesReceived,
    first_us: traffic.firstUs,
    last_us: traffic.lastUs,
    min_ttl: traffic.minTtl,
    max_ttl: traffic.maxTtl,
    seen: e.seen === undefined ? '' : json(e.seen),
  }),
  fromRow: (r) => ({
    id: r.endpoint_id,
    segment: r.segment,
    vlan: r.vlan,
    innerVlan: r.inner_vlan,
    ...(r.mac === '' ? {} : { mac: r.mac }),
    ...(r.ip === '' ? {} : { ip: r.ip }),
    ...(r.tunnel === '' ? {} : { tunnel: r.tunnel }),
    ...(r.parent_id === 0 ? {} : { parent: r.parent_id }),
    ...(r.sub_kind === '' ? {} : { sub: { kind: r.sub_kind as SubAddressKind, address: r.sub_address } }),
    spoke: r.spoke,
    ...(r.seen === '' ? {} : { seen: fromJson<Evidence>(r.seen) }),
    traffic: {
      framesSent: r.frames_sent,
      bytesSent: r.bytes_sent,
      framesReceived: r.frames_received,
      bytesReceived: r.bytes_received,
      firstUs: r.first_us,
      lastUs: r.last_us,
      minTtl: r.min_ttl,
      maxTtl: r.max_ttl,
    },
  }),
});

export const memberships = codec<'membership', MembershipRow>({
  table: 'membership',
  order: 'endpoint_id',
  toRow: (site_id, m) => ({
    site_id,
    endpoint_id: m.endpoint,
    asset_id: m.asset,
    from_us: m.fromUs,
    to_us: m.toUs,
  }),
  fromRow: (r) => ({ endpoint: r.endpoint_id, asset: r.asset_id, fromUs: r.from_us, toUs: r.to_us }),
});

export const facts = codec<'fact', FactRow>({
  table: 'fact',
  order: 'fact_id',
  toRow: (site_id, f) => ({
    site_id,
    fact_id: f.id,
    endpoint_id: f.endpoint,
    attribute: f.attribute,
    value: f.value,
    confidence: f.confidence,
    via: f.via,
    protocol: f.protocol,
    origin: f.origin,
    first_us: f.firstUs,
    last_us: f.lastUs,
    count: f.count,
    evidence: json(f.evidence),
    order: f.order,
    removed: f.removed,
  }),
  fromRow: (r) => ({
    id: r.fact_id,
    endpoint: r.endpoint_id,
    attribute: r.attribute as FactAttribute,
    value: r.value,
    confidence: r.confidence,
    via: r.via,
    protocol: r.protocol,
    origin: r.origin as Fact['origin'],
    firstUs: r.first_us,
    lastUs: r.last_us,
    count: r.count,
    evidence: evidence(r.evidence),
    order: r.order,
    removed: r.removed,
  }),
});

export const modules = codec<'module', ModuleRow>({
  table: 'module',
  order: 'module_id',
  toRow: (site_id, m) => ({
    site_id,
    module_id: m.id,
    endpoint_id: m.endpoint,
    slot: m.slot,
    vendor: m.vendor,
    model: m.model,
    order_number: m.orderNumber,
    firmware: m.firmware,
    serial: m.serial,
    present: m.present,
    via: m.via,
    evidence: json(m.evidence),
  }),
  fromRow: (r) => ({
    id: r.module_id,
    endpoint: r.endpoint_id,
    slot: r.slot,
    vendor: r.vendor,
    model: r.model,
    orderNumber: r.order_number,
    firmware: r.firmware,
    serial: r.serial,
    present: r.present,
    via: r.via,
    evidence: evidence(r.evidence),
  }),
});

export const aliases = codec<'alias', AliasRow>({
  table: 'alias',
  order: 'alias_id',
  toRow: (site_id, a) => ({
    site_id,
    alias_id: a.id,
    client_id: a.client,
    server_id: a.server,
    of_client_id: a.ofClient,
    of_server_id: a.ofServer,
    count: a.count,
  }),
  fromRow: (r) => ({
    id: r.alias_id,
    client: r.client_id,
    server: r.server_id,
    ofClient: r.of_client_id,
    ofServer: r.of_server_id,
    count: r.count,
  }),
});

export const overrides = codec<'override', Override>({
  table: 'override',
  order: 'override_id',
  toRow: (site_id, o) => ({
    site_id,
    override_id: o.id,
    kind: o.kind,
    endpoints: json(o.endpoints),
    active: o.active,
  }),
  fromRow: (r) => ({
    id: r.override_id,
    kind: r.kind as Override['kind'],
    endpoints: fromJson<readonly number[]>(r.endpoints),
    active: r.active,
  }),
});

export const limits = codec<'limit_count', LimitRow>({
  table: 'limit_count',
  order: 'name',
  toRow: (site_id, l) => ({ site_id, name: l.limit, dropped: l.dropped }),
  fromRow: (r) => ({ limit: r.name, dropped: r.dropped }),
});
