/**
 * The layers below the services: OPC UA TCP (UACP, OPC 10000-6 section 7.1) and the secure conversation (UASC, section 6.7):
 * message headers, security headers, chunks.
 */
import type { Message } from '../../core/decoder.ts';
import { u32le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { ID, type NodeId, nodeId, statusCode } from './builtin.ts';
import { byteString, Reader, string, uint32 } from './codec.ts';
import { type Bodies, type ServiceName, serviceByName } from './services.ts';

/** Section 7.1.2.2: type (3 octets), chunk kind, size of the whole chunk. */
export const HEADER = 8;
/** A chunk longer than this is passed over unread; what implementations agree on lies at 64 KiB. */
export const MAX_CHUNK = 1 << 19;
/** A message of more octets, all its chunks together, is given up. */
export const MAX_MESSAGE = 1 << 20;
/** Messages of one direction whose chunks are being collected; the oldest gives way. */
export const MAX_OPEN_MESSAGES = 4;

/** The three letters of the message type as they lie in the octets, little-endian. */
export const KIND = {
  HEL: 0x4c4548,
  ACK: 0x4b4341,
  ERR: 0x525245,
  RHE: 0x454852,
  OPN: 0x4e504f,
  MSG: 0x47534d,
  CLO: 0x4f4c43,
} as const;
/** Final chunk, one of several, abort. */
export const CHUNK = { F: 0x46, C: 0x43, A: 0x41 } as const;

export type ChunkKind = 'F' | 'C' | 'A';

interface Transport extends Message {
  /** Octets of the whole message, header included. */
  readonly messageSize: number;
  readonly chunk: ChunkKind;
}
/** Section 7.1.2.3. */
export interface Hello extends Transport {
  readonly type: 'Hello';
  readonly protocolVersion: number;
  readonly receiveBufferSize: number;
  readonly sendBufferSize: number;
  readonly maxMessageSize: number;
  readonly maxChunkCount: number;
  readonly endpointUrl: string | null;
}
/** Section 7.1.2.4. */
export interface Acknowledge extends Transport {
  readonly type: 'Acknowledge';
  readonly protocolVersion: number;
  readonly receiveBufferSize: number;
  readonly sendBufferSize: number;
  readonly maxMessageSize: number;
  readonly maxChunkCount: number;
}
/** Section 7.1.2.5. */
export interface TransportError extends Transport {
  readonly type: 'Error';
  readonly error: number;
  readonly reason: string | null;
}
/** Section 7.1.2.6: the server calls the client. */
export interface ReverseHello extends Transport {
  readonly type: 'Reverse Hello';
  readonly serverUri: string | null;
  readonly endpointUrl: string | null;
}

/** Headers of one chunk of the secure conversation (sections 6.7.2 and 6.7.3). */
export interface ChunkHeader {
  readonly messageType: 'OPN' | 'MSG' | 'CLO';
  readonly chunk: ChunkKind;
  /** Octets of this chunk, headers included. */
  readonly messageSize: number;
  readonly secureChannelId: number;
  /** -1 in OPN, which has the asymmetric header instead. */
  readonly tokenId: number;
  readonly asymmetric: AsymmetricHeader | undefined;
  /** -1 where encrypted. */
  readonly sequenceNumber: number;
  readonly requestId: number;
}
export interface AsymmetricHeader {
  readonly securityPolicyUri: string | null;
  /** DER, the chain behind it when there is one. */
  readonly senderCertificate: Uint8Array | null;
  /** SHA-1 of the certificate that this is meant for. */
  readonly receiverCertificateThumbprint: Uint8Array | null;
}

interface Secure extends Message {
  readonly header: ChunkHeader;
}
/** A chunk that is not the last of its message: its content stands in the message that the last one completes. */
export interface PartialChunk extends Secure {
  readonly type: 'Message chunk';
}
/** A chunk whose content is out of sight. */
export interface EncryptedChunk extends Secure {
  readonly type: 'Encrypted chunk';
  /** The first eight octets of the ciphertext as two numbers: they tell chunks and their copies apart. */
  readonly ciphertext: readonly [number, number];
}
/** Section 6.7.3, `A`: the sender gives the message up. */
export interface Abort extends Secure {
  readonly type: 'Abort';
  readonly error: number;
  readonly reason: string | null;
}
/** A service that is not in the tables. */
export interface UnknownService extends Secure {
  readonly type: 'Unknown service';
  readonly typeId: NodeId;
  readonly octets: number;
}
/** A service whose body ends, or contradicts itself, before its last field: what was whole until there. */
export interface DamagedService extends Secure {
  readonly type: 'Damaged message';
  readonly service: string;
  readonly typeId: NodeId;
  readonly octets: number;
  readonly part: unknown;
}
interface ServiceParts<K extends ServiceName> extends Secure {
  readonly type: K;
  readonly typeId: NodeId;
  /** Chunks that it came in, and octets of the message without headers. */
  readonly chunks: number;
  readonly octets: number;
  /** Octets behind the last field: the signature of a channel that only signs, or something nobody specified. */
  readonly trailing: number;
  readonly body: Bodies[K];
}
export type ServiceMessage = { [K in ServiceName]: ServiceParts<K> }[ServiceName];
export type SecureMessage = ServiceMessage | PartialChunk | EncryptedChunk | Abort | UnknownService | DamagedService;
export type OpcuaMessage = SecureMessage | Hello | Acknowledge | TransportError | ReverseHello;

/** HEL, ACK, ERR and RHE: the whole message lies in `start`..`end`. Undefined when it is broken. */
export const decodeTransport = (
  kind: number,
  b: Uint8Array,
  start: number,
  end: number,
): Hello | Acknowledge | TransportError | ReverseHello | undefined => {
  const r = reader.open(b, start + HEADER, end);
  const common = { chunk: 'F' as const, messageSize: end - start };
  const limits = () => ({
    protocolVersion: uint32.read(r),
    receiveBufferSize: uint32.read(r),
    sendBufferSize: uint32.read(r),
    maxMessageSize: uint32.read(r),
    maxChunkCount: uint32.read(r),
  });
  const message: Hello | Acknowledge | TransportError | ReverseHello =
    kind === KIND.HEL
      ? { type: 'Hello', ...common, ...limits(), endpointUrl: string.read(r) }
      : kind === KIND.ACK
        ? { type: 'Acknowledge', ...common, ...limits() }
        : kind === KIND.ERR
          ? { type: 'Error', ...common, error: statusCode.read(r), reason: string.read(r) }
          : { type: 'Reverse Hello', ...common, serverUri: string.read(r), endpointUrl: string.read(r) };
  return r.broken ? undefined : message;
};
const reader = new Reader();

/** Security policies end in their name: `http://opcfoundation.org/UA/SecurityPolicy#None`. */
export const policyName = (uri: string | null): string => {
  if (uri === null) return '';
  return uri.slice(uri.indexOf('#') + 1);
};
/** Octets of a symmetric signature (OPC 10000-7 section 6.6): HMAC-SHA1 or HMAC-SHA256; 0 without one. */
export const signatureLength = (policy: string): number => {
  switch (policy) {
    case '':
    case 'None':
      return 0;
    case 'Basic128Rsa15':
    case 'Basic256':
      return 20;
    default:
      return 32;
  }
};

/** Do the octets of a body begin with the type of a service message (namespace 0)? Its number, or 0. */
export const serviceNumber = (b: Uint8Array, o: number, end: number): number => {
  if (o + 4 > end) return 0;
  if (b[o] === ID.FOUR_BYTE && b[o + 1] === 0) return b[o + 2]! | (b[o + 3]! << 8);
  if (b[o] === ID.NUMERIC && b[o + 1] === 0 && b[o + 2] === 0 && o + 7 <= end) return u32le(b, o + 3);
  return 0;
};

// ---- Writing -------------------------------------------------------------------------------------------------------

const framed = (kind: string, chunk: ChunkKind, body: Uint8Array): Uint8Array =>
  new OctetWriter()
    .text(kind)
    .text(chunk)
    .u32le(HEADER + body.length)
    .bytes(body)
    .done();

/** HEL with the limits of a usual client. */
export const encodeHello = (endpointUrl: string): Uint8Array => {
  const w = new OctetWriter();
  for (const n of [0, 65535, 65535, 0, 0]) w.u32le(n);
  string.write(w, endpointUrl);
  return framed('HEL', 'F', w.done());
};
export const encodeAcknowledge = (): Uint8Array => {
  const w = new OctetWriter();
  for (const n of [0, 65535, 65535, 0, 0]) w.u32le(n);
  return framed('ACK', 'F', w.done());
};
export const encodeError = (error: number, reason: string): Uint8Array => {
  const w = new OctetWriter();
  w.u32le(error);
  string.write(w, reason);
  return framed('ERR', 'F', w.done());
};
export const encodeReverseHello = (serverUri: string, endpointUrl: string): Uint8Array => {
  const w = new OctetWriter();
  string.write(w, serverUri);
  string.write(w, endpointUrl);
  return framed('RHE', 'F', w.done());
};

/** The octets of a service message: type and body, as they are divided into chunks. */
export const encodeBody = <K extends ServiceName>(name: K, body: Bodies[K]): Uint8Array => {
  const w = new OctetWriter();
  const service = serviceByName(name);
  nodeId.write(w, {
    encoding: ID.FOUR_BYTE,
    namespace: 0,
    id: service.id,
    namespaceUri: undefined,
    serverIndex: undefined,
  });
  service.body.write(w, body as Bodies[ServiceName]);
  return w.done();
};

export interface ChunkParts {
  readonly kind?: 'MSG' | 'CLO';
  readonly chunk?: ChunkKind;
  readonly channel: number;
  readonly token: number;
  readonly sequence: number;
  readonly request: number;
}
/** One symmetric chunk (MSG unless said otherwise) around `body`. */
export const encodeChunk = (parts: ChunkParts, body: Uint8Array): Uint8Array =>
  framed(
    parts.kind ?? 'MSG',
    parts.chunk ?? 'F',
    new OctetWriter()
      .u32le(parts.channel)
      .u32le(parts.token)
      .u32le(parts.sequence)
      .u32le(parts.request)
      .bytes(body)
      .done(),
  );
/** OPN without security; `channel` is 0 in the first request. */
export const encodeOpen = (
  parts: { readonly channel: number; readonly sequence: number; readonly request: number },
  policyUri: string,
  body: Uint8Array,
): Uint8Array => {
  const w = new OctetWriter();
  w.u32le(parts.channel);
  string.write(w, policyUri);
  byteString.write(w, null);
  byteString.write(w, null);
  w.u32le(parts.sequence).u32le(parts.request).bytes(body);
  return framed('OPN', 'F', w.done());
};
