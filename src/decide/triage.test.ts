/** What becomes an alert, what is one alert, where it stands, and that nothing is dropped. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../core/finding.ts';
import type { Incident, MaintenanceWindow } from '../core/incident.ts';
import { ratesOf } from './rates.ts';
import { askedFirst, nextOf, stagesOf, storyOf, type Teller, titleOf } from './story.ts';
import { attack, depthOf, meaningOf } from './techniques.ts';
import { finding, HOUR, kindOf, START } from './testing/findings.ts';
import { MAX_EPISODES, MAX_FINDINGS, Triage } from './triage.ts';
import { durationText, fill, numberText, tell } from './words.ts';

const KINDS = new Map(
  [
    kindOf('new-writer'),
    kindOf('download'),
    kindOf('vanished', 'operational'),
    kindOf('point.level', 'process'),
    kindOf('point.stuck', 'process'),
  ].map((kind) => [kind.code, kind]),
);
const make = (dayOf?: (us: number) => number): Triage =>
  new Triage({
    kinds: KINDS,
    host: (e) => e,
    level: (e) => (e < 20 ? 4 : 1),
    isOutside: () => false,
    scopeOf: (f: Finding) => ({ assets: [`a${f.actor}`, `a${f.target}`], cells: [`c${f.target}`] }),
    ...(dayOf && { dayOf }),
  });
const window = (change: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
  id: 'w1',
  text: 'new pump, order 4711',
  assets: ['a30'],
  cells: [],
  vendor: '',
  workOrder: '4711',
  fromUs: START - HOUR,
  toUs: START + 2 * HOUR,
  cancelled: false,
  userId: 'u1',
  createdUs: 1,
  ...change,
});

describe('the queue', () => {
  it('makes one alert of the same matter, and a new one a day later', () => {
    const triage = make();
    triage.take([
      finding(0, { kind: 'new-writer', actor: 21, target: 30 }),
      finding(1, { kind: 'new-writer', actor: 21, target: 31 }),
      finding(2, { kind: 'new-writer', actor: 22, target: 30 }),
      finding(60, { kind: 'new-writer', actor: 21, target: 30 }),
    ]);
    const { alerts } = triage.picture();
    expect(alerts.map((alert) => alert.findings.length).sort()).toEqual([1, 1, 2]);
  });
  it('makes one alert of a flood of new devices, and tells what one of before does by itself', () => {
    const triage = make();
    const write = (minute: number, actor: number) => finding(minute / 60, { kind: 'new-writer', actor, target: 30 });
    const forged = Array.from({ length: 60 }, (_, n) => write(n / 30, 1000 + n));
    // One of before among the first of them hides no other.
    forged[1] = write(1 / 30, 20);
    triage.take([...forged, write(2, 21), write(3, 5000)]);
    const { alerts, alertOf } = triage.picture();
    // The first ones stand by themselves: nobody could know of the others.
    expect(alerts.map(({ episodes }) => episodes).sort((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 57]);
    expect(alertOf.get(write(2, 21).id)).not.toBe(alertOf.get(forged[59]!.id));
    expect(alertOf.get(write(3, 5000).id)).toBe(alertOf.get(forged[59]!.id));
    // When it is over, a new device is a matter of its own; in another order it is the same queue.
    triage.take([write(30, 6000)]);
    expect(triage.picture().alerts).toHaveLength(7);
    const again = make();
    again.take([...forged, write(2, 21), write(3, 5000), write(30, 6000)].reverse());
    expect(again.picture().alerts.map(({ id, episodes }) => [id, episodes])).toEqual(
      triage.picture().alerts.map(({ id, episodes }) => [id, episodes]),
    );
  });
  describe('of the same two devices', () => {
    const OUTSIDE = 90;
    const NAME_SERVER = 12;
    const triageOf = (host: (e: number) => number = (e) => e): Triage =>
      new Triage({
        kinds: KINDS,
        host,
        level: () => 2,
        isOutside: (e) => e >= OUTSIDE,
        scopeOf: () => ({ assets: [], cells: [] }),
      });
    const said = (hours: number, kind: string, target: number, change: Partial<Finding> = {}) =>
      finding(hours, { kind, actor: 21, target, severity: 'regulatory', ...change });
    const call = [
      said(0, 'new-conversation', NAME_SERVER, { protocol: 'dns' }),
      said(0.01, 'new-conversation', OUTSIDE),
      said(0.01, 'tls-new-program', OUTSIDE),
      said(0.02, 'plant-to-outside', OUTSIDE),
      said(0.1, 'dns-tunnel', NAME_SERVER, { protocol: 'dns' }),
      said(0.4, 'beacon', OUTSIDE, { severity: 'uptime', surprise: 0.85 }),
      said(0.5, 'upload-outside', OUTSIDE + 1),
    ];
    const groupsOf = (triage: Triage): string[][] =>
      triage.picture().alerts.map(({ findings }) => findings.map(({ kind }) => kind));
    it('makes one alert of a call home, led by what tells most, with all that was said of it', () => {
      const triage = triageOf();
      for (const f of call) triage.take([f]);
      const [alert, ...others] = triage.picture().alerts;
      expect(others).toEqual([]);
      expect(alert!.lead.kind).toBe('beacon');
      expect(alert!.findings.map(({ id }) => id)).toEqual(call.map(({ id }) => id));
      // A person who had acknowledged the first of it is asked again.
      const early = triageOf();
      early.take(call.slice(0, 4));
      const [first] = early.picture().alerts;
      early.setAct({ alert: first!.id, state: 'closed', assignee: '', review: 'benign', findings: 4, priority: 'low' });
      early.take(call.slice(4));
      expect(early.picture().alerts.map(({ id, state }) => [id, state])).toEqual([[first!.id, 'new']]);
    });
    it('leaves apart what is done to somebody else, later, and to a safety function', () => {
      const triage = triageOf();
      const download = said(0.2, 'download', 30, { severity: 'uptime' });
      triage.take([
        ...call,
        said(0.1, 'new-writer', 30),
        download,
        said(0.3, 'download', 31),
        said(0.3, 'safety-touched', 30, { severity: 'safety' }),
        said(9, 'remote-access', 30),
      ]);
      expect(
        groupsOf(triage)
          .map((kinds) => kinds.join(' '))
          .sort(),
      ).toEqual(
        [
          'download',
          call.map(({ kind }) => kind).join(' '),
          'new-writer download',
          'remote-access',
          'safety-touched',
        ].sort(),
      );
      // The same of the same two is the same matter for a day.
      triage.take([{ ...download, id: 'again', firstUs: START + 20 * HOUR, lastUs: START + 20 * HOUR }]);
      expect(groupsOf(triage).map((kinds) => kinds.join(' '))).toContain('new-writer download download');
    });
    it('joins what began before two addresses were seen to be of one device', () => {
      let isKnown = false;
      const triage = triageOf((e) => (isKnown && e === 22 ? 21 : e));
      const other = said(0, 'new-conversation', OUTSIDE, { actor: 22 });
      triage.take([other]);
      triage.take(call);
      expect(groupsOf(triage)).toHaveLength(2);
      isKnown = true;
      triage.refresh();
      expect(groupsOf(triage).map((kinds) => kinds.length)).toEqual([call.length + 1]);
      expect(triage.picture().alertOf.size).toBe(call.length + 1);
      // As it is found after a restart.
      const again = triageOf((e) => (e === 22 ? 21 : e));
      again.take([other, ...call]);
      expect(again.picture()).toEqual(triage.picture());
    });
  });
  it('joins the points of one controller that go wrong together, the worst in front, a safety function apart', () => {
    const triage = make();
    triage.take([
      finding(0, { kind: 'point.level', target: 30, point: 1, severity: 'quality', surprise: 0.6 }),
      finding(0.2, { kind: 'point.stuck', target: 30, point: 2, severity: 'quality', surprise: 0.9 }),
      finding(0.3, { kind: 'point.level', target: 30, point: 3, severity: 'safety', surprise: 0.6 }),
      finding(0.4, { kind: 'point.level', target: 31, point: 4, severity: 'quality' }),
    ]);
    const { alerts } = triage.picture();
    expect(alerts).toHaveLength(3);
    expect(alerts[0]!.lead.point).toBe(3);
    expect(alerts.find((alert) => alert.findings.length === 2)!.lead.point).toBe(2);
  });
  it('joins what begins at several controllers in one moment, and goes on with each of them; a safety function stands apart', () => {
    const triage = make();
    const at = (minutes: number, target: number, change: Partial<Finding> = {}) =>
      finding(minutes / 60, { kind: 'point.level', severity: 'quality', target, point: target, ...change });
    triage.take([at(0, 30), at(0.4, 31), at(0.2, 32, { severity: 'safety' }), at(20, 31, { point: 77 }), at(21, 33)]);
    const { alerts } = triage.picture();
    expect(alerts.map((a) => a.findings.map((f) => f.target)).sort()).toEqual([[30, 31, 31], [32], [33]]);
    // A moment is as long wherever it begins, and in whatever order what began in it is told.
    for (const offset of [0, 7, 13, 22, 29, 44])
      for (const order of [1, -1]) {
        const other = make();
        const both = [at(offset / 60, 30), at((offset + 20) / 60, 31)];
        for (const one of order === 1 ? both : both.reverse()) other.take([one]);
        expect(other.picture().alerts, `${offset} ${order}`).toHaveLength(1);
      }
  });
  it('takes what is said of the same point again within a day for the same matter, of another point for a new one', () => {
    const triage = make();
    const of = { target: 30, severity: 'quality' } as const;
    triage.take([
      finding(0, { ...of, kind: 'point.level', point: 1, points: [1] }),
      finding(5, { ...of, kind: 'point.level', point: 2, points: [2] }),
      finding(10, { ...of, kind: 'point.level', point: 3, points: [3, 1, 2] }),
      finding(15, { ...of, kind: 'point.stuck', point: 1, points: [1] }),
      finding(40, { ...of, kind: 'point.level', point: 1, points: [1] }),
    ]);
    const { alerts } = triage.picture();
    expect(alerts.map((a) => [a.lead.kind, a.lead.point, a.findings.length]).sort()).toEqual([
      ['point.level', 1, 1],
      ['point.level', 1, 2],
      ['point.level', 2, 1],
      ['point.stuck', 1, 1],
    ]);
  });
  it('keeps what is below its threshold as a finding, and finds it again when the threshold falls', () => {
    const triage = make();
    triage.take([finding(0, { kind: 'vanished', target: 30, surprise: 0.4 })]);
    expect(triage.picture().alerts).toEqual([]);
    expect(triage.findings()).toHaveLength(1);
    triage.setSettings({ alertsPerDay: 10, thresholds: { vanished: { minSurprise: 0.3, enabled: true } } });
    expect(triage.picture().alerts).toHaveLength(1);
    triage.setSettings({ alertsPerDay: 10, thresholds: { vanished: { minSurprise: 0.3, enabled: false } } });
    expect(triage.picture().alerts).toEqual([]);
  });
  it('tries other thresholds as it would place the same findings itself, and stays as it is', () => {
    const findings = [
      finding(0, { kind: 'point.level', target: 30, point: 1, severity: 'quality', surprise: 0.9 }),
      // The SCADA server shows the tank again: one matter, and its own network.
      finding(2, { kind: 'point.level', target: 40, point: 2, severity: 'quality', surprise: 0.9 }),
      finding(2.5, { kind: 'new-writer', actor: 21, target: 30, surprise: 0.6 }),
      finding(3, { kind: 'new-writer', actor: 22, target: 30, surprise: 0.9 }),
    ];
    const triage = new Triage({
      kinds: KINDS,
      host: (e) => e,
      level: () => 1,
      isOutside: () => false,
      scopeOf: () => ({ assets: [], cells: [] }),
      sourceOf: ({ target }) => (target === 40 ? 30 : 0),
    });
    triage.setSettings({ alertsPerDay: 1, thresholds: {} });
    triage.take(findings.map((f) => ({ ...f, lastUs: f.firstUs + HOUR })));
    const told = ({ alerts }: ReturnType<Triage['picture']>) =>
      alerts.map((a) => [a.episodes, a.overBudget, a.lead.id]);
    const before = told(triage.picture());
    expect(before).toHaveLength(3);
    expect(told(triage.tried(triage.settings))).toEqual(before);
    const higher = { alertsPerDay: 1, thresholds: { 'new-writer': { minSurprise: 0.7, enabled: true } } };
    expect(told(triage.tried(higher)).map(([, , id]) => id)).toEqual(
      before.map(([, , id]) => id).filter((id) => id !== findings[2]!.id),
    );
    expect(told(triage.picture())).toEqual(before);
  });
  it('puts what exceeds the budget of the day further down, and drops nothing', () => {
    const triage = make();
    triage.setSettings({ alertsPerDay: 2, thresholds: {} });
    triage.take([1, 2, 3, 4].map((i) => finding(i, { kind: 'vanished', target: 30 + i, surprise: 0.5 + i / 10 })));
    const { alerts } = triage.picture();
    expect(alerts.map((alert) => [alert.rank, alert.lead.target, alert.overBudget])).toEqual([
      [1, 34, false],
      [2, 33, false],
      [3, 32, true],
      [4, 31, true],
    ]);
  });
  it('counts the budget by the days of the plant', () => {
    // Two in the evening and two after midnight of a plant whose midnight is at START + 3 h.
    const triage = make((us) => Math.floor((us - START - 3 * HOUR) / (24 * HOUR)));
    triage.setSettings({ alertsPerDay: 2, thresholds: {} });
    triage.take([1, 2, 4, 5].map((i) => finding(i, { kind: 'vanished', target: 30 + i })));
    expect(triage.picture().alerts.map((alert) => alert.overBudget)).toEqual([false, false, false, false]);
  });
  it('knows what a person cleared, and that nobody judged what joined it later', () => {
    const triage = make();
    const first = finding(0, { kind: 'new-writer', actor: 21, target: 30 });
    triage.take([first]);
    expect(triage.isCleared(first)).toBe(false);
    const [alert] = triage.picture().alerts;
    const act = {
      alert: alert!.id,
      state: 'acknowledged' as const,
      assignee: '',
      findings: 1,
      priority: alert!.priority,
    };
    for (const [review, isCleared] of [
      ['true', false],
      ['unsure', false],
      ['benign', true],
      ['false', true],
    ] as const) {
      triage.setAct({ ...act, review });
      expect(triage.isCleared(first), review).toBe(isCleared);
    }
    const later = finding(1, { kind: 'new-writer', actor: 21, target: 31 });
    triage.take([later]);
    expect([triage.isCleared(first), triage.isCleared(later)]).toEqual([true, false]);
  });
  it('asks again after new episodes or a higher priority, not after the same ones read again', () => {
    const triage = make();
    const first = finding(0, { kind: 'new-writer', actor: 21, target: 30 });
    triage.take([first]);
    const [alert] = triage.picture().alerts;
    const act = { alert: alert!.id, assignee: 'u1', review: 'benign' as const, findings: 1, priority: alert!.priority };
    triage.setAct({ ...act, state: 'closed' });
    triage.take([{ ...first, count: 5, lastUs: first.lastUs + HOUR }]);
    expect(triage.picture().alerts[0]).toMatchObject({ state: 'closed', review: 'benign', rank: 0 });
    triage.take([finding(3, { kind: 'new-writer', actor: 21, target: 30 })]);
    expect(triage.picture().alerts[0]).toMatchObject({ state: 'new', review: '', assignee: 'u1', rank: 1 });
    // A fresh one that reads the same capture again and knows what people did.
    const again = make();
    again.setAct({ ...act, state: 'closed' });
    again.take([first]);
    expect(again.picture().alerts[0]).toMatchObject({ state: 'closed', review: 'benign' });
  });
  it('finds again what people did, in whatever order the findings come after a restart', () => {
    const long = finding(0, { kind: 'new-writer', actor: 21, target: 30, lastUs: START + 8 * HOUR });
    const short = finding(2, { kind: 'new-writer', actor: 21, target: 31 });
    const triage = make();
    triage.take([long]);
    triage.take([short]);
    const [alert] = triage.picture().alerts;
    const act = { alert: alert!.id, assignee: 'u1', review: 'benign' as const, findings: 2, priority: alert!.priority };
    for (const order of [[[long], [short]], [[short], [long]], [[short, long]]]) {
      const again = make();
      again.setAct({ ...act, state: 'closed' });
      for (const findings of order) again.take(findings);
      expect(again.picture().alerts).toMatchObject([{ id: alert!.id, state: 'closed', assignee: 'u1' }]);
      again.setSettings(again.settings);
      expect(again.picture().alerts).toMatchObject([{ id: alert!.id, state: 'closed', assignee: 'u1' }]);
    }
  });
  it('does not ask again because one of the many that it does not list goes on or is forgotten', () => {
    const triage = make();
    const many = Array.from({ length: MAX_EPISODES + 3 }, (_, i) =>
      finding(i / 100, { kind: 'new-writer', actor: 21, target: 30, state: 'open' }),
    );
    triage.take(many);
    const [alert] = triage.picture().alerts;
    triage.setAct({
      alert: alert!.id,
      assignee: '',
      state: 'closed',
      review: 'benign',
      findings: alert!.episodes,
      priority: alert!.priority,
    });
    expect(triage.picture().alerts[0]!.state).toBe('closed');
    for (const one of many.slice(0, 5)) triage.take([{ ...one, count: 2, state: 'ended' }]);
    expect(triage.picture().alerts[0]!.state).toBe('closed');
    // Others fill the memory: the ones that ended are forgotten first.
    const others = Array.from({ length: MAX_FINDINGS }, (_, i) =>
      finding(i / 1000, { kind: 'vanished', target: 40 + i, state: 'open' }),
    );
    triage.take(others);
    expect(triage.dropped).toBe(5);
    expect(triage.picture().alerts.find(({ id }) => id === alert!.id)!.state).toBe('closed');
  });
  it('leaves out of an incident what people judged, not what the same device did after that', () => {
    const triage = make();
    const write = { kind: 'new-writer', actor: 12, target: 30, techniques: ['T0855'] };
    triage.take([finding(0, write)]);
    const [alert] = triage.picture().alerts;
    triage.setAct({
      alert: alert!.id,
      assignee: '',
      state: 'closed',
      review: 'benign',
      findings: 1,
      priority: alert!.priority,
    });
    triage.take([
      finding(1, { kind: 'vanished', actor: 10, target: 12, techniques: ['T1021.001'] }),
      finding(2, { ...write, target: 31 }),
      finding(3, { kind: 'download', actor: 12, target: 31, techniques: ['T0843'] }),
    ]);
    const steps = triage.picture().incidents[0]!.steps.map(({ finding: { kind, target } }) => `${kind} ${target}`);
    expect(steps).toEqual(['vanished 12', 'new-writer 31', 'download 31']);
  });
  it('keeps the one that matters among many small ones', () => {
    const triage = make();
    const worst = finding(0, { kind: 'new-writer', actor: 21, target: 30, severity: 'safety' });
    triage.take([worst]);
    for (let i = 1; i <= MAX_EPISODES + 50; i++)
      triage.take([finding(i / 100, { kind: 'new-writer', actor: 21, target: 30, severity: 'none' })]);
    const [alert] = triage.picture().alerts;
    expect(alert!.findings).toHaveLength(MAX_EPISODES);
    expect(alert!.lead.id).toBe(worst.id);
  });
  it('gives the same picture whatever the order of arrival', () => {
    const findings = [
      finding(0, { kind: 'new-writer', actor: 21, target: 30, techniques: ['T0855'] }),
      finding(1, { kind: 'download', actor: 21, target: 31, techniques: ['T0843'] }),
      finding(1.5, { kind: 'point.level', target: 31, point: 2, techniques: ['T0836'] }),
    ];
    const one = make();
    one.take(findings);
    const other = make();
    for (const f of [...findings].reverse()) other.take([f]);
    expect(JSON.stringify(other.picture())).toBe(JSON.stringify(one.picture()));
    expect(one.picture().incidents).toHaveLength(1);
  });
  it('forgets the ones that ended longest ago at the limit, never open ones', () => {
    const triage = make();
    triage.take([finding(0, { kind: 'vanished', target: 99, state: 'open' })]);
    triage.take(
      Array.from({ length: MAX_FINDINGS }, (_, i) => finding(i / 1000, { kind: 'vanished', target: 100 + i })),
    );
    expect(triage.findings().length).toBeLessThanOrEqual(MAX_FINDINGS);
    expect(triage.dropped).toBeGreaterThan(0);
    expect(triage.findings().some((f) => f.target === 99)).toBe(true);
    expect(triage.picture().alerts.length).toBe(triage.findings().length);
  });
});

describe('announced work', () => {
  it('labels, lowers, and does not hide; an overrun and what lies outside are told as they are', () => {
    const triage = make();
    triage.setWindows([window()]);
    triage.take([
      finding(0, { kind: 'download', actor: 21, target: 30 }),
      finding(0, { kind: 'download', actor: 22, target: 30, lastUs: START + 3 * HOUR }),
      finding(0, { kind: 'download', actor: 23, target: 31 }),
    ]);
    const by = new Map(triage.picture().alerts.map((alert) => [alert.lead.actor, alert]));
    expect(by.get(21)!.hit).toMatchObject({ overrun: false, window: { id: 'w1' } });
    expect(by.get(22)!.hit).toMatchObject({ overrun: true });
    expect(by.get(23)!.hit).toBeUndefined();
    expect(by.get(21)!.score).toBeLessThan(by.get(22)!.score);
    triage.setWindows([window({ cancelled: true })]);
    expect(triage.picture().alerts.every((alert) => alert.hit === undefined)).toBe(true);
  });
  it('covers a cell, or the whole site', () => {
    const triage = make();
    triage.take([finding(0, { kind: 'point.level', target: 30, point: 1 })]);
    const hit = (change: Partial<MaintenanceWindow>) => {
      triage.setWindows([window({ assets: [], ...change })]);
      return triage.picture().alerts[0]!.hit !== undefined;
    };
    expect([hit({ cells: ['c30'] }), hit({ cells: ['c31'] }), hit({}), hit({ toUs: START - 1 })]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('the rates', () => {
  it('are not known for less than an hour, and counted against the standard otherwise', () => {
    const triage = make();
    triage.take(Array.from({ length: 30 }, (_, i) => finding(i / 100, { kind: 'vanished', target: 30 + i })));
    const { alerts } = triage.picture();
    expect(ratesOf(alerts, START, START + HOUR / 2).measures[0]!.value).toBeNaN();
    const rates = ratesOf(alerts, START, START + 24 * HOUR);
    expect(rates.measures[0]!.value).toBeCloseTo(30);
    const most = rates.measures.find((m) => m.name === 'alerts in ten minutes, most')!;
    expect(most.within).toBe(false);
    expect(rates.perHour.us).toHaveLength(25);
    expect(rates.perHour.count.reduce((a, b) => a + b, 0)).toBe(30);
    expect(rates.unacknowledged).toBe(30);
  });
});

describe('the words', () => {
  const naming = {
    endpoint: (e: number) => `PLC_${e}`,
    point: (p: number) => `tag ${p}`,
    protocol: (name: string) => name,
    time: () => '03:12',
  };
  it('are filled in with names of now, and unknown parts say so', () => {
    const f = finding(0, {
      kind: 'new-writer',
      actor: 21,
      target: 30,
      point: 7,
      parts: {
        value: { kind: 'number', value: 1400.5, unit: 'rpm' },
        hours: { kind: 'duration', us: 23 * HOUR },
      },
    });
    const told = tell(kindOf('new-writer'), f, naming);
    expect(told.title).toBe('PLC_21 did it to PLC_30');
    expect(told.what).toBe('PLC_21 wrote 1401 rpm to tag 7 of PLC_30.');
    expect(told.comparedWith).toBe('In 23 h only not known wrote here.');
    expect(fill('{list}', { ...f, parts: { list: { kind: 'endpoints', endpoints: [1, 2, 3] } } }, naming)).toBe(
      'PLC_1, PLC_2 and PLC_3',
    );
  });
  it('write numbers and durations as people do', () => {
    expect([0.00012, 3.5, 12345, 1e12, Number.NaN, 72].map((value) => numberText(value))).toEqual([
      '1.200e-4',
      '3.5',
      '12,345',
      '1.000e+12',
      'not known',
      '72',
    ]);
    expect([2e6, 14 * 6e7, 3.5 * HOUR, 300 * HOUR].map(durationText)).toEqual(['2 s', '14 min', '3.5 h', '12.5 days']);
  });
});

describe('ATT&CK as data', () => {
  it('has the twelve tactics of the ICS matrix in order and a source for every technique', () => {
    const { tactics, techniques } = attack();
    expect(tactics.map((t) => t.order)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(tactics[0]!.name).toBe('Initial Access');
    expect(tactics[11]!.name).toBe('Impact');
    for (const technique of techniques.values()) expect(technique.source).toMatch(/^https:\/\/attack.mitre.org/);
    expect(meaningOf(['T0855'])).toEqual({ stage: 11, takesTarget: false });
    expect(meaningOf(['T9999', 'T0843'])).toEqual({ stage: 7, takesTarget: true });
    expect(meaningOf(['T1021.099'])).toEqual({ stage: 7, takesTarget: true });
    expect(meaningOf([])).toEqual({ stage: 0, takesTarget: false });
  });
});

it('a story says what happened, how far it came and what comes next', () => {
  const triage = make();
  triage.take([
    finding(0, { kind: 'new-remote', actor: 10, target: 21, techniques: ['T1021'] }),
    finding(5, { kind: 'download', actor: 21, target: 31, techniques: ['T0836'] }),
  ]);
  const [incident] = triage.picture().incidents;
  const teller: Teller = {
    title: (step) => `PLC_${step.finding.actor} did ${step.finding.kind}`,
    device: (e) => `PLC_${e}`,
    isController: (e) => e >= 30,
    time: () => 'Mon 03:12',
  };
  expect(storyOf(incident!, teller)).toEqual([
    'It began Mon 03:12: PLC_10 did new-remote.',
    '5 h later: PLC_21 did download (from a device that an earlier step took).',
    'It goes from the office side to the plant side.',
    'The furthest tactic seen is Impair Process Control: changing what the process does.',
  ]);
  triage.take(
    [31, 32, 33].map((target, i) => finding(6 + i, { kind: 'download', actor: 21, target, techniques: ['T0836'] })),
  );
  expect(storyOf(triage.picture().incidents[0]!, teller)[1]).toBe(
    '5 h later: PLC_21 did download (from a device that an earlier step took), and 3 more like it.',
  );
  // A headline that speaks of a point alone says at which device.
  const point: Teller = { ...teller, title: () => 'holding 16 sends values that cannot be' };
  expect(storyOf(incident!, point)[1]).toMatch(/^5 h later: holding 16 sends values that cannot be, at PLC_31 \(/);
  const [step] = incident!.steps;
  const nowhere = { ...step!, finding: { ...step!.finding, actor: 0, target: 0 } };
  expect(storyOf({ ...incident!, steps: [nowhere] }, point)[0]).toBe(
    'It began Mon 03:12: holding 16 sends values that cannot be.',
  );
  // Of a device that goes on, a reason and a day that were told are not told again.
  triage.take([finding(5, { kind: 'stop', actor: 21, target: 31, techniques: ['T0858'] })]);
  triage.take([finding(5, { kind: 'force', actor: 21, target: 31, techniques: ['T0835'] })]);
  const dated: Teller = { ...teller, time: (us) => `Mon 2 Mar ${new Date(us / 1000).toISOString().slice(11, 19)}` };
  const told = storyOf(triage.picture().incidents[0]!, dated);
  expect(told.filter((s) => s.includes('from a device that an earlier step took'))).toHaveLength(1);
  expect(told.filter((s) => /^At \d\d:\d\d:\d\d: /.test(s))).toHaveLength(2);
  expect(told.filter((s) => s.includes('Mon 2 Mar'))).toHaveLength(1);
  expect(nextOf(incident!, teller)).toMatchObject({
    tactic: 'Impact',
    watch: ['measured values behind PLC_21', 'safety functions of the cell of PLC_21'],
  });
  expect(stagesOf(incident!).filter((stage) => stage.findings > 0)).toHaveLength(2);
  expect(titleOf(incident!, teller)).toBe('Changing what the process does: from PLC_10 to PLC_31');
});

it('what usually comes next fits how far it came', () => {
  const next = (stage: number, reached: number) => {
    const teller: Teller = { title: () => '', device: (e) => `D${e}`, isController: (e) => e >= 30, time: () => '' };
    return nextOf({ stage, reached } as Incident, teller);
  };
  const names = attack().tactics.map(({ name }) => name);
  for (const tactic of attack().tactics) {
    expect(names).toContain(tactic.then);
    expect(depthOf(names.indexOf(tactic.then) + 1)).toBeGreaterThanOrEqual(tactic.depth);
    expect(tactic.next, tactic.name).not.toBe('');
    expect(tactic.watch.length, tactic.name).toBeGreaterThan(0);
  }
  // A station that was reached is used to go on towards controllers; a controller that was changed is there already.
  expect(next(7, 21)).toMatchObject({ tactic: 'Impair Process Control', text: expect.stringContaining('towards') });
  for (const stage of [2, 3, 7])
    expect(next(stage, 31)).toMatchObject({
      tactic: 'Impair Process Control',
      text: expect.stringContaining('controller was changed'),
      watch: ['measured values behind D31', 'safety functions of the cell of D31'],
    });
  expect(next(12, 31)).toMatchObject({ tactic: 'Impact', text: expect.stringContaining('goes on') });
  expect(next(0, 31)).toBeUndefined();
});

it('a long story tells the first and the last deed, and of those between what weighs most', () => {
  const triage = make();
  triage.take(
    Array.from({ length: 40 }, (_, i) =>
      finding(i / 60, {
        kind: `k${i}.`,
        actor: i === 0 ? 10 : 21,
        target: i === 0 ? 21 : 31,
        techniques: [i === 0 ? 'T1021' : 'T0836'],
        severity: i === 17 ? 'safety' : i > 20 && i < 25 ? 'uptime' : 'regulatory',
      }),
    ),
  );
  const [incident] = triage.picture().incidents;
  const told = storyOf(incident!, {
    title: ({ finding: f }) => f.kind,
    device: () => '',
    isController: () => false,
    time: () => '',
  });
  for (const kind of ['k0.', 'k17.', 'k21.', 'k22.', 'k23.', 'k24.', 'k39.'])
    expect(told.join(' ')).toContain(` ${kind}`);
  expect(told).toContain('16 more steps, of less weight, are on the timeline.');
  // In the order of time.
  const numbers = told.flatMap((sentence) => /k(\d+)\./.exec(sentence)?.[1] ?? []).map(Number);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(numbers).toHaveLength(24);
});

it('an incident is titled by its furthest step, and asks first by what can hurt people or stop the line', () => {
  const triage = make();
  triage.take([
    finding(0, { kind: 'new-remote', actor: 10, target: 21, techniques: ['T1021'], severity: 'regulatory' }),
    finding(1, { kind: 'write', actor: 21, target: 31, techniques: ['T0836'], severity: 'quality' }),
    finding(1, { kind: 'write', actor: 21, target: 32, techniques: ['T0836'], severity: 'safety' }),
    finding(2, { kind: 'mode', actor: 21, target: 31, techniques: ['T0836'], surprise: 0.6 }),
    finding(2, { kind: 'download', actor: 21, target: 31, techniques: ['T0836'], surprise: 0.9 }),
    // What it goes on to do in the office does not become where the harm is.
    finding(3, { kind: 'login', actor: 10, target: 22, techniques: ['T1021'], severity: 'regulatory' }),
  ]);
  const incident = triage.picture().incidents[0]!;
  const teller: Teller = { title: () => '', device: (e) => `D${e}`, isController: () => false, time: () => '' };
  expect(incident.steps).toHaveLength(6);
  // Of the furthest steps the one that can hurt people; of those that weigh the same the last, and how many more.
  expect(titleOf(incident, teller)).toBe('Changing what the process does: from D10 to D32');
  const without = { ...incident, steps: incident.steps.filter((s) => s.finding.severity !== 'safety') };
  expect(titleOf(without, teller)).toBe('Changing what the process does: from D10 to D31');
  const stopped = { ...without.steps[2]!, finding: { ...without.steps[2]!.finding, target: 35 } };
  expect(titleOf({ ...without, steps: [...without.steps, stopped] }, teller)).toBe(
    'Changing what the process does: from D10 to D35 and 1 more',
  );
  expect(askedFirst(incident).map((s) => `${s.finding.kind} ${s.finding.severity}`)).toEqual([
    'write safety',
    'download uptime',
    'mode uptime',
    'new-remote regulatory',
  ]);
});
