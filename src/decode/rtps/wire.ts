/**
 * RTPS, the wire protocol of DDS: OMG DDSI-RTPS 2.5 chapter 9. Submessages are listed; of DATA only discovery (clause 8.5,
 * parameter lists of clause 9.6) is read, because the types of user data are not on the wire.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { hex, i32be, u16be, u16le, u32be, u32le, utf8 } from '../../lib/bytes.ts';

/** Submessages kept of one datagram, parameters read of one list, locators and properties kept. */
const MAX_SUBMESSAGES = 64;
const MAX_PARAMETERS = 128;
const MAX_LOCATORS = 8;
const MAX_PROPERTIES = 32;

const KINDS: Readonly<Record<number, string>> = {
  1: 'PAD', 6: 'ACKNACK', 7: 'HEARTBEAT', 8: 'GAP', 9: 'INFO_TS', 12: 'INFO_SRC', 13: 'INFO_REPLY_IP4', 14: 'INFO_DST',
  15: 'INFO_REPLY', 18: 'NACK_FRAG', 19: 'HEARTBEAT_FRAG', 21: 'DATA', 22: 'DATA_FRAG', 48: 'SEC_BODY', 49: 'SEC_PREFIX',
  50: 'SEC_POSTFIX', 51: 'SRTPS_PREFIX', 52: 'SRTPS_POSTFIX', 128: 'RTI_CRC',
}; // biome-ignore format: a table

/** Vendor identifiers that the OMG's DDS Foundation lists. */
const VENDORS: Readonly<Record<number, string>> = {
  257: 'RTI Connext DDS',
  258: 'ADLINK OpenSplice DDS',
  259: 'OCI OpenDDS',
  260: 'MilSoft DDS',
  261: 'Kongsberg InterCOM DDS',
  262: 'Twin Oaks CoreDX DDS',
  263: 'Lakota Technical Solutions',
  264: 'ICOUP Consulting',
  265: 'ETRI DDS',
  266: 'RTI Connext DDS Micro',
  267: 'ADLINK Vortex Cafe',
  268: 'PrismTech Vortex Gateway',
  269: 'ADLINK Vortex Lite',
  270: 'Technicolor Qeo',
  271: 'eProsima Fast DDS',
  272: 'Eclipse Cyclone DDS',
  273: 'GurumNetworks GurumDDS',
  274: 'Atostek RustDDS',
};
export const vendorName = (id: number): string => VENDORS[id] ?? `vendor ${id.toString(16).padStart(4, '0')}`;

/** Entities of discovery (table 9.3), by their four octets. */
const SPDP_WRITER = 0x000100c2;
const SPDP_SECURE_WRITER = 0xff0101c2;
const PUBLICATIONS_WRITER = 0x000003c2;
const SUBSCRIPTIONS_WRITER = 0x000004c2;

export interface Discovered {
  readonly kind: 'participant' | 'publication' | 'subscription';
  readonly guid: string;
  readonly vendor: number;
  /** Entity name (participant). */
  readonly name: string;
  readonly topic: string;
  readonly typeName: string;
  readonly domainId: number;
  /** Seconds; -1 where absent. */
  readonly leaseDuration: number;
  /** `10.0.0.1:7411`. */
  readonly locators: readonly string[];
  readonly properties: readonly (readonly [string, string])[];
  /** Disposed or unregistered (status info of clause 9.6.4.9): the entity is gone. */
  readonly gone: boolean;
}
export interface Submessage {
  readonly kind: string;
  readonly flags: number;
  readonly length: number;
  /** Entity ids of those that have them, as hexadecimal. */
  readonly readerId: string;
  readonly writerId: string;
  /** Writer sequence number of DATA, 0 otherwise. */
  readonly sequence: number;
}
export interface RtpsMessage extends Message {
  readonly type: 'RTPS' | 'RTPS discovery';
  readonly version: string;
  readonly vendorId: number;
  readonly guidPrefix: string;
  readonly submessages: readonly Submessage[];
  readonly discovered: readonly Discovered[];
}

/** A string of CDR: length with its NUL, then the octets. */
const cdrString = (b: Uint8Array, o: number, end: number, little: boolean): string => {
  if (o + 4 > end) return '';
  const length = little ? u32le(b, o) : u32be(b, o);
  if (length === 0 || length > end - o - 4) return '';
  return utf8(b, o + 4, o + 4 + Math.min(length - 1, 256));
};

/** The parameter list at `o` (clause 9.4.2.11). */
const readList = (
  b: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  kind: Discovered['kind'],
  gone: boolean,
): Discovered => {
  let guid = '';
  let vendor = 0;
  let name = '';
  let topic = '';
  let typeName = '';
  let domainId = -1;
  let leaseDuration = -1;
  const locators: string[] = [];
  const properties: [string, string][] = [];
  for (let o = start, n = 0; o + 4 <= end && n < MAX_PARAMETERS; n++) {
    const id = (little ? u16le(b, o) : u16be(b, o)) & 0x3fff;
    const length = little ? u16le(b, o + 2) : u16be(b, o + 2);
    const from = o + 4;
    const to = from + length;
    if (id === 1 || to > end) break;
    switch (id) {
      case 0x02:
        if (length >= 8) leaseDuration = little ? u32le(b, from) : u32be(b, from);
        break;
      case 0x05:
        topic = cdrString(b, from, to, little);
        break;
      case 0x07:
        typeName = cdrString(b, from, to, little);
        break;
      case 0x0f:
        if (length >= 4) domainId = little ? u32le(b, from) : u32be(b, from);
        break;
      case 0x16:
        if (length >= 2) vendor = u16be(b, from);
        break;
      case 0x2f: // unicast locator of an endpoint
      case 0x31: // default unicast locator
      case 0x32: // metatraffic unicast locator
        // Kind 1 is UDPv4, whose address stands in the last four of sixteen octets (clause 9.3.2).
        if (length >= 24 && (little ? u32le(b, from) : u32be(b, from)) === 1 && locators.length < MAX_LOCATORS)
          locators.push(`${ipv4Text(i32be(b, from + 20))}:${little ? u32le(b, from + 4) : u32be(b, from + 4)}`);
        break;
      case 0x50:
      case 0x5a:
      case 0x70: // key hash: the same octets, in lists of those that are gone
        if (length >= 16) guid = hex(b, from, from + 16);
        break;
      case 0x59: {
        const count = length >= 4 ? (little ? u32le(b, from) : u32be(b, from)) : 0;
        let p = from + 4;
        for (let i = 0; i < count && properties.length < MAX_PROPERTIES && p + 8 <= to; i++) {
          const pair: string[] = [];
          for (let k = 0; k < 2 && p + 4 <= to; k++) {
            pair.push(cdrString(b, p, to, little));
            const size = little ? u32le(b, p) : u32be(b, p);
            p += 4 + ((Math.min(size, length) + 3) & ~3);
          }
          if (pair.length === 2) properties.push([pair[0]!, pair[1]!]);
        }
        break;
      }
      case 0x62:
        name = cdrString(b, from, to, little);
        break;
    }
    o = to;
  }
  return { kind, guid, vendor, name, topic, typeName, domainId, leaseDuration, locators, properties, gone };
};

/** Where the serialized payload of the DATA at `o` begins, and whether its inline QoS says that the entity is gone. */
const inline = { payload: -1, gone: false };
const skipInline = (b: Uint8Array, o: number, end: number, little: boolean, flags: number): void => {
  inline.gone = false;
  const toInline = little ? u16le(b, o + 2) : u16be(b, o + 2);
  let p = o + 4 + toInline;
  if ((flags & 2) !== 0)
    for (let n = 0; p + 4 <= end && n < MAX_PARAMETERS; n++) {
      const id = little ? u16le(b, p) : u16be(b, p);
      const length = little ? u16le(b, p + 2) : u16be(b, p + 2);
      if (id === 0x71 && p + 8 <= end) inline.gone = (b[p + 7]! & 3) !== 0;
      p += 4 + (id === 1 ? 0 : length);
      if (id === 1) break;
    }
  inline.payload = p;
};

const discoveryKind = (writer: number): Discovered['kind'] | undefined =>
  writer === SPDP_WRITER || writer === SPDP_SECURE_WRITER
    ? 'participant'
    : writer === PUBLICATIONS_WRITER
      ? 'publication'
      : writer === SUBSCRIPTIONS_WRITER
        ? 'subscription'
        : undefined;

/** Does it begin with `RTPS` and a version 1 or 2? */
export const isRtps = (b: Uint8Array, o: number, end: number): boolean =>
  end - o >= 20 &&
  b[o] === 0x52 &&
  b[o + 1] === 0x54 &&
  b[o + 2] === 0x50 &&
  (b[o + 3] === 0x53 || b[o + 3] === 0x58) &&
  b[o + 4]! <= 4;

/** The message of a datagram that `isRtps` accepted; a text when a length in it is wrong. */
export const decodeRtps = (b: Uint8Array, start: number, end: number): RtpsMessage | string => {
  const submessages: Submessage[] = [];
  const discovered: Discovered[] = [];
  let o = start + 20;
  while (o + 4 <= end) {
    const id = b[o]!;
    const flags = b[o + 1]!;
    const little = (flags & 1) !== 0;
    let length = little ? u16le(b, o + 2) : u16be(b, o + 2);
    const from = o + 4;
    // Clause 9.4.5.1.3: 0 in the last submessage means up to the end, except in PAD and INFO_TS.
    if (length === 0 && id !== 1 && id !== 9) length = end - from;
    if (length > end - from) return `${KINDS[id] ?? id} of ${length} octets beyond the message`;
    const data = id === 21 || id === 22;
    const at = data ? from + 4 : from;
    const has = (data || id === 6 || id === 7 || id === 8 || id === 18 || id === 19) && length >= (data ? 20 : 8);
    if (submessages.length < MAX_SUBMESSAGES)
      submessages.push({
        kind: KINDS[id] ?? `submessage ${id}`,
        flags,
        length,
        readerId: has ? hex(b, at, at + 4) : '',
        writerId: has ? hex(b, at + 4, at + 8) : '',
        sequence:
          has && data
            ? little
              ? u32le(b, at + 8) * 0x1_0000_0000 + u32le(b, at + 12)
              : u32be(b, at + 8) * 0x1_0000_0000 + u32be(b, at + 12)
            : 0,
      });
    const kind = id === 21 && has ? discoveryKind(u32be(b, at + 4)) : undefined;
    if (kind !== undefined && discovered.length < MAX_SUBMESSAGES) {
      skipInline(b, from, from + length, little, flags);
      const p = inline.payload;
      // Encapsulation (clause 10.5): PL_CDR_BE 0x0002, PL_CDR_LE 0x0003; with XCDR2 0x000a and 0x000b.
      const encapsulation = p + 4 <= from + length ? u16be(b, p) : 0;
      if (encapsulation === 2 || encapsulation === 3 || encapsulation === 10 || encapsulation === 11)
        discovered.push(readList(b, p + 4, from + length, (encapsulation & 1) === 1, kind, inline.gone));
    }
    o = from + length;
  }
  return {
    type: discovered.length > 0 ? 'RTPS discovery' : 'RTPS',
    version: `${b[start + 4]}.${b[start + 5]}`,
    vendorId: u16be(b, start + 6),
    guidPrefix: hex(b, start + 8, start + 20),
    submessages,
    discovered,
  };
};
