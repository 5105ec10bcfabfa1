/**
 * Sampled values (IEC 61850-9-2): what merging units measure, thousands of frames a second on EtherType 0x88ba; routable
 * sampled values (IEC/TR 61850-90-5) on UDP port 102.
 */
import type { Decoder } from '../../core/decoder.ts';
import {
  findPayload,
  looksRoutable,
  PAYLOAD,
  payload,
  ROUTABLE_PORT,
  readSession,
  SESSION,
} from '../shared/routable-session.ts';
import { observeSv, SvState } from './observe.ts';
import { decodePdu, HEADER, readHeader, SV_TAG, SV_TYPE, type SvMessage } from './wire.ts';

export type { SvAsdu, SvMessage } from './wire.ts';

const routable = (b: Uint8Array, start: number, end: number): boolean =>
  looksRoutable(b, start, end, SESSION.SV) ||
  (looksRoutable(b, start, end, SESSION.TUNNEL) && findPayload(b, start, end, PAYLOAD.SV, SV_TAG));

export const sv: Decoder<SvMessage, SvState> = {
  name: 'sv',
  title: 'IEC 61850 sampled values',
  family: 'ot',
  attach: [
    { over: 'ethertype', types: [SV_TYPE] },
    { over: 'udp', ports: [ROUTABLE_PORT] },
  ],
  cyclic: true,
  probe: (b, start, end, context) => {
    if (context.carrier === 'udp') return routable(b, start, end) ? 'sure' : 'no';
    return end - start >= HEADER ? 'sure' : 'no';
  },
  open: () => new SvState(),
  /** Code: `sv.header`; those of `SvDefect` are said by `observe`. */
  decode: (b, start, end, context, state) => {
    const consumed = end - start;
    if (context.carrier === 'udp') {
      if (!routable(b, start, end)) return { kind: 'foreign' };
      // Encrypted payloads cannot be found: they are seen and skipped.
      if (!findPayload(b, start, end, PAYLOAD.SV, SV_TAG)) return { kind: 'skip', consumed };
      const envelope = {
        appid: payload.appid,
        length: payload.length,
        reserved1: 0,
        reserved2: 0,
        isSimulated: payload.simulation,
        session: readSession(b, start),
      };
      const message = decodePdu(b, payload.start, payload.end, envelope, state.find, context.lean);
      return { kind: 'message', message, consumed };
    }
    if (consumed < HEADER) return { kind: 'malformed', code: 'sv.header', detail: `${consumed} octets`, consumed };
    const envelope = readHeader(b, start);
    const stop = envelope.length >= HEADER && start + envelope.length < end ? start + envelope.length : end;
    const message = decodePdu(b, start + HEADER, stop, envelope, state.find, context.lean);
    return { kind: 'message', message, consumed };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe: observeSv,
};
