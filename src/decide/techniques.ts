/**
 * ATT&CK as data (`data/attack/techniques.json`): the tactics of the ICS matrix in their order, and the techniques that
 * findings name. A damaged file is a programmer's error and stops the start.
 * @source MITRE ATT&CK for ICS and for Enterprise, https://attack.mitre.org
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Tactic {
  readonly id: string;
  readonly name: string;
  /** From 1. */
  readonly order: number;
  /** How far along an attack, 1..6: the order of the matrix is none in time (steering from outside comes early). */
  readonly depth: number;
  readonly meaning: string;
  /** Name of the tactic that usually follows, and that in a sentence. */
  readonly then: string;
  readonly next: string;
  /** Where it would be seen; `{device}` is the device reached last. */
  readonly watch: readonly string[];
}

export interface Technique {
  readonly id: string;
  readonly name: string;
  readonly matrix: 'ics' | 'enterprise';
  readonly tactic: string;
  /** Place in the order of the ICS tactics, from 1. */
  readonly stage: number;
  /** Afterwards the device it was done to may act for the attacker. */
  readonly takesTarget: boolean;
  readonly source: string;
}

interface Raw {
  readonly tactics: readonly Tactic[];
  readonly techniques: readonly (Omit<Technique, 'stage'> & { readonly stage: string })[];
}

export interface Attack {
  readonly tactics: readonly Tactic[];
  readonly techniques: ReadonlyMap<string, Technique>;
}

let kept: Attack | undefined;

const path = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let i = 0; i < 6; i++) {
    const file = join(folder, 'data', 'attack', 'techniques.json');
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  throw new Error('data/attack/techniques.json of the package is missing');
};

/** Read once. */
export const attack = (): Attack => {
  if (kept !== undefined) return kept;
  const raw = JSON.parse(readFileSync(path(), 'utf8')) as Raw;
  const order = new Map(raw.tactics.map((tactic) => [tactic.name, tactic.order]));
  const techniques = new Map<string, Technique>();
  for (const entry of raw.techniques) {
    const stage = order.get(entry.stage);
    if (stage === undefined) throw new Error(`data/attack/techniques.json: ${entry.id} has the stage ${entry.stage}`);
    // T0856 and others stand in several tactics: the first counts.
    if (!techniques.has(entry.id)) techniques.set(entry.id, { ...entry, stage });
  }
  kept = { tactics: raw.tactics, techniques };
  return kept;
};

export const depthOf = (stage: number): number => attack().tactics[stage - 1]?.depth ?? 0;
/** `changing what the process does`; '' for what is no tactic. */
export const tacticMeaning = (stage: number): string => attack().tactics[stage - 1]?.meaning ?? '';
export const tacticName = (stage: number): string => attack().tactics[stage - 1]?.name ?? '';

/** Stage and grip of a list of techniques: the first that is known says the stage, any may take the target. */
export const meaningOf = (techniques: readonly string[]): { readonly stage: number; readonly takesTarget: boolean } => {
  let stage = 0;
  let takesTarget = false;
  for (const id of techniques) {
    const technique = attack().techniques.get(id) ?? attack().techniques.get(id.split('.')[0]!);
    if (technique === undefined) continue;
    if (stage === 0) stage = technique.stage;
    takesTarget ||= technique.takesTarget;
  }
  return { stage, takesTarget };
};
