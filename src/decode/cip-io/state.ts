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

export type Direction = 'O->T' | 'T->O' | 'unknown';

export interface IoConnection {
  /** Connection id and side, see `IoState.find`. */
  readonly key: number;
  direction: Direction;
  /** 0, 1 or -1 where no Forward Open was seen. */
  transportClass: number;
  /**
   * Area of the values: `assembly 100`, or `connection 0x004b0603`; where no Forward Open was seen the layout may be
   * another, and so is the name: `connection 0x004b0603 (not seen open)`.
   */
  area: string;
  route: string;
  /** The target of the connection where it is known, else 0: the sender. */
  target: EndpointId;
  /** The endpoint at the end of the route, found once. */
  child: EndpointId;
  /** Process data of the last packet (without counts), an object that is handed out again while nothing changes. */
  last: Uint8Array;
  /** Encapsulation sequence of the last packet, -1 before the first. */
  lastSequence: number;
  /** First word of the last packet, and how often in a row it rose by one. */
  lastWord: number;
  counted: number;
  /** Packets of a connection of unknown class that were looked at. */
  looked: number;
}

export class IoState {
  /** Small chunks: the last data of a connection may be kept for hours. */
  readonly slab = new OctetSlab(MAX_KEPT_OCTETS);
  private readonly connections = new Map<number, IoConnection>();
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
      area: announced?.area ?? `${nameOf(connectionId)} (not seen open)`,
      route: announced?.route ?? '',
      target: announced?.target ?? 0,
      child: 0,
      last: EMPTY,
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
    this.remember(a.otId, { ...common, direction: 'O->T', area: areaOf(a.otPoint, a.otId) });
    this.remember(a.toId, { ...common, direction: 'T->O', area: areaOf(a.toPoint, a.toId) });
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
const nameOf = (id: number): string => `connection 0x${id.toString(16).padStart(8, '0')}`;
const areaOf = (point: number, id: number): string => (point >= 0 ? `assembly ${point}` : nameOf(id));

/** Is it known whether a sequence count stands before the data? Until then every word may be the next one. */
export const isLaidOut = (c: IoConnection): boolean =>
  c.transportClass >= 0 || c.counted >= COUNT_EVIDENCE || c.looked >= NO_COUNT_EVIDENCE;
