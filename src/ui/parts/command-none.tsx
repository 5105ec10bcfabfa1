/** In place of an object or a value that a row of commands does not have: why there is none, and where it is. */
import { Link } from '@tanstack/react-router';
import type { CommandRow } from '../../api/traffic.ts';
import { useCarriesPoints, useSite } from '../lib/site.ts';

const None = ({ why }: { why: string }) => (
  <span className="dim" title={why}>
    <span aria-hidden="true">–</span>
    <span className="sr">{why}</span>
  </span>
);

/** Reads are one row by service, whatever was read: what it was stands with the points. */
export const NoObject = ({ row }: { row: CommandRow }) => {
  const site = useSite();
  const carriesPoints = useCarriesPoints();
  if (row.verb !== 'read' || row.target.id === '' || !carriesPoints(row.protocol))
    return <None why="The command names no object." />;
  return (
    <Link
      to="/s/$site/points"
      params={{ site }}
      search={{ q: `asset:=${row.target.id}` }}
      title={`Reads are counted together. What was read of ${row.target.name} stands under Points.`}
      onClick={(e) => e.stopPropagation()}
    >
      its points
    </Link>
  );
};

export const NoValue = ({ row }: { row: CommandRow }) => {
  const isOfPoints = useCarriesPoints()(row.protocol) && row.verb === 'read';
  return <None why={isOfPoints ? 'Values that are read stand under Points.' : 'The command carries no value.'} />;
};
