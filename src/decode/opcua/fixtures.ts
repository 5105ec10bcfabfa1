/** Conversations for the tests, spoken through the encoders of `wire.ts`. */
import { bytesOf, down, join, type Part, up } from '../../../test/decoding.ts';
import { type ExtensionObject, ID, type NodeId, type Variant } from './builtin.ts';
import type { Bodies, ServiceName } from './services.ts';
import type { RequestHeader, ResponseHeader } from './structures.ts';
import { type ChunkParts, encodeAcknowledge, encodeBody, encodeChunk, encodeHello, encodeOpen } from './wire.ts';

export const POLICY = 'http://opcfoundation.org/UA/SecurityPolicy#';
export const TIME = 1_700_000_000_000_000;

const node = (encoding: number, namespace: number, id: number | string): NodeId => ({
  encoding,
  namespace,
  id,
  namespaceUri: undefined,
  serverIndex: undefined,
});
/** `ns=0;i=n` in the shortest form. */
export const standard = (id: number): NodeId => node(id < 256 ? ID.TWO_BYTE : ID.FOUR_BYTE, 0, id);
export const named = (namespace: number, id: string): NodeId => node(ID.STRING, namespace, id);
export const NONE: ExtensionObject = { typeId: standard(0), encoding: 0, typeName: '', body: null };
export const object = (encodingId: number, typeName: string, body: Record<string, unknown>): ExtensionObject => ({
  typeId: node(ID.FOUR_BYTE, 0, encodingId),
  encoding: 1,
  typeName,
  body,
});
export const scalar = (type: number, value: NonNullable<Variant['values']>[number]): Variant => ({
  type,
  array: false,
  values: [value],
  dimensions: undefined,
});
export const list = (type: number, values: NonNullable<Variant['values']>): Variant => ({
  type,
  array: true,
  values,
  dimensions: undefined,
});
export const data = (value: Variant, status?: number) => ({
  mask: status === undefined ? 1 : 3,
  value,
  status,
  sourceTimestamp: undefined,
  sourcePicoseconds: undefined,
  serverTimestamp: undefined,
  serverPicoseconds: undefined,
});

export const requestHeader: RequestHeader = {
  authenticationToken: standard(0),
  timestamp: TIME,
  requestHandle: 1,
  returnDiagnostics: 0,
  auditEntryId: null,
  timeoutHint: 10_000,
  additionalHeader: NONE,
};
export const responseHeader = (serviceResult = 0): ResponseHeader => ({
  timestamp: TIME,
  requestHandle: 1,
  serviceResult,
  serviceDiagnostics: {
    mask: 0,
    symbolicId: undefined,
    namespaceUri: undefined,
    locale: undefined,
    localizedText: undefined,
    additionalInfo: undefined,
    innerStatusCode: undefined,
    innerDiagnosticInfo: undefined,
  },
  stringTable: null,
  additionalHeader: NONE,
});

type Rest<K extends ServiceName> = Omit<Bodies[K], 'requestHeader' | 'responseHeader'>;
const body = <K extends ServiceName>(name: K, rest: Rest<K>, status: number): Uint8Array =>
  encodeBody(name, {
    ...(name.endsWith('Request') ? { requestHeader } : { responseHeader: responseHeader(status) }),
    ...rest,
  } as unknown as Bodies[K]);

/** A client and a server on one channel; each call gives the parts of its messages. */
export class Channel {
  private request = 1;
  private readonly sequence = [1, 1];
  private readonly policy: string;
  constructor(policy = 'None') {
    this.policy = policy;
  }

  parts(toServer: boolean, request: number, over: Partial<ChunkParts> = {}): ChunkParts {
    const side = toServer ? 0 : 1;
    return { channel: 7, token: 3, sequence: ++this.sequence[side]!, request, ...over };
  }

  /** HEL, ACK and OPN. */
  open(): Part[] {
    const request = body(
      'OpenSecureChannelRequest',
      { clientProtocolVersion: 0, requestType: 0, securityMode: 1, clientNonce: null, requestedLifetime: 600_000 },
      0,
    );
    const response = body(
      'OpenSecureChannelResponse',
      {
        serverProtocolVersion: 0,
        securityToken: { channelId: 7, tokenId: 3, createdAt: TIME, revisedLifetime: 600_000 },
        serverNonce: null,
      },
      0,
    );
    return [
      up(encodeHello('opc.tcp://plc1:4840')),
      down(encodeAcknowledge()),
      up(encodeOpen({ channel: 0, sequence: 1, request: 1 }, POLICY + this.policy, request)),
      down(encodeOpen({ channel: 7, sequence: 1, request: 1 }, POLICY + this.policy, response)),
    ];
  }

  ask<Q extends ServiceName, A extends ServiceName>(
    question: Q,
    q: Rest<Q>,
    answer: A,
    a: Rest<A>,
    status = 0,
  ): [Part, Part] {
    const request = ++this.request;
    return [
      up(encodeChunk(this.parts(true, request), body(question, q, 0))),
      down(encodeChunk(this.parts(false, request), body(answer, a, status))),
    ];
  }

  /** The server's answer alone. */
  say<A extends ServiceName>(answer: A, a: Rest<A>, status = 0): Part {
    return down(encodeChunk(this.parts(false, ++this.request), body(answer, a, status)));
  }

  /** A request in chunks of `size` octets, each with `signature` octets behind. */
  chunked<Q extends ServiceName>(question: Q, q: Rest<Q>, size: number, signature = 0): Part[] {
    const request = ++this.request;
    const whole = body(question, q, 0);
    const out: Part[] = [];
    for (let at = 0; at < whole.length; at += size) {
      const chunk = at + size < whole.length ? 'C' : 'F';
      const piece = join(whole.subarray(at, at + size), new Uint8Array(signature).fill(0xaa));
      out.push(up(encodeChunk(this.parts(true, request, { chunk }), piece)));
    }
    return out;
  }
}

export const VALUE = 13;
export const readItem = (nodeId: NodeId, attributeId = VALUE, indexRange: string | null = null) => ({
  nodeId,
  attributeId,
  indexRange,
  dataEncoding: { namespaceIndex: 0, name: null },
});

/**
 * An OPN with Basic256Sha256: asymmetric header in clear, the rest encrypted. Octets by hand: what follows the header
 * stands for ciphertext.
 */
export const SECURE_OPEN = join(
  bytesOf(`
    4f 50 4e 46  # OPN F
    7a 00 00 00  # size 122
    00 00 00 00  # channel 0
    39 00 00 00  # policy URI, 57 octets
  `),
  new TextEncoder().encode(`${POLICY}Basic256Sha256`),
  bytesOf(`
    04 00 00 00 30 82 00 00  # sender certificate (4 octets of one)
    ff ff ff ff              # no thumbprint
  `),
  new Uint8Array(37).fill(0x5a),
);
