/**
 * Which points are copies of others: a historian, an OPC UA server, a gateway offers again what it read from a controller.
 * Learned from changes alone: new values of the copy were values of its source just before, far more often than they were
 * values of it a minute earlier (numbers of few digits come again by chance). Not all need be: a server asks at other times
 * than those who are heard on the wire. Only a device that copies several others is believed, since two instruments of one
 * quantity show the same digits too. Digits are compared, so that scaling by powers of ten does not matter. It listens for
 * a part of the time only, since all values of a plant are many.
 * Source: event coincidence with a shifted control, after Donges et al., Event coincidence analysis for quantifying
 * statistical interrelationships between event time series, European Physical Journal Special Topics 225 (2016).
 */

/** Listening time of each period, frame time. */
const PERIOD_US = 1_200_000_000;
const LISTEN_US = 150_000_000;
/** A copy shows a value at most so long after its source. */
const LAG_US = 15_000_000;
/** The control: the same look so much earlier. */
const SHIFT_US = 60_000_000;
/** Digits of a number from which on it tells something. */
const LEAST_DIGITS = 3;
/** Changes of a copy that are needed, and after how many in vain it is taken for nobody's copy. */
const NEEDED = 60;
const IN_VAIN = 600;
/** Part of its changes that its source must have shown just before beyond chance, and how many times more than by chance. */
const BEYOND = 0.25;
const TIMES = 3;
/** A device that copies so many others is a server of their values. */
const SERVER_OF = 2;
/** Changes kept of one time of listening; further ones are not heard. */
export const MAX_HEARD = 100_000;
/** Times of one value that are looked at; of more the latest. */
const MAX_TIMES = 64;
/** Pairs of points that are counted; at the limit those that match seldom leave, and further ones are not counted. */
export const MAX_MIRROR_PAIRS = 50_000;

interface Change {
  readonly point: number;
  readonly device: number;
  readonly tsUs: number;
  readonly digits: string;
}
type Count = { hits: number; chance: number };
export interface SavedMirrors {
  readonly sources: readonly (readonly [mirror: number, source: number, device: number, from: number])[];
  readonly changes: readonly (readonly [point: number, changes: number])[];
  readonly counts: readonly (readonly [mirror: number, source: number, hits: number, chance: number])[];
}

/** Digits without sign, point and zeros at the ends; '' where they tell nothing. Six digits: what a 32-bit real holds. */
export const digitsOf = (value: number): string => {
  if (!Number.isFinite(value) || value === 0) return '';
  const mantissa = Math.abs(value).toExponential(5).split('e')[0]!;
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  return digits.length < LEAST_DIGITS ? '' : digits;
};

const NONE: readonly number[] = [];

/** Asked by the number of a point; 0 is no point. What is kept by point is bounded by the points of the site. */
export class Mirrors {
  #heard: Change[] = [];
  /** Latest value of each point that was heard. */
  #last = new Map<number, number>();
  /** Source by mirror; 0: it was looked for in vain. */
  readonly #sources = new Map<number, number>();
  readonly #copies = new Map<number, number[]>();
  /** Devices that a device copies. */
  readonly #copied = new Map<number, Set<number>>();
  readonly #deviceOf = new Map<number, number>();
  /** Changes judged of a point, and matches by mirror and source. */
  readonly #changes = new Map<number, number>();
  readonly #counts = new Map<number, Map<number, Count>>();
  #pairs = 0;

  isListening(tsUs: number): boolean {
    return tsUs % PERIOD_US < LISTEN_US;
  }
  /** `device` offers the point. Only while it listens. */
  heard(point: number, device: number, value: number, tsUs: number): void {
    const last = this.#last.get(point);
    if (point <= 0 || last === value || this.#heard.length >= MAX_HEARD) return;
    this.#last.set(point, value);
    // What it was at the beginning is no change.
    if (last === undefined) return;
    const digits = digitsOf(value);
    if (digits !== '') this.#heard.push({ point, device, tsUs, digits });
  }
  /** Learns from what was heard once the listening is over. */
  tick(tsUs: number): void {
    if (this.#last.size === 0 || this.isListening(tsUs)) return;
    this.#match(this.#heard);
    this.#heard = [];
    this.#last = new Map();
  }

  /** The point that it is a copy of, through all copies between; 0 where it is none. */
  sourceOf(point: number): number {
    let source = 0;
    let at = this.#believed(point);
    for (let depth = 0; at > 0 && at !== point && depth < 8; depth++) {
      source = at;
      at = this.#believed(at);
    }
    return source;
  }
  #believed(point: number): number {
    const others = this.#copied.get(this.#deviceOf.get(point) ?? 0);
    return others !== undefined && others.size >= SERVER_OF ? (this.#sources.get(point) ?? 0) : 0;
  }
  /** Its copies, and theirs. */
  copiesOf(point: number): readonly number[] {
    if (!this.#copies.has(point)) return NONE;
    const out = new Set<number>();
    const add = (at: number): void => {
      for (const copy of this.#copies.get(at) ?? [])
        if (copy !== point && !out.has(copy) && this.#believed(copy) > 0) {
          out.add(copy);
          add(copy);
        }
    };
    add(point);
    return [...out];
  }

  #match(heard: readonly Change[]): void {
    const first = heard[0];
    if (first === undefined) return;
    const fromUs = first.tsUs + SHIFT_US + LAG_US;
    const times = new Map<string, Change[]>();
    const judged = new Set<number>();
    for (const { point, device } of heard) this.#deviceOf.set(point, device);
    for (const change of heard) {
      const { point, digits, tsUs, device } = change;
      const same = times.get(digits);
      if (tsUs >= fromUs && !this.#sources.has(point)) {
        this.#changes.set(point, (this.#changes.get(point) ?? 0) + 1);
        judged.add(point);
        const hits = new Set<number>();
        const chance = new Set<number>();
        for (const other of same ?? []) {
          const agoUs = tsUs - other.tsUs;
          if (other.device === device || agoUs < 0) continue;
          if (agoUs <= LAG_US) hits.add(other.point);
          else if (agoUs >= SHIFT_US && agoUs <= SHIFT_US + LAG_US) chance.add(other.point);
        }
        for (const source of hits) this.#count(point, source).hits++;
        for (const source of chance) this.#count(point, source).chance++;
      }
      if (same === undefined) times.set(digits, [change]);
      else {
        same.push(change);
        if (same.length > MAX_TIMES) same.shift();
      }
    }
    for (const point of judged) this.#decide(point);
  }
  #count(mirror: number, source: number): Count {
    const of = this.#counts.get(mirror) ?? new Map<number, Count>();
    this.#counts.set(mirror, of);
    const known = of.get(source);
    if (known !== undefined) return known;
    const count = { hits: 0, chance: 0 };
    if (this.#pairs >= MAX_MIRROR_PAIRS) this.#prune();
    if (this.#pairs >= MAX_MIRROR_PAIRS) return count;
    of.set(source, count);
    this.#pairs++;
    return count;
  }
  #prune(): void {
    for (const [mirror, of] of this.#counts)
      for (const [source, { hits }] of of)
        if (hits < (this.#changes.get(mirror) ?? 0) / 2) {
          of.delete(source);
          this.#pairs--;
        }
  }
  #decide(point: number): void {
    const n = this.#changes.get(point) ?? 0;
    if (n < NEEDED) return;
    let best = 0;
    let most = BEYOND;
    for (const [source, { hits, chance }] of this.#counts.get(point) ?? []) {
      const beyond = (hits - chance) / n;
      if (beyond < most || hits < chance * TIMES || this.#sources.get(source) === point) continue;
      // The copy follows its source, more than the other way round.
      const turned = this.#counts.get(source)?.get(point);
      if (turned !== undefined && (turned.hits - turned.chance) / this.#changes.get(source)! >= beyond) continue;
      best = source;
      most = beyond;
    }
    if (best === 0 && n < IN_VAIN) return;
    this.#setSource(point, best, this.#deviceOf.get(point) ?? 0, this.#deviceOf.get(best) ?? 0);
    this.#pairs -= this.#counts.get(point)?.size ?? 0;
    this.#counts.delete(point);
    this.#changes.delete(point);
  }
  #setSource(mirror: number, source: number, device: number, from: number): void {
    this.#sources.set(mirror, source);
    this.#deviceOf.set(mirror, device);
    if (source === 0) return;
    this.#deviceOf.set(source, from);
    this.#copies.set(source, [...(this.#copies.get(source) ?? []), mirror]);
    this.#copied.set(device, (this.#copied.get(device) ?? new Set()).add(from));
  }

  /** What it is listening to at the moment is left out: it is heard anew. */
  save(): SavedMirrors {
    const device = (point: number): number => this.#deviceOf.get(point) ?? 0;
    return {
      sources: [...this.#sources].map(([mirror, source]) => [mirror, source, device(mirror), device(source)]),
      changes: [...this.#changes],
      counts: [...this.#counts].flatMap(([mirror, of]) =>
        [...of].map(([source, { hits, chance }]) => [mirror, source, hits, chance] as const),
      ),
    };
  }
  load(saved: SavedMirrors): void {
    this.#heard = [];
    this.#last = new Map();
    this.#sources.clear();
    this.#copies.clear();
    this.#copied.clear();
    this.#deviceOf.clear();
    this.#changes.clear();
    this.#counts.clear();
    this.#pairs = 0;
    for (const row of saved.sources) this.#setSource(...row);
    for (const [point, changes] of saved.changes) this.#changes.set(point, changes);
    for (const [mirror, source, hits, chance] of saved.counts)
      Object.assign(this.#count(mirror, source), { hits, chance });
  }
}
