/**
 * MRP, the Media Redundancy Protocol of PROFINET rings, on EtherType 0x88e3. Source: IEC 62439-2 section 8 (MRP PDUs): a
 * version, then TLVs. The manager sends test frames round the ring and says whether it is closed.
 */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { macText } from '../../lib/address.ts';
import { u16be } from '../../lib/bytes.ts';
import { uuidText } from '../shared/dcerpc.ts';

/** TLVs read of one frame; more are ignored. */
const MAX_TLVS = 16;
/** Senders whose state is remembered; at the limit the memory is emptied and states are said again. */
const MAX_SENDERS = 256;

export interface MrpMessage extends Message {
  readonly type:
    | 'MRP test'
    | 'MRP topology change'
    | 'MRP link down'
    | 'MRP link up'
    | 'MRP interconnection'
    | 'MRP option'
    | 'MRP';
  readonly version: number;
  /** Source address in the PDU, '' where there is none. */
  readonly source: string;
  readonly priority: number;
  readonly portRole: number;
  /** 0 open, 1 closed; -1 where it is not said. */
  readonly ringState: number;
  /** Counts changes of the ring state; -1 where it is not said. */
  readonly transitions: number;
  /** Milliseconds to the next of repeated frames; -1 where it is not said. */
  readonly interval: number;
  readonly sequence: number;
  readonly domain: string;
}

const TYPES: Readonly<Record<number, MrpMessage['type']>> = {
  4: 'MRP link down',
  5: 'MRP link up',
  8: 'MRP interconnection',
  9: 'MRP interconnection',
  10: 'MRP interconnection',
  11: 'MRP interconnection',
  12: 'MRP interconnection',
};

type Mutable = { -readonly [K in keyof MrpMessage]: MrpMessage[K] };

/** Undefined when it is too short for a version and a TLV. */
const read = (b: Uint8Array, start: number, end: number): MrpMessage | undefined => {
  if (end - start < 4) return undefined;
  const m: Mutable = {
    type: 'MRP',
    version: u16be(b, start),
    source: '',
    priority: -1,
    portRole: -1,
    ringState: -1,
    transitions: -1,
    interval: -1,
    sequence: -1,
    domain: '',
  };
  let o = start + 2;
  for (let n = 0; n < MAX_TLVS && o + 2 <= end; n++) {
    const type = b[o]!;
    const length = b[o + 1]!;
    if (type === 0) break;
    const v = o + 2;
    if (v + length > end) return undefined;
    if (type === 1 && length >= 18) {
      m.sequence = u16be(b, v);
      m.domain = uuidText(b, v + 2, false);
    } else if ((type === 2 || type === 6) && length >= 18) {
      m.type = 'MRP test';
      m.priority = u16be(b, v);
      m.source = macText(b, v + 2);
      m.portRole = u16be(b, v + 8);
      m.ringState = u16be(b, v + 10);
      m.transitions = u16be(b, v + 12);
    } else if ((type === 3 || type === 7) && length >= 10) {
      m.type = 'MRP topology change';
      m.priority = u16be(b, v);
      m.source = macText(b, v + 2);
      m.interval = u16be(b, v + 8);
    } else if ((type === 4 || type === 5) && length >= 10) {
      m.type = TYPES[type]!;
      m.source = macText(b, v);
      m.portRole = u16be(b, v + 6);
      m.interval = u16be(b, v + 8);
    } else if (type === 0x7f) {
      if (m.type === 'MRP') m.type = 'MRP option';
    } else if (TYPES[type] !== undefined && m.type === 'MRP') m.type = TYPES[type]!;
    o = v + length;
    // Each TLV is aligned to four octets from the version on.
    o = start + 2 + ((o - start - 2 + 3) & ~3);
  }
  return m;
};

export interface MrpState {
  /** By sender: ring state that was said last. */
  readonly rings: Map<number, number>;
}

const RING = ['open', 'closed'] as const;

const observe = (t: Transaction<MrpMessage>, sink: ObservationSink, state: MrpState): void => {
  const m = t.request;
  if (m === undefined) return;
  const at = t.at;
  const via = 'MRP';
  if (m.type === 'MRP test') {
    const said = state.rings.get(at.sender);
    if (said === m.ringState) return;
    if (said === undefined) {
      if (state.rings.size >= MAX_SENDERS) state.rings.clear();
      sink.identity(at, {
        endpoint: at.sender,
        attribute: 'description',
        value: 'MRP ring manager',
        confidence: 0.6,
        via,
      });
    }
    state.rings.set(at.sender, m.ringState);
    const text = RING[m.ringState] ?? `state ${m.ringState}`;
    sink.value(at, {
      target: at.sender,
      path: `MRP ring ${m.domain}`,
      type: 'ring state',
      value: text,
      quality: m.ringState === 1 ? 'good' : 'bad',
      access: 'read',
    });
    if (m.ringState === 0)
      sink.weird(at, { code: 'mrp.ring-open', detail: `the ring ${m.domain} is open: its redundancy is used up` });
    return;
  }
  if (m.type === 'MRP link down') sink.weird(at, { code: 'mrp.link-down', detail: 'a ring client lost a ring port' });
  else if (m.type === 'MRP topology change')
    sink.weird(at, { code: 'mrp.topology-change', detail: 'the ring manager changed the path of the ring' });
};

export const mrp: Decoder<MrpMessage, MrpState> = {
  name: 'mrp',
  title: 'MRP',
  family: 'network',
  attach: [{ over: 'ethertype', types: [0x88e3] }],
  probe: (b, start, end) => (end - start >= 4 && b[start] === 0 && b[start + 1]! <= 2 ? 'sure' : 'no'),
  open: () => ({ rings: new Map() }),
  decode(b, start, end) {
    const message = read(b, start, end);
    if (message === undefined)
      return { kind: 'malformed', code: 'mrp.tlv', detail: `${end - start} octets`, consumed: end - start };
    return { kind: 'message', message, consumed: end - start };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
