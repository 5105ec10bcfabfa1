/**
 * The people: users, their sessions, the one-time set-up link. Kept in memory and written through the engine's store; a
 * change counts only after its commit. Tokens are random 256-bit values of which only the SHA-256 is kept.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { USER_ROLES, type User, type UserRole } from '../api/index.ts';
import {
  type AccountChange,
  type Engine,
  RequestError,
  type SessionRecord,
  type UserRecord,
} from '../app/engine-contract.ts';
import { Lockout } from './lockout.ts';
import { checkPassword, hashPassword, NOBODY } from './password.ts';

const HOUR_US = 3_600_000_000;
/** A session ends after this long without a request, and at the latest after SESSION_MAX. */
export const SESSION_IDLE_US = 12 * HOUR_US;
export const SESSION_MAX_US = 7 * 24 * HOUR_US;
/** The set-up link is valid for a day; a new start of the program makes a new one. */
export const SETUP_US = 24 * HOUR_US;
/** Places where somebody logged in that are remembered; beyond it the one that was not used for longest is forgotten. */
export const MAX_HOMES = 10_000;
/** Open sessions of one user; the oldest ends when there is one more. */
export const MAX_SESSIONS_PER_USER = 20;
export const MAX_USERS = 1000;
/** `lastUsed` is written when it moved by this much, not on every request. */
const TOUCH_US = HOUR_US / 4;

const token = (): string => randomBytes(32).toString('base64url');
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const equal = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const time = (us: number): string => new Date(us / 1000).toISOString();
/** A name as it is kept, and as names are compared: composed letters, no blanks around it, and no difference of case. */
const cleanName = (name: string): string => name.normalize('NFC').trim();
const keyOf = (name: string): string => cleanName(name).toLowerCase();

const wrongLogin = (): RequestError =>
  new RequestError(
    401,
    'login-failed',
    'Name or password is wrong.',
    'Try again, or ask an administrator for a new password.',
  );
const passwordWrong = (): RequestError =>
  new RequestError(422, 'password-wrong', 'The current password is wrong.', 'Type the password you logged in with.');
const notFound = (): RequestError =>
  new RequestError(404, 'not-found', 'There is no such user.', 'Load the list of users again.');

export const toUser = (user: UserRecord): User => ({
  id: user.id,
  name: user.name,
  role: user.role as UserRole,
  disabled: user.disabled,
  createdAt: time(user.createdUs),
  lastLoginAt: user.lastLoginUs === 0 ? null : time(user.lastLoginUs),
});

export interface Opened {
  readonly user: UserRecord;
  readonly session: SessionRecord;
  /** For the cookie. */
  readonly token: string;
}

export class People {
  readonly #engine: Engine;
  readonly #nowUs: () => number;
  readonly #scryptN: number | undefined;
  readonly #users = new Map<string, UserRecord>();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #lockout = new Lockout();
  /** Names with the addresses that they logged in from since the start. */
  readonly #homes = new Set<string>();
  #setup: { tokenHash: string; createdUs: number; expiresUs: number } | undefined;
  /** Changes one after another, so that two set-ups at once make one administrator. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, nowUs: () => number, scryptN?: number) {
    this.#scryptN = scryptN;
    this.#engine = engine;
    this.#nowUs = nowUs;
  }

  async load(): Promise<void> {
    const accounts = await this.#engine.accounts();
    for (const user of accounts.users) this.#users.set(user.id, user);
    const now = this.#nowUs();
    for (const session of accounts.sessions)
      if (session.expiresUs > now) this.#sessions.set(session.tokenHash, session);
  }

  get setupNeeded(): boolean {
    return this.#users.size === 0;
  }
  users(): readonly UserRecord[] {
    return [...this.#users.values()];
  }

  /** A new one-time token; an older one stops to work. Only while there is no user. */
  async createSetupToken(): Promise<string> {
    const text = token();
    const createdUs = this.#nowUs();
    const record = { tokenHash: hashOf(text), createdUs, expiresUs: createdUs + SETUP_US };
    await this.#engine.changeAccounts({ putSetupTokens: [{ ...record, usedUs: 0 }] });
    this.#setup = record;
    return text;
  }

  setup(tokenText: string, name: string, password: string): Promise<Opened> {
    return this.#inTurn(async () => {
      const setup = this.#setup;
      const now = this.#nowUs();
      if (!this.setupNeeded) {
        throw new RequestError(
          409,
          'setup-done',
          'Gatehouse is set up already.',
          'Log in, or ask an administrator for an account.',
        );
      }
      if (setup === undefined || setup.expiresUs <= now || !equal(setup.tokenHash, hashOf(tokenText))) {
        throw new RequestError(
          403,
          'setup-link-invalid',
          'This set-up link is not valid any more.',
          'Start Gatehouse again; it prints a new link.',
        );
      }
      // Whoever comes in by the link is in.
      const user = { ...(await this.#newUser(name, password, 'admin', now)), lastLoginUs: now };
      const opened = this.#newSession(user, now);
      await this.#change({
        putUsers: [user],
        putSessions: [opened.session],
        putSetupTokens: [{ ...setup, usedUs: now }],
        journal: { userId: user.id, action: 'setup', subject: `user ${user.id}`, detail: { role: 'admin' } },
      });
      this.#setup = undefined;
      return opened;
    });
  }

  async login(name: string, password: string, address: string): Promise<Opened> {
    const known = keyOf(name);
    const home = `${known} at ${address}`;
    // Somebody else's guesses do not keep a person out at the place where he has logged in before; guesses there do.
    const keys = this.#homes.has(home) ? [home] : [`name ${known}`, `address ${address}`];
    const nowMs = this.#nowUs() / 1000;
    const waitMs = Math.max(...keys.map((key) => this.#lockout.waitMs(key, nowMs)));
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new RequestError(429, 'locked-out', 'Too many failed logins.', `Wait ${seconds} seconds and try again.`);
    }
    const found = this.users().find((user) => keyOf(user.name) === known);
    // Counted before the check: many tries at once must not share one free failure.
    for (const key of keys) this.#lockout.failed(key, nowMs);
    const right = await checkPassword(password, found?.passwordHash ?? NOBODY);
    if (!right || found === undefined || found.disabled) {
      await this.#change({
        journal: {
          userId: found?.id ?? 'unknown',
          action: 'login.failed',
          subject: found === undefined ? 'unknown name' : `user ${found.id}`,
          detail: { address },
        },
      });
      throw wrongLogin();
    }
    for (const key of keys) this.#lockout.succeeded(key);
    this.#homes.delete(home);
    this.#homes.add(home);
    if (this.#homes.size > MAX_HOMES) this.#homes.delete(this.#homes.values().next().value as string);
    return this.#inTurn(async () => {
      const now = this.#nowUs();
      const user = { ...this.#user(found.id), lastLoginUs: now };
      // Changed while the old one was being checked.
      if (user.disabled || user.passwordHash !== found.passwordHash) throw wrongLogin();
      const opened = this.#newSession(user, now);
      const mine = [...this.#sessions.values()].filter((session) => session.userId === user.id);
      const surplus = mine
        .sort((a, b) => a.lastUsedUs - b.lastUsedUs)
        .slice(0, Math.max(0, mine.length + 1 - MAX_SESSIONS_PER_USER));
      await this.#change({
        putUsers: [user],
        putSessions: [opened.session],
        removeSessions: surplus.map((session) => session.tokenHash),
        journal: { userId: user.id, action: 'login', subject: `user ${user.id}`, detail: { address } },
      });
      return opened;
    });
  }

  /** The session behind a cookie, or undefined. `isUse`: somebody asks for something; an open stream alone keeps nobody logged in. */
  session(tokenText: string, isUse = true): { readonly user: UserRecord; readonly session: SessionRecord } | undefined {
    const session = this.#sessions.get(hashOf(tokenText));
    if (session === undefined) return undefined;
    const user = this.#users.get(session.userId);
    const now = this.#nowUs();
    if (
      user === undefined ||
      user.disabled ||
      session.expiresUs <= now ||
      session.lastUsedUs + SESSION_IDLE_US <= now
    ) {
      this.#sessions.delete(session.tokenHash);
      void this.#change({ removeSessions: [session.tokenHash] }).catch(() => undefined);
      return undefined;
    }
    if (isUse && now - session.lastUsedUs > TOUCH_US) {
      const touched = { ...session, lastUsedUs: now };
      this.#sessions.set(session.tokenHash, touched);
      // Not worth waiting for, nor failing a request for. In turn: one that is being ended must not be written after its end.
      void this.#inTurn(async () => {
        if (this.#sessions.has(touched.tokenHash)) await this.#engine.changeAccounts({ putSessions: [touched] });
      }).catch(() => undefined);
      return { user, session: touched };
    }
    return { user, session };
  }

  logout(session: SessionRecord): Promise<void> {
    return this.#inTurn(() =>
      this.#change({
        removeSessions: [session.tokenHash],
        journal: { userId: session.userId, action: 'logout', subject: `user ${session.userId}`, detail: {} },
      }),
    );
  }

  async changePassword(user: UserRecord, session: SessionRecord, current: string, next: string): Promise<void> {
    const nowMs = this.#nowUs() / 1000;
    const key = `password ${user.id}`;
    if (this.#lockout.waitMs(key, nowMs) > 0) {
      throw new RequestError(429, 'locked-out', 'Too many wrong passwords.', 'Wait a few minutes and try again.');
    }
    this.#lockout.failed(key, nowMs);
    if (!(await checkPassword(current, user.passwordHash))) throw passwordWrong();
    this.#lockout.succeeded(key);
    const passwordHash = await hashPassword(next, this.#scryptN);
    await this.#inTurn(async () => {
      const now = this.#user(user.id);
      // An administrator gave another one meanwhile.
      if (now.passwordHash !== user.passwordHash) throw passwordWrong();
      await this.#change({
        putUsers: [{ ...now, passwordHash, passwordChangedUs: this.#nowUs() }],
        // Whoever knew the old password is out.
        removeSessions: this.#sessionsOf(user.id).filter((hash) => hash !== session.tokenHash),
        journal: { userId: user.id, action: 'user.password', subject: `user ${user.id}`, detail: {} },
      });
    });
  }

  add(actorId: string, name: string, password: string, role: UserRole): Promise<UserRecord> {
    return this.#inTurn(async () => {
      const user = await this.#newUser(name, password, role, this.#nowUs());
      await this.#change({
        putUsers: [user],
        journal: { userId: actorId, action: 'user.add', subject: `user ${user.id}`, detail: { role } },
      });
      return user;
    });
  }

  /** `session`: of who asks; it alone goes on where he changes himself. */
  changeUser(
    actorId: string,
    session: SessionRecord,
    id: string,
    change: { readonly role?: UserRole; readonly disabled?: boolean; readonly password?: string },
  ): Promise<UserRecord> {
    return this.#inTurn(async () => {
      const before = this.#user(id);
      const user: UserRecord = {
        ...before,
        role: change.role ?? before.role,
        disabled: change.disabled ?? before.disabled,
        ...(change.password === undefined
          ? {}
          : { passwordHash: await hashPassword(change.password, this.#scryptN), passwordChangedUs: this.#nowUs() }),
      };
      const admins = this.users().filter((other) => other.id !== id && other.role === 'admin' && !other.disabled);
      if (admins.length === 0 && (user.role !== 'admin' || user.disabled)) {
        throw new RequestError(
          409,
          'last-admin',
          'This is the last administrator.',
          'Make somebody else an administrator first.',
        );
      }
      await this.#change({
        putUsers: [user],
        ...(user.disabled || change.password !== undefined || change.role !== undefined
          ? { removeSessions: this.#sessionsOf(id).filter((hash) => hash !== session.tokenHash) }
          : {}),
        journal: {
          userId: actorId,
          action: 'user.change',
          subject: `user ${id}`,
          detail: {
            role: user.role,
            disabled: user.disabled,
            ...(change.password === undefined ? {} : { password: 'changed' }),
          },
        },
      });
      return user;
    });
  }

  #user(id: string): UserRecord {
    const user = this.#users.get(id);
    if (user === undefined) throw notFound();
    return user;
  }

  #sessionsOf(userId: string): string[] {
    return [...this.#sessions.values()]
      .filter((session) => session.userId === userId)
      .map((session) => session.tokenHash);
  }

  async #newUser(name: string, password: string, role: UserRole, now: number): Promise<UserRecord> {
    const clean = cleanName(name);
    if (clean === '') throw new RequestError(422, 'input-invalid', 'The name is empty.', 'Give a name.');
    if (!USER_ROLES.includes(role))
      throw new RequestError(422, 'input-invalid', 'There is no such role.', 'Choose one of the list.');
    if (this.users().some((user) => keyOf(user.name) === keyOf(clean))) {
      throw new RequestError(409, 'name-taken', `There is a user named ${clean} already.`, 'Choose another name.');
    }
    if (this.#users.size >= MAX_USERS) {
      throw new RequestError(
        409,
        'limit',
        `There are ${MAX_USERS} users, more are not kept.`,
        'Disable users that are not needed.',
      );
    }
    return {
      id: `u${randomBytes(6).toString('hex')}`,
      name: clean,
      role,
      passwordHash: await hashPassword(password, this.#scryptN),
      mfa: 'none',
      disabled: false,
      createdUs: now,
      passwordChangedUs: now,
      lastLoginUs: 0,
    };
  }

  #newSession(user: UserRecord, now: number): Opened {
    const text = token();
    const session = {
      tokenHash: hashOf(text),
      userId: user.id,
      csrf: token(),
      createdUs: now,
      lastUsedUs: now,
      expiresUs: now + SESSION_MAX_US,
    };
    return { user, session, token: text };
  }

  /** Commits, then lets it be true here. */
  async #change(change: AccountChange): Promise<void> {
    await this.#engine.changeAccounts(change);
    for (const user of change.putUsers ?? []) this.#users.set(user.id, user);
    for (const session of change.putSessions ?? []) this.#sessions.set(session.tokenHash, session);
    for (const hash of change.removeSessions ?? []) this.#sessions.delete(hash);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
