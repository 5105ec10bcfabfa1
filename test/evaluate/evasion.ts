/**
 * What came of an evasion, and the rate of those that got by. The honest measure is not "found" but how far the attacker had
 * come when he was: `reached`, in the evasion's own unit, against `total`, where it would have ended.
 */

/**
 * `alert`: a person is asked. `labelled`: told inside of announced work. `record`: kept, below what asks a person.
 * `missed`: nothing was said of it.
 */
export type Outcome = 'alert' | 'labelled' | 'record' | 'missed';

export interface EvasionResult {
  readonly name: string;
  /** Through frames, through rows of a process cell, or through the observations that detectors hear. */
  readonly through: 'frames' | 'rows' | 'observations';
  readonly how: string;
  readonly past: readonly string[];
  readonly isReference: boolean;
  readonly outcome: Outcome;
  /** Kinds of findings that tell of it. */
  readonly by: readonly string[];
  /** From its beginning to the alert (or, without one, to the first finding), seconds; NaN: missed. */
  readonly delayS: number;
  /** How far the attacker had come then; all the way where he was missed. */
  readonly reached: number;
  readonly total: number;
  readonly unit: string;
}

export interface EvasionSummary {
  readonly evasions: number;
  readonly alerts: number;
  readonly labelled: number;
  readonly records: number;
  readonly missed: number;
  /** Part of the evasions of which no person is asked. */
  readonly missRate: number;
}

export const summaryOf = (results: readonly EvasionResult[]): EvasionSummary => {
  const own = results.filter((r) => !r.isReference);
  const count = (outcome: Outcome): number => own.filter((r) => r.outcome === outcome).length;
  return {
    evasions: own.length,
    alerts: count('alert'),
    labelled: count('labelled'),
    records: count('record'),
    missed: count('missed'),
    missRate: own.length === 0 ? Number.NaN : 1 - count('alert') / own.length,
  };
};

const figure = (x: number): string => (Number.isNaN(x) ? '-' : String(Number(x.toPrecision(3))));

/** A table in Markdown, one line for each. */
export const tableOf = (results: readonly EvasionResult[]): string =>
  [
    '| evasion | through | outcome | by | after | reached | of |',
    '|---|---|---|---|---|---|---|',
    ...results.map(
      (r) =>
        `| ${r.name}${r.isReference ? ' (reference)' : ''} | ${r.through} | ${r.outcome} | ${r.by.join(', ')} | ${Number.isNaN(r.delayS) ? '-' : `${Math.round(r.delayS)} s`} | ${figure(r.reached)} ${r.unit} | ${figure(r.total)} |`,
    ),
  ].join('\n');
