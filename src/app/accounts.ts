/** The people as the store has them: users, sessions, set-up links; each change with its line in the journal. */
import type { Row, Store } from '../store/index.ts';
import type { AccountChange, Accounts, SessionRecord, SetupTokenRecord, UserRecord } from './engine-contract.ts';

const userOf = (row: Row<'app_user'>): UserRecord => ({
  id: row.user_id,
  name: row.name,
  role: row.role,
  passwordHash: row.password_hash,
  mfa: row.mfa,
  disabled: row.disabled,
  createdUs: row.created_us,
  passwordChangedUs: row.password_changed_us,
  lastLoginUs: row.last_login_us,
});
const userRow = (user: UserRecord): Row<'app_user'> => ({
  user_id: user.id,
  name: user.name,
  display_name: user.name,
  role: user.role,
  password_hash: user.passwordHash,
  mfa: user.mfa,
  disabled: user.disabled,
  created_us: user.createdUs,
  password_changed_us: user.passwordChangedUs,
  last_login_us: user.lastLoginUs,
});

const sessionOf = (row: Row<'user_session'>): SessionRecord => ({
  tokenHash: row.token_hash,
  userId: row.user_id,
  csrf: row.csrf_token,
  createdUs: row.created_us,
  lastUsedUs: row.last_used_us,
  expiresUs: row.expires_us,
});
const sessionRow = (session: SessionRecord): Row<'user_session'> => ({
  token_hash: session.tokenHash,
  user_id: session.userId,
  csrf_token: session.csrf,
  created_us: session.createdUs,
  last_used_us: session.lastUsedUs,
  expires_us: session.expiresUs,
});

const tokenOf = (row: Row<'setup_token'>): SetupTokenRecord => ({
  tokenHash: row.token_hash,
  createdUs: row.created_us,
  expiresUs: row.expires_us,
  usedUs: row.used_us,
});
const tokenRow = (token: SetupTokenRecord): Row<'setup_token'> => ({
  token_hash: token.tokenHash,
  created_us: token.createdUs,
  expires_us: token.expiresUs,
  used_us: token.usedUs,
});

/** Users by their age. */
export const readAccounts = async ({ db }: Store): Promise<Accounts> => {
  const users = await db.selectFrom('app_user').selectAll().orderBy('created_us').execute();
  const sessions = await db.selectFrom('user_session').selectAll().execute();
  const tokens = await db.selectFrom('setup_token').selectAll().execute();
  return { users: users.map(userOf), sessions: sessions.map(sessionOf), setupTokens: tokens.map(tokenOf) };
};

/** Resolves after the commit. `tsUs`: wall time of the journal's line. */
export const writeAccounts = (store: Store, change: AccountChange, tsUs: number): Promise<void> =>
  store.writer.submit({
    put: {
      app_user: (change.putUsers ?? []).map(userRow),
      user_session: (change.putSessions ?? []).map(sessionRow),
      setup_token: (change.putSetupTokens ?? []).map(tokenRow),
    },
    remove: { user_session: (change.removeSessions ?? []).map((token_hash) => ({ token_hash })) },
    journal: change.journal === undefined ? [] : [{ siteId: '', tsUs, ...change.journal }],
  });
