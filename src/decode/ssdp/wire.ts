/**
 * SSDP: octets <-> message. A start line of HTTP and header fields, one datagram each. Sources: UPnP Device Architecture 2.0,
 * section 1 (discovery: 1.2 advertisement, 1.3 search), RFC 9112 section 5 (field lines).
 */
import type { Message } from '../../core/decoder.ts';
import { ascii, indexOfByte } from '../../lib/bytes.ts';

/** A head longer than this is cut: UPnP keeps its datagrams within one Ethernet frame. */
export const MAX_HEAD = 4096;
/** Octets kept of one field. */
const MAX_VALUE = 512;

export interface SsdpMessage extends Message {
  readonly type: 'SSDP NOTIFY' | 'SSDP M-SEARCH' | 'SSDP response';
  /** Of responses; 0 elsewhere. */
  readonly status: number;
  readonly host: string;
  /** Operating system, UPnP version and product of who offers the service. */
  readonly server: string;
  /** The same of who searches. */
  readonly userAgent: string;
  /** Where the description of the device can be read. */
  readonly location: string;
  /** Unique service name: `uuid:...::urn:...`. */
  readonly usn: string;
  /** NT of an advertisement, ST of a search and its answer. */
  readonly target: string;
  /** `ssdp:alive`, `ssdp:byebye`, `ssdp:update`; '' elsewhere. */
  readonly nts: string;
  /** Seconds that the advertisement is valid; -1 where not said. */
  readonly maxAgeS: number;
}

const STARTS: readonly (readonly [start: string, type: SsdpMessage['type']])[] = [
  ['NOTIFY * HTTP/1.', 'SSDP NOTIFY'],
  ['M-SEARCH * HTTP/1.', 'SSDP M-SEARCH'],
  ['HTTP/1.', 'SSDP response'],
];

/** The kind of message that begins at `o`, by its start line. */
export const startOf = (b: Uint8Array, o: number, end: number): SsdpMessage['type'] | undefined => {
  const first = b[o];
  // N, M, H
  if (first !== 0x4e && first !== 0x4d && first !== 0x48) return undefined;
  const line = ascii(b, o, Math.min(end, o + 18));
  return STARTS.find(([start]) => line.startsWith(start))?.[1];
};

/** The datagram at `o`..`end`; undefined when its start line is none of SSDP. */
export const decodeSsdp = (b: Uint8Array, o: number, end: number): SsdpMessage | undefined => {
  const type = startOf(b, o, end);
  if (type === undefined) return undefined;
  const limit = Math.min(end, o + MAX_HEAD);
  const fields = new Map<string, string>();
  let line = indexOfByte(b, 0x0a, o, limit);
  const status = type === 'SSDP response' ? Number.parseInt(ascii(b, o + 9, Math.min(limit, o + 12)), 10) || 0 : 0;
  while (line >= 0 && line + 1 < limit) {
    const from = line + 1;
    line = indexOfByte(b, 0x0a, from, limit);
    const stop = line < 0 ? limit : line;
    const colon = indexOfByte(b, 0x3a, from, stop);
    // The empty line ends the head.
    if (colon < 0) {
      if (stop - from <= 1) break;
      continue;
    }
    const value = ascii(b, colon + 1, Math.min(stop, colon + 1 + MAX_VALUE));
    const name = ascii(b, from, Math.min(colon, from + 32)).toLowerCase();
    // `ascii` shows the carriage return as a dot.
    const text = stop > from && b[stop - 1] === 0x0d && stop <= colon + 1 + MAX_VALUE ? value.slice(0, -1) : value;
    if (!fields.has(name)) fields.set(name, text.trim());
  }
  const field = (name: string): string => fields.get(name) ?? '';
  const age = /max-age\s{0,8}=\s{0,8}(\d{1,9})/i.exec(field('cache-control'));
  return {
    type,
    status,
    host: field('host'),
    server: field('server'),
    userAgent: field('user-agent'),
    location: field('location'),
    usn: field('usn'),
    target: type === 'SSDP NOTIFY' ? field('nt') : field('st'),
    nts: field('nts'),
    maxAgeS: age === null ? -1 : Number(age[1]),
  };
};

/** A datagram: the start line and the fields as given. */
export const encodeSsdp = (start: string, fields: Readonly<Record<string, string>>): Uint8Array =>
  new TextEncoder().encode(
    `${start}\r\n${Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
