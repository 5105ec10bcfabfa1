/** The soft model on a made plant whose physics is known. Seeds stand in the code; nothing here is tuned to a data set. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CellModel, Deviation, DeviationKind, RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { parseRelation, type Relation, softLearner } from './soft-index.ts';
import { madePlant, POINTS, rowsOf, STEP_US } from './testing/made-plant.ts';

const TRAINING = 2400;
const NORMAL = 1600;
const plant = madePlant(TRAINING + NORMAL, 11);
const later = rowsOf(plant, TRAINING, TRAINING + NORMAL);
const P = (name: (typeof POINTS)[number]): number => POINTS.indexOf(name);

interface Told {
  readonly row: number;
  readonly deviations: readonly Deviation[];
}

/** Rows in alarm, with what was told, of the later rows after `change`. */
const alarms = (model: CellModel, change?: (row: Float64Array, i: number) => void, table: RowTable = later): Told[] => {
  const row = new Float64Array(table.points.length);
  const out: Told[] = [];
  for (let i = 0; i < table.count; i++) {
    for (let p = 0; p < row.length; p++) row[p] = table.columns[p]![i]!;
    change?.(row, i);
    const score = model.score(table.tsUs[i]!, row);
    if (score.surprise >= 0.5) out.push({ row: i, deviations: score.deviations.map((d) => ({ ...d })) });
  }
  return out;
};

let saved: Uint8Array;
const fresh = (): CellModel => softLearner.restore(saved);
beforeAll(() => {
  saved = softLearner.fit(rowsOf(plant, 0, TRAINING)).save();
});

const from = 300;
const tampered = (name: (typeof POINTS)[number], change: (x: number, i: number) => number) =>
  alarms(fresh(), (row, i) => {
    if (i >= from) row[P(name)] = change(row[P(name)]!, i);
  });
const kindsOf = (told: readonly Told[]): Set<DeviationKind> =>
  new Set(told.flatMap((t) => t.deviations.map((d) => d.kind)));

describe('the soft model of a made plant', () => {
  it('says nothing on normal rows that come later', () => {
    expect(alarms(fresh())).toEqual([]);
  });

  it('is armed for what it can predict and says why not for the rest', () => {
    const arming = new Map(fresh().arming.map((a) => [a.point, a]));
    expect(arming.get('PRESSURE')!.armed).toEqual(expect.arrayContaining(['soft-sensor', 'level', 'stuck', 'replay']));
    expect(arming.get('PRESSURE')!.explained).toBeGreaterThan(0.99);
    expect(arming.get('PRESSURE')!.detectable).toBeLessThan(0.3);
    expect(arming.get('PUMP')!.nature).toBe('binary');
    expect(arming.get('PUMP')!.armed).toContain('never-seen');
    expect(arming.get('PUMP')!.unarmed).toMatch(/binary/);
    expect(arming.get('TEMP')!.armed).toContain('set-point');
    expect(fresh().bytesPerPoint).toBeLessThan(2048);
  });

  it('finds a pressure gauge that is 4 % off, names it first and says what it should be', () => {
    const span = 14;
    const told = tampered('PRESSURE', (x) => x + 0.04 * span);
    expect(told[0]!.row).toBeGreaterThanOrEqual(from);
    expect(told[0]!.row).toBeLessThan(from + 30);
    const late = told.find((t) => t.row > from + 60)!.deviations[0]!;
    expect(late.kind).toBe('soft-sensor');
    expect(POINTS[late.point]).toBe('PRESSURE');
    const truth = later.columns[P('PRESSURE')]![told.find((t) => t.row > from + 60)!.row]!;
    expect(Math.abs(late.expected - truth)).toBeLessThan(0.02 * span);
  });

  it('blames the falsified input, not the pressure that is predicted from it', () => {
    const told = tampered('FLOW', (x) => (x === 0 ? 0 : x * 0.9));
    const late = told.filter((t) => t.row > from + 20);
    expect(late.length).toBeGreaterThan(50);
    const first = late.filter((t) => POINTS[t.deviations[0]!.point] === 'FLOW');
    expect(first.length / late.length).toBeGreaterThan(0.8);
  });

  it('finds a value that stands still, one that is replayed, a new state, and junk', () => {
    const held = later.columns[P('PRESSURE')]![from]!;
    expect(kindsOf(tampered('PRESSURE', () => held))).toContain('stuck');
    const replayed = tampered('TEMP', (_, i) => later.columns[P('TEMP')]![i - 200]!);
    expect(kindsOf(replayed)).toContain('replay');
    const text = replayed.flatMap((t) => t.deviations).find((d) => d.kind === 'replay')!.text;
    expect(text).toMatch(/^It repeats what it was 3.3 h before, for /);
    const state = tampered('PUMP', () => 7)[0]!;
    expect(state.deviations.find((d) => d.kind === 'never-seen')!.text).toBe('Until then it stood at 0 and 1 only.');
    expect(kindsOf(tampered('LEVEL', () => 900))).toContain('junk');
    expect(kindsOf(tampered('LEVEL', () => Number.POSITIVE_INFINITY))).toContain('junk');
  });

  it('a value that is far out after a gap is a level: how it got there nobody saw', () => {
    const kinds = (gapUs: number): string[] => {
      const model = fresh();
      const row = new Float64Array(POINTS.length);
      let told: string[] = [];
      for (let i = from - 20; i <= from; i++) {
        for (const p of POINTS.keys()) row[p] = later.columns[p]![i]!;
        if (i === from) row[P('LEVEL')] = 900;
        const { deviations } = model.score(later.tsUs[i]! + (i === from ? gapUs : 0), row);
        told = deviations.filter((d) => d.point === P('LEVEL')).map((d) => d.kind);
      }
      return told;
    };
    expect(kinds(0)).toContain('junk');
    expect(kinds(600e6)).toEqual(['level']);
  });

  it('takes a coarser recording of the same plant for what it is, and a value that freezes in a fine one for frozen', () => {
    const random = seededRandom(31);
    const values = Float64Array.from(
      { length: 2000 },
      (_, i) => 87 + (i % 200 < 100 ? 0.5 : 0) + 0.002 * random.normal(),
    );
    const table = (from: number, to: number, change: (x: number, i: number) => number): RowTable => ({
      points: ['narrow'],
      count: to - from,
      tsUs: Float64Array.from({ length: to - from }, (_, i) => (from + i) * STEP_US),
      columns: [values.subarray(from, to).map(change)],
    });
    const learned = softLearner
      .fit(
        table(0, 1500, (x) => x),
        { stepUs: STEP_US },
      )
      .save();
    const kinds = (change: (x: number, i: number) => number): Set<DeviationKind> =>
      kindsOf(alarms(softLearner.restore(learned), undefined, table(1500, 2000, change)));
    expect(kinds((x) => x)).not.toContain('stuck');
    expect(kinds((x) => Math.round(x * 100) / 100)).not.toContain('stuck');
    expect(kinds((x, i) => (i < 350 ? x : values[1850]!))).toContain('stuck');
    // That the recording is a fine one is known through a restart too: what is frozen from then on shows no step.
    const model = softLearner.restore(learned);
    alarms(
      model,
      undefined,
      table(1500, 1700, (x) => x),
    );
    const frozen = table(1700, 1800, () => values[1699]!);
    expect(kindsOf(alarms(softLearner.restore(model.save()), undefined, frozen))).toContain('stuck');
  });

  it('finds a measured value that no longer follows its set point', () => {
    const told = tampered('TEMP', (x) => x + 3);
    const kinds = told.flatMap((t) => t.deviations.filter((d) => POINTS[d.point]!.startsWith('TEMP')));
    expect(kinds.length).toBeGreaterThan(50);
    expect(new Set(kinds.map((d) => d.kind))).toContain('set-point');
  });

  it('finds a pump that stays on beyond the level where its controller always stopped it, in words', () => {
    const told = alarms(fresh(), (row, i) => {
      if (i >= from && row[P('PUMP')] === 0) row[P('PUMP')] = 1;
    });
    const broken = told
      .flatMap((t) => t.deviations)
      .find((d) => d.kind === 'relation' && d.text.includes('when PUMP = 1'));
    expect(broken!.from.map((f) => POINTS[f.point])).toContain('PUMP');
  });

  it('a new state is told for a twentieth of what was learned, 240 rows at least, then it is known; counted anew when the old one was back', () => {
    const random = seededRandom(61);
    const rows = (count: number, state: number): RowTable => ({
      points: ['MODE', 'X'],
      count,
      tsUs: Float64Array.from({ length: count }, (_, i) => i * 1e6),
      columns: [new Float64Array(count).fill(state), Float64Array.from({ length: count }, () => random.normal())],
    });
    const model = softLearner.fit(rows(300, 5));
    expect(alarms(model, undefined, rows(500, 6)).length).toBe(240);
    expect(alarms(model, undefined, rows(400, 5)).length).toBe(0);
    expect(alarms(softLearner.restore(model.save()), undefined, rows(500, 7)).length).toBe(240);
    expect(alarms(softLearner.fit(rows(6000, 5)), undefined, rows(500, 6)).length).toBe(300);
  });

  it('ends its alarm soon after the cause has ended', () => {
    const told = alarms(fresh(), (row, i) => {
      if (i >= from && i < from + 100) row[P('PRESSURE')]! += 2;
    });
    expect(told.at(-1)!.row).toBeLessThan(from + 100 + 16);
  });

  it('takes missing values and gaps as not known', () => {
    const missing = alarms(fresh(), (row, i) => {
      if (i % 7 === 3) row[i % row.length] = Number.NaN;
    });
    expect(missing).toEqual([]);
    const model = fresh();
    const gap = alarms(model, undefined, rowsOf(later, 0, 400));
    const after = alarms(model, undefined, rowsOf(later, 900, 1300));
    expect([...gap, ...after]).toEqual([]);
  });

  it('continues after a restart as if nothing had happened', () => {
    const change = (row: Float64Array): void => {
      row[P('PRESSURE')]! += 0.3;
    };
    const whole = fresh();
    alarms(whole, change, rowsOf(later, 0, 500));
    const half = softLearner.restore(whole.save());
    const a = alarms(whole, change, rowsOf(later, 500, 900));
    expect(a.length).toBeGreaterThan(0);
    expect(alarms(half, change, rowsOf(later, 500, 900))).toEqual(a);
  });

  it('tells the relations that it found as text, and which one a row breaks', () => {
    const { invariants } = fresh();
    expect(invariants!.length).toBeGreaterThan(2);
    const relations = invariants!.map(({ text }) => parseRelation(text, POINTS) as Relation);
    const bound = relations.find(({ compare }) => compare === '<')!;
    const { text, points, rows } = invariants![relations.indexOf(bound)]!;
    expect(points).toEqual([POINTS.indexOf(bound.left as never), POINTS.indexOf(bound.when as never)]);
    expect(rows).toBeGreaterThan(60);
    const told = alarms(fresh(), (row) => {
      if (row[points[1]!] === bound.is) row[points[0]!] = bound.value * 1.01 + 0.01;
    });
    const broken = told[0]!.deviations.find(({ kind }) => kind === 'relation');
    expect(broken).toMatchObject({ text, expected: bound.value, high: bound.value, low: Number.NEGATIVE_INFINITY });
  });

  it('is learning while it has seen too little', () => {
    const model = softLearner.fit(rowsOf(plant, 0, 60), { stepUs: STEP_US });
    expect(model.score(0, new Float64Array(POINTS.length)).state).toBe('learning');
    expect(model.arming.every((a) => a.unarmed !== '')).toBe(true);
  });
});

describe('a total that each batch begins anew', () => {
  const CYCLE = 60;
  /** Step 1: empty; 2: it fills, each batch at its own pace; 3: it stands. */
  const batches = (count: number): RowTable => {
    const random = seededRandom(7);
    const step = new Float64Array(count);
    const total = new Float64Array(count);
    let pace = 0;
    for (let i = 0; i < count; i++) {
      const at = i % CYCLE;
      if (at === 0) pace = 0.4 + 0.2 * random.uniform();
      step[i] = at < 10 ? 1 : at < 40 ? 2 : 3;
      total[i] = at < 10 ? 0 : at < 40 ? total[i - 1]! + pace * (0.9 + 0.2 * random.uniform()) : total[i - 1]!;
    }
    const tsUs = Float64Array.from({ length: count }, (_, i) => i * STEP_US);
    return { points: ['TOTAL', 'STEP'], count, tsUs, columns: [total, step] };
  };
  const model = () => softLearner.restore(softLearner.fit(batches(60 * CYCLE)).save());
  const begins = 3 * CYCLE;
  /** Rows in which the relation is told. `late`: rows by which the total is read late at one beginning; `to`: what it shows then. */
  const told = (late: number, to?: number): number[] => {
    const table = batches(5 * CYCLE);
    const stood = table.columns[0]![begins - 1]!;
    const tsUs = table.tsUs.map((t) => t + 60 * CYCLE * STEP_US);
    const change = (row: Float64Array, i: number) => {
      if (i >= begins && i < begins + late) row[0] = to ?? stood;
    };
    return alarms(model(), change, { ...table, tsUs })
      .filter(({ deviations }) => deviations.some(({ kind }) => kind === 'relation'))
      .map(({ row }) => row);
  };

  it('breaks what it always was only once it was surely read anew', () => {
    expect(told(0)).toEqual([]);
    expect(told(1)).toEqual([]);
    expect(told(3)).toEqual([begins + 1, begins + 2]);
    expect(told(1, 7)).toEqual([begins]);
  });
});
