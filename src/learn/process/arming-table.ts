/** What arming found out about the points of a cell, in columns: shown to people now and then, kept for every point. */
import type { DeviationKind, PointArming, PointNature } from '../../core/process.ts';
import { type Arrays, packTexts, unpackTexts } from './arena.ts';

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
  'cycle',
];

export interface ArmingColumns extends Arrays {
  readonly nature: Uint8Array;
  /** Bit i: the i-th kind is armed. */
  readonly armed: Uint16Array;
  /** Index into the texts. */
  readonly unarmed: Uint16Array;
  /** `detectable`, `withinUs`, `explained` of each point. */
  readonly figures: Float64Array;
  /** Texts of `unarmed`, each once, then the names of the points. */
  readonly texts: Uint8Array;
}

const FIGURES = 3;

export const armingColumns = (list: readonly PointArming[]): ArmingColumns => {
  const texts = [...new Set(list.map(({ unarmed }) => unarmed))];
  const at = new Map(texts.map((text, i) => [text, i]));
  const bits = (armed: readonly DeviationKind[]): number => armed.reduce((sum, k) => sum | (1 << ARMED.indexOf(k)), 0);
  return {
    nature: Uint8Array.from(list, ({ nature }) => NATURES.indexOf(nature)),
    armed: Uint16Array.from(list, ({ armed }) => bits(armed)),
    unarmed: Uint16Array.from(list, ({ unarmed }) => at.get(unarmed)!),
    figures: Float64Array.from(list.flatMap((a) => [a.detectable, a.withinUs, a.explained])),
    texts: packTexts([...texts, ...list.map(({ point }) => point)]),
  };
};

/** Names of the points. */
export const namesOf = ({ nature, texts }: ArmingColumns): string[] => {
  const all = unpackTexts(texts);
  return all.slice(all.length - nature.length);
};

export const armingList = ({ nature, armed, unarmed, figures, texts }: ArmingColumns): PointArming[] => {
  const all = unpackTexts(texts);
  const first = all.length - nature.length;
  return Array.from(nature, (n, p) => ({
    point: all[first + p]!,
    nature: NATURES[n]!,
    armed: ARMED.filter((_, k) => (armed[p]! & (1 << k)) !== 0),
    unarmed: all[unarmed[p]!]!,
    detectable: figures[p * FIGURES]!,
    withinUs: figures[p * FIGURES + 1]!,
    explained: figures[p * FIGURES + 2]!,
  }));
};
