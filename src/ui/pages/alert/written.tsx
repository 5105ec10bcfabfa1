/**
 * Of an alert about a write: what the point held before, what was written, what it holds since, and its course around that
 * moment. Whoever is called at night judges by the value, not by the name of a rule.
 */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { FindingDetail } from '../../../api/alerts.ts';
import type { CommandRow, PointRow, Series } from '../../../api/traffic.ts';
import { pointName } from '../../../core/point-name.ts';
import { call } from '../../lib/api.ts';
import { clock, measured, plural, timeOfUs, usOfTime } from '../../lib/format.ts';
import { useIsRecording, useSite, useSites } from '../../lib/site.ts';
import { Loading, Panel, shownValue, Unknown } from '../../parts/basics.tsx';
import { PointChart } from '../points/chart.tsx';
import { aroundOf, pathsOf, type Wrote, wroteOf } from './wrote.ts';

const CHANGING: readonly string[] = ['write', 'control', 'force'];
/** Points told one by one. */
const MOST_POINTS = 5;
const MOST_COMMANDS = 20;
/** The value before is looked for so far back; of what changes all the time the last hour is enough. */
const BACK_US = 31 * 24 * 3600e6;
const BUSY_BACK_US = 3600e6;
const MOST_SAMPLES = 4000;

const isIn = (c: CommandRow, fromUs: number, toUs: number): boolean =>
  c.firstAt !== null && c.lastAt !== null && usOfTime(c.firstAt) <= toUs && usOfTime(c.lastAt) >= fromUs;

export const Written = ({ finding: f }: { finding: FindingDetail }) => {
  const site = useSite();
  const fromUs = f.firstAt === null ? Number.NaN : usOfTime(f.firstAt);
  const toUs = f.lastAt === null ? fromUs : usOfTime(f.lastAt);
  const isAsked =
    CHANGING.includes(f.verb) &&
    f.proof === null &&
    f.actor?.kind === 'asset' &&
    f.target.kind === 'asset' &&
    Number.isFinite(fromUs);
  const commands = useQuery({
    queryKey: ['commands', site, 'of finding', f.id],
    queryFn: ({ signal }) =>
      call(
        'commands',
        {
          site,
          q: `verb:=${f.verb} client:=${f.actor?.id} target:=${f.target.id}`,
          sort: '-last',
          limit: MOST_COMMANDS,
        },
        undefined,
        signal,
      ),
    enabled: isAsked,
    staleTime: 60_000,
  });
  const rows = useMemo(
    () =>
      (commands.data?.items ?? [])
        .filter((c) => c.object !== '' && isIn(c, fromUs, toUs))
        .flatMap((command) => pathsOf(command.object, MOST_POINTS).map((path) => ({ command, path })))
        .slice(0, MOST_POINTS),
    [commands.data, fromUs, toUs],
  );
  const points = useQueries({
    queries: rows.map(({ path }) => ({
      queryKey: ['points', site, 'by path', f.target.id, path],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (
          await call(
            'points',
            { site, q: `asset:=${f.target.id} path:="${path.replaceAll('"', '')}"`, limit: 1 },
            undefined,
            signal,
          )
        ).items[0] ?? null,
      staleTime: 60_000,
    })),
  });
  const series = useQueries({
    queries: points.map((p) => ({
      queryKey: ['series', site, p.data?.id ?? -1, 'around', fromUs],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const since = (backUs: number) =>
          call(
            'series',
            { site, point: p.data?.id ?? 0, from: timeOfUs(fromUs - backUs), samples: MOST_SAMPLES },
            undefined,
            signal,
          );
        const all = await since(BACK_US);
        return all.thinned ? since(BUSY_BACK_US) : all;
      },
      enabled: p.data !== undefined && p.data !== null,
      staleTime: 60_000,
    })),
  });
  const isLoading = commands.isLoading || points.some((p) => p.isLoading) || series.some((q) => q.isLoading);
  if (isAsked && isLoading)
    return (
      <Panel title="What was written" flush>
        <div className="written-loading">
          <Loading lines={6} what="Looking for what was written" />
        </div>
      </Panel>
    );
  if (rows.length === 0) return null;
  const told = rows.map(({ command, path }, i) => ({
    command,
    path,
    point: points[i]?.data ?? undefined,
    series: series[i]?.data,
  }));
  const drawn = told.find((t) => t.series !== undefined && t.series.us.length > 1 && t.point !== undefined);
  return (
    <Panel title="What was written" count={plural(rows.length, 'point')} flush>
      <table className="stretches written">
        <thead>
          <tr>
            <th scope="col">Point</th>
            <th scope="col">Before</th>
            <th scope="col">Written</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {told.map((t) => (
            <Row key={`${t.command.id} ${t.path}`} {...t} fromUs={fromUs} toUs={toUs} />
          ))}
        </tbody>
      </table>
      {drawn?.series && drawn.point && <Around series={drawn.series} point={drawn.point} fromUs={fromUs} toUs={toUs} />}
    </Panel>
  );
};

interface RowProps {
  command: CommandRow;
  path: string;
  point: PointRow | undefined;
  series: Series | undefined;
  fromUs: number;
  toUs: number;
}
const Row = ({ command: c, path, point, series, fromUs, toUs }: RowProps) => {
  const site = useSite();
  const isRecording = useIsRecording();
  const w: Wrote | undefined = series && wroteOf(series, fromUs, toUs);
  const written = w?.written ?? (typeof c.value === 'number' ? c.value : undefined);
  const change =
    typeof c.value === 'number' &&
    w?.before !== undefined &&
    written !== undefined &&
    w.before !== 0 &&
    written !== w.before &&
    // From 1 to 0 is off, not 100 % less.
    !(w.before === 1 && written === 0)
      ? ((written - w.before) / Math.abs(w.before)) * 100
      : undefined;
  const unit = point?.unit ? ` ${point.unit}` : '';
  const value = (v: number | undefined, none: string) =>
    v === undefined ? (
      <Unknown>{none}</Unknown>
    ) : typeof c.value === 'boolean' ? (
      String(v !== 0)
    ) : (
      `${measured(v)}${unit}`
    );
  return (
    <tr>
      <th scope="row">
        {point ? (
          <Link
            to="/s/$site/points/$point"
            params={{ site, point: String(point.id) }}
            className="mono"
            title={c.object}
          >
            {pointName(path)}
          </Link>
        ) : (
          <span className="mono">{pointName(path)}</span>
        )}
      </th>
      <td>{value(w?.before, 'not seen')}</td>
      <td className="strong">
        {written === undefined ? shownValue(c.value) || <Unknown>not told</Unknown> : value(written, '')}
        {change !== undefined && (
          <span className="dim small written-change">
            {change > 0 ? '+' : '−'}
            {Math.abs(change) < 0.1 ? '< 0.1' : measured(Number(Math.abs(change).toPrecision(2)))} %
          </span>
        )}
        {c.outcome !== 'accepted' && <span className="tag medium written-change">{c.outcome}</span>}
      </td>
      <td>
        {value(w?.after, 'not seen')}
        {w?.sinceUs !== undefined && (
          <span className="dim small written-change">
            {w.isBack ? 'as before, ' : ''}from {clock(timeOfUs(w.sinceUs)).slice(0, 8)}
            {isRecording ? ' to the end' : ''}
          </span>
        )}
      </td>
    </tr>
  );
};

const Around = ({ series, point, fromUs, toUs }: { series: Series; point: PointRow; fromUs: number; toUs: number }) => {
  const site = useSite();
  const lastAt = useSites().data?.items.find((s) => s.id === site)?.lastAt;
  // It does not grow while somebody reads: drawn to where the site stood when it was opened.
  const endUs = useMemo(() => (lastAt ? usOfTime(lastAt) : toUs), [lastAt, toUs]);
  const shown = useMemo(
    (): Series => ({ point: point.id, thinned: false, ...aroundOf(series, fromUs, toUs, endUs) }),
    [series, point.id, fromUs, toUs, endUs],
  );
  const writes = useMemo(() => [fromUs], [fromUs]);
  if (shown.us.length < 2) return null;
  return (
    <div className="written-chart">
      <span className="dim small">
        {pointName(point.path)}
        {point.unit === '' ? ', unit not known' : `, ${point.unit}`}
        {' · '}
        <b className="written-mark" aria-hidden="true">
          ▲
        </b>{' '}
        the write
      </span>
      <PointChart series={shown} label={pointName(point.path)} writes={writes} height={150} />
    </div>
  );
};
