/**
 * Keeps the store within its settings: what was recorded longer ago than allowed is deleted, oldest first, in steps small
 * enough that the writer is never held up. Counted by the time of recording, so that an old capture opened today stays.
 */
import { sql } from 'kysely';
import type { SqlEngine } from './engine.ts';

export interface Retention {
  /** Days that samples and flows are kept; 0: for ever. */
  readonly historyDays: number;
  /** Days that pinned frames are kept after their source was read; 0 or absent: for ever. */
  readonly evidenceDays?: number;
  /** Octets of pinned frames of all sites; 0 or absent: no limit. */
  readonly evidenceBytes?: number;
}
export const DEFAULT_RETENTION: Retention = { historyDays: 90 };

export const RETAINED_TABLES = ['sample', 'sample_text', 'flow'] as const;
/** One step deletes at most this much recorded time. */
const STEP_US = 6 * 3_600_000_000;
const DAY_US = 86_400_000_000;

/** One bounded step. Returns true while there is more to delete. */
export const retentionStep = async (engine: SqlEngine, retention: Retention, nowUs: number): Promise<boolean> => {
  const history = await historyStep(engine, retention, nowUs);
  return (await evidenceStep(engine, retention, nowUs)) || history;
};

/** Forgets the pinned frames of one source: the one read longest ago, where it is too old or all take too much. */
const evidenceStep = async (engine: SqlEngine, retention: Retention, nowUs: number): Promise<boolean> => {
  const { evidenceDays = 0, evidenceBytes = 0 } = retention;
  if (evidenceDays <= 0 && evidenceBytes <= 0) return false;
  const { rows } = await sql<{ site_id: string; source_id: string; ended_us: number; octets: number }>`
    select p.site_id, p.source_id, max(s.ended_us) as ended_us, sum(octet_length(p.bytes)) as octets
    from pinned_frame p join source s on s.site_id = p.site_id and s.source_id = p.source_id
    group by p.site_id, p.source_id order by ended_us, p.source_id`.execute(engine.db);
  const total = rows.reduce((sum, row) => sum + Number(row.octets), 0);
  // A source that is being read has no end yet.
  const oldest = rows.find((row) => Number(row.ended_us) > 0);
  if (oldest === undefined) return false;
  const tooOld = evidenceDays > 0 && Number(oldest.ended_us) < nowUs - evidenceDays * DAY_US;
  if (!tooOld && (evidenceBytes <= 0 || total <= evidenceBytes)) return false;
  await engine.write(async ({ db }) => {
    const { site_id, source_id } = oldest;
    await db.deleteFrom('pinned_frame').where('site_id', '=', site_id).where('source_id', '=', source_id).execute();
  });
  return rows.length > 1;
};

const historyStep = async (engine: SqlEngine, retention: Retention, nowUs: number): Promise<boolean> => {
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
