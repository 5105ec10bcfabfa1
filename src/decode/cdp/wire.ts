/**
 * CDP (Cisco Discovery Protocol): octets <-> message, from the octet after the SNAP header. There is no public standard;
 * the layout (version, TTL, checksum, then type/length/value with the length including its own four octets) is described
 * in Cisco's published "Cisco Discovery Protocol: packet format" note.
 */
import { ipv4Text, ipv6Text } from '../../lib/address.ts';
import { i32be, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** TLVs read of one frame; more are counted in `dropped`. */
export const MAX_TLVS = 64;
/** Addresses kept of one list. */
export const MAX_ADDRESSES = 16;

export interface Cdp {
  readonly type: 'CDP';
  readonly version: number;
  readonly ttlS: number;
  readonly deviceId: string;
  readonly portId: string;
  readonly platform: string;
  readonly softwareVersion: string;
  /** Bits: 0 router, 1 transparent bridge, 2 source route bridge, 3 switch, 4 host, 5 IGMP, 6 repeater, 7 phone, 8 remotely managed. */
  readonly capabilities: number;
  readonly addresses: readonly string[];
  readonly managementAddresses: readonly string[];
  /** -1 where not announced. */
  readonly nativeVlan: number;
  readonly voiceVlan: number;
  readonly duplex: '' | 'half' | 'full';
  readonly vtpDomain: string;
  readonly systemName: string;
  readonly location: string;
  readonly dropped: number;
  readonly cut: boolean;
}

const text = (b: Uint8Array, o: number, end: number): string => {
  let stop = end;
  while (stop > o && (b[stop - 1] === 0 || b[stop - 1] === 0x20)) stop--;
  return utf8(b, o, stop);
};

/** Count, then for each: protocol type, protocol length, protocol, address length, address. */
const addressList = (b: Uint8Array, start: number, end: number): string[] => {
  const out: string[] = [];
  if (end - start < 4) return out;
  let p = start + 4;
  for (let i = Math.min(u32be(b, start), MAX_ADDRESSES); i > 0 && p + 2 <= end; i--) {
    const lengthAt = p + 2 + b[p + 1]!;
    if (lengthAt + 2 > end) break;
    const length = u16be(b, lengthAt);
    const o = lengthAt + 2;
    if (o + length > end) break;
    if (length === 4) out.push(ipv4Text(i32be(b, o)));
    else if (length === 16) out.push(ipv6Text(b, o));
    p = o + length;
  }
  return out;
};

/** Reads a PDU of at least 4 octets. */
export const decodeCdp = (b: Uint8Array, start: number, end: number): Cdp => {
  const m = {
    type: 'CDP' as const,
    version: b[start]!,
    ttlS: b[start + 1]!,
    deviceId: '',
    portId: '',
    platform: '',
    softwareVersion: '',
    capabilities: 0,
    addresses: [] as string[],
    managementAddresses: [] as string[],
    nativeVlan: -1,
    voiceVlan: -1,
    duplex: '' as Cdp['duplex'],
    vtpDomain: '',
    systemName: '',
    location: '',
    dropped: 0,
    cut: false,
  };
  let count = 0;
  for (let o = start + 4; o + 4 <= end; ) {
    const type = u16be(b, o);
    const length = u16be(b, o + 2);
    if (length < 4) {
      m.cut ||= type !== 0; // zeros are padding
      break;
    }
    const p = o + 4;
    const stop = o + length;
    if (stop > end) {
      m.cut = true;
      break;
    }
    o = stop;
    if (++count > MAX_TLVS) {
      m.dropped++;
      continue;
    }
    const n = stop - p;
    switch (type) {
      case 0x0001:
        m.deviceId = text(b, p, stop);
        break;
      case 0x0002:
        m.addresses = addressList(b, p, stop);
        break;
      case 0x0003:
        m.portId = text(b, p, stop);
        break;
      case 0x0004:
        if (n >= 4) m.capabilities = u32be(b, p);
        break;
      case 0x0005:
        m.softwareVersion = text(b, p, stop);
        break;
      case 0x0006:
        m.platform = text(b, p, stop);
        break;
      case 0x0009:
        m.vtpDomain = text(b, p, stop);
        break;
      case 0x000a:
        if (n >= 2) m.nativeVlan = u16be(b, p);
        break;
      case 0x000b:
        if (n >= 1) m.duplex = b[p] === 1 ? 'full' : 'half';
        break;
      case 0x000e:
        if (n >= 3) m.voiceVlan = u16be(b, p + 1);
        break;
      case 0x0014:
        m.systemName = text(b, p, stop);
        break;
      case 0x0016:
        m.managementAddresses = addressList(b, p, stop);
        break;
      case 0x0017:
        if (n >= 1) m.location = text(b, p + 1, stop);
        break;
      default:
        break;
    }
  }
  return m;
};

/**
 * Checksum over the whole PDU with its field zero: the Internet checksum, except that Cisco adds an odd last octet as a
 * signed low octet. Used by the encoder; a wrong one is not judged, because mirrors cut and pad frames.
 */
const checksum = (b: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i + 1 < b.length; i += 2) sum += u16be(b, i);
  if (b.length & 1) sum += ((b[b.length - 1]! << 24) >> 24) & 0xffff;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

export interface CdpFields {
  readonly ttlS: number;
  readonly deviceId: string;
  readonly portId: string;
  readonly platform: string;
  readonly softwareVersion: string;
  readonly capabilities: number;
  readonly addresses: readonly string[];
  readonly nativeVlan?: number;
}

export const encodeCdp = (m: CdpFields): Uint8Array => {
  const w = new OctetWriter().u8(2, m.ttlS).u16(0);
  const tlv = (type: number, data: ArrayLike<number>) =>
    w
      .u16(type)
      .u16(data.length + 4)
      .bytes(data);
  const utf = (value: string) => new TextEncoder().encode(value);
  const list = new OctetWriter().u32(m.addresses.length);
  for (const ip of m.addresses) list.u8(1, 1, 0xcc).u16(4).ipv4(ip); // NLPID 0xCC: IPv4
  tlv(1, utf(m.deviceId));
  tlv(2, list.done());
  tlv(3, utf(m.portId));
  tlv(4, new OctetWriter().u32(m.capabilities).done());
  tlv(5, utf(m.softwareVersion));
  tlv(6, utf(m.platform));
  if (m.nativeVlan !== undefined) tlv(10, new OctetWriter().u16(m.nativeVlan).done());
  return w.patch16(2, checksum(w.done())).done();
};
