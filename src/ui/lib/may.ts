/** Who may do what, so that the console offers only what the server will take. The server decides: server/permissions.ts. */
import { useQuery } from '@tanstack/react-query';
import type { UserRole } from '../../api/words.ts';
import { meQuery } from './site.ts';

export const MAY = {
  /** The frames behind a statement, with their payload. */
  evidence: ['auditor', 'analyst', 'engineer', 'admin'],
  /** Give it captures to read; stage an attack on the simulated plant. */
  capture: ['analyst', 'engineer', 'admin'],
  /** Set names and units by hand, merge, split. */
  correct: ['analyst', 'engineer', 'admin'],
  /** Work the queue, review. */
  triage: ['analyst', 'engineer', 'admin'],
  /** Change what counts as normal. */
  teach: ['engineer', 'admin'],
  /** Announce planned work. */
  window: ['manager', 'engineer', 'admin'],
} as const satisfies Readonly<Record<string, readonly UserRole[]>>;

/** False until it is known who is logged in. */
export const useMay = (work: keyof typeof MAY): boolean => {
  const role = useQuery(meQuery).data?.role;
  return role !== undefined && (MAY[work] as readonly UserRole[]).includes(role);
};

const PEOPLE: Readonly<Record<UserRole, string>> = {
  viewer: 'viewers',
  auditor: 'auditors',
  manager: 'managers',
  analyst: 'analysts',
  engineer: 'engineers',
  admin: 'administrators',
};
/** `Analysts, engineers and administrators`: whom to ask. */
export const whoMay = (work: keyof typeof MAY): string => {
  const people = MAY[work].map((role) => PEOPLE[role]);
  const text = `${people.slice(0, -1).join(', ')} and ${people.at(-1) ?? ''}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
};
