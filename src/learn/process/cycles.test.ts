import { describe, expect, it } from 'vitest';
import type { RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { cyclesOf, DAY_US, HOUR_US } from './cycles.ts';

const MONDAY_US = Date.UTC(2024, 0, 1) * 1000;
const STEP_US = HOUR_US / 4;

/** Quarter hours: a temperature by the time of the day, a load by the day of the week, a level without any, a recipe. */
const tableOf = (days: number, value: (dayOfWeek: number, hour: number, i: number) => number[]): RowTable => {
  const count = (days * DAY_US) / STEP_US;
  const rows = Array.from({ length: count }, (_, i) => {
    const hours = (i * STEP_US) / HOUR_US;
    return value(Math.floor(hours / 24) % 7, hours % 24, i);
  });
  return {
    points: rows[0]!.map((_, p) => ['TT-1', 'JT-1', 'LT-1', 'RECIPE'][p]!),
    count,
    tsUs: Float64Array.from(rows, (_, i) => MONDAY_US + i * STEP_US),
    columns: rows[0]!.map((_, p) => Float64Array.from(rows, (row) => row[p]!)),
  };
};
const factory = (days: number, seed = 5): RowTable => {
  const random = seededRandom(seed);
  return tableOf(days, (dayOfWeek, hour, i) => [
    20 + 5 * Math.sin((2 * Math.PI * hour) / 24) + 0.5 * random.normal(),
    (dayOfWeek < 5 ? 100 : 20) + 3 * random.normal(),
    random.normal(),
    i > 300 && i < 400 ? 2 : 1,
  ]);
};
const by = (table: RowTable, kind: string) => cyclesOf(table).filter((c) => c.kind === kind);

describe('cycles of a cell', () => {
  it('counts what was seen in full, and says what is not learned yet', () => {
    const [week] = by(factory(10), 'week');
    expect(week).toMatchObject({ seen: 1, learned: false, follows: 'not known' });
    expect(week!.tells).toBeNaN();
    expect(week!.text).toBe('week: seen once in full, 2 are needed: what belongs to it is not learned yet');
    expect(by(factory(10), 'day')[0]).toMatchObject({ seen: 10, learned: true, follows: 'yes', points: [0] });
    expect(by(factory(10), 'year')[0]).toMatchObject({ seen: 0, follows: 'not known' });
    expect(by(factory(3), 'day')[0]).toMatchObject({ seen: 3, learned: true, follows: 'not known' });
  });

  it('tells who follows the day and who the week, and who neither', () => {
    const table = factory(42);
    expect(by(table, 'day')[0]).toMatchObject({ follows: 'yes', points: [0] });
    expect(by(table, 'week')[0]).toMatchObject({ seen: 6, follows: 'yes', points: [1] });
    expect(by(table, 'shift')[0]!.points).not.toContain(2);
    expect(by(table, 'week')[0]!.tells).toBeGreaterThan(0.2);
  });

  it('does not call slow wandering a cycle', () => {
    const random = seededRandom(8);
    let x = 0;
    const wander = tableOf(42, () => {
      x = 0.995 * x + random.normal();
      return [x, random.normal(), random.normal()];
    });
    for (const c of cyclesOf(wander)) expect(c.follows, c.text).not.toBe('yes');
  });

  it('finds a batch of its own length', () => {
    const random = seededRandom(9);
    const batch = tableOf(20, (_, __, i) => [i % 26 < 9 ? 60 + random.normal() : 20, (i % 26) + random.normal()]);
    const [period] = by(batch, 'period');
    expect(period).toMatchObject({ name: 'every 6.5 h', learned: true, follows: 'yes' });
    expect(by(factory(42), 'period')).toEqual([]);
  });

  it('lists states by how often they were entered, standstill too', () => {
    const states = by(factory(10), 'state');
    expect(states.map((s) => [s.name, s.seen, s.learned])).toEqual([
      ['RECIPE = 2', 1, false],
      ['RECIPE = 1', 2, true],
    ]);
    expect(by(factory(10), 'standstill')[0]).toMatchObject({ seen: 0, learned: false });
    const table = factory(10);
    for (const start of [200, 500]) for (const c of table.columns) c.fill(c[start]!, start, start + 40);
    expect(by(table, 'standstill')[0]).toMatchObject({ seen: 2, learned: true });
  });

  it('says nothing of an empty table', () => {
    expect(cyclesOf({ points: [], count: 0, tsUs: new Float64Array(0), columns: [] })).toEqual([]);
  });
});
