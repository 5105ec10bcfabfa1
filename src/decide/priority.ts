/**
 * How soon a person should look: what it can mean for the plant, how sure it is, how unusual, and how far along an attack
 * it stands. Every factor is said in words beside the result, so that nobody has to believe a figure.
 * @source ISA-18.2 (2016) section 9 (rationalisation: consequence and time to respond); EEMUA 191 edition 3 (few urgent)
 */
import type { Certainty, Severity } from '../core/finding.ts';
import type { Priority } from '../core/incident.ts';

const WEIGHTS: Readonly<Record<Severity, number>> = { safety: 4, uptime: 3, quality: 2, regulatory: 1.5, none: 1 };
export const CERTAINTY: Readonly<Record<Certainty, number>> = { certain: 1, likely: 0.85, possible: 0.65 };
/** From which depth on (see techniques.ts) an incident makes its findings more pressing, and most pressing. */
const GOING_ON = 4;
const CONTROL = 5;
const STAGE_FACTOR = { early: 1.1, lateral: 1.25, late: 1.5 } as const;
/** Announced work explains most things, and of a safety function only some. */
const WINDOW_FACTOR = { safety: 0.7, other: 0.4 } as const;

/** Lowest score of each level. */
const LEVELS: readonly (readonly [Priority, number])[] = [
  ['urgent', 3.6],
  ['high', 2.6],
  ['medium', 1.5],
  ['low', 0],
];

export interface Judged {
  readonly severity: Severity;
  readonly certainty: Certainty;
  /** 0..1 */
  readonly surprise: number;
  /** How far along the incident is that it belongs to; 0 none. */
  readonly depth: number;
  readonly crosses: boolean;
  /** Text of the announced work, '' none. */
  readonly window: string;
  readonly overrun: boolean;
}

const IMPACT_WORDS: Readonly<Record<Severity, string>> = {
  safety: 'it can mean harm to people',
  uptime: 'it can mean a stop of the line',
  quality: 'it can mean product out of limits',
  regulatory: 'it can mean a duty to report',
  none: 'no effect on the plant by itself',
};
const CERTAINTY_WORDS: Readonly<Record<Certainty, string>> = {
  certain: 'it was seen on the wire',
  likely: 'a conclusion that is likely right',
  possible: 'a conclusion that may be wrong',
};

export const judge = (x: Judged): { readonly score: number; readonly priority: Priority; readonly why: string[] } => {
  const why = [IMPACT_WORDS[x.severity], CERTAINTY_WORDS[x.certainty]];
  let score = WEIGHTS[x.severity] * CERTAINTY[x.certainty] * (0.6 + 0.4 * x.surprise);
  if (x.surprise >= 0.9) why.push('rare in a year of this plant');
  if (x.depth > 0) {
    const late = x.depth >= CONTROL || x.crosses;
    score *= late ? STAGE_FACTOR.late : x.depth >= GOING_ON ? STAGE_FACTOR.lateral : STAGE_FACTOR.early;
    why.push(
      x.crosses
        ? 'part of an incident that goes from the office to the plant'
        : 'part of an incident with other findings',
    );
  }
  if (x.window !== '') {
    if (x.overrun) why.push(`goes on after the announced work "${x.window}"`);
    else {
      score *= x.severity === 'safety' ? WINDOW_FACTOR.safety : WINDOW_FACTOR.other;
      why.push(`inside of the announced work "${x.window}"`);
    }
  }
  const priority = LEVELS.find(([, least]) => score >= least)?.[0] ?? 'low';
  return { score, priority, why };
};
