/**
 * Keeps the store within its settings: what was recorded longer ago than allowed is deleted, oldest first, in steps small
 * enough that the writer is never held up. Counted by the time of recording, so that an old capture opened today stays.
 */
import { sql } from 'kysely';
import type { SqlEngine } from './engine.ts';

export interface Retention {
  /** Days that samples and flows are kept; 0: for ever. */
  readonly historyDays: number;
}
export const DEFAULT_RETENTION: Retention = { historyDays: 90 };

export const RETAINED_TABLES = ['sample', 'sample_text', 'flow'] as const;
/** One step deletes at most this much recorded time. */
const STEP_US = 6 * 3_600_000_000;
const DAY_US = 86_400_000_000;

/** One bounded step. Returns true while there is more to delete. */
export const retentionStep = async (engine: SqlEngine, retention: Retention, nowUs: number): Promise<boolean> => {
  if (retention.historyDays <= 0) return false;
  const cutoff = nowUs - retention.historyDays * DAY_US;
  let more = false;
  for (const table of RETAINED_TABLES) {
    const { rows } = await sql<{
      oldest: number | null;
    }>`select min(recorded_us) as oldest from ${sql.table(table)}`.execute(engine.db);
    const oldest = rows[0]?.oldest ?? null;
    if (oldest === null || oldest >= cutoff) continue;
    const until = Math.min(cutoff, oldest + STEP_US);
    await engine.write(async ({ db }) => {
      await db.deleteFrom(table).where('recorded_us', '<', until).execute();
    });
    more ||= until < cutoff;
  }
  return more;
};
