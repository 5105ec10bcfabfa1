/** What the soft model learned as text for people, and the relations taken back from text that a person changed. */
import { decode, encode } from './codec.ts';
import { parseRelation, printRelation, type Relation } from './relations.ts';
import type { Learned, Running } from './soft-model.ts';

/** Inputs of a sensor that are named to people. */
const NAMED_INPUTS = 4;

interface Saved {
  readonly version: number;
  readonly learned: Learned;
  readonly running: Running;
}

export interface SoftText {
  /** One line each, as `parseRelation` reads them. */
  readonly relations: readonly string[];
  /** Per point with a soft sensor: what it is predicted from, the strongest first, and the part of later values explained. */
  readonly sensors: readonly { readonly point: string; readonly from: readonly string[]; readonly explained: number }[];
}

/** What a saved model knows, in words. */
export const softText = (saved: Uint8Array): SoftText => {
  const { learned } = decode(saved) as Saved;
  const name = (p: number): string => learned.shapes[p]!.point;
  const sensors = learned.sensors
    .filter((s) => s.kind === 'others')
    .map((s) => {
      const strength = new Map<number, number>();
      s.terms.forEach((t, i) => {
        // Terms are standardised, so that weights can be compared.
        for (const b of new Set([learned.library.left[t]!, learned.library.right[t]!])) {
          const p = learned.library.base[b]!.point;
          if (p >= 0) strength.set(p, (strength.get(p) ?? 0) + Math.abs(s.weights[i]!));
        }
      });
      const from = [...strength].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, NAMED_INPUTS);
      return { point: name(s.point), from: from.map(([p]) => name(p)), explained: s.explained };
    });
  return { relations: learned.relations.map(printRelation), sensors };
};

/**
 * The model with these relations instead of its own; empty lines are skipped. When any line cannot be understood nothing is
 * changed, and each such line (counted from 1) says why. A line that was not changed keeps what is known about it.
 */
export const withRelations = (
  saved: Uint8Array,
  text: string,
):
  | { readonly saved: Uint8Array }
  | { readonly errors: readonly { readonly line: number; readonly error: string }[] } => {
  const model = decode(saved) as Saved;
  const points = model.learned.shapes.map((s) => s.point);
  const known = new Map(model.learned.relations.map((r) => [printRelation(r), r]));
  const relations: Relation[] = [];
  const errors: { line: number; error: string }[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const relation = parseRelation(line, points);
    if ('error' in relation) errors.push({ line: i + 1, error: relation.error });
    else relations.push(known.get(printRelation(relation)) ?? relation);
  });
  return errors.length > 0 ? { errors } : { saved: encode({ ...model, learned: { ...model.learned, relations } }) };
};
