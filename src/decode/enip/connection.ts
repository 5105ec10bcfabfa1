/**
 * The Connection Manager's requests and the table of explicit connections of one flow. Source: The CIP Networks Library
 * Volume 1, section 3-5.5 (Forward Open, Large Forward Open, Forward Close, Unconnected Send).
 */
import type { EndpointId } from '../../core/endpoint.ts';
import { u16le, u32le } from '../../lib/bytes.ts';
import { decodeEpath, type Epath, NO_PATH } from './epath.ts';

/** Forward Open or Close, request or successful response; fields a message does not carry are 0. */
export interface Forward {
  readonly what: 'open' | 'opened' | 'close' | 'closed';
  readonly otId: number;
  readonly toId: number;
  /** The triad that names the connection. */
  readonly serial: number;
  readonly vendor: number;
  readonly originator: number;
  readonly otRpiUs: number;
  readonly toRpiUs: number;
  /** Octets per packet, with sequence count and run/idle header where they apply. */
  readonly otSize: number;
  readonly toSize: number;
  /** Transport class 0..6: 0 and 1 are I/O, 3 is explicit messaging. -1 unknown. */
  readonly transportClass: number;
  readonly path: Epath;
}

/** Request data of 0x54 (`large` false) and 0x5b (true). Undefined when it is cut. */
export const decodeForwardOpen = (b: Uint8Array, o: number, end: number, large: boolean): Forward | undefined => {
  // priority 1, ticks 1, O->T id 4, T->O id 4, serial 2, vendor 2, originator 4, multiplier 1, reserved 3,
  // O->T RPI 4, O->T parameters 2/4, T->O RPI 4, T->O parameters 2/4, transport 1, path words 1, path
  const w = large ? 4 : 2;
  const tail = o + 30 + 2 * w;
  if (end < tail + 2) return undefined;
  const pathEnd = tail + 2 + 2 * b[tail + 1]!;
  if (pathEnd > end) return undefined;
  const mask = large ? 0xffff : 0x01ff;
  return {
    what: 'open',
    otId: u32le(b, o + 2),
    toId: u32le(b, o + 6),
    serial: u16le(b, o + 10),
    vendor: u16le(b, o + 12),
    originator: u32le(b, o + 14),
    otRpiUs: u32le(b, o + 22),
    otSize: u16le(b, o + 26) & mask,
    toRpiUs: u32le(b, o + 26 + w),
    toSize: u16le(b, o + 30 + w) & mask,
    transportClass: b[tail]! & 0x0f,
    path: decodeEpath(b, tail + 2, pathEnd),
  };
};

/** Data of a successful Forward Open response: ids, triad, actual packet intervals. */
export const decodeForwardOpened = (b: Uint8Array, o: number, end: number): Forward | undefined => {
  if (end - o < 26) return undefined;
  return {
    what: 'opened',
    otId: u32le(b, o),
    toId: u32le(b, o + 4),
    serial: u16le(b, o + 8),
    vendor: u16le(b, o + 10),
    originator: u32le(b, o + 12),
    otRpiUs: u32le(b, o + 16),
    toRpiUs: u32le(b, o + 20),
    otSize: 0,
    toSize: 0,
    transportClass: -1,
    path: NO_PATH,
  };
};

/** Data of Forward Close: in a request two octets of timing precede the triad and a path follows. */
export const decodeForwardClose = (
  b: Uint8Array,
  start: number,
  end: number,
  response: boolean,
): Forward | undefined => {
  const o = response ? start : start + 2;
  if (end < o + 10) return undefined;
  const pathEnd = response || end < o + 10 ? o + 8 : Math.min(end, o + 10 + 2 * b[o + 8]!);
  return {
    what: response ? 'closed' : 'close',
    otId: 0,
    toId: 0,
    serial: u16le(b, o),
    vendor: u16le(b, o + 2),
    originator: u32le(b, o + 4),
    otRpiUs: 0,
    toRpiUs: 0,
    otSize: 0,
    toSize: 0,
    transportClass: -1,
    path: response ? NO_PATH : decodeEpath(b, o + 10, pathEnd),
  };
};

export interface Connection {
  /** Small number for pairing keys, 1..65535, reused round. */
  readonly index: number;
  otId: number;
  toId: number;
  serial: number;
  vendor: number;
  originator: number;
  route: string;
  /** Of the last request, to bind an answer whose Forward Open was not seen. */
  lastSequence: number;
  lastService: number;
  /** The endpoint at the end of the route, found once. */
  child: EndpointId;
  childAnswered: boolean;
}

/** Connections of one flow; at the limit the oldest is forgotten and counted. */
export const MAX_CONNECTIONS = 256;
/** Forward Opens that wait for an answer. */
export const MAX_PENDING = 64;

export class ConnectionTable {
  private readonly byOt = new Map<number, Connection>();
  private readonly byTo = new Map<number, Connection>();
  private readonly pending = new Map<string, { readonly open: Forward; readonly route: string }>();
  private next = 1;
  private recent: Connection | undefined;
  /** Connections forgotten at the limit. */
  forgotten = 0;

  private add(otId: number, toId: number): Connection {
    if (this.byOt.size + this.byTo.size >= 2 * MAX_CONNECTIONS) {
      const oldest = this.byOt.values().next().value ?? this.byTo.values().next().value;
      if (oldest !== undefined) this.remove(oldest);
      this.forgotten++;
    }
    const connection: Connection = {
      index: this.next,
      otId,
      toId,
      serial: -1,
      vendor: 0,
      originator: 0,
      route: '',
      lastSequence: -1,
      lastService: -1,
      child: 0,
      childAnswered: false,
    };
    this.next = this.next === 0xffff ? 1 : this.next + 1;
    if (otId >= 0) this.byOt.set(otId, connection);
    if (toId >= 0) this.byTo.set(toId, connection);
    return connection;
  }

  private remove(connection: Connection): void {
    if (this.byOt.get(connection.otId) === connection) this.byOt.delete(connection.otId);
    if (this.byTo.get(connection.toId) === connection) this.byTo.delete(connection.toId);
    if (this.recent === connection) this.recent = undefined;
  }

  /** The connection of a request; made when its Forward Open was not seen. */
  ofRequest(id: number, sequence: number, service: number): Connection {
    let c = this.recent;
    if (c === undefined || c.otId !== id) {
      c = this.byOt.get(id) ?? this.add(id, -1);
      this.recent = c;
    }
    c.lastSequence = sequence;
    c.lastService = service;
    return c;
  }

  /** The connection of an answer: by its id, else the one whose last request has this sequence count and service. */
  ofResponse(id: number, sequence: number, service: number): Connection {
    if (this.recent !== undefined && this.recent.toId === id) return this.recent;
    const known = this.byTo.get(id);
    // An answer that came before any request of its own (the capture began between them) leaves one without that side.
    if (known !== undefined && known.otId >= 0) return known;
    for (const c of this.byOt.values()) {
      if (c.toId < 0 && c.lastSequence === sequence && c.lastService === service) {
        c.toId = id;
        this.byTo.set(id, c);
        return c;
      }
    }
    return known ?? this.add(-1, id);
  }

  /** Remembers a Forward Open; `route` is where the request itself went (behind an Unconnected Send). */
  opening(open: Forward, route: string): void {
    if (this.pending.size >= MAX_PENDING) {
      const oldest = this.pending.keys().next().value;
      if (oldest !== undefined) this.pending.delete(oldest);
    }
    const whole = route === '' || open.path.route === '' ? route + open.path.route : `${route},${open.path.route}`;
    this.pending.set(triad(open), { open, route: whole });
  }

  /** A successful answer: returns the request it belongs to when that was seen. */
  opened(answer: Forward): Forward | undefined {
    const key = triad(answer);
    const request = this.pending.get(key);
    this.pending.delete(key);
    const stale = this.byOt.get(answer.otId);
    if (stale !== undefined) this.remove(stale);
    const staleTo = this.byTo.get(answer.toId);
    if (staleTo !== undefined) this.remove(staleTo);
    const c = this.add(answer.otId, answer.toId);
    c.serial = answer.serial;
    c.vendor = answer.vendor;
    c.originator = answer.originator;
    c.route = request?.route ?? '';
    return request?.open;
  }

  closed(answer: Forward): void {
    for (const c of this.byOt.values()) {
      if (c.serial === answer.serial && c.vendor === answer.vendor && c.originator === answer.originator) {
        this.remove(c);
        return;
      }
    }
  }
}

const triad = (f: Forward): string => `${f.serial} ${f.vendor} ${f.originator}`;

const le = (value: number, octets: number): number[] =>
  Array.from({ length: octets }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 255);

/** Data of a Forward Open request to Connection Manager 1; `path` from `encodeEpath`. Point to point, scheduled priority. */
export const encodeForwardOpen = (open: Omit<Forward, 'what' | 'path'>, path: Uint8Array): Uint8Array =>
  Uint8Array.from([
    0x07, // priority and tick
    0xf9, // ticks
    ...le(open.otId, 4),
    ...le(open.toId, 4),
    ...le(open.serial, 2),
    ...le(open.vendor, 2),
    ...le(open.originator, 4),
    ...[0, 0, 0, 0], // multiplier, reserved
    ...le(open.otRpiUs, 4),
    ...le(0x4800 | (open.otSize & 0x1ff), 2),
    ...le(open.toRpiUs, 4),
    ...le(0x4800 | (open.toSize & 0x1ff), 2),
    open.transportClass < 2 ? open.transportClass : 0xa0 | open.transportClass,
    path.length >> 1,
    ...path,
  ]);

/** Data of the successful answer. */
export const encodeForwardOpened = (open: Omit<Forward, 'what' | 'path'>): Uint8Array =>
  Uint8Array.from([
    ...le(open.otId, 4),
    ...le(open.toId, 4),
    ...le(open.serial, 2),
    ...le(open.vendor, 2),
    ...le(open.originator, 4),
    ...le(open.otRpiUs, 4),
    ...le(open.toRpiUs, 4),
    0,
    0,
  ]);

/** Data of a Forward Close request; `path` as in the Forward Open. */
export const encodeForwardClose = (open: Omit<Forward, 'what' | 'path'>, path: Uint8Array): Uint8Array =>
  Uint8Array.from([
    0x07,
    0xf9,
    ...le(open.serial, 2),
    ...le(open.vendor, 2),
    ...le(open.originator, 4),
    path.length >> 1,
    0,
    ...path,
  ]);
