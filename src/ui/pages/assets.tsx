/** The inventory: every device on the wire, filtered, sorted, exported; ticked rows can be merged into one. */
import { Button } from '@mantine/core';
import { IconGitMerge } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { AssetRow } from '../../api/assets.ts';
import { share } from '../lib/format.ts';
import { useMay } from '../lib/may.ts';
import { useSite } from '../lib/site.ts';
import { isAddress, Name, Text, Unknown, When } from '../parts/basics.tsx';
import { LevelMark, PriorityGlyph, ROLE_WORD, RoleGlyph } from '../parts/glyphs.tsx';
import { type Column, ListTable } from '../parts/table.tsx';
import { MergeDialog } from './asset/merge.tsx';

const List = ({ items, mono = false, most = 2 }: { items: readonly string[]; mono?: boolean; most?: number }) =>
  items.length === 0 ? (
    <Unknown>none seen</Unknown>
  ) : (
    <span className={mono ? 'mono' : ''} title={items.join(', ')}>
      {items.slice(0, most).join(', ')}
      {items.length > most && <span className="dim"> +{items.length - most}</span>}
    </span>
  );

const columns: readonly Column<AssetRow>[] = [
  {
    id: 'name',
    head: 'Name',
    width: 'minmax(190px, 1.6fr)',
    sort: 'name',
    cell: (a) => (
      <span className="row" title={a.name}>
        <RoleGlyph role={a.role} />
        <span className={`name strong cut${isAddress(a.name) ? ' mono' : ''}`}>
          <Name>{a.name}</Name>
        </span>
        {a.kind !== 'device' && (
          <span
            className="tag outline"
            title={a.kind === 'child' ? 'Answers behind a gateway' : 'Addressed behind a gateway, never answered'}
          >
            {a.kind === 'child' ? 'behind gateway' : 'never answered'}
          </span>
        )}
        {a.contradictions > 0 && (
          <span
            className="row p-medium"
            style={{ gap: 3 }}
            title={`Facts contradict each other on ${a.contradictions} attribute(s)`}
          >
            <PriorityGlyph priority="medium" size={11} />
            <span className="tiny">contradiction</span>
          </span>
        )}
      </span>
    ),
  },
  {
    id: 'role',
    head: 'Role',
    width: '150px',
    sort: 'role',
    cell: (a) =>
      a.role === 'unknown' ? <Unknown /> : <span title={`${share(a.roleConfidence)} sure`}>{ROLE_WORD[a.role]}</span>,
  },
  { id: 'level', head: 'Level', width: '62px', sort: 'level', cell: (a) => <LevelMark level={a.level} /> },
  { id: 'ip', head: 'IP address', width: '150px', sort: 'ip', cell: (a) => <List items={a.ips} mono most={1} /> },
  {
    id: 'mac',
    head: 'MAC address',
    width: '148px',
    sort: 'mac',
    from: 1400,
    cell: (a) => <List items={a.macs} mono most={1} />,
  },
  { id: 'vendor', head: 'Vendor', width: 'minmax(120px, 1fr)', sort: 'vendor', cell: (a) => <Text>{a.vendor}</Text> },
  { id: 'model', head: 'Model', width: 'minmax(130px, 1.1fr)', sort: 'model', cell: (a) => <Text>{a.model}</Text> },
  { id: 'firmware', head: 'Firmware', width: '104px', sort: 'firmware', cell: (a) => <Text>{a.firmware}</Text> },
  {
    id: 'serial',
    head: 'Serial number',
    width: '128px',
    sort: 'serial',
    extra: true,
    cell: (a) => <Text>{a.serial}</Text>,
  },
  { id: 'os', head: 'Operating system', width: '130px', sort: 'os', extra: true, cell: (a) => <Text>{a.os}</Text> },
  {
    id: 'network',
    head: 'Network',
    width: '132px',
    sort: 'network',
    from: 1540,
    cell: (a) => (a.network === '' ? <Unknown /> : <span className="mono">{a.network}</span>),
  },
  {
    id: 'vlan',
    head: 'VLAN',
    width: '70px',
    extra: true,
    cell: (a) =>
      a.vlans.every((v) => v === 0) ? <span className="dim">none</span> : a.vlans.filter((v) => v !== 0).join(', '),
  },
  {
    id: 'protocols',
    head: 'Serves',
    width: 'minmax(110px, 0.9fr)',
    from: 1220,
    cell: (a) =>
      a.served.length === 0 ? (
        <span className="dim" title={a.spoken.length > 0 ? `speaks ${a.spoken.join(', ')}` : ''}>
          nothing seen
        </span>
      ) : (
        <List items={a.served} most={3} />
      ),
  },
  {
    id: 'first',
    head: 'First seen',
    width: '148px',
    sort: 'first',
    end: true,
    extra: true,
    cell: (a) => <When at={a.firstAt} />,
  },
  {
    id: 'last',
    head: 'Last seen',
    width: '148px',
    sort: 'last',
    end: true,
    from: 1090,
    cell: (a) => <When at={a.lastAt} />,
  },
];

const CHIPS = [
  { label: 'Controllers', q: 'role:plc,safety-controller' },
  { label: 'Firmware not known', q: 'level:<2 -firmware:*' },
  { label: 'Contradictions', q: 'contradictions:>0' },
  { label: 'External', q: 'role:external' },
];

export const AssetsPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  const [ticked, setTicked] = useState<ReadonlyMap<string, AssetRow>>(new Map());
  const [merging, setMerging] = useState(false);
  const open = useCallback(
    (a: AssetRow) => void navigate({ to: '/s/$site/assets/$asset', params: { site, asset: a.id } }),
    [navigate, site],
  );
  // Rows are ticked in order to be merged.
  const may = useMay('correct');
  const toggle = (a: AssetRow) => {
    const next = new Map(ticked);
    if (!next.delete(a.id)) next.set(a.id, a);
    setTicked(next);
  };
  return (
    <div className="page full">
      <h1 className="sr">Assets</h1>
      <ListTable<AssetRow>
        list="assets"
        topic="assets"
        unit={['asset', 'assets']}
        columns={columns}
        keyOf={(a) => a.id}
        defaultSort="name"
        chips={CHIPS}
        open={open}
        {...(may ? { selected: { ids: new Set(ticked.keys()), toggle } } : {})}
        empty={{
          title: 'No asset yet',
          text: 'A device appears here with the first frame that it sends. Addresses that were only asked for are no assets.',
        }}
        tools={
          ticked.size > 0 && (
            <span className="row" style={{ gap: 6 }}>
              <Button
                leftSection={<IconGitMerge size={14} stroke={1.6} />}
                disabled={ticked.size < 2}
                title={ticked.size < 2 ? 'Tick a second asset' : 'These are one device'}
                onClick={() => setMerging(true)}
              >
                Merge {ticked.size}
              </Button>
              <button type="button" className="chip" onClick={() => setTicked(new Map())}>
                Untick
              </button>
            </span>
          )
        }
      />
      {merging && (
        <MergeDialog
          assets={[...ticked.values()].map((a) => ({
            id: a.id,
            name: a.name,
            detail: [a.ips[0] ?? a.macs[0] ?? '', a.vendor, a.model].filter((x) => x !== '').join(' · '),
          }))}
          onClose={() => setMerging(false)}
          onDone={() => setTicked(new Map())}
        />
      )}
    </div>
  );
};
