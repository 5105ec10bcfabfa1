/**
 * SERCOS III on EtherType 0x88cd: which telegrams go round, in which communication phase the ring is, and who is its
 * master. Source: IEC 61158-4-19 section 5.2 (MST header). What the telegrams carry is the business of the drives' profiles
 * and is not read.
 */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { u32le } from '../../lib/bytes.ts';

/** Type, phase, CRC of the header. */
const HEADER = 6;
const MAX_PHASE = 4;
/** Masters whose phase is remembered; at the limit the memory is emptied and phases are said again. */
const MAX_MASTERS = 256;

export interface SercosMessage extends Message {
  /** From the master to the drives (MDT), or back from them (AT). */
  readonly type: 'SERCOS MDT' | 'SERCOS AT';
  /** Secondary channel of the ring. */
  readonly isSecondary: boolean;
  /** 0..3: number within the cycle. */
  readonly telegram: number;
  /** Communication phase: 0..3 start-up, 4 operation. */
  readonly phase: number;
  /** The phase is being left for the one named. */
  readonly isSwitching: boolean;
  readonly crc: number;
}

interface SercosState {
  readonly phases: Map<number, number>;
}

const observe = (t: Transaction<SercosMessage>, sink: ObservationSink, state: SercosState): void => {
  const m = t.request;
  if (m === undefined || m.type !== 'SERCOS MDT') return;
  const said = state.phases.get(t.at.sender);
  if (said === m.phase) return;
  const via = 'SERCOS III';
  if (said === undefined) {
    if (state.phases.size >= MAX_MASTERS) state.phases.clear();
    sink.identity(t.at, { endpoint: t.at.sender, attribute: 'role', value: 'plc', confidence: 0.6, via });
  }
  state.phases.set(t.at.sender, m.phase);
  sink.identity(t.at, { endpoint: t.at.sender, attribute: 'mode', value: `CP${m.phase}`, confidence: 0.8, via });
};

export const sercos: Decoder<SercosMessage, SercosState> = {
  name: 'sercos',
  title: 'SERCOS III',
  family: 'ot',
  attach: [{ over: 'ethertype', types: [0x88cd] }],
  probe: (b, start, end) => (end - start >= HEADER && (b[start + 1]! & 15) <= MAX_PHASE ? 'sure' : 'no'),
  open: () => ({ phases: new Map() }),
  decode(b, start, end) {
    const consumed = end - start;
    if (consumed < HEADER) return { kind: 'malformed', code: 'sercos.short', detail: `${consumed} octets`, consumed };
    const head = b[start]!;
    const phase = b[start + 1]!;
    if ((phase & 15) > MAX_PHASE)
      return { kind: 'malformed', code: 'sercos.phase', detail: `communication phase ${phase & 15}`, consumed };
    const message: SercosMessage = {
      type: (head & 0x40) !== 0 ? 'SERCOS AT' : 'SERCOS MDT',
      isSecondary: (head & 0x80) !== 0,
      telegram: head & 3,
      phase: phase & 15,
      isSwitching: (phase & 0x80) !== 0,
      crc: u32le(b, start + 2),
    };
    return { kind: 'message', message, consumed };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
