/**
 * What is decoded of all shared captures, as counts by folder: a change of decoding shows here as a changed number. After
 * looking at the difference write the table anew with `GOLDENS=write npx vitest run test/goldens.test.ts`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { decodeCapture } from './drive.ts';
import { describeShared, sharedCaptures } from './shared.ts';

const TABLE = fileURLToPath(new URL('goldens/messages.json', import.meta.url));

/** Below the protocols: frames, and flows by transport. `weird` and `malformed` tell of what was not understood. */
type Row = Record<string, number>;

const count = async (): Promise<Record<string, Row>> => {
  const rows: Record<string, Row> = {};
  for (const c of sharedCaptures()) {
    rows[c.folder] ??= {};
    const row = rows[c.folder]!;
    const add = (key: string, n: number) => {
      if (n > 0) row[key] = (row[key] ?? 0) + n;
    };
    const run = await decodeCapture(c.path, {
      each: (kind, _, what) => {
        const flow = what as { final?: boolean; transport?: string };
        if (kind !== 'flow') add(`said ${kind}`, 1);
        else if (flow.final) add(`flow ${flow.transport}`, 1);
      },
    });
    const h = run.health;
    add('frames', h.frames);
    add('duplicates', h.duplicates);
    add('damaged', h.damagedFrames);
    add('retransmissions', h.retransmissions);
    add('missing octets', h.missingBytes);
    add('translated copies', h.translatedCopies);
    add('one way', h.oneWay);
    for (const p of h.protocols) {
      add(`message ${p.protocol}`, p.messages);
      add(`malformed ${p.protocol}`, p.malformed);
      add(`unanswered ${p.protocol}`, p.unanswered);
    }
  }
  for (const folder of Object.keys(rows))
    rows[folder] = Object.fromEntries(Object.entries(rows[folder]!).sort(([a], [b]) => (a < b ? -1 : 1)));
  return rows;
};

describeShared('the counts of all captures', () => {
  it('are those of the table', { timeout: 300_000 }, async () => {
    const rows = await count();
    if (process.env.GOLDENS === 'write' || !existsSync(TABLE)) {
      writeFileSync(TABLE, `${JSON.stringify(rows, null, 2)}\n`);
      if (process.env.GOLDENS === 'write') return;
      throw new Error(`there was no table; it was written to ${TABLE}`);
    }
    expect(rows).toEqual(JSON.parse(readFileSync(TABLE, 'utf8')));
  });
});
