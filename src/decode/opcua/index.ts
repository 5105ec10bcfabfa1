/**
 * OPC UA binary over TCP (OPC 10000-6): connection, secure conversation and all services of OPC 10000-4. Channels without
 * security and channels that only sign are read to the last field; of encrypted ones policy, certificates and chunk headers
 * are, and the conduit is marked as encrypted.
 */

import type { Decoder, Probe } from '../../core/decoder.ts';
import { u32le } from '../../lib/bytes.ts';
import { opcuaCodes } from './codes.ts';
import { chunkSize, decode } from './conversation.ts';
import { observe } from './observe.ts';
import { shownOpcua } from './secrets.ts';
import { serviceById } from './services.ts';
import { OpcuaState } from './state.ts';
import { CHUNK, KIND, MAX_CHUNK, type OpcuaMessage, serviceNumber } from './wire.ts';

export { type UadpMessage, uadp } from './uadp.ts';
export type { OpcuaMessage } from './wire.ts';

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  // H, A, E, R, O, M, C
  const first = b[start]!;
  if (first < 0x41 || first > 0x52) return 'no';
  const here = end - start;
  if (here < 8) {
    if (here < 4) return 'more';
    return LETTERS.has(u32le(b, start) & 0xffffff) ? 'more' : 'no';
  }
  const size = chunkSize(b, start);
  if (size === 0 || size > MAX_CHUNK) return 'no';
  const kind = u32le(b, start) & 0xffffff;
  switch (kind) {
    case KIND.HEL: {
      // The URL fills the rest of the message (OPC 10000-6 section 7.1.2.3).
      if (here < 32) return 'more';
      const url = u32le(b, start + 28);
      return url === size - 32 || (url === 0xffffffff && size === 32) ? 'sure' : 'no';
    }
    case KIND.ACK:
      if (here < 28) return 'more';
      // Buffers are at least 8192 octets (section 7.1.2.4).
      return size === 28 && u32le(b, start + 12) >= 8192 && u32le(b, start + 16) >= 8192 ? 'sure' : 'no';
    case KIND.OPN:
      if (here < 16) return 'more';
      // The security policy is a URI.
      if (u32le(b, start + 12) > 255 || u32le(b, start + 12) < 4) return 'no';
      if (here < 20) return 'more';
      return u32le(b, start + 16) === HTTP ? 'sure' : 'no';
    case KIND.MSG:
    case KIND.CLO:
      if (here < 32) return 'more';
      if (serviceById(serviceNumber(b, start + 24, end)) !== undefined) return 'sure';
      return b[start + 3] === CHUNK.A ? 'no' : 'maybe';
    case KIND.ERR:
    case KIND.RHE:
      return 'maybe';
    default:
      return 'no';
  }
};
/** `http` of a policy's URI. */
const HTTP = 0x70747468;
const LETTERS = new Set<number>(Object.values(KIND));

/** Without them a notification is of item 7, not of a node, and nobody knows who logged in. */
const OPENING: ReadonlySet<string> = new Set([
  'OpenSecureChannelRequest',
  'OpenSecureChannelResponse',
  'CreateSubscriptionRequest',
  'CreateSubscriptionResponse',
  'CreateMonitoredItemsRequest',
  'CreateMonitoredItemsResponse',
  'RegisterNodesRequest',
  'RegisterNodesResponse',
]);

export const opcua: Decoder<OpcuaMessage, OpcuaState> = {
  name: 'opcua',
  title: 'OPC UA',
  family: 'ot',
  codes: opcuaCodes,
  isEncrypted: (state) => state.sight === 'encrypted',
  attach: [{ over: 'tcp', ports: [4840, 4841, 4843, 48010, 48020, 48030, 48031, 49320, 51210, 53530, 62541] }],
  probe,
  open: () => new OpcuaState(),
  decode,
  pairing: {
    scope: 'flow',
    role(message) {
      if (!('body' in message)) return 'single';
      switch (message.type) {
        // A server keeps them until it has something to say: notifications speak for themselves.
        case 'PublishRequest':
        case 'PublishResponse':
        case 'CloseSecureChannelRequest':
          return 'single';
        default:
          return 'requestHeader' in message.body ? 'request' : 'response';
      }
    },
    key: (message) => ('header' in message ? message.header.requestId : 0),
    timeoutUs: 60_000_000,
  },
  shown: shownOpcua,
  opens: ({ type }) => (type === 'Message chunk' ? 'part' : OPENING.has(type)),
  observe,
};
