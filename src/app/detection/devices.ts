/**
 * What detectors and triage ask about endpoints, as tables: role, Purdue level, asset, the endpoint that stands for the
 * device. Made anew from the inventory now and then by frame time, at growing distances: an inventory settles.
 */
import type { EndpointId } from '../../core/endpoint.ts';
import type { Role } from '../../core/site.ts';
import type { AssetBrief, SiteModel } from '../../core/site-model.ts';

const FIRST_US = 10_000_000;
/** Later the inventory is looked at so often. */
const EVERY_US = 900_000_000;
/** Next look after this part of the time watched. */
const PART = 1 / 2;
/** After a new finding: the chain must know who its devices are, not a quarter of an hour later. */
const SOON_US = 10_000_000;
/** More devices cost more to look at: so much longer for each, 60 s at 5,000. */
const SOON_PER_ASSET_US = 10_000;

export class Devices {
  readonly #model: SiteModel;
  #roles: (Role | undefined)[] = [];
  #levels: Float64Array = new Float64Array(0);
  #hosts: Int32Array = new Int32Array(0);
  #assets: (string | undefined)[] = [];
  #version = -1;
  #sinceUs = 0;
  #nextUs = 0;
  /** When they were made last, by frame time. */
  #madeUs = 0;
  #count = 0;

  constructor(model: SiteModel) {
    this.#model = model;
  }

  role(endpoint: EndpointId): Role {
    return this.#roles[endpoint] ?? 'unknown';
  }
  level(endpoint: EndpointId): number {
    return endpoint < this.#levels.length ? this.#levels[endpoint]! : Number.NaN;
  }
  /** The first endpoint of the device; of sub-addresses that of their gateway. */
  host(endpoint: EndpointId): EndpointId {
    return (endpoint < this.#hosts.length ? this.#hosts[endpoint] : 0) || endpoint;
  }
  /** Asset ids of an endpoint: its own and its gateway's. */
  assets(endpoint: EndpointId): string[] {
    const own = this.#assets[endpoint];
    const host = this.#assets[this.host(endpoint)];
    return [...new Set([own, host].filter((id) => id !== undefined))];
  }

  /** Returns true when the tables were made anew. */
  tick(tsUs: number): boolean {
    if (this.#sinceUs === 0 || tsUs < this.#sinceUs) {
      this.#sinceUs = tsUs;
      this.#nextUs = tsUs + FIRST_US;
    }
    if (tsUs < this.#nextUs) return false;
    this.#nextUs = tsUs + Math.min(EVERY_US, Math.max(FIRST_US, (tsUs - this.#sinceUs) * PART));
    this.#madeUs = tsUs;
    if (this.#model.version === this.#version) return false;
    this.renew();
    return true;
  }

  /** Something was found: the inventory is looked at soon, however settled it is. */
  wanted(): void {
    this.#nextUs = Math.min(this.#nextUs, this.#madeUs + SOON_US + this.#count * SOON_PER_ASSET_US);
  }

  renew(): void {
    const model = this.#model;
    this.#version = model.version;
    const assets: readonly AssetBrief[] = model.briefs();
    this.#count = assets.length;
    let most = 0;
    for (const { endpoints } of assets) for (const endpoint of endpoints) most = Math.max(most, endpoint);
    this.#clear(most);
    // Few stand behind another: only the first endpoints of those that others stand behind are looked for by name.
    const gateways = new Map<string, EndpointId>();
    for (const { parent } of assets) if (parent !== undefined) gateways.set(parent, 0);
    for (const { id, endpoints } of assets) if (gateways.has(id)) gateways.set(id, endpoints[0] ?? 0);
    for (const { id, parent, endpoints, role, level } of assets) {
      const host = (parent !== undefined && gateways.get(parent)) || (endpoints[0] ?? 0);
      for (const endpoint of endpoints) {
        this.#roles[endpoint] = role;
        this.#assets[endpoint] = id;
        this.#levels[endpoint] = level;
        this.#hosts[endpoint] = host;
      }
    }
  }

  /** `withTables`: to make them anew from the inventory takes a second for thousands of devices. They hold for this site only. */
  save(withTables: boolean): string {
    const { count, rows } = withTables ? this.#tables() : {};
    return JSON.stringify({ sinceUs: this.#sinceUs, nextUs: this.#nextUs, count, rows } satisfies Saving);
  }
  #tables(): Pick<SavedDevices, 'count' | 'rows'> {
    const rows = this.#assets.flatMap((asset, endpoint): SavedDevice[] => {
      if (asset === undefined) return [];
      return [[endpoint, asset, this.role(endpoint), finite(this.level(endpoint)), this.host(endpoint)]];
    });
    return { count: this.#count, rows };
  }
  /** What was saved without tables, or before there were any: they are made. */
  load(text: string): void {
    const { sinceUs, nextUs, count, rows } = JSON.parse(text) as SavedDevices;
    this.#sinceUs = sinceUs;
    this.#nextUs = nextUs;
    if (rows === undefined || rows.length === 0) {
      this.renew();
      return;
    }
    this.#count = count ?? 0;
    // Another version: at the next look they are made anew.
    this.#version = -1;
    this.#clear(rows.reduce((most, [endpoint]) => Math.max(most, endpoint), 0));
    for (const [endpoint, asset, role, level, host] of rows) {
      this.#assets[endpoint] = asset;
      this.#roles[endpoint] = role;
      this.#levels[endpoint] = level ?? Number.NaN;
      this.#hosts[endpoint] = host;
    }
  }
  #clear(most: number): void {
    this.#roles = new Array<Role | undefined>(most + 1);
    this.#assets = new Array<string | undefined>(most + 1);
    this.#levels = new Float64Array(most + 1).fill(Number.NaN);
    this.#hosts = new Int32Array(most + 1);
  }
}

/** JSON knows no NaN. */
const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);

type SavedDevice = readonly [endpoint: EndpointId, asset: string, role: Role, level: number | null, host: EndpointId];
type Saving = { readonly [K in keyof SavedDevices]: SavedDevices[K] | undefined };
interface SavedDevices {
  readonly sinceUs: number;
  readonly nextUs: number;
  readonly count?: number;
  readonly rows?: readonly SavedDevice[];
}
