/** Learns the soft model of a cell from a table of normal rows, and brings one back from what it saved. */
import type { DeviationKind, PointArming, RowTable } from '../../core/process.ts';
import { CHARTS, Charts } from './charts.ts';
import { fitGuard, type GuardLimits } from './guard.ts';
import type { MemberLearner, MemberModel } from './member.ts';
import { type PointShape, shapesOf, usualStep } from './nature.ts';
import { mineRelations, type Relation } from './relations.ts';
import { fitReplay } from './replay.ts';
import { stretchesOf } from './sensor-rows.ts';
import { type Barred, type FittedSensors, fitSensors } from './sensors.ts';
import { type Learned, softMemory } from './soft-memory.ts';
import { detectableOf, FORM, SoftModel } from './soft-model.ts';
import { makeLibrary } from './terms.ts';

/** Fewer rows than this teach nothing at all. */
const LEAST_ROWS = 100;
/** The budget: false alarms of the whole cell that are expected in as many rows as it was trained on, all charts together. */
const FALSE_PER_TRAINING = 0.2;
/** A lasting error of less than this many accuracies of the instrument is never an alarm. */
const EXACT = 2;

const armingOf = (
  p: number,
  shape: PointShape,
  guard: GuardLimits,
  replay: number,
  relations: readonly Relation[],
  fitted: FittedSensors,
  limits: ArrayLike<number>,
  stepUs: number,
): PointArming => {
  const armed: DeviationKind[] = ['junk'];
  const why: string[] = [];
  if (shape.states.length > 0) armed.push('never-seen');
  if (Number.isFinite(guard.low)) armed.push('level');
  if (Number.isFinite(guard.otherRows)) armed.push('stuck');
  else if (shape.nature === 'continuous') why.push('its values lie so far apart that standing still is usual');
  if (Number.isFinite(replay)) armed.push('replay');
  else if (shape.nature === 'continuous') why.push('its values repeat by themselves: no watch for replays');
  if (relations.some((r) => r.left === shape.point || r.when === shape.point)) armed.push('relation');
  let best = { bias: Number.NaN, rows: 0 };
  fitted.sensors.forEach((s, i) => {
    if (s.point !== p || s.kind !== 'others') return;
    best = detectableOf(s, limits, i * CHARTS, shape);
  });
  if (fitted.sensors.some((s) => s.point === p && s.kind !== 'set-point')) armed.push('soft-sensor', 'spread');
  if (fitted.sensors.some((s) => s.point === p && s.kind === 'set-point')) armed.push('set-point');
  else if (shape.nature === 'continuous') why.push('the other points do not predict later values of it well enough');
  else why.push(`no soft sensor: its values are ${shape.nature}`);
  return {
    point: shape.point,
    nature: shape.nature,
    armed,
    unarmed: why.join('; '),
    detectable: best.bias,
    withinUs: best.rows * stepUs,
    explained: fitted.explained[p]!,
    // Only values that are known to rest may do so for longer.
    stuckAfterUs: Number.isFinite(guard.otherRows) ? (guard.otherRows + 1) * stepUs : Number.NaN,
  };
};

/** `unheard`: points whose replays nobody would be told: they are not watched for. */
export const softLearnerWith = (unheard: (point: number) => boolean, barred: Barred = () => false): MemberLearner => ({
  name: 'soft',
  form: FORM,

  fit(table: RowTable, options = {}): MemberModel {
    const shapes = shapesOf(table);
    const stepUs = options.stepUs ?? usualStep(table);
    const spanUs = table.count === 0 ? 0 : table.tsUs[table.count - 1]! - table.tsUs[0]!;
    const columns = table.columns.map((c) => c.subarray(0, table.count));
    const sample = stretchesOf({ ...table, columns });
    const changes = columns.map((c) => c.reduce((n, x, i) => (i > 0 && x !== c[i - 1] ? n + 1 : n), 0));
    const library = makeLibrary(shapes, changes, spanUs, stepUs);
    const armed = table.count >= LEAST_ROWS;
    const fitted: FittedSensors = armed
      ? fitSensors(sample, shapes, library, stepUs, barred)
      : { sensors: [], errors: [], explained: new Float64Array(shapes.length).fill(Number.NaN) };
    const charts = new Charts(fitted.sensors.length);
    const statistics = fitted.sensors.length * CHARTS + 2 * shapes.length;
    const expected = FALSE_PER_TRAINING / statistics;
    fitted.sensors.forEach((s, i) => {
      const shape = shapes[s.point]!;
      charts.calibrate(i, fitted.errors[i]!, expected, (EXACT * shape.accuracy) / shape.deviation / s.scale);
    });
    const guards = shapes.map((s, p) => fitGuard(s, columns[p]!, expected));
    const replayLimits = shapes.map((s, p) => (armed ? fitReplay(s, sample.columns[p]!) : Number.POSITIVE_INFINITY));
    const relations = armed ? mineRelations(sample, shapes) : [];
    const arming = shapes.map((s, p) =>
      armingOf(p, s, guards[p]!, replayLimits[p]!, relations, fitted, charts.limits, stepUs),
    );
    const learned: Learned = {
      shapes,
      stepUs,
      library,
      sensors: fitted.sensors,
      chartLimits: [...charts.limits],
      guards,
      replayLimits,
      relations,
      arming,
      armed,
    };
    return new SoftModel(softMemory(learned, unheard), stepUs, armed ? table.count : 0);
  },

  restore: (saved, isOwn, table): MemberModel => SoftModel.restore(saved, isOwn, table),
});

export const softLearner = softLearnerWith(() => false);
