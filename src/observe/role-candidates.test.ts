import { expect, it } from 'vitest';
import { knowledge, type RoleConditions } from './knowledge.ts';
import { RoleCandidates } from './role-candidates.ts';
import type { Behaviour } from './roles.ts';

const { roles } = knowledge();
const NOTHING: Behaviour = {
  serves: new Set(),
  servesPorts: new Set(),
  uses: new Set(),
  does: new Set(),
  controllers: 0,
  readers: 0,
  clients: 0,
  router: '',
  translates: false,
  external: false,
  child: false,
  children: 0,
  toOutside: false,
  relays: false,
};
/** A device that has this of what rules are found by, and nothing else. */
const having = ({ serves, servesPort, uses, does }: RoleConditions, nth: number): Behaviour => {
  const one = <T>(list: readonly T[] | undefined): Set<T> =>
    new Set(list === undefined ? [] : [list[nth % list.length]!]);
  return { ...NOTHING, serves: one(serves), servesPorts: one(servesPort), uses: one(uses), does: one(does) };
};

it('every rule is found by each of the things that it asks for, and by none of them missing', () => {
  const candidates = new RoleCandidates(roles);
  for (const [place, { id, when }] of roles.entries()) {
    const attributes = new Set(when.attribute === undefined ? [] : [when.attribute]);
    const most = Math.max(1, ...[when.serves, when.servesPort, when.uses, when.does].map((list) => list?.length ?? 0));
    for (let nth = 0; nth < most; nth++) expect(candidates.of(having(when, nth), attributes)[place], id).toBe(1);
    const isKeyed = [when.attribute, when.serves, when.servesPort, when.uses, when.does].some((x) => x !== undefined);
    expect(candidates.of(NOTHING, new Set())[place], id).toBe(isKeyed ? 0 : 1);
  }
});

it('what one device had is forgotten at the next', () => {
  const candidates = new RoleCandidates(roles);
  const marked = (of: Uint8Array): number => of.reduce((n, x) => n + x, 0);
  const none = marked(candidates.of(NOTHING, new Set()));
  expect(marked(candidates.of(NOTHING, new Set(['model'])))).toBeGreaterThan(none);
  expect(marked(candidates.of(NOTHING, new Set()))).toBe(none);
});
