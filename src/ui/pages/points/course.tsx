/** The course of a point: with its usual band where one was learned, as steps where not, as states where it is words. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { Band as BandAnswer } from '../../../api/process.ts';
import type { PointRow } from '../../../api/traffic.ts';
import { call } from '../../lib/api.ts';
import type { Range } from '../../lib/chart.ts';
import { dateTime, duration, measured, number, plural, timeOfUs } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useSite } from '../../lib/site.ts';
import type { Band } from '../../parts/band.ts';
import { BandChart } from '../../parts/band-chart.tsx';
import type { Shade } from '../../parts/band-plot.ts';
import { Empty, Loading, Panel, Problem, shownValue, Unknown, When } from '../../parts/basics.tsx';
import { SmallTable } from '../../parts/simple-table.tsx';
import { PointChart } from './chart.tsx';
import { heldUntil, rangeText, readRange, type Statistics, statesOf, statisticsOf } from './series.ts';

const PRESETS = [
  { label: 'Last hour', us: 3600e6 },
  { label: '10 min', us: 600e6 },
  { label: '1 min', us: 60e6 },
];

/** A point that is in no process cell has no band: that is an answer, not a failure to be tried again. */
export const bandQueryOf = (site: string, point: number, range: Range | undefined) => ({
  queryKey: ['process', site, 'band', point, range?.fromUs ?? 0, range?.toUs ?? 0],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    call(
      'band',
      { site, point, ...(range ? { from: timeOfUs(range.fromUs), to: timeOfUs(range.toUs) } : {}) },
      undefined,
      signal,
    ),
  retry: false,
});

/** What the chart draws; undefined where it is nothing but what came on the wire, or there is no course. */
const drawnOf = (a: BandAnswer): (Band & { shades: readonly Shade[] }) | undefined => {
  const known = [a.expected, a.low, a.high].some((c) => c.some((v) => v !== null));
  if ((!known && a.reading === '') || a.us.length < 2) return undefined;
  return {
    us: a.us,
    observed: a.value,
    expected: a.expected,
    low: a.low,
    high: a.high,
    shades: a.findings.map((f) => ({ fromUs: f.fromUs, toUs: f.toUs, kind: 'odd' as const })),
  };
};

export const Course = ({ row, writes }: { row: PointRow; writes: readonly number[] }) => {
  const site = useSite();
  const navigate = useNavigate();
  const sel = (useSearch({ strict: false }) as { sel?: string }).sel;
  const range = readRange(sel);
  const lastUs = row.lastAt ? Date.parse(row.lastAt) * 1000 : 0;
  const firstUs = row.firstAt ? Date.parse(row.firstAt) * 1000 : 0;
  const query = useQuery({
    queryKey: ['points', site, 'series', row.id, sel ?? ''],
    queryFn: ({ signal }) =>
      call(
        'series',
        { site, point: row.id, ...(range ? { from: timeOfUs(range.fromUs), to: timeOfUs(range.toUs) } : {}) },
        undefined,
        signal,
      ),
    placeholderData: (old) => old,
  });
  const bandQuery = useQuery({
    ...bandQueryOf(site, row.id, range),
    // Another range of the same point: the old picture stays until the new one is there.
    placeholderData: (old, before) => (before?.queryKey[3] === row.id ? old : undefined),
  });
  const band = useMemo(() => (bandQuery.data === undefined ? undefined : drawnOf(bandQuery.data)), [bandQuery.data]);
  const setRange = useCallback(
    (next: Range | undefined) =>
      void navigate({
        to: '.',
        replace: true,
        search: (old: Record<string, unknown>) => {
          const { sel: _sel, ...rest } = old;
          return next === undefined ? rest : { ...rest, sel: rangeText(next) };
        },
      }),
    [navigate],
  );
  useKeys({ '0': () => setRange(undefined) });
  const s = query.data;
  const endUs = range ? Math.min(range.toUs, lastUs) : lastUs;
  const held = useMemo(() => (s === undefined ? undefined : heldUntil(s, endUs)), [s, endUs]);
  const numeric = s?.value.some((v) => v !== null) === true;
  // Figures are of what the chart draws: of a number in two registers not of its first word.
  const isRead = band !== undefined && bandQuery.data?.reading !== '';
  const statistics = isRead
    ? statisticsOf({ us: band.us, value: band.observed })
    : held === undefined
      ? undefined
      : statisticsOf(held);
  return (
    <Panel
      title="Course"
      count={
        s === undefined
          ? undefined
          : `${plural(s.us.length, 'sample')}${s.thinned ? ', thinned to smallest and largest' : ''}`
      }
      actions={
        <span className="row" style={{ gap: 4 }}>
          {range && (
            <span className="dim small nowrap">{`${dateTime(timeOfUs(range.fromUs))} to ${dateTime(timeOfUs(range.toUs)).slice(11)}`}</span>
          )}
          <button type="button" className="chip" aria-pressed={range === undefined} onClick={() => setRange(undefined)}>
            All
          </button>
          {PRESETS.filter((p) => p.us < lastUs - firstUs).map((p) => (
            <button
              key={p.us}
              type="button"
              className="chip"
              aria-pressed={
                range !== undefined &&
                Math.abs(range.toUs - lastUs) < 1e6 &&
                Math.abs(range.toUs - range.fromUs - p.us) < 1e6
              }
              onClick={() => setRange({ fromUs: lastUs - p.us, toUs: lastUs })}
            >
              {p.label}
            </button>
          ))}
        </span>
      }
    >
      {query.isError && s === undefined ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : s === undefined || bandQuery.isLoading ? (
        <Loading lines={8} />
      ) : band !== undefined ? (
        <div className="stack" style={{ gap: 12 }}>
          <BandChart
            band={band}
            label={row.path}
            unit={row.unit}
            shades={band.shades}
            writes={writes}
            height={300}
            onRange={setRange}
          />
          <span className="dim small">
            Drag to look into a range, double-click or <kbd>0</kbd> for all.
          </span>
          {statistics && (
            <Figures statistics={statistics} unit={row.unit} samples={isRead ? band.us.length : s.us.length} />
          )}
        </div>
      ) : s.us.length === 0 ? (
        <Empty title={range ? 'No change in this range' : 'No sample kept'}>
          {range
            ? 'The value was not seen to change here. What it was before stands in the whole course.'
            : 'The value was seen, its course was not kept. Samples are kept by change.'}
        </Empty>
      ) : held === undefined || (held.us.length === 1 && numeric) ? (
        <Empty title="Seen once">There is one value, {shownValue(s.value[0] ?? null)}, and no course to draw.</Empty>
      ) : numeric && s.text === undefined ? (
        <div className="stack" style={{ gap: 12 }}>
          <span className="dim small">{row.unit === '' ? 'Unit not known: the number on the wire' : row.unit}</span>
          <PointChart series={held} label={row.path} writes={writes} onRange={setRange} />
          <span className="dim small">
            A value holds until the next one is seen. Drag to look into a range, double-click or <kbd>0</kbd> for all.
            {writes.length > 0 && ' Triangles: first and last time of a write.'}
          </span>
          {statistics && <Figures statistics={statistics} unit={row.unit} samples={s.us.length} />}
        </div>
      ) : (
        <States series={s} endUs={endUs} />
      )}
    </Panel>
  );
};

const States = ({ series, endUs }: { series: Parameters<typeof statesOf>[0]; endUs: number }) => {
  const runs = statesOf(series, endUs);
  const whole = Math.max(1, (runs.at(-1)?.toUs ?? 0) - (runs[0]?.fromUs ?? 0));
  const words = [...new Set(runs.map((r) => r.text))];
  return (
    <div className="stack" style={{ gap: 10 }}>
      <div className="states" role="img" aria-label={`${runs.length} states over time`}>
        {runs.map((r) => (
          <span
            key={r.fromUs}
            title={`${r.text} from ${dateTime(timeOfUs(r.fromUs))}`}
            style={{
              flex: `${Math.max(0.004, (r.toUs - r.fromUs) / whole)} 0 1px`,
              background: words.indexOf(r.text) % 2 === 0 ? 'var(--gh-sunk)' : 'var(--gh-bar-3)',
            }}
          >
            {r.text}
          </span>
        ))}
      </div>
      <SmallTable
        label="States"
        rows={[...runs].reverse()}
        keyOf={(r) => r.fromUs}
        empty="No state seen."
        columns={[
          { id: 'at', head: 'From', width: '190px', cell: (r) => <When at={timeOfUs(r.fromUs)} /> },
          {
            id: 'text',
            head: 'Value',
            width: 'minmax(160px, 1fr)',
            cell: (r) => <span className="mono">{r.text}</span>,
          },
          {
            id: 'held',
            head: 'Held',
            width: '120px',
            end: true,
            cell: (r) => (r.toUs > r.fromUs ? duration((r.toUs - r.fromUs) / 1000) : <Unknown>not known</Unknown>),
          },
        ]}
      />
    </div>
  );
};

const Figures = ({ statistics, unit, samples }: { statistics: Statistics; unit: string; samples: number }) => (
  <dl className="stat-grid">
    {(
      [
        ['Smallest', statistics.min],
        ['Largest', statistics.max],
        ['Mean over time', statistics.mean],
        ['Largest step', statistics.largestStep],
      ] as const
    ).map(([name, v]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>
          {measured(v)}
          {unit !== '' && <span className="dim"> {unit}</span>}
        </dd>
      </div>
    ))}
    <div>
      <dt>Samples</dt>
      <dd>{number(samples)}</dd>
    </div>
    <div>
      <dt>Over</dt>
      <dd>
        {statistics.toUs > statistics.fromUs ? duration((statistics.toUs - statistics.fromUs) / 1000) : 'one moment'}
      </dd>
    </div>
  </dl>
);
