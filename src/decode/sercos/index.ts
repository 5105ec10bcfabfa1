/**
 * SERCOS III on EtherType 0x88cd: which telegrams go round, in which communication phase the ring is, who is its master and which
 * addresses its slaves say they have. Source: IEC 61158-4-19 sections 5.2 (MST header) and 5.4 (AT0 in CP0). What the telegrams
 * carry in operation is the business of the drives' profiles and is not read.
 */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { u16le, u32le } from '../../lib/bytes.ts';

/** Type, phase, CRC of the header. */
const HEADER = 6;
const MAX_PHASE = 4;
/** Masters whose phase is remembered; at the limit the memory is emptied and phases are said again. */
const MAX_MASTERS = 256;
/** Topology addresses in AT0 of CP0, two octets each behind a count of two. */
const MAX_SLAVES = 511;
/** A place in the ring that no slave took. */
const NOBODY = 0xffff;

export interface SercosMessage extends Message {
  /** From the master to the drives (MDT), or back from them (AT). */
  readonly type: 'SERCOS MDT' | 'SERCOS AT';
  /** Secondary channel of the ring. */
  readonly isSecondary: boolean;
  /** Number within the cycle. */
  readonly telegram: number;
  /** 0..7, counted where `isCycleValid`. */
  readonly cycle: number;
  readonly isCycleValid: boolean;
  /** Communication phase: 0..3 start-up, 4 operation. */
  readonly phase: number;
  /** The phase is being left for the one named. */
  readonly isSwitching: boolean;
  readonly crc: number;
  /** Slaves that the AT0 of CP0 passed so far; -1 elsewhere. */
  readonly slaves: number;
  /** Their addresses, in the order of the ring. */
  readonly addresses: readonly number[];
}

interface SercosState {
  readonly phases: Map<number, number>;
  /** By master: which slaves were told already. At MAX_MASTERS it is emptied and they are told again. */
  readonly rings: Map<number, Set<number>>;
}

const NO_ADDRESSES: readonly number[] = Object.freeze([]);

/** Each slave takes the next number (the master begins with 1) and writes its address to that place. */
const addressesAt = (b: Uint8Array, start: number, end: number, slaves: number): readonly number[] => {
  const out: number[] = [];
  for (let o = start; out.length < Math.min(slaves, MAX_SLAVES) && o + 2 <= end; o += 2) out.push(u16le(b, o));
  return out;
};

const slaves = (t: Transaction<SercosMessage>, sink: ObservationSink, m: SercosMessage, state: SercosState): void => {
  let told = state.rings.get(t.at.sender);
  for (const address of m.addresses) {
    if (address === NOBODY || told?.has(address) === true) continue;
    if (told === undefined) {
      if (state.rings.size >= MAX_MASTERS) state.rings.clear();
      told = new Set();
      state.rings.set(t.at.sender, told);
    }
    if (told.size >= MAX_SLAVES) return;
    told.add(address);
    const endpoint = sink.child(t.at.sender, 'other', `SERCOS ${address}`, true);
    sink.name(t.at, { endpoint, kind: 'other', name: `SERCOS address ${address}`, via: 'SERCOS III AT0 in CP0' });
  }
};

const observe = (t: Transaction<SercosMessage>, sink: ObservationSink, state: SercosState): void => {
  const m = t.request;
  if (m === undefined) return;
  if (m.type === 'SERCOS AT') {
    slaves(t, sink, m, state);
    return;
  }
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
  open: () => ({ phases: new Map(), rings: new Map() }),
  decode(b, start, end) {
    const consumed = end - start;
    if (consumed < HEADER) return { kind: 'malformed', code: 'sercos.short', detail: `${consumed} octets`, consumed };
    const head = b[start]!;
    const phase = b[start + 1]!;
    if ((phase & 15) > MAX_PHASE)
      return { kind: 'malformed', code: 'sercos.phase', detail: `communication phase ${phase & 15}`, consumed };
    const isAt = (head & 0x40) !== 0;
    const hasSlaves = isAt && (phase & 15) === 0 && (head & 15) === 0 && consumed >= HEADER + 2;
    const passed = hasSlaves ? Math.max(0, (u16le(b, start + HEADER) & 0x1ff) - 1) : -1;
    const message: SercosMessage = {
      type: isAt ? 'SERCOS AT' : 'SERCOS MDT',
      isSecondary: (head & 0x80) !== 0,
      telegram: head & 15,
      cycle: (phase >> 4) & 7,
      isCycleValid: (head & 0x20) !== 0,
      phase: phase & 15,
      isSwitching: (phase & 0x80) !== 0,
      crc: u32le(b, start + 2),
      slaves: passed,
      addresses: passed > 0 ? addressesAt(b, start + HEADER + 2, end, passed) : NO_ADDRESSES,
    };
    return { kind: 'message', message, consumed };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
