/**
 * Benign disturbances as data: what goes wrong, is repaired, replaced or planned in a plant without anybody meaning harm,
 * some of it every day, by the seed. Each says how a guard should take it: quiet, told as what it is, or told inside an
 * announced window. Those with a happening change the physics; the network shows them as writes, downloads and silence.
 */
import { type Random, seededRandom } from '../../src/lib/random.ts';
import { RECIPES } from '../physics/recipes.ts';
import type { DisturbanceLabel, Happening } from '../world.ts';
import { operationsOfDay, weekdayOf } from './life.ts';

export interface Disturbance {
  /** Unique in a run: day and kind. */
  readonly id: string;
  readonly kind: string;
  /** Seconds since the start of the plant. An end beyond the run: it stays. */
  readonly startS: number;
  readonly endS: number;
  /** Controller concerned, '' for none. */
  readonly controller: string;
  /** Points that show it, the plainest first. */
  readonly points: readonly string[];
  readonly text: string;
  readonly expected: DisturbanceLabel['expected'];
  /** Codes of findings that tell it as what it is. */
  readonly as: readonly string[];
  readonly window?: { readonly startS: number; readonly endS: number; readonly text: string };
  /** What it does to the physics; none: people's operations or the network do it. */
  readonly happening?: Happening;
}

const DAY_S = 86_400;
const MINUTE_S = 60;
const PROCESS = ['soft-sensor', 'relation', 'dynamics'] as const;
/** `drift` says it in so many words: slowly away from what explains it, by wear or fouling. */
const WEAR = ['point.level', 'point.spread', 'drift', ...PROCESS] as const;

/** What one kind of disturbance is on a day, with its time of day to come. */
type Draft = Omit<Disturbance, 'id' | 'startS' | 'endS' | 'window' | 'happening'> & {
  /** Hours of the day between which it begins. */
  readonly from: number;
  readonly to: number;
  readonly lastsS: number;
  /** Happening: kind (that of the disturbance if not given), target, parameters. */
  readonly happens?: { readonly kind?: string; readonly target: string; readonly parameters: Happening['parameters'] };
  /** Announced as maintenance from so many seconds before to after it. */
  readonly announced?: { readonly beforeS: number; readonly afterS: number; readonly text: string };
};

const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(0, list.length - 1)]!;
const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform();

const REPLACED: readonly (readonly [controller: string, point: string])[] = [
  ['plc-dosing', 'AT-302'],
  ['plc-filter', 'QT-202'],
  ['plc-intake', 'TT-101'],
  ['plc-steam', 'TT-702'],
  ['plc-cooling', 'TT-802'],
  ['plc-cip', 'TT-1302'],
  ['plc-distribution', 'FT-402'],
  ['plc-air', 'AT-1401'],
];
const WORN: readonly (readonly [controller: string, machine: string, points: readonly string[]])[] = [
  ['plc-conveyor', 'M-1102', ['M-1102.VIB', 'M-1102.TEMP', 'M-1102.I']],
  ['plc-distribution', 'P-401', ['P-401.VIB', 'P-401.TEMP', 'P-401.I']],
  ['plc-filter', 'P-201', ['P-201.VIB', 'P-201.TEMP', 'P-201.I']],
  ['plc-filler', 'M-901', ['M-901.VIB', 'M-901.TEMP', 'M-901.I']],
];
const STICKING: readonly (readonly [controller: string, output: string, points: readonly string[]])[] = [
  ['plc-pasteur', 'TIC-602.OUT', ['TT-602', 'TIC-602.OUT', 'TT-601']],
  ['plc-pasteur', 'TIC-604.OUT', ['TT-604', 'TIC-604.OUT']],
  ['plc-filler', 'LIC-901.OUT', ['LT-901', 'LIC-901.OUT']],
];
/** What stands when a guard trips its machine: the machine, and what is driven with it. */
const FILLER_STOPS = [
  ...['GS-901', 'GS-901.TRIP', 'FILL.STATE', 'FILL.REASON', 'ST-901', 'M-901.I'],
  ...['CAP.STATE', 'ST-1001', 'M-1001.I'],
];
const PACKER_STOPS = [
  ...['GS-1201', 'GS-1201.TRIP', 'PACK.STATE', 'ST-1201', 'M-1201.I'],
  ...['ST-1101', 'M-1101.I', 'M-1102.I', 'M-1103.I'],
];
/** What the mains feed without a store between: voltages, powers, machines, and what pumps move. */
const SAGS = [
  ...['EI-1501.U', 'EI-1502.U', 'EI-1503.U', 'EI-1500.P'],
  ...['EI-1511.P', 'EI-1512.P', 'EI-1513.P', 'EI-1514.P'],
  ...['ST-901', 'ST-1001', 'ST-1201', 'PT-401', 'FT-801'],
];
const UPDATED = ['plc-steam', 'plc-air', 'plc-cip', 'plc-packer', 'plc-energy'] as const;
const RESTARTED = ['plc-energy', 'plc-cooling', 'plc-capper', 'plc-air'] as const;

/** The kinds; each draws its particulars from the seed of its day. */
const DRAFTS: readonly ((random: Random) => Draft)[] = [
  (random) => {
    const [controller, point] = pick(random, REPLACED);
    const order = `WO-${random.integer(2000, 9999)}`;
    return {
      kind: 'sensor-replaced',
      controller,
      points: [point],
      from: 9,
      to: 11,
      lastsS: 30 * MINUTE_S,
      text: `${point} is replaced by a new instrument, work order ${order}`,
      expected: 'window',
      as: ['point.level', ...PROCESS],
      happens: {
        target: point,
        parameters: {
          step: between(random, 0.15, 0.5) * (random.uniform() < 0.5 ? -1 : 1),
          noise: between(random, 0.7, 1.3),
        },
      },
      announced: { beforeS: 600, afterS: 5400, text: `${order}: replace ${point}` },
    };
  },
  (random) => {
    const controller = pick(random, UPDATED);
    const order = `WO-${random.integer(2000, 9999)}`;
    return {
      kind: 'planned-download',
      controller,
      points: [],
      from: 13,
      to: 13.8,
      lastsS: 5 * MINUTE_S,
      text: `planned update of ${controller}, work order ${order}`,
      expected: 'window',
      as: ['program-download', 'mode-change', 'new-operation', 'new-order', 'poll-lost', 'restart'],
      happens: { target: controller, parameters: { workOrder: order, stopS: 12 } },
      announced: { beforeS: 900, afterS: 2700, text: `${order}: update of ${controller}` },
    };
  },
  (random) => {
    const controller = pick(random, RESTARTED);
    return {
      kind: 'controller-restart',
      controller,
      points: [],
      from: 6.5,
      to: 20,
      lastsS: random.integer(25, 60),
      text: `${controller} restarts by itself`,
      expected: 'labelled',
      as: ['restart', 'device-silent', 'poll-lost', 'point.stuck', 'unanswered-burst'],
      happens: { target: controller, parameters: {} },
    };
  },
  (random) => {
    const [controller, machine, points] = pick(random, WORN);
    return {
      kind: 'bearing-wear',
      controller,
      points,
      from: 6.5,
      to: 9,
      lastsS: 3 * DAY_S,
      text: `a bearing of ${machine} wears: vibration, temperature and current rise together`,
      expected: 'labelled',
      as: WEAR,
      happens: { target: machine, parameters: { to: between(random, 0.35, 0.8), rampS: 8 * 3600 } },
    };
  },
  (random) => {
    const [controller, output, points] = pick(random, STICKING);
    return {
      kind: 'valve-stiction',
      controller,
      points,
      from: 7,
      to: 18,
      lastsS: 3 * 3600,
      text: `the valve behind ${output} sticks`,
      expected: 'labelled',
      as: ['set-point', 'point.spread', ...PROCESS],
      happens: { target: output, parameters: { band: between(random, 3, 7) } },
    };
  },
  (random) => ({
    kind: 'fouling',
    controller: 'plc-pasteur',
    points: ['PDT-601', 'TT-602', 'TIC-602.OUT', 'PT-601'],
    from: 6,
    to: 7,
    lastsS: 2 * DAY_S,
    text: 'the plates of the heater foul',
    expected: 'labelled',
    as: WEAR,
    happens: { target: 'E-601', parameters: { to: between(random, 0.2, 0.5), rampS: 16 * 3600 } },
  }),
  (random) => ({
    kind: 'leak',
    controller: 'plc-air',
    points: ['FT-1401', 'C-1401.CMD', 'PT-1401'],
    from: 8,
    to: 16,
    lastsS: 5 * 3600,
    text: 'a hose of the compressed air leaks',
    expected: 'labelled',
    as: ['cycle', ...WEAR],
    happens: { target: 'LEAK-1401', parameters: { to: between(random, 0.3, 0.6), rampS: 1800 } },
  }),
  (random) => ({
    kind: 'demand-change',
    controller: 'plc-distribution',
    points: ['FT-402', 'FT-401'],
    from: 8,
    to: 16,
    lastsS: 3 * 3600,
    text: 'offices and neighbours draw more water than usual',
    expected: 'quiet',
    as: [],
    happens: { target: '', parameters: { factor: between(random, 1.12, 1.3) } },
  }),
  () => ({
    kind: 'cleaning',
    controller: 'plc-cip',
    points: ['CIP.STEP', 'FT-1301'],
    from: 0.5,
    to: 2,
    lastsS: 2000,
    text: 'an extra run of the cleaning programme at night',
    expected: 'quiet',
    as: [],
    happens: { target: '', parameters: {} },
  }),
  (random) => ({
    kind: 'season',
    controller: 'plc-energy',
    points: ['TT-1501', 'FT-701', 'TT-804'],
    from: 0,
    to: 4,
    lastsS: 18 * 3600,
    text: 'the weather turns',
    expected: 'quiet',
    as: [],
    happens: { target: '', parameters: { shiftC: between(random, 2, 4) * (random.uniform() < 0.5 ? -1 : 1) } },
  }),
  (random) => ({
    kind: 'power-dip',
    controller: 'plc-energy',
    points: SAGS,
    from: 1,
    to: 23,
    lastsS: random.integer(2, 5),
    text: 'the mains sag for seconds, motors slow down',
    expected: 'labelled',
    as: ['point.level', 'set-point', 'point.never-seen', ...PROCESS],
    happens: { target: '', parameters: { left: between(random, 0.55, 0.8) } },
  }),
  (random) => {
    const controller = pick(random, RESTARTED);
    return {
      kind: 'clock-step',
      controller,
      points: [],
      from: 1,
      to: 22,
      lastsS: 3600,
      text: `the clock of ${controller} is set right by some minutes`,
      expected: 'quiet',
      as: [],
      happens: { target: controller, parameters: { seconds: random.integer(-400, 400) } },
    };
  },
  (random) => {
    const filler = random.uniform() < 0.5;
    return {
      kind: 'guard-opened',
      controller: 'plc-safety',
      points: filler ? FILLER_STOPS : PACKER_STOPS,
      from: 7,
      to: 20,
      lastsS: random.integer(40, 150),
      text: `somebody opens the guard of the ${filler ? 'filler' : 'packer'} to take a bottle out`,
      expected: 'labelled',
      as: ['point.never-seen', 'cycle', 'relation', 'dynamics', 'point.level'],
      happens: { target: filler ? 'filler' : 'packer', parameters: {} },
    };
  },
];

/** What people do anyway, told as disturbances that must stay quiet: change of product and of shift, breaks, cleaning. */
const ordinary = (seed: number, startS: number, day: number): Disturbance[] => {
  const out: Disturbance[] = [];
  const acts = operationsOfDay(seed, startS, day).filter((o) => o.atS >= 0);
  for (const [i, o] of acts.entries()) {
    // The first write of an act stands for all of it.
    const first = acts.findIndex((other) => other.act === o.act && Math.abs(other.atS - o.atS) < 1200) === i;
    const recipe = /^recipe (\d)/.exec(o.act);
    if (!first || (recipe === null && o.act !== 'shift change' && o.act !== 'break' && o.act !== 'cleaning')) continue;
    const kind = recipe !== null ? 'recipe-change' : o.act === 'cleaning' ? 'cleaning' : 'shift-change';
    out.push({
      id: `day${day}-${o.act.replace(' ', '-')}-${o.atS}`,
      kind,
      startS: o.atS,
      endS: o.atS + (kind === 'cleaning' ? 2000 : 2400),
      controller: o.controller,
      points: acts
        .filter((other) => other.act === o.act && Math.abs(other.atS - o.atS) < 1200)
        .map((other) => other.point),
      text: recipe !== null ? `the line changes over to ${RECIPES[Number(recipe[1])]!.name}` : o.act,
      expected: 'quiet',
      as: [],
    });
  }
  return out;
};

export interface DisturbanceOptions {
  /** Disturbances beside the ordinary life of a working day; at the week end one at most. */
  readonly perDay?: number;
  /** No disturbance but ordinary life before this day: the baseline is learned from undisturbed days. */
  readonly firstDay?: number;
}

/**
 * Benign disturbances that begin from `fromS` up to and without `toS`, in order of time. Kinds come round by the day, so
 * that each is seen about every four days; a place that is worn stays worn until its end and is not worn twice.
 */
export const disturbancesBetween = (
  seed: number,
  startS: number,
  fromS: number,
  toS: number,
  { perDay = 3, firstDay = 1 }: DisturbanceOptions = {},
): readonly Disturbance[] => {
  const offsetS = ((startS % DAY_S) + DAY_S) % DAY_S;
  const out: Disturbance[] = [];
  const busyUntil = new Map<string, number>();
  const shift = seededRandom(seed ^ 0x3c6ef372).integer(0, DRAFTS.length - 1);
  // From the first day on, whatever is asked for: what was worn earlier is known.
  for (let day = 0; day <= Math.floor((toS + offsetS) / DAY_S); day++) {
    const midnight = day * DAY_S - offsetS;
    out.push(...ordinary(seed, startS, day));
    if (day < firstDay) continue;
    const random = seededRandom((seed ^ 0x27d4eb2f) + day * 104_729);
    const count = weekdayOf(startS, day) < 5 ? perDay : Math.min(1, perDay);
    for (let k = 0; k < count; k++) {
      const draft = DRAFTS[(shift + day * perDay + k) % DRAFTS.length]!(random);
      const begin = Math.round(midnight + 3600 * between(random, draft.from, draft.to));
      const place = draft.happens?.target ?? '';
      if (begin < 0 || begin < (busyUntil.get(`${draft.kind} ${place}`) ?? -1)) continue;
      const end = begin + draft.lastsS;
      busyUntil.set(`${draft.kind} ${place}`, end);
      const { from: _from, to: _to, lastsS: _lasts, happens, announced, ...rest } = draft;
      out.push({
        ...rest,
        id: `day${day}-${draft.kind}`,
        startS: begin,
        endS: end,
        ...(announced === undefined
          ? {}
          : { window: { startS: begin - announced.beforeS, endS: end + announced.afterS, text: announced.text } }),
        ...(happens === undefined
          ? {}
          : {
              happening: {
                kind: happens.kind ?? draft.kind,
                startS: begin,
                endS: end,
                target: happens.target,
                parameters: happens.parameters,
              },
            }),
      });
    }
  }
  return out.filter((d) => d.startS >= fromS && d.startS < toS).sort((a, b) => a.startS - b.startS);
};
