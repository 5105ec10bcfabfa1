/** IPAL's goose messages: the values of the data set by their place, with state and sequence numbers. */
import type { GooseMessage } from '../../../../src/decode/goose/index.ts';
import { ipalData } from '../../readers.ts';
import { rowMap, type Seen } from '../../types.ts';

type M = Seen<GooseMessage>;
/** Python's text of a value. */
const text = (value: unknown): unknown => (typeof value === 'boolean' ? String(value) : value);

export const ipalGoose = rowMap<M>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 'goose',
  log: /goose.*\.ipal$/,
  rows: (capture) => capture.of<GooseMessage>('goose').filter((s) => s.message.type === 'goosePdu'),
  columns: {
    activity: () => 'inform',
    length: (s) => s.message.length,
    data: {
      value: (s) =>
        ipalData([
          ...s.message.allData.map(
            (d, i) => [`${s.message.datSet}-${String(i).padStart(3, '0')}`, text(d.value)] as const,
          ),
          ['sqNum', s.message.sqNum] as const,
          ['stNum', s.message.stNum] as const,
        ]),
      list: true,
      complete: false,
    },
  },
});
