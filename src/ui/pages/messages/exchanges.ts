/** Messages as exchanges: a request with its answers, in the order in which they were asked. */
import type { MessageRow } from '../../../api/traffic.ts';

export interface Exchange {
  /** Of its first message: place in the list. */
  readonly at: number;
  readonly request: MessageRow | undefined;
  readonly answers: readonly MessageRow[];
  /** Belongs to no exchange. */
  readonly single: MessageRow | undefined;
}

/** All rows once, each exchange where its first message stands. */
export const exchangesOf = (rows: readonly MessageRow[]): readonly Exchange[] => {
  const known = new Map<string, { request: MessageRow | undefined; answers: MessageRow[] }>();
  const out: Exchange[] = [];
  rows.forEach((row, at) => {
    if (row.role === 'single') {
      out.push({ at, request: undefined, answers: [], single: row });
      return;
    }
    const key = `${row.source} ${row.exchange}`;
    const open = row.exchange === 0 ? undefined : known.get(key);
    if (open !== undefined) {
      if (row.role === 'request') open.request = row;
      else open.answers.push(row);
      return;
    }
    const fresh = { request: row.role === 'request' ? row : undefined, answers: row.role === 'answer' ? [row] : [] };
    if (row.exchange !== 0) known.set(key, fresh);
    // One object: what comes later is added to it.
    out.push(Object.assign(fresh, { at, single: undefined }));
  });
  return out;
};
