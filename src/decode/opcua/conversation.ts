/**
 * Chunks to messages: each direction's chunks are joined until the last one (OPC 10000-6 section 6.7.2), and the service
 * that they carry is read where its content can be seen.
 */
import type { Decoded, PduContext } from '../../core/decoder.ts';
import { u32le } from '../../lib/bytes.ts';
import { nodeId, statusCode } from './builtin.ts';
import { byteString, double, Reader, string, uint32 } from './codec.ts';
import { type ReadValueId, type Service, type ServiceName, serviceById } from './services.ts';
import { type Direction, MAX_POLL_OCTETS, type OpcuaState } from './state.ts';
import { requestHeader } from './structures.ts';
import {
  type AsymmetricHeader,
  CHUNK,
  type ChunkHeader,
  type ChunkKind,
  decodeTransport,
  HEADER,
  KIND,
  MAX_CHUNK,
  MAX_MESSAGE,
  MAX_OPEN_MESSAGES,
  type OpcuaMessage,
  policyName,
  type ServiceMessage,
  serviceNumber,
  signatureLength,
} from './wire.ts';

/** Message header, channel and token (section 6.7.2.4), sequence number and request (section 6.7.2.4). */
const SYMMETRIC = HEADER + 8;
const SEQUENCE = 8;
const MIN_SIZE: Readonly<Record<number, number>> = {
  [KIND.HEL]: HEADER + 24,
  [KIND.ACK]: HEADER + 20,
  [KIND.ERR]: HEADER + 8,
  [KIND.RHE]: HEADER + 8,
  [KIND.OPN]: HEADER + 16,
  [KIND.MSG]: SYMMETRIC + SEQUENCE,
  [KIND.CLO]: SYMMETRIC + SEQUENCE,
};

const skipped = { kind: 'skip' as const, consumed: 0 };
const skip = (consumed: number): Decoded<OpcuaMessage> => {
  skipped.consumed = consumed;
  return skipped;
};
const malformed = (code: string, detail: string, consumed: number): Decoded<OpcuaMessage> => ({
  kind: 'malformed',
  code,
  detail,
  consumed,
});

/** Size of the chunk that begins here when its header is one of this protocol; 0 otherwise. Needs 8 octets. */
export const chunkSize = (b: Uint8Array, o: number): number => {
  const head = u32le(b, o);
  const kind = head & 0xffffff;
  const least = MIN_SIZE[kind];
  if (least === undefined) return 0;
  const chunk = head >>> 24;
  if (chunk !== CHUNK.F && ((chunk !== CHUNK.C && chunk !== CHUNK.A) || (kind !== KIND.MSG && kind !== KIND.OPN)))
    return 0;
  const size = u32le(b, o + 4);
  return size >= least ? size : 0;
};

const r = new Reader();

export const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: OpcuaState,
): Decoded<OpcuaMessage> => {
  const d = context.toServer ? state.client : state.server;
  const here = end - start;
  if (context.afterGap) {
    // How much was lost is not known: chunks that waited are void, and the next header is looked for.
    d.skip = 0;
    d.open = [];
    d.lost = true;
  }
  if (d.skip > 0) {
    const n = Math.min(here, d.skip);
    d.skip -= n;
    return skip(n);
  }
  if (d.lost) {
    const found = resynchronise(b, start, end);
    if (found > start) return skip(found - start);
    d.lost = false;
  }
  if (here < HEADER) return { kind: 'incomplete', missing: HEADER - here };
  const size = chunkSize(b, start);
  if (size === 0) return malformed('opcua.header', 'not a message header', 0);
  const kind = u32le(b, start) & 0xffffff;
  const secret = state.sight === 'encrypted' && kind !== KIND.OPN && kind !== KIND.ERR;
  if (size > MAX_CHUNK && !secret) {
    const n = Math.min(here, size);
    d.skip = size - n;
    d.open = [];
    return malformed('opcua.chunk-limit', `chunk of ${size} octets`, n);
  }
  if (secret && here >= SYMMETRIC + SEQUENCE) {
    const n = Math.min(here, size);
    d.skip = size - n;
    return {
      kind: 'message',
      message: encrypted(symmetricHeader(b, start, size, false), b, start + SYMMETRIC),
      consumed: n,
    };
  }
  if (here < size) return { kind: 'incomplete', missing: size - here };
  const stop = start + size;
  switch (kind) {
    case KIND.OPN:
      return openChannel(b, start, stop, d, state);
    case KIND.MSG:
    case KIND.CLO:
      return symmetric(b, start, stop, d, state);
    default: {
      const message = decodeTransport(kind, b, start, stop);
      if (message === undefined) return malformed('opcua.transport', 'connection message is cut', size);
      return { kind: 'message', message, consumed: size };
    }
  }
};

/** Where the next chunk header lies, or `end`; fewer than 8 last octets cannot tell and are passed over too. */
const resynchronise = (b: Uint8Array, start: number, end: number): number => {
  for (let o = start; o + HEADER <= end; o++) {
    // Every type begins with a capital letter of a few.
    const c = b[o]!;
    if (c < 0x41 || c > 0x52) continue;
    const size = chunkSize(b, o);
    if (size > 0 && size <= MAX_CHUNK) return o;
  }
  return end;
};

const encrypted = (header: ChunkHeader, b: Uint8Array, at: number): OpcuaMessage => ({
  type: 'Encrypted chunk',
  header,
  ciphertext: [u32le(b, at), u32le(b, at + 4)],
});

/** Whole messages without a service in sight, where OPN was not seen either, until the flow counts as encrypted. */
const UNREADABLE = 3;

const CHUNK_NAME: Readonly<Record<number, ChunkKind>> = { [CHUNK.F]: 'F', [CHUNK.C]: 'C', [CHUNK.A]: 'A' };

const symmetricHeader = (b: Uint8Array, start: number, size: number, readable: boolean): ChunkHeader => ({
  messageType: b[start] === 0x4d ? 'MSG' : 'CLO',
  chunk: CHUNK_NAME[b[start + 3]!]!,
  messageSize: size,
  secureChannelId: u32le(b, start + 8),
  tokenId: u32le(b, start + 12),
  asymmetric: undefined,
  sequenceNumber: readable ? u32le(b, start + 16) : -1,
  requestId: readable ? u32le(b, start + 20) : -1,
});

const symmetric = (
  b: Uint8Array,
  start: number,
  stop: number,
  d: Direction,
  state: OpcuaState,
): Decoded<OpcuaMessage> => {
  const size = stop - start;
  const from = start + SYMMETRIC + SEQUENCE;
  if (state.sight === 'unknown') {
    // The mode of the channel stands in the encrypted part of OPN, and a capture may begin behind it: the first message
    // whose octets are those of a service says that they are in clear.
    if (serviceById(serviceNumber(b, from, stop)) !== undefined)
      state.sight = state.policy === undefined || state.policy === 'None' ? 'clear' : 'signed';
    else if (b[start + 3] === CHUNK.F && (state.policy !== undefined || ++state.unreadable >= UNREADABLE))
      state.sight = 'encrypted';
    if (state.sight === 'unknown' || state.sight === 'encrypted')
      return {
        kind: 'message',
        message: encrypted(symmetricHeader(b, start, size, false), b, start + SYMMETRIC),
        consumed: size,
      };
  }
  const header = symmetricHeader(b, start, size, true);
  const signature = state.sight === 'signed' ? signatureLength(state.policy ?? '') : 0;
  return collect(b, from, Math.max(from, stop - signature), size, header, d, state);
};

const openChannel = (
  b: Uint8Array,
  start: number,
  stop: number,
  d: Direction,
  state: OpcuaState,
): Decoded<OpcuaMessage> => {
  const size = stop - start;
  r.open(b, start + 8, stop);
  const secureChannelId = uint32.read(r);
  const asymmetric: AsymmetricHeader = {
    securityPolicyUri: string.read(r),
    senderCertificate: byteString.read(r),
    receiverCertificateThumbprint: byteString.read(r),
  };
  if (r.broken) return malformed('opcua.security-header', 'asymmetric header is cut', size);
  const policy = policyName(asymmetric.securityPolicyUri);
  if (policy !== state.policy) {
    state.policy = policy;
    state.sight = policy === 'None' ? 'clear' : 'unknown';
  }
  const readable = policy === 'None';
  const header: ChunkHeader = {
    messageType: 'OPN',
    chunk: CHUNK_NAME[b[start + 3]!]!,
    messageSize: size,
    secureChannelId,
    tokenId: -1,
    asymmetric,
    sequenceNumber: readable ? uint32.read(r) : -1,
    requestId: readable ? uint32.read(r) : -1,
  };
  if (r.broken) return malformed('opcua.sequence-header', 'sequence header is cut', size);
  if (!readable) {
    const at = r.take(SEQUENCE);
    if (at < 0) return malformed('opcua.sequence-header', 'sequence header is cut', size);
    return { kind: 'message', message: encrypted(header, b, at), consumed: size };
  }
  return collect(b, r.offset, stop, size, header, d, state);
};

/** One readable chunk with the content `from`..`to`. */
const collect = (
  b: Uint8Array,
  from: number,
  to: number,
  size: number,
  header: ChunkHeader,
  d: Direction,
  state: OpcuaState,
): Decoded<OpcuaMessage> => {
  const at = d.open.length === 0 ? -1 : d.open.findIndex((m) => m.requestId === header.requestId);
  const open = at < 0 ? undefined : d.open[at]!;
  if (header.chunk === 'C') {
    if (open === undefined) {
      if (d.open.length >= MAX_OPEN_MESSAGES) d.open.shift();
      d.open.push({ requestId: header.requestId, parts: [b.slice(from, to)], octets: to - from });
    } else {
      open.octets += to - from;
      if (open.octets > MAX_MESSAGE) {
        d.open.splice(at, 1);
        return malformed('opcua.message-limit', `message of more than ${MAX_MESSAGE} octets`, size);
      }
      open.parts.push(b.slice(from, to));
    }
    return { kind: 'message', message: { type: 'Message chunk', header }, consumed: size };
  }
  if (open !== undefined) d.open.splice(at, 1);
  if (header.chunk === 'A') {
    r.open(b, from, to);
    const message: OpcuaMessage = { type: 'Abort', header, error: statusCode.read(r), reason: string.read(r) };
    if (r.broken) return malformed('opcua.abort', 'abort is cut', size);
    return { kind: 'message', message, consumed: size };
  }
  if (open === undefined) return readService(b, from, to, 1, size, header, state);
  const whole = new Uint8Array(open.octets + (to - from));
  let o = 0;
  for (const part of open.parts) {
    whole.set(part, o);
    o += part.length;
  }
  whole.set(b.subarray(from, to), o);
  return readService(whole, 0, whole.length, open.parts.length + 1, size, header, state);
};

/** The whole body of a message: type and structure. */
const readService = (
  b: Uint8Array,
  start: number,
  end: number,
  chunks: number,
  size: number,
  header: ChunkHeader,
  state: OpcuaState,
): Decoded<OpcuaMessage> => {
  const number = serviceNumber(b, start, end);
  r.open(b, start, end);
  const typeId = nodeId.read(r);
  const service = serviceById(number);
  if (service === undefined) {
    // The end of a message whose beginning was not seen looks the same.
    if (r.broken) return { kind: 'message', message: { type: 'Message chunk', header }, consumed: size };
    return {
      kind: 'message',
      message: { type: 'Unknown service', header, typeId, octets: end - start },
      consumed: size,
    };
  }
  const body = service.id === READ_REQUEST ? readRequest(b, end, service, state) : service.body.read(r);
  if (r.broken) {
    r.open(b, start, end);
    nodeId.read(r);
    const part = service.body.readPart?.(r);
    return {
      kind: 'message',
      message: { type: 'Damaged message', header, service: service.name, typeId, octets: end - start, part },
      consumed: size,
    };
  }
  const message = {
    type: service.name as ServiceName,
    header,
    typeId,
    chunks,
    octets: end - start,
    trailing: r.end - r.offset,
    body,
  } as ServiceMessage;
  return { kind: 'message', message, consumed: size };
};

const READ_REQUEST = 631;
/** Pollers send the same list of nodes again and again: it is compared instead of read. */
const readRequest = (b: Uint8Array, end: number, service: Service, state: OpcuaState): unknown => {
  const from = r.offset;
  const head = requestHeader.read(r);
  const maxAge = double.read(r);
  const timestampsToReturn = uint32.read(r);
  const list = r.offset;
  if (!r.broken && end - list <= MAX_POLL_OCTETS) {
    const known = state.polls.find(b, list, end);
    if (known !== undefined) {
      r.offset = end;
      return { requestHeader: head, maxAge, timestampsToReturn, nodesToRead: known };
    }
  }
  r.offset = from;
  const body = service.body.read(r) as { readonly nodesToRead?: readonly ReadValueId[] | null };
  if (!r.broken && r.offset === end && end - list <= MAX_POLL_OCTETS && body.nodesToRead)
    state.polls.keep(b.slice(list, end), body.nodesToRead);
  return body;
};
