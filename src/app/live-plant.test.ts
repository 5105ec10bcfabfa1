/** The simulated plant goes on while Gatehouse is stopped: a later start shows what one that never stopped would show. */
import { expect, it } from 'vitest';
import { readCapture } from '../capture/reader.ts';
import { livePlant, MAX_PLAYED_US, type PlantPast } from './live-plant.ts';

const S = 1_000_000;
const T0 = 1_772_390_000 * S;
const HISTORY_US = 600 * S;

interface Shown {
  /** Time and octets of each frame. */
  readonly frames: string[];
  readonly past: PlantPast;
  readonly staging: string;
}

/** Runs a plant from `fromUs` until `untilUs` of a clock that goes on by a step of its own at each wait. */
const run = async (
  fromUs: number,
  untilUs: number,
  stepMs: number,
  given: { readonly past?: PlantPast; readonly stageAtUs?: number },
): Promise<Shown> => {
  let nowUs = fromUs;
  let toStage = given.stageAtUs ?? Number.POSITIVE_INFINITY;
  const plant = livePlant({
    nowUs: () => nowUs,
    historyUs: given.past === undefined ? HISTORY_US : 0,
    past: given.past,
    turn: () => Promise.resolve(),
    wait: () => {
      nowUs += stepMs * 1000;
      if (nowUs >= untilUs) plant.stop();
      else if (nowUs >= toStage && plant.stage(5)) toStage = Number.POSITIVE_INFINITY;
      return Promise.resolve();
    },
  });
  const frames: string[] = [];
  for await (const event of readCapture(plant.chunks))
    if (event.kind === 'frames')
      for (let i = 0; i < event.count; i++) {
        const start = event.start[i]!;
        const octets = event.bytes.subarray(start, start + event.captured[i]!);
        frames.push(`${event.tsUs[i]} ${Buffer.from(octets).toString('latin1')}`);
      }
  return { frames, past: plant.past(), staging: plant.staging() };
};
const timeOf = (frame: string): number => Number.parseInt(frame, 10);

it('goes on through a stop in the middle of an attack, octet by octet', async () => {
  const stageAtUs = T0 + 40 * S;
  const whole = await run(T0, T0 + 300 * S, 250, { stageAtUs });
  const first = await run(T0, T0 + 120 * S, 250, { stageAtUs });
  expect(first.past.staged).toHaveLength(1);
  expect(first.staging).toBe('running');
  const againUs = T0 + 170 * S;
  // What is kept is text; another machine is another pace.
  const second = await run(againUs, T0 + 300 * S, 330, { past: JSON.parse(JSON.stringify(first.past)) });
  expect(second.past).toEqual(first.past);
  expect(second.staging).toBe('running');
  const endUs = Math.min(timeOf(second.frames.at(-1)!), timeOf(whole.frames.at(-1)!));
  const late = (frames: readonly string[]): string[] =>
    frames.filter((frame) => timeOf(frame) >= againUs && timeOf(frame) <= endUs);
  expect(timeOf(second.frames[0]!)).toBeGreaterThanOrEqual(againUs);
  expect(late(second.frames).length).toBeGreaterThan(1000);
  // Not toEqual: a diff of thousands of frames takes minutes.
  expect(late(second.frames).join('\n') === late(whole.frames).join('\n')).toBe(true);
  expect(whole.frames.some((frame) => timeOf(frame) < T0)).toBe(true);
}, 60_000);

it('begins anew where the plant is too old to be played, or the clock was set back before it began', async () => {
  for (const startUs of [T0 - MAX_PLAYED_US - S, T0 + S]) {
    const { past, frames } = await run(T0, T0 + 5 * S, 250, { past: { seed: 1, startUs, staged: [] } });
    expect(past.startUs).toBe(T0 - 1800 * S);
    expect(timeOf(frames[0]!)).toBeGreaterThanOrEqual(T0);
  }
}, 60_000);
