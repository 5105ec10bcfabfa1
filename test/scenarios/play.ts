/** Plays incidents one after the other on a plant that learned, and says of each what a person was asked and when. */
import { PLANT_DEFAULTS } from '../../plant/network/index.ts';
import { tell } from '../../src/decide/index.ts';
import { KINDS } from '../../src/detect/index.ts';
import { MINUTE_US, runPlant } from '../evaluate/plant.ts';
import { CONTROL_SYSTEMS } from './control-systems.ts';
import { NETWORKS } from './networks.ts';
import type { Ask, Play, Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [...CONTROL_SYSTEMS, ...NETWORKS];
/** Time of one incident and what follows from it, minutes. */
const APART_MINUTES = 20;
/** People are at work. */
const FROM_HOUR = 9;

export interface ScenarioResult {
  readonly name: string;
  readonly asks: readonly (Ask & { readonly foundBy: string; readonly afterS: number })[];
  readonly told: readonly {
    readonly kind: string;
    readonly isAlert: boolean;
    readonly severity: string;
    readonly afterS: number;
    readonly title: string;
    readonly what: string;
    readonly incident: string;
  }[];
}

export const playAll = (options: {
  readonly seed: number;
  readonly learnHours: number;
  readonly only?: string;
}): readonly ScenarioResult[] => {
  const chosen = SCENARIOS.filter(({ name }) => name.includes(options.only ?? ''));
  const learningUs = options.learnHours * 60 * MINUTE_US;
  const startUs = PLANT_DEFAULTS.startUs + FROM_HOUR * 60 * MINUTE_US;
  const fromUs = startUs + learningUs + 5 * MINUTE_US;
  const plays: { readonly name: string; readonly play: Play; readonly fromUs: number }[] = [];
  const outcome = runPlant({
    seed: options.seed,
    startUs,
    days: (options.learnHours * 60 + 10 + chosen.length * APART_MINUTES) / 1440,
    attack: 'none',
    variant: 'a',
    disturbances: false,
    learningUs,
    process: false,
    story: (scene) => {
      chosen.forEach((scenario, i) => {
        const play = scenario.begin(scene);
        const at = fromUs + i * APART_MINUTES * MINUTE_US;
        plays.push({ name: scenario.name, play, fromUs: at });
        scene.clock.begin(at, play.attack);
      });
    },
  });
  return plays.map(({ name, play, fromUs: at }): ScenarioResult => {
    const own = new Set(play.hosts.map((host) => host.ip));
    const untilUs = at + APART_MINUTES * MINUTE_US;
    const told = outcome.told
      .map((t) => ({ ...t, us: t.atUs.find((us) => us >= at && us < untilUs) ?? Number.NaN }))
      .filter((t) => !Number.isNaN(t.us) && [...t.ips].some((ip) => own.has(ip)))
      .sort((a, b) => a.us - b.us);
    return {
      name,
      asks: play.asks.map((ask) => {
        const found = told.find(
          (t) =>
            t.isAlert && ask.kinds.includes(t.finding.kind) && t.ips.has(ask.at.ip) && t.us <= at + ask.withinS * 1e6,
        );
        return {
          ...ask,
          foundBy: found?.finding.kind ?? '',
          afterS: found === undefined ? Number.NaN : (found.us - at) / 1e6,
        };
      }),
      told: told.map((t) => {
        const words = tell(KINDS.get(t.finding.kind)!, t.finding, outcome.naming);
        return {
          kind: t.finding.kind,
          isAlert: t.isAlert,
          severity: t.finding.severity,
          afterS: (t.us - at) / 1e6,
          title: words.title,
          what: words.what,
          incident: outcome.incidentOf(t.finding.id),
        };
      }),
    };
  });
};
