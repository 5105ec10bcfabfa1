/**
 * Logins, associations and breaches of specifications, folded: the same again is counted, not added.
 */
import type { Evidence } from '../core/frame.ts';
import type { At, Session, Weird } from '../core/observation.ts';
import type { SessionRecord, WeirdRecord } from '../core/site.ts';
import { IntTable } from '../lib/int-table.ts';
import { bounded, type Context, drop, framesOf, Interner } from './context.ts';
import { DirtyRows } from './dirty-rows.ts';

interface Folded {
  count: number;
  lastUs: number;
}

/** Rows found by four numbers; bounded by a named limit. */
class Fold<R extends Folded & { readonly id: number }> {
  readonly rows: R[] = [];
  readonly dirty = new DirtyRows();
  private readonly keys = new IntTable();
  /** Row by number of its key. */
  private readonly rowOf: number[] = [];
  private readonly context: Context;
  private readonly limit: 'sessions' | 'weirds';
  constructor(context: Context, limit: 'sessions' | 'weirds') {
    this.context = context;
    this.limit = limit;
  }
  get isFull(): boolean {
    return this.rows.length >= this.context.limits[this.limit];
  }
  /** Counts the same again; true also where there is no room for it. Otherwise `add` must follow. */
  isKnown(a: number, b: number, c: number, d: number, tsUs: number): boolean {
    const known = this.keys.find(a, b, c, d);
    if (known >= 0) {
      const at = this.rowOf[known]!;
      const row = this.rows[at]!;
      row.count++;
      row.lastUs = tsUs;
      this.dirty.mark(at);
      return true;
    }
    if (!this.isFull) return false;
    drop(this.context, this.limit);
    return true;
  }
  /** The id of the next row. */
  get nextId(): number {
    return this.rows.length + 1;
  }
  add(a: number, b: number, c: number, d: number, row: R): void {
    this.load(a, b, c, d, row);
    this.dirty.mark(this.rows.length - 1);
  }
  load(a: number, b: number, c: number, d: number, row: R): void {
    if (this.keys.find(a, b, c, d) < 0) this.rowOf[this.keys.add(a, b, c, d)] = row.id - 1;
    this.rows[row.id - 1] = row;
  }
}

const PHASES: readonly Session['phase'][] = ['open', 'authenticate', 'close'];
const OUTCOMES: readonly Session['outcome'][] = ['accepted', 'refused', 'unanswered', 'unseen', 'unconfirmed'];

/** Number of a text; -1 for an unknown one that finds no row any more. */
const number = (texts: Interner, text: string, mayGrow: boolean): number =>
  mayGrow ? texts.id(text) : texts.peek(text);

export class Sessions {
  readonly sessions: Fold<SessionRecord>;
  readonly weirds: Fold<WeirdRecord>;
  private readonly context: Context;
  /** Texts of rows as numbers, each kind by itself, for the same one comes again and again; users with details. As many as rows have. */
  private readonly protocols = new Interner();
  private readonly codes = new Interner();
  private readonly users = new Interner();
  private readonly details = new Interner();
  private readonly told = new IntTable();

  constructor(context: Context) {
    this.context = context;
    this.sessions = new Fold(context, 'sessions');
    this.weirds = new Fold(context, 'weirds');
  }

  session(at: At, s: Session): void {
    const { text } = this.context.limits;
    const { client, server, protocol } = at;
    const { phase, outcome } = s;
    const user = bounded(s.user ?? '', text);
    const clearCredential = s.clearCredential === true;
    const detail = bounded(s.detail ?? '', text);
    const mayGrow = !this.sessions.isFull;
    const how = this.how(protocol, phase, outcome, clearCredential, mayGrow);
    const what = this.what(user, detail, mayGrow);
    if (this.sessions.isKnown(client, server, how, what, at.tsUs)) return;
    this.sessions.add(client, server, how, what, {
      id: this.sessions.nextId,
      protocol,
      phase,
      client,
      server,
      user,
      outcome,
      clearCredential,
      detail,
      ...this.begin(at),
    });
  }

  /** Details may hold numbers that differ each time; a weird folds by code and endpoints and keeps the first detail. */
  weird(at: At, w: Weird): void {
    const { client, server, protocol } = at;
    const { code } = w;
    const mayGrow = !this.weirds.isFull;
    const what = number(this.codes, code, mayGrow);
    const how = number(this.protocols, protocol, mayGrow);
    if (this.weirds.isKnown(client, server, what, how, at.tsUs)) return;
    this.weirds.add(client, server, what, how, {
      id: this.weirds.nextId,
      protocol,
      code,
      client,
      server,
      detail: bounded(w.detail, this.context.limits.text),
      ...this.begin(at),
    });
  }

  loadSession(row: SessionRecord): void {
    const { protocol, phase, outcome, clearCredential, user, detail } = row;
    const how = this.how(protocol, phase, outcome, clearCredential, true);
    this.sessions.load(row.client, row.server, how, this.what(user, detail, true), { ...row });
  }
  loadWeird(row: WeirdRecord): void {
    this.weirds.load(row.client, row.server, this.codes.id(row.code), this.protocols.id(row.protocol), { ...row });
  }

  private how(
    protocol: string,
    phase: Session['phase'],
    outcome: Session['outcome'],
    clearCredential: boolean,
    mayGrow: boolean,
  ): number {
    const text = number(this.protocols, protocol, mayGrow);
    return text < 0
      ? -1
      : (text << 6) | (PHASES.indexOf(phase) << 4) | (OUTCOMES.indexOf(outcome) << 1) | (clearCredential ? 1 : 0);
  }
  private what(user: string, detail: string, mayGrow: boolean): number {
    const who = number(this.users, user, mayGrow);
    const text = number(this.details, detail, mayGrow);
    const known = this.told.find(who, text, 0, 0);
    return known >= 0 || !mayGrow ? known : this.told.add(who, text, 0, 0);
  }

  private begin(at: At): { count: number; firstUs: number; lastUs: number; evidence: readonly Evidence[] } {
    return { count: 1, firstUs: at.tsUs, lastUs: at.tsUs, evidence: framesOf(this.context, at) };
  }
}
