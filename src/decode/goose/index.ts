/**
 * GOOSE (IEC 61850-8-1): what protection relays tell each other, on EtherType 0x88b8; routable GOOSE (IEC/TR 61850-90-5)
 * on UDP port 102. Cyclic: the same state comes again and again with a counter.
 */
import type { Decoded, Decoder } from '../../core/decoder.ts';
import {
  findPayload,
  looksRoutable,
  PAYLOAD,
  payload,
  ROUTABLE_PORT,
  readSession,
  SESSION,
} from '../shared/routable-session.ts';
import { gooseCodes } from './codes.ts';
import { GooseState, observeGoose } from './observe.ts';
import {
  decodePdu,
  GOOSE_TAG,
  GOOSE_TYPE,
  type GooseMessage,
  GSE_MANAGEMENT_TYPE,
  HEADER,
  managementOf,
  readHeader,
} from './wire.ts';

export type { GooseMessage } from './wire.ts';

const routable = (b: Uint8Array, start: number, end: number): boolean =>
  looksRoutable(b, start, end, SESSION.GOOSE) ||
  (looksRoutable(b, start, end, SESSION.TUNNEL) && findPayload(b, start, end, PAYLOAD.GOOSE, GOOSE_TAG));

/** Codes: `goose.header`; those of `GooseDefect` are said by `observe`. */
const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  carrier: string,
  protocolNumber: number,
  state: GooseState,
): Decoded<GooseMessage> => {
  const consumed = end - start;
  const knownOf = (bytes: Uint8Array, from: number, to: number) => state.find(bytes, from, to).known;
  if (carrier === 'udp') {
    if (!routable(b, start, end)) return { kind: 'foreign' };
    // Encrypted payloads cannot be found: they are seen and skipped.
    if (!findPayload(b, start, end, PAYLOAD.GOOSE, GOOSE_TAG)) return { kind: 'skip', consumed };
    const envelope = {
      appid: payload.appid,
      length: payload.length,
      reserved1: 0,
      reserved2: 0,
      isSimulated: payload.simulation,
      session: readSession(b, start),
    };
    return { kind: 'message', message: decodePdu(b, payload.start, payload.end, envelope, knownOf), consumed };
  }
  if (consumed < HEADER) return { kind: 'malformed', code: 'goose.header', detail: `${consumed} octets`, consumed };
  const envelope = readHeader(b, start);
  if (protocolNumber === GSE_MANAGEMENT_TYPE) return { kind: 'message', message: managementOf(envelope), consumed };
  // Padding of short frames lies behind the announced length.
  const stop = envelope.length >= HEADER && start + envelope.length < end ? start + envelope.length : end;
  return { kind: 'message', message: decodePdu(b, start + HEADER, stop, envelope, knownOf), consumed };
};

export const goose: Decoder<GooseMessage, GooseState> = {
  name: 'goose',
  title: 'IEC 61850 GOOSE',
  family: 'ot',
  codes: gooseCodes,
  attach: [
    { over: 'ethertype', types: [GOOSE_TYPE, GSE_MANAGEMENT_TYPE] },
    { over: 'udp', ports: [ROUTABLE_PORT] },
  ],
  cyclic: true,
  probe: (b, start, end, context) => {
    if (context.carrier === 'udp') return routable(b, start, end) ? 'sure' : 'no';
    return end - start >= HEADER ? 'sure' : 'no';
  },
  open: () => new GooseState(),
  decode: (b, start, end, context, state) => decode(b, start, end, context.carrier, context.protocolNumber, state),
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe: observeGoose,
};
