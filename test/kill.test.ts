/**
 * A power cut at any moment: an engine that listens to a plant while people act is killed with SIGKILL where the seed says, as it opens its
 * folder, takes frames in, saves, packs or answers. Afterwards the folder opens, all that was acknowledged is there (names, windows,
 * units, thresholds, notes, baselines, people, each with its row of the journal), alerts are called as before, what was pinned can be
 * looked at, and what was learned is of no longer ago than it is saved. KILLS and GATEHOUSE_SEED make it longer or repeat a failure.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { LocalEngine } from '../src/app/engine.ts';
import type { CallAnswer, EngineCall } from '../src/app/engine-contract.ts';
import { siteIdOf } from '../src/app/site-id.ts';
import { openStore } from '../src/store/index.ts';
import { seeded } from './drive.ts';
import { KILL_SITE } from './kill.ts';

const KILLS = Number(process.env.KILLS ?? 3);
const SEED = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 100_000);
const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url));
/** What was learned is saved once a minute; a save takes a pulse or two. */
const LEARNED_PULSES = 150;

interface Life {
  /** Lines that it printed. */
  readonly lines: readonly string[];
  readonly complaints: string;
}

/** Runs the child until it has printed so many lines, and kills it. */
const killedAfter = (folder: string, life: number, lines: number): Promise<Life> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, String(life)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed: string[] = [];
    let rest = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const more = (rest + text).split('\n');
      rest = more.pop()!;
      printed.push(...more);
      if (printed.length >= lines) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    child.on('close', () => resolve({ lines: printed, complaints }));
    child.on('error', reject);
  });

it(`keeps what it acknowledged, killed at ${KILLS} moments, seed ${SEED}`, { timeout: KILLS * 120_000 }, async () => {
  const random = seeded(SEED);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-kill-'));
  /** By kind: values that must be there, the later of one thing in the place of the earlier. */
  const acked = new Map<string, Map<string, string>>();
  const rows = new Map<string, number>();
  const moments: string[] = [];
  try {
    for (let life = 0; life < KILLS; life++) {
      // Some while it opens, most in the middle of work, some after minutes of it.
      const r = random();
      const after =
        r < 0.15
          ? 1 + Math.floor(3 * random())
          : r < 0.7
            ? 4 + Math.floor(120 * random())
            : 4 + Math.floor(900 * random());
      const { lines, complaints } = await killedAfter(folder, life, after);
      expect(complaints, `life ${life}`).toBe('');
      expect(lines.length, `life ${life}`).toBeGreaterThanOrEqual(after);
      moments.push(lines.at(-1)!.replace(/ .*/, ''));
      let watched = 0;
      const last = lines.filter((line) => line.startsWith('pulse ')).length;
      for (const line of lines) {
        const [what, kind = '', key = '', value = ''] = line.split(' ');
        if (what === 'watched' && Number(kind) <= last - LEARNED_PULSES) watched = Number(key);
        if (what !== 'acked') continue;
        rows.set(kind, (rows.get(kind) ?? 0) + 1);
        const of = acked.get(kind) ?? new Map<string, string>();
        acked.set(kind, of);
        if (kind === 'site' || kind === 'tuning') of.set('', key);
        else if (kind === 'baseline') of.set(`${key} ${value}`, '');
        else of.set(key, value);
      }
      // One act may have been done and not acknowledged yet.
      const [, begunKind = '', begunNumber = ''] =
        lines.findLast((line) => line.startsWith('begin '))?.split(' ') ?? [];

      const nowUs = (): number => 1_900_000_000_000_000;
      const store = await openStore(folder, { nowUs });
      const engine = await LocalEngine.start({ store, nowUs, nowMs: () => 0, zone: 'UTC', timers: false });
      const site = siteIdOf(KILL_SITE);
      const ask = async <C extends EngineCall>(call: C, more: object = {}): Promise<CallAnswer<C>> =>
        JSON.parse(
          await engine.call(call, { params: { site, ...more }, query: { limit: 500 }, userId: 'u1' } as never),
        ) as CallAnswer<C>;
      const where = `seed ${SEED}, life ${life}, killed after line ${lines.length}: ${lines.at(-1)}`;
      try {
        expect(store.journalLoss(), where).toBeUndefined();
        expect(await store.verifyJournal(), where).toMatchObject({ kind: 'intact' });
        const { items: sites } = await ask('sites');
        if (acked.size === 0 && sites.length === 0) continue;
        const expected = (kind: string, was: string): readonly string[] =>
          begunKind === kind
            ? [was, String(kind === 'tuning' ? 1 + (Number(begunNumber) % 10_000) : begunNumber)]
            : [was];
        for (const [kind, of] of acked) {
          const done = { site: 'site.change', asset: 'asset.change', window: 'window.add', baseline: 'baseline.save' }[
            kind
          ];
          if (done !== undefined) {
            const inJournal = await store.db.selectFrom('journal').select('seq').where('action', '=', done).execute();
            expect(inJournal.length, `${where}: ${done}`).toBeGreaterThanOrEqual(rows.get(kind)!);
          }
          for (const [key, value] of of) {
            const told = `${where}: ${kind} ${key}`;
            if (kind === 'site')
              expect(
                expected('site', value).map((k) => `site ${k}`),
                told,
              ).toContain(sites.find(({ id }) => id === site)?.name);
            else if (kind === 'asset')
              expect(
                expected('asset', value).map((k) => `device ${k}`),
                told,
              ).toContain((await ask('asset', { asset: key })).name);
            else if (kind === 'unit')
              expect([value, `u${begunNumber}`], told).toContain((await ask('point', { point: Number(key) })).unit);
            else if (kind === 'tuning')
              expect(expected('tuning', value).map(Number), told).toContain(
                (await ask('detection')).settings.alertsPerDay,
              );
            else if (kind === 'alert') {
              const { history } = await ask('alert', { alert: key });
              expect(JSON.stringify(history), told).toContain(`looked at ${value}`);
            }
          }
        }
        const windows = (await ask('windows')).items.map(({ id }) => id);
        for (const id of acked.get('window')?.keys() ?? []) expect(windows, where).toContain(id);
        const baselines = (await ask('baselines')).items.map(({ name }) => name);
        for (const name of acked.get('baseline')?.keys() ?? []) expect(baselines, where).toContain(name);
        const users = (await engine.accounts()).users.map(({ id }) => id);
        for (const id of acked.get('user')?.keys() ?? []) expect(users, where).toContain(id);
        const { watchedHours, again } = await ask('learning');
        expect(again, where).toEqual([]);
        expect(watchedHours, where).toBeGreaterThanOrEqual(watched);
        const pinned = await store.db.selectFrom('pinned_frame').select(['source_id', 'frame']).limit(20).execute();
        for (const { source_id, frame } of pinned)
          expect((await ask('frame', { source: source_id, frame })).frame, where).toBe(frame);
      } finally {
        await engine.close();
      }
    }
    console.log(
      `kill -9: seed ${SEED}, at ${moments.join(', ')}; acknowledged ${[...rows].map(([kind, n]) => `${n} ${kind}`).join(', ')}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
