/**
 * NTP: RFC 5905 section 7.3 (versions 1 to 4), control messages of mode 6 (RFC 9327) and the private mode 7 of ntpd.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { ascii, i32be, u8, u16be, u32be } from '../../lib/bytes.ts';

/** Seconds from 1900 (NTP era 0) to 1970. */
const EPOCH_S = 2_208_988_800;
/** Era 1 begins in 2036: timestamps below this belong to it (RFC 4330 section 3: bit 0 not set). */
const ERA_S = 4_294_967_296;

/** Section 7.3, figure 10. */
export const MODE = ['reserved', 'symmetric active', 'symmetric passive', 'client', 'server', 'broadcast', 'control', 'private'] as const; // biome-ignore format: a table
export type NtpMode = (typeof MODE)[number];

export interface NtpMessage extends Message {
  readonly type: 'NTP';
  readonly mode: NtpMode;
  readonly version: number;
  /** 0 none, 1 a minute of 61 s, 2 one of 59 s, 3 not synchronised. */
  readonly leap: number;
  readonly stratum: number;
  /** Seconds, as powers of two have them. */
  readonly pollS: number;
  readonly precisionS: number;
  readonly rootDelayS: number;
  readonly rootDispersionS: number;
  /** Address of the upstream server, a name such as `GPS`, or a kiss code such as `RATE`. */
  readonly referenceId: string;
  /** Microseconds since 1970; 0 when not set. */
  readonly referenceUs: number;
  readonly originUs: number;
  readonly receiveUs: number;
  readonly transmitUs: number;
  /** Raw transmit (request) or origin (response) timestamp: what pairs the two. */
  readonly pairing: number;
  /** Modes 6 and 7. */
  readonly opcode: number;
  readonly response: boolean;
  readonly error: number;
}

/** 32.32 fixed point at `o` to microseconds since 1970 (exact to a microsecond). */
const stamp = (b: Uint8Array, o: number): number => {
  const seconds = u32be(b, o);
  const fraction = u32be(b, o + 4);
  if (seconds === 0 && fraction === 0) return 0;
  const since1900 = seconds < 0x8000_0000 ? seconds + ERA_S : seconds;
  return (since1900 - EPOCH_S) * 1_000_000 + Math.round((fraction * 1_000_000) / ERA_S);
};
/** The upper 52 bits of a timestamp: enough to tell requests of one flow apart. */
const rawKey = (b: Uint8Array, o: number): number => u32be(b, o) * 0x10_0000 + (u32be(b, o + 4) >>> 12);
const fixed16 = (b: Uint8Array, o: number): number => u32be(b, o) / 65_536;
const power = (b: Uint8Array, o: number): number => 2 ** Math.max(-32, Math.min(32, (u8(b, o) << 24) >> 24));

/** One message in `start`..`end`; undefined when it is too short for its mode. */
export const decodeNtp = (b: Uint8Array, start: number, end: number): NtpMessage | undefined => {
  const here = end - start;
  if (here < 8) return undefined;
  const first = b[start]!;
  const mode = first & 7;
  const version = (first >> 3) & 7;
  const special = mode === 6 || mode === 7;
  if (special) {
    // Mode 6: R E M OpCode, sequence, status, association, offset, count. Mode 7: R M version mode, sequence, code, request.
    if (mode === 6 && here < 12) return undefined;
    const second = b[start + 1]!;
    return {
      ...empty,
      mode: MODE[mode]!,
      version,
      opcode: mode === 6 ? second & 31 : b[start + 3]!,
      response: mode === 6 ? (second & 0x80) !== 0 : (first & 0x80) !== 0,
      error: mode === 6 ? (second & 0x40) >> 6 : b[start + 4]! >> 4,
      pairing: -1 - (mode === 6 ? u16be(b, start + 2) : second & 0x7f),
    };
  }
  if (here < 48 || mode === 0) return undefined;
  const stratum = b[start + 1]!;
  const response = mode === 4 || mode === 2;
  return {
    type: 'NTP',
    mode: MODE[mode]!,
    version,
    leap: first >> 6,
    stratum,
    pollS: power(b, start + 2),
    precisionS: power(b, start + 3),
    rootDelayS: fixed16(b, start + 4),
    rootDispersionS: fixed16(b, start + 8),
    // Stratum 0 and 1 have four characters here (section 7.3), others the upstream address (of IPv6 a hash).
    referenceId: stratum <= 1 ? ascii(b, start + 12, start + 16).replace(/\.+$/, '') : ipv4Text(i32be(b, start + 12)),
    referenceUs: stamp(b, start + 16),
    originUs: stamp(b, start + 24),
    receiveUs: stamp(b, start + 32),
    transmitUs: stamp(b, start + 40),
    pairing: rawKey(b, start + (response ? 24 : 40)),
    opcode: 0,
    response,
    error: 0,
  };
};

const empty: NtpMessage = {
  type: 'NTP',
  mode: 'control',
  version: 0,
  leap: 0,
  stratum: 0,
  pollS: 0,
  precisionS: 0,
  rootDelayS: 0,
  rootDispersionS: 0,
  referenceId: '',
  referenceUs: 0,
  originUs: 0,
  receiveUs: 0,
  transmitUs: 0,
  pairing: 0,
  opcode: 0,
  response: false,
  error: 0,
};

/** A client or server packet (section 7.3) for speakers of the protocol; times in microseconds since 1970. */
export const encodeNtp = (draft: {
  readonly mode: 'client' | 'server';
  readonly stratum?: number;
  readonly referenceId?: string;
  readonly originUs?: number;
  readonly receiveUs?: number;
  readonly transmitUs: number;
}): Uint8Array => {
  const out = new Uint8Array(48);
  const view = new DataView(out.buffer);
  out[0] = (4 << 3) | (draft.mode === 'client' ? 3 : 4);
  out[1] = draft.stratum ?? 0;
  out[2] = 6;
  out[3] = 0xec;
  out.set(new TextEncoder().encode((draft.referenceId ?? '').slice(0, 4)), 12);
  const put = (o: number, us: number | undefined) => {
    if (us === undefined) return;
    const seconds = Math.floor(us / 1_000_000);
    view.setUint32(o, (seconds + EPOCH_S) % ERA_S);
    view.setUint32(o + 4, Math.floor(((us - seconds * 1_000_000) * ERA_S) / 1_000_000));
  };
  put(24, draft.originUs);
  put(32, draft.receiveUs);
  put(40, draft.transmitUs);
  return out;
};
