/** Remote desktops and telephony: VNC (RFC 6143), TeamViewer, AnyDesk, SIP (RFC 3261). */
import { ascii, u16be } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';
import { headerLines, startsWith } from '../shared/header-lines.ts';
import { type Look, type RecognisedMessage, recognise } from './table.ts';

/** `RFB 003.008\n` from both sides (section 7.1.1); then the server lists its security types, 1 being none. */
const lookVnc: Look = (b, start, end, context, known) => {
  if (end - start === 12 && startsWith(b, start, end, 'RFB 0') && b[start + 11] === 0x0a)
    return { type: 'VNC version', fields: { version: ascii(b, start + 4, start + 11) } };
  const count = b[start]!;
  if (known && !context.toServer && count > 0 && count < 16 && end - start === 1 + count) {
    const types = Array.from(b.subarray(start + 1, end));
    return { type: 'VNC security types', fields: { types: types.join(' '), none: types.includes(1) } };
  }
  return undefined;
};
export const vnc = recognise({
  name: 'vnc',
  title: 'VNC',
  family: 'it',
  attach: [{ over: 'tcp', ports: [5900, 5901, 5902, 5903] }],
  encrypted: false,
  sure: true,
  look: lookVnc,
  opens: (m) => `VNC ${m.fields.version ?? ''}`.trim(),
});

/** Commands begin with 0x1724, data with 0x1130: known from observation, there is no public specification. */
const lookTeamViewer: Look = (b, start, end) =>
  end - start >= 5 && ((b[start] === 0x17 && b[start + 1] === 0x24) || (b[start] === 0x11 && b[start + 1] === 0x30))
    ? { type: 'TeamViewer', fields: {} }
    : undefined;
export const teamviewer = recognise({
  name: 'teamviewer',
  title: 'TeamViewer',
  family: 'it',
  attach: [
    { over: 'tcp', ports: [5938] },
    { over: 'udp', ports: [5938] },
  ],
  encrypted: true,
  sure: false,
  look: lookTeamViewer,
});

/** Its sessions are TLS; only its discovery on UDP 50001 to 50003, sent to a group, is a protocol of its own. */
export const anydesk = recognise({
  name: 'anydesk',
  title: 'AnyDesk discovery',
  family: 'it',
  attach: [{ over: 'udp', ports: [50001, 50002, 50003] }],
  encrypted: true,
  sure: false,
  look: (_b, start, end, context) =>
    context.group && end - start >= 8 ? { type: 'AnyDesk discovery', fields: {} } : undefined,
});

const SIP_METHODS = [
  'INVITE',
  'REGISTER',
  'OPTIONS',
  'ACK',
  'BYE',
  'CANCEL',
  'SUBSCRIBE',
  'NOTIFY',
  'MESSAGE',
  'INFO',
  'UPDATE',
  'PRACK',
  'REFER',
  'PUBLISH',
];
/** Compact forms of header names (RFC 3261 section 7.3.3 and 20). */
const COMPACT = tableOf<string>({
  from: 'f',
  to: 't',
  via: 'v',
  contact: 'm',
  'call-id': 'i',
  'content-type': 'c',
  'content-length': 'l',
  subject: 's',
});
/** `sip:ada@plant.example` out of a name and address; parameters stay behind. */
const uriOf = (value: string): string => {
  const open = value.indexOf('<');
  return open < 0
    ? (value.split(';')[0] ?? '').trim()
    : value.slice(open + 1, Math.max(open + 1, value.indexOf('>', open)));
};
const lookSip: Look = (b, start, end) => {
  const answer = startsWith(b, start, end, 'SIP/2.0 ');
  const method = answer ? '' : SIP_METHODS.find((m) => startsWith(b, start, end, `${m} sip`));
  if (method === undefined) return undefined;
  const lines = headerLines(b, start, end);
  const { first } = lines;
  const header = (name: string): string => lines.fields.get(name) ?? lines.fields.get(COMPACT[name] ?? '') ?? '';
  const software = header('user-agent') || header('server');
  const [number = '', cseq = ''] = header('cseq').split(/\s+/);
  // The answer to a challenge: who, never with what.
  const credentials = header('authorization') || header('proxy-authorization');
  const user = /username="([^"]*)"/.exec(credentials)?.[1] ?? '';
  const message: RecognisedMessage = {
    type: answer ? 'SIP response' : 'SIP request',
    fields: {
      ...(answer
        ? { status: Number(first.slice(8, 11)), reason: first.slice(12) }
        : { method, uri: first.split(' ')[1] ?? '' }),
      from: uriOf(header('from')),
      to: uriOf(header('to')),
      contact: uriOf(header('contact')),
      callId: header('call-id'),
      sequence: Number(number) || 0,
      sequenceMethod: cseq,
      via: header('via'),
      expires: header('expires'),
      contentType: header('content-type'),
      contentLength: Number(header('content-length')) || 0,
      user,
      software,
    },
  };
  return message;
};
export const sip = recognise({
  name: 'sip',
  title: 'SIP',
  family: 'it',
  attach: [
    { over: 'udp', ports: [5060] },
    { over: 'tcp', ports: [5060] },
  ],
  encrypted: false,
  sure: true,
  look: lookSip,
  attribute: 'software',
});

/** STUN (RFC 8489 section 5): the magic cookie and a length that fits. */
export const stun = recognise({
  name: 'stun',
  title: 'STUN',
  family: 'it',
  attach: [{ over: 'udp', ports: [3478] }],
  encrypted: false,
  sure: true,
  look: (b, start, end) =>
    end - start >= 20 &&
    b[start]! < 0x40 &&
    b[start + 4] === 0x21 &&
    b[start + 5] === 0x12 &&
    b[start + 6] === 0xa4 &&
    b[start + 7] === 0x42 &&
    u16be(b, start + 2) + 20 === end - start
      ? { type: 'STUN', fields: { method: u16be(b, start) & 0x3eef } }
      : undefined,
});

/** TACACS+ (RFC 8907 section 4.1): version 12.0 or 12.1, type, sequence, a length that fits. Bodies are obfuscated. */
export const tacacs = recognise({
  name: 'tacacs',
  title: 'TACACS+',
  family: 'it',
  attach: [{ over: 'tcp', ports: [49] }],
  encrypted: true,
  sure: false,
  look: (b, start, end) => {
    const type = b[start + 1]!;
    if (end - start < 12 || b[start]! >> 1 !== 0x60 || type < 1 || type > 3 || u16be(b, start + 8) !== 0)
      return undefined;
    if (u16be(b, start + 10) + 12 > end - start) return undefined;
    const what = type === 1 ? 'authentication' : type === 2 ? 'authorization' : 'accounting';
    return { type: 'TACACS+', fields: { what, unencrypted: (b[start + 3]! & 1) !== 0 } };
  },
});

/** WireGuard (whitepaper section 5.4): type, three zero octets, and lengths that are fixed. */
const WIREGUARD: readonly (readonly [string, number] | undefined)[] = [
  undefined,
  ['WireGuard handshake initiation', 148],
  ['WireGuard handshake response', 92],
  ['WireGuard cookie reply', 64],
  ['WireGuard transport data', 0],
];
const lookWireguard: Look = (b, start, end, context, opened) => {
  const n = end - start;
  if (n < 32 || b[start + 1] !== 0 || b[start + 2] !== 0 || b[start + 3] !== 0) return undefined;
  const row = WIREGUARD[b[start]!];
  if (row === undefined) return undefined;
  // Transport data alone is too little to know it by, except in a flow that is known or on its port.
  const known = opened || context.serverPort === 51820 || context.clientPort === 51820;
  if (row[1] === 0 ? !(known && n % 16 === 0) : n !== row[1]) return undefined;
  return { type: row[0], fields: {} };
};
export const wireguard = recognise({
  name: 'wireguard',
  title: 'WireGuard',
  family: 'network',
  attach: [{ over: 'udp', ports: [51820] }],
  encrypted: true,
  sure: true,
  look: lookWireguard,
});

/** OpenVPN: opcode and key id in the first octet; hard resets carry a session id and open a connection. */
const lookOpenvpn: Look = (b, start, end, context) => {
  const at = context.carrier === 'tcp' ? start + 2 : start;
  if (end - at < 14 || (context.carrier === 'tcp' && u16be(b, start) > end - at)) return undefined;
  const opcode = b[at]! >> 3;
  if ((b[at]! & 7) !== 0 || (opcode !== 7 && opcode !== 8 && opcode !== 10)) return undefined;
  return { type: opcode === 8 ? 'OpenVPN server reset' : 'OpenVPN client reset', fields: {} };
};
export const openvpn = recognise({
  name: 'openvpn',
  title: 'OpenVPN',
  family: 'network',
  attach: [
    { over: 'udp', ports: [1194] },
    { over: 'tcp', ports: [1194] },
  ],
  encrypted: true,
  sure: false,
  look: lookOpenvpn,
});

const EXCHANGES: Readonly<Record<number, string>> = {
  2: 'IKE identity protection', 4: 'IKE aggressive', 5: 'IKE informational', 32: 'IKE quick mode', 34: 'IKE_SA_INIT',
  35: 'IKE_AUTH', 36: 'CREATE_CHILD_SA', 37: 'IKEv2 informational',
}; // biome-ignore format: a table
/** IKE header (RFC 7296 section 3.1); on port 4500 behind four zero octets (RFC 3948), where ESP has its SPI. */
const lookIke: Look = (b, start, end, context) => {
  const nat = context.serverPort === 4500 || context.clientPort === 4500;
  let o = start;
  if (nat) {
    if (end - start === 1 && b[start] === 0xff) return { type: 'IPsec NAT keep-alive', fields: {} };
    if (end - start >= 16 && (b[start]! | b[start + 1]! | b[start + 2]! | b[start + 3]!) !== 0)
      return { type: 'ESP in UDP', fields: {} };
    o = start + 4;
  }
  if (end - o < 28) return undefined;
  const version = b[o + 17]!;
  const type = EXCHANGES[b[o + 18]!];
  if ((version !== 0x10 && version !== 0x20) || type === undefined) return undefined;
  if ((b[o]! | b[o + 1]! | b[o + 2]! | b[o + 3]!) === 0) return undefined;
  if (u16be(b, o + 24) !== 0 || u16be(b, o + 26) > end - o || u16be(b, o + 26) < 28) return undefined;
  return { type, fields: { version: version >> 4 } };
};
export const ike = recognise({
  name: 'ike',
  title: 'IPsec IKE',
  family: 'network',
  attach: [{ over: 'udp', ports: [500, 4500] }],
  encrypted: true,
  sure: false,
  look: lookIke,
  opens: (m) => (m.fields.version === undefined ? 'IPsec' : `IKEv${m.fields.version}`),
});

/** ESP and AH directly on IP (RFC 4303, RFC 4302): security parameters index and sequence number. */
export const esp = recognise({
  name: 'esp',
  title: 'IPsec ESP and AH',
  family: 'network',
  attach: [{ over: 'ip', protocols: [50, 51] }],
  encrypted: true,
  sure: true,
  look: (_b, start, end) => (end - start >= 8 ? { type: 'ESP', fields: {} } : undefined),
});

/** DTLS (RFC 6347, RFC 9147): content type, version 0xfeff or 0xfefd, and a length that fits. */
export const dtls = recognise({
  name: 'dtls',
  title: 'DTLS',
  family: 'it',
  attach: [{ over: 'udp', ports: [5684, 4433] }],
  encrypted: true,
  sure: true,
  look: (b, start, end) => {
    const type = b[start]!;
    if (end - start < 13 || type < 20 || type > 25 || b[start + 1] !== 0xfe) return undefined;
    if (b[start + 2] !== 0xff && b[start + 2] !== 0xfd) return undefined;
    if (u16be(b, start + 11) > end - start - 13) return undefined;
    return {
      type: type === 22 ? 'DTLS handshake' : 'DTLS record',
      fields: { version: b[start + 2] === 0xff ? '1.0' : '1.2' },
    };
  },
  opens: (m) => `DTLS ${m.fields.version}`,
});
