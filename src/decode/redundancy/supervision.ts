/**
 * Supervision frames of PRP and HSR, on EtherType 0x88fb. Source: IEC 62439-3 section 4.1.11 and 5.7: path and version,
 * sequence number, then TLVs that name the node and how it is attached.
 */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { macText } from '../../lib/address.ts';
import { u16be } from '../../lib/bytes.ts';

/** Nodes said; at the limit the memory is emptied and they are said again. */
const MAX_NODES = 4096;

const KINDS: Readonly<Record<number, SupervisionMessage['node']>> = {
  20: 'PRP node (discards duplicates)',
  21: 'PRP node (accepts duplicates)',
  22: 'HSR node (PRP gateway)',
  23: 'HSR node',
};

export interface SupervisionMessage extends Message {
  readonly type: 'redundancy supervision';
  readonly version: number;
  readonly sequence: number;
  readonly node:
    | 'PRP node (discards duplicates)'
    | 'PRP node (accepts duplicates)'
    | 'HSR node (PRP gateway)'
    | 'HSR node'
    | 'node';
  readonly mac: string;
  /** The box that attaches it to the redundant network; '' where it is attached itself. */
  readonly redBox: string;
}

export interface SupervisionState {
  readonly nodes: Set<string>;
}

const observe = (t: Transaction<SupervisionMessage>, sink: ObservationSink, state: SupervisionState): void => {
  const m = t.request;
  if (m === undefined || state.nodes.has(m.mac)) return;
  if (state.nodes.size >= MAX_NODES) state.nodes.clear();
  state.nodes.add(m.mac);
  const endpoint = sink.mention(t.at, m.mac, undefined);
  sink.identity(t.at, {
    endpoint,
    attribute: 'description',
    value: m.redBox === '' ? m.node : `${m.node} behind the redundancy box ${m.redBox}`,
    confidence: 0.5,
    via: 'redundancy supervision',
  });
};

export const supervision: Decoder<SupervisionMessage, SupervisionState> = {
  name: 'prp-supervision',
  title: 'PRP/HSR supervision',
  family: 'network',
  attach: [{ over: 'ethertype', types: [0x88fb] }],
  probe: (b, start, end) => (end - start >= 12 && KINDS[b[start + 4]!] !== undefined ? 'sure' : 'no'),
  open: () => ({ nodes: new Set() }),
  decode(b, start, end) {
    const consumed = end - start;
    if (consumed < 12 || b[start + 5]! < 6)
      return { kind: 'malformed', code: 'prp-supervision.short', detail: `${consumed} octets`, consumed };
    const next = start + 6 + b[start + 5]!;
    const hasBox = next + 8 <= end && b[next] === 30 && b[next + 1]! >= 6;
    const message: SupervisionMessage = {
      type: 'redundancy supervision',
      version: u16be(b, start) & 0xfff,
      sequence: u16be(b, start + 2),
      node: KINDS[b[start + 4]!] ?? 'node',
      mac: macText(b, start + 6),
      redBox: hasBox ? macText(b, next + 2) : '',
    };
    return { kind: 'message', message, consumed };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
