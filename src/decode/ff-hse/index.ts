/** Foundation Fieldbus HSE: annunciation, FMS, system management and LAN redundancy (ports 1089-1091 and 3622). */
import type { Decoder, Probe } from '../../core/decoder.ts';
import { u32be } from '../../lib/bytes.ts';
import { observeFf } from './observe.ts';
import { decodeFf, type FfMessage, HEADER, isHeader } from './wire.ts';

export type { FfMessage } from './wire.ts';

const PORTS = [1089, 1090, 1091, 3622];
const CONFIRMED = 0x80;

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== 1) return 'no';
  if (end - start < HEADER) return 'more';
  if (!isHeader(b, start)) return 'no';
  // Version, type, service and length leave about one chance in 2^24; the length that fits the datagram settles it.
  return u32be(b, start + 8) === end - start ? 'sure' : 'maybe';
};

export const ffHse: Decoder<FfMessage, null> = {
  name: 'ff-hse',
  title: 'Foundation Fieldbus HSE',
  family: 'ot',
  attach: [
    { over: 'udp', ports: PORTS },
    { over: 'tcp', ports: PORTS },
  ],
  probe,
  open: () => null,
  decode: (b, start, end, context) => {
    const result = decodeFf(b, start, end);
    return result.kind === 'incomplete' && context.carrier === 'udp'
      ? { kind: 'malformed', code: 'ff-hse.length', detail: 'shorter than it says', consumed: end - start }
      : result;
  },
  pairing: {
    scope: 'flow',
    role: (m) => ((m.service & CONFIRMED) === 0 ? 'single' : m.messageType === 0 ? 'request' : 'response'),
    key: (m) => (m.invokeId < 0 ? `${m.service}` : m.invokeId),
    timeoutUs: 30_000_000,
  },
  observe: observeFf,
};
