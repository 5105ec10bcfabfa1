/** What the network shows of known incidents is asked about, in time and in the words for it, on a site that learned a morning. */
import { beforeAll, describe, expect, it } from 'vitest';
import { playAll, SCENARIOS, type ScenarioResult } from './play.ts';

const SEED = 4;
let results: readonly ScenarioResult[] = [];

beforeAll(() => {
  results = playAll({ seed: SEED, learnHours: 1.5 });
}, 600_000);

describe.each(SCENARIOS.map(({ name }) => name))('%s', (name) => {
  it('a person is asked about each act that the network shows', () => {
    const { asks } = results.find((r) => r.name === name)!;
    expect(asks.length).toBeGreaterThan(0);
    expect(
      asks.filter(({ foundBy }) => foundBy === '').map(({ what }) => what),
      `seed ${SEED}`,
    ).toEqual([]);
  });
});

it('says of the spread that stations of the line are among its hosts', () => {
  const { told } = results.find((r) => r.name === 'lockergoga-2019')!;
  const spread = told.find(({ kind }) => kind === 'remote-execution.spread');
  expect(spread?.what).toMatch(/Devices of the plant among them: [1-9]/);
});

it('says once that many devices fell silent', () => {
  const { told } = results.find((r) => r.name === 'fuxnet-2024')!;
  expect(told.filter(({ kind }) => kind === 'device-silent')).toEqual([]);
});
