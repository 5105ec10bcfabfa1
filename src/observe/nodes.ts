/**
 * The pieces that binding joins to devices: nodes in a union-find forest while it works (Tarjan, 1975), groups when it is
 * done.
 */
import type { SubAddressKind } from '../core/endpoint.ts';

export interface Group {
  id: string;
  /** The endpoint whose number stands in the id. */
  founder: number;
  kind: 'device' | 'child' | 'silent-child';
  /** All endpoints of the device, in order of number; those of other sides of a NAT included. */
  readonly endpoints: number[];
  readonly macs: string[];
  /** Group that its frames came through, when they never came directly. */
  behind: Group | undefined;
  parent: Group | undefined;
  sub: { readonly kind: SubAddressKind; readonly address: string } | undefined;
  router: string;
  /** It changes addresses of streams it forwards. */
  translates: boolean;
  /** Endpoints that are this device as seen from the other side of a NAT. */
  readonly aliases: number[];
  readonly notes: string[];
  /** Sub-addresses that never answered and are not listed. */
  silent: number;
}

export interface Binding {
  readonly groups: readonly Group[];
  readonly byId: ReadonlyMap<string, Group>;
  /** Group of each endpoint; undefined for what never spoke. */
  readonly of: readonly (Group | undefined)[];
}

/** What binding some endpoints made of them. */
export interface Bound {
  /** In order of `byFounder`. */
  readonly groups: readonly Group[];
  of(endpoint: number): Group | undefined;
}

/** A router before the host behind it that its first frame came from. */
export const byFounder = (a: Group, b: Group): number =>
  a.founder - b.founder || (a.behind === undefined ? 0 : 1) - (b.behind === undefined ? 0 : 1);

export interface Node {
  up: Node | undefined;
  /** Endpoints that may found the group. */
  readonly founders: number[];
  readonly members: number[];
  mac: string;
  router: string;
  behind: Node | undefined;
  translates: boolean;
  readonly aliases: number[];
  merged: string;
  child: { parent: Node; sub: NonNullable<Group['sub']>; silent: boolean } | undefined;
  silent: number;
}

export const root = (n: Node): Node => {
  let r = n;
  while (r.up !== undefined) r = r.up;
  return r;
};
