/**
 * What a device is for, concluded from rules that are data (`data/roles`), each with a reason for people. Several reasons
 * for the same role add up as independent evidence (noisy-or; Pearl, Probabilistic Reasoning in Intelligent Systems, 1988,
 * 4.3.2); the surest role wins; without any the role is unknown.
 */
import type { Verb } from '../core/observation.ts';
import type { Conclusion, PurdueLevel, Role } from '../core/site.ts';
import { ROLES } from '../core/site.ts';
import { bestOf, type RankedFact } from './facts-of-group.ts';
import type { Knowledge, RoleConditions } from './knowledge.ts';

/** How a device behaves on the wire, as far as rules ask. */
export interface Behaviour {
  readonly serves: ReadonlySet<string>;
  readonly servesPorts: ReadonlySet<number>;
  readonly uses: ReadonlySet<string>;
  readonly does: ReadonlySet<Verb>;
  readonly controllers: number;
  readonly readers: number;
  readonly router: string;
  readonly translates: boolean;
  readonly external: boolean;
  readonly child: boolean;
  readonly children: number;
  readonly toOutside: boolean;
}

/** Filled reason of a rule that holds, or undefined. `{x}` in a reason stands for what was found. */
const holds = (
  when: RoleConditions,
  reason: string,
  b: Behaviour,
  facts: readonly RankedFact[],
): string | undefined => {
  let text = reason;
  const say = (key: string, value: string | number): void => {
    text = text.replace(`{${key}}`, String(value));
  };
  if (when.serves !== undefined) {
    const hit = when.serves.filter((p) => b.serves.has(p));
    if (hit.length === 0) return undefined;
    say('serves', hit.join(', '));
  }
  if (when.servesPort !== undefined) {
    const hit = when.servesPort.filter((p) => b.servesPorts.has(p));
    if (hit.length === 0) return undefined;
    say('port', hit.join(', '));
  }
  if (when.uses !== undefined) {
    const hit = when.uses.filter((p) => b.uses.has(p));
    if (hit.length === 0) return undefined;
    say('uses', hit.join(', '));
  }
  if (when.does !== undefined) {
    const hit = when.does.filter((v) => b.does.has(v));
    if (hit.length === 0) return undefined;
    say('does', hit.join(', '));
  }
  if (when.controllers !== undefined) {
    if (b.controllers < when.controllers) return undefined;
    say('controllers', b.controllers);
  }
  if (when.readers !== undefined) {
    if (b.readers < when.readers) return undefined;
    say('readers', b.readers);
  }
  if (when.children !== undefined) {
    if (b.children < when.children) return undefined;
    say('children', b.children);
  }
  if (when.router === true) {
    if (b.router === '') return undefined;
    say('router', b.router);
  }
  if (when.translates === true && !b.translates) return undefined;
  if (when.external !== undefined && when.external !== b.external) return undefined;
  if (when.child !== undefined && when.child !== b.child) return undefined;
  if (when.toOutside !== undefined && when.toOutside !== b.toOutside) return undefined;
  if (when.vendor !== undefined) {
    const hit = facts.find((f) => f.attribute === 'vendor' && when.vendor!.test(f.value));
    if (hit === undefined) return undefined;
    say('vendor', hit.value);
  }
  if (when.attribute !== undefined && when.matches !== undefined) {
    const hit = facts.find((f) => f.attribute === when.attribute && when.matches!.test(f.value));
    if (hit === undefined) return undefined;
    say('value', hit.value);
  }
  return text;
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
    const s = scores.get(role) ?? { doubt: 1, reasons: [] };
    s.doubt *= 1 - confidence;
    if (!s.reasons.includes(reason)) s.reasons.push(reason);
    scores.set(role, s);
  };
  // Rules speak about the wire; what people say has its own weight below.
  const seen = facts.filter((f) => f.origin === 'observed' || f.origin === 'derived');
  for (const rule of knowledge.roles) {
    const reason = holds(rule.when, rule.reason, b, seen);
    if (reason !== undefined) add(rule.role, rule.confidence, reason);
  }
  for (const f of facts)
    if (f.attribute === 'role' && f.origin === 'imported' && (ROLES as readonly string[]).includes(f.value))
      add(f.value as Role, 0.6, `the asset list says so (${f.via})`);
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
