/**
 * What a kind of happening is: its target, its parameters with their limits, and how it begins and ends. Kinds are two
 * visible lists, `attacks.ts` and `disturbances.ts`; the guide's tables are written out of them.
 */
import type { Happening } from '../world.ts';
import type { Board } from './board.ts';
import type { Point, Tamper } from './point.ts';
import type { Site } from './site.ts';

export interface Parameter {
  readonly text: string;
  /** A number between `low` and `high`, or one of the `words`. */
  readonly low?: number;
  readonly high?: number;
  readonly words?: readonly string[];
  /** Used where it is not given; without it the parameter must be given. */
  readonly usual?: number | string;
}

/** What goes on between begin and end. */
export interface Running {
  /** Once a step. */
  readonly step?: (timeS: number) => void;
  readonly end?: () => void;
}

export interface Kind {
  readonly text: string;
  /** What `target` names, in words. */
  readonly target: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly begin: (context: Context) => Running;
}

/** A happening with its parameters checked, and what it needs of the world. */
export class Context {
  readonly site: Site;
  readonly happening: Happening;
  readonly nowS: number;
  readonly #kind: Kind;
  readonly #history: (point: Point, agoS: number) => number;

  constructor(
    site: Site,
    happening: Happening,
    kind: Kind,
    nowS: number,
    history: (point: Point, agoS: number) => number,
  ) {
    this.site = site;
    this.happening = happening;
    this.nowS = nowS;
    this.#kind = kind;
    this.#history = history;
  }

  get target(): string {
    return this.happening.target;
  }
  /** Value of `point` so many seconds ago, NaN where it is not known any more. */
  earlier(point: Point, agoS: number): number {
    return this.#history(point, agoS);
  }
  given(name: string): boolean {
    return this.happening.parameters[name] !== undefined;
  }
  number(name: string): number {
    return Number(this.happening.parameters[name] ?? this.#kind.parameters[name]?.usual ?? Number.NaN);
  }
  word(name: string): string {
    return String(this.happening.parameters[name] ?? this.#kind.parameters[name]?.usual ?? '');
  }

  board(): Board {
    const board = this.site.boards.find((b) => b.id === this.target);
    if (board === undefined) throw new Error(`${this.happening.kind}: no controller ${this.target}`);
    return board;
  }
  point(): Point {
    return this.found().point;
  }
  found(): { readonly board: Board; readonly point: Point } {
    const found = this.site.find(this.target);
    if (found === undefined) throw new Error(`${this.happening.kind}: no point ${this.target}`);
    return found;
  }
  /** The measured point of that name, or all of the controller of that name. */
  measured(): readonly Point[] {
    const board = this.site.boards.find((b) => b.id === this.target);
    const points = board === undefined ? [this.point()] : board.sensors;
    if (points.some((p) => p.sensor === undefined)) throw new Error(`${this.target} is not measured`);
    return points;
  }
}

/** Puts `make(point)` between what is true and what is believed, of each point; the end takes it away again. */
export const tamperAll = (c: Context, make: (point: Point) => Tamper): Running => {
  const view = c.word('where') === 'view';
  const points = c.measured();
  const mine = points.map((p) => {
    const tamper = make(p);
    if (view) p.mask = tamper;
    else p.tamper = tamper;
    return tamper;
  });
  return {
    end: () => {
      points.forEach((p, i) => {
        if (p.tamper === mine[i]) p.tamper = undefined;
        if (p.mask === mine[i]) p.mask = undefined;
      });
    },
  };
};

/** Shows masters the value of now, whatever it becomes; the end takes it away again. */
export const showAsNow = (points: readonly Point[]): (() => void) => {
  const masks = points.map((p) => {
    const shown = p.value;
    const mask: Tamper = () => shown;
    p.mask = mask;
    return mask;
  });
  return () => {
    points.forEach((p, i) => {
      if (p.mask === masks[i]) p.mask = undefined;
    });
  };
};

/** `where` of the kinds that falsify a signal. */
export const WHERE: Parameter = {
  text: 'controller: the controller works with the false value too; view: only masters and HMIs are shown it',
  words: ['controller', 'view'],
  usual: 'controller',
};
export const CONCEAL: Parameter = {
  text: '1: masters and HMIs are shown the value as it was',
  low: 0,
  high: 1,
  usual: 0,
};

const complain = (kind: string, text: string): never => {
  throw new Error(`happening ${kind}: ${text}`);
};

/** Throws where a parameter is unknown, missing or out of its limits: a programmer's error. */
export const checkParameters = (happening: Happening, kind: Kind): void => {
  for (const [name, value] of Object.entries(happening.parameters)) {
    const p = kind.parameters[name] ?? complain(happening.kind, `no parameter ${name}`);
    if (p.words !== undefined && !p.words.includes(String(value)))
      complain(happening.kind, `${name} is one of ${p.words}`);
    if (p.low !== undefined && !(Number(value) >= p.low && Number(value) <= p.high!))
      complain(happening.kind, `${name} lies between ${p.low} and ${p.high}`);
  }
  for (const [name, p] of Object.entries(kind.parameters))
    if (p.usual === undefined && happening.parameters[name] === undefined)
      complain(happening.kind, `${name} must be given`);
};
