/**
 * RDP connection start: [MS-RDPBCGR] section 2.2.1 over TPKT (RFC 1006) and X.224 class 0. The same envelope carries S7
 * and MMS on port 102; only what is RDP by its own fields is taken.
 */
import type { Message } from '../../core/decoder.ts';
import { ascii, u8, u16be, u16le, u32le, utf16le } from '../../lib/bytes.ts';

/** A TPKT of the connection sequence; longer ones belong to the session. */
export const MAX_TPKT = 16_384;
const MAX_COOKIE = 256;

export interface RdpConnectionRequest extends Message {
  readonly type: 'RDP connection request';
  /** From `Cookie: mstshash=..`: the user name, often cut to 9 characters. */
  readonly user: string | undefined;
  /** Bits: 1 TLS, 2 CredSSP, 4 RDSTLS, 8 CredSSP with early authorisation; 0: only RDP's own security. */
  readonly requested: number | undefined;
}
export interface RdpConnectionConfirm extends Message {
  readonly type: 'RDP connection confirm';
  readonly selected: number;
  /** 0: accepted; else a failure code of section 2.2.1.2.2. */
  readonly failure: number;
}
export interface RdpClientData extends Message {
  readonly type: 'RDP client data';
  readonly clientName: string;
  readonly clientBuild: number;
  readonly keyboardLayout: number;
  readonly width: number;
  readonly height: number;
}
export type RdpMessage = RdpConnectionRequest | RdpConnectionConfirm | RdpClientData;

const PROTOCOL: readonly (readonly [number, string])[] = [
  [8, 'CredSSP with early user authorisation'],
  [4, 'RDSTLS'],
  [2, 'CredSSP'],
  [1, 'TLS'],
];
export const securityName = (bits: number): string =>
  PROTOCOL.find(([bit]) => bits & bit)?.[1] ?? 'standard RDP security';
const FAILURE = ['', 'SSL_REQUIRED_BY_SERVER', 'SSL_NOT_ALLOWED_BY_SERVER', 'SSL_CERT_NOT_ON_SERVER', 'INCONSISTENT_FLAGS', 'HYBRID_REQUIRED_BY_SERVER', 'SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER']; // biome-ignore format: a table
export const failureName = (code: number): string => FAILURE[code] ?? `failure ${code}`;

/** X.224 at `start` (behind the four octets of TPKT) up to `end`; undefined when it is none of ours. */
export const decodeX224 = (b: Uint8Array, start: number, end: number): RdpMessage | undefined => {
  // LI(1) code(1) DST-REF(2) SRC-REF(2) CLASS(1), then the variable part
  if (end - start < 7) return undefined;
  const stop = Math.min(end, start + 1 + b[start]!);
  const code = b[start + 1]! & 0xf0;
  let o = start + 7;
  if (code === 0xe0) {
    let user: string | undefined;
    let found = false;
    if (stop - o > 8 && ascii(b, o, o + 8) === 'Cookie: ') {
      let line = o;
      while (line + 1 < stop && line - o < MAX_COOKIE && !(b[line] === 0x0d && b[line + 1] === 0x0a)) line++;
      user = /^Cookie: mstshash=(.+)$/.exec(ascii(b, o, line))?.[1];
      found = true;
      o = line + 2;
    }
    // RDP_NEG_REQ (2.2.1.1.1): type 1, flags, length 8, requestedProtocols
    const negotiates = stop - o >= 8 && b[o] === 1 && u16le(b, o + 2) === 8;
    if (!found && !negotiates && stop > o) return undefined;
    return { type: 'RDP connection request', user, requested: negotiates ? u32le(b, o + 4) : undefined };
  }
  if (code === 0xd0) {
    if (stop === o) return { type: 'RDP connection confirm', selected: 0, failure: 0 };
    // RDP_NEG_RSP type 2, RDP_NEG_FAILURE type 3 (2.2.1.2.1, 2.2.1.2.2)
    if (stop - o < 8 || (b[o] !== 2 && b[o] !== 3) || u16le(b, o + 2) !== 8) return undefined;
    const value = u32le(b, o + 4);
    return b[o] === 2
      ? { type: 'RDP connection confirm', selected: value, failure: 0 }
      : { type: 'RDP connection confirm', selected: 0, failure: value };
  }
  return undefined;
};

/** Client core data (2.2.1.3.2) in an MCS Connect Initial with a GCC request, at X.224 data `start`. */
export const decodeClientData = (b: Uint8Array, start: number, end: number): RdpClientData | undefined => {
  // X.224 data 02 F0 80, MCS Connect-Initial 7F 65 (T.125 section 11.1)
  if (end - start < 5 || u16be(b, start) !== 0x02f0 || u16be(b, start + 3) !== 0x7f65) return undefined;
  // The H.221 key "Duca" stands before the user data (2.2.1.3, T.124 section 8.7).
  let o = start + 5;
  while (o + 4 <= end && ascii(b, o, o + 4) !== 'Duca') o++;
  o += 4;
  // Length of the user data in one or two octets (PER), then blocks.
  o += (u8(b, o) & 0x80) !== 0 ? 2 : 1;
  for (let n = 0; o + 4 <= end && n < 16; n++) {
    const length = u16le(b, o + 2);
    if (length < 4 || o + length > end) return undefined;
    if (u16le(b, o) === 0xc001 && length >= 4 + 52) {
      const name = utf16le(b, o + 24, o + 56);
      return {
        type: 'RDP client data',
        width: u16le(b, o + 8),
        height: u16le(b, o + 10),
        keyboardLayout: u32le(b, o + 16),
        clientBuild: u32le(b, o + 20),
        clientName: name.slice(0, name.indexOf('.') < 0 ? 16 : name.indexOf('.')),
      };
    }
    o += length;
  }
  return undefined;
};
