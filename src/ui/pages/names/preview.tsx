/** What an asset list would change: by kind, what needs a person first. */
import { useState } from 'react';
import type { NamePreview } from '../../../api/names.ts';
import { number } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { SmallTable } from '../../parts/simple-table.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { lineColumns } from './columns.tsx';
import { AmbiguousTable, AssetLink, ConflictTable, UnseenTable } from './report.tsx';

const KINDS = ['conflicts', 'ambiguous', 'invalid', 'matched', 'notSeen'] as const;
type Kind = (typeof KINDS)[number];
const WORD: Readonly<Record<Kind, string>> = {
  conflicts: 'In conflict',
  ambiguous: 'Ambiguous',
  invalid: 'Not readable',
  matched: 'Matched',
  notSeen: 'Not seen',
};
const BY: Readonly<Record<string, string>> = {
  serial: 'serial number',
  mac: 'MAC address',
  hostname: 'host name',
  ip: 'IP address',
  name: 'name',
};

export const PreviewTables = ({ preview: p }: { preview: NamePreview }) => {
  const site = useSite();
  const [kind, setKind] = useState<Kind>(KINDS.find((k) => p.counts[k] > 0) ?? 'matched');
  return (
    <div className="inset">
      <Tabs
        label="What the list would change"
        tab={kind}
        choose={setKind}
        tabs={KINDS.map((k) => ({
          id: k,
          label: (
            <>
              {WORD[k]}{' '}
              <span
                className={
                  (k === 'conflicts' || k === 'ambiguous' || k === 'invalid') && p.counts[k] > 0 ? 'tag medium' : 'dim'
                }
              >
                {number(p.counts[k])}
              </span>
            </>
          ),
        }))}
      >
        <span className="grow" />
        <span className="dim small" style={{ alignSelf: 'center' }}>
          {number(p.counts.notListed)} seen, not in the list
        </span>
      </Tabs>
      {kind === 'conflicts' && <ConflictTable rows={p.conflicts} empty="No conflict found." />}
      {kind === 'notSeen' && <UnseenTable rows={p.notSeen} />}
      {kind === 'matched' && (
        <SmallTable<NamePreview['matched'][number]>
          label="Matched"
          rows={p.matched}
          keyOf={(m) => m.line}
          most={20}
          empty="No line of the list fits a device that was seen. Check the columns: addresses, serial numbers and names are compared."
          columns={[
            ...lineColumns('minmax(140px, 1fr)'),
            {
              id: 'asset',
              head: 'Device',
              width: 'minmax(140px, 1fr)',
              by: (m) => m.assetName,
              cell: (m) => (
                <AssetLink site={site} id={m.asset}>
                  {m.assetName}
                </AssetLink>
              ),
            },
            { id: 'by', head: 'Found by', width: '120px', by: (m) => m.by, cell: (m) => BY[m.by] ?? m.by },
            {
              id: 'adds',
              head: 'Adds',
              width: 'minmax(140px, 1fr)',
              cell: (m) => (m.adds.length === 0 ? <span className="dim">nothing new</span> : m.adds.join(', ')),
            },
          ]}
        />
      )}
      {kind === 'ambiguous' && <AmbiguousTable rows={p.ambiguous} site={site} />}
      {kind === 'invalid' && (
        <SmallTable<NamePreview['invalid'][number]>
          label="Not readable"
          rows={p.invalid}
          keyOf={(m) => m.line}
          most={20}
          empty="Every line can be read."
          columns={[
            ...lineColumns('minmax(140px, 0.6fr)'),
            {
              id: 'reason',
              head: 'What is wrong',
              width: 'minmax(240px, 1.4fr)',
              cell: (m) => <span title={m.reason}>{m.reason}</span>,
            },
          ]}
        />
      )}
    </div>
  );
};
