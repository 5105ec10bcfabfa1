/** An incident as one line of the queue: its cells, and its story beside the list with what can be done with all of it. */
import { Button, Tooltip } from '@mantine/core';
import { IconCheck, IconUserCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AlertRow, IncidentDetail, IncidentRow } from '../../../api/alerts.ts';
import { call } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useMay } from '../../lib/may.ts';
import { meQuery, useIsRecording, useSite, useSites } from '../../lib/site.ts';
import { Loading, PartyLink, Problem, When } from '../../parts/basics.tsx';
import { CertaintyMark, ImpactTag, OpenMark, PriorityMark, StageMark } from '../../parts/finding-marks.tsx';
import type { Column } from '../../parts/table.tsx';
import { takeHelp, takeWord } from '../alert/take.ts';
import { useAlertsOfIncident, useIncidentChange } from '../incident/acts.ts';
import { inShort } from '../incident/in-short.ts';

/** Of an alert and those under it. */
const newOnes = (lead: AlertRow): number => lead.foldsNew + (lead.state === 'new' ? 1 : 0);

/** The columns of the queue, with what stands in them for a whole incident. */
export const withIncidents = (
  columns: readonly Column<AlertRow>[],
  incidents: ReadonlyMap<string, IncidentRow>,
): readonly Column<AlertRow>[] => {
  const cells: Readonly<Record<string, (i: IncidentRow, lead: AlertRow) => React.ReactNode>> = {
    priority: (i) => <PriorityMark priority={i.priority} />,
    title: (i, lead) => (
      <span className="row" style={{ gap: 7 }}>
        <span className={newOnes(lead) > 0 ? 'strong cut' : 'cut'} title={i.title}>
          {i.title}
        </span>
        <span className="tag" title="Alerts that tell this incident">
          {plural(lead.folds + 1, 'alert')}
        </span>
        {i.crosses && <span className="tag high">IT to OT</span>}
      </span>
    ),
    where: (i) => <span className="dim">{plural(i.assets, 'device')}</span>,
    actor: (_, lead) =>
      lead.actor === null ? <span className="dim">none seen</span> : <PartyLink party={lead.actor} address={false} />,
    impact: (i) => <ImpactTag impact={i.impact} />,
    certainty: (i) => <CertaintyMark certainty={i.certainty} />,
    first: (i) => <When at={i.firstAt} />,
    last: (i) => <When at={i.lastAt} />,
    findings: (i) => number(i.findings),
    open: (i) => <OpenMark open={i.open} at={i.lastAt} />,
    state: (_, lead) =>
      newOnes(lead) > 0 ? <span className="strong">{number(newOnes(lead))} new</span> : <span>acknowledged</span>,
    assignee: (i) => (i.assigneeName === '' ? <span className="dim">nobody</span> : i.assigneeName),
  };
  return columns.map((column) => {
    const cell = cells[column.id];
    if (cell === undefined) return column;
    return {
      ...column,
      folded: (key, lead) => {
        const incident = incidents.get(key);
        return incident === undefined ? null : cell(incident, lead);
      },
    };
  });
};

export const IncidentBrief = ({ id }: { id: string }) => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['incidents', site, id],
    queryFn: ({ signal }) => call('incident', { site, incident: id }, undefined, signal),
  });
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  if (query.data === undefined) return <Loading lines={8} />;
  return <Loaded detail={query.data} />;
};

/** The end of a story says where it stands; the whole of it is on its page. */
const LAST_SENTENCES = 4;

const Loaded = ({ detail }: { detail: IncidentDetail }) => {
  const site = useSite();
  const isRecording = useIsRecording();
  const lastFrameAt = useSites().data?.items.find((s) => s.id === site)?.lastAt ?? null;
  const { incident: i, story, next, doubts } = detail;
  const earlier = Math.max(0, story.length - LAST_SENTENCES);
  return (
    <>
      <Acts incident={i} />
      <p className="flat">{inShort(detail, isRecording, lastFrameAt).join(' ')}</p>
      <section>
        <dl className="kv">
          <dt>How far it came</dt>
          <dd>
            <StageMark incident={i} />
          </dd>
          <dt>How sure</dt>
          <dd>
            <CertaintyMark certainty={i.certainty} />
          </dd>
          <dt>From, to</dt>
          <dd>
            <When at={i.firstAt} /> to <When at={i.lastAt} />
          </dd>
        </dl>
      </section>
      <section>
        <h3>{earlier > 0 ? 'Story, its end' : 'Story'}</h3>
        <ol className="check" start={earlier + 1}>
          {story.slice(earlier).map((s, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no identity but their place
            <li key={`${n} ${s}`}>{s}</li>
          ))}
        </ol>
      </section>
      {next !== null && (
        <section>
          <h3>Usually next: {next.tactic}</h3>
          <p className="flat">{next.text}</p>
        </section>
      )}
      {doubts.length > 0 && (
        <section>
          <h3>Speaks against it</h3>
          <ul className="plain-list">
            {doubts.map((d) => (
              <li key={d}>{d}</li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>{plural(detail.assets.length, 'device')}</h3>
        <div className="tags">
          {detail.assets.map((a) => (
            <PartyLink key={`${a.party.id}${a.party.address}`} party={a.party} address={false} />
          ))}
        </div>
      </section>
      <section className="row">
        <span className="grow" />
        <Link to="/s/$site/incidents/$incident" params={{ site, incident: i.id }}>
          Open the story <kbd>Enter</kbd>
        </Link>
      </section>
    </>
  );
};

const Acts = ({ incident }: { incident: IncidentRow }) => {
  const me = useQuery(meQuery).data;
  const may = useMay('triage');
  const alerts = useAlertsOfIncident(incident);
  const change = useIncidentChange(incident);
  const fresh = incident.alertsNew;
  const mine = me !== undefined && incident.assignee === me.id;
  const acknowledge = () => fresh > 0 && alerts.mutate('acknowledged');
  const take = () => me && change.mutate({ assignee: mine ? '' : me.id });
  useKeys(may ? { a: acknowledge, t: () => void take() } : {});
  if (!may) return <span className="dim small">Analysts, engineers and administrators work the queue.</span>;
  return (
    <div className="row wrap" style={{ gap: 6 }}>
      {fresh > 0 && (
        <Tooltip label="Somebody takes care of all of it (a)">
          <Button leftSection={<IconCheck size={14} stroke={1.8} />} loading={alerts.isPending} onClick={acknowledge}>
            Acknowledge {fresh === 1 ? 'its alert' : `all ${number(fresh)}`}
          </Button>
        </Tooltip>
      )}
      <Tooltip label={takeHelp(mine, incident)}>
        <Button
          leftSection={<IconUserCheck size={14} stroke={1.8} />}
          loading={change.isPending}
          onClick={() => void take()}
        >
          {takeWord(mine, incident)}
        </Button>
      </Tooltip>
    </div>
  );
};
