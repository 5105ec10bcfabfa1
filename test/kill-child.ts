/**
 * Child of the kill -9 test: an engine on the data folder given as argument that listens to a live plant while people act, half a second
 * of the product's time at each pulse. Prints what it is about to do and what was acknowledged, one line each; it is killed between two.
 */
import { writeSync } from 'node:fs';
import { SAMPLE_DEFAULTS, samplePlant } from '../plant/index.ts';
import { LocalEngine } from '../src/app/engine.ts';
import type { CallAnswer, EngineCall } from '../src/app/engine-contract.ts';
import { pcapHeader, pcapRecord } from '../src/capture/writer.ts';
import { openStore } from '../src/store/index.ts';
import { KILL_SITE } from './kill.ts';

const [folder = '', lifeText = '0'] = process.argv.slice(2);
const life = Number(lifeText);
const PULSE_US = 500_000;
/** Product time of a life: each begins where the one before could have ended at the latest. */
const LIFE_S = 600;
const beganUs = SAMPLE_DEFAULTS.startUs + life * LIFE_S * 1_000_000;
let pulses = 0;
const nowUs = (): number => beganUs + pulses * PULSE_US;
// Synchronous, so that what is printed was done and what was done is printed.
const say = (line: string): void => void writeSync(1, `${line}\n`);

say('opening');
const store = await openStore(folder, { nowUs });
say('opened');
const frames = samplePlant({ ...SAMPLE_DEFAULTS, startUs: beganUs, durationS: LIFE_S })[Symbol.iterator]();
let next = frames.next();
/** Wakes the capture when a pulse has passed. */
let wake: () => void = () => undefined;
const engine = await LocalEngine.start({
  store,
  nowUs,
  nowMs: () => pulses * (PULSE_US / 1000),
  zone: 'UTC',
  timers: false,
  startLive: async () => ({
    ended: new Promise(() => undefined),
    hasEnded: false,
    counters: {},
    dropped: undefined,
    away: new Map(),
    lines: [],
    askCounters: () => undefined,
    stop: async () => ({ reason: 'stopped' }),
    chunks: async function* () {
      yield pcapHeader({ linkType: 1 });
      for (;;) {
        const parts: Uint8Array[] = [];
        for (; next.done !== true && next.value.tsUs < nowUs(); next = frames.next())
          parts.push(pcapRecord(next.value, { linkType: 1 }));
        if (parts.length > 0) yield Buffer.concat(parts);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  }),
});
const { site } = await engine.open({ kind: 'live', interface: 'mirror', site: KILL_SITE }, 'u1');
say('listening');

const ask = async <C extends EngineCall>(call: C, more: object, body?: object): Promise<CallAnswer<C>> =>
  JSON.parse(
    await engine.call(call, { params: { site, ...more }, query: { limit: 20 }, body, userId: 'u1' } as never),
  ) as CallAnswer<C>;

/** What people do in turn, under the name that the parent looks for; the value is the number of the act. */
const acts: Readonly<Record<string, (k: number) => Promise<string>>> = {
  site: async (k) => {
    await ask('changeSite', {}, { name: `site ${k}` });
    return `${k}`;
  },
  asset: async (k) => {
    const { items } = await ask('assets', {});
    const asset = items.at(k % items.length);
    if (asset === undefined) return '';
    await ask('changeAsset', { asset: asset.id }, { name: `device ${k}` });
    return `${asset.id} ${k}`;
  },
  window: async (k) => {
    const from = new Date(nowUs() / 1000).toISOString();
    const to = new Date(nowUs() / 1000 + 60_000).toISOString();
    const { id } = await ask('addWindow', {}, { text: `work ${k}`, assets: [], cells: [], from, to });
    return id;
  },
  unit: async (k) => {
    const { items } = await ask('points', {});
    if (items.length === 0) return '';
    await ask('setUnits', {}, { points: [items[0]!.id], unit: `u${k}` });
    return `${items[0]!.id} u${k}`;
  },
  tuning: async (k) => {
    const alertsPerDay = 1 + (k % 10_000);
    await ask('applyTuning', {}, { kinds: [], learningHours: 1, alertsPerDay, reason: 'a test' });
    return `${1 + (k % 10_000)}`;
  },
  alert: async (k) => {
    const { items } = await ask('alerts', {});
    const alert = items.at(k % items.length);
    if (alert === undefined) return '';
    await ask('changeAlert', { alert: alert.id }, { note: `looked at ${k}` });
    return `${alert.id} ${k}`;
  },
  baseline: async (k) => {
    if (k % 5 > 0) return '';
    const { name } = await ask('saveBaseline', {}, { name: `kept ${life}.${k}` });
    return name;
  },
  user: async (k) => {
    const id = `u${life}.${k}`;
    const user = { id, name: id, role: 'viewer', passwordHash: 'x', mfa: 'none', disabled: false };
    const times = { createdUs: nowUs(), passwordChangedUs: nowUs(), lastLoginUs: 0 };
    await engine.changeAccounts({ putUsers: [{ ...user, ...times }] });
    return id;
  },
};

const kinds = Object.keys(acts);
for (let k = 1; ; k++) {
  pulses++;
  wake();
  await new Promise<void>((resolve) => setImmediate(resolve));
  say(`pulse ${pulses}`);
  await engine.pulse();
  if (k % 60 === 0) {
    say('packing');
    await store.compact();
  }
  if (k % 20 === 0) say(`watched ${pulses} ${(await ask('learning', {})).watchedHours}`);
  if (k < 10) continue;
  const kind = kinds[k % kinds.length]!;
  say(`begin ${kind} ${life * 100_000 + k}`);
  const done = await acts[kind]!(life * 100_000 + k);
  if (done !== '') say(`acked ${kind} ${done}`);
}
