/** One finding as the detector stated it: an episode of an alert, or one that never became an alert. */
import './alert/alert.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { FindingDetail } from '../../api/alerts.ts';
import { call } from '../lib/api.ts';
import { inWords } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';
import { useSite } from '../lib/site.ts';
import { Ago, Panel, When } from '../parts/basics.tsx';
import { Fetched } from '../parts/fetched.tsx';
import { CertaintyMark, ImpactTag, IncidentTag, OpenMark, Statement, WindowTag } from '../parts/finding-marks.tsx';
import { Card, FindingBody, FindingFacts } from './alert/statement.tsx';

export const FindingPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  const { finding = '' } = useParams({ strict: false }) as { finding?: string };
  const query = useQuery({
    queryKey: ['alerts', site, 'finding', finding],
    queryFn: ({ signal }) => call('finding', { site, finding }, undefined, signal),
  });
  const evidence = query.data?.evidence[0];
  useKeys(
    evidence
      ? {
          e: () =>
            void navigate({
              to: '.',
              search: (old: Record<string, unknown>) => ({ ...old, frame: `${evidence.source}:${evidence.frame}` }),
            }),
        }
      : {},
  );
  return (
    <Fetched
      query={query}
      what="the finding"
      back={
        <Link to="/s/$site/alerts" params={{ site }} search={{ tab: 'findings' }}>
          All findings
        </Link>
      }
    >
      {(f) => <Loaded finding={f} />}
    </Fetched>
  );
};

const Loaded = ({ finding: f }: { finding: FindingDetail }) => {
  const site = useSite();
  return (
    <div className="page">
      <header className="finding-head">
        <div className="stack" style={{ gap: 4 }}>
          <span className="small dim">
            <Link to="/s/$site/alerts" params={{ site }} search={{ tab: 'findings' }}>
              Findings
            </Link>{' '}
            / <span title={`kind:${f.kind}`}>{inWords(f.kind)}</span>
          </span>
          <h1>
            <Statement row={f} />
          </h1>
          <span className="row wrap" style={{ gap: 10 }}>
            {f.impact !== 'none' && <ImpactTag impact={f.impact} />}
            <CertaintyMark certainty={f.certainty} />
            <span className="dim small">
              since <When at={f.firstAt} /> <Ago at={f.firstAt} before="· " />
            </span>
            <OpenMark open={f.open} at={f.lastAt} long />
            <WindowTag window={f.window} />
            <IncidentTag incident={f.incident} />
            {f.alert === '' ? (
              <span className="dim">Kept; it made no alert.</span>
            ) : (
              <Link to="/s/$site/alerts/$alert" params={{ site, alert: f.alert }}>
                Its alert
              </Link>
            )}
          </span>
        </div>
      </header>
      <div className="columns">
        <FindingBody finding={f} episodes={[]} onEpisode={() => undefined} />
        <div className="stack" style={{ gap: 14 }}>
          <Panel title="At a glance">
            <FindingFacts finding={f} />
          </Panel>
          <Panel title="How it was found">
            <Card finding={f} />
          </Panel>
        </div>
      </div>
    </div>
  );
};
