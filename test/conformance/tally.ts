/** Counts of values per protocol and peer, column by column and capture by capture; and what was different. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));

export interface Counts {
  /** Rows of the peer that say something. */
  rows: number;
  /** Values that the peer gives. */
  expected: number;
  equal: number;
  different: number;
  missing: number;
  extra: number;
  disputed: number;
}
const zero = (): Counts => ({ rows: 0, expected: 0, equal: 0, different: 0, missing: 0, extra: 0, disputed: 0 });

/** Share of the values that are equal, disputed ones aside; 100 where nothing can be judged. */
export const percentOf = (c: Counts): number => {
  const judged = c.equal + c.different + c.missing + c.extra;
  return judged === 0 ? 100 : (100 * c.equal) / judged;
};

export interface Difference {
  readonly capture: string;
  readonly protocol: string;
  readonly peer: string;
  /** `modbus.log` or `frame`. */
  readonly log: string;
  /** Frame, or row of the log. */
  readonly row: number;
  readonly column: string;
  readonly kind: 'different' | 'missing' | 'extra' | 'disputed';
  readonly ours: string;
  readonly theirs: string;
}

/** One entry of disputes/<protocol>.json: the peer is wrong, with proof. */
export interface Dispute {
  readonly peer: string;
  /** Log or table; absent: any. */
  readonly log?: string;
  readonly column: string;
  /** Texts with `*` for anything; absent: anything. */
  readonly theirs?: string;
  readonly ours?: string;
  /** Where other values decide: the peer's row must have these (texts with `*`). */
  readonly when?: Readonly<Record<string, string>>;
  /** The same for our row (logs only). */
  readonly whenOurs?: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly octets: string;
  readonly clause: string;
  /** Where it can be seen. */
  readonly example: string;
}

interface CompiledDispute {
  readonly dispute: Dispute;
  readonly theirs: RegExp;
  readonly ours: RegExp;
  readonly when: readonly (readonly [string, RegExp])[];
  readonly whenOurs: readonly (readonly [string, RegExp])[];
}

const glob = (text: string | undefined): RegExp =>
  new RegExp(
    `^${(text ?? '*')
      .split('*')
      .map((t) => t.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*')}$`,
  );

const readFolder = <T>(folder: string): Map<string, T> =>
  new Map(
    (existsSync(join(here, folder)) ? readdirSync(join(here, folder)) : [])
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(here, folder, file), 'utf8')) as T]),
  );

export interface Floor {
  /** Mean over the columns. */
  readonly percent: number;
  /** Columns with a floor of their own. */
  readonly columns?: Readonly<Record<string, number>>;
}
/** floors/<protocol>.json: a floor for each peer. */
export const readFloors = (): Map<string, Readonly<Record<string, Floor>>> => readFolder('floors');

const nothing = (): string => '';

export class Pair {
  readonly protocol: string;
  readonly peer: string;
  readonly total = zero();
  readonly columns = new Map<string, Counts>();
  readonly captures = new Map<string, Counts>();
  constructor(protocol: string, peer: string) {
    this.protocol = protocol;
    this.peer = peer;
  }
  /** Mean over the columns that have values to judge. */
  get percent(): number {
    const judged = [...this.columns.values()].filter((c) => c.equal + c.different + c.missing + c.extra > 0);
    return judged.length === 0 ? 100 : judged.reduce((s, c) => s + percentOf(c), 0) / judged.length;
  }
}

export class Tally {
  readonly pairs = new Map<string, Pair>();
  readonly differences: Difference[] = [];
  /** Disputes that were met: those that never are belong deleted. */
  readonly met = new Set<Dispute>();
  readonly #keep: number;
  readonly #kept = new Map<string, number>();
  readonly #disputes = new Map<string, readonly CompiledDispute[]>();

  /** `keep`: differences to keep for each column of each pair. */
  constructor(keep = 0) {
    this.#keep = keep;
    for (const [protocol, list] of readFolder<readonly Dispute[]>('disputes'))
      this.#disputes.set(
        protocol,
        list.map((dispute) => ({
          dispute,
          theirs: glob(dispute.theirs),
          ours: glob(dispute.ours),
          when: Object.entries(dispute.when ?? {}).map(([k, v]) => [k, glob(v)] as const),
          whenOurs: Object.entries(dispute.whenOurs ?? {}).map(([k, v]) => [k, glob(v)] as const),
        })),
      );
  }

  get disputes(): readonly Dispute[] {
    return [...this.#disputes.values()].flat().map((d) => d.dispute);
  }

  pair(protocol: string, peer: string): Pair {
    const key = `${protocol}\t${peer}`;
    let pair = this.pairs.get(key);
    if (!pair) {
      pair = new Pair(protocol, peer);
      this.pairs.set(key, pair);
    }
    return pair;
  }

  /** A row of the peer that has at least one value that is compared. */
  row(protocol: string, peer: string, capture: string): void {
    const pair = this.pair(protocol, peer);
    pair.total.rows++;
    this.#of(pair.captures, capture).rows++;
  }

  /** One value: `ours` or `theirs` may be '' (but not both). `row` and `ourRow` give the other values, for disputes. */
  value(
    where: Omit<Difference, 'kind' | 'ours' | 'theirs'>,
    ours: string,
    theirs: string,
    same: ((ours: string, theirs: string) => boolean) | undefined,
    row: (column: string) => string,
    ourRow: (column: string) => string = nothing,
  ): void {
    const pair = this.pair(where.protocol, where.peer);
    const counts = [
      pair.total,
      this.#of(pair.columns, `${where.log} ${where.column}`),
      this.#of(pair.captures, where.capture),
    ];
    const add = (kind: keyof Counts): void => {
      for (const c of counts) c[kind]++;
    };
    if (theirs !== '') add('expected');
    if (ours === theirs || (ours !== '' && theirs !== '' && same?.(ours, theirs))) {
      add('equal');
      return;
    }
    const kind = this.#disputed(where, ours, theirs, row, ourRow)
      ? 'disputed'
      : theirs === ''
        ? 'extra'
        : ours === ''
          ? 'missing'
          : 'different';
    add(kind);
    if (this.#keep === 0 || kind === 'disputed') return;
    const key = `${where.protocol}\t${where.peer}\t${where.log}\t${where.column}\t${kind}`;
    const kept = this.#kept.get(key) ?? 0;
    if (kept >= this.#keep) return;
    this.#kept.set(key, kept + 1);
    this.differences.push({ ...where, kind, ours, theirs });
  }

  #of(map: Map<string, Counts>, key: string): Counts {
    let c = map.get(key);
    if (!c) {
      c = zero();
      map.set(key, c);
    }
    return c;
  }

  #disputed(
    where: Omit<Difference, 'kind' | 'ours' | 'theirs'>,
    ours: string,
    theirs: string,
    row: (column: string) => string,
    ourRow: (column: string) => string,
  ): boolean {
    for (const d of this.#disputes.get(where.protocol) ?? []) {
      if (d.dispute.peer !== where.peer) continue;
      if (d.dispute.log !== undefined && d.dispute.log !== where.log) continue;
      if (d.dispute.column !== '*' && d.dispute.column !== where.column) continue;
      if (!d.theirs.test(theirs) || !d.ours.test(ours)) continue;
      if (!d.when.every(([column, pattern]) => pattern.test(row(column)))) continue;
      if (!d.whenOurs.every(([column, pattern]) => pattern.test(ourRow(column)))) continue;
      this.met.add(d.dispute);
      return true;
    }
    return false;
  }
}
