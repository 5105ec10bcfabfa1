/**
 * CC-Link IE Field and CC-Link IE Control (EtherType 0x890F): frame types, stations, acyclic exchanges. Fieldbus type 23 of
 * IEC 61158-4-23 and -6-23: FAL and DLL headers. Cyclic data (RX, RY, RWr, RWw) is told by type only: what a word
 * means is in the master's parameters.
 */
import type { Decoded, Decoder, Message, PduContext, Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { u16be } from '../../lib/bytes.ts';

export interface CclinkIeMessage extends Message {
  readonly frameType: number;
  /** Data type or priority, by frame type. */
  readonly dataType: number;
  readonly nodeId: number;
  /** Of transient frames: their connection. */
  readonly connection: number;
  /** Of management frames: 0x30 master, 0x20 local, 0x10 remote station and their kin. */
  readonly nodeType: number;
  readonly sourceNode: number;
}

const TYPES: Readonly<Record<number, string>> = {
  16: 'persuasion',
  17: 'test data',
  18: 'test data ack',
  19: 'setup',
  20: 'setup ack',
  21: 'token',
  28: 'timer',
  32: 'my status',
  34: 'transient 1',
  35: 'transient ack',
  37: 'transient 2',
  38: 'IP transient',
  40: 'parameter check',
  41: 'parameter',
  64: 'measure',
  65: 'measure ack',
  66: 'offset',
  67: 'update',
  130: 'cyclic RWw',
  131: 'cyclic RY',
  132: 'cyclic RWr',
  133: 'cyclic RX',
};
/** What is worth a command; the rest keeps the ring alive or is cyclic. */
const VERBS: Readonly<Record<number, Verb>> = {
  19: 'configure',
  34: 'invoke',
  37: 'invoke',
  38: 'invoke',
  40: 'configure',
  41: 'configure',
};
const TOKEN = 0x15;

/** Type, sub-type, node, connection and node type, source node. */
const HEADER = 8;

/** Stations whose presence was said, in a segment. */
const MAX_STATIONS = 1024;
export interface CclinkIeState {
  readonly stations: Set<number>;
}

const decode = (b: Uint8Array, start: number, end: number): Decoded<CclinkIeMessage> => {
  if (end - start < HEADER)
    return {
      kind: 'malformed',
      code: 'cclink-ie.short',
      detail: 'frame shorter than its header',
      consumed: end - start,
    };
  const frameType = b[start]!;
  const type = TYPES[frameType];
  if (type === undefined) return { kind: 'foreign' };
  const transient = frameType >= 0x20 && frameType < 0x40;
  return {
    kind: 'message',
    message: {
      type,
      frameType,
      dataType: b[start + 1]!,
      nodeId: u16be(b, start + 2),
      connection: transient ? b[start + 4]! : -1,
      nodeType: transient ? -1 : b[start + 5]!,
      sourceNode: u16be(b, start + 6),
    },
    consumed: end - start,
  };
};

const observe = (t: Transaction<CclinkIeMessage>, sink: ObservationSink, state: CclinkIeState): void => {
  const m = t.request;
  if (m === undefined) return;
  const { at } = t;
  if (!state.stations.has(at.sender) && state.stations.size < MAX_STATIONS) {
    state.stations.add(at.sender);
    const via = `CC-Link IE ${m.type}`;
    sink.identity(at, {
      endpoint: at.sender,
      attribute: 'device-type',
      value: 'CC-Link IE station',
      confidence: 0.8,
      via,
    });
    if (m.frameType === TOKEN || m.sourceNode > 0)
      sink.name(at, { endpoint: at.sender, kind: 'other', name: `station ${m.sourceNode}`, via: 'CC-Link IE' });
  }
  const verb = VERBS[m.frameType];
  if (verb !== undefined)
    sink.command(at, { verb, operation: m.type, target: at.receiver, outcome: 'unconfirmed', native: m });
};

export const cclinkIe: Decoder<CclinkIeMessage, CclinkIeState> = {
  name: 'cclink-ie',
  title: 'CC-Link IE Field',
  family: 'ot',
  attach: [{ over: 'ethertype', types: [0x890f] }],
  cyclic: true,
  probe: (b, start, end, context: PduContext) =>
    context.protocolNumber === 0x890f && end - start >= HEADER && TYPES[b[start]!] !== undefined ? 'sure' : 'no',
  open: () => ({ stations: new Set() }),
  decode: (b, start, end) => decode(b, start, end),
  observe,
};
