/** How a point's value, quality and range look, in the list and on its own page. */
import { IconAlertTriangle, IconHelpCircle } from '@tabler/icons-react';
import type { PointRow } from '../../../api/traffic.ts';
import { shownValue, Unknown } from '../../parts/basics.tsx';

export const PointValue = ({ row }: { row: PointRow }) =>
  row.value === null ? (
    <Unknown>not seen</Unknown>
  ) : (
    <span className="mono" title={String(row.value)}>
      {shownValue(row.value)}
      {row.unit !== '' && <span className="dim"> {row.unit}</span>}
    </span>
  );

/** Good is quiet; uncertain and bad carry a shape; unknown says that the protocol told nothing. */
export const Quality = ({ quality }: { quality: PointRow['quality'] }) => {
  if (quality === 'good') return <span className="dim">good</span>;
  if (quality === 'unknown') {
    return (
      <span className="unknown" title="The protocol does not tell the quality of its values">
        not told
      </span>
    );
  }
  return (
    <span className={`row ${quality === 'bad' ? 'p-high' : 'p-medium'}`} style={{ gap: 4 }}>
      {quality === 'bad' ? (
        <IconAlertTriangle size={13} stroke={1.8} aria-hidden="true" />
      ) : (
        <IconHelpCircle size={13} stroke={1.8} aria-hidden="true" />
      )}
      {quality}
    </span>
  );
};

const short = (n: number): string => (Math.abs(n) >= 100_000 ? n.toExponential(1) : String(Number(n.toPrecision(4))));

/** Where the value stands between the smallest and the largest that was seen. */
export const RangeBar = ({ row }: { row: PointRow }) => {
  const { min, max, value } = row;
  if (min === null || max === null || typeof value !== 'number') return <span className="dim">not a number</span>;
  if (min === max) return <span className="dim">one value seen</span>;
  const at = Math.min(1, Math.max(0, (value - min) / (max - min)));
  return (
    <span
      className="rangebar"
      role="img"
      aria-label={`${value} between ${min} and ${max}`}
      title={`${value}; seen from ${min} to ${max}`}
    >
      <span>{short(min)}</span>
      <span className="track">
        <i style={{ left: `${at * 100}%` }} />
      </span>
      <span>{short(max)}</span>
    </span>
  );
};
