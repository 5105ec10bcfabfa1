/**
 * NetBIOS datagrams (RFC 1002 section 4.4) with the mailslot writes that Windows browsers announce themselves in: SMB
 * Transaction ([MS-CIFS] 2.2.4.33), mailslot ([MS-MAIL] 2.2.1), browser frames ([MS-BRWS] 2.2).
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { ascii, i32be, indexOfByte, paddedAscii, u8, u16be, u16le, u32le } from '../../lib/bytes.ts';
import { type NetbiosName, netbiosCursor, readNetbiosName } from '../shared/netbios.ts';

export interface BrowserAnnouncement {
  readonly command: 'host announcement' | 'domain announcement' | 'local master announcement';
  /** The host; for a domain announcement the domain or workgroup. */
  readonly name: string;
  readonly osVersion: string;
  readonly serverType: number;
  /** Comment; for a domain announcement the local master browser. */
  readonly comment: string;
}

export interface DatagramMessage extends Message {
  readonly type: 'NetBIOS datagram' | 'NetBIOS datagram error' | 'NetBIOS datagram query';
  readonly sourceIp: string;
  readonly source: NetbiosName | undefined;
  readonly destination: NetbiosName | undefined;
  /** `\MAILSLOT\BROWSE` and the like, '' when there is none. */
  readonly mailslot: string;
  readonly browserCommand: string;
  readonly announcement: BrowserAnnouncement | undefined;
}

/** [MS-BRWS] section 2.2. */
const BROWSER: Readonly<Record<number, string>> = {
  1: 'host announcement',
  2: 'announcement request',
  8: 'request election',
  9: 'get backup list request',
  10: 'get backup list response',
  11: 'become backup',
  12: 'domain announcement',
  13: 'master announcement',
  14: 'reset state',
  15: 'local master announcement',
};

/** Server type bits that say what a machine is ([MS-BRWS] section 2.2.1, [MS-DTYP] SV_TYPE). */
const SERVER_TYPE: readonly (readonly [number, string])[] = [
  [0x4, 'SQL server'],
  [0x8, 'domain controller'],
  [0x10, 'backup domain controller'],
  [0x40, 'Apple server'],
  [0x80, 'Novell server'],
  [0x200, 'print server'],
  [0x800, 'Unix server'],
  [0x8000, 'server'],
  [0x40000, 'master browser'],
  [0x80000, 'domain master browser'],
];
export const serverTypeText = (bits: number): string =>
  SERVER_TYPE.filter(([bit]) => bits & bit)
    .map(([, text]) => text)
    .join(', ');

const NONE = { mailslot: '', browserCommand: '', announcement: undefined };

const announcementAt = (b: Uint8Array, o: number, end: number): BrowserAnnouncement | undefined => {
  const command = BROWSER[u8(b, o)];
  if (command !== 'host announcement' && command !== 'domain announcement' && command !== 'local master announcement')
    return undefined;
  // UpdateCount(1) Periodicity(4) ServerName(16) OSVersion(2) ServerType(4) BrowserVersion(2) Signature(2) Comment.
  if (o + 33 > end) return undefined;
  const stop = indexOfByte(b, 0, o + 32, Math.min(end, o + 32 + 48));
  return {
    command,
    name: paddedAscii(b, o + 6, o + 22),
    osVersion: `${b[o + 22]}.${b[o + 23]}`,
    serverType: u32le(b, o + 24),
    comment: ascii(b, o + 32, stop < 0 ? Math.min(end, o + 80) : stop),
  };
};

/** The mailslot write in a datagram's user data, when there is one. */
const mailslotOf = (b: Uint8Array, o: number, end: number): typeof NONE | Omit<DatagramMessage, 'type'> | undefined => {
  // SMB header: FF 'SMB', command 0x25 (Transaction); 32 octets, then WordCount.
  if (o + 33 > end || b[o] !== 0xff || b[o + 1] !== 0x53 || b[o + 2] !== 0x4d || b[o + 3] !== 0x42) return undefined;
  const words = u8(b, o + 32);
  if (b[o + 4] !== 0x25 || words < 14 || o + 33 + words * 2 + 2 > end) return undefined;
  const parameters = o + 33;
  const dataCount = u16le(b, parameters + 22);
  const dataOffset = o + u16le(b, parameters + 24);
  const nameAt = parameters + words * 2 + 2;
  const nameEnd = indexOfByte(b, 0, nameAt, Math.min(end, nameAt + 64));
  if (nameEnd < 0) return undefined;
  const mailslot = ascii(b, nameAt, nameEnd);
  if (mailslot !== '\\MAILSLOT\\BROWSE' || dataOffset < nameAt || dataOffset + dataCount > end || dataCount < 1)
    return { ...NONE, mailslot };
  return {
    mailslot,
    browserCommand: BROWSER[u8(b, dataOffset)] ?? `command ${u8(b, dataOffset)}`,
    announcement: announcementAt(b, dataOffset, dataOffset + dataCount),
  } as Omit<DatagramMessage, 'type'>;
};

/** One datagram in `start`..`end`; undefined when it is none, text when it is broken. */
export const decodeDatagram = (b: Uint8Array, start: number, end: number): DatagramMessage | string | undefined => {
  // MSG_TYPE(1) FLAGS(1) DGM_ID(2) SOURCE_IP(4) SOURCE_PORT(2), then by type.
  if (end - start < 10) return undefined;
  const kind = b[start]!;
  if (kind < 0x10 || kind > 0x16) return undefined;
  const base = { sourceIp: ipv4Text(i32be(b, start + 4)), source: undefined, destination: undefined, ...NONE };
  if (kind === 0x13) return { type: 'NetBIOS datagram error', ...base };
  if (kind > 0x13) return { type: 'NetBIOS datagram query', ...base };
  // DGM_LENGTH(2) PACKET_OFFSET(2) SOURCE_NAME DESTINATION_NAME USER_DATA
  if (end - start < 14 || u16be(b, start + 10) > end - start) return 'length';
  const source = readNetbiosName(b, start, start + 14, end);
  const destination = source && readNetbiosName(b, start, netbiosCursor.next, end);
  if (!destination) return 'name';
  return {
    type: 'NetBIOS datagram',
    ...base,
    source,
    destination,
    ...(mailslotOf(b, netbiosCursor.next, end) ?? {}),
  };
};
