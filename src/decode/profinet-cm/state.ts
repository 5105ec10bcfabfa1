/** What is remembered of two hosts: calls in fragments, and application relations between Connect and Release. */
import { CL_FLAG, type ClHeader } from '../shared/dcerpc.ts';
import type { Plan } from './plan.ts';

/** Calls in fragments that wait for the rest; the oldest gives way. */
export const MAX_CALLS = 16;
/** Octets of one call; a longer one is malformed `profinet-cm.call-too-long` and dropped. */
export const MAX_CALL_OCTETS = 128 * 1024;
/** Fragments of one call; more count as too long. */
const MAX_FRAGMENTS = 256;
/** A call whose next fragment comes later than this begins anew. */
const CALL_TIMEOUT_US = 30_000_000;
/** Application relations of two hosts; the oldest gives way. */
export const MAX_ARS = 64;

interface Call {
  readonly parts: (Uint8Array | undefined)[];
  octets: number;
  received: number;
  /** Number of the last fragment, -1 while it was not seen. */
  last: number;
  tsUs: number;
}

/** An application relation. */
export interface Ar {
  readonly station: string;
  readonly arType: number;
  /** Parameters were ended: writes are no longer part of the start-up. */
  ready: boolean;
}

export interface CmState {
  readonly calls: Map<string, Call>;
  readonly ars: Map<string, Ar>;
  /** By AR: what its Connect request planned, until the answer; the oldest of MAX_ARS gives way. */
  readonly plans: Map<string, Plan>;
  /** Endpoints whose vendor was said. */
  readonly vendors: Set<number>;
}
export const openCm = (): CmState => ({
  calls: new Map(),
  ars: new Map(),
  plans: new Map(),
  vendors: new Set(),
});

/** Adds a fragment; the whole call when this was the missing one. Fragments may come in any order and twice. */
export const joinFragment = (
  state: CmState,
  header: ClHeader,
  b: Uint8Array,
  start: number,
  end: number,
  tsUs: number,
): Uint8Array | 'too-long' | undefined => {
  const key = `${header.activity} ${header.sequence} ${header.packetType}`;
  let call = state.calls.get(key);
  if (call !== undefined && tsUs - call.tsUs > CALL_TIMEOUT_US) call = undefined;
  if (call === undefined) {
    if (state.calls.size >= MAX_CALLS) state.calls.delete(state.calls.keys().next().value as string);
    call = { parts: [], octets: 0, received: 0, last: -1, tsUs };
    state.calls.set(key, call);
  }
  call.tsUs = tsUs;
  if (header.fragment >= MAX_FRAGMENTS || call.octets + end - start > MAX_CALL_OCTETS) {
    state.calls.delete(key);
    return 'too-long';
  }
  if (call.parts[header.fragment] === undefined) {
    call.parts[header.fragment] = b.slice(start, end);
    call.octets += end - start;
    call.received++;
  }
  if ((header.flags1 & CL_FLAG.LAST) !== 0) call.last = header.fragment;
  if (call.last < 0 || call.received !== call.last + 1) return undefined;
  state.calls.delete(key);
  const whole = new Uint8Array(call.octets);
  let at = 0;
  for (const part of call.parts) {
    if (part === undefined) return undefined;
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const keep = <V>(all: Map<string, V>, uuid: string, one: V): void => {
  all.delete(uuid);
  if (all.size >= MAX_ARS) all.delete(all.keys().next().value as string);
  all.set(uuid, one);
};
export const keepAr = (state: CmState, uuid: string, ar: Ar): void => keep(state.ars, uuid, ar);
export const keepPlan = (state: CmState, uuid: string, plan: Plan): void => keep(state.plans, uuid, plan);
