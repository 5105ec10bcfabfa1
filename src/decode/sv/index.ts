/**
 * Sampled values (IEC 61850-9-2): what merging units measure, thousands of frames a second on EtherType 0x88ba; routable
 * sampled values (IEC/TR 61850-90-5) on UDP port 102.
 */
import type { Decoder } from '../../core/decoder.ts';
import { frame, HEADER, isRoutable, openFrame } from '../shared/publisher-frame.ts';
import { PAYLOAD, ROUTABLE_PORT, SESSION } from '../shared/routable-session.ts';
import { observeSv, SvState } from './observe.ts';
import { decodePdu, SV_TAG, SV_TYPE, type SvMessage } from './wire.ts';

export type { SvAsdu, SvMessage } from './wire.ts';

const KIND = { session: SESSION.SV, payload: PAYLOAD.SV, tag: SV_TAG } as const;

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
    if (context.carrier === 'udp') return isRoutable(b, start, end, KIND) ? 'sure' : 'no';
    return end - start >= HEADER ? 'sure' : 'no';
  },
  open: () => new SvState(),
  /** Code: `sv.header`; those of `SvDefect` are said by `observe`. */
  decode: (b, start, end, context, state) => {
    const consumed = end - start;
    const opened = openFrame(b, start, end, context.carrier, KIND);
    if (opened === 'foreign') return { kind: 'foreign' };
    if (opened === 'sealed') return { kind: 'skip', consumed };
    if (opened === 'short') return { kind: 'malformed', code: 'sv.header', detail: `${consumed} octets`, consumed };
    const message = decodePdu(b, frame.start, frame.end, frame.envelope, state.find, context.lean);
    return { kind: 'message', message, consumed };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe: observeSv,
};
