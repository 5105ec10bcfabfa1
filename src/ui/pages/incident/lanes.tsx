/** The timeline: office side at the left, plant at the right, the industrial DMZ between them; time runs down. */
import { IconArrowBarToRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Fragment, useEffect, useRef } from 'react';
import type { IncidentStep } from '../../../api/alerts.ts';
import type { Party } from '../../../api/common.ts';
import { number as counted, dateTime, duration } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { PartyLink, Unknown, When } from '../../parts/basics.tsx';
import { CertaintyMark, ImpactTag, OpenMark } from '../../parts/finding-marks.tsx';
import { TechniqueChip } from '../../parts/technique.tsx';
import type { Lane, TimelineRow } from './timeline.ts';

const LANES: readonly { lane: Lane; head: string; what: string }[] = [
  { lane: 'it', head: 'IT', what: 'office side' },
  { lane: 'dmz', head: 'DMZ', what: 'between, or side not known' },
  { lane: 'ot', head: 'OT', what: 'plant side' },
];
/** A step whose side is not known stands in the middle and says so. */
const columnOf = (lane: Lane): number => (lane === 'it' ? 2 : lane === 'ot' ? 4 : 3);

interface Props {
  rows: readonly TimelineRow[];
  /** Steps that the answer left out. */
  more: number;
  /** Index of the chosen step; -1: none. */
  chosen: number;
  choose: (index: number) => void;
  /** Brings the chosen step into view. */
  follows: boolean;
}

export const Timeline = ({ rows, more, chosen, choose, follows }: Props) => (
  <div className="lanes">
    <div className="lane-heads" aria-hidden="true">
      <span />
      {LANES.map((l) => (
        <span key={l.lane}>
          <b>{l.head}</b> <span className="dim small">{l.what}</span>
        </span>
      ))}
    </div>
    <ol className="lane-rows">
      {rows.map((row, n) => (
        <Row key={keyOf(row, n)} row={row} chosen={chosen} choose={choose} follows={follows} />
      ))}
    </ol>
    {more > 0 && <p className="dim small lanes-more">and {more} more steps; the list of findings has them all</p>}
  </div>
);

const keyOf = (row: TimelineRow, place: number): string =>
  row.kind === 'step' ? `s${row.index}` : row.kind === 'day' ? `d${row.day}` : `p${place}`;

interface RowProps extends Pick<Props, 'chosen' | 'choose' | 'follows'> {
  row: TimelineRow;
}
const Row = ({ row, chosen, choose, follows }: RowProps) => {
  if (row.kind === 'day') {
    return (
      <li className="lane-day">
        <span className="caps">{row.day}</span>
      </li>
    );
  }
  if (row.kind === 'pause') {
    return (
      <li className="lane-pause">
        <span className="dim small">{duration(row.ms)} later</span>
      </li>
    );
  }
  return (
    <Step
      step={row.step}
      also={row.also}
      crosses={row.crosses}
      number={row.index + 1}
      on={row.index === chosen || row.also.some((a) => a.index === chosen)}
      choose={() => choose(row.index)}
      follows={follows}
    />
  );
};

/** Named in a card; the others are counted. */
const MOST_TARGETS = 4;
const targetsOf = (steps: readonly IncidentStep[]): Party[] => [
  ...new Map(steps.map(({ target }) => [target.id || target.address, target] as const)).values(),
];

interface StepProps {
  step: IncidentStep;
  also: readonly { readonly step: IncidentStep; readonly index: number }[];
  crosses: boolean;
  number: number;
  on: boolean;
  choose: () => void;
  follows: boolean;
}
const Step = ({ step, also, crosses, number, on, choose, follows }: StepProps) => {
  const site = useSite();
  const targets = targetsOf([step, ...also.map((a) => a.step)]);
  const alone = targets.length === 1 && step.actor?.id === step.target.id;
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (on && follows) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [on, follows]);
  return (
    <li ref={ref} className="lane-row" aria-current={on ? 'step' : undefined}>
      <span className="lane-time">
        {step.firstAt === null ? <Unknown>time not known</Unknown> : dateTime(step.firstAt).slice(11)}
      </span>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: steps are walked with j and k, opened with Enter */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: see above */}
      <div
        className={`lane-card${on ? ' on' : ''}${step.impact === 'safety' ? ' safety' : ''}`}
        style={{ gridColumn: columnOf(step.lane) }}
        data-lane={step.lane}
        onClick={choose}
      >
        {crosses && (
          <span className="lane-cross p-high">
            <IconArrowBarToRight size={13} stroke={1.8} aria-hidden="true" />
            goes deeper: {step.lane === 'ot' ? 'into the plant' : 'into the DMZ'}
          </span>
        )}
        <span className="row" style={{ gap: 6, alignItems: 'baseline' }}>
          <span className="lane-number">{number}</span>
          <Link to="/s/$site/findings/$finding" params={{ site, finding: step.finding }} className="lane-title">
            {step.title}
          </Link>
        </span>
        <span className="lane-who small">
          {step.actor !== null && !alone && (
            <>
              <PartyLink party={step.actor} address={false} />
              <span className="dim"> to </span>
            </>
          )}
          {targets.slice(0, MOST_TARGETS).map((t, n) => (
            <Fragment key={t.id || t.address}>
              {n > 0 && ', '}
              <PartyLink party={t} address={false} />
            </Fragment>
          ))}
          {targets.length > MOST_TARGETS && <span className="dim"> and {targets.length - MOST_TARGETS} more</span>}
        </span>
        {also.length > 0 && (
          <details
            className="small lane-also"
            open={on}
            onClick={(e) => e.stopPropagation()}
            onKeyDown={(e) => e.stopPropagation()}
          >
            <summary>{counted(also.length)} more like it</summary>
            <ul>
              {also.map((a) => (
                <li key={a.step.finding}>
                  <Link to="/s/$site/findings/$finding" params={{ site, finding: a.step.finding }}>
                    {a.step.title}
                  </Link>
                </li>
              ))}
            </ul>
          </details>
        )}
        <span className="row wrap small" style={{ gap: 4 }}>
          <span className="dim">{step.tactic}</span>
          {step.techniques.map((t) => (
            <TechniqueChip key={t.id} id={t.id} name={t.name} tactics={[t.tactic]} short={!on} />
          ))}
          {step.lane === 'unknown' && <span className="unknown">side not known</span>}
        </span>
        {on && (
          <span className="stack small" style={{ gap: 3 }}>
            {step.because !== '' && (
              <span>
                <span className="dim">Belongs here: </span>
                {step.because}
              </span>
            )}
            <span className="row wrap" style={{ gap: 8 }}>
              <CertaintyMark certainty={step.certainty} />
              {step.impact !== 'none' && <ImpactTag impact={step.impact} />}
              <OpenMark open={step.open} at={step.lastAt} />
              {step.lastAt !== null && step.lastAt !== step.firstAt && (
                <span className="dim">
                  until <When at={step.lastAt} />
                </span>
              )}
            </span>
          </span>
        )}
      </div>
    </li>
  );
};
