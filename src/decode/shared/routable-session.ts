/**
 * The session protocol of routable GOOSE and sampled values: UDP port 102, a connectionless transport unit (ITU-T X.234),
 * a session header with the group key's state, then payloads that hold an ordinary PDU. Source: IEC/TR 61850-90-5
 * section 8 (session protocol), ISO/IEC 8602.
 */
import { u16be, u32be } from '../../lib/bytes.ts';

export const ROUTABLE_PORT = 102;
/** Session identifiers (section 8.3). */
export const SESSION = { TUNNEL: 0xa0, GOOSE: 0xa1, SV: 0xa2, MANAGEMENT: 0xa3 } as const;
/** Payload types. */
export const PAYLOAD = { GOOSE: 0x81, SV: 0x82 } as const;

export interface RoutableSession {
  /** SESSION identifier. */
  readonly session: number;
  readonly spduNumber: number;
  readonly version: number;
  /** Seconds since 1970 when the key came into use; minutes until the next; 0 where the header has none. */
  readonly timeOfCurrentKey: number;
  readonly timeToNextKey: number;
  /** Encryption and signature algorithms, one octet each. */
  readonly securityAlgorithm: number;
  readonly keyId: number;
}

/** Reused result of `findPayload`: the first payload of the wanted type. */
export const payload = { simulation: false, appid: 0, length: 0, start: 0, end: 0 };

/** Where the header ends is written differently by different stacks: the payload is looked for in this many octets. */
const MAX_HEADER = 64;

/** Is this a routable session of that kind? Five octets of it have one value. */
export const looksRoutable = (b: Uint8Array, start: number, end: number, session: number): boolean =>
  end - start >= 26 && b[start] === 1 && b[start + 1] === 0x40 && b[start + 2] === session && b[start + 4] === 0x80;

/** Finds the first payload of `type` whose PDU begins with `tag`; false when there is none in clear. */
export const findPayload = (b: Uint8Array, start: number, end: number, type: number, tag: number): boolean => {
  const last = Math.min(end - 11, start + MAX_HEADER);
  for (let p = start + 16; p <= last; p++) {
    if (b[p + 4] !== type || b[p + 10] !== tag) continue;
    const length = u32be(b, p);
    if (length < 8 || p + 4 + length > end) continue;
    payload.simulation = b[p + 5] !== 0;
    payload.appid = u16be(b, p + 6);
    payload.length = u16be(b, p + 8);
    payload.start = p + 10;
    payload.end = p + 4 + length;
    return true;
  }
  return false;
};

/** The session header of a datagram for which `looksRoutable` holds. */
export const readSession = (b: Uint8Array, start: number): RoutableSession => {
  const security = b[start + 5]! >= 22;
  return {
    session: b[start + 2]!,
    spduNumber: u32be(b, start + 10),
    version: u16be(b, start + 14),
    timeOfCurrentKey: security ? u32be(b, start + 16) : 0,
    timeToNextKey: security ? u16be(b, start + 20) : 0,
    securityAlgorithm: security ? u16be(b, start + 22) : 0,
    keyId: security ? u32be(b, start + 24) : 0,
  };
};
