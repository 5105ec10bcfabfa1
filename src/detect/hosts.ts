/**
 * Which endpoints are one host for learning: the same IP in the same network, whatever the MAC. A router that fails over
 * changes the MAC of everything behind it; without this every conversation would be new. That one IP appears with two
 * MACs is told by a detector of its own.
 */
import type { Endpoint, EndpointId, EndpointView } from '../core/endpoint.ts';
import { growI32, growU8 } from '../lib/grow.ts';
import { ipScope } from '../lib/ip-scope.ts';

/** Addresses with one network card from which on it is a router's, in front of others. */
const ROUTER_FROM = 4;
/** Networks looked through for the one in which an address is seen directly; in more of them it is nobody's. */
const MAX_SIGHTINGS = 16;

const GROUP = 1;
const PUBLIC = 2;

/** Bounded by the endpoint table of the site, which has its own limit. Answers are constant time once asked. */
export class Hosts {
  readonly #view: EndpointView;
  readonly #byAddress = new Map<string, EndpointId>();
  #host: Int32Array<ArrayBufferLike> = new Int32Array(256);
  #flags: Uint8Array<ArrayBufferLike> = new Uint8Array(256);
  #known = 0;
  /** Hosts with each network card, up to those that make it a router's. */
  readonly #behind = new Map<string, number>();
  /** Hosts of each address in a segment, whatever the network. */
  readonly #sightings = new Map<string, EndpointId[]>();
  /** The list of a host in `#sightings`, by host: found without its key. */
  readonly #seen: (readonly EndpointId[] | undefined)[] = [undefined];

  constructor(view: EndpointView) {
    this.#view = view;
  }

  of(endpoint: EndpointId): EndpointId {
    if (endpoint > this.#known) this.#catchUp(endpoint);
    return this.#host[endpoint]!;
  }
  /** See DetectorContext.device. */
  device(endpoint: EndpointId): EndpointId {
    // What makes a card a router's is everybody behind it.
    if (this.#view.count > this.#known) this.#catchUp(this.#view.count);
    const host = this.of(endpoint);
    // Its address is seen nowhere else: it is itself, on whichever side of a router.
    if (host <= 0 || this.#seen[host]?.length === 1) return host;
    const e = this.#view.get(host);
    if (e.ip === undefined || !this.#isRouted(e)) return host;
    const direct = (this.#sightings.get(`${e.segment} ${e.ip}`) ?? []).filter(
      (id) => !this.#isRouted(this.#view.get(id)),
    );
    if (direct.length <= 1) return direct[0] ?? host;
    // Behind a router that carries few, hop counts tell: what was forwarded has less left.
    const ttl = (id: EndpointId): number => this.#view.traffic(id).maxTtl;
    const most = Math.max(...direct.map(ttl));
    const nearest = direct.filter((id) => ttl(id) === most);
    return nearest.length === 1 ? nearest[0]! : host;
  }
  /** See DetectorContext.sides. */
  sides(endpoint: EndpointId): readonly EndpointId[] {
    const device = this.device(endpoint);
    if (device <= 0 || this.#seen[device]?.length === 1) return [device];
    const { segment, ip, parent, sub } = this.#view.get(device);
    // Behind a gateway that is seen from nowhere else, so is it.
    if (parent !== undefined && sub !== undefined && this.#seen[this.of(parent)]?.length === 1) return [device];
    if (parent !== undefined && sub !== undefined)
      return this.sides(parent).flatMap((p) => this.#byAddress.get(`${p}/${sub.kind}/${sub.address}`) ?? []);
    const seen = this.#sightings.get(`${segment} ${ip ?? ''}`) ?? [device];
    const ttl = this.#view.traffic(device).maxTtl;
    return seen.filter((id) => id === device || this.device(id) === device || this.#isForwarded(id, ttl));
  }
  /** Seen behind a card that carries others too, with less of its hop count left than `ttl`. */
  #isForwarded(id: EndpointId, ttl: number): boolean {
    const { segment, mac } = this.#view.get(id);
    const { maxTtl } = this.#view.traffic(id);
    return maxTtl > 0 && maxTtl < ttl && (this.#behind.get(`${segment} ${mac ?? ''}`) ?? 0) >= 2;
  }
  #isRouted({ segment, mac }: Endpoint): boolean {
    return mac !== undefined && (this.#behind.get(`${segment} ${mac}`) ?? 0) >= ROUTER_FROM;
  }

  isGroup(endpoint: EndpointId): boolean {
    if (endpoint <= 0) return true;
    if (endpoint > this.#known) this.#catchUp(endpoint);
    return (this.#flags[endpoint]! & GROUP) !== 0;
  }
  isPublic(endpoint: EndpointId): boolean {
    if (endpoint <= 0) return false;
    if (endpoint > this.#known) this.#catchUp(endpoint);
    return (this.#flags[endpoint]! & PUBLIC) !== 0;
  }

  /** In order of number, so that the answer does not depend on who was asked for first. */
  #catchUp(to: EndpointId): void {
    if (to >= this.#host.length) {
      const size = Math.max(to + 1, this.#host.length * 2);
      this.#host = growI32(this.#host, size);
      this.#flags = growU8(this.#flags, size);
    }
    for (let id = this.#known + 1; id <= to; id++) {
      const e = this.#view.get(id);
      this.#seen[id] = undefined;
      const key = this.#key(e);
      const first = key === '' ? id : (this.#byAddress.get(key) ?? id);
      if (first === id && key !== '') this.#byAddress.set(key, id);
      this.#host[id] = first;
      if (first === id && e.ip !== undefined && key !== '' && e.parent === undefined) {
        const card = `${e.segment} ${e.mac ?? ''}`;
        if (e.mac !== undefined) this.#behind.set(card, Math.min(ROUTER_FROM, (this.#behind.get(card) ?? 0) + 1));
        const at = `${e.segment} ${e.ip}`;
        let list = this.#sightings.get(at);
        if (list === undefined) {
          list = [];
          this.#sightings.set(at, list);
        }
        if (list.length < MAX_SIGHTINGS) list.push(id);
        this.#seen[id] = list;
      }
      const scope = ipScope(e.ip ?? '');
      const mac = e.mac !== undefined && (Number.parseInt(e.mac.slice(0, 2), 16) & 1) === 1;
      this.#flags[id] = (mac || scope === 'group' ? GROUP : 0) | (scope === 'public' ? PUBLIC : 0);
    }
    this.#known = Math.max(this.#known, to);
  }

  #key(e: Endpoint): string {
    if (e.parent !== undefined && e.sub !== undefined)
      return `${this.#host[e.parent] ?? e.parent}/${e.sub.kind}/${e.sub.address}`;
    const scope = ipScope(e.ip ?? '');
    // Link-local and unspecified addresses belong to nobody for long.
    if (e.ip === undefined || scope === 'none' || scope === 'link') return '';
    return scope === 'public'
      ? `${e.segment} ${e.ip}`
      : `${e.segment} ${e.vlan} ${e.innerVlan} ${e.tunnel ?? ''} ${e.ip}`;
  }
}
