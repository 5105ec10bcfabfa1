/** Where nobody reads messages, decoders may leave out what no observation carries: what is said must stay the same. */
import { expect, it } from 'vitest';
import { decodeCapture, textOfData } from '../../test/drive.ts';
import { describeShared, sharedCaptures } from '../../test/shared.ts';
import type { At } from '../core/observation.ts';

/** Everything said of a capture but the messages themselves, one line each; with a reader of messages or without. */
const saidOf = async (path: string, read: boolean): Promise<string[]> => {
  const said: string[] = [];
  const each = (kind: string, at: At, what: unknown): void => {
    const { native: _, ...rest } = what as { native?: unknown; values?: ArrayLike<number>; count?: number };
    const values = rest.values === undefined ? {} : { values: Array.from(rest.values).slice(0, rest.count) };
    said.push(textOfData([kind, at, { ...rest, ...values }]));
  };
  await decodeCapture(path, read ? { each, onMessage: () => {} } : { each });
  return said;
};

describeShared('observations without a reader of messages', () => {
  for (const { name, path } of sharedCaptures().filter((c) => c.folder === 'profinet'))
    it(`are those with one: ${name}`, async () => {
      const lean = await saidOf(path, false);
      expect(lean.length).toBeGreaterThan(0);
      expect(lean).toEqual(await saidOf(path, true));
    });
});
