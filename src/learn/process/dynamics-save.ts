/** The dynamics model as octets and back, exactly. Another version is refused, the cell then learns again. */
import { type Arrays, bring, Form, gather, keep, sizeOf } from './arena.ts';
import type { Limits } from './dynamics-limits.ts';
import { type Learned, NOTHING_LEARNED, type Running, startRunning } from './dynamics-state.ts';

export const FORM = new Form('dynamics 5', () => memoryOf(NOTHING_LEARNED, startRunning(NOTHING_LEARNED)));

interface DynamicsMemory extends Arrays {
  arming: Uint8Array;
  readonly columns: Uint16Array;
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  readonly follows: Float64Array;
  readonly level: Float64Array;
  readonly offset: Float64Array;
  readonly now: Float32Array;
  readonly past: Float32Array;
  readonly history: Float32Array;
  readonly smooth: Float32Array;
  readonly variance: Float64Array;
  readonly raised: Uint8Array;
}

const memoryOf = (learned: Learned, running: Running): DynamicsMemory => {
  const { arming, columns, mean, scale, follows, offset, now, past } = learned;
  const { level, history, smooth, variance, raised } = running;
  return { arming, columns, mean, scale, follows, level, offset, now, past, history, smooth, variance, raised };
};

type Rest = Pick<Learned, 'stepUs' | 'lags' | 'horizons'> & Pick<Running, 'lastUs' | 'filled' | 'seen'>;
const ofMemory = (m: DynamicsMemory, { stepUs, lags, horizons, lastUs, filled, seen }: Rest) => {
  const { arming, columns, mean, scale, follows, level, offset, now, past, history, smooth, variance, raised } = m;
  return {
    learned: { arming, columns, mean, scale, follows, stepUs, lags, now, past, offset, horizons },
    running: { lastUs, filled, seen, level, raised, history, smooth, variance },
  };
};

/** The same in one piece of memory. */
export const gatherDynamics = (learned: Learned, running: Running): { learned: Learned; running: Running } =>
  ofMemory(gather(memoryOf(learned, running), 'arming'), { ...learned, ...running });

/** Octets of both in memory. */
export const sizeOfDynamics = (learned: Learned, running: Running): number => sizeOf(memoryOf(learned, running));

/** Without its table where the members of a guard share one (`MemberModel.save`). */
export const encodeDynamics = (learned: Learned, running: Running, withTable: boolean): Uint8Array => {
  const limits = learned.horizons.flatMap(({ rate, limits: { part, median, raise, release } }) => [
    rate,
    part,
    median,
    raise,
    release,
  ]);
  const scalars = [learned.stepUs, learned.lags, running.lastUs, running.filled, running.seen, ...limits];
  return keep(FORM, scalars, memoryOf(learned, running), withTable ? undefined : 'arming');
};

/** Throws RangeError or SyntaxError where these are not the octets that `encodeDynamics` made. */
export const decodeDynamics = (
  saved: Uint8Array,
  isOwn?: boolean,
  table?: Uint8Array,
): { learned: Learned; running: Running } => {
  const { scalars, arrays } = bring<DynamicsMemory>(FORM, saved, 'arming', isOwn);
  if (table !== undefined) arrays.arming = table;
  const [stepUs, lags, lastUs, filled, seen, ...rest] = scalars as [
    number,
    number,
    number,
    number,
    number,
    ...number[],
  ];
  const horizons = Array.from({ length: rest.length / 5 }, (_, h) => {
    const [rate, part, median, raise, release] = rest.slice(5 * h, 5 * h + 5) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const limits: Limits = { part, median, raise, release };
    return { rate, limits };
  });
  return ofMemory(arrays, { stepUs, lags, horizons, lastUs, filled, seen });
};
