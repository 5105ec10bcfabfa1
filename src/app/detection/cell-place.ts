/**
 * What a cell has from its site: where its points are, what they are called, who makes its model and who hears what it says. Found out
 * when it is asked for: of thousands of cells that are brought back it takes seconds, and most of it nobody asks.
 */
import type { Statement } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { Point } from '../../core/site.ts';
import type { PointWatch, SiteModel } from '../../core/site-model.ts';
import type { Fitter } from './fitting.ts';
import type { CellPlan } from './saved-cell.ts';

/** What a cell works with. */
export interface CellOptions {
  readonly plan: CellPlan;
  readonly watch: PointWatch;
  /** Names of the points as the model knows them, and the device and protocol of each. */
  readonly names: readonly string[];
  readonly targets: readonly EndpointId[];
  readonly protocols: readonly string[];
  /** Of each column the one whose register follows its own, -1 for none: two of them may be one number. */
  readonly followers?: Int8Array;
  readonly fitter: Fitter;
  /** Rows whose band is remembered; absent: BAND_ROWS. Asked when it has its first model. */
  readonly bandRows?: () => number;
  /** Cells of the site; absent: this one. */
  readonly cells?: () => number;
  /** A model that was asked for is there, or could not be made. `wasAwaited`: a thread of its own made it, not `fit` in place. */
  readonly onFitted: (wasAwaited: boolean) => void;
  readonly state: (statement: Statement) => void;
  readonly end: (kind: FindingKind, key: string, tsUs: number) => void;
}

/** The same for all cells of a site. */
export interface CellSite {
  readonly model: Pick<SiteModel, 'point' | 'placeOf' | 'watch'>;
  readonly fitter: Fitter;
  readonly cells: () => number;
  readonly bandRows: () => number;
  readonly onFitted: (wasAwaited: boolean) => void;
  readonly namesOf: (plan: CellPlan) => readonly string[];
  readonly state: (statement: Statement, plan: CellPlan) => void;
  readonly end: (kind: FindingKind, key: string, tsUs: number) => void;
}

/** Of each column the one whose register follows its own in the same area of the same device; -1 for none. */
const followersOf = (points: readonly (Point | undefined)[]): Int8Array => {
  const keyOf = ({ target, protocol }: Point, area: string, address: number): string =>
    `${target} ${protocol} ${area} ${address}`;
  const places = points.map((point) => {
    const [, area, address] = /^(.*) (\d+)$/.exec(point?.path ?? '') ?? [];
    return point === undefined || area === undefined ? undefined : { point, area, address: Number(address) };
  });
  const columns = new Map(
    places.flatMap((at, column) => (at === undefined ? [] : [[keyOf(at.point, at.area, at.address), column] as const])),
  );
  return Int8Array.from(places, (at) => (at && columns.get(keyOf(at.point, at.area, at.address + 1))) ?? -1);
};

export class CellPlace implements CellOptions {
  readonly plan: CellPlan;
  readonly watch: PointWatch;
  readonly #site: CellSite;
  #targets: readonly EndpointId[] | undefined;
  #protocols: readonly string[] | undefined;
  #names: readonly string[] | undefined;
  #followers: Int8Array | undefined;

  constructor(plan: CellPlan, site: CellSite) {
    this.plan = plan;
    this.watch = site.model.watch(plan.points);
    this.#site = site;
  }

  get targets(): readonly EndpointId[] {
    const { points, controller } = this.plan;
    this.#targets ??= points.map((id) => this.#site.model.placeOf(id)?.target ?? controller);
    return this.#targets;
  }
  get protocols(): readonly string[] {
    this.#protocols ??= this.plan.points.map((id) => this.#site.model.placeOf(id)?.protocol ?? '');
    return this.#protocols;
  }
  get names(): readonly string[] {
    this.#names ??= this.#site.namesOf(this.plan);
    return this.#names;
  }
  get followers(): Int8Array {
    this.#followers ??= followersOf(this.plan.points.map((id) => this.#site.model.point(id)));
    return this.#followers;
  }
  get fitter(): Fitter {
    return this.#site.fitter;
  }
  get cells(): () => number {
    return this.#site.cells;
  }
  get bandRows(): () => number {
    return this.#site.bandRows;
  }
  get onFitted(): (wasAwaited: boolean) => void {
    return this.#site.onFitted;
  }
  state(statement: Statement): void {
    this.#site.state(statement, this.plan);
  }
  end(kind: FindingKind, key: string, tsUs: number): void {
    this.#site.end(kind, key, tsUs);
  }
}
