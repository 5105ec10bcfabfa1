/** SSH over TCP: what is said in clear before encryption begins; from NEWKEYS on octets are consumed as they come. */
import type { Decoded, Decoder, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { ascii, indexOfByte, u8, u32be } from '../../lib/bytes.ts';
import {
  decodeBanner,
  decodeHostKey,
  decodeKexInit,
  MAX_LINE,
  MAX_PACKET,
  negotiated,
  type SshKexInit,
  type SshMessage,
} from './wire.ts';

const KEXINIT = 20;
const NEWKEYS = 21;

export interface SshState {
  readonly up: { banner: boolean; secret: boolean };
  readonly down: { banner: boolean; secret: boolean };
  client: SshKexInit | undefined;
  server: SshKexInit | undefined;
}

const decode = (b: Uint8Array, start: number, end: number, toServer: boolean, state: SshState): Decoded<SshMessage> => {
  const d = toServer ? state.up : state.down;
  const here = end - start;
  if (d.secret) return { kind: 'skip', consumed: here };
  if (!d.banner) {
    const newline = indexOfByte(b, 0x0a, start, Math.min(end, start + MAX_LINE));
    if (newline < 0) {
      if (here < MAX_LINE) return { kind: 'incomplete', missing: 1 };
      return { kind: 'malformed', code: 'ssh.identification', detail: 'line without end', consumed: 0 };
    }
    const consumed = newline + 1 - start;
    const message = decodeBanner(
      ascii(b, start, b[newline - 1] === 0x0d && newline > start ? newline - 1 : newline),
      toServer,
    );
    if (!message) {
      // Section 4.2: a server may send other lines first.
      if (toServer) return { kind: 'malformed', code: 'ssh.identification', detail: 'not SSH', consumed: 0 };
      return { kind: 'skip', consumed };
    }
    d.banner = true;
    // SSH 1 (protocol below 1.99) has other packets: nothing more is read.
    if (message.protocol !== '2.0' && message.protocol !== '1.99') d.secret = true;
    return { kind: 'message', message, consumed };
  }
  if (here < 6) return { kind: 'incomplete', missing: 6 - here };
  const length = u32be(b, start);
  if (length < 5 || length > MAX_PACKET) {
    // The start of encryption was missed (loss): from here on it is noise.
    d.secret = true;
    return { kind: 'skip', consumed: here };
  }
  if (here < 4 + length) return { kind: 'incomplete', missing: 4 + length - here };
  const consumed = 4 + length;
  const payload = start + 5;
  const stop = start + consumed - u8(b, start + 4);
  const kind = b[payload]!;
  if (kind === NEWKEYS) d.secret = true;
  const message =
    kind === KEXINIT
      ? decodeKexInit(b, payload, stop, toServer)
      : !toServer && (kind === 31 || kind === 33)
        ? decodeHostKey(b, payload, stop)
        : undefined;
  return message ? { kind: 'message', message, consumed } : { kind: 'skip', consumed };
};

/** Operating systems that OpenSSH packages name in the comment or version. */
const OS: readonly (readonly [RegExp, string])[] = [
  [/Ubuntu/i, 'Ubuntu Linux'],
  [/Debian|deb\d+u/i, 'Debian Linux'],
  [/Raspbian/i, 'Raspbian Linux'],
  [/FreeBSD/i, 'FreeBSD'],
  [/NetBSD/i, 'NetBSD'],
  [/for_Windows/i, 'Windows'],
  [/^Cisco/i, 'Cisco IOS'],
  [/ROSSSH/, 'MikroTik RouterOS'],
  [/^dropbear/i, 'embedded Linux'],
  [/RomSShell|Allegro/i, 'embedded (RomSShell)'],
];

const observe = (transaction: Transaction<SshMessage>, sink: ObservationSink, state: SshState): void => {
  const message = transaction.request ?? transaction.response;
  if (!message) return;
  const { at } = transaction;
  const endpoint = at.sender;
  if (message.type === 'SSH identification') {
    const via = 'SSH identification';
    sink.identity(at, {
      endpoint,
      attribute: 'software',
      value: `${message.software} ${message.comment}`.trim(),
      confidence: 0.9,
      via,
    });
    const os = OS.find(([pattern]) => pattern.test(message.software) || pattern.test(message.comment));
    if (os) sink.identity(at, { endpoint, attribute: 'os', value: os[1], confidence: 0.6, via });
    if (message.protocol.startsWith('1.') && message.protocol !== '1.99')
      sink.weird(at, { code: 'ssh.version-1', detail: `protocol ${message.protocol}` });
    return;
  }
  if (message.type !== 'SSH key exchange') return;
  if (message.fromClient) state.client = message;
  else state.server = message;
  const { client, server } = state;
  if (!client || !server) return;
  sink.session(at, {
    phase: 'open',
    outcome: 'accepted',
    detail: `SSH ${negotiated(client.cipherUp, server.cipherUp)}`,
    native: {
      kex: negotiated(client.kex, server.kex),
      hostKey: negotiated(client.hostKey, server.hostKey),
      cipher: negotiated(client.cipherUp, server.cipherUp),
      mac: negotiated(client.macUp, server.macUp),
      hassh: client.hassh,
      hasshServer: server.hassh,
    },
  });
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  const text = ascii(b, start, Math.min(end, start + 4));
  return text === 'SSH-' ? 'sure' : 'SSH-'.startsWith(text) ? 'more' : 'no';
};

export const ssh: Decoder<SshMessage, SshState> = {
  name: 'ssh',
  title: 'SSH',
  family: 'it',
  encrypted: true,
  attach: [{ over: 'tcp', ports: [22, 2222] }],
  probe,
  open: () => ({
    up: { banner: false, secret: false },
    down: { banner: false, secret: false },
    client: undefined,
    server: undefined,
  }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, state),
  observe,
};
