/**
 * A site while frames come, as it was a moment ago: what pages ask of a model, taken once and given to all pages of that
 * moment. Who belongs together is found out anew after nearly every batch, and a page that asks for it between two
 * batches would pay for it alone.
 */
import type { EndpointId } from '../../core/endpoint.ts';
import type { Asset, AssetId } from '../../core/site.ts';
import type { SiteModel } from '../../core/site-model.ts';

/** Reading goes on for so many times as long as taking the lists took. */
const REST = 20;
/** Nothing shown is older than this on account of it, milliseconds. */
export const MAX_STILL_MS = 5000;

export interface Still {
  readonly model: SiteModel;
  /** Monotonic milliseconds until which it may be shown. */
  readonly untilMs: number;
}

/** `make` now, its first result afterwards. */
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/**
 * The model with its lists standing still; what is asked of single points and what writes goes to the model itself. The
 * devices are taken now, the other lists with the first question for each.
 */
export const stillOf = (model: SiteModel, nowMs: () => number): Still => {
  const sinceMs = nowMs();
  const assets = model.assets();
  const byId = new Map<AssetId, Asset>(assets.map((asset) => [asset.id, asset]));
  const ofEndpoint = new Map<EndpointId, AssetId>();
  for (const asset of assets) for (const { endpoint } of asset.endpoints) ofEndpoint.set(endpoint, asset.id);
  const networks = model.networks();
  const endMs = nowMs();
  const lists: Partial<SiteModel> = {
    version: model.version,
    assets: () => assets,
    asset: (id) => byId.get(id),
    assetOf: (endpoint) => ofEndpoint.get(endpoint),
    networks: () => networks,
    conversations: once(() => model.conversations()),
    commands: once(() => model.commands()),
    sessions: once(() => model.sessions()),
    weirds: once(() => model.weirds()),
    changes: once(() => model.changes()),
    control: once(() => model.control()),
    mentioned: once(() => model.mentioned()),
  };
  const fields = Object.entries(lists).map(([name, value]) => [name, { value }]);
  return {
    model: Object.create(model, Object.fromEntries(fields)) as SiteModel,
    untilMs: endMs + Math.min(MAX_STILL_MS, REST * (endMs - sinceMs)),
  };
};
