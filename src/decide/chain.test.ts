/** Known sequences give known incidents; a busy benign day gives none; late findings find their place. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../core/finding.ts';
import { seededRandom } from '../lib/random.ts';
import { type ChainOptions, chain, MAX_CHAIN_FINDINGS } from './chain.ts';
import { finding } from './testing/findings.ts';

/** 10..19 office, 20..29 stations of level 3, 30..39 controllers; 90 outside. 1030 is a unit behind 30. */
const OPTIONS: ChainOptions = {
  host: (e) => (e >= 1000 ? e - 1000 : e),
  level: (e) => (e < 20 ? 4 : e < 30 ? 3 : e < 40 ? 1 : Number.NaN),
  isOutside: (e) => e === 90,
  isNovelty: (f) => f.kind.startsWith('new-'),
  isExplained: () => false,
};

/** Phished office PC beacons, scans, logs in to the engineering station, which downloads to a controller; a level goes wrong. */
const ATTACK: readonly Finding[] = [
  finding(0, { kind: 'beacon', actor: 10, target: 90, techniques: ['T1071'], certainty: 'likely', severity: 'none' }),
  finding(2, { kind: 'scan', actor: 10, target: 21, techniques: ['T1046'], severity: 'none' }),
  finding(20, { kind: 'new-remote', actor: 10, target: 21, techniques: ['T1021.001'] }),
  finding(30, { kind: 'download', actor: 21, target: 1030, techniques: ['T0843'] }),
  finding(31, { kind: 'point.level', target: 30, point: 5, techniques: ['T0836'], certainty: 'likely' }),
];

const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const random = seededRandom(seed);
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
};

describe('an attack from the office to the plant', () => {
  it('is one incident with its steps in order, its stage and the device reached', () => {
    const [incident, ...others] = chain(ATTACK, OPTIONS);
    expect(others).toEqual([]);
    expect(incident!.steps.map((step) => step.finding.kind)).toEqual(ATTACK.map((f) => f.kind));
    expect(incident!.stage).toBe(11);
    expect(incident!.crosses).toBe(true);
    expect(incident!.reached).toBe(30);
    expect(incident!.steps.map((step) => step.lane)).toEqual(['it', 'ot', 'ot', 'ot', 'ot']);
    expect(incident!.steps[3]!.because).toMatch(/took/);
    expect(incident!.steps[4]!.because).toMatch(/commanded/);
    expect(incident!.priority).toBe('urgent');
  });
  it('is known before the first command to a controller', () => {
    const before = chain(ATTACK.slice(0, 3), OPTIONS);
    expect(before).toHaveLength(1);
    expect(before[0]!.stage).toBe(7);
    expect(before[0]!.reached).toBe(21);
  });
  it('goes over a usual way that asks nobody, which is no step of those who did nothing odd', () => {
    const isAlert = (f: Finding) => f.surprise >= 0.5;
    const usual = (hours: number, actor: number) =>
      finding(hours, { kind: 'new-remote', actor, target: 21, techniques: ['T1021.001'], surprise: 0.3 });
    const way = [
      finding(0, { kind: 'scan', actor: 10, target: 21, techniques: ['T1046'], severity: 'none' }),
      usual(1, 11),
      usual(2, 10),
      finding(3, { kind: 'new-login', actor: 21, target: 22, techniques: ['T1021.001'] }),
      usual(4, 12),
    ];
    const [incident, ...others] = chain(way, { ...OPTIONS, isAlert });
    expect(others).toEqual([]);
    expect(incident!.steps.map(({ finding: f }) => `${f.kind} ${f.actor}`)).toEqual([
      'scan 10',
      'new-remote 10',
      'new-login 21',
    ]);
    expect(incident!.crosses).toBe(true);
    // What the same device does every day after is none either, until somebody who was reached by it acts.
    const days = [24, 48].map((hours) => usual(hours, 10));
    const steps = (...more: Finding[]) => chain([...way, ...more], { ...OPTIONS, isAlert })[0]!.steps.length;
    expect(steps(...days)).toBe(3);
    expect(steps(...days, finding(49, { kind: 'new-login', actor: 21, target: 23, techniques: ['T1021.001'] }))).toBe(
      6,
    );
    // Links alone prove nothing.
    expect(chain([usual(1, 10), usual(2, 10), usual(3, 21)], { ...OPTIONS, isAlert })).toEqual([]);
    expect(chain(way.slice(0, 3), { ...OPTIONS, isAlert })).toEqual([]);
  });
  it('takes what a new device does to a controller that it commanded with it, and makes no incident of that alone', () => {
    const rogue = [
      finding(30, { kind: 'new-device', actor: 77, target: 77, techniques: ['T0848'], surprise: 0.8 }),
      finding(30.1, { kind: 'new-writer', actor: 77, target: 30, techniques: ['T0855'], surprise: 0.9 }),
      // Another controller, and days later: matters of their own.
      finding(30.2, { kind: 'new-writer', actor: 78, target: 33, techniques: ['T0855'], surprise: 0.9 }),
      finding(24 * 9, { kind: 'new-writer', actor: 79, target: 30, techniques: ['T0855'], surprise: 0.9 }),
    ];
    expect(chain(rogue, OPTIONS)).toEqual([]);
    // Without the process that goes wrong behind both, which joins them too.
    const commands = ATTACK.slice(0, 4);
    const [incident, ...others] = chain([...commands, ...rogue], OPTIONS);
    expect(others).toEqual([]);
    const own = incident!.steps.filter((step) => step.finding.actor >= 77);
    expect(own.map((step) => [step.finding.kind, step.finding.actor, step.because])).toEqual([
      ['new-device', 77, ''],
      ['new-writer', 77, 'to a controller that an earlier step commanded too'],
    ]);
    const usual = chain(commands, OPTIONS)[0]!;
    expect(incident!.id).toBe(usual.id);
    expect(incident!.steps).toHaveLength(usual.steps.length + 2);
  });
  it('takes a device never heard before that commands a controller beside with it, and says that it is a conclusion', () => {
    const network = (e: number) => (e >= 30 && e < 35 ? 'cell' : e === 35 ? 'other cell' : '');
    const rogue = (target: number, hours = 30) => [
      finding(hours, { kind: 'new-device', actor: 77, target: 77, techniques: ['T0848'], surprise: 0.8 }),
      finding(hours + 0.1, { kind: 'new-writer', actor: 77, target, techniques: ['T0855'], surprise: 0.9 }),
    ];
    const commands = ATTACK.slice(0, 4);
    const stepsOf = (found: readonly Finding[], given: Partial<ChainOptions> = { network }) => {
      const incidents = chain([...commands, ...found], { ...OPTIONS, ...given });
      expect(incidents).toHaveLength(1);
      return incidents[0]!;
    };
    const joined = stepsOf(rogue(33));
    expect(joined.steps).toHaveLength(6);
    expect(joined.steps[5]!.because).toMatch(/put beside/);
    expect(joined.doubts.join()).toMatch(/place and time alone/);
    // Elsewhere, before, days later, where the place is not known, or somebody who was there always: a matter of its own.
    expect(stepsOf(rogue(35)).steps).toHaveLength(4);
    expect(stepsOf(rogue(33, 25)).steps).toHaveLength(4);
    expect(stepsOf(rogue(33, 24 * 9)).steps).toHaveLength(4);
    expect(stepsOf(rogue(33), {}).steps).toHaveLength(4);
    expect(stepsOf(rogue(33).slice(1)).steps).toHaveLength(4);
    expect(chain(rogue(33), { ...OPTIONS, network })).toEqual([]);
    // What goes wrong behind its command makes it a story of its own, but not beside that of who put it there.
    const wrong = [
      ...rogue(33),
      finding(30.2, { kind: 'drift', actor: 0, target: 33, techniques: ['T0831'], surprise: 0.9 }),
    ];
    expect(stepsOf(wrong).steps).toHaveLength(7);
    expect(chain(wrong, { ...OPTIONS, network })).toHaveLength(1);
    expect(chain([...commands, ...wrong], OPTIONS)).toHaveLength(2);
  });
  it('leaves out what a device did for the first time before it was taken', () => {
    const before = [
      finding(1, { kind: 'new-conversation', actor: 21, target: 31, techniques: ['T0886'] }),
      finding(2, { kind: 'new-writer', actor: 21, target: 31, techniques: ['T0855'], surprise: 0.9 }),
    ];
    const [incident, ...others] = chain([...before, ...ATTACK], OPTIONS);
    expect(others).toEqual([]);
    expect(incident!.steps.map((step) => step.finding.kind)).toEqual(ATTACK.map((f) => f.kind));
    // What needs no learning is as odd whenever it was.
    const download = finding(2, { kind: 'download', actor: 21, target: 31, techniques: ['T0843'] });
    expect(chain([download, ...ATTACK], OPTIONS)[0]!.steps).toHaveLength(ATTACK.length + 1);
  });
  it('gives what goes wrong to the latest command, and makes no story of two by it', () => {
    const before = finding(1, { kind: 'new-conversation', actor: 22, target: 30, techniques: ['T0886'] });
    const incidents = chain([before, ...ATTACK], OPTIONS);
    expect(incidents.map(({ steps }) => steps.length)).toEqual([ATTACK.length]);
  });
  it('gives what goes wrong to who only talked to the controller within the hour, and to no one later', () => {
    const talk = finding(1, { kind: 'new-conversation', actor: 22, target: 33, techniques: ['T0886'] });
    const wrong = (hours: number) =>
      finding(hours, { kind: 'drift', actor: 0, target: 33, techniques: ['T0831'], surprise: 0.9 });
    expect(chain([talk, wrong(1.5)], OPTIONS)).toHaveLength(1);
    expect(chain([talk, wrong(17)], OPTIONS)).toEqual([]);
    // A conversation that goes on for days makes no incident of every later disturbance.
    expect(chain([{ ...talk, lastUs: talk.firstUs + 48 * 3_600_000_000 }, wrong(17)], OPTIONS)).toEqual([]);
  });
  it('counts a device put there to who commanded the controller, not to a scanner that talked to it since', () => {
    const scanned = [30, 35].map((target) =>
      finding(32, { kind: 'new-conversation', actor: 22, target, techniques: ['T0886'] }),
    );
    const wrong = finding(32.1, { kind: 'drift', actor: 0, target: 35, techniques: ['T0831'], surprise: 0.9 });
    const rogue = [
      finding(40, { kind: 'new-device', actor: 25, target: 25, techniques: ['T0848'] }),
      finding(40.1, { kind: 'new-writer', actor: 25, target: 30, techniques: ['T0855'] }),
    ];
    const actors = chain([...ATTACK, ...scanned, wrong, ...rogue], OPTIONS).map(({ steps }) => [
      ...new Set(steps.map(({ finding: f }) => f.actor)),
    ]);
    expect(actors.map((list) => list.includes(25))).toEqual(actors.map((list) => list.includes(21)));
    expect(actors).toHaveLength(2);
  });
  it('is the same whatever the order of arrival', () => {
    const right = JSON.stringify(chain(ATTACK, OPTIONS));
    for (let seed = 1; seed <= 20; seed++)
      expect(JSON.stringify(chain(shuffled(ATTACK, seed), OPTIONS)), `seed ${seed}`).toBe(right);
  });
  it('leaves out what people explained', () => {
    const explained = chain(ATTACK, { ...OPTIONS, isExplained: (f) => f.kind === 'download' });
    expect(explained[0]!.steps.map((step) => step.finding.kind)).not.toContain('download');
    expect(chain(ATTACK, { ...OPTIONS, isExplained: () => true })).toEqual([]);
  });
  it('is two incidents where two attackers have nothing in common', () => {
    const other = ATTACK.map((f) =>
      finding((f.firstUs - ATTACK[0]!.firstUs) / 3_600_000_000 + 1, {
        kind: f.kind,
        techniques: f.techniques,
        actor: f.actor === 0 ? 0 : f.actor + 2,
        target: f.target === 90 ? 90 : f.target + 2,
      }),
    );
    expect(chain([...ATTACK, ...other], OPTIONS)).toHaveLength(2);
  });
});

describe('what is no incident', () => {
  it('a busy benign day', () => {
    const day: Finding[] = [
      // An engineer downloads to two controllers and restarts one; a new HMI starts to read and write.
      finding(8, { kind: 'download', actor: 21, target: 30, techniques: ['T0843'], surprise: 0.6 }),
      finding(8.2, { kind: 'download', actor: 21, target: 31, techniques: ['T0843'], surprise: 0.6 }),
      finding(9, { kind: 'restart', actor: 21, target: 31, techniques: ['T0816'], surprise: 0.6 }),
      finding(10, { kind: 'new-device', target: 25, techniques: [], surprise: 0.7 }),
      finding(10.1, { kind: 'new-conversation', actor: 25, target: 30, techniques: ['T0846'], surprise: 0.6 }),
      finding(10.2, { kind: 'new-writer', actor: 25, target: 30, techniques: ['T0855'], surprise: 0.7 }),
      // A recipe changes: points elsewhere move; the office scans itself.
      finding(11, { kind: 'point.level', target: 35, techniques: ['T0836'], certainty: 'possible', surprise: 0.55 }),
      finding(12, { kind: 'scan', actor: 11, target: 12, techniques: ['T1046'] }),
      finding(13, { kind: 'scan', actor: 11, target: 30, techniques: ['T1046'] }),
    ];
    expect(chain(day, OPTIONS)).toEqual([]);
  });
  it('a new operator panel that does everything for the first time', () => {
    const panel = [
      finding(0, { kind: 'new-device', actor: 25, target: 25, techniques: ['T0848'], surprise: 0.9 }),
      finding(0, { kind: 'new-conversation', actor: 25, target: 30, techniques: ['T0886'], surprise: 0.9 }),
      finding(0.1, { kind: 'new-operation', actor: 25, target: 30, techniques: ['T0861'], surprise: 0.9 }),
      finding(0.2, { kind: 'new-writer', actor: 25, target: 30, techniques: ['T0855'], surprise: 0.9 }),
    ];
    expect(chain(panel, OPTIONS)).toEqual([]);
    // The same with a scan and guessed passwords before it is one.
    const attack = [
      finding(-2, { kind: 'scan', actor: 25, target: 30, techniques: ['T0846'] }),
      finding(-1, { kind: 'brute-force', actor: 25, target: 30, techniques: ['T1110'] }),
      ...panel,
    ];
    expect(chain(attack, OPTIONS)).toHaveLength(1);
  });
  it('a panel that was always there writes for the first time, its process follows, and a backup of it is made', () => {
    const write = finding(1, { kind: 'new-writer', actor: 22, target: 30, techniques: ['T0855'], surprise: 0.9 });
    const follows = ['T0836', 'T0831', 'T0828'].map((technique, n) =>
      finding(1.1 + n / 100, {
        kind: `point.${n}`,
        actor: 0,
        target: 30,
        point: n + 1,
        techniques: [technique],
        surprise: 1,
      }),
    );
    const backup = (hours: number): Finding =>
      finding(hours, { kind: 'new-conversation', actor: 22, target: 23, techniques: ['T0886'] });
    expect(chain([write, ...follows], OPTIONS)).toEqual([]);
    for (const hours of [0.9, 1.05, 2]) expect(chain([backup(hours), write, ...follows], OPTIONS)).toEqual([]);
    // Not where it talked to the controller for the first time too: then it is somebody who has no business there.
    expect(chain([{ ...backup(0.9), target: 30 }, write, ...follows], OPTIONS)).toHaveLength(1);
  });
  it('a scan of a controller does not make the controller an attacker', () => {
    const scanned = [
      finding(0, { kind: 'scan', actor: 90, target: 30, techniques: ['T0846'] }),
      finding(1, { kind: 'vanished', actor: 30, target: 31, techniques: ['T0855'] }),
    ];
    expect(chain(scanned, OPTIONS)).toEqual([]);
  });
  it('findings without a technique', () => {
    expect(
      chain(
        ATTACK.map((f) => ({ ...f, techniques: [] })),
        OPTIONS,
      ),
    ).toEqual([]);
  });
  it('the same steps too far apart', () => {
    const slow = ATTACK.map((f, i) => ({
      ...f,
      firstUs: f.firstUs + i * 60 * 86_400_000_000,
      lastUs: f.lastUs + i * 60 * 86_400_000_000,
    }));
    expect(chain(slow, OPTIONS)).toEqual([]);
  });
});

it('is bounded in time for as many findings as it takes', () => {
  const random = seededRandom(7);
  const kinds = [
    ['scan', 'T0846'],
    ['new-writer', 'T0855'],
    ['login', 'T0859'],
    ['download', 'T0843'],
  ] as const;
  const many = Array.from({ length: MAX_CHAIN_FINDINGS * 2 }, (_, i) => {
    const [kind, technique] = kinds[random.integer(0, 3)]!;
    return finding(i / 100, {
      kind,
      techniques: [technique],
      actor: random.integer(1, 40),
      target: random.integer(1, 40),
    });
  });
  const before = process.cpuUsage();
  const incidents = chain(many, OPTIONS);
  // Of the processor: the clock runs on while others have it.
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(2000);
  expect(incidents.reduce((sum, incident) => sum + incident.steps.length, 0)).toBeLessThanOrEqual(MAX_CHAIN_FINDINGS);
});
