/** tshark's opcua.* columns. */
import type { OpcuaMessage } from '../../../../src/decode/opcua/index.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';

type M = Seen<OpcuaMessage>;

const TYPE: Record<string, string> = { Hello: 'HEL', Acknowledge: 'ACK', Error: 'ERR', 'Reverse Hello': 'RHE' };

interface Node {
  readonly encoding: number;
  readonly namespace: number;
  readonly id: number | string;
}

/** All NodeIds of a message in the order of the wire, which is the order of our fields. */
const nodes = (value: unknown, out: Node[] = []): Node[] => {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return out;
  if ('encoding' in value && 'namespace' in value) out.push(value as unknown as Node);
  else for (const v of Array.isArray(value) ? value : Object.values(value)) nodes(v, out);
  return out;
};
const inBody = (s: M, form: (n: Node) => boolean, value: (n: Node) => Cell): Cell =>
  'body' in s.message ? nodes(s.message.body).filter(form).map(value) : undefined;
const form = (n: Node): number => n.encoding & 0x3f;

const header = (s: M) => ('header' in s.message ? s.message.header : undefined);
const known = (n: number | undefined): number | undefined => (n === undefined || n < 0 ? undefined : n);

export const tsharkOpcua = frameMap<OpcuaMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'opcua',
  columns: {
    'opcua.transport.type': (s) => TYPE[s.message.type] ?? header(s)?.messageType,
    'opcua.transport.chunk': (s) => ('chunk' in s.message ? s.message.chunk : header(s)?.chunk),
    'opcua.transport.size': (s) => ('messageSize' in s.message ? s.message.messageSize : header(s)?.messageSize),
    'opcua.transport.scid': (s) => header(s)?.secureChannelId,
    'opcua.transport.ver': (s) => ('protocolVersion' in s.message ? s.message.protocolVersion : undefined),
    'opcua.transport.rbs': (s) => ('receiveBufferSize' in s.message ? s.message.receiveBufferSize : undefined),
    'opcua.transport.sbs': (s) => ('sendBufferSize' in s.message ? s.message.sendBufferSize : undefined),
    'opcua.transport.mms': (s) => ('maxMessageSize' in s.message ? s.message.maxMessageSize : undefined),
    'opcua.transport.mcc': (s) => ('maxChunkCount' in s.message ? s.message.maxChunkCount : undefined),
    'opcua.transport.endpoint': {
      value: (s) => ('endpointUrl' in s.message ? (s.message.endpointUrl ?? undefined) : undefined),
      whole: true,
    },
    'opcua.transport.suri': (s) => ('serverUri' in s.message ? (s.message.serverUri ?? undefined) : undefined),
    'opcua.transport.error': (s) =>
      s.message.type === 'Error' ? `0x${s.message.error.toString(16).padStart(8, '0')}` : undefined,
    'opcua.transport.reason': {
      value: (s) => (s.message.type === 'Error' ? (s.message.reason ?? undefined) : undefined),
      whole: true,
    },
    'opcua.security.spu': (s) => header(s)?.asymmetric?.securityPolicyUri ?? undefined,
    'opcua.security.tokenid': (s) => known(header(s)?.tokenId),
    'opcua.security.seq': (s) => known(header(s)?.sequenceNumber),
    'opcua.security.rqid': (s) => known(header(s)?.requestId),
    'opcua.servicenodeid.numeric': (s) => ('typeId' in s.message ? s.message.typeId.id : undefined),
    'opcua.nodeid.nsindex': (s) =>
      inBody(
        s,
        (n) => form(n) !== 0,
        (n) => n.namespace,
      ),
    'opcua.nodeid.numeric': (s) =>
      inBody(
        s,
        (n) => form(n) <= 2,
        (n) => n.id,
      ),
    'opcua.nodeid.string': (s) =>
      inBody(
        s,
        (n) => form(n) === 3,
        (n) => n.id,
      ),
    'opcua.nodeid.guid': (s) =>
      inBody(
        s,
        (n) => form(n) === 4,
        (n) => n.id,
      ),
  },
});
