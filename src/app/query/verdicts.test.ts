/** What is said of a source, from its health: each verdict where it holds, none where it does not. */
import { describe, expect, it } from 'vitest';
import type { Source, SourceHealth } from '../../core/site.ts';
import { Decoding } from '../../decode/index.ts';
import { createSiteRuntime } from '../pipeline.ts';
import { isBlind, mostTelling, sourceVerdicts, verdictsOf } from './sources.ts';

const none: SourceHealth = (() => {
  const site = createSiteRuntime(() => ({}) as never);
  return new Decoding({ endpoints: site.endpoints, decoders: [], sink: site.sink }).snapshot();
})();
/** A mirror port on which all is well. */
const GOOD: Partial<SourceHealth> = {
  frames: 1000,
  broadcastFrames: 50,
  unicastFrames: 950,
  conversations: 20,
  oneWay: 1,
  decodedBytes: 90_000,
  undecodedBytes: 10_000,
  checksumsChecked: 1000,
  dropped: 0,
};
const source = (health: Partial<SourceHealth>, more: Partial<Source> = {}): Source => ({
  id: 's1',
  site: 'x',
  kind: 'live',
  name: 'eth1',
  path: 'eth1',
  sha256: '',
  state: 'live',
  error: '',
  progress: Number.NaN,
  startedUs: 0,
  endedUs: 0,
  warnings: [],
  health: { ...none, ...GOOD, ...health },
  ...more,
});
const codes = (health: Partial<SourceHealth>, more: Partial<Source> = {}): string[] =>
  sourceVerdicts(source(health, more)).map(({ code }) => code);

describe('verdicts on a source', () => {
  it('are none where all is well, and that is said of the site in one sentence', () => {
    expect(codes({})).toEqual([]);
    expect(verdictsOf([source({})]).map(({ code }) => code)).toEqual(['nothing-wrong-seen']);
    expect(verdictsOf([source({ frames: 0 })])).toEqual([]);
  });

  it('say how old the picture is where frames wait to be read, and only while it is live', () => {
    const [verdict] = sourceVerdicts(source({}, { behindUs: 138_400_000 }));
    expect(verdict).toMatchObject({ code: 'behind', priority: 'high', title: 'What is shown of eth1 is 138 s old' });
    expect(codes({}, { behindUs: 0 })).toEqual([]);
    expect(codes({}, { behindUs: 138_400_000, state: 'complete' })).toEqual([]);
  });

  it.each<[string, Partial<SourceHealth>, Partial<SourceHealth>]>([
    ['own-frames', { ownFrames: 1 }, { ownFrames: 0 }],
    ['not-a-mirror', { broadcastFrames: 960, unicastFrames: 40 }, { broadcastFrames: 940, unicastFrames: 60 }],
    // Too few frames to judge: a line that has just been plugged in begins with broadcasts.
    ['not-a-mirror', { broadcastFrames: 990 }, { frames: 100, broadcastFrames: 100 }],
    ['one-direction', { oneWay: 7 }, { oneWay: 6 }],
    ['one-direction', { conversations: 5, oneWay: 5 }, { conversations: 4, oneWay: 4 }],
    // -1: the capturing program did not say.
    ['loss', { dropped: 3 }, { dropped: -1 }],
    ['link-type', { unknownLinkTypes: [{ linkType: 239, frames: 1 }] }, { unknownLinkTypes: [] }],
    ['loss', { missingBytes: 1000 }, { missingBytes: 100 }],
    ['duplicates', { duplicates: 60 }, { duplicates: 50 }],
    ['cut-frames', { cutFrames: 1 }, { cutFrames: 0 }],
    ['offload', { offloadFrames: 1 }, { offloadFrames: 0 }],
    ['checksums', { checksumsWrong: 11 }, { checksumsWrong: 10 }],
    ['gaps', { gapCount: 1 }, { gapCount: 0 }],
    ['clock', { backwardSteps: 1 }, { backwardSteps: 0 }],
    ['undecoded', { undecodedBytes: 50_000 }, { undecodedBytes: 30_000 }],
    ['limit', { limits: [{ limit: 'MAX_FLOWS', dropped: 1 }] }, { limits: [] }],
  ])('%s: %j, and not %j', (code, holds, holdsNot) => {
    expect(codes(holds)).toEqual([code]);
    expect(codes(holdsNot)).toEqual([]);
  });

  it('silence and a capture that ended by itself are blindness; a file that failed is not', () => {
    for (const state of ['blind', 'failed'] as const) {
      expect(codes({}, { state })).toEqual(['blind']);
      expect(isBlind(source({}, { state }))).toBe(true);
    }
    expect(codes({}, { kind: 'file', state: 'failed' })).toEqual(['failed']);
    expect(isBlind(source({}, { kind: 'file', state: 'failed' }))).toBe(false);
  });

  it('a stream that ended while its frames were of now is a blind spot; one of an old recording is not', () => {
    const ended = { kind: 'stream', state: 'failed', name: 'standard input', endedUs: 1e15 } as const;
    expect(codes({ lastUs: 1e15 - 1e6 }, ended)).toEqual(['blind']);
    expect(sourceVerdicts(source({ lastUs: 1e15 - 1e6 }, ended))[0]!.whatToDo).not.toContain('by itself');
    expect(codes({ lastUs: 1e15 - 3.6e9 }, ended)).toEqual(['failed']);
  });

  it('say of a wire on which nothing came since when it is listened to, in words', () => {
    const [verdict] = sourceVerdicts(source({ frames: 0, lastUs: 0 }, { state: 'blind' }));
    expect(verdict!.detail).toBe('No frame came since it is listened to.');
  });

  it('name one source in the title, and how many others it is true of', () => {
    const blind = (name: string) => source({}, { name, state: 'blind' });
    const titles = (...names: string[]) => verdictsOf(names.map(blind)).map(({ title }) => title);
    expect(titles('eth1')).toEqual(['We are blind here: eth1 is silent']);
    expect(titles('eth1', 'eth2')).toEqual(['We are blind here: eth1 is silent, and 1 other source too']);
    expect(titles('eth1', 'eth2', 'eth3')).toEqual(['We are blind here: eth1 is silent, and 2 other sources too']);
  });

  it('of several sources stand once each, with the name of each source', () => {
    const two = [source({ cutFrames: 1 }), source({ cutFrames: 2 }, { name: 'eth2' })];
    const found = verdictsOf(two);
    expect(found.map(({ code }) => code)).toEqual(['cut-frames']);
    expect(found[0]!.detail).toMatch(/eth1: 1 frame is .*\neth2: 2 frames are/);
  });

  it('of several kinds the most pressing comes first, whichever source has it', () => {
    const two = [source({ offloadFrames: 1, cutFrames: 1 }), source({}, { name: 'eth2', state: 'blind' })];
    expect(verdictsOf(two).map(({ code }) => code)).toEqual(['blind', 'cut-frames', 'offload']);
  });

  it('each say what to do, apart from pauses, which nobody can undo', () => {
    for (const health of [{ ownFrames: 1 }, { dropped: 1 }, { cutFrames: 1 }, { offloadFrames: 1 }, { duplicates: 90 }])
      for (const { whatToDo } of sourceVerdicts(source(health))) expect(whatToDo).not.toBe('');
  });
});

it('of thousands of files those that need a person come first, then the one that is read, then the latest', () => {
  const files = Array.from({ length: 3000 }, (_, n) => source({}, { id: `f${n}`, kind: 'folder', state: 'complete' }));
  files[7] = source({}, { id: 'failed', kind: 'folder', state: 'failed', error: 'gone' });
  files[8] = source({ cutFrames: 900 }, { id: 'cut', kind: 'folder', state: 'complete' });
  files[9] = source({}, { id: 'reading', kind: 'folder', state: 'reading' });
  const shown = mostTelling(files, 5).map(({ id }) => id);
  expect(shown).toEqual(['failed', 'reading', 'cut', 'f2999', 'f2998']);
});
