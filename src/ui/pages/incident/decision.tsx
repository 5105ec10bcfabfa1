/**
 * For whoever decides whether the plant goes on: what was seen of harm to people, to the line, to the product and to duties, and
 * what to ask first. Gatehouse does not decide, and what it did not see it does not call safe.
 */
import { Link } from '@tanstack/react-router';
import type { IncidentDetail, IncidentStep } from '../../../api/alerts.ts';
import type { Impact } from '../../../api/words.ts';
import { number, plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Panel } from '../../parts/basics.tsx';
import { ImpactTag } from '../../parts/finding-marks.tsx';
import { CAN_TOUCH } from '../../parts/impact.ts';

/** Deeds named for each; the timeline has all. */
const MOST_NAMED = 3;
const TOUCHES = ['safety', 'uptime', 'quality', 'regulatory'] as const satisfies readonly Impact[];

/** Of each kind the first; what was done on the plant side before the rest. */
const namedOf = (steps: readonly IncidentStep[]): IncidentStep[] => {
  const kinds = new Map<string, IncidentStep>();
  for (const s of [...steps.filter((x) => x.lane === 'ot'), ...steps]) if (!kinds.has(s.kind)) kinds.set(s.kind, s);
  return [...kinds.values()];
};

const Touched = ({ steps }: { steps: readonly IncidentStep[] }) => {
  const site = useSite();
  if (steps.length === 0) return <span className="dim">No step that was seen says so.</span>;
  const named = namedOf(steps);
  const more = steps.length - Math.min(MOST_NAMED, named.length);
  return (
    <ul className="touched">
      {named.slice(0, MOST_NAMED).map((s) => (
        <li key={s.finding}>
          <Link to="/s/$site/findings/$finding" params={{ site, finding: s.finding }}>
            {s.title}
          </Link>
        </li>
      ))}
      {more > 0 && <li className="dim small">and {number(more)} more</li>}
    </ul>
  );
};

export const Decision = ({ detail }: { detail: IncidentDetail }) => {
  const site = useSite();
  return (
    <Panel title="Must the plant stop?" count="what was seen, and what to ask first; people decide">
      <dl className="kv decision">
        {TOUCHES.map((impact) => {
          const steps = detail.steps.filter((s) => s.impact === impact);
          return [
            <dt key={`${impact} term`}>
              <ImpactTag impact={impact} />
              <span className="small">
                {CAN_TOUCH[impact]}
                {steps.length > 0 && <span className="nowrap"> · {plural(steps.length, 'finding')}</span>}
              </span>
            </dt>,
            <dd key={impact}>
              <Touched steps={steps} />
            </dd>,
          ];
        })}
      </dl>
      {detail.asked.length > 0 && (
        <>
          <h3>Ask first</h3>
          <ol className="check asked">
            {detail.asked.map((a) => (
              <li key={a.finding}>
                <span className="strong">{a.check}</span>{' '}
                <span className="small dim">
                  Because{' '}
                  <Link to="/s/$site/findings/$finding" params={{ site, finding: a.finding }}>
                    {a.title}
                  </Link>
                  {a.innocent === '' ? '.' : `. Innocent: ${a.innocent}`}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
};
