/**
 * While a site learns what is usual: what is judged from the first frame, what is not judged yet and for how long, and what a
 * person does meanwhile. "Nothing to report" would say too much without it.
 */
import type { ReactNode } from 'react';
import type { Now } from '../../../api/overview.ts';
import { duration, number, plural, share } from '../../lib/format.ts';
import { useSite, useSites } from '../../lib/site.ts';
import { Panel } from '../../parts/basics.tsx';
import { PageLink } from '../../parts/page-link.tsx';

const HOUR_MS = 3_600_000;

const Part = ({ term, children }: { term: string; children: ReactNode }) => (
  <>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </>
);

const Process = ({ learned: l }: { learned: Now['learned'] }) => {
  if (l.cells === 0) return <>No process cell was found yet: they form from the values that are polled.</>;
  const of = `${number(l.cellsJudged)} of ${plural(l.cells, 'process cell')}`;
  if (l.cellsJudged === 0) return <>None of {plural(l.cells, 'process cell')} is judged yet.</>;
  return (
    <>
      {of} {l.cellsJudged === 1 ? 'is' : 'are'} judged
      {l.cellsOnTrial === 0 ? '.' : ', on trial: what they say by themselves makes no alert yet.'}
    </>
  );
};

export const StillLearning = ({ now }: { now: Now }) => {
  const site = useSite();
  const here = useSites().data?.items.find((s) => s.id === site);
  const { learned } = now;
  if (now.state === 'empty' || learned.phase === 'watching' || here === undefined) return null;
  // What is recorded and read to its end learns no more.
  const isOver = here.kind === 'capture' && !here.busy;
  const left = duration(learned.hoursLeft * HOUR_MS);
  return (
    <Panel
      title={isOver ? 'Too short to learn what is usual' : 'Still learning what is usual'}
      count={`${share(learned.share)} of what is needed`}
    >
      <dl className="kv learning-now">
        <Part term="Judged from the first frame">
          What holds anywhere: programs, firmware and modes of controllers that are changed, scans, well-known
          passwords, the signs of ransomware.
        </Part>
        <Part term={isOver ? 'Not judged' : 'Not judged yet'}>
          What is merely new or unusual here: another device, another writer, a value or a rhythm that never was. It is
          learned as usual, an intruder too if one is there already.{' '}
          {isOver ? `For that ${left} more of traffic would be needed.` : `That takes ${left} more of traffic.`}
        </Part>
        <Part term="Process">
          <Process learned={learned} />
        </Part>
        <Part term={isOver ? 'Worth doing' : 'Meanwhile'}>
          <ul className="plain-list">
            <li>
              <PageLink link="commands?q=writes:true">Who writes to controllers?</PageLink> Nobody should be among them
              whom you do not know.
            </li>
            <li>
              <PageLink link="coverage">Is all of the line seen,</PageLink> and in both directions? What is not seen is
              not learned.
            </li>
            <li>
              <PageLink link="names">Bring the plant's asset list,</PageLink> and findings speak of your names.
            </li>
            {isOver ? (
              <li>Record for a day or longer, or gather several captures into one site with --site NAME.</li>
            ) : (
              <li>
                <PageLink link="windows">Announce planned work,</PageLink> and what it causes is labelled as such.
              </li>
            )}
          </ul>
        </Part>
      </dl>
    </Panel>
  );
};
