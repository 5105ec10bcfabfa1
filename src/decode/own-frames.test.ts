/** Watching never sends: frames of the capture interface itself are counted, those of others and of similar addresses are not. */
import { expect, it } from 'vitest';
import { ethernet } from '../../plant/net.ts';
import { batchOf, listening } from '../../test/drive.ts';
import { Decoding, EndpointTable } from './index.ts';

const OWN = 'a2:b4:c6:01:02:03';
const run = (sources: readonly string[], ownMacs?: readonly string[]): number => {
  const decoding = new Decoding({
    endpoints: new EndpointTable(),
    decoders: [],
    sink: listening(() => undefined),
    ...(ownMacs && { ownMacs }),
  });
  const frames = sources.map((source, i) => ({
    tsUs: 1_700_000_000_000_000 + i,
    bytes: Uint8Array.from(ethernet('02:00:00:00:00:09', source, 0x88b5, [1, 2, i])),
  }));
  decoding.batch(batchOf(frames));
  return decoding.snapshot().ownFrames;
};

it('counts what has the address of the capture interface', () => {
  const others = ['a2:b4:c6:01:02:04', 'a2:b4:c7:01:02:03', '00:b4:c6:01:02:03'];
  expect(run([OWN, ...others, OWN], [OWN])).toBe(2);
  expect(run(others, [OWN])).toBe(0);
  expect(run([OWN])).toBe(0);
});
