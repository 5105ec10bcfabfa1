/** Maintenance: planned work by device, vendor and work order. Findings inside are labelled, never dropped; an overrun is told. */
import './windows/windows.css';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { WindowChange, WindowRow } from '../../api/detection.ts';
import { call } from '../lib/api.ts';
import { dateTime, duration, plural } from '../lib/format.ts';
import { useMay } from '../lib/may.ts';
import { useSite } from '../lib/site.ts';
import { Loading, Panel, PartyLink, Problem, Text } from '../parts/basics.tsx';
import { notify } from '../parts/notify.ts';
import { ForOthers } from '../parts/others.tsx';
import { SmallTable } from '../parts/simple-table.tsx';
import { ChangeWindow, NewWindowDialog, nowOfSite } from './windows/dialogs.tsx';

export const WindowsPage = () => {
  const site = useSite();
  const client = useQueryClient();
  const may = useMay('window');
  const sel = (useSearch({ strict: false }) as { sel?: string }).sel;
  /** When the work that is being announced begins, as the dialog proposes it. */
  const [start, setStart] = useState<string | undefined>();
  const [changing, setChanging] = useState<WindowRow | undefined>();
  const query = useQuery({
    queryKey: ['detection', site, 'windows'],
    queryFn: ({ signal }) => call('windows', { site }, undefined, signal),
  });
  const end = useMutation({
    mutationFn: ({ id, ...body }: WindowChange & { id: string }) => call('changeWindow', { site, window: id }, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['detection', site, 'windows'] }),
    onError: notify.problem,
  });
  const announce = useMutation({ mutationFn: () => nowOfSite(site), onSuccess: setStart, onError: notify.problem });
  const rows = query.data?.items;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Maintenance</h1>
        <span className="dim">
          Planned work, so that what it causes is told as such. Nothing is hidden by it, and work that goes on after its
          end is a finding.
        </span>
      </header>
      <Panel
        title="Windows"
        count={rows === undefined ? undefined : plural(rows.length, 'window')}
        flush
        actions={
          <ForOthers work="window" what="announce work">
            <Button
              variant="filled"
              leftSection={<IconPlus size={14} />}
              loading={announce.isPending}
              onClick={() => announce.mutate()}
            >
              Announce work …
            </Button>
          </ForOthers>
        }
      >
        {query.isError ? (
          <Problem error={query.error} retry={() => void query.refetch()} />
        ) : rows === undefined ? (
          <Loading lines={5} />
        ) : (
          <SmallTable<WindowRow>
            label="Maintenance windows"
            rows={rows}
            keyOf={(w) => w.id}
            most={100}
            empty="No work is announced. What vendors and maintenance do is then told as any other finding."
            columns={[
              {
                id: 'state',
                head: 'State',
                width: '88px',
                by: (w) => w.state,
                cell: (w) => <WindowState window={w} />,
              },
              {
                id: 'text',
                head: 'Work',
                width: 'minmax(110px, 2fr)',
                by: (w) => w.text,
                cell: (w) => (
                  <span className={w.id === sel ? 'strong' : ''} title={w.text}>
                    {w.id === sel && '▸ '}
                    {w.text}
                  </span>
                ),
              },
              { id: 'covers', head: 'Covers', width: 'minmax(96px, 1.2fr)', cell: (w) => <Covers window={w} /> },
              {
                id: 'from',
                head: 'When',
                width: '232px',
                by: (w) => w.fromAt,
                cell: (w) => <Span window={w} />,
              },
              {
                id: 'order',
                head: 'Order, vendor',
                width: 'minmax(90px, 1fr)',
                by: (w) => w.workOrder,
                cell: (w) => <Text unknown="none named">{[w.workOrder, w.vendor].filter(Boolean).join(', ')}</Text>,
              },
              {
                id: 'findings',
                head: 'Findings',
                width: '88px',
                by: (w) => w.findings,
                cell: (w) => <WindowFindings window={w} />,
              },
              {
                id: 'act',
                head: 'Actions',
                width: '150px',
                end: true,
                cell: (w) =>
                  may &&
                  (w.state === 'planned' || w.state === 'running' || w.state === 'overrun') && (
                    <span className="row" style={{ gap: 4, justifyContent: 'flex-end' }}>
                      <button type="button" className="chip" onClick={() => setChanging(w)}>
                        Change …
                      </button>
                      <button
                        type="button"
                        className="chip"
                        disabled={end.isPending}
                        title="Its findings lose the label"
                        onClick={() => end.mutate({ id: w.id, cancelled: true })}
                      >
                        Cancel
                      </button>
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Panel>
      {start !== undefined && <NewWindowDialog start={start} onClose={() => setStart(undefined)} />}
      {changing && <ChangeWindow window={changing} onClose={() => setChanging(undefined)} />}
    </div>
  );
};

const WindowState = ({ window: w }: { window: WindowRow }) =>
  w.state === 'overrun' ? (
    <span className="row p-medium strong" style={{ gap: 5 }} title="Its end is over, and the work seems to go on">
      <IconAlertTriangle size={13} stroke={1.8} aria-hidden="true" /> overrun
    </span>
  ) : (
    <span className={w.state === 'running' ? 'strong' : w.state === 'planned' ? '' : 'dim'}>{w.state}</span>
  );

/** The second day only where it is another one. */
const Span = ({ window: w }: { window: WindowRow }) => {
  const from = dateTime(w.fromAt).slice(0, 16);
  const to = dateTime(w.toAt).slice(0, 16);
  return (
    <span title={`${w.fromAt} to ${w.toAt}`}>
      {from} to {from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to.slice(5)}{' '}
      <span className="dim small">{duration(Date.parse(w.toAt) - Date.parse(w.fromAt))}</span>
    </span>
  );
};

const Covers = ({ window: w }: { window: WindowRow }) => {
  if (w.assets.length + w.cells.length === 0) return <span>the whole site</span>;
  const rest = w.assets.length - 2;
  return (
    <span className="row" style={{ gap: 8 }}>
      {w.assets.slice(0, 2).map((a) => (
        <PartyLink key={a.id} party={a} address={false} />
      ))}
      {rest > 0 && <span className="dim small">+{rest}</span>}
      {w.cells.length > 0 && <span className="dim small">{plural(w.cells.length, 'cell')}</span>}
    </span>
  );
};

const WindowFindings = ({ window: w }: { window: WindowRow }) => {
  const site = useSite();
  if (w.findings + w.after === 0) return <span className="dim">none</span>;
  return (
    <Link
      to="/s/$site/alerts"
      params={{ site }}
      search={{ tab: 'findings', q: `window:"${w.text.replaceAll('"', '')}"` }}
    >
      {w.findings}
      {w.after > 0 && <span className="p-medium"> and {w.after} after</span>}
    </Link>
  );
};
