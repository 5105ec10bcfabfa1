/**
 * For whoever decides whether the plant goes on: what was seen of harm to people, to the line, to the product and to duties, and
 * what to ask first. Gatehouse does not decide, and what it did not see it does not call safe.
 */
import { Link } from '@tanstack/react-router';
import type { IncidentDetail, IncidentStep } from '../../../api/alerts.ts';
import type { Impact } from '../../../api/words.ts';
import { number, plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Panel, PartyLink, Unknown } from '../../parts/basics.tsx';
import { CertaintyMark, ImpactTag, Statement } from '../../parts/finding-marks.tsx';
import { CAN_TOUCH } from '../../parts/impact.ts';
import { gravestOf, putRightOf } from './put-right.ts';

/** Deeds named for each; the timeline has all. */
const MOST_NAMED = 3;
const MOST_DEVICES = 8;
const TOUCHES = ['safety', 'uptime', 'quality', 'regulatory'] as const satisfies readonly Impact[];

const NO_SAFETY =
  'Nothing was seen at a device that is known as a safety controller. Where another controller keeps people safe, set its role on its page.';

interface TouchedProps {
  steps: readonly IncidentStep[];
  asked: IncidentDetail['asked'];
}
const Touched = ({ steps, asked }: TouchedProps) => {
  const site = useSite();
  const named = gravestOf(steps, asked);
  const more = steps.length - Math.min(MOST_NAMED, named.length);
  return (
    <ul className="touched">
      {named.slice(0, MOST_NAMED).map((s) => (
        <li key={s.finding}>
          <Link to="/s/$site/findings/$finding" params={{ site, finding: s.finding }}>
            <Statement row={s} />
          </Link>
          <CertaintyMark certainty={s.certainty} />
        </li>
      ))}
      {more > 0 && <li className="dim small">and {number(more)} more</li>}
    </ul>
  );
};

/** What has to be put right, and that nobody but the plant knows how long that takes. */
const Hours = ({ steps }: { steps: readonly IncidentStep[] }) => {
  const devices = putRightOf(steps);
  const more = devices.length - MOST_DEVICES;
  return (
    <>
      <dt key="hours term">
        <span className="tag">hours</span>
        <span className="small">until it runs as before</span>
      </dt>
      <dd>
        <Unknown>Not known: how long repairs take here is not on the wire.</Unknown>{' '}
        {devices.length === 0
          ? 'No change of a program, a mode, a value or a file was seen that would have to be put right.'
          : 'To check or put right first:'}
        {devices.length > 0 && (
          <ul className="touched">
            {devices.slice(0, MOST_DEVICES).map((d) => (
              <li key={d.party.id || d.party.address}>
                <span className="put-right">
                  <span className="strong">
                    <PartyLink party={d.party} address={false} />
                  </span>
                  <span>{d.what.join(', ')}</span>
                </span>
                <CertaintyMark certainty={d.certain ? 'certain' : 'likely'} />
              </li>
            ))}
            {more > 0 && <li className="dim small">and {plural(more, 'more device', 'more devices')}</li>}
          </ul>
        )}
      </dd>
    </>
  );
};

export const Decision = ({ detail }: { detail: IncidentDetail }) => {
  const site = useSite();
  const of = (impact: Impact) => detail.steps.filter((s) => s.impact === impact);
  // Whether people can come to harm is told in any case; of the rest what was not seen is one line.
  const unseen = TOUCHES.filter((impact) => impact !== 'safety' && of(impact).length === 0);
  return (
    <Panel
      id="must-stop"
      title="Must the plant stop?"
      count="what was seen, how sure it is, and what to ask first; people decide"
    >
      <dl className="kv decision">
        {TOUCHES.filter((impact) => !unseen.includes(impact)).map((impact) => {
          const steps = of(impact);
          return [
            <dt key={`${impact} term`}>
              {steps.length === 0 ? <span className="tag outline">{impact}</span> : <ImpactTag impact={impact} />}
              <span className="small">
                {CAN_TOUCH[impact]}
                {steps.length > 0 && <span className="nowrap"> · {plural(steps.length, 'finding')}</span>}
              </span>
            </dt>,
            <dd key={impact}>
              {steps.length === 0 ? (
                <span className="dim">{NO_SAFETY}</span>
              ) : (
                <Touched steps={steps} asked={detail.asked} />
              )}
            </dd>,
          ];
        })}
        <Hours steps={detail.steps} />
        {unseen.length > 0 && (
          <>
            <dt className="small">not seen</dt>
            <dd className="dim">{unseen.map((impact) => `${impact} (${CAN_TOUCH[impact]})`).join(', ')}</dd>
          </>
        )}
      </dl>
      {detail.asked.length > 0 && (
        <>
          <h3>Ask first</h3>
          <ol className="check asked">
            {detail.asked.map((a) => (
              <li key={a.finding}>
                <span className="strong">{a.check}</span>{' '}
                <span className="small dim asked-because">
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
