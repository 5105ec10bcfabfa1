/** Process cells as answers: points with sparkline, band and what is armed, relations, the band of one point. */
import type {
  Band,
  CellCycle,
  CellDetail,
  CellList,
  CellPoint,
  CellQuery,
  CellRow,
  CellsQuery,
  GuardState,
  PointLook,
  PointRef,
  RelationRow,
  Series,
} from '../../api/index.ts';
import type { Finding } from '../../core/finding.ts';
import { durationText, fill } from '../../decide/index.ts';
import { type Cycle, parseRelation, type Relation, RelationWatch, wordsText } from '../../learn/process/index.ts';
import type { Store } from '../../store/index.ts';
import type { Cell } from '../detection/cell.ts';
import { BAND_ROWS } from '../detection/cell-bands.ts';
import { type Decided, relationId } from '../detection/relations.ts';
import { RequestError } from '../engine-contract.ts';
import { rangeOf, type SeriesRequest, seriesOf } from '../series.ts';
import { unitOf } from '../units.ts';
import { kindOf, namingOf, pointRef } from './findings.ts';
import { partOf } from './page.ts';
import { finite, maybeTime, partyOf, plainValue, type SiteView, share } from './view.ts';

type Progress = Pick<CellRow, 'state' | 'share' | 'text'>;

const HOUR_US = 3_600_000_000;
const DEFAULT_SAMPLES = 120;

const progressOf = (view: SiteView, cell: Cell): Progress => {
  const { feed, learningUs } = view.detection;
  if (cell.isAway || (cell.rows.isAway && !cell.isArmed))
    return {
      state: 'returning',
      share: null,
      text: 'what it learned is being read back; what comes meanwhile is judged then',
    };
  const part = feed.shareOf(cell);
  const { time } = namingOf(view);
  if (cell.isArmed) {
    if (cell.isUnseen(view.detection.nowUs))
      return { state: 'unseen', share: 1, text: `not judged: nothing of it was seen since ${time(cell.rows.lastUs)}` };
    const anew = cell.fitting === undefined ? '' : '; learned anew at the moment';
    const missed =
      cell.missed === 0
        ? ''
        : `; ${cell.missed} rows that came before it was read back after the start were not judged`;
    const trialUs = cell.trialUntilUs(view.detection.nowUs);
    const trial =
      trialUs === 0
        ? ''
        : `; on trial until ${time(trialUs)}, longer if it says more than a little by itself before: that makes no alert, unless something else is odd here`;
    return {
      state: trialUs === 0 ? 'armed' : 'trial',
      share: 1,
      text: `judged since ${time(cell.fittedUs)}${trial}${anew}${missed}`,
    };
  }
  if (cell.fitting !== undefined) {
    const { sinceUs, before } = cell.fitting;
    const queue = before === 0 ? '' : ` after ${before} other${before === 1 ? '' : 's'}`;
    return {
      state: 'fitting',
      share: 1,
      text: `its model is being made${queue}, of what was seen until ${time(sinceUs)}`,
    };
  }
  if (cell.problem !== '') return { state: 'unarmed', share: share(part), text: `not armed: ${cell.problem}` };
  if (cell.rows.count === 0) return { state: 'waiting', share: null, text: 'no values were seen yet' };
  const needed = learningUs / HOUR_US;
  const tail = part >= 1 ? '; the site has not watched for its learning time yet' : '';
  return {
    state: 'learning',
    share: share(part),
    text: `learning: ${durationText(Math.min(1, part) * needed * HOUR_US)} of the ${durationText(needed * HOUR_US)} that it needs${tail}`,
  };
};

/** What was judged of a number in two registers is told with the words that it is made of. */
const numberText = (cell: Cell, i: number): string => {
  const pair = cell.pairOf(i);
  return pair?.first === i ? `; with ${cell.names[pair.second]} ${wordsText(pair)}` : '';
};

const pointProgress = (view: SiteView, cell: Cell, i: number): Progress => {
  const progress = progressOf(view, cell);
  const whole = { ...progress, text: `${progress.text}${numberText(cell, i)}` };
  const arming = cell.arming[i];
  if (!cell.isArmed || arming === undefined) return whole;
  if (arming.armed.length > 0)
    return (whole.state === 'armed' || whole.state === 'trial') && !cell.isSeen(i)
      ? { state: 'unseen', share: 1, text: 'not judged: no value of it was seen of late' }
      : whole;
  return { state: 'unarmed', share: 1, text: `not armed: ${arming.unarmed || 'nothing could be learned of it'}` };
};

const openByPoint = (view: SiteView): Map<number, Finding> => {
  const open = new Map<number, Finding>();
  for (const finding of view.detection.triage.findings()) {
    if (finding.state !== 'open' || finding.point === 0) continue;
    const known = open.get(finding.point);
    if (known === undefined || finding.surprise > known.surprise) open.set(finding.point, finding);
  }
  return open;
};

const LOOKED_FOR: Readonly<Record<Exclude<PointLook, 'all' | 'moving' | 'odd'>, readonly GuardState[]>> = {
  learning: ['learning', 'waiting', 'fitting'],
  unseen: ['unseen'],
  unarmed: ['unarmed'],
};

/** It stands at one value: by the model, and before there is one since it was first seen. */
const isStill = (view: SiteView, cell: Cell, i: number): boolean => {
  const nature = natureOf(cell, i);
  return nature === 'unknown' ? (view.model.point(cell.plan.points[i]!)?.changes ?? 0) <= 1 : nature === 'constant';
};

/** Columns of the points that a filter keeps, in order; all without one. */
const kept = (
  view: SiteView,
  cell: Cell,
  open: ReadonlyMap<number, Finding>,
  { q = '', look = 'all' }: CellsQuery,
): readonly number[] => {
  const all = cell.plan.points.map((_, i) => i);
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && look === 'all') return all;
  const name = nameOf(view, cell);
  return all.filter((i) => {
    const id = cell.plan.points[i]!;
    if (look === 'odd' && !open.has(id)) return false;
    if (look === 'moving' && isStill(view, cell, i)) return false;
    if (
      look !== 'all' &&
      look !== 'moving' &&
      look !== 'odd' &&
      !LOOKED_FOR[look].includes(pointProgress(view, cell, i).state)
    )
      return false;
    if (words.length === 0) return true;
    const point = view.model.point(id);
    const device = partyOf(view, point?.target ?? cell.plan.controller);
    const text = [point?.path ?? cell.names[i], device.name, device.address, unitOf(view, id), name].join(' ');
    return words.every((word) => text.toLowerCase().includes(word));
  });
};

/** Its controller's; further cells of one are numbered. */
export const nameOf = (view: SiteView, { plan }: Cell): string => {
  const { name } = partyOf(view, plan.controller);
  const number = /-(\d+)$/.exec(plan.id)?.[1];
  return number === undefined ? name : `${name} (${number})`;
};

/** Findings about its points that are open. */
const openOf = ({ plan }: Cell, open: ReadonlyMap<number, Finding>): number =>
  plan.points.reduce((n, point) => n + Number(open.has(point)), 0);

const cellRow = (view: SiteView, cell: Cell, open: ReadonlyMap<number, Finding>, fits: number): CellRow => {
  const { plan } = cell;
  const controller = partyOf(view, plan.controller);
  const made = view.model.asset(controller.id);
  return {
    id: plan.id,
    name: nameOf(view, cell),
    controller,
    made: made === undefined ? '' : [made.vendor, made.model].filter((x) => x !== '').join(' '),
    points: plan.points.length,
    fits,
    ...progressOf(view, cell),
    armed: cell.armed,
    relations: relationCount(cell),
    open: openOf(cell, open),
    stepMs: plan.stepUs / 1000,
    lastAt: maybeTime(cell.rows.lastUs),
  };
};

const relationCount = (cell: Cell): number => {
  const texts = cell.model?.invariants ?? [];
  // Ids are hashes: of thousands of cells hardly one has relations that somebody decided about.
  if (cell.decided.length === 0) return new Set(texts.map(({ text }) => text)).size;
  const found = texts.map(({ text }) => relationId(cell.plan.id, text));
  return new Set([...found, ...cell.decided.map((row) => row.relation_id)]).size;
};

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Only the rows of the page are turned into answers. */
export const cells = (view: SiteView, query: CellsQuery = {}): CellList => {
  const { sort = 'findings' } = query;
  const open = openByPoint(view);
  const { feed } = view.detection;
  const all = feed.cells;
  const found = all
    .map((cell) => ({
      cell,
      fits: kept(view, cell, open, query).length,
      name: nameOf(view, cell),
      // What comes first: most findings; nothing seen at all, then the least learned.
      rank: sort === 'findings' ? -openOf(cell, open) : sort === 'learning' ? (progressOf(view, cell).share ?? -1) : 0,
    }))
    .filter(({ fits }) => fits > 0)
    .sort((a, b) => a.rank - b.rank || byName.compare(a.name, b.name));
  const { rows, next } = partOf(found, query);
  const sum = <T>(list: readonly T[], of: (x: T) => number): number => list.reduce((n, x) => n + of(x), 0);
  return {
    items: rows.map(({ cell, fits }) => cellRow(view, cell, open, fits)),
    next,
    total: found.length,
    cells: all.length,
    points: sum(all, ({ plan }) => plan.points.length),
    fits: sum(found, ({ fits }) => fits),
    armed: sum(all, ({ armed }) => armed),
    returning: feed.returning,
    pointsWithout: feed.without,
    version: view.version('process'),
  };
};

export const cellById = (view: SiteView, id: string): Cell => {
  const cell = view.detection.feed.cell(id);
  if (cell === undefined)
    throw new RequestError(404, 'not-found', 'There is no such cell.', 'Load the list of cells again.');
  return cell;
};

const natureOf = (cell: Cell, i: number): CellPoint['nature'] => cell.arming[i]?.nature ?? 'unknown';

const cellPoint = (
  view: SiteView,
  cell: Cell,
  i: number,
  rows: number,
  open: ReadonlyMap<number, Finding>,
): CellPoint => {
  const id = cell.plan.points[i]!;
  const point = view.model.point(id);
  const arming = cell.arming[i];
  const bands = cell.bands(i, rows);
  return {
    id,
    path: point?.path ?? cell.names[i]!,
    asset: partyOf(view, point?.target ?? cell.plan.controller),
    unit: unitOf(view, id),
    nature: natureOf(cell, i),
    value: cell.pairOf(i)?.first === i ? finite(cell.rows.lastValue(i)) : plainValue(point?.value),
    lastAt: maybeTime(point?.lastUs ?? 0),
    ...pointProgress(view, cell, i),
    armed: [...(arming?.armed ?? [])],
    unarmed: arming?.unarmed ?? '',
    detectable: finite(arming?.detectable ?? Number.NaN),
    withinMs: finite((arming?.withinUs ?? Number.NaN) / 1000),
    stuckAfterMs: finite((arming?.stuckAfterUs ?? Number.NaN) / 1000),
    explained: arming === undefined || Number.isNaN(arming.explained) ? null : share(arming.explained),
    surprise: Number.isNaN(cell.surprise(i)) ? null : share(cell.surprise(i)),
    values: cell.rows.latest(rows).at(i).map(finite),
    low: bands.low.map(finite),
    high: bands.high.map(finite),
    finding: open.get(id)?.id ?? '',
  };
};

/** What was found in the data and what people decided, each once. */
export const relationRows = (
  view: SiteView,
  cell: Cell,
  names: ReadonlyMap<string, string> = new Map(),
): RelationRow[] => {
  const found = cell.model?.invariants ?? [];
  const decided = new Map<string, Decided>(cell.decided.map((row) => [row.relation_id, row]));
  const texts = [...found.map(({ text }) => text), ...cell.decided.map(({ text }) => text)];
  const relations = new Map<string, Relation>();
  for (const text of texts) {
    const relation = parseRelation(text, cell.names);
    // A point that it names may not be in the cell any more.
    if (!('error' in relation)) relations.set(text, relation);
  }
  const broken = cell.broken(new RelationWatch([...relations.values()], cell.names));
  const pointsOf = (text: string): PointRef[] => {
    const relation = relations.get(text);
    const ends = relation === undefined ? [] : [relation.left, relation.when];
    return ends.map((name) => pointRef(view, cell.plan.points[cell.names.indexOf(name)]!));
  };
  const row = (id: string, text: string, rows: number, mine: Decided | undefined): RelationRow => ({
    id,
    text,
    points: pointsOf(text),
    state: (mine?.state ?? 'proposed') as RelationRow['state'],
    origin: (mine?.origin ?? 'learned') as RelationRow['origin'],
    held: rows > 0 ? 1 : null,
    rows,
    holds: broken === undefined ? null : !broken.has(text),
    who: mine === undefined ? '' : (names.get(mine.user_id) ?? mine.user_id),
    at: mine === undefined ? null : maybeTime(mine.ts),
  });
  const out = found.map(({ text, rows }) => {
    const id = relationId(cell.plan.id, text);
    const mine = decided.get(id);
    decided.delete(id);
    return row(id, mine?.text ?? text, mine === undefined || mine.text === text ? rows : 0, mine);
  });
  return [...out, ...[...decided.values()].map((mine) => row(mine.relation_id, mine.text, mine.rows, mine))];
};

const cycleRow = (view: SiteView, cell: Cell, { points, ...cycle }: Cycle): CellCycle => ({
  kind: cycle.kind,
  name: cycle.name,
  seen: cycle.seen,
  learned: cycle.learned,
  follows: cycle.follows,
  text: cycle.text,
  points: points.map((column) => pointRef(view, cell.plan.points[column]!)),
});

export const cellDetail = (
  view: SiteView,
  cell: Cell,
  query: CellQuery,
  names: ReadonlyMap<string, string>,
): CellDetail => {
  const open = openByPoint(view);
  const latest = cell.rows.latest(query.samples ?? DEFAULT_SAMPLES);
  const columns = kept(view, cell, open, query);
  return {
    cell: cellRow(view, cell, open, columns.length),
    us: latest.tsUs,
    points: columns.map((i) => cellPoint(view, cell, i, latest.tsUs.length, open)),
    relations: relationRows(view, cell, names),
    cycles: cell.cycles.map((cycle) => cycleRow(view, cell, cycle)),
    version: view.version('process'),
  };
};

/** Values of a column of the rows that are kept, in the time that was asked for; the latest where they are too many. */
const rowsOf = (cell: Cell, i: number, request: SeriesRequest): Pick<Series, 'us' | 'value'> => {
  const { from, to, limit } = rangeOf(request);
  const latest = cell.rows.latest(cell.rows.count);
  const values = latest.at(i);
  const kept = latest.tsUs.flatMap((us, row) => (us >= from && us <= to ? [row] : [])).slice(-limit);
  return { us: kept.map((row) => latest.tsUs[row]!), value: kept.map((row) => finite(values[row]!)) };
};

/**
 * Values of a point from the store with the band that was expected of it. The band is known for the rows that are
 * remembered (BAND_ROWS, fewer of each where a site has many points); before them it is not told.
 */
export const band = async (view: SiteView, store: Store, request: SeriesRequest): Promise<Band> => {
  const cell = view.detection.feed.cellOf(request.point);
  const i = cell?.plan.points.indexOf(request.point) ?? -1;
  // The store keeps words as they came; a number that two of them make stands in the rows of its cell.
  const isNumber = cell?.pairOf(i)?.first === i;
  const series = isNumber ? rowsOf(cell!, i, request) : await seriesOf(store, request);
  const n = series.us.length;
  const low = new Array<number | null>(n).fill(null);
  const high = new Array<number | null>(n).fill(null);
  const expected = new Array<number | null>(n).fill(null);
  if (cell?.isArmed === true) {
    const latest = cell.rows.latest(BAND_ROWS).tsUs;
    const bands = cell.bands(i, latest.length);
    let row = 0;
    for (let s = 0; s < n; s++) {
      while (row + 1 < latest.length && latest[row + 1]! <= series.us[s]!) row++;
      if (latest.length === 0 || series.us[s]! < latest[0]!) continue;
      low[s] = finite(bands.low[row]!);
      high[s] = finite(bands.high[row]!);
      expected[s] = finite(bands.expected[row]!);
    }
  }
  const from = series.us[0] ?? 0;
  const to = series.us.at(-1) ?? 0;
  const naming = namingOf(view);
  const findings = view.detection.triage
    .findings()
    .filter((f) => f.points.includes(request.point) && f.lastUs >= from)
    .sort((a, b) => a.firstUs - b.firstUs)
    .map((f) => ({
      id: f.id,
      title: fill(kindOf(f.kind).title, f, naming),
      fromUs: f.firstUs,
      toUs: f.lastUs,
      open: f.state === 'open',
    }));
  const progress: Progress =
    cell === undefined
      ? { state: 'waiting', share: null, text: 'it is in no process cell: text values, or seen too seldom' }
      : pointProgress(view, cell, i);
  return {
    point: pointRef(view, request.point),
    cell: cell?.plan.id ?? '',
    unit: unitOf(view, request.point),
    nature: cell === undefined ? 'unknown' : natureOf(cell, i),
    ...progress,
    armed: [...(cell?.arming[i]?.armed ?? [])],
    unarmed: cell?.arming[i]?.unarmed ?? '',
    reading: cell?.note(i) ?? '',
    us: series.us,
    value: series.value,
    expected,
    low,
    high,
    findings,
    from: maybeTime(from),
    to: maybeTime(to),
  };
};
