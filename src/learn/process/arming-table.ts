/** What arming found out about the points of a cell, as octets: shown to people now and then, kept for every point. */
import type { DeviationKind, PointArming, PointNature } from '../../core/process.ts';
import { type Arrays, bring, Form, keep } from './arena.ts';

const NATURES: readonly PointNature[] = ['continuous', 'discrete', 'binary', 'counter', 'constant', 'unknown'];
/** In the order in which they are told. */
const ARMED: readonly DeviationKind[] = [
  'junk',
  'never-seen',
  'level',
  'stuck',
  'replay',
  'relation',
  'soft-sensor',
  'spread',
  'set-point',
  'dynamics',
  'drift',
];

/** The bit that stands for a kind. */
export const bitOf = (kind: DeviationKind): number => 1 << ARMED.indexOf(kind);

/** The kinds that the bits stand for. */
export const kindsOf = (bits: number): DeviationKind[] => ARMED.filter((_, k) => (bits & (1 << k)) !== 0);

/** Arrays of all points; numbers are for display. */
interface Columns extends Arrays {
  readonly nature: Uint8Array;
  /** Bits of the kinds. */
  readonly armed: Uint16Array;
  /** Index into the texts. */
  readonly unarmed: Uint16Array;
  readonly detectable: Float32Array;
  readonly withinUs: Float64Array;
  readonly explained: Float32Array;
  readonly stuckAfterUs: Float32Array;
  /** Texts of `unarmed`, each once, then the names of the points. */
  readonly texts: Uint8Array;
}
const FORM = new Form('arming 3', () => columnsOf([]));

const columnsOf = (list: readonly PointArming[]): Columns => {
  const texts = [...new Set(list.map(({ unarmed }) => unarmed))];
  const at = new Map(texts.map((text, i) => [text, i]));
  const bits = (armed: readonly DeviationKind[]): number => armed.reduce((sum, k) => sum | bitOf(k), 0);
  return {
    nature: Uint8Array.from(list, ({ nature }) => NATURES.indexOf(nature)),
    armed: Uint16Array.from(list, ({ armed }) => bits(armed)),
    unarmed: Uint16Array.from(list, ({ unarmed }) => at.get(unarmed)!),
    detectable: Float32Array.from(list, ({ detectable }) => detectable),
    withinUs: Float64Array.from(list, ({ withinUs }) => withinUs),
    explained: Float32Array.from(list, ({ explained }) => explained),
    stuckAfterUs: Float32Array.from(list, ({ stuckAfterUs }) => stuckAfterUs ?? Number.NaN),
    texts: new TextEncoder().encode(JSON.stringify([...texts, ...list.map(({ point }) => point)])),
  };
};

/** As octets that `armingList` and `namesOf` read. Figures are exact to seven digits. */
export const packArming = (list: readonly PointArming[]): Uint8Array => keep(FORM, [], columnsOf(list));

const unpack = (octets: Uint8Array): { columns: Columns; texts: readonly string[]; names: readonly string[] } => {
  const { arrays } = bring<Columns>(FORM, octets);
  const all = JSON.parse(new TextDecoder().decode(arrays.texts)) as string[];
  const first = all.length - arrays.nature.length;
  return { columns: arrays, texts: all, names: all.slice(first) };
};

/** Tables whose names are remembered: a cell that speaks does so row after row. Of more all are forgotten and read again. */
export const MAX_NAMED = 32;
const named = new Map<Uint8Array, readonly string[]>();

/** Names of the points. */
export const namesOf = (octets: Uint8Array): readonly string[] => {
  let names = named.get(octets);
  if (names === undefined) {
    if (named.size >= MAX_NAMED) named.clear();
    names = unpack(octets).names;
    named.set(octets, names);
  }
  return names;
};

export const armingList = (octets: Uint8Array): PointArming[] => {
  const { columns, texts, names } = unpack(octets);
  const { nature, armed, unarmed, detectable, withinUs, explained, stuckAfterUs } = columns;
  return names.map((point, p) => ({
    point,
    nature: NATURES[nature[p]!]!,
    armed: kindsOf(armed[p]!),
    unarmed: texts[unarmed[p]!]!,
    detectable: detectable[p]!,
    withinUs: withinUs[p]!,
    explained: explained[p]!,
    stuckAfterUs: stuckAfterUs[p]!,
  }));
};
