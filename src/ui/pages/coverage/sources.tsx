/** Every source of frames: what it is, how far it was read, and the figures that say whether it can be believed. */

import { useState } from 'react';
import type { Static } from 'typebox';
import type { Source } from '../../../api/sites.ts';
import { bytes, dateTime, duration, number, plural, share } from '../../lib/format.ts';
import { useLive } from '../../lib/live.ts';
import { Address, Panel, Unknown, When } from '../../parts/basics.tsx';
import { PriorityGlyph } from '../../parts/glyphs.tsx';
import { found } from './blind-spots.tsx';

type SourceRow = Static<typeof Source>;
const KIND: Readonly<Record<SourceRow['kind'], string>> = {
  file: 'capture file',
  folder: 'watched folder',
  stream: 'stream',
  live: 'network interface',
  sample: 'sample',
};
const STATE: Readonly<Record<SourceRow['state'], { word: string; shape: string; loud: string }>> = {
  waiting: { word: 'waiting', shape: 'M8 3v5l3 2', loud: 'dim' },
  reading: { word: 'being read', shape: 'M3 4l5 4-5 4M9 4l5 4-5 4', loud: '' },
  live: { word: 'listening', shape: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z', loud: '' },
  blind: { word: 'blind: no frames', shape: 'M4 4l8 8M12 4l-8 8', loud: 'p-urgent' },
  complete: { word: 'read to its end', shape: 'M3 8.5 6.5 12 13 4.5', loud: 'dim' },
  failed: { word: 'broke off', shape: 'M4 4l8 8M12 4l-8 8', loud: 'p-high' },
};
/** Sources shown before "show all"; those that need a person come first. */
const FEW = 8;

export const Sources = ({ sources, total }: { sources: readonly SourceRow[]; total: number }) => {
  const [all, setAll] = useState(false);
  const shown = all ? sources : sources.slice(0, FEW);
  return (
    <Panel title="Sources" count={plural(total, 'source')} flush>
      <ul className="list">
        {shown.map((s) => (
          <SourceItem key={s.id} source={s} />
        ))}
      </ul>
      {sources.length > FEW && (
        <button type="button" className="chip" style={{ margin: '6px 12px 8px' }} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${total > sources.length ? 'the first' : 'all'} ${number(sources.length)}`}
        </button>
      )}
      {all && total > sources.length && (
        <span className="dim small">
          and {plural(total - sources.length, 'earlier source')} in which no more was found than in these
        </span>
      )}
    </Panel>
  );
};

const SourceItem = ({ source: s }: { source: SourceRow }) => {
  const [open, setOpen] = useState(false);
  const isCut = s.state === 'complete' && s.verdicts.some(({ code }) => code === 'cut-file');
  const state = isCut ? { ...STATE.complete, word: 'read as far as it goes' } : STATE[s.state];
  const verdicts = found(s.verdicts);
  const h = s.health;
  // One of many files in which nothing was found: a line says it.
  const isCalm =
    s.kind === 'folder' && s.state === 'complete' && s.error === '' && verdicts.length === 0 && h.frames > 0;
  return (
    <li className="source">
      <div className="row wrap" style={{ gap: '2px 12px' }}>
        <strong className="cut" title={s.name}>
          {s.name}
        </strong>
        <span className="dim small">{KIND[s.kind]}</span>
        <span className={`row small ${state.loud}`} style={{ gap: 4 }}>
          <svg width="12" height="12" viewBox="0 0 16 16" aria-hidden="true">
            <path
              d={state.shape}
              fill="none"
              stroke="currentColor"
              strokeWidth="1.8"
              strokeLinecap="round"
              strokeLinejoin="round"
            />
          </svg>
          {state.word}
        </span>
        {verdicts.length === 0 && (
          <span className="dim small">
            {h.frames === 0
              ? 'No frame was seen: nothing can be said about it.'
              : h.oneWay > 0
                ? 'No loss found.'
                : s.state === 'reading'
                  ? 'Nothing found missing so far.'
                  : 'Nothing found missing.'}
          </span>
        )}
        {isCalm && !open && (
          <span className="dim small nowrap">
            {plural(h.frames, 'frame')}, {bytes(h.bytes)}
          </span>
        )}
        <span className="grow" />
        <span className="dim small">
          {s.firstAt && s.lastAt ? (
            <>
              <When at={s.firstAt} /> to <When at={s.lastAt} />
            </>
          ) : (
            <Unknown>no frame yet</Unknown>
          )}
        </span>
        <button type="button" className="more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Less' : 'More'}
          <span className="sr"> about {s.name}</span>
        </button>
      </div>
      {s.state === 'reading' && <Reading source={s} />}
      {s.error !== '' && !verdicts.some((v) => v.detail.includes(s.error)) && <p className="p-high flat">{s.error}</p>}
      {verdicts.length > 0 && (
        <ul className="sentences">
          {verdicts.map((v) => (
            <li key={v.code}>
              <PriorityGlyph priority={v.priority} size={11} />
              <span>
                {v.title}. <span className="dim">{v.detail}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {h.frames > 0 && (open || !isCalm) && <HealthFigures health={h} all={open} />}
      {open && (
        <dl className="kv small">
          <dt>SHA-256</dt>
          <dd>{s.sha256 === '' ? <Unknown>not a file</Unknown> : <Address>{s.sha256}</Address>}</dd>
          <dt>Read</dt>
          <dd>
            {s.startedAt ? <When at={s.startedAt} /> : <Unknown />}
            {s.endedAt && (
              <>
                {' '}
                to <When at={s.endedAt} />
              </>
            )}
          </dd>
          <dt>Broadcast, and multicast that is no process data</dt>
          <dd>
            {number(h.broadcastFrames)} frames, {number(h.unicastFrames)} to one device
          </dd>
          <dt>Acknowledged, not seen</dt>
          <dd>{number(h.ackUnseen)}</dd>
          <dt>Pauses over an hour</dt>
          <dd>
            {h.gapCount === 0
              ? 'none found'
              : h.gaps.map((g) => (
                  <span key={g.from} style={{ display: 'block' }}>
                    {dateTime(g.from)} to {dateTime(g.to)}{' '}
                    <span className="dim">({duration(Date.parse(g.to) - Date.parse(g.from))})</span>
                  </span>
                ))}
            {h.gapCount > h.gaps.length && <span className="dim">and {number(h.gapCount - h.gaps.length)} more</span>}
          </dd>
          <dt>Link types not understood</dt>
          <dd>
            {h.unknownLinkTypes.length === 0
              ? 'none found'
              : h.unknownLinkTypes.map((l) => `type ${l.linkType}: ${plural(l.frames, 'frame')}`).join(', ')}
          </dd>
          <dt>Warnings</dt>
          <dd>
            {s.warnings.length === 0
              ? 'none'
              : s.warnings.map((w) => (
                  <span key={`${w.code}${w.text}`} style={{ display: 'block' }}>
                    {w.text}
                  </span>
                ))}
          </dd>
        </dl>
      )}
    </li>
  );
};

interface HealthFigure {
  readonly name: string;
  /** '' where it is not known: `unknown` says why. */
  readonly value: string;
  /** It takes from what can be said. */
  readonly loud?: boolean;
  /** As it stands in the sentence of what was looked for and not found; absent: always shown. */
  readonly nil?: string;
  readonly unknown?: string;
  readonly why?: string;
}

const figuresOf = (h: SourceRow['health']): readonly HealthFigure[] => [
  { name: 'Frames', value: number(h.frames) },
  { name: 'Octets', value: bytes(h.bytes) },
  {
    name: 'One direction only',
    value: h.conversations === 0 ? '' : `${number(h.oneWay)} of ${number(h.conversations)}`,
    loud: h.oneWay > 0,
    unknown: 'no connection',
    why: 'TCP and UDP connections that show one direction',
  },
  {
    name: 'Lost by the capture',
    value: h.dropped === null ? '' : number(h.dropped),
    loud: (h.dropped ?? 0) > 0,
    unknown: 'not told',
    why: 'Frames; the capturing program says how many it lost, or it does not',
  },
  {
    name: 'Wrong checksums',
    value: h.checksumsChecked === 0 ? '' : `${number(h.checksumsWrong)} of ${number(h.checksumsChecked)}`,
    loud: h.checksumsWrong > 0,
    ...(h.checksumsChecked > 0 && h.checksumsWrong === 0 ? { nil: 'wrong checksums' } : {}),
    unknown: 'none looked at',
    why: 'Filled in later by the network card of the recording host, or damaged on the way',
  },
  {
    name: 'Missing octets',
    value: number(h.missingBytes),
    loud: h.missingBytes > 0,
    nil: 'missing octets',
    why: 'Octets of connections that were on the wire and are not in the capture',
  },
  {
    name: 'Duplicates',
    value: h.frames === 0 ? number(h.duplicates) : `${number(h.duplicates)} (${share(h.duplicates / h.frames)})`,
    nil: 'duplicates',
    why: 'Frames seen twice, by two mirrors for example; counted once',
  },
  { name: 'Cut frames', value: number(h.cutFrames), loud: h.cutFrames > 0, nil: 'cut frames' },
  {
    name: 'Offloaded',
    value: number(h.offloadFrames),
    loud: h.offloadFrames > 0,
    nil: 'frames longer than the link allows',
    why: 'Longer than the link allows: the capturing host joined segments',
  },
  {
    name: 'Own frames',
    value: number(h.ownFrames),
    loud: h.ownFrames > 0,
    nil: 'frames of the capture interface itself',
    why: 'Sent by the capture interface itself; it must be silent',
  },
  { name: 'Pauses', value: number(h.gapCount), loud: h.gapCount > 0, nil: 'pauses', why: 'Of more than an hour' },
  { name: 'Retransmitted', value: number(h.retransmissions), nil: 'retransmissions', why: 'TCP segments sent again' },
  {
    name: 'Clock steps',
    value: number(h.backwardSteps),
    loud: h.backwardSteps > 0,
    nil: 'steps of the clock',
    why: 'Times that step backwards',
  },
];
const isNil = (f: HealthFigure, h: SourceRow['health']): boolean =>
  f.nil !== undefined && h.frames > 0 && f.loud !== true && /^0\b/.test(f.value);

/** Figures that say something, and in one sentence what was looked for and not found; with `all` every one is a figure. */
const HealthFigures = ({ health, all }: { health: SourceRow['health']; all: boolean }) => {
  const figures = figuresOf(health);
  const nil = all ? [] : figures.filter((f) => isNil(f, health));
  const shown = figures.filter((f) => !nil.includes(f));
  return (
    <>
      <dl className="health">
        {shown.map((f) => (
          <Figure key={f.name} {...f} />
        ))}
      </dl>
      {nil.length > 0 && (
        <p className="dim small flat">Looked for and not found: {nil.map((f) => f.nil).join(', ')}.</p>
      )}
    </>
  );
};

const Figure = ({ name, value, loud = false, unknown, why }: HealthFigure) => (
  <div title={why}>
    <dt>{name}</dt>
    <dd className={loud ? 'loud' : value === '0' ? 'nil' : ''}>
      {value === '' ? <Unknown>{unknown ?? 'not known'}</Unknown> : value}
    </dd>
  </div>
);

/** How far a file was read, at which rate, and when it will be done; the stream is newer than the page. */
const Reading = ({ source: s }: { source: SourceRow }) => {
  const live = useLive((l) => l.progress[s.id]);
  const progress = live?.progress ?? s.progress;
  const left = live?.secondsLeft ?? s.secondsLeft;
  return (
    <div className="reading">
      {progress === null ? (
        <span className="dim small">Its size is not known, nor how long it takes.</span>
      ) : (
        <span
          className="meter wide"
          role="progressbar"
          aria-label={`Reading ${s.name}`}
          aria-valuenow={Math.round(progress * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${progress * 100}%` }} />
        </span>
      )}
      <span className="small nowrap">
        {progress !== null && <b>{share(progress)}</b>}
        {s.bytesPerSecond !== null && <span className="dim"> · {bytes(s.bytesPerSecond)}/s</span>}
        {left !== null && <span className="dim"> · {duration(left * 1000)} to go</span>}
        {left === null && progress !== null && <span className="dim"> · time left not known</span>}
        {live && <span className="dim"> · {number(live.frames)} frames</span>}
      </span>
    </div>
  );
};
