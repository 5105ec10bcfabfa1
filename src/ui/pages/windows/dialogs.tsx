/** Announce planned work, and end it earlier or prolong it. Times are typed in the plant's zone. */
import { MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { WindowRow } from '../../../api/detection.ts';
import { OVERRUN_GRACE_US } from '../../../core/incident.ts';
import { call } from '../../lib/api.ts';
import { duration, zoneName } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { FormDialog, Reason, reasonOf } from '../../parts/form-dialog.tsx';
import { notify } from '../../parts/notify.ts';
import { fromPlantTime, toPlantTime } from './plant-time.ts';

const useFreshWindows = (): (() => Promise<void>) => {
  const client = useQueryClient();
  const site = useSite();
  return async () => {
    await client.invalidateQueries({ queryKey: ['detection', site, 'windows'] });
    await client.invalidateQueries({ queryKey: ['alerts', site] });
  };
};

/**
 * What is now at a site: asked when it is wanted, since it moves while a recording is read. A recording has its own: the time of its
 * last frame. What is listened to has the clock's.
 */
export const nowOfSite = async (site: string): Promise<string> => {
  const { items } = await call('sites');
  const here = items.find((s) => s.id === site);
  const listens = here?.busy === true && here.kind !== 'capture';
  return listens || here?.lastAt == null ? new Date().toISOString() : here.lastAt;
};

export const NewWindowDialog = ({ start, onClose }: { start: string; onClose: () => void }) => {
  const site = useSite();
  const fresh = useFreshWindows();
  const [text, setText] = useState('');
  const [vendor, setVendor] = useState('');
  const [workOrder, setWorkOrder] = useState('');
  const [from, setFrom] = useState(toPlantTime(start));
  const [to, setTo] = useState(toPlantTime(new Date(Date.parse(start) + 2 * 3_600_000).toISOString()));
  const [assets, setAssets] = useState<string[]>([]);
  const [cells, setCells] = useState<string[]>([]);
  const fromAt = fromPlantTime(from);
  const toAt = fromPlantTime(to);
  const ends = fromAt !== undefined && toAt !== undefined && Date.parse(toAt) > Date.parse(fromAt);
  const add = async () => {
    const w = await call(
      'addWindow',
      { site },
      {
        text: text.trim(),
        assets,
        cells,
        from: fromAt ?? '',
        to: toAt ?? '',
        ...(vendor.trim() === '' ? {} : { vendor: vendor.trim() }),
        ...(workOrder.trim() === '' ? {} : { workOrder: workOrder.trim() }),
      },
    );
    notify.info('Work announced', w.text);
    await fresh();
  };
  return (
    <FormDialog
      title="Announce work"
      act="Announce"
      size="lg"
      ready={text.trim() !== '' && ends}
      send={add}
      onClose={onClose}
    >
      <Textarea
        label="What is done"
        placeholder="Firmware of the filler's drive, by the vendor over VPN"
        autosize
        minRows={1}
        maxLength={500}
        data-autofocus
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
      />
      <div className="two">
        <TextInput
          label={`From (${zoneName()})`}
          type="datetime-local"
          step={60}
          value={from}
          onChange={(e) => setFrom(e.currentTarget.value)}
        />
        <TextInput
          label={`To (${zoneName()})`}
          type="datetime-local"
          step={60}
          value={to}
          error={ends ? undefined : 'It must end after it begins.'}
          onChange={(e) => setTo(e.currentTarget.value)}
        />
        <TextInput label="Vendor" maxLength={200} value={vendor} onChange={(e) => setVendor(e.currentTarget.value)} />
        <TextInput
          label="Work order"
          maxLength={200}
          value={workOrder}
          onChange={(e) => setWorkOrder(e.currentTarget.value)}
        />
      </div>
      <AssetSelect value={assets} onChange={setAssets} />
      <CellSelect value={cells} onChange={setCells} />
      <span className="dim small">
        What is seen at these devices in that time is labelled as planned. What goes on for more than{' '}
        {duration(OVERRUN_GRACE_US / 1000)} after the end is told as an overrun: prolong the work in time. Vendor and
        work order stand beside the findings; Gatehouse does not compare them with what is seen.
      </span>
      {assets.length + cells.length === 0 && (
        <span className="dim small">No device chosen: it covers the whole site. Smaller is better.</span>
      )}
    </FormDialog>
  );
};

interface SelectProps {
  value: string[];
  onChange: (ids: string[]) => void;
}
/** Devices are searched on the server: there may be thousands. Those chosen stay in the list. */
const AssetSelect = ({ value, onChange }: SelectProps) => {
  const site = useSite();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 150);
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const found = useQuery({
    queryKey: ['assets', site, 'window', asked],
    queryFn: ({ signal }) =>
      call(
        'assets',
        { site, q: asked === '' ? '' : `"${asked.replaceAll('"', '')}"`, sort: 'name', limit: 30 },
        undefined,
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  const options = new Map<string, string>(value.map((id) => [id, names[id] ?? id]));
  for (const a of found.data?.items ?? [])
    options.set(a.id, a.ips[0] === undefined ? a.name : `${a.name} (${a.ips[0]})`);
  return (
    <MultiSelect
      label="Devices"
      placeholder={value.length === 0 ? 'all' : ''}
      size="xs"
      searchable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options: all }) => all}
      data={[...options].map(([id, label]) => ({ value: id, label }))}
      value={value}
      nothingFoundMessage="No device answers to that."
      onChange={(ids) => {
        setNames(Object.fromEntries(ids.map((id) => [id, options.get(id) ?? id])));
        onChange(ids);
      }}
    />
  );
};

/** The same for cells, by the names of their controllers and points. Nothing where the site has none. */
const CellSelect = ({ value, onChange }: SelectProps) => {
  const site = useSite();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 150);
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const found = useQuery({
    queryKey: ['process', site, 'cells', 'window', asked],
    queryFn: ({ signal }) => call('cells', { site, q: asked, sort: 'name', limit: 30 }, undefined, signal),
    placeholderData: keepPreviousData,
  });
  if (found.data === undefined || found.data.cells === 0) return null;
  const options = new Map<string, string>(value.map((id) => [id, names[id] ?? id]));
  for (const c of found.data.items) options.set(c.id, c.name);
  return (
    <MultiSelect
      label="Process cells"
      size="xs"
      searchable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options: all }) => all}
      data={[...options].map(([id, label]) => ({ value: id, label }))}
      value={value}
      nothingFoundMessage="No cell answers to that."
      onChange={(ids) => {
        setNames(Object.fromEntries(ids.map((id) => [id, options.get(id) ?? id])));
        onChange(ids);
      }}
    />
  );
};

export const ChangeWindow = ({ window: w, onClose }: { window: WindowRow; onClose: () => void }) => {
  const site = useSite();
  const fresh = useFreshWindows();
  const [to, setTo] = useState(toPlantTime(w.toAt));
  const [reason, setReason] = useState('');
  const toAt = fromPlantTime(to);
  const fits = toAt !== undefined && Date.parse(toAt) > Date.parse(w.fromAt);
  const change = async () => {
    await call('changeWindow', { site, window: w.id }, { to: toAt ?? '', ...reasonOf(reason) });
    await fresh();
  };
  return (
    <FormDialog title="End it earlier or prolong it" act="Save" ready={fits} send={change} onClose={onClose}>
      <p className="flat">{w.text}</p>
      <TextInput
        label={`Ends (${zoneName()})`}
        type="datetime-local"
        step={60}
        data-autofocus
        value={to}
        error={fits ? undefined : 'It must end after it begins.'}
        onChange={(e) => setTo(e.currentTarget.value)}
      />
      <Reason needed={false} value={reason} onChange={setReason} />
    </FormDialog>
  );
};
