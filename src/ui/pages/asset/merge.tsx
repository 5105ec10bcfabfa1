/** "These are one device": several assets become one, with a reason for the journal; undone in one click. */
import { Radio } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../lib/api.ts';
import { useSite } from '../../lib/site.ts';
import { FormDialog, Reason } from '../../parts/form-dialog.tsx';
import { notify } from '../../parts/notify.ts';

/** After a correction everything that names assets is fetched again. */
export const useCorrected = () => {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== 'me' && q.queryKey[0] !== 'status' });
};

/** A notice with the way back. */
export const useUndoNotice = () => {
  const site = useSite();
  const corrected = useCorrected();
  return (text: string, correction: string) => {
    const id = `correction-${correction}`;
    notifications.show({
      id,
      title: text,
      autoClose: 12_000,
      color: 'gray',
      withBorder: true,
      message: (
        <button
          type="button"
          className="chip"
          onClick={() =>
            void call('undoCorrection', { site, correction })
              .then(() => {
                notifications.hide(id);
                notify.info('Undone');
                return corrected();
              })
              .catch(notify.problem)
          }
        >
          Undo
        </button>
      ),
    });
  };
};

interface Props {
  assets: readonly { id: string; name: string; detail: string }[];
  onClose: () => void;
  onDone?: () => void;
}
export const MergeDialog = ({ assets, onClose, onDone }: Props) => {
  const site = useSite();
  const navigate = useNavigate();
  const corrected = useCorrected();
  const undo = useUndoNotice();
  const [keep, setKeep] = useState(assets[0]?.id ?? '');
  const [reason, setReason] = useState('');
  const merge = async () => {
    const ids = [keep, ...assets.map((a) => a.id).filter((id) => id !== keep)];
    const done = await call('mergeAssets', { site }, { assets: ids, reason: reason.trim() });
    await corrected();
    onDone?.();
    undo(`${assets.length} assets are one now`, done.correction);
    await navigate({ to: '/s/$site/assets/$asset', params: { site, asset: done.asset } });
  };
  return (
    <FormDialog
      title="Merge: these are one device"
      act="Merge"
      ready={reason.trim() !== ''}
      send={merge}
      onClose={onClose}
    >
      <Radio.Group value={keep} onChange={setKeep} label="Which one goes on (its id stays)">
        <div className="stack" style={{ gap: 6, marginTop: 4, maxHeight: 260, overflow: 'auto' }}>
          {assets.map((a) => (
            <Radio key={a.id} value={a.id} size="xs" label={a.name} description={a.detail} />
          ))}
        </div>
      </Radio.Group>
      <Reason needed help="Same cabinet, two interfaces ..." value={reason} onChange={setReason} />
      <p className="dim small flat">Nothing observed is lost or rewritten; the merge can be undone.</p>
    </FormDialog>
  );
};
