/**
 * The whole product over some minutes of the simulated plant, with the noisy attack squeezed into the last of them: what
 * is plain on the wire must be found even after a quarter of an hour of learning. And the rules of the score by hand.
 */
import { describe, expect, it } from 'vitest';
import { PLANT_DEFAULTS } from '../../plant/network/index.ts';
import type { DisturbanceLabel, MoveLabel } from '../../plant/world.ts';
import type { Finding } from '../../src/core/finding.ts';
import { MINUTE_US, type PlantOutcome, runPlant, type Told } from './plant.ts';
import { caseOf, summaryOf } from './plant-report.ts';
import { scorePlant } from './plant-score.ts';

const START_US = PLANT_DEFAULTS.startUs;
const SEED = 3;

describe('the noisy attack in a quarter of an hour, after a quarter of learning', () => {
  it('finds what is plain on the wire, joins it, and says so before the first command', () => {
    const outcome = runPlant({
      seed: SEED,
      days: 45 / 1440,
      startUs: START_US,
      attack: 'noisy',
      variant: 'a',
      disturbances: false,
      learningUs: 14 * MINUTE_US,
      staged: { atUs: START_US + 15 * MINUTE_US, minutes: 15 },
    });
    const score = scorePlant(outcome);
    const missed = score.moves.filter((m) => Number.isNaN(m.foundUs)).map((m) => m.move.name);
    const plain = score.moves.filter((m) =>
      ['set-point', 'calibration', 'program', 'stop', 'force', 'safety bypass', 'firmware', 'rogue device'].includes(
        m.kind,
      ),
    );
    expect(plain.length, `seed ${SEED}`).toBeGreaterThanOrEqual(6);
    expect(
      plain.filter((m) => Number.isNaN(m.foundUs)).map((m) => m.move.name),
      `seed ${SEED}, all missed: ${missed}`,
    ).toEqual([]);
    expect(score.knownBefore?.alert).toBe(true);
    expect(score.incidents.ofAttack).toBeGreaterThan(0);
    const found = caseOf({ outcome, score, seconds: 0, cpuSeconds: 0 });
    expect(found.expected).toBe(score.moves.filter((m) => m.move.touchesPlant).length);
    expect(summaryOf([found])).toHaveProperty('plant.moves', found.expected);
    // One thing to look at, not dozens.
    const { queue } = found;
    expect(queue.alerts, `seed ${SEED}: ${JSON.stringify(queue)}`).toBeGreaterThan(queue.places * 1.5);
  }, 120_000);
});

const HOUR_US = 60 * MINUTE_US;
const MOVE: MoveLabel = {
  id: 'move-1',
  technique: 'T0836',
  name: 'set point',
  startUs: START_US + HOUR_US,
  endUs: START_US + HOUR_US + 5 * MINUTE_US,
  actorIp: '10.0.0.9',
  targetIp: '10.0.0.1',
  points: [{ name: 'LT-101', controllerIp: '10.0.0.1', address: 'holding 4' }],
  effect: '',
  touchesPlant: true,
  isCommand: true,
  variant: 'noisy',
};
const told = (detector: string, atUs: number, actorIp: string, targetIp: string, path = ''): Told => ({
  finding: { id: `${detector} ${atUs} ${targetIp}`, kind: detector, detector, firstUs: atUs, lastUs: atUs } as Finding,
  actorIp,
  targetIp,
  points: path === '' ? [] : [{ ip: targetIp, path }],
  ips: new Set([actorIp, targetIp].filter((ip) => ip !== '')),
  atUs: [atUs],
  isAlert: true,
  inWindow: false,
});
const scored = (list: readonly Told[], disturbances: readonly DisturbanceLabel[] = []) =>
  scorePlant({
    labels: {
      seed: 1,
      startUs: START_US,
      endUs: START_US + 24 * HOUR_US,
      cycleUs: 60e6,
      moves: [MOVE],
      disturbances,
    },
    watchingUs: START_US,
    told: list,
    alerts: [],
    incidents: [],
  } as unknown as PlantOutcome);

describe('what counts as found', () => {
  const at = MOVE.startUs + MINUTE_US;
  it('takes the same target by the same actor, the point, or the process of the controller', () => {
    expect(scored([told('writer', at, '10.0.0.9', '10.0.0.1')]).moves[0]!.foundUs).toBe(at);
    expect(scored([told('process', at, '', '10.0.0.1', 'holding 4')]).moves[0]!.foundUs).toBe(at);
    expect(scored([told('process', at, '', '10.0.0.7', 'ns=2;s=LT-101')]).moves[0]!.foundUs).toBe(at);
  });
  it('takes no other actor, no other controller, nothing too early or too late', () => {
    for (const other of [
      told('writer', at, '10.0.0.8', '10.0.0.1'),
      told('writer', at, '10.0.0.9', '10.0.0.2'),
      told('process', at, '', '10.0.0.2', 'holding 4'),
      told('writer', MOVE.startUs - MINUTE_US, '10.0.0.9', '10.0.0.1'),
      told('writer', MOVE.endUs + 11 * MINUTE_US, '10.0.0.9', '10.0.0.1'),
    ])
      expect(scored([other]).moves[0]!.foundUs, other.finding.id).toBeNaN();
  });
  it('calls what nobody did nobody’s: hours later, or by another host', () => {
    const quiet = told('scan', MOVE.startUs + 8 * HOUR_US, '10.0.0.8', '10.0.0.2');
    expect([...scored([quiet]).owners.values()]).toEqual(['none']);
    expect([...scored([told('scan', at, '10.0.0.9', '10.0.0.2')]).owners.values()]).toEqual(['attack']);
  });
});

describe('what counts as told rightly of a disturbance', () => {
  const wear: DisturbanceLabel = {
    id: 'wear',
    kind: 'bearing-wear',
    startUs: START_US + 10 * HOUR_US,
    endUs: START_US + 20 * HOUR_US,
    targetIp: '10.0.0.3',
    points: [{ name: 'M-1.VIB', controllerIp: '10.0.0.3', address: 'holding 7' }],
    text: '',
    expected: 'labelled',
    as: ['soft-sensor', 'drift'],
  };
  const startUs = START_US + 12 * HOUR_US;
  const dark: DisturbanceLabel = {
    ...{ id: 'dark', kind: 'network-loss', startUs, endUs: startUs + 3 * MINUTE_US, targetIp: '10.0.0.254' },
    ...{ points: [], text: '', expected: 'labelled', as: ['poll-lost'] },
  };
  const at = dark.startUs + 10 * MINUTE_US;
  const process = (kind: string, path: string): Told => {
    const t = told('process', at, '', '10.0.0.3', path);
    return { ...t, finding: { ...t.finding, kind } as Finding };
  };
  const right = (list: readonly Told[]) =>
    scored(list, [wear, dark]).disturbances.map((d) => `${d.disturbance.id} ${d.right}`);
  it('leaves what one says to that one, where another goes on at the same time', () => {
    expect(right([process('drift', 'holding 7')])).toEqual(['wear true', 'dark true']);
    expect(right([told('poll-lost.many', at, '10.0.0.9', '10.0.0.3')])).toEqual(['wear true', 'dark true']);
  });
  it('counts what says neither, and what is said of another place', () => {
    expect(right([process('point.never-seen', 'holding 7')])).toEqual(['wear false', 'dark false']);
    expect(right([process('drift', 'holding 9')])).toEqual(['wear true', 'dark false']);
  });
});
