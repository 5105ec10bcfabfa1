/**
 * Knowledge as data: rules for roles (`data/roles`), fingerprints (`data/fingerprints`) and what ports are usually for
 * (`data/ports`), read once from the package.
 * A damaged file is a programmer's error and stops the start; each entry names its source.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Verb } from '../core/observation.ts';
import { ATTRIBUTES, VERBS } from '../core/observation.ts';
import type { FactAttribute, PurdueLevel, Role } from '../core/site.ts';
import { ROLES } from '../core/site.ts';

export interface Fingerprint {
  readonly id: string;
  readonly attribute: FactAttribute;
  readonly pattern: RegExp;
  readonly gives: readonly (readonly [FactAttribute, string])[];
  readonly confidence: number;
  readonly source: string;
}

/** All conditions that are present must hold. */
export interface RoleConditions {
  /** Serves any of these protocols. */
  readonly serves?: readonly string[];
  /** Serves on any of these ports (whatever the protocol). */
  readonly servesPort?: readonly number[];
  /** Is client of any of these protocols. */
  readonly uses?: readonly string[];
  /** A fact of this attribute matches. */
  readonly attribute?: FactAttribute;
  readonly matches?: RegExp;
  /** The maker by MAC prefix or identity matches. */
  readonly vendor?: RegExp;
  /** As client did any of these to another device (accepted or not); of protocols of the office only engineering. */
  readonly does?: readonly Verb[];
  /** As client talks automation protocols to at least so many other devices. */
  readonly controllers?: number;
  /** Is talked to in automation protocols by at least so many other devices. */
  readonly readers?: number;
  /** Nobody talks to it in automation protocols but for connections of cyclic I/O. */
  readonly unasked?: boolean;
  /** Answered at least so many other devices, in any protocol. */
  readonly clients?: number;
  readonly router?: boolean;
  readonly translates?: boolean;
  readonly external?: boolean;
  readonly child?: boolean;
  /** At least so many devices answer behind it. */
  readonly children?: number;
  /** Talks to an address in public space. */
  readonly toOutside?: boolean;
  /** Is reached by remote sessions from one network and begins such into another; speaks no automation itself. */
  readonly relays?: boolean;
}

export interface RoleRule {
  readonly id: string;
  readonly role: Role;
  readonly confidence: number;
  readonly when: RoleConditions;
  readonly reason: string;
  readonly source: string;
}

export interface Knowledge {
  readonly fingerprints: readonly Fingerprint[];
  readonly roles: readonly RoleRule[];
  readonly levels: ReadonlyMap<
    Role,
    { readonly level: PurdueLevel; readonly confidence: number; readonly reason: string }
  >;
  /** Names of protocols that carry automation, for counting controllers. */
  readonly automation: ReadonlySet<string>;
  /** Those whose masters configure their stations in ordinary operation: it tells no engineer. */
  readonly configuring: ReadonlySet<string>;
  /** What usually uses a port or EtherType, by `tcp 9100`, `udp 9`, `ethernet 36864`: a hint for people, nothing else. */
  readonly ports: ReadonlyMap<string, string>;
}

let kept: Knowledge | undefined;

const dataFolder = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let i = 0; i < 6; i++) {
    if (existsSync(join(folder, 'data', 'roles'))) return join(folder, 'data');
    folder = dirname(folder);
  }
  throw new Error('the folder data/roles of the package is missing');
};

const files = (folder: string): { name: string; json: Record<string, unknown> }[] =>
  readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .sort()
    .map((f) => ({ name: f, json: JSON.parse(readFileSync(join(folder, f), 'utf8')) as Record<string, unknown> }));

const must = (ok: boolean, where: string, what: string): void => {
  if (!ok) throw new Error(`data/${where}: ${what}`);
};

type Raw = Record<string, unknown>;

const rule = (raw: Raw, where: string): RoleRule => {
  const when = raw.when as Raw;
  must(typeof raw.id === 'string' && raw.id !== '', where, 'an entry without id');
  const at = `${where} ${raw.id}`;
  must((ROLES as readonly unknown[]).includes(raw.role), at, `unknown role ${raw.role}`);
  must(typeof raw.confidence === 'number' && raw.confidence > 0 && raw.confidence <= 1, at, 'confidence is not 0..1');
  must(typeof raw.reason === 'string' && raw.reason !== '', at, 'no reason');
  must(typeof raw.source === 'string' && raw.source !== '', at, 'no source');
  must(when !== undefined && Object.keys(when).length > 0, at, 'no conditions');
  for (const verb of (when.does as string[] | undefined) ?? [])
    must((VERBS as readonly string[]).includes(verb), at, `unknown verb ${verb}`);
  must(
    when.attribute === undefined || (ATTRIBUTES as readonly unknown[]).includes(when.attribute),
    at,
    'unknown attribute',
  );
  const conditions: RoleConditions = {
    ...(when as RoleConditions),
    ...(when.matches === undefined ? {} : { matches: new RegExp(when.matches as string, 'i') }),
    ...(when.vendor === undefined ? {} : { vendor: new RegExp(when.vendor as string, 'i') }),
  };
  return { ...(raw as unknown as RoleRule), when: conditions };
};

const fingerprint = (raw: Raw, where: string): Fingerprint => {
  const at = `${where} ${raw.id}`;
  must(typeof raw.id === 'string' && typeof raw.source === 'string' && raw.source !== '', at, 'no id or source');
  must((ATTRIBUTES as readonly unknown[]).includes(raw.attribute), at, `unknown attribute ${raw.attribute}`);
  const gives = Object.entries(raw.gives as Record<string, string>) as [FactAttribute, string][];
  for (const [attribute] of gives)
    must((ATTRIBUTES as readonly unknown[]).includes(attribute), at, `gives ${attribute}`);
  return {
    id: raw.id as string,
    attribute: raw.attribute as FactAttribute,
    pattern: new RegExp(raw.matches as string, 'i'),
    gives,
    confidence: raw.confidence as number,
    source: raw.source as string,
  };
};

export const knowledge = (): Knowledge => {
  if (kept !== undefined) return kept;
  const folder = dataFolder();
  const roles: RoleRule[] = [];
  const levels = new Map<Role, { level: PurdueLevel; confidence: number; reason: string }>();
  let automation: string[] = [];
  let configuring: string[] = [];
  for (const { name, json } of files(join(folder, 'roles'))) {
    for (const raw of (json.rules as Raw[] | undefined) ?? []) roles.push(rule(raw, `roles/${name}`));
    for (const raw of (json.levels as Raw[] | undefined) ?? [])
      levels.set(raw.role as Role, raw as unknown as { level: PurdueLevel; confidence: number; reason: string });
    if (json.automation !== undefined) automation = json.automation as string[];
    if (json.configuring !== undefined) configuring = json.configuring as string[];
  }
  const fingerprints = files(join(folder, 'fingerprints')).flatMap(({ name, json }) =>
    (json.fingerprints as Raw[]).map((raw) => fingerprint(raw, `fingerprints/${name}`)),
  );
  const ports = new Map<string, string>();
  for (const { name, json } of files(join(folder, 'ports'))) {
    for (const { over, port, use, source } of json.ports as Raw[]) {
      const at = `ports/${name} ${over} ${port}`;
      must(
        typeof use === 'string' && use !== '' && typeof source === 'string' && source !== '',
        at,
        'no use or source',
      );
      must(!ports.has(`${over} ${port}`), at, 'stands there twice');
      ports.set(`${over} ${port}`, use as string);
    }
  }
  kept = { fingerprints, roles, levels, automation: new Set(automation), configuring: new Set(configuring), ports };
  return kept;
};
