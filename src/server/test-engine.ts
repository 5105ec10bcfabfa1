/** An engine for the server's tests: keeps accounts in memory, answers every call with what it was asked. */
import type { ChangeEvent, Uploaded } from '../api/index.ts';
import type { AccountChange, Accounts, Engine, EngineEvent, SourceRequest } from '../app/engine-contract.ts';

export interface TestEngine extends Engine {
  readonly opened: { request: SourceRequest; userId: string }[];
  readonly journal: { userId: string; action: string; subject: string }[];
  /** Set to make the next commit fail. */
  failWith: Error | undefined;
  openWith: (request: SourceRequest) => Promise<Uploaded>;
  emit(event: EngineEvent): void;
  stored(): Accounts;
}

export const createTestEngine = (): TestEngine => {
  const users = new Map<string, Accounts['users'][number]>();
  const sessions = new Map<string, Accounts['sessions'][number]>();
  const tokens = new Map<string, Accounts['setupTokens'][number]>();
  const listeners = new Set<(event: EngineEvent) => void>();
  const versions: ChangeEvent[] = [
    { site: 's1', topic: 'assets', version: 3 },
    { site: '', topic: 'users', version: 1 },
  ];
  const engine: TestEngine = {
    opened: [],
    journal: [],
    failWith: undefined,
    openWith: async () => ({ site: 's1', source: 'f1', known: false, as: '' }),
    emit: (event) => listeners.forEach((listener) => void listener(event)),
    stored: () => ({ users: [...users.values()], sessions: [...sessions.values()], setupTokens: [...tokens.values()] }),
    call: async (call, input) => {
      const cursor = (input.query as { cursor?: string } | undefined)?.cursor;
      if ((input.query as { limit?: number; q?: string } | undefined)?.limit === 1000) {
        if ((input.query as { q?: string }).q === 'nothing')
          return JSON.stringify({ items: [], next: null, total: 0, version: 1 });
        const items =
          cursor === undefined
            ? [{ id: 'a1', name: '=cmd|x', ips: ['1', '2'], party: { name: 'n', address: 'a' } }]
            : [{ id: 'a2', name: 'say "hi"', ips: [], party: null }];
        return JSON.stringify({ items, next: cursor === undefined ? 'more' : null, total: 2, version: 1 });
      }
      return JSON.stringify({ call, ...input });
    },
    bytes: async (call, input) => new TextEncoder().encode(await engine.call(call, input)),
    capture: async (_site, list) => ({ bytes: new TextEncoder().encode(list), isCut: false }),
    framePcap: async (_site, _source, frame, around) => Uint8Array.of(frame, around),
    baselineFile: async (_site, baseline) => new TextEncoder().encode(baseline),
    begin: async () => undefined,
    importBaseline: async (site, bytes) => JSON.stringify({ site, bytes: bytes.length }),
    uploadNames: async (site, fileName, bytes) => JSON.stringify({ site, fileName, bytes: bytes.length }),
    accounts: async () => engine.stored(),
    changeAccounts: async (change: AccountChange) => {
      if (engine.failWith !== undefined) {
        const error = engine.failWith;
        engine.failWith = undefined;
        throw error;
      }
      for (const user of change.putUsers ?? []) users.set(user.id, user);
      for (const session of change.putSessions ?? []) sessions.set(session.tokenHash, session);
      for (const hash of change.removeSessions ?? []) sessions.delete(hash);
      for (const token of change.putSetupTokens ?? []) tokens.set(token.tokenHash, token);
      if (change.journal !== undefined) engine.journal.push(change.journal);
    },
    open: async (request, userId) => {
      engine.opened.push({ request, userId });
      return engine.openWith(request);
    },
    announce: async () => undefined,
    versions: async () => versions,
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    judging: async () => undefined,
    settled: async () => undefined,
    close: async () => undefined,
  };
  return engine;
};
