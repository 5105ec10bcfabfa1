/** Assets: the inventory list, one asset in full, and the corrections people make to it. */
import { type Static, Type } from 'typebox';
import { ATTRIBUTES } from '../core/observation.ts';
import { ROLES } from '../core/site.ts';
import { Count, EvidenceList, Int, Level, MaybeTime, Obj, OneOf, Party, RoleName, Share, Time } from './common.ts';

export const AssetRow = Obj({
  id: Type.String(),
  kind: OneOf(['device', 'child', 'silent-child']),
  name: Type.String(),
  role: RoleName,
  roleConfidence: Share,
  level: Level,
  vendor: Type.String(),
  model: Type.String(),
  firmware: Type.String(),
  serial: Type.String(),
  os: Type.String(),
  ips: Type.Array(Type.String()),
  macs: Type.Array(Type.String()),
  vlans: Type.Array(Int()),
  /** Network the first address lies in: `192.168.0.0/24`, `VLAN 12`; '' not known. */
  network: Type.String(),
  /** Protocols served, then spoken. */
  served: Type.Array(Type.String()),
  spoken: Type.Array(Type.String()),
  parent: Type.String(),
  contradictions: Count,
  notes: Count,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
});
export type AssetRow = Static<typeof AssetRow>;

/** One statement about an attribute, with its proof. */
export const FactRow = Obj({
  value: Type.String(),
  confidence: Share,
  via: Type.String(),
  protocol: Type.String(),
  origin: OneOf(['observed', 'derived', 'imported', 'manual']),
  address: Type.String(),
  count: Count,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  evidence: EvidenceList,
});
export type FactRow = Static<typeof FactRow>;

/** Facts on one attribute, best first. `contradicting`: they cannot all be true at once. */
export const AttributeFacts = Obj({
  attribute: OneOf(ATTRIBUTES),
  contradicting: Type.Boolean(),
  facts: Type.Array(FactRow),
});
export type AttributeFacts = Static<typeof AttributeFacts>;

export const ModuleRow = Obj({
  slot: Type.String(),
  vendor: Type.String(),
  model: Type.String(),
  orderNumber: Type.String(),
  firmware: Type.String(),
  serial: Type.String(),
  present: Type.Boolean(),
  via: Type.String(),
  evidence: EvidenceList,
});
export type ModuleRow = Static<typeof ModuleRow>;

export const EndpointRow = Obj({
  segment: Int(),
  vlan: Int(),
  mac: Type.String(),
  ip: Type.String(),
  /** `vxlan 42 ...` or `unit 3`; '' for plain addresses. */
  detail: Type.String(),
  fromAt: MaybeTime,
  /** null while it lasts. */
  toAt: MaybeTime,
  framesSent: Count,
  framesReceived: Count,
});

/** A conversation seen from this asset. */
export const PeerRow = Obj({
  peer: Party,
  /** What this asset is in it. */
  side: OneOf(['client', 'server']),
  protocol: Type.String(),
  transport: Type.String(),
  port: Int(),
  bytesOut: Count,
  bytesIn: Count,
  /** Something was said in it, beyond the opening and closing of connections. */
  hasPayload: Type.Boolean(),
  verbs: Type.Record(Type.String(), Count),
  refused: Count,
  oneWay: Type.Boolean(),
  encrypted: Type.Boolean(),
  firstAt: MaybeTime,
  lastAt: MaybeTime,
});
export type PeerRow = Static<typeof PeerRow>;

const Conclusion = { confidence: Share, reasons: Type.Array(Type.String()) };
/** One asset. Its commands, points, sessions and changes are lists: ask them with `asset:<id>` (`target:`, `client:`). */
export const AssetDetail = Obj({
  id: Type.String(),
  kind: OneOf(['device', 'child', 'silent-child']),
  name: Type.String(),
  role: Obj({ value: RoleName, ...Conclusion }),
  level: Obj({ value: Level, ...Conclusion }),
  vendor: Type.String(),
  model: Type.String(),
  orderNumber: Type.String(),
  firmware: Type.String(),
  serial: Type.String(),
  os: Type.String(),
  /** Whom to call about it; '' nobody is known. */
  contact: Type.String(),
  /** Operating mode as last seen: `RUN`; '' not known. */
  mode: Type.String(),
  network: Type.String(),
  ips: Type.Array(Type.String()),
  macs: Type.Array(Type.String()),
  parent: Type.Union([Party, Type.Null()]),
  sub: Type.Union([Obj({ kind: Type.String(), address: Type.String() }), Type.Null()]),
  children: Type.Array(
    Obj({
      id: Type.String(),
      kind: OneOf(['device', 'child', 'silent-child']),
      name: Type.String(),
      role: RoleName,
      address: Type.String(),
    }),
  ),
  endpoints: Type.Array(EndpointRow),
  attributes: Type.Array(AttributeFacts),
  modules: Type.Array(ModuleRow),
  peers: Type.Array(PeerRow),
  /** Peers beyond the 500 that are listed. */
  peersMore: Count,
  users: Type.Array(Type.String()),
  served: Type.Array(Type.String()),
  spoken: Type.Array(Type.String()),
  counts: Obj({ commands: Count, points: Count, sessions: Count, changes: Count, weirds: Count }),
  notes: Type.Array(Type.String()),
  /** Other assets that may be the same device, with the reason: offered for merging. */
  maybeSame: Type.Array(Obj({ id: Type.String(), name: Type.String(), reason: Type.String() })),
  /** Corrections that people made and that can be undone, newest first. */
  corrections: Type.Array(Obj({ id: Type.String(), at: Time, who: Type.String(), text: Type.String() })),
  firstAt: MaybeTime,
  lastAt: MaybeTime,
});
export type AssetDetail = Static<typeof AssetDetail>;
export const AssetParams = Obj({ site: Type.String(), asset: Type.String() });

/** A manual fact: stands beside the observed ones, wins for display, is journalled. '' takes it back. */
export const AssetChange = Obj({
  name: Type.Optional(Type.String({ maxLength: 200 })),
  role: Type.Optional(OneOf([...ROLES, ''] as const)),
  /** null takes a manual level back. */
  level: Type.Optional(Level),
  /** Whom to call about it: name and telephone. */
  contact: Type.Optional(Type.String({ maxLength: 200 })),
});
export type AssetChange = Static<typeof AssetChange>;
/** All of `assets` become one (the first keeps its id). */
export const MergeRequest = Obj({
  assets: Type.Array(Type.String(), { minItems: 2, maxItems: 50 }),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
export type MergeRequest = Static<typeof MergeRequest>;
/** The endpoints (by position in `AssetDetail.endpoints`) become an asset of their own. */
export const SplitRequest = Obj({
  endpoints: Type.Array(Int({ minimum: 0 }), { minItems: 1, maxItems: 500 }),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
export type SplitRequest = Static<typeof SplitRequest>;
export const Corrected = Obj({ correction: Type.String(), asset: Type.String() });
export const CorrectionParams = Obj({ site: Type.String(), correction: Type.String() });
