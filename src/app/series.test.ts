/** Values of a point over time: the latest where there are too many, and their range whatever is among them. */
import { expect, it } from 'vitest';
import { openMemoryStore, type Store } from '../store/index.ts';
import { seriesOf } from './series.ts';

const SECOND_US = 1_000_000;
const withStore = async (work: (store: Store) => Promise<void>): Promise<void> => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  try {
    await work(store);
  } finally {
    await store.close();
  }
};
const write = (store: Store, values: readonly (number | string)[]): Promise<void> =>
  store.writer.submit({
    samples: [
      {
        siteId: 's1',
        sourceId: 'f1',
        count: values.length,
        point: values.map(() => 1),
        tsUs: values.map((_, i) => (i + 1) * SECOND_US),
        value: values.map((value) => (typeof value === 'number' ? value : Number.NaN)),
        others: new Map(values.flatMap((value, i) => (typeof value === 'string' ? [[i, value] as const] : []))),
      },
    ],
  });

it('tells the range of the numbers beside one that is none', () =>
  withStore(async (store) => {
    await write(store, [Number.NaN, 5, 3, 7, 4, Number.NaN, 6, 2]);
    const series = await seriesOf(store, { site: 's1', point: 1, samples: 2 });
    expect(series).toMatchObject({ thinned: true, min: [3, 2], max: [7, 6], value: [7, 2] });
  }));

it('gives the latest texts where there are more than were asked for, in order', () =>
  withStore(async (store) => {
    await write(store, ['a', 'b', 'c', 'd']);
    expect(await seriesOf(store, { site: 's1', point: 1, samples: 3 })).toMatchObject({
      text: ['b', 'c', 'd'],
      us: [2, 3, 4].map((s) => s * SECOND_US),
      thinned: true,
    });
    // Just as many as there are: none is left out.
    expect(await seriesOf(store, { site: 's1', point: 1, samples: 4 })).toMatchObject({ thinned: false });
  }));
