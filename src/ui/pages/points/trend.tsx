/** The recent course of a point in one row: a step line without axes, fetched only for rows that stay on screen. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { PointRow, Series } from '../../../api/traffic.ts';
import { call } from '../../lib/api.ts';
import { useSite } from '../../lib/site.ts';

const WIDTH = 96;
const HEIGHT = 18;
/** Samples fetched for a row. */
const SAMPLES = 60;
/** Rows that fly by while somebody scrolls ask nothing. */
const SETTLED_MS = 180;

/** Step line: a value holds until the next one is seen. A gap (null) breaks it. */
export const stepPath = (s: Pick<Series, 'us' | 'value'>, width: number, height: number): string => {
  const numbers = s.value.filter((v): v is number => v !== null);
  const first = s.us[0];
  const last = s.us.at(-1);
  if (numbers.length < 2 || first === undefined || last === undefined) return '';
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const x = (us: number) => (last === first ? 0 : ((us - first) / (last - first)) * width);
  const y = (v: number) => (high === low ? height / 2 : height - 2 - ((v - low) / (high - low)) * (height - 4));
  let path = '';
  let pen = false;
  s.us.forEach((us, i) => {
    const v = s.value[i];
    if (v === null || v === undefined) {
      pen = false;
      return;
    }
    const at = `${x(us).toFixed(1)} ${y(v).toFixed(1)}`;
    path += pen ? `H${x(us).toFixed(1)}V${y(v).toFixed(1)}` : `M${at}`;
    pen = true;
  });
  return path;
};

export const RowTrend = ({ row }: { row: PointRow }) => {
  const site = useSite();
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const t = setTimeout(() => setSettled(true), SETTLED_MS);
    return () => clearTimeout(t);
  }, []);
  const query = useQuery({
    queryKey: ['trend', site, row.id, row.changes],
    queryFn: ({ signal }) => call('series', { site, point: row.id, samples: SAMPLES }, undefined, signal),
    enabled: settled && row.changes > 1,
    staleTime: 60_000,
    retry: false,
  });
  if (row.changes < 2) return <span className="dim">constant</span>;
  if (query.isError) return <span className="unknown">not known</span>;
  if (query.data === undefined) return <span className="trend waiting" aria-hidden="true" />;
  if (query.data.text !== undefined && query.data.value.every((v) => v === null))
    return <span className="dim">words</span>;
  const path = stepPath(query.data, WIDTH, HEIGHT);
  if (path === '') return <span className="dim">too few samples</span>;
  return (
    <svg
      className="trend"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Trend of ${row.path}, ${query.data.us.length} samples`}
    >
      <path d={path} fill="none" stroke="var(--gh-bar)" strokeWidth="1.2" />
    </svg>
  );
};
