/**
 * Detectors with their model cards and thresholds. A change is drafted here, tried on the site's own recordings ("would
 * have given N alerts"), and applied only after that, with a reason.
 */
import { Button, NumberInput, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { DetectionOverview, KindRow, TuningRequest, TuningTrial } from '../../../api/detection.ts';
import { call } from '../../lib/api.ts';
import { inWords, number, plural } from '../../lib/format.ts';
import { useMay } from '../../lib/may.ts';
import { useSite } from '../../lib/site.ts';
import { Panel, Problem, When } from '../../parts/basics.tsx';
import { Fetched } from '../../parts/fetched.tsx';
import { ImpactTag, SurpriseMark } from '../../parts/finding-marks.tsx';
import { notify } from '../../parts/notify.ts';
import { TechniqueChip } from '../../parts/technique.tsx';
import { changesOf, type Draft, draftKind, NO_DRAFT } from './draft.ts';

export const Detectors = () => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['detection', site, 'detectors'],
    queryFn: ({ signal }) => call('detection', { site }, undefined, signal),
  });
  return (
    <Fetched query={query} isPart what="the detectors">
      {(overview) => <Loaded overview={overview} />}
    </Fetched>
  );
};

/** `{client} writes to {server}` as people say it. */
const templateWords = (title: string): string => title.replaceAll('{number}', 'several').replace(/\{(\w+)\}/g, '$1');

const Loaded = ({ overview }: { overview: DetectionOverview }) => {
  const may = useMay('teach');
  const [draft, setDraft] = useState<Draft>(NO_DRAFT);
  const kinds = overview.detectors.flatMap((d) => d.kinds);
  const request = changesOf(draft, kinds, overview.settings);
  return (
    <div className="page">
      <div className="columns">
        <div className="stack" style={{ gap: 14 }}>
          {overview.detectors.map((d) => (
            <Panel key={d.card.name} title={inWords(d.card.name)} count={plural(d.kinds.length, 'kind')} flush>
              <div className="detector-card">
                <p className="flat">{d.card.notices}</p>
                <details className="card">
                  <summary className="dim small">Model card: works when, fails when, cost, source</summary>
                  <dl>
                    <dt>Works when</dt>
                    <dd>{d.card.worksWhen}</dd>
                    <dt>Fails when</dt>
                    <dd>{d.card.failsWhen}</dd>
                    <dt>Cost</dt>
                    <dd>{d.card.cost}</dd>
                    <dt>Source</dt>
                    <dd>{d.card.source}</dd>
                  </dl>
                </details>
              </div>
              <ul className="list">
                {d.kinds.map((k) => (
                  <Kind key={k.code} kind={k} draft={draft} setDraft={setDraft} may={may} />
                ))}
              </ul>
            </Panel>
          ))}
        </div>
        <div className="stack tuning" style={{ gap: 14 }}>
          <Tuning overview={overview} draft={draft} setDraft={setDraft} request={request} may={may} />
        </div>
      </div>
    </div>
  );
};

interface KindProps {
  kind: KindRow;
  draft: Draft;
  setDraft: (draft: Draft) => void;
  may: boolean;
}
const Kind = ({ kind: k, draft, setDraft, may }: KindProps) => {
  const now = draft.kinds[k.code] ?? k.threshold;
  const touched = now.enabled !== k.threshold.enabled || now.minSurprise !== k.threshold.minSurprise;
  return (
    <li className={touched ? 'kind touched' : 'kind'}>
      <div className="stack" style={{ gap: 2 }}>
        <span className="row wrap" style={{ gap: 8 }}>
          <span className="strong" title={`kind:${k.code}`}>
            {inWords(k.code)}
          </span>
          <span className="dim small">{k.family}</span>
          {k.impact !== 'none' && <ImpactTag impact={k.impact} />}
          {k.techniques.map((t) => (
            <TechniqueChip key={t} id={t} />
          ))}
          {k.changed && <span className="tag outline">set by a person</span>}
        </span>
        <span className="dim">{templateWords(k.title)}</span>
        <span className="small">
          <Link
            to="/s/$site/alerts"
            params={{ site: useSite() }}
            search={{ tab: 'findings', q: `kind:=${k.code}` }}
            className="in-text"
          >
            {plural(k.findings, 'finding')}
          </Link>
          , {plural(k.alerts, 'alert')}
          <span className="dim">{k.needsLearning ? ' · needs learning' : ' · a rule, holds from the first frame'}</span>
        </span>
      </div>
      <div className="kind-set">
        <label className="row small" style={{ gap: 6 }}>
          <input
            type="checkbox"
            checked={now.enabled}
            disabled={!may}
            onChange={(e) => setDraft(draftKind(draft, k, { enabled: e.currentTarget.checked }))}
          />
          makes alerts
        </label>
        <label className="kind-range">
          <span className="dim small">from</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={now.minSurprise}
            disabled={!may || !now.enabled}
            aria-label={`Lowest surprise of ${k.code} that becomes an alert`}
            onChange={(e) => setDraft(draftKind(draft, k, { minSurprise: Number(e.currentTarget.value) }))}
          />
          <span className="mono small">{now.minSurprise.toFixed(2)}</span>
        </label>
      </div>
    </li>
  );
};

interface TuningProps {
  overview: DetectionOverview;
  draft: Draft;
  setDraft: (draft: Draft) => void;
  /** What is changed; undefined when nothing is. */
  request: TuningRequest | undefined;
  may: boolean;
}
const Tuning = ({ overview, draft, setDraft, request, may }: TuningProps) => {
  const site = useSite();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const asked = JSON.stringify(request ?? {});
  const trial = useMutation({
    mutationFn: async (body: TuningRequest) => ({
      of: JSON.stringify(body),
      answer: await call('tryTuning', { site }, body),
    }),
  });
  const apply = useMutation({
    mutationFn: (body: TuningRequest) => call('applyTuning', { site }, { ...body, reason: reason.trim() }),
    onSuccess: async () => {
      notify.info('Applied', 'The journal has the change and the reason.');
      setDraft(NO_DRAFT);
      setReason('');
      trial.reset();
      await client.invalidateQueries({ queryKey: ['detection', site] });
      await client.invalidateQueries({ queryKey: ['alerts', site] });
    },
  });
  const tried = trial.data !== undefined && trial.data.of === asked ? trial.data.answer : undefined;
  const s = overview.settings;
  return (
    <Panel title="Change" count={request === undefined ? 'nothing drafted' : 'drafted, not applied'}>
      <div className="stack" style={{ gap: 12 }}>
        <NumberInput
          label="Learning time of the site"
          suffix=" h"
          min={1}
          max={8760}
          disabled={!may}
          value={draft.learningHours ?? s.learningHours}
          onChange={(v) => typeof v === 'number' && setDraft({ ...draft, learningHours: v })}
        />
        <NumberInput
          label="Alerts a day that people here can look at"
          description="More are ranked below these; none is dropped."
          min={1}
          max={10_000}
          allowDecimal={false}
          disabled={!may}
          value={draft.alertsPerDay ?? s.alertsPerDay}
          onChange={(v) => typeof v === 'number' && setDraft({ ...draft, alertsPerDay: v })}
        />
        {!may ? (
          <span className="dim small">Engineers and administrators change what is judged how.</span>
        ) : (
          <>
            <div className="row" style={{ gap: 6 }}>
              <Button
                variant={tried === undefined && request !== undefined ? 'filled' : 'default'}
                leftSection={<IconPlayerPlay size={14} stroke={1.8} />}
                disabled={request === undefined}
                loading={trial.isPending}
                onClick={() => request && trial.mutate(request)}
              >
                Try on the recordings
              </Button>
              {request !== undefined && (
                <Button
                  variant="subtle"
                  color="gray"
                  onClick={() => {
                    setDraft(NO_DRAFT);
                    trial.reset();
                  }}
                >
                  Take back
                </Button>
              )}
            </div>
            {trial.isError && <Problem error={trial.error} />}
            {tried && <Trial trial={tried} />}
            {tried && request && (
              <form
                className="stack"
                onSubmit={(e) => {
                  e.preventDefault();
                  if (reason.trim() !== '') apply.mutate(request);
                }}
              >
                <Textarea
                  label="Reason (needed to apply)"
                  autosize
                  minRows={2}
                  maxLength={1000}
                  value={reason}
                  onChange={(e) => setReason(e.currentTarget.value)}
                />
                {apply.isError && <Problem error={apply.error} />}
                <Button type="submit" variant="filled" loading={apply.isPending} disabled={reason.trim() === ''}>
                  Apply
                </Button>
              </form>
            )}
          </>
        )}
      </div>
    </Panel>
  );
};

const Trial = ({ trial: t }: { trial: TuningTrial }) => {
  const site = useSite();
  const more = t.alertsAfter - t.alertsBefore;
  return (
    <section className="stack trial" aria-label="What it would have given" style={{ gap: 8 }}>
      <p className="flat">
        On {number(Number(t.hours.toPrecision(3)))} h of recordings it would have given{' '}
        <b>{plural(t.alertsAfter, 'alert')}</b> instead of {number(t.alertsBefore)}
        {more === 0 ? '' : `: ${number(Math.abs(more))} ${more > 0 ? 'more' : 'fewer'}`}.
      </p>
      {t.lostTrue > 0 && (
        <p className="flat row p-high strong" style={{ gap: 6 }}>
          <IconAlertTriangle size={15} stroke={1.8} aria-hidden="true" />
          {plural(t.lostTrue, 'alert')} that a person reviewed as true would not have come.
        </p>
      )}
      {t.kinds.some((k) => k.before !== k.after) && (
        <table className="plain-table small">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col" className="end">
                Now
              </th>
              <th scope="col" className="end">
                Then
              </th>
              <th scope="col" className="end">
                True lost
              </th>
            </tr>
          </thead>
          <tbody>
            {t.kinds
              .filter((k) => k.before !== k.after)
              .map((k) => (
                <tr key={k.code}>
                  <td className="mono">{k.code}</td>
                  <td className="end mono">{number(k.before)}</td>
                  <td className="end mono">{number(k.after)}</td>
                  <td className="end mono">{number(Math.max(0, k.trueBefore - k.trueAfter))}</td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
      {t.examples.length > 0 && (
        <details>
          <summary className="small">{plural(t.examples.length, 'example')}</summary>
          <ul className="list">
            {t.examples.map((e) => (
              <li key={e.finding} className="stack small" style={{ gap: 2, padding: '5px 0' }}>
                <span>
                  <span className={e.effect === 'gone' ? 'tag outline' : 'tag'}>{e.effect}</span>{' '}
                  <Link to="/s/$site/findings/$finding" params={{ site, finding: e.finding }}>
                    {e.title}
                  </Link>
                </span>
                <span className="row dim" style={{ gap: 10 }}>
                  <SurpriseMark surprise={e.surprise} /> <When at={e.at} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {t.limits.length > 0 && (
        <div className="small dim">
          Cannot be told from the recordings:
          <ul className="plain-list">
            {t.limits.map((l) => (
              <li key={l}>{l}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
};
