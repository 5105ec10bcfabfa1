/** The reconciliation report: three lists, their counts as tabs, exported as they stand. */
import { Button, Menu } from '@mantine/core';
import { IconDownload, IconFileSpreadsheet } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Ambiguous, Reconciliation } from '../../../api/names.ts';
import { call } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { csvText, save } from '../../lib/save.ts';
import { useSite } from '../../lib/site.ts';
import { Empty, Loading, Panel, Problem, Text, Unknown, When } from '../../parts/basics.tsx';
import { ROLE_WORD } from '../../parts/glyphs.tsx';
import { notify } from '../../parts/notify.ts';
import { ForOthers } from '../../parts/others.tsx';
import { SmallTable } from '../../parts/simple-table.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { lineColumns } from './columns.tsx';

const TABS = ['conflicts', 'ambiguous', 'unlisted', 'unseen'] as const;
type Tab = (typeof TABS)[number];

export const Reconciled = ({ onImport }: { onImport: () => void }) => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['names', site],
    queryFn: ({ signal }) => call('reconciliation', { site }, undefined, signal),
  });
  if (query.isLoading) return <Loading lines={10} what="Loading the report" />;
  if (query.data === undefined) return <Problem error={query.error} retry={() => void query.refetch()} />;
  const r = query.data;
  if (r.file === '') {
    return (
      <Panel title="Asset list">
        <Empty title="No asset list was imported yet">
          Bring the list that the plant keeps, as CSV or XLSX: names, addresses, serial numbers, places. Gatehouse shows
          which entries it sees, which it does not, and which devices nobody listed.
          <span style={{ display: 'block', marginTop: 12 }}>
            <ForOthers work="correct" what="import it">
              <Button variant="filled" leftSection={<IconFileSpreadsheet size={15} stroke={1.6} />} onClick={onImport}>
                Import an asset list …
              </Button>
            </ForOthers>
          </span>
        </Empty>
      </Panel>
    );
  }
  return <Report report={r} site={site} onImport={onImport} />;
};

const rowsOf = (r: Reconciliation): (string | number | null)[][] => [
  ...r.conflicts.map((c) => ['conflict', c.line, c.label, c.assetName, '', c.attribute, c.listed, c.observed]),
  ...r.ambiguous.map((a) => [
    'ambiguous, not applied',
    a.line,
    a.label,
    a.assets.map(({ name }) => name).join(', '),
    '',
    '',
    '',
    a.reason,
  ]),
  ...r.notSeen.map((n) => ['listed, not seen', n.line, n.label, '', n.address, '', '', '']),
  ...r.notListed.map((n) => [
    'seen, not listed',
    null,
    '',
    n.name,
    n.address,
    '',
    '',
    [n.role, n.vendor].filter((x) => x !== '').join(', '),
  ]),
];

const Report = ({ report: r, site, onImport }: { report: Reconciliation; site: string; onImport: () => void }) => {
  const navigate = useNavigate();
  const client = useQueryClient();
  const back = useMutation({
    mutationFn: () => call('undoCorrection', { site, correction: r.correction ?? '' }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['names', site] }),
        client.invalidateQueries({ queryKey: ['assets', site] }),
      ]),
    onError: notify.problem,
  });
  const search = useSearch({ strict: false }) as { tab?: string };
  const tab: Tab =
    TABS.find((t) => t === search.tab) ??
    (r.conflicts.length > 0
      ? 'conflicts'
      : r.ambiguous.length > 0
        ? 'ambiguous'
        : r.notListed.length > 0
          ? 'unlisted'
          : 'unseen');
  const choose = (t: Tab) =>
    void navigate({ to: '.', replace: true, search: (old: Record<string, unknown>) => ({ ...old, tab: t }) });
  const name = `reconciliation-${site}`;
  const tabs: [Tab, string, number][] = [
    ['conflicts', 'In conflict', r.conflicts.length],
    ['ambiguous', 'Ambiguous', r.ambiguous.length],
    ['unlisted', 'Seen, not in the list', r.notListed.length],
    ['unseen', 'In the list, not seen', r.notSeen.length],
  ];
  return (
    <>
      <div className="figures">
        <div>
          <b>{number(r.listed)}</b>
          <span>entries in the list</span>
        </div>
        <div>
          <b>{number(r.matched)}</b>
          <span>matched with a device</span>
        </div>
        <button type="button" onClick={() => choose('conflicts')}>
          <b>{number(r.conflicts.length)}</b>
          <span>conflicting attributes</span>
        </button>
        <button type="button" onClick={() => choose('ambiguous')}>
          <b>{number(r.ambiguous.length)}</b>
          <span>ambiguous, not applied</span>
        </button>
        <button type="button" onClick={() => choose('unlisted')}>
          <b>{number(r.notListed.length)}</b>
          <span>seen, not in the list</span>
        </button>
        <button type="button" onClick={() => choose('unseen')}>
          <b>{number(r.notSeen.length)}</b>
          <span>in the list, not seen</span>
        </button>
      </div>
      <Panel
        title="Reconciliation"
        flush
        actions={
          <span className="row">
            <span className="dim small nowrap">
              {r.file}, <When at={r.importedAt} /> by {r.who === '' ? <Unknown /> : r.who}
            </span>
            <Menu position="bottom-end">
              <Menu.Target>
                <Button leftSection={<IconDownload size={14} stroke={1.6} />}>Export</Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  onClick={() =>
                    save(
                      `${name}.csv`,
                      'text/csv',
                      csvText(
                        ['finding', 'line', 'listed as', 'asset', 'address', 'attribute', 'listed', 'observed'],
                        rowsOf(r),
                      ),
                    )
                  }
                >
                  CSV
                </Menu.Item>
                <Menu.Item onClick={() => save(`${name}.json`, 'application/json', `${JSON.stringify(r, null, 2)}\n`)}>
                  JSON
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
            <ForOthers work="correct" what="import and undo">
              {r.correction !== null && (
                <Button loading={back.isPending} onClick={() => back.mutate()}>
                  Undo the import
                </Button>
              )}
              <Button leftSection={<IconFileSpreadsheet size={14} stroke={1.6} />} onClick={onImport}>
                Import a list …
              </Button>
            </ForOthers>
          </span>
        }
      >
        <Tabs
          label="Findings"
          tab={tab}
          choose={choose}
          tabs={tabs.map(([id, label, n]) => ({
            id,
            label: (
              <>
                {label} <span className="dim">{number(n)}</span>
              </>
            ),
          }))}
        />
        {tab === 'conflicts' && (
          <ConflictTable
            rows={r.conflicts}
            empty="No conflict found: where the list and the wire speak of the same attribute, they agree."
          />
        )}
        {tab === 'ambiguous' && <AmbiguousTable rows={r.ambiguous} site={site} />}
        {tab === 'unlisted' && (
          <SmallTable<Reconciliation['notListed'][number]>
            label="Seen, not in the list"
            rows={r.notListed}
            keyOf={(n) => n.asset}
            most={50}
            empty="Every device that was seen is in the list."
            columns={[
              {
                id: 'name',
                head: 'Device',
                width: 'minmax(160px, 1.3fr)',
                by: (n) => n.name,
                cell: (n) => (
                  <AssetLink site={site} id={n.asset}>
                    {n.name}
                  </AssetLink>
                ),
              },
              {
                id: 'address',
                head: 'Address',
                width: '160px',
                by: (n) => n.address,
                cell: (n) => (
                  <span className="mono">
                    <Text>{n.address}</Text>
                  </span>
                ),
              },
              {
                id: 'role',
                head: 'Role',
                width: '150px',
                by: (n) => n.role,
                cell: (n) =>
                  n.role === 'unknown' || n.role === '' ? (
                    <Unknown />
                  ) : (
                    ((ROLE_WORD as Readonly<Record<string, string>>)[n.role] ?? n.role)
                  ),
              },
              {
                id: 'vendor',
                head: 'Vendor',
                width: 'minmax(120px, 1fr)',
                by: (n) => n.vendor,
                cell: (n) => <Text>{n.vendor}</Text>,
              },
              {
                id: 'last',
                head: 'Last seen',
                width: '150px',
                end: true,
                by: (n) => n.lastAt ?? '',
                cell: (n) => <When at={n.lastAt} />,
              },
            ]}
          />
        )}
        {tab === 'unseen' && (
          <>
            <p className="dim note">
              {r.notSeen.length > 0 &&
                `${plural(r.notSeen.length, 'entry', 'entries')} in networks that are not mirrored, switched off, silent, or gone. Not seen does not mean not there.`}
            </p>
            <UnseenTable rows={r.notSeen} />
          </>
        )}
      </Panel>
    </>
  );
};

export const AssetLink = ({ site, id, children }: { site: string; id: string; children: ReactNode }) => (
  <Link to="/s/$site/assets/$asset" params={{ site, asset: id }}>
    {children}
  </Link>
);

export const ConflictTable = ({ rows, empty }: { rows: Reconciliation['conflicts']; empty: string }) => {
  const site = useSite();
  return (
    <SmallTable<Reconciliation['conflicts'][number]>
      label="Conflicts"
      rows={rows}
      keyOf={(c) => `${c.line} ${c.label} ${c.asset} ${c.attribute}`}
      most={50}
      empty={empty}
      columns={[
        ...lineColumns('minmax(120px, 1fr)'),
        {
          id: 'asset',
          head: 'Device',
          width: 'minmax(130px, 1fr)',
          by: (c) => c.assetName,
          cell: (c) => (
            <AssetLink site={site} id={c.asset}>
              {c.assetName}
            </AssetLink>
          ),
        },
        { id: 'attribute', head: 'Attribute', width: '116px', by: (c) => c.attribute, cell: (c) => c.attribute },
        {
          id: 'listed',
          head: 'Listed',
          width: 'minmax(110px, 1fr)',
          cell: (c) => <span className="mono">{c.listed}</span>,
        },
        {
          id: 'observed',
          head: 'Observed (stands)',
          width: 'minmax(120px, 1fr)',
          cell: (c) => <span className="mono strong">{c.observed}</span>,
        },
      ]}
    />
  );
};

export const UnseenTable = ({ rows }: { rows: Reconciliation['notSeen'] }) => (
  <SmallTable<Reconciliation['notSeen'][number]>
    label="In the list, not seen"
    rows={rows}
    keyOf={(n) => `${n.line} ${n.label}`}
    most={50}
    empty="Every entry of the list was seen."
    columns={[
      ...lineColumns('minmax(160px, 1fr)'),
      {
        id: 'address',
        head: 'Address in the list',
        width: 'minmax(160px, 1fr)',
        by: (n) => n.address,
        cell: (n) => (n.address === '' ? <Unknown>none listed</Unknown> : <span className="mono">{n.address}</span>),
      },
    ]}
  />
);

/** Lines that fit several devices, or speak of one against each other: none is applied. */
export const AmbiguousTable = ({ rows, site }: { rows: readonly Ambiguous[]; site: string }) => (
  <SmallTable<Ambiguous>
    label="Ambiguous"
    rows={rows}
    keyOf={(m) => m.line}
    most={20}
    empty="Every line fits one device at most."
    columns={[
      ...lineColumns('minmax(130px, 1fr)'),
      {
        id: 'assets',
        head: 'Devices that fit',
        width: 'minmax(180px, 1.4fr)',
        cell: (m) =>
          m.assets.map((a, i) => (
            <span key={a.id}>
              {i > 0 && ', '}
              <AssetLink site={site} id={a.id}>
                {a.name}
              </AssetLink>
            </span>
          )),
      },
      {
        id: 'reason',
        head: 'Why',
        width: 'minmax(180px, 1.4fr)',
        cell: (m) => <span title={m.reason}>{m.reason}</span>,
      },
    ]}
  />
);
