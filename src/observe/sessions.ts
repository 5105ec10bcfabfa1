/**
 * Logins, associations and breaches of specifications, folded: the same again is counted, not added.
 */
import type { Evidence } from '../core/frame.ts';
import type { At, Session, Weird } from '../core/observation.ts';
import type { SessionRecord, WeirdRecord } from '../core/site.ts';
import { bounded, type Context, Dirty, drop, framesOf } from './context.ts';

interface Folded {
  count: number;
  lastUs: number;
}

/** Rows found by a text key; bounded by a named limit. */
class Fold<R extends Folded & { readonly id: number }> {
  readonly rows: R[] = [];
  readonly dirty = new Dirty();
  private readonly byKey = new Map<string, number>();
  private readonly context: Context;
  private readonly limit: 'sessions' | 'weirds';
  constructor(context: Context, limit: 'sessions' | 'weirds') {
    this.context = context;
    this.limit = limit;
  }
  put(key: string, tsUs: number, make: (id: number) => R): void {
    const known = this.byKey.get(key);
    if (known !== undefined) {
      const row = this.rows[known]!;
      row.count++;
      row.lastUs = tsUs;
      this.dirty.mark(known);
      return;
    }
    if (this.rows.length >= this.context.limits[this.limit]) {
      drop(this.context, this.limit);
      return;
    }
    this.load(key, make(this.rows.length + 1));
    this.dirty.mark(this.rows.length - 1);
  }
  load(key: string, row: R): void {
    this.byKey.set(key, row.id - 1);
    this.rows[row.id - 1] = row;
  }
}

const sessionKey = (r: Omit<SessionRecord, 'id' | 'count' | 'firstUs' | 'lastUs' | 'evidence'>): string =>
  `${r.protocol}|${r.phase}|${r.client}|${r.server}|${r.outcome}|${r.clearCredential}|${r.user}|${r.detail}`;
// Details may hold numbers that differ each time; a weird folds by code and endpoints and keeps the first detail.
const weirdKey = (r: { protocol: string; code: string; client: number; server: number }): string =>
  `${r.code}|${r.client}|${r.server}|${r.protocol}`;

export class Sessions {
  readonly sessions: Fold<SessionRecord>;
  readonly weirds: Fold<WeirdRecord>;
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
    this.sessions = new Fold(context, 'sessions');
    this.weirds = new Fold(context, 'weirds');
  }

  session(at: At, s: Session): void {
    const record = {
      protocol: at.protocol,
      phase: s.phase,
      client: at.client,
      server: at.server,
      user: bounded(s.user ?? '', this.context.limits.text),
      outcome: s.outcome,
      clearCredential: s.clearCredential === true,
      detail: bounded(s.detail ?? '', this.context.limits.text),
    };
    this.sessions.put(sessionKey(record), at.tsUs, (id) => ({ id, ...record, ...this.begin(at) }));
  }

  weird(at: At, w: Weird): void {
    const record = { protocol: at.protocol, code: w.code, client: at.client, server: at.server };
    const detail = bounded(w.detail, this.context.limits.text);
    this.weirds.put(weirdKey(record), at.tsUs, (id) => ({ id, ...record, detail, ...this.begin(at) }));
  }

  loadSession(row: SessionRecord): void {
    this.sessions.load(sessionKey(row), { ...row });
  }
  loadWeird(row: WeirdRecord): void {
    this.weirds.load(weirdKey(row), { ...row });
  }

  private begin(at: At): { count: number; firstUs: number; lastUs: number; evidence: readonly Evidence[] } {
    return { count: 1, firstUs: at.tsUs, lastUs: at.tsUs, evidence: framesOf(this.context, at) };
  }
}
