/** The I/O connections between two hosts: what a Forward Open said about them and the data they last carried. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { IoAnnouncement } from '../shared/cip-io-announcement.ts';
import { OctetSlab } from '../shared/octet-slab.ts';

/** Connections remembered per host pair; at the limit the oldest is forgotten and counted. */
export const MAX_IO_CONNECTIONS = 256;
/** Longer data is taken as changed each time instead of being kept. */
export const MAX_KEPT_OCTETS = 2048;
/** Packets whose first word rose by one each time before it is taken for the sequence count of class 1. */
export const COUNT_EVIDENCE = 4;
/** Packets after which a first word that did not is a value. */
export const NO_COUNT_EVIDENCE = 12;
/** Intervals of silence after which a connection is over: the least timeout multiplier (CIP Volume 1, 3-5.5.1.4). */
export const SILENT_INTERVALS = 4;
/** Share of the latest gap in the running interval of a connection. */
const GAP_WEIGHT = 0.125;

export type Direction = 'O->T' | 'T->O' | 'unknown';

export interface IoConnection {
  /** Connection id and side, see `IoState.find`. */
  readonly key: number;
  direction: Direction;
  /** 0, 1 or -1 where no Forward Open was seen. */
  transportClass: number;
  /**
   * Area of the values: `assembly 100`, or what stays the same when the connection is opened anew:
   * `6 octets to 10.0.0.9 #1 (not seen open)`. Empty until it is known.
   */
  area: string;
  /** Which one of its kind it is, where no assembly names it. */
  place: IoPlace | undefined;
  route: string;
  /** The target of the connection where it is known, else 0: the sender. */
  target: EndpointId;
  /** The endpoint at the end of the route, found once. */
  child: EndpointId;
  /** Process data of the last packet (without counts), an object that is handed out again while nothing changes. */
  last: Uint8Array;
  /** First and last packet, and the running interval between two. */
  firstUs: number;
  lastUs: number;
  intervalUs: number;
  /** Encapsulation sequence of the last packet, -1 before the first. */
  lastSequence: number;
  /** First word of the last packet, and how often in a row it rose by one. */
  lastWord: number;
  counted: number;
  /** Packets of a connection of unknown class that were looked at. */
  looked: number;
}

/**
 * Process data of a connection whose assembly is not known. Connection ids are chosen anew at every opening; what stays is
 * who sends, how many octets, and which one it is of several such: that one goes on with the connection after it.
 */
export interface IoPlace {
  readonly toServer: boolean;
  readonly octets: number;
  readonly route: string;
  /** From 1, among those of the same side, size and route. */
  readonly ordinal: number;
  holder: IoConnection;
}

export class IoState {
  /** Small chunks: the last data of a connection may be kept for hours. */
  readonly slab = new OctetSlab(MAX_KEPT_OCTETS);
  private readonly connections = new Map<number, IoConnection>();
  private readonly places: IoPlace[] = [];
  private recent: IoConnection | undefined;
  forgotten = 0;
  reportedForgotten = 0;

  /** A key that tells the two directions apart: both ends choose connection ids. */
  find(connectionId: number, toServer: boolean): IoConnection {
    const key = toServer ? connectionId : -connectionId - 1;
    const recent = this.recent;
    if (recent !== undefined && recent.key === key) return recent;
    let found = this.connections.get(key);
    if (found === undefined) found = this.add(key, connectionId);
    this.recent = found;
    return found;
  }

  private add(key: number, connectionId: number): IoConnection {
    if (this.connections.size >= MAX_IO_CONNECTIONS) {
      const oldest = this.connections.keys().next().value;
      if (oldest !== undefined) this.connections.delete(oldest);
      this.forgotten++;
    }
    const announced = this.announced.get(connectionId);
    const connection: IoConnection = {
      key,
      direction: announced?.direction ?? 'unknown',
      transportClass: announced?.transportClass ?? -1,
      area: announced?.area ?? '',
      place: undefined,
      route: announced?.route ?? '',
      target: announced?.target ?? 0,
      child: 0,
      last: EMPTY,
      firstUs: Number.NaN,
      lastUs: Number.NaN,
      intervalUs: 0,
      lastSequence: -1,
      lastWord: -1,
      counted: 0,
      looked: 0,
    };
    this.connections.set(key, connection);
    return connection;
  }

  private readonly announced = new Map<
    number,
    { direction: Direction; transportClass: number; area: string; route: string; target: EndpointId }
  >();

  /** A Forward Open succeeded: its two ids mean a new connection from now on. */
  announce(a: IoAnnouncement, target: EndpointId): void {
    const common = { transportClass: a.transportClass, route: a.route, target };
    this.remember(a.otId, { ...common, direction: 'O->T', area: areaOf(a.otPoint) });
    this.remember(a.toId, { ...common, direction: 'T->O', area: areaOf(a.toPoint) });
  }

  /**
   * Finds the place of a connection that no assembly names: that of one of the same side, size and route which is over, the
   * one whose last data is most like `data`; else a new one. Undecided while one before may still speak.
   */
  settle(c: IoConnection, toServer: boolean, data: Uint8Array): void {
    const octets = data.length;
    let best: IoPlace | undefined;
    let alike = -1;
    const taken = new Set<number>();
    for (const p of this.places) {
      if (p.toServer !== toServer || p.octets !== octets || p.route !== c.route) continue;
      taken.add(p.ordinal);
      const before = p.holder;
      // Both speak: they are two.
      if (before.lastUs >= c.firstUs) continue;
      if (c.lastUs - before.lastUs < SILENT_INTERVALS * before.intervalUs) return;
      const n = likeness(before.last, data);
      if (n > alike) [best, alike] = [p, n];
    }
    if (best === undefined) {
      if (this.places.length >= MAX_IO_CONNECTIONS) {
        let oldest = 0;
        for (let i = 1; i < this.places.length; i++)
          if (this.places[i]!.holder.lastUs < this.places[oldest]!.holder.lastUs) oldest = i;
        this.places.splice(oldest, 1);
        this.forgotten++;
      }
      let ordinal = 1;
      while (taken.has(ordinal)) ordinal++;
      best = { toServer, octets, route: c.route, ordinal, holder: c };
      this.places.push(best);
    }
    best.holder = c;
    c.place = best;
  }

  private remember(
    id: number,
    what: { direction: Direction; transportClass: number; area: string; route: string; target: EndpointId },
  ) {
    if (this.announced.size >= 2 * MAX_IO_CONNECTIONS) {
      const oldest = this.announced.keys().next().value;
      if (oldest !== undefined) this.announced.delete(oldest);
      this.forgotten++;
    }
    this.announced.set(id, what);
    this.connections.delete(id);
    this.connections.delete(-id - 1);
    this.recent = undefined;
  }
}

const EMPTY = new Uint8Array(0);
const areaOf = (point: number): string => (point >= 0 ? `assembly ${point}` : '');

/** A packet of the connection was seen. */
export const heard = (c: IoConnection, tsUs: number): void => {
  if (Number.isNaN(c.firstUs)) c.firstUs = tsUs;
  else {
    const gap = Math.max(0, tsUs - c.lastUs);
    c.intervalUs = c.intervalUs === 0 ? gap : c.intervalUs + GAP_WEIGHT * (gap - c.intervalUs);
  }
  c.lastUs = tsUs;
};

/** Is it known whether a sequence count stands before the data? Until then every word may be the next one. */
export const isCounted = (c: IoConnection): boolean =>
  c.transportClass >= 0 || c.counted >= COUNT_EVIDENCE || c.looked >= NO_COUNT_EVIDENCE;

/** Is it known what the words of the connection are, and where they belong? Until then they are no values. */
export const isLaidOut = (c: IoConnection): boolean => isCounted(c) && (c.area !== '' || c.place !== undefined);

/** Octets that are the same in both. */
const likeness = (a: Uint8Array, b: Uint8Array): number => {
  let n = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) n++;
  return n;
};
