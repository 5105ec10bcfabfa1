/**
 * What a device is for, concluded from rules that are data (`data/roles`), each with a reason for people. Several reasons
 * for the same role add up as independent evidence (noisy-or; Pearl, Probabilistic Reasoning in Intelligent Systems, 1988,
 * 4.3.2); the surest role wins; without any the role is unknown. A safety controller is a controller, a historian a server:
 * what tells that speaks for it too, or what it shares with every other would drown what makes it one.
 */
import type { Verb } from '../core/observation.ts';
import type { Conclusion, PurdueLevel, Role } from '../core/site.ts';
import { ROLES } from '../core/site.ts';
import { bestOf, type RankedFact } from './facts-of-group.ts';
import type { Knowledge, RoleConditions, RoleRule } from './knowledge.ts';
import { matches } from './matching.ts';
import { RoleCandidates } from './role-candidates.ts';

/** Roles that are a kind of another: what tells the general one speaks for the special one too. */
const KIND_OF: readonly (readonly [special: Role, general: Role])[] = [
  ['safety-controller', 'plc'],
  ['historian', 'server'],
  ['scada-server', 'server'],
];
/** What makes it special is at least as likely as not. */
const MOST_DOUBT = 0.5;

/** How a device behaves on the wire, as far as rules ask. */
export interface Behaviour {
  readonly serves: ReadonlySet<string>;
  readonly servesPorts: ReadonlySet<number>;
  readonly uses: ReadonlySet<string>;
  readonly does: ReadonlySet<Verb>;
  readonly controllers: number;
  readonly readers: number;
  readonly clients: number;
  readonly router: string;
  readonly translates: boolean;
  readonly external: boolean;
  readonly child: boolean;
  readonly children: number;
  readonly toOutside: boolean;
  /** People come to it by remote session from one network and go on from it into another. */
  readonly relays: boolean;
}

const anyOf = <T>(wanted: readonly T[] | undefined, had: ReadonlySet<T>): boolean => {
  if (wanted === undefined) return true;
  for (const x of wanted) if (had.has(x)) return true;
  return false;
};
const factOf = (facts: readonly RankedFact[], attribute: string, pattern: RegExp): RankedFact | undefined => {
  for (const f of facts) if (f.attribute === attribute && matches(pattern, f.value)) return f;
  return undefined;
};

const holds = (when: RoleConditions, b: Behaviour, facts: readonly RankedFact[]): boolean => {
  if (when.controllers !== undefined && b.controllers < when.controllers) return false;
  if (when.readers !== undefined && b.readers < when.readers) return false;
  if (when.unasked === true && b.readers > 0) return false;
  if (when.clients !== undefined && b.clients < when.clients) return false;
  if (when.children !== undefined && b.children < when.children) return false;
  if (when.router === true && b.router === '') return false;
  if (when.translates === true && !b.translates) return false;
  if (when.external !== undefined && when.external !== b.external) return false;
  if (when.child !== undefined && when.child !== b.child) return false;
  if (when.toOutside !== undefined && when.toOutside !== b.toOutside) return false;
  if (when.relays !== undefined && when.relays !== b.relays) return false;
  if (!anyOf(when.serves, b.serves) || !anyOf(when.servesPort, b.servesPorts)) return false;
  if (!anyOf(when.uses, b.uses) || !anyOf(when.does, b.does)) return false;
  if (when.vendor !== undefined && factOf(facts, 'vendor', when.vendor) === undefined) return false;
  if (when.attribute === undefined || when.matches === undefined) return true;
  return factOf(facts, when.attribute, when.matches) !== undefined;
};

/** The reason of a rule that holds; `{x}` stands for what was found. */
const reasonOf = ({ when, reason }: RoleRule, b: Behaviour, facts: readonly RankedFact[]): string =>
  reason.replace(/\{(\w+)\}/g, (_, key: string) => {
    switch (key) {
      case 'serves':
        return (when.serves ?? []).filter((p) => b.serves.has(p)).join(', ');
      case 'port':
        return (when.servesPort ?? []).filter((p) => b.servesPorts.has(p)).join(', ');
      case 'uses':
        return (when.uses ?? []).filter((p) => b.uses.has(p)).join(', ');
      case 'does':
        return (when.does ?? []).filter((v) => b.does.has(v)).join(', ');
      case 'controllers':
        return count(b.controllers, 'controller');
      case 'readers':
        return String(b.readers);
      case 'clients':
        return String(b.clients);
      case 'children':
        return String(b.children);
      case 'router':
        return b.router;
      case 'vendor':
        return when.vendor === undefined ? '' : (factOf(facts, 'vendor', when.vendor)?.value ?? '');
      default:
        return when.attribute === undefined || when.matches === undefined
          ? ''
          : (factOf(facts, when.attribute, when.matches)?.value ?? '');
    }
  });

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const candidates = new WeakMap<readonly RoleRule[], RoleCandidates>();
const candidatesOf = (rules: readonly RoleRule[]): RoleCandidates => {
  let of = candidates.get(rules);
  if (of === undefined) {
    of = new RoleCandidates(rules);
    candidates.set(rules, of);
  }
  return of;
};

export const concludeRole = (knowledge: Knowledge, b: Behaviour, facts: readonly RankedFact[]): Conclusion<Role> => {
  const said = bestOf(
    facts.filter((f) => f.origin === 'manual'),
    'role',
  );
  if (said !== undefined && (ROLES as readonly string[]).includes(said.value))
    return { value: said.value as Role, confidence: 1, reasons: [`said by hand (${said.via})`] };
  const scores = new Map<Role, { doubt: number; reasons: string[] }>();
  const add = (role: Role, confidence: number, reason: string): void => {
    const s = scores.get(role);
    if (s === undefined) {
      scores.set(role, { doubt: 1 - confidence, reasons: [reason] });
      return;
    }
    s.doubt *= 1 - confidence;
    if (!s.reasons.includes(reason)) s.reasons.push(reason);
  };
  // Rules speak about the wire; what people say has its own weight below.
  const seen = facts.filter((f) => f.origin === 'observed' || f.origin === 'derived');
  const present = new Set(seen.map((f) => f.attribute));
  const may = candidatesOf(knowledge.roles).of(b, present);
  for (let i = 0; i < may.length; i++) {
    if (may[i] === 0) continue;
    const rule = knowledge.roles[i]!;
    if (holds(rule.when, b, seen)) add(rule.role, rule.confidence, reasonOf(rule, b, seen));
  }
  for (const f of facts)
    if (f.attribute === 'role' && f.origin === 'imported' && (ROLES as readonly string[]).includes(f.value))
      add(f.value as Role, 0.6, `the asset list says so (${f.via})`);
  for (const [special, general] of KIND_OF) {
    const [own, shared] = [scores.get(special), scores.get(general)];
    if (own === undefined || shared === undefined || own.doubt > MOST_DOUBT) continue;
    own.doubt *= shared.doubt;
    own.reasons.push(...shared.reasons);
    scores.delete(general);
  }
  let best: Role = 'unknown';
  let doubt = 1;
  for (const [role, s] of scores)
    if (s.doubt < doubt - 1e-9) {
      best = role;
      doubt = s.doubt;
    }
  if (best === 'unknown')
    return { value: 'unknown', confidence: 0, reasons: ['nothing on the wire tells what it is for'] };
  return { value: best, confidence: Math.round((1 - doubt) * 1000) / 1000, reasons: scores.get(best)!.reasons };
};

export const concludeLevel = (
  knowledge: Knowledge,
  role: Conclusion<Role>,
  facts: readonly RankedFact[],
): Conclusion<PurdueLevel | undefined> => {
  const said = bestOf(facts, 'level');
  if (said !== undefined) {
    const value = Number(said.value);
    if ([0, 1, 2, 3, 3.5, 4, 5].includes(value))
      return {
        value: value as PurdueLevel,
        confidence: said.origin === 'manual' ? 1 : 0.7,
        reasons: [said.origin === 'manual' ? 'said by hand' : `the asset list says so (${said.via})`],
      };
  }
  const usual = knowledge.levels.get(role.value);
  if (usual === undefined)
    return { value: undefined, confidence: 0, reasons: [`the role (${role.value}) tells no level`] };
  const confidence = Math.round(role.confidence * usual.confidence * 1000) / 1000;
  return { value: usual.level, confidence, reasons: [usual.reason] };
};
