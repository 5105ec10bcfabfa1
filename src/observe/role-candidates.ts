/**
 * Which rules for roles can hold at all: each rule is found by one thing that it needs (an attribute, a protocol or port served, a
 * protocol used, an act), and a device has few of these. What the rule needs beside it is still to be asked.
 */
import type { RoleConditions, RoleRule } from './knowledge.ts';
import type { Behaviour } from './roles.ts';

const KEYS = ['attribute', 'serves', 'servesPort', 'uses', 'does'] as const satisfies readonly (keyof RoleConditions)[];
type Key = (typeof KEYS)[number];

export class RoleCandidates {
  /** Places in the list of rules. */
  readonly #by: Readonly<Record<Key, Map<string | number, number[]>>> = {
    attribute: new Map(),
    serves: new Map(),
    servesPort: new Map(),
    uses: new Map(),
    does: new Map(),
  };
  readonly #always: number[] = [];
  readonly #marks: Uint8Array;

  constructor(rules: readonly RoleRule[]) {
    this.#marks = new Uint8Array(rules.length);
    for (const [place, { when }] of rules.entries()) {
      const key = KEYS.find((k) => when[k] !== undefined);
      if (key === undefined) this.#always.push(place);
      else
        for (const what of [when[key]!].flat()) {
          const places = this.#by[key].get(what);
          if (places === undefined) this.#by[key].set(what, [place]);
          else places.push(place);
        }
    }
  }

  /** By place in the list of rules: 1 where the rule may hold, 0 where it cannot. Good until the next call. */
  of(b: Behaviour, attributes: ReadonlySet<string>): Uint8Array {
    const marks = this.#marks.fill(0);
    for (const place of this.#always) marks[place] = 1;
    this.#mark('attribute', attributes);
    this.#mark('serves', b.serves);
    this.#mark('servesPort', b.servesPorts);
    this.#mark('uses', b.uses);
    this.#mark('does', b.does);
    return marks;
  }

  #mark(key: Key, had: ReadonlySet<string | number>): void {
    for (const what of had) for (const place of this.#by[key].get(what) ?? NONE) this.#marks[place] = 1;
  }
}

const NONE: readonly number[] = [];
