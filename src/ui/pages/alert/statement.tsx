/** A finding in the plant's words: what happened beside what it was compared with, the innocent explanation, what to check. */
import type { ReactNode } from 'react';
import type { FindingDetail, FindingRow } from '../../../api/alerts.ts';
import { duration, number, plural } from '../../lib/format.ts';
import { EvidenceLinks, FramesOf, Panel, PartyLink, Protocol, Span, Text, Unknown, When } from '../../parts/basics.tsx';
import { OpenMark, PointLink, SurpriseMark } from '../../parts/finding-marks.tsx';
import { VerbTag } from '../../parts/glyphs.tsx';
import { SmallTable } from '../../parts/simple-table.tsx';
import { TechniqueChip } from '../../parts/technique.tsx';
import { ProofPanel } from './proof.tsx';
import { Written } from './written.tsx';

/** What happened | compared with: the two halves of every statement, side by side. */
export const Halves = ({ finding }: { finding: FindingDetail }) => (
  <div className="halves">
    <section>
      <h2>What happened</h2>
      <p>{finding.what}</p>
    </section>
    <section>
      <h2>Compared with</h2>
      <p>{finding.comparedWith || <Unknown>nothing: a rule that holds from the first frame</Unknown>}</p>
    </section>
  </div>
);

const CheckNext = ({ finding }: { finding: FindingDetail }) => (
  <div className="halves">
    <section>
      <h2>Check next</h2>
      <ol className="check">
        {finding.check.map((c) => (
          <li key={c}>{c}</li>
        ))}
      </ol>
    </section>
    <section>
      <h2>May be innocent</h2>
      <p>{finding.innocent || <Unknown>no innocent explanation is known</Unknown>}</p>
    </section>
  </div>
);

const Said = ({ term, children }: { term: string; children: ReactNode }) => (
  <>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </>
);

/** Who, by what, when, on what grounds: what the head of the page does not say. `why`: what made its place in the queue. */
export const FindingFacts = ({ finding: f, why = [] }: { finding: FindingDetail; why?: readonly string[] }) => {
  // A device that asks around has no other side: it is told once.
  const alone = f.actor?.id === f.target.id;
  // The device stands above its points.
  const sameDevice = f.points.every((p) => p.asset === f.target.id);
  return (
    <dl className="kv">
      {f.actor !== null && !alone && (
        <Said term="Who">
          <PartyLink party={f.actor} />
        </Said>
      )}
      <Said term={f.actor === null ? 'Device' : alone ? 'Who' : 'To whom'}>
        <PartyLink party={f.target} />
      </Said>
      {f.points.length > 0 && (
        <Said term={f.points.length === 1 ? 'Point' : 'Points'}>
          <span className="stack" style={{ gap: 2 }}>
            {f.points.map((p, i) => (
              <span key={p.id}>
                <PointLink point={p} asset={!sameDevice} />
                {i === 0 && f.points.length > 1 && <span className="dim small"> most likely</span>}
              </span>
            ))}
          </span>
        </Said>
      )}
      {f.verb !== '' && (
        <Said term="Verb">
          <VerbTag verb={f.verb} />
        </Said>
      )}
      {f.protocol !== '' && (
        <Said term="Protocol">
          <Protocol name={f.protocol} />
        </Said>
      )}
      <Said term="Seen">
        <Span from={f.firstAt} to={f.lastAt} />
        <div className="dim small">
          {f.count === 1 ? 'once' : `${number(f.count)} times${f.firstAt === f.lastAt ? '' : ` in ${heldOf(f)}`}`}
        </div>
      </Said>
      <Said term="How unusual">
        <SurpriseMark surprise={f.surprise} />
      </Said>
      <Said term="On what grounds">
        <Text>{f.learned}</Text>
      </Said>
      {f.techniqueNames.length > 0 && (
        <Said term="ATT&CK">
          <span className="tags">
            {f.techniqueNames.map((t) => (
              <TechniqueChip key={t.id} id={t.id} name={t.name} tactics={[t.tactic]} />
            ))}
          </span>
        </Said>
      )}
      {why.length > 0 && <Said term="Ranked because">{why.join(', ')}</Said>}
    </dl>
  );
};

/** The model card of the detector, the honest part included. */
export const Card = ({ finding }: { finding: FindingDetail }) => (
  <details className="card">
    <summary>
      Detector <b>{finding.card.name}</b>
    </summary>
    <dl>
      <dt>Notices</dt>
      <dd>{finding.card.notices}</dd>
      <dt>Works when</dt>
      <dd>{finding.card.worksWhen}</dd>
      <dt>Fails when</dt>
      <dd>{finding.card.failsWhen}</dd>
      <dt>Cost</dt>
      <dd>{finding.card.cost}</dd>
      <dt>Source</dt>
      <dd>{finding.card.source}</dd>
    </dl>
  </details>
);

const heldOf = (e: Pick<FindingRow, 'firstAt' | 'lastAt'>): string =>
  e.firstAt === null || e.lastAt === null
    ? 'not known'
    : e.firstAt === e.lastAt
      ? 'a moment'
      : duration(Date.parse(e.lastAt) - Date.parse(e.firstAt));

/** The middle of the page: what happened, the chart that proves it, what to check, the frames, the other episodes. */
export const FindingBody = ({
  finding,
  episodes,
  onEpisode,
}: {
  finding: FindingDetail;
  episodes: readonly FindingRow[];
  onEpisode: (id: string) => void;
}) => (
  <div className="stack" style={{ gap: 14 }}>
    <section className="panel" aria-label="Statement">
      <Halves finding={finding} />
    </section>
    {finding.proof !== null && <ProofPanel proof={finding.proof} lastAt={finding.lastAt} />}
    <Written finding={finding} />
    <section className="panel statement" aria-label="What to do">
      <CheckNext finding={finding} />
      <div className="halves one">
        <section>
          <h2>Evidence</h2>
          {finding.evidence.length > 0 ? (
            <span className="row wrap">
              <EvidenceLinks evidence={finding.evidence} most={8} />
              <span className="dim small">
                {plural(finding.evidence.length, 'frame')}; <kbd>e</kbd> opens the first
              </span>
              <FramesOf list="findings" row={finding.id} />
            </span>
          ) : (
            <span className="dim">
              {finding.proof === null
                ? 'A summary of many frames, no single one.'
                : 'The values in the chart: a summary of many frames, no single one.'}
            </span>
          )}
        </section>
      </div>
    </section>
    {episodes.length > 1 && (
      <Panel title="Episodes" count={plural(episodes.length, 'episode')} flush>
        <SmallTable<FindingRow>
          label="Episodes"
          rows={episodes}
          keyOf={(e) => e.id}
          empty="No other episode."
          columns={[
            {
              id: 'first',
              head: 'From',
              width: '150px',
              by: (e) => e.firstAt ?? '',
              cell: (e) => <When at={e.firstAt} />,
            },
            { id: 'held', head: 'Held', width: '74px', end: true, cell: (e) => heldOf(e) },
            {
              id: 'title',
              head: 'What',
              width: 'minmax(120px, 1fr)',
              cell: (e) =>
                e.id === finding.id ? (
                  <span className="strong" title="Shown above">
                    {e.title}
                  </span>
                ) : (
                  <button type="button" className="linklike cut" onClick={() => onEpisode(e.id)}>
                    {e.title}
                  </button>
                ),
            },
            {
              id: 'surprise',
              head: 'How unusual',
              width: '120px',
              by: (e) => e.surprise,
              cell: (e) => <SurpriseMark surprise={e.surprise} />,
            },
            { id: 'count', head: 'Times', width: '66px', end: true, by: (e) => e.count, cell: (e) => number(e.count) },
            { id: 'open', head: 'State', width: '84px', cell: (e) => <OpenMark open={e.open} at={e.lastAt} /> },
          ]}
        />
      </Panel>
    )}
  </div>
);
