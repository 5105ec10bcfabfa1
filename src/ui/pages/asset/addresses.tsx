/** The addresses under which an asset was seen, with their time; some can be split off as a device of their own. */
import { Button, Checkbox } from '@mantine/core';
import { IconGitBranch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { AssetDetail } from '../../../api/assets.ts';
import { call } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useMay } from '../../lib/may.ts';
import { useSite } from '../../lib/site.ts';
import { Panel, Unknown, When } from '../../parts/basics.tsx';
import { FormDialog, Reason } from '../../parts/form-dialog.tsx';
import { notify } from '../../parts/notify.ts';
import { ForOthers } from '../../parts/others.tsx';
import { useCorrected, useUndoNotice } from './merge.tsx';

const MOST_SHOWN = 500;

export const Addresses = ({ asset }: { asset: AssetDetail }) => {
  const site = useSite();
  const corrected = useCorrected();
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const [splitting, setSplitting] = useState(false);
  const splits = useMay('correct') && asset.endpoints.length > 1;
  const toggle = (i: number) => {
    const next = new Set(ticked);
    if (!next.delete(i)) next.add(i);
    setTicked(next);
  };
  const undo = (correction: string) =>
    void call('undoCorrection', { site, correction })
      .then(() => {
        notify.info('Undone');
        return corrected();
      })
      .catch(notify.problem);
  return (
    <div className="page">
      <Panel
        title="Addresses"
        count={plural(asset.endpoints.length, 'address', 'addresses')}
        flush
        actions={
          asset.endpoints.length > 1 && (
            <ForOthers work="correct" what="split and merge devices">
              <Button
                leftSection={<IconGitBranch size={14} stroke={1.6} />}
                disabled={ticked.size === 0 || ticked.size === asset.endpoints.length}
                title={ticked.size === 0 ? 'Tick the addresses that belong to another device' : undefined}
                onClick={() => setSplitting(true)}
              >
                Split off {ticked.size > 0 ? ticked.size : ''}
              </Button>
            </ForOthers>
          )
        }
      >
        <table className="plain-table">
          <thead>
            <tr>
              {splits && (
                <th>
                  <span className="sr">Split off</span>
                </th>
              )}
              <th>IP address</th>
              <th>MAC address</th>
              <th>VLAN</th>
              <th>Detail</th>
              <th className="end">Frames sent</th>
              <th className="end">Frames received</th>
              <th>From</th>
              <th>To</th>
            </tr>
          </thead>
          <tbody>
            {asset.endpoints.slice(0, MOST_SHOWN).map((e, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an endpoint is named by its position
              <tr key={i}>
                {splits && (
                  <td>
                    <Checkbox
                      checked={ticked.has(i)}
                      onChange={() => toggle(i)}
                      aria-label={`Split off ${e.ip || e.mac}`}
                    />
                  </td>
                )}
                <td className="mono">{e.ip === '' ? <Unknown>none</Unknown> : e.ip}</td>
                <td className="mono">{e.mac === '' ? <Unknown>none</Unknown> : e.mac}</td>
                <td>{e.vlan === 0 ? <span className="dim">none</span> : e.vlan}</td>
                <td>{e.detail === '' ? <span className="dim">plain</span> : e.detail}</td>
                <td className="end">{number(e.framesSent)}</td>
                <td className="end">{number(e.framesReceived)}</td>
                <td>
                  <When at={e.fromAt} />
                </td>
                <td>{e.toAt === null ? <span className="dim">lasts</span> : <When at={e.toAt} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {asset.endpoints.length > MOST_SHOWN && (
          <p className="dim now-none">
            The first {MOST_SHOWN} of {number(asset.endpoints.length)}.
          </p>
        )}
      </Panel>
      <Panel title="Corrections by people" flush>
        {asset.corrections.length === 0 ? (
          <p className="dim" style={{ margin: 0, padding: '10px 12px' }}>
            Nobody corrected this asset.
          </p>
        ) : (
          <ul className="list">
            {asset.corrections.map((c) => (
              <li key={c.id} className="row" style={{ padding: '5px 12px' }}>
                <span className="grow">{c.text}</span>
                <span className="dim">{c.who}</span>
                <When at={c.at} />
                <Button onClick={() => undo(c.id)}>Undo</Button>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {splitting && (
        <SplitDialog asset={asset} endpoints={[...ticked].sort((a, b) => a - b)} onClose={() => setSplitting(false)} />
      )}
    </div>
  );
};

const SplitDialog = ({
  asset,
  endpoints,
  onClose,
}: {
  asset: AssetDetail;
  endpoints: number[];
  onClose: () => void;
}) => {
  const site = useSite();
  const navigate = useNavigate();
  const corrected = useCorrected();
  const undo = useUndoNotice();
  const [reason, setReason] = useState('');
  const split = async () => {
    const done = await call('splitAsset', { site, asset: asset.id }, { endpoints, reason: reason.trim() });
    await corrected();
    undo('Split off', done.correction);
    await navigate({ to: '/s/$site/assets/$asset', params: { site, asset: done.asset } });
  };
  return (
    <FormDialog
      title={`Split off ${plural(endpoints.length, 'address', 'addresses')}`}
      act="Split off"
      ready={reason.trim() !== ''}
      send={split}
      onClose={onClose}
    >
      <span className="mono">{endpoints.map((i) => asset.endpoints[i]?.ip || asset.endpoints[i]?.mac).join(', ')}</span>
      <Reason needed focus value={reason} onChange={setReason} />
    </FormDialog>
  );
};
