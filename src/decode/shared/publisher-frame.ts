/**
 * What GOOSE and sampled values share around their PDUs: the eight octets in front of it on Ethernet (IEC 61850-8-1 annex C, IEC
 * 61850-9-2 annex A), or a routable session on UDP (`routable-session.ts`), and names that come again with every frame.
 */
import { ascii, u16be } from '../../lib/bytes.ts';
import { findPayload, looksRoutable, payload, type RoutableSession, readSession, SESSION } from './routable-session.ts';

/** APPID, length, two reserved words. */
export const HEADER = 8;
/** VisibleString129 and ObjectReference: longer names are cut. */
const MAX_NAME = 129;

export interface Envelope {
  readonly appid: number;
  /** Of the PDU with its header of eight octets, as sent. */
  readonly length: number;
  readonly reserved1: number;
  readonly reserved2: number;
  /** The S bit of the first reserved word: the frame comes from test equipment. */
  readonly isSimulated: boolean;
  /** Set on routable ones. */
  readonly session: RoutableSession | undefined;
}
/** Session and payload of the routable form, first octet of the PDU. */
export interface PublisherKind {
  readonly session: number;
  readonly payload: number;
  readonly tag: number;
}

const readHeader = (b: Uint8Array, start: number): Envelope => ({
  appid: u16be(b, start),
  length: u16be(b, start + 2),
  reserved1: u16be(b, start + 4),
  reserved2: u16be(b, start + 6),
  isSimulated: b[start + 4]! >= 0x80,
  session: undefined,
});

/** Is this a routable session of the publisher's, or a tunnel that carries one of its PDUs? */
export const isRoutable = (b: Uint8Array, start: number, end: number, p: PublisherKind): boolean =>
  looksRoutable(b, start, end, p.session) ||
  (looksRoutable(b, start, end, SESSION.TUNNEL) && findPayload(b, start, end, p.payload, p.tag));

/** Reused result of `openFrame`: the envelope, and where its PDU lies. */
export const frame: { envelope: Envelope; start: number; end: number } = {
  envelope: readHeader(new Uint8Array(HEADER), 0),
  start: 0,
  end: 0,
};

/** Opens a frame or datagram into `frame`. `sealed`: an encrypted payload cannot be found. `short`: no room for the header. */
export const openFrame = (
  b: Uint8Array,
  start: number,
  end: number,
  carrier: string,
  p: PublisherKind,
): 'open' | 'foreign' | 'sealed' | 'short' => {
  if (carrier === 'udp') {
    if (!isRoutable(b, start, end, p)) return 'foreign';
    if (!findPayload(b, start, end, p.payload, p.tag)) return 'sealed';
    frame.envelope = {
      appid: payload.appid,
      length: payload.length,
      reserved1: 0,
      reserved2: 0,
      isSimulated: payload.simulation,
      session: readSession(b, start),
    };
    frame.start = payload.start;
    frame.end = payload.end;
    return 'open';
  }
  if (end - start < HEADER) return 'short';
  const envelope = readHeader(b, start);
  frame.envelope = envelope;
  frame.start = start + HEADER;
  // Padding of short frames lies behind the announced length.
  frame.end = envelope.length >= HEADER && start + envelope.length < end ? start + envelope.length : end;
  return 'open';
};

/** Are these the octets that are kept? */
export const equalOctets = (kept: Uint8Array, b: Uint8Array, start: number, end: number): boolean => {
  if (kept.length !== end - start) return false;
  for (let i = 0; i < kept.length; i++) if (kept[i] !== b[start + i]) return false;
  return true;
};
export const nameOf = (b: Uint8Array, start: number, end: number): string =>
  ascii(b, start, Math.min(end, start + MAX_NAME));
