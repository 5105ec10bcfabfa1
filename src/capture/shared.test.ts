import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeShared, sharedCapture, sharedPath } from '../../test/shared.ts';
import { openCaptureFile } from './file.ts';
import { readCapture } from './reader.ts';

/** Captures of the manifest: folder below `captures/`, packets. */
const manifest = (): { name: string; packets: number }[] =>
  readFileSync(sharedPath('captures/MANIFEST.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map((columns) => ({ name: dirname(columns[2]!).replace(/^dev\//, ''), packets: Number(columns[3]) }));

/**
 * Where tshark is not the measure. The record of this frame holds 1614578400 s and 0xffee9e6c us (a negative number);
 * tshark prints "-1614578400.1139092000", which is no time. The frames around it are of 1614578399.9 and 1614578400.0.
 */
const NO_TIME_IN_TSHARK = new Map([['it-background/malcolm.RADIUS', 16]]);

/** Microseconds and nanoseconds of tshark's `seconds.nnnnnnnnn`. */
const epoch = (text: string): [number, number] => {
  const [seconds = '', fraction = ''] = text.split('.');
  const nine = fraction.padEnd(9, '0');
  return [Number(seconds) * 1_000_000 + Number(nine.slice(0, 6)), Number(nine.slice(6, 9))];
};

describeShared('real captures, compared with tshark', () => {
  describe('packets, times and lengths', () => {
    it('are equal in every capture', async () => {
      const different: string[] = [];
      let captures = 0;
      for (const { name, packets } of manifest()) {
        const table = join(sharedPath('captures'), name, 'expected', 'tshark-4.0.17.fields.tsv.gz');
        const rows = gunzipSync(readFileSync(table)).toString('utf8').split('\n');
        const file = await openCaptureFile(sharedCapture(name));
        let frames = 0;
        let wrong = 0;
        for await (const event of readCapture(file.chunks(), { name })) {
          if (event.kind !== 'frames') continue;
          for (let i = 0; i < event.count; i++) {
            frames++;
            if (NO_TIME_IN_TSHARK.get(name) === frames) {
              expect(event.tsUs[i]).toBe(1_614_578_400_000_000);
              continue;
            }
            const [number, time, length] = rows[frames]!.split('\t', 3);
            const [us, ns] = epoch(time!);
            if (
              Number(number) !== event.firstFrame + i ||
              event.tsUs[i] !== us ||
              event.tsNs[i] !== ns ||
              event.wire[i] !== Number(length)
            )
              wrong++;
          }
        }
        captures++;
        if (frames !== packets || wrong > 0) different.push(`${name}: ${frames} of ${packets}, ${wrong} differ`);
      }
      expect(captures).toBeGreaterThan(300);
      expect(different).toEqual([]);
    }, 120_000);
  });
});
