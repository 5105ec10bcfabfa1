/** What is kept for one flow of S7 communication; every part is bounded where it is filled. */
import type { S7Item } from './address.ts';
import { openWire, type S7Wire } from './wire.ts';

export interface S7State extends S7Wire {
  /** Object texts by the item array they describe; they live as long as the array does. */
  readonly objects: WeakMap<readonly S7Item[], string>;
  readonly paths: WeakMap<S7Item, readonly string[]>;
  pathCount: number;
  readonly transfers: Set<string>;
  /** Items of cyclic subscriptions by sequence number of their answer. */
  readonly subscriptions: Map<number, readonly S7Item[]>;
}
export const openS7 = (): S7State => {
  const { jobs, partials } = openWire();
  return {
    jobs,
    partials,
    objects: new WeakMap(),
    paths: new WeakMap(),
    pathCount: 0,
    transfers: new Set(),
    subscriptions: new Map(),
  };
};
