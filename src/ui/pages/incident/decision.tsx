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

/** Of each kind one: what is asked about first, then what was done on the plant side, then the rest. */
const namedOf = (steps: readonly IncidentStep[], asked: IncidentDetail['asked']): IncidentStep[] => {
  const kinds = new Map<string, IncidentStep>();
  const first = asked.flatMap((a) => steps.filter((s) => s.finding === a.finding));
  for (const s of [...first, ...steps.filter((x) => x.lane === 'ot'), ...steps])
    if (!kinds.has(s.kind)) kinds.set(s.kind, s);
  return [...kinds.values()];
};

const NOTHING: Readonly<Record<(typeof TOUCHES)[number], string>> = {
  safety:
    'Nothing was seen at a device that is known as a safety controller. Where another controller keeps people safe, set its role on its page.',
  uptime: 'Nothing of the kind was seen.',
  quality: 'Nothing of the kind was seen.',
  regulatory: 'Nothing of the kind was seen.',
};

interface TouchedProps {
  impact: (typeof TOUCHES)[number];
  steps: readonly IncidentStep[];
  asked: IncidentDetail['asked'];
}
const Touched = ({ impact, steps, asked }: TouchedProps) => {
  const site = useSite();
  if (steps.length === 0) return <span className="dim">{NOTHING[impact]}</span>;
  const named = namedOf(steps, asked);
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
              <Touched impact={impact} steps={steps} asked={detail.asked} />
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
