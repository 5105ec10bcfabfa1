/**
 * GOOSE (IEC 61850-8-1): what protection relays tell each other, on EtherType 0x88b8; routable GOOSE (IEC/TR 61850-90-5)
 * on UDP port 102. Cyclic: the same state comes again and again with a counter.
 */
import type { Decoded, Decoder } from '../../core/decoder.ts';
import { frame, HEADER, isRoutable, openFrame } from '../shared/publisher-frame.ts';
import { PAYLOAD, ROUTABLE_PORT, SESSION } from '../shared/routable-session.ts';
import { gooseCodes } from './codes.ts';
import { GooseState, observeGoose } from './observe.ts';
import { decodePdu, GOOSE_TAG, GOOSE_TYPE, type GooseMessage, GSE_MANAGEMENT_TYPE, managementOf } from './wire.ts';

export type { GooseMessage } from './wire.ts';

const KIND = { session: SESSION.GOOSE, payload: PAYLOAD.GOOSE, tag: GOOSE_TAG } as const;

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
  const opened = openFrame(b, start, end, carrier, KIND);
  if (opened === 'foreign') return { kind: 'foreign' };
  if (opened === 'sealed') return { kind: 'skip', consumed };
  if (opened === 'short') return { kind: 'malformed', code: 'goose.header', detail: `${consumed} octets`, consumed };
  const { envelope } = frame;
  if (protocolNumber === GSE_MANAGEMENT_TYPE && carrier !== 'udp')
    return { kind: 'message', message: managementOf(envelope), consumed };
  const knownOf = (bytes: Uint8Array, from: number, to: number) => state.find(bytes, from, to).known;
  return { kind: 'message', message: decodePdu(b, frame.start, frame.end, envelope, knownOf), consumed };
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
    if (context.carrier === 'udp') return isRoutable(b, start, end, KIND) ? 'sure' : 'no';
    return end - start >= HEADER ? 'sure' : 'no';
  },
  open: () => new GooseState(),
  decode: (b, start, end, context, state) => decode(b, start, end, context.carrier, context.protocolNumber, state),
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe: observeGoose,
};
