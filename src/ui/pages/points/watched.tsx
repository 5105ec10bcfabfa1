/** How a point is watched: its cell, what guards it, what was not armed and why, and the episodes that were odd. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiProblem } from '../../lib/api.ts';
import { timeOfUs } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Loading, Panel, Unknown, When } from '../../parts/basics.tsx';
import { GuardMeter } from '../../parts/learning.tsx';
import { GUARD_WORD } from '../process/point-marks.tsx';
import { bandQueryOf } from './course.tsx';

export const Watched = ({ point }: { point: number }) => {
  const site = useSite();
  const query = useQuery(bandQueryOf(site, point, undefined));
  const b = query.data;
  const none = query.error instanceof ApiProblem && query.error.status === 404;
  return (
    <Panel title="How it is watched">
      {b === undefined ? (
        query.isLoading ? (
          <Loading lines={3} />
        ) : none ? (
          <span className="dim">
            In no process cell: words, or seen too seldom. Nothing about its values is judged.
          </span>
        ) : (
          <Unknown>Not known now: the server did not answer.</Unknown>
        )
      ) : (
        <dl className="kv">
          <dt>State</dt>
          <dd>
            <GuardMeter guard={b} full />
          </dd>
          {b.cell !== '' && (
            <>
              <dt>Cell</dt>
              <dd>
                <Link to="/s/$site/process/$cell" params={{ site, cell: b.cell }}>
                  The points beside it
                </Link>
              </dd>
            </>
          )}
          <dt>Nature</dt>
          <dd>{b.nature === 'unknown' ? <Unknown /> : b.nature}</dd>
          <dt>Armed</dt>
          <dd>
            {b.armed.length === 0 ? (
              <span className="dim">nothing yet</span>
            ) : (
              b.armed.map((a) => GUARD_WORD[a] ?? a).join(', ')
            )}
          </dd>
          {b.unarmed !== '' && (
            <>
              <dt>Not armed</dt>
              <dd>{b.unarmed}</dd>
            </>
          )}
          {b.findings.length > 0 && (
            <>
              <dt>Odd</dt>
              <dd className="stack" style={{ gap: 3 }}>
                {b.findings.slice(0, 6).map((f) => (
                  <span key={f.id}>
                    <Link to="/s/$site/findings/$finding" params={{ site, finding: f.id }}>
                      {f.title}
                    </Link>{' '}
                    <span className="dim small">
                      <When at={timeOfUs(f.fromUs)} />
                      {f.open && ', goes on'}
                    </span>
                  </span>
                ))}
                {b.findings.length > 6 && <span className="dim small">and {b.findings.length - 6} more</span>}
              </dd>
            </>
          )}
        </dl>
      )}
    </Panel>
  );
};
