/**
 * A site as the answers are made from it: the model with what the API's shapes need beside it (parties, networks, times).
 * What follows from the picture alone is kept until its version changes.
 */
import type { Attention, EvidenceRef, Party, PlainValue, Verdict } from '../../api/index.ts';
import type { EndpointId, EndpointView } from '../../core/endpoint.ts';
import type { Evidence } from '../../core/frame.ts';
import type { Value } from '../../core/observation.ts';
import type { Asset, Source } from '../../core/site.ts';
import type { SiteModel } from '../../core/site-model.ts';
import { isoTime, timeText } from '../../lib/iso-time.ts';
import type { SiteDetection } from '../detection/site-detection.ts';

export interface SiteView {
  readonly id: string;
  /** The plant's zone, IANA. */
  readonly zone: string;
  readonly model: SiteModel;
  readonly detection: SiteDetection;
  readonly endpoints: EndpointView;
  readonly sources: () => readonly Source[];
  /** What hinders watching and belongs to no source. */
  readonly troubles: readonly Verdict[];
  /** The simulated plant is played from its day before until now. */
  readonly playsHistory: boolean;
  readonly nowUs: number;
  /** Set by people; keys are of `units.ts`. */
  readonly units: ReadonlyMap<string, string>;
  readonly version: (topic: string) => number;
  readonly cache: ViewCache;
}

/** Lives as long as the site, or as its model stands still (`still.ts`). */
export interface ViewCache {
  readonly isStill: boolean;
  /** What a person should look at, where the model stands still. */
  matters?: readonly Attention[];
  version: number;
  readonly parties: Map<EndpointId, Party>;
  readonly networkOf: Map<string, string>;
}
export const createCache = (isStill = false): ViewCache => ({
  isStill,
  version: -1,
  parties: new Map(),
  networkOf: new Map(),
});

const fresh = (view: SiteView): ViewCache => {
  const { cache, model } = view;
  const { version } = model;
  if (cache.version !== version) {
    cache.version = version;
    cache.parties.clear();
    cache.networkOf.clear();
    for (const network of model.networks()) {
      const label = networkLabel(network.id);
      for (const asset of network.assets) if (!cache.networkOf.has(asset)) cache.networkOf.set(asset, label);
    }
  }
  return cache;
};
const networkLabel = (id: string): string => id;
export const networkOf = (view: SiteView, asset: string): string => fresh(view).networkOf.get(asset) ?? '';

export { timeText };
/** 0 or less is not known. */
export const maybeTime = (us: number): string | null => isoTime(us) ?? null;

export const plainValue = (value: Value | undefined): PlainValue => {
  if (value === undefined) return null;
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
};
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
export const share = (value: number): number => Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0));
/** Frames as links; frame 0 is "not seen". */
export const evidenceRefs = (list: readonly Evidence[]): EvidenceRef[] =>
  list.filter(({ frame }) => frame > 0).map(({ source, frame }) => ({ source, frame }));

const isGroup = (mac: string | undefined, ip: string | undefined): boolean => {
  if (ip !== undefined) {
    const first = Number(ip.split('.')[0]);
    if (ip === '255.255.255.255' || (ip.includes('.') && first >= 224) || ip.toLowerCase().startsWith('ff'))
      return true;
  }
  return mac !== undefined && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
};

/** IP, else MAC, else the sub-address behind its gateway. */
export const addressText = (view: SiteView, id: EndpointId): string => {
  if (id <= 0 || id > view.endpoints.count) return '';
  const endpoint = view.endpoints.get(id);
  if (endpoint.sub !== undefined && endpoint.parent !== undefined) {
    return `${addressText(view, endpoint.parent)} ${endpoint.sub.kind.replace(/^[a-z0-9]+-/, '')} ${endpoint.sub.address}`;
  }
  return endpoint.ip ?? endpoint.mac ?? '';
};

export const assetParty = (asset: Asset, address: string): Party => ({
  kind: 'asset',
  id: asset.id,
  name: asset.name,
  address,
  role: asset.role.value,
  level: asset.level.value ?? null,
});

export const assetAddress = (asset: Asset): string => asset.ips[0] ?? asset.macs[0] ?? asset.sub?.address ?? '';

/** Who an endpoint is. */
export const partyOf = (view: SiteView, id: EndpointId): Party => {
  const { parties } = fresh(view);
  const known = parties.get(id);
  if (known !== undefined) return known;
  const address = addressText(view, id);
  const assetId = id > 0 ? view.model.assetOf(id) : undefined;
  const asset = assetId === undefined ? undefined : view.model.asset(assetId);
  let party: Party;
  if (asset !== undefined) party = assetParty(asset, address);
  else {
    const endpoint = id > 0 && id <= view.endpoints.count ? view.endpoints.get(id) : undefined;
    const kind = isGroup(endpoint?.mac, endpoint?.ip) ? 'group' : 'mentioned';
    party = { kind, id: '', name: address === '' ? 'not seen' : address, address, role: 'unknown', level: null };
  }
  parties.set(id, party);
  return party;
};

/** Texts by which a party is found: its name, address and id. */
export const partyWords = (party: Party): readonly string[] =>
  [party.name, party.address, party.id].filter((x) => x !== '');
/** First what it is sorted by. */
export const twoParties = (a: Party, b: Party): readonly string[] => [...partyWords(a), ...partyWords(b)];
