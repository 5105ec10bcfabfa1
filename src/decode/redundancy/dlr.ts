/**
 * DLR, the Device Level Ring of EtherNet/IP, on EtherType 0x80e1. Source: ODVA Volume 2, chapter 9-5 (DLR frames): a sub
 * type and version, then the frame type, the source port and address, and the state of the ring.
 */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { ipv4Text } from '../../lib/address.ts';
import { i32be, u32be } from '../../lib/bytes.ts';

/** Senders whose state is remembered; at the limit the memory is emptied and states are said again. */
const MAX_SENDERS = 256;
const SUBTYPE = 2;
const HEADER = 12;

const TYPES = {
  1: 'DLR beacon',
  2: 'DLR neighbor check request',
  3: 'DLR neighbor check response',
  4: 'DLR link status',
  5: 'DLR locate fault',
  6: 'DLR announce',
  7: 'DLR sign on',
  8: 'DLR advertise',
  9: 'DLR flush tables',
  10: 'DLR learning update',
} as const;

export interface DlrMessage extends Message {
  readonly type: (typeof TYPES)[keyof typeof TYPES] | 'DLR frame';
  readonly version: number;
  readonly sourcePort: number;
  readonly sourceIp: string;
  readonly sequence: number;
  /** Beacons and announcements: 1 normal, 2 fault; -1 elsewhere. */
  readonly ringState: number;
  /** Precedence of the supervisor; -1 elsewhere. */
  readonly precedence: number;
  /** Microseconds; -1 elsewhere. */
  readonly beaconInterval: number;
  readonly beaconTimeout: number;
}

export interface DlrState {
  readonly rings: Map<number, number>;
}

const observe = (t: Transaction<DlrMessage>, sink: ObservationSink, state: DlrState): void => {
  const m = t.request;
  if (m === undefined) return;
  const at = t.at;
  if (m.type === 'DLR link status') {
    sink.weird(at, { code: 'dlr.link-status', detail: 'a node of the ring reports the state of its links' });
    return;
  }
  if (m.ringState < 0) return;
  const said = state.rings.get(at.sender);
  if (said === m.ringState) return;
  const via = 'DLR beacon';
  if (said === undefined) {
    if (state.rings.size >= MAX_SENDERS) state.rings.clear();
    if (m.sourceIp !== '0.0.0.0') sink.name(at, { endpoint: at.sender, kind: 'ip', name: m.sourceIp, via });
    if (m.type === 'DLR beacon')
      sink.identity(at, {
        endpoint: at.sender,
        attribute: 'description',
        value: 'DLR ring supervisor',
        confidence: 0.6,
        via,
      });
  }
  state.rings.set(at.sender, m.ringState);
  sink.value(at, {
    target: at.sender,
    path: 'DLR ring',
    type: 'ring state',
    value: m.ringState === 1 ? 'normal' : m.ringState === 2 ? 'fault' : m.ringState,
    quality: m.ringState === 1 ? 'good' : 'bad',
    access: 'read',
  });
  if (m.ringState === 2)
    sink.weird(at, { code: 'dlr.ring-fault', detail: 'the supervisor reports a fault of the ring' });
};

export const dlr: Decoder<DlrMessage, DlrState> = {
  name: 'dlr',
  title: 'DLR',
  family: 'network',
  attach: [{ over: 'ethertype', types: [0x80e1] }],
  probe: (b, start, end) => (end - start >= HEADER && b[start] === SUBTYPE && b[start + 1] === 1 ? 'sure' : 'no'),
  open: () => ({ rings: new Map() }),
  decode(b, start, end) {
    const consumed = end - start;
    if (consumed < HEADER) return { kind: 'malformed', code: 'dlr.short', detail: `${consumed} octets`, consumed };
    const kind = b[start + 2]!;
    const hasState = (kind === 1 || kind === 6) && consumed >= HEADER + 1;
    const isBeacon = kind === 1 && consumed >= HEADER + 10;
    const message: DlrMessage = {
      type: TYPES[kind as keyof typeof TYPES] ?? 'DLR frame',
      version: b[start + 1]!,
      sourcePort: b[start + 3]!,
      sourceIp: ipv4Text(i32be(b, start + 4)),
      sequence: u32be(b, start + 8),
      ringState: hasState ? b[start + HEADER]! : -1,
      precedence: isBeacon ? b[start + HEADER + 1]! : -1,
      beaconInterval: isBeacon ? u32be(b, start + HEADER + 2) : -1,
      beaconTimeout: isBeacon ? u32be(b, start + HEADER + 6) : -1,
    };
    return { kind: 'message', message, consumed };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
