/** Chooses the other half of a device: those that Gatehouse suspects first, then any asset by name or address. */
import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AssetDetail } from '../../../api/assets.ts';
import { call } from '../../lib/api.ts';
import { useSite } from '../../lib/site.ts';
import { MergeDialog } from './merge.tsx';

interface Other {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
}
export const MergeWithDialog = ({ asset, onClose }: { asset: AssetDetail; onClose: () => void }) => {
  const site = useSite();
  const [words, setWords] = useState('');
  const [asked] = useDebouncedValue(words.trim().replaceAll('"', ''), 150);
  const [other, setOther] = useState<Other | undefined>();
  const found = useQuery({
    queryKey: ['assets', site, 'merge', asked],
    queryFn: ({ signal }) => call('assets', { site, q: `"${asked}"`, limit: 8 }, undefined, signal),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  if (other) {
    const self = {
      id: asset.id,
      name: asset.name,
      detail: [asset.ips[0] ?? asset.macs[0] ?? '', asset.vendor, asset.model].filter((x) => x !== '').join(' · '),
    };
    return <MergeDialog assets={[self, other]} onClose={onClose} />;
  }
  const choices: readonly Other[] =
    asked === ''
      ? asset.maybeSame.map((m) => ({ id: m.id, name: m.name, detail: m.reason }))
      : (found.data?.items ?? [])
          .filter((a) => a.id !== asset.id)
          .map((a) => ({
            id: a.id,
            name: a.name,
            detail: [a.ips[0] ?? a.macs[0] ?? '', a.vendor, a.model].filter((x) => x !== '').join(' · '),
          }));
  return (
    <Modal opened onClose={onClose} title={`Which asset is the same device as ${asset.name}?`}>
      <div className="stack">
        <TextInput
          data-autofocus
          placeholder="Name, IP, MAC, serial number"
          aria-label="Find the other asset"
          value={words}
          onChange={(e) => setWords(e.currentTarget.value)}
        />
        <div className="choices">
          {asked === '' && choices.length > 0 && <span className="caps">May be the same</span>}
          {choices.map((c) => (
            <button key={c.id} type="button" onClick={() => setOther(c)}>
              <span className="strong">{c.name}</span>
              <span className="dim small">{c.detail}</span>
            </button>
          ))}
          {choices.length === 0 && (
            <span className="dim" style={{ padding: '6px 0' }}>
              {asked === ''
                ? 'Nothing suggests that another asset is the same device. Search for it.'
                : found.isFetching
                  ? 'Looking …'
                  : 'No asset answers to that.'}
            </span>
          )}
        </div>
      </div>
    </Modal>
  );
};
