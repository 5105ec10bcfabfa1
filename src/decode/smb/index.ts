/**
 * SMB over TCP: port 445 directly ([MS-SMB2] 2.1) and port 139 with the NetBIOS session service (RFC 1002 section 4.3).
 * A PDU may be 16 MiB: its head is decoded and the rest consumed as it comes.
 */
import type { Decoded, Decoder, Probe } from '../../core/decoder.ts';
import { u16le, u24be, u32be, u32le } from '../../lib/bytes.ts';
import { netbiosCursor, readNetbiosName } from '../shared/netbios.ts';
import { dialectName, PENDING, statusName } from './names.ts';
import { commandName, observeSmb } from './observe.ts';
import { pipe1, pipe2 } from './pipes.ts';
import { decodeSmb1, SMB1_HEADER, wantedSmb1 } from './smb1.ts';
import { blank, decodeSmb2, SMB2_HEADER, type SmbMessage, wanted } from './wire.ts';

export interface OpenFile {
  readonly name: string;
  readonly pipe: boolean;
  read: boolean;
  written: boolean;
}
interface Direction {
  /** Octets to consume before the next header. */
  skip: number;
  /** Octets left of a PDU whose next compounded command begins right here. */
  chain: number;
  lost: boolean;
}
export interface SmbState {
  readonly up: Direction;
  readonly down: Direction;
  readonly users: Map<string, string>;
  readonly trees: Map<string, string>;
  readonly files: Map<string, OpenFile>;
  lastFile: string;
  /** Reads and transactions of pipes, by message id: of which file the answer is. */
  readonly asked: Map<string, string>;
}

const SMB1_ID = 0xff534d42;
const SMB2_ID = 0xfe534d42;
const ENCRYPTED_ID = 0xfd534d42;
const COMPRESSED_ID = 0xfc534d42;
const SESSION_MESSAGE = 0x00;
const SESSION_REQUEST = 0x81;
const KEEP_ALIVE = 0x85;

const skipped = { kind: 'skip' as const, consumed: 0 };
const skip = (consumed: number): Decoded<SmbMessage> => {
  skipped.consumed = consumed;
  return skipped;
};

/** The PDU is done with: what is there of it is consumed now, the rest when it comes. */
const pass = (d: Direction, size: number, here: number, before: number, message: SmbMessage): Decoded<SmbMessage> => {
  d.chain = 0;
  d.skip = size - here;
  return { kind: 'message', message, consumed: before + here };
};
/** The same of one that says something in a pipe. */
const carrying = (
  b: Uint8Array,
  inside: { readonly file: string; readonly start: number; readonly end: number },
  consumed: number,
  message: SmbMessage,
): Decoded<SmbMessage> => ({
  kind: 'carries',
  child: 'dcerpc',
  conversation: inside.file,
  bytes: b,
  start: inside.start,
  end: inside.end,
  consumed,
  message,
});
const broken = (d: Direction, size: number, here: number, before: number, detail: string): Decoded<SmbMessage> => {
  d.chain = 0;
  d.skip = size - here;
  return { kind: 'malformed', code: 'smb.malformed', detail, consumed: before + here };
};

/** `before` octets of session header, then `size` octets of SMB of which `here` are there. */
const decodeSmb = (
  b: Uint8Array,
  start: number,
  before: number,
  size: number,
  end: number,
  state: SmbState,
  d: Direction,
): Decoded<SmbMessage> => {
  const o = start + before;
  const here = Math.min(size, end - o);
  if (here < 4 && here < size) return { kind: 'incomplete', missing: 4 - here };
  if (size < 4) return broken(d, size, here, before, `message of ${size} octets`);
  const id = u32be(b, o);
  if (id === ENCRYPTED_ID) return pass(d, size, here, before, { ...blank, type: 'SMB encrypted' });
  if (id === COMPRESSED_ID) return pass(d, size, here, before, { ...blank, type: 'SMB compressed' });
  if (id === SMB1_ID) {
    if (size < SMB1_HEADER + 3) return broken(d, size, here, before, 'SMB1 header');
    if (here < SMB1_HEADER) return { kind: 'incomplete', missing: SMB1_HEADER - here };
    const need = Math.min(size, wantedSmb1(b[o + 4]!));
    if (here < need) return { kind: 'incomplete', missing: need - here };
    const inside = pipe1(b, o, here, size, state);
    if (inside && inside.end > end) return { kind: 'incomplete', missing: inside.end - end };
    const message = decodeSmb1(b, o, o + here);
    if (!message) return broken(d, size, here, before, 'SMB1 header');
    const passed = pass(d, size, here, before, message);
    return inside ? carrying(b, inside, before + here, message) : passed;
  }
  if (id !== SMB2_ID) return broken(d, size, here, before, 'no SMB signature');
  if (size < SMB2_HEADER) return broken(d, size, here, before, 'SMB2 header');
  if (here < SMB2_HEADER) return { kind: 'incomplete', missing: SMB2_HEADER - here };
  const next = u32le(b, o + 20);
  // 2.2.1: the next command is aligned to 8 octets behind this one.
  if (next !== 0 && (next < SMB2_HEADER || next > size - SMB2_HEADER || next % 8 !== 0))
    return broken(d, size, here, before, 'NextCommand');
  const length = next === 0 ? size : next;
  const need = Math.min(length, wanted(u16le(b, o + 12), (b[o + 16]! & 1) !== 0));
  if (here < need) return { kind: 'incomplete', missing: need - here };
  const there = Math.min(here, length);
  const inside = pipe2(b, o, there, length, state);
  if (inside && inside.end > end) return { kind: 'incomplete', missing: inside.end - end };
  const message = decodeSmb2(b, o, o + there);
  if (!message) return broken(d, size, here, before, 'SMB2 header');
  d.skip = length - there;
  d.chain = next === 0 ? 0 : size - next;
  return inside ? carrying(b, inside, before + there, message) : { kind: 'message', message, consumed: before + there };
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  afterGap: boolean,
  state: SmbState,
): Decoded<SmbMessage> => {
  const d = toServer ? state.up : state.down;
  const here = end - start;
  if (afterGap) {
    // How much was lost is not known: a segment that begins with a message is waited for.
    d.skip = 0;
    d.chain = 0;
    d.lost = true;
  }
  if (d.lost) {
    const found = probe(b, start, end);
    if (found === 'no') return skip(here);
    if (found === 'more') return { kind: 'incomplete', missing: 1 };
    d.lost = false;
  }
  if (d.skip > 0) {
    const n = Math.min(here, d.skip);
    d.skip -= n;
    return skip(n);
  }
  if (d.chain > 0) return decodeSmb(b, start, 0, d.chain, end, state, d);
  if (here < 4) return { kind: 'incomplete', missing: 4 - here };
  const type = b[start]!;
  if (type === SESSION_MESSAGE) {
    const size = u24be(b, start + 1);
    return size === 0 ? skip(4) : decodeSmb(b, start, 4, size, end, state, d);
  }
  // RFC 1002 section 4.3.1: TYPE, FLAGS (bit 0 extends the length), LENGTH
  if (type < SESSION_REQUEST || type > KEEP_ALIVE)
    return { kind: 'malformed', code: 'smb.session-type', detail: `type ${type}`, consumed: 0 };
  const size = u24be(b, start + 1) & 0x1ffff;
  if (here < 4 + Math.min(size, 256)) return { kind: 'incomplete', missing: 4 + Math.min(size, 256) - here };
  if (type !== SESSION_REQUEST) {
    d.skip = Math.max(0, 4 + size - here);
    return skip(Math.min(here, 4 + size));
  }
  if (size > 256) return { kind: 'malformed', code: 'smb.session-request', detail: `of ${size} octets`, consumed: 0 };
  const called = readNetbiosName(b, start + 4, start + 4, start + 4 + size);
  const calling = called && readNetbiosName(b, start + 4, netbiosCursor.next, start + 4 + size);
  if (!called || !calling)
    return { kind: 'malformed', code: 'smb.session-request', detail: 'names', consumed: 4 + size };
  const message: SmbMessage = {
    ...blank,
    type: 'NetBIOS session request',
    version: 0,
    texts: [called.name, calling.name],
  };
  return { kind: 'message', message, consumed: 4 + size };
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  const here = end - start;
  if (b[start] === SESSION_MESSAGE) {
    if (here < 8) {
      for (let i = 4; i < here; i++)
        if (i === 4 ? b[start + i]! < 0xfc : b[start + i] !== [0, 0x53, 0x4d, 0x42][i - 4]) return 'no';
      return 'more';
    }
    return u32be(b, start + 4) >= COMPRESSED_ID && u32be(b, start + 4) <= SMB1_ID && u24be(b, start + 5) === 0x534d42
      ? 'sure'
      : 'no';
  }
  if (b[start] === SESSION_REQUEST) {
    if (here < 4) return 'more';
    const size = u24be(b, start + 1);
    if (size < 68 || size > 256) return 'no';
    if (here < 4 + 34) return 'more';
    return readNetbiosName(b, start + 4, start + 4, end) ? 'sure' : 'no';
  }
  return (b[start] === 0x82 || b[start] === KEEP_ALIVE) && here === 4 && u24be(b, start + 1) === 0 ? 'maybe' : 'no';
};

/** What has no name is said as a number by both tables. */
const named = (text: string): string | undefined => (text.startsWith('0x') ? undefined : text);

export const smb: Decoder<SmbMessage, SmbState> = {
  name: 'smb',
  title: 'SMB',
  family: 'it',
  codes: {
    '.status': (code) => (code > 0 ? named(statusName(code)) : undefined),
    '.dialect': (code, sibling) => (sibling('version') === 2 && code > 0 ? named(dialectName(code)) : undefined),
  },
  heading: (m) =>
    m.type === 'SMB request' || m.type === 'SMB response'
      ? `SMB ${commandName(m)} ${m.response ? 'response' : 'request'}${m.status > 0 ? `: ${statusName(m.status)}` : ''}`
      : m.type,
  attach: [{ over: 'tcp', ports: [445, 139] }],
  probe,
  open: () => ({
    up: { skip: 0, chain: 0, lost: false },
    down: { skip: 0, chain: 0, lost: false },
    users: new Map(),
    trees: new Map(),
    files: new Map(),
    lastFile: '',
    asked: new Map(),
  }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, context.afterGap, state),
  pairing: {
    scope: 'flow',
    role: (message) => {
      if (message.version === 0 || message.type === 'SMB encrypted' || message.type === 'SMB compressed')
        return 'single';
      // Cancel has no response (2.2.30); an interim response keeps the request open (3.2.5.1.5).
      if (!message.response) return message.version === 2 && message.command === 12 ? 'single' : 'request';
      if (message.version === 2 && message.status === PENDING) return 'partial';
      return 'response';
    },
    key: (message) => message.id,
    timeoutUs: 60_000_000,
  },
  observe: (transaction, sink, state) => {
    const message = transaction.request ?? transaction.response;
    if (message?.type === 'SMB encrypted' || message?.type === 'SMB compressed') return;
    if (transaction.response?.status === PENDING && transaction.response.version === 2) return;
    observeSmb(transaction, sink, state);
  },
};
