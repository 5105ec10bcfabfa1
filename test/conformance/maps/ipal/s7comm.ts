/** IPAL's s7 messages: variables read and written, named by the local id of their symbol or by their address. */
import type { S7Message } from '../../../../src/decode/s7comm/index.ts';
import { ipalData } from '../../readers.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

type M = Seen<S7Message>;

/** The last local id of a symbolic address. */
const nameOf = (path: string): string => /\.?(\d+)$/.exec(path)?.[1] ?? path;

const data = (s: M): Cell => {
  const request = s.message.rosctr === 1 ? s.message : s.transaction?.request?.message;
  if (!request) return undefined;
  const read = s.message.rosctr !== 1 && s.message.functionCode === 4;
  return ipalData(
    request.items.map((item, i) => {
      const d = read ? s.message.data[i] : undefined;
      let value: number | null = d ? 0 : null;
      if (d) for (let o = 0; o < d.length; o++) value = value! * 256 + s.message.payload[d.start + o]!;
      return [nameOf(item.path), value];
    }),
  );
};

export const ipalS7comm = rowMap<M>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 's7comm',
  log: /s7.*\.ipal$/,
  rows: (capture) => capture.of<S7Message>('s7comm').filter((s) => s.message.rosctr === 1 || s.message.rosctr === 3),
  columns: {
    activity: (s) =>
      s.message.functionCode === 5
        ? s.message.rosctr === 1
          ? 'command'
          : 'action'
        : s.message.rosctr === 1
          ? 'interrogate'
          : 'inform',
    type: (s) => s.message.rosctr,
    length: (s) => s.message.parameterLength + s.message.dataLength,
    data: { value: data, list: true },
  },
});
