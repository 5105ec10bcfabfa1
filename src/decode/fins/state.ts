/** What is kept for one flow of FINS: who is addressed, and texts of polled addresses. Every part is bounded. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { pointText } from './areas.ts';
import type { FinsMessage, FinsPoint } from './message.ts';

/** Point texts kept per flow; beyond this they are built anew each time. */
const MAX_TEXTS = 4096;
/** Nodes behind one flow; beyond this they are asked for each time. */
const MAX_CHILDREN = 256;

export interface FinsState {
  /** The server's own node address, once it said so; -1 before. */
  node: number;
  readonly children: Map<number, { id: EndpointId; answered: boolean }>;
  readonly texts: Map<number, string>;
  readonly ranges: Map<string, string>;
  /** CPUs that said that they have an error: the bits of the end code. */
  readonly cpuErrors: Map<EndpointId, number>;
}
export const openFins = (): FinsState => ({
  node: -1,
  children: new Map(),
  texts: new Map(),
  ranges: new Map(),
  cpuErrors: new Map(),
});

export const textOf = (p: FinsPoint, state: FinsState): string => {
  // area 8, word 16, bit 8 bits: the sign bit keeps it a small integer
  const key = (p.area << 24) | (p.word << 8) | p.bit;
  const known = state.texts.get(key);
  if (known !== undefined) return known;
  const text = pointText(p.area, p.word, p.bit);
  if (state.texts.size < MAX_TEXTS) state.texts.set(key, text);
  return text;
};

/** The receiving unit itself (W342 section 5-1-2). */
const LOCAL_UNIT = 0xfe;

/**
 * Network 0 is the one both are on, unit 0 the CPU: that is the server itself. Another network is another device, unless
 * the node is the one the server has named as its own; another unit is a module of it.
 */
export const targetOf = (
  m: FinsMessage,
  server: EndpointId,
  answered: boolean,
  sink: ObservationSink,
  state: FinsState,
): EndpointId => {
  const network = m.response ? m.sna : m.dna;
  const node = m.response ? m.sa1 : m.da1;
  const unit = m.response ? m.sa2 : m.da2;
  if (network === 0) {
    if (answered && node !== 0) state.node = node;
    if (unit === 0 || unit === LOCAL_UNIT) return server;
  } else if (node === state.node && (unit === 0 || unit === LOCAL_UNIT)) return server;
  const key = (network << 16) | (node << 8) | unit;
  const known = state.children.get(key);
  if (known !== undefined && (known.answered || !answered)) return known.id;
  const id = sink.child(server, 'other', `FINS ${network}.${node}.${unit}`, answered);
  if (known !== undefined) {
    known.id = id;
    known.answered = true;
  } else if (state.children.size < MAX_CHILDREN) state.children.set(key, { id, answered });
  return id;
};
