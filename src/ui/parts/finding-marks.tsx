/** Small marks of alerts and findings: how sure, how unusual, what it can touch, what people said. Shape and word, always. */
import { IconBan, IconCheck, IconClockCheck, IconLink, IconQuestionMark, IconThumbUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { AlertRow, FindingRow, IncidentRow, PointRef, WindowLabel } from '../../api/alerts.ts';
import type { AlertState, Impact, Priority, ReviewVerdict } from '../../api/words.ts';
import type { Certainty } from '../../core/finding.ts';
import { pointName } from '../../core/point-name.ts';
import { duration } from '../lib/format.ts';
import { useIsRecording, useSite, useSites } from '../lib/site.ts';
import { PRIORITY_WORD, PriorityGlyph } from './glyphs.tsx';
import { CAN_TOUCH, QUIET_MS } from './impact.ts';
import './finding-marks.css';

export const PriorityMark = ({ priority }: { priority: Priority }) => (
  <span className={`row p-${priority}`} style={{ gap: 6 }}>
    <PriorityGlyph priority={priority} />
    <span className="small strong">{PRIORITY_WORD[priority]}</span>
  </span>
);

export const CERTAINTY_HELP: Readonly<Record<Certainty, string>> = {
  certain: 'The frames themselves show it.',
  likely: 'A conclusion from what was seen; it could be something else.',
  possible: 'A weak conclusion: worth a look, not more.',
};
/** Full, half, empty circle. */
export const CertaintyMark = ({ certainty }: { certainty: Certainty }) => (
  <span className="row" style={{ gap: 5 }} title={CERTAINTY_HELP[certainty]}>
    <svg className="glyph dim" width="11" height="11" viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
      {certainty === 'certain' && <circle cx="6" cy="6" r="4.6" fill="currentColor" />}
      {certainty === 'likely' && <path d="M6 1.4a4.6 4.6 0 0 0 0 9.2z" fill="currentColor" />}
    </svg>
    <span>{certainty}</span>
  </span>
);

/** How unusual, 0..1, on a scale with its two landmarks. */
export const SurpriseMark = ({ surprise }: { surprise: number }) => {
  const word = surprise >= 0.9 ? 'rare in a year' : surprise >= 0.5 ? 'worth a look' : 'below notice';
  return (
    <span
      className="surprise"
      title={`${surprise.toFixed(2)} of 1: ${word}. From .5 on it is worth a look; .9 is rare in a year of this plant.`}
    >
      <span className="surprise-track" aria-hidden="true">
        <i style={{ width: `${Math.min(1, Math.max(0, surprise)) * 100}%` }} />
      </span>
      <span className="mono">{surprise.toFixed(2)}</span>
    </span>
  );
};

export const ImpactTag = ({ impact }: { impact: Impact }) =>
  impact === 'none' ? (
    <span className="dim">none</span>
  ) : (
    <span
      className={impact === 'safety' ? 'tag high' : 'tag'}
      title={`What it can touch in the plant: ${CAN_TOUCH[impact]}`}
    >
      {impact}
    </span>
  );

export const VERDICT_WORD: Readonly<Record<ReviewVerdict, string>> = {
  true: 'true',
  false: 'false alarm',
  benign: 'benign',
  unsure: 'unsure',
};
export const VERDICT_HELP: Readonly<Record<ReviewVerdict, string>> = {
  true: 'It was what it says, and it should not have been.',
  false: 'It was not what it says: the detector is wrong.',
  benign: 'It was what it says, and it was meant to be.',
  unsure: 'It was looked at and cannot be told.',
};
const verdictIcon = { true: IconCheck, false: IconBan, benign: IconThumbUp, unsure: IconQuestionMark } as const;
export const VerdictMark = ({ verdict }: { verdict: ReviewVerdict | '' }) => {
  if (verdict === '') return <span className="unknown">not reviewed</span>;
  const Icon = verdictIcon[verdict];
  return (
    <span className="row" style={{ gap: 4 }} title={VERDICT_HELP[verdict]}>
      <Icon size={13} stroke={1.8} aria-hidden="true" className="dim" />
      {VERDICT_WORD[verdict]}
    </span>
  );
};

const STATE_HELP: Readonly<Record<AlertState, string>> = {
  new: 'Nobody looked at it yet.',
  acknowledged: 'Somebody takes care of it.',
  closed: 'Done with. A new episode opens it again.',
};
/** New is strong, acknowledged plain, closed quiet. */
export const StateMark = ({ state }: { state: AlertState }) => (
  <span className={state === 'new' ? 'strong' : state === 'closed' ? 'dim' : ''} title={STATE_HELP[state]}>
    {state}
  </span>
);

/** It goes on (a recording: to its end), it is quiet (seen some time ago, not yet called over), or it is over. `long`: says for how long it is quiet. */
export const OpenMark = ({ open, at, long = false }: { open: boolean; at: string | null; long?: boolean }) => {
  const site = useSite();
  const isRecording = useIsRecording();
  const lastFrame = useSites().data?.items.find((s) => s.id === site)?.lastAt;
  if (!open)
    return (
      <span className="dim small" title="It is over, or nothing of the kind was seen for the detector's quiet time">
        over
      </span>
    );
  const quietMs = at === null || !lastFrame ? 0 : Date.parse(lastFrame) - Date.parse(at);
  if (quietMs < QUIET_MS && isRecording)
    return (
      <span className="dim small" title="It was seen until the recording ended: what came after is not known">
        to the end
      </span>
    );
  if (quietMs < QUIET_MS)
    return (
      <span className="tag" title="The episode goes on">
        goes on
      </span>
    );
  const text = `not seen for ${duration(quietMs)}`;
  return (
    <span className="dim small" title={`Not called over yet, but ${text}`}>
      {long ? text : 'quiet'}
    </span>
  );
};

/** Planned work that it falls into: labelled, never hidden. */
export const WindowTag = ({ window }: { window: WindowLabel | null }) => {
  const site = useSite();
  if (window === null) return null;
  return (
    <Link
      to="/s/$site/windows"
      params={{ site }}
      search={{ sel: window.id }}
      className={window.overrun ? 'tag medium' : 'tag outline'}
      title={window.overrun ? `After the end of planned work: ${window.text}` : `In planned work: ${window.text}`}
      onClick={(e) => e.stopPropagation()}
    >
      <IconClockCheck size={11} aria-hidden="true" />
      {window.overrun ? 'overrun' : 'planned work'}
    </Link>
  );
};

/** `mark`: the sign alone, for lists where the words of the row matter more. */
export const IncidentTag = ({ incident, mark = false }: { incident: string; mark?: boolean }) => {
  const site = useSite();
  if (incident === '') return null;
  return (
    <Link
      to="/s/$site/incidents/$incident"
      params={{ site, incident }}
      className="tag outline incident-tag"
      title="Part of an incident: open its story"
      onClick={(e) => e.stopPropagation()}
    >
      <IconLink size={11} aria-hidden="true" />
      {mark ? <span className="sr">incident</span> : 'incident'}
    </Link>
  );
};

export const PointLink = ({ point, asset = true }: { point: PointRef; asset?: boolean }) => {
  const site = useSite();
  return (
    <Link
      to="/s/$site/points/$point"
      params={{ site, point: String(point.id) }}
      className="mono"
      title={`${point.assetName} ${point.path}`}
      onClick={(e) => e.stopPropagation()}
    >
      {asset ? point.label : pointName(point.path)}
    </Link>
  );
};

type Stated = Pick<FindingRow, 'title' | 'target' | 'actor'>;
/** What a finding states, with the device where it speaks of a point alone: a path is no place in the plant. */
export const Statement = ({ row: { title, target, actor } }: { row: Stated }) => {
  const isNamed = [target, actor].some((party) => party !== null && party.name !== '' && title.includes(party.name));
  return (
    <>
      {title}
      {!isNamed && target.name !== '' && <span className="dim"> · {target.name}</span>}
    </>
  );
};

/** The headline in a list, with what a person must know beside it. */
export const Headline = ({ row }: { row: AlertRow | FindingRow }) => (
  <span className="row" style={{ gap: 6 }}>
    <span className={'state' in row && row.state === 'new' ? 'strong cut' : 'cut'} title={row.title}>
      {row.title}
    </span>
    <WindowTag window={row.window} />
    <IncidentTag incident={row.incident} mark />
  </span>
);

export const StageMark = ({ incident }: { incident: IncidentRow }) => (
  <span
    className="row"
    style={{ gap: 6 }}
    title={`${incident.meaning}: tactic ${incident.stageNumber} of 12 in the order of an attack`}
  >
    <span className="cut">{incident.stage}</span>
    <span className="dim tiny nowrap">{incident.stageNumber} of 12</span>
  </span>
);
