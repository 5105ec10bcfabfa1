import { describe, expect, it } from 'vitest';
import type { CellLearner, RowScore, RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { IdleMember } from './idle-member.ts';
import { MEMBERS, processLearner } from './index.ts';
import { LEVEL_SETTING } from './level.ts';
import { levelLearnerWith } from './level-learner.ts';
import type { MemberLearner } from './member.ts';
import { shapesOf } from './nature.ts';
import { inexperienced, prove, sensorOf, voiceOf } from './proof.ts';
import { fitSensors } from './sensors.ts';
import { type SoftModel, softLearner, softLearnerWith } from './soft-index.ts';
import { makeLibrary } from './terms.ts';
import { oldGuard } from './testing/old-form.ts';

const STEP = 60e6;
/** A tank filled by a pump: flow follows the valve, level follows the flow; three points and a state, with noise. */
const tank = (rows: number, seed: number): RowTable => {
  const random = seededRandom(seed);
  const columns = [0, 1, 2, 3].map(() => new Float64Array(rows));
  let level = 5;
  let open = 1;
  for (let i = 0; i < rows; i++) {
    if (level > 7) open = 0;
    if (level < 3) open = 1;
    const flow = open * (8 + 0.1 * random.normal());
    level += 0.02 * (flow - 4 - 0.5 * Math.sin(i / 60));
    columns[0]![i] = level + 0.01 * random.normal();
    columns[1]![i] = flow;
    columns[2]![i] = 2 + 0.1 * flow + 0.3 * level + 0.01 * random.normal();
    columns[3]![i] = open;
  }
  return {
    points: ['level', 'flow', 'pressure', 'valve'],
    count: rows,
    tsUs: Float64Array.from(columns[0]!, (_, i) => i * STEP),
    columns,
  };
};
const head = (t: RowTable, rows: number): RowTable => ({
  ...t,
  count: rows,
  tsUs: t.tsUs.subarray(0, rows),
  columns: t.columns.map((c) => c.subarray(0, rows)),
});

it('is quiet on normal rows, finds an offset of 2 % and names the point; restored it goes on the same', () => {
  const all = tank(9000, 3);
  const model = processLearner.fit(head(all, 6000));
  let other = processLearner.restore(model.save());
  const row = new Float64Array(4);
  let falseRows = 0;
  let found = -1;
  let named = false;
  for (let i = 6000; i < 9000; i++) {
    for (let p = 0; p < 4; p++) row[p] = all.columns[p]![i]!;
    if (i >= 8000) row[2]! += 0.05;
    if (i % 500 === 0) other = processLearner.restore(other.save());
    const score = model.score(all.tsUs[i]!, row);
    const told = score.deviations.map((d) => [d.point, d.kind, d.surprise]);
    const again = other.score(all.tsUs[i]!, row);
    expect(again.surprise).toBe(score.surprise);
    expect(again.deviations.map((d) => [d.point, d.kind, d.surprise])).toEqual(told);
    if (score.surprise < 0.5) continue;
    if (i < 8000) falseRows++;
    else if (found < 0) {
      found = i - 8000;
      named = told[0]![0] === 2 || score.deviations[0]!.from.slice(0, 3).some((f) => f.point === 2);
    }
  }
  expect(falseRows).toBeLessThanOrEqual(20);
  expect(found).toBeGreaterThanOrEqual(0);
  expect(found).toBeLessThan(100);
  expect(named).toBe(true);
  expect(model.arming.map((a) => a.point)).toEqual(['level', 'flow', 'pressure', 'valve']);
  expect(model.arming[2]!.armed).toContain('soft-sensor');
});

it('keeps one table of what is armed for all members, and what was silenced stays out of it, also restored', () => {
  const model = processLearner.fit(head(tank(6000, 3), 6000));
  const kinds = model.arming.map(({ armed }) => armed);
  expect(new Set(kinds.flat()).size).toBeGreaterThan(3);
  const again = processLearner.restore(model.save());
  expect(again.arming).toEqual(model.arming);
  expect(again.bytesPerPoint).toBe(model.bytesPerPoint);
  // Four tables would be the table of this cell four times.
  const alone = softLearner.fit(head(tank(6000, 3), 6000));
  const member = softLearner.restore(alone.save());
  const table = member.table.length;
  member.table = new Uint8Array(0);
  expect(alone.bytesPerPoint - member.bytesPerPoint).toBeCloseTo(table / 4, -1);
});

it('goes on from what older versions saved as if it had saved it itself', () => {
  const table = tank(6500, 11);
  const model = processLearner.fit(head(table, 6000));
  const saved = model.save();
  const [now, old] = [processLearner.restore(saved), processLearner.restore(oldGuard(saved))];
  expect(oldGuard(saved).length).toBeGreaterThan(saved.length);
  expect(old.save()).toEqual(saved);
  expect(old.arming).toEqual(model.arming);
  let told = 0;
  for (let i = 6000; i < 6500; i++) {
    const row = Float64Array.from(table.columns, (column, p) => column[i]! + (p === 2 && i > 6200 ? 1 : 0));
    const [a, b, c] = [model, now, old].map((each) => structuredClone(each.score(table.tsUs[i]!, row)));
    expect([b, c]).toEqual([a, a]);
    told += a!.deviations.length;
  }
  expect(told).toBeGreaterThan(0);
});

it('is the octets that it was saved as until it is asked, and refuses at once those of another version', () => {
  const table = tank(6200, 5);
  const model = processLearner.fit(head(table, 6000));
  const saved = model.save();
  const [own, copied] = [processLearner.restore(saved.slice(), true), processLearner.restore(saved)];
  expect(own.save()).toEqual(saved);
  expect(own.arming).toEqual(model.arming);
  // Octets that do not begin where arrays may, as in what an older version wrote.
  const shifted = new Uint8Array(saved.length + 4).subarray(4);
  shifted.set(saved);
  const unfit = processLearner.restore(shifted, true);
  for (let i = 6000; i < 6200; i++) {
    const row = Float64Array.from(table.columns, (column) => column[i]!);
    const [a, b, c, d] = [model, own, copied, unfit].map((each) => each.score(table.tsUs[i]!, row).surprise);
    expect([b, c, d]).toEqual([a, a, a]);
  }
  // What is somebody else's stays as it was.
  expect(copied.save()).not.toEqual(saved);
  expect(processLearner.restore(saved).save()).toEqual(saved);
  const text = new TextDecoder('latin1').decode(saved);
  for (const member of ['soft', 'dynamics', 'level', 'drift']) {
    const [version = ''] = new RegExp(`${member} \\d+`).exec(text) ?? [];
    expect(version).not.toBe('');
    const other = saved.slice();
    other[text.indexOf(`"${version}"`) + version.length] = '0'.charCodeAt(0);
    expect(() => processLearner.restore(other), version).toThrow(/saved as/);
  }
  expect(() => processLearner.restore(saved.subarray(0, saved.length - 64))).toThrow(RangeError);
});

it('says learning, not normal, when nothing can be judged yet', () => {
  const model = processLearner.fit(head(tank(60, 1), 60));
  expect(model.arming.every((a) => !a.armed.includes('soft-sensor'))).toBe(true);
});

it('training too short for a slow point: its limits are not drawn', () => {
  const t = tank(1000, 9);
  // The level swings over hundreds of rows: a thousand rows have not seen a hundred of its waves.
  const short = inexperienced(t);
  expect(short).toContain(voiceOf('level', 0));
  expect(inexperienced(head(t, 50))).toContain(voiceOf('soft-sensor', 1));
});

it('a slow point is judged by the others where what they leave of it is quick, not where that lasts', () => {
  const random = seededRandom(31);
  const slow = (): (() => number) => {
    let x = 0;
    return () => {
      x = 0.997 * x + 0.08 * random.normal();
      return x;
    };
  };
  const [shared, own] = [slow(), slow()];
  const count = 3000;
  const columns = Array.from({ length: 3 }, () => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    const x = shared();
    columns[0]![i] = 20 + x + 0.05 * random.normal();
    columns[1]![i] = 50 + 3 * x + 0.05 * random.normal();
    columns[2]![i] = 5 + x + 0.5 * own() + 0.05 * random.normal();
  }
  const table = {
    points: ['a', 'b', 'c'],
    count,
    tsUs: Float64Array.from({ length: count }, (_, i) => i * 10e6),
    columns,
  };
  expect(inexperienced(table)).toContain(voiceOf('level', 1));
  const shapes = shapesOf(table);
  const { sensors, errors, explained } = fitSensors(table, shapes, makeLibrary(shapes, [], 0, 10e6), 10e6);
  const has = (point: number, kind: string): boolean => sensors.some((s) => s.point === point && s.kind === kind);
  expect(errors).toHaveLength(sensors.length);
  expect(has(1, 'others')).toBe(true);
  expect(explained[2]).toBeGreaterThan(0.3);
  expect(has(2, 'others')).toBe(false);
});

it('a member that learned nothing is its octets: it says, and saves, what the whole one does', () => {
  const t = tank(600, 11);
  const isIn = (name: string): MemberLearner => MEMBERS.find((member) => member.name === name)!;
  const nothing = [
    levelLearnerWith(LEVEL_SETTING, () => true).fit(t, { stepUs: STEP }),
    isIn('drift').fit(head(t, 60)),
  ];
  for (const [i, name] of ['level', 'drift'].entries()) {
    const whole = nothing[i]!;
    const saved = whole.save(false);
    const idle = isIn(name).restore(saved.slice(), true, whole.table);
    expect(idle).toBeInstanceOf(IdleMember);
    const row = new Float64Array(4);
    for (let at = 0; at < 30; at++) {
      for (let p = 0; p < 4; p++) row[p] = t.columns[p]![at]!;
      expect({ ...idle.score(t.tsUs[at]!, row) }).toEqual({ ...whole.score(t.tsUs[at]!, row) });
    }
    expect(idle.save(false)).toEqual(whole.save(false));
    expect(idle.save()).toEqual(whole.save());
    expect(idle.arming).toEqual(whole.arming);
    expect(idle.bytesPerPoint).toBe(whole.bytesPerPoint);
  }
});

describe('a level beyond its limits by more than they are apart', () => {
  // A wave of 40 rows: some 60 correlation times, enough for what is far out and too few for what is just beyond.
  const wave = (rows: number, seed: number): RowTable => {
    const random = seededRandom(seed);
    const value = (i: number, phase: number): number =>
      Math.sin((2 * Math.PI * i) / 40 + phase) + 0.1 * random.normal();
    return {
      points: ['a', 'b', 'c'],
      count: rows,
      tsUs: Float64Array.from({ length: rows }, (_, i) => i * STEP),
      columns: [0, 1, 2].map((phase) => Float64Array.from({ length: rows }, (_, i) => 100 + 10 * value(i, phase))),
    };
  };
  const all = wave(460, 7);
  const saved = processLearner.fit(head(all, 400)).save();
  /** What is told of point 1 in the first row after a gap, as a restart makes one. */
  const told = (value: number, model = processLearner.restore(saved)): string[] => {
    const row = new Float64Array(3);
    for (let i = 400; i < 420; i++) {
      for (let p = 0; p < 3; p++) row[p] = all.columns[p]![i]!;
      model.score(all.tsUs[i]!, row);
    }
    for (let p = 0; p < 3; p++) row[p] = all.columns[p]![440]!;
    row[1] = value;
    return model.score(all.tsUs[440]!, row).deviations.flatMap((d) => (d.point === 1 ? [d.kind] : []));
  };

  it('is told at once after a gap, with a fifth of the experience; what is just beyond is not', () => {
    expect(inexperienced(head(all, 400))).toContain(voiceOf('level', 1));
    expect(told(400)).toEqual(['level']);
    expect(told(-200)).toEqual(['level']);
    expect(told(125)).toEqual([]);
    expect(told(105)).toEqual([]);
  });

  it('is not told of a point of which training held next to nothing', () => {
    const few = {
      ...all,
      columns: all.columns.map((column, p) => (p === 1 ? column.map((_, i) => 100 + 10 * Math.sin(i / 90)) : column)),
    };
    expect(told(400, processLearner.fit(head(few, 400)))).toEqual([]);
  });

  it('is told of a point that moved a little in the later part of training, which is no voice that lies', () => {
    const random = seededRandom(11);
    const flow = (i: number): number =>
      i < 600 ? 31 + (i < 300 ? 0.002 : 0.1) * random.normal() : 26 + 0.1 * random.normal();
    const t: RowTable = {
      points: ['flow', 'b', 'c'],
      count: 700,
      tsUs: Float64Array.from({ length: 700 }, (_, i) => i * 1e6),
      columns: [Float64Array.from({ length: 700 }, (_, i) => flow(i)), ...wave(700, 8).columns.slice(1)],
    };
    const model = processLearner.fit(head(t, 400));
    expect(model.arming[0]!.unarmed).toContain('level: did not stay quiet');
    let told = 0;
    for (let i = 400; i < 700; i++) {
      const { deviations } = model.score(
        t.tsUs[i]!,
        Float64Array.from(t.columns, (c) => c[i]!),
      );
      const isTold = deviations.some((d) => d.point === 0 && d.kind === 'level');
      if (i < 600) expect(isTold).toBe(false);
      else if (isTold) told++;
    }
    // The first row is nonsense, as far as anybody knows.
    expect(told).toBe(99);
  });
});

it('silences exactly the voice that is loud on later normal rows', () => {
  const t = tank(1000, 5);
  const quiet: RowScore = { surprise: 0, state: 'scored', deviations: [] };
  const loud = (point: number): RowScore => ({
    surprise: 0.8,
    state: 'scored',
    deviations: [
      { point, kind: 'stuck', surprise: 0.8, observed: 0, expected: 0, low: 0, high: 0, from: [], text: '' },
    ],
  });
  const parrot: CellLearner = {
    name: 'parrot',
    fit: () => {
      let n = 0;
      return {
        arming: [],
        bytesPerPoint: 0,
        save: () => new Uint8Array(0),
        score: () => (n++ % 10 === 0 ? loud(1) : n === 50 ? loud(2) : quiet),
      };
    },
    restore: () => parrot.fit(t),
  };
  const proof = prove(parrot, t, STEP, 15 * 86_400e6);
  expect(proof.judged).toBe(300);
  expect(proof.alarmRows).toBe(31);
  expect(proof.silenced).toEqual([voiceOf('stuck', 1)]);
});

it('a sensor that later rows refute is barred, whichever point it blames', () => {
  // Two meters that go together for the first part of training and then, drifting, do not.
  const random = seededRandom(31);
  let slow = 0;
  let apart = 0;
  const rows = Array.from({ length: 6000 }, (_, i) => {
    slow = 0.9 * slow + random.normal();
    if (i > 4400) apart = 0.995 * apart + 0.25 * random.normal();
    return [slow + 0.1 * random.normal(), 2 * slow + 0.1 * random.normal() + apart, random.normal()];
  });
  const t = {
    points: ['a', 'b', 'c'],
    count: rows.length,
    tsUs: Float64Array.from(rows, (_, i) => i * STEP),
    columns: [0, 1, 2].map((p) => Float64Array.from(rows, (r) => r[p]!)),
  };
  const proof = prove(softLearner, t, STEP, 15 * 86_400e6);
  expect(proof.barred.length).toBeGreaterThan(0);
  expect(proof.silenced.filter((v) => v.startsWith('soft-sensor'))).toEqual([]);
  const speaking = (isBarred: (name: string) => boolean): Set<string> => {
    const model = softLearnerWith(
      () => false,
      (p, kind) => isBarred(sensorOf(p, kind)),
    ).fit(head(t, 4200)) as SoftModel;
    const heard = new Set<string>();
    model.onSensor = (p, kind) => heard.add(sensorOf(p, kind));
    const row = new Float64Array(3);
    for (let i = 0; i < t.count; i++) {
      t.columns.forEach((column, p) => {
        row[p] = column[i]! + (i > 3000 ? 9 : 0);
      });
      model.score(t.tsUs[i]!, row);
    }
    return heard;
  };
  const all = speaking(() => false);
  const rest = speaking((name) => proof.barred.includes(name));
  expect(proof.barred.some((name) => all.has(name))).toBe(true);
  expect(proof.barred.some((name) => rest.has(name))).toBe(false);
});
