/** Large octets in pieces: what the memory limit could not commit in one piece, and every length back as it was. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inPieces, joined, joinedAll, openStore } from './index.ts';
import { PIECE_BYTES } from './pieces.ts';

const blob = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) & 255);

it.each([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])('joins %i octets again', (length) => {
  const bytes = blob(length, 1);
  const rows = inPieces({ name: 'a' }, 'payload', bytes);
  expect(rows.length).toBe(Math.max(1, Math.ceil(length / PIECE_BYTES)));
  expect(rows.every((row) => row.name === 'a' && row.payload.length <= PIECE_BYTES)).toBe(true);
  const pieces = rows.reverse().map(({ piece, payload }) => ({ piece, bytes: payload }));
  expect(joined(pieces)).toEqual(bytes);
});

it('joins many parts in one piece of memory, each where eight octets begin', () => {
  const lengths = [5, 0, PIECE_BYTES + 3, 2 * PIECE_BYTES, 1];
  const parts = new Map(
    lengths.map((length, i) => {
      const rows = inPieces({}, 'payload', blob(length, i)).map(({ piece, payload }) => ({ piece, bytes: payload }));
      return [`part ${i}`, i === 2 ? rows.reverse() : rows] as const;
    }),
  );
  const all = joinedAll(parts);
  expect([...all.keys()]).toEqual([...parts.keys()]);
  lengths.forEach((length, i) => {
    const part = all.get(`part ${i}`)!;
    expect(part).toEqual(blob(length, i));
    expect(part.byteOffset % 8).toBe(0);
  });
  expect(new Set([...all.values()].map(({ buffer }) => buffer)).size).toBe(1);
});

it('commits and checkpoints what sixteen cells of 64 points learned, all in one transaction', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pieces-'));
  const store = await openStore(folder, { nowUs: () => 1 });
  try {
    // A block of rows: 256 rows of 64 values, a time and a mark; 34 of them are a cell.
    const block = blob(256 * (64 * 8 + 9), 2);
    for (let round = 0; round < 2; round++) {
      const learned_state = Array.from({ length: 16 * 34 }, (_, i) =>
        inPieces({ site_id: 's', name: `rows c ${i}`, recorded_us: round }, 'payload', block),
      ).flat();
      await store.writer.submit({ put: { learned_state } });
    }
    await store.compact();
    const rows = await store.db
      .selectFrom('learned_state')
      .select(['piece', 'payload'])
      .where('name', '=', 'rows c 543')
      .execute();
    expect(joined(rows.map(({ piece, payload }) => ({ piece, bytes: payload })))).toEqual(block);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);
