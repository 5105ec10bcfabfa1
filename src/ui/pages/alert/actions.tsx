/** What a person does with an alert: acknowledge, take, review, accept as new normal, close, open again. With keys. */
import { Button, Tooltip } from '@mantine/core';
import { IconCheck, IconClipboardCheck, IconRefreshDot, IconUserCheck } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlertChange, AlertDetail } from '../../../api/alerts.ts';
import { call } from '../../lib/api.ts';
import { useKeys } from '../../lib/keys.ts';
import { useMay } from '../../lib/may.ts';
import { meQuery, useSite } from '../../lib/site.ts';
import { notify } from '../../parts/notify.ts';
import { ForOthers } from '../../parts/others.tsx';
import { AcceptDialog, ReviewDialog, useFreshAlerts } from './dialogs.tsx';
import { takeHelp, takeWord } from './take.ts';

interface Props {
  detail: AlertDetail;
  /** After a review or an acceptance; `closed`: it left the queue. */
  onDone?: (closed: boolean) => void;
  /** False: keys are for several chosen alerts, not for this one. */
  hearsKeys?: boolean;
}
export const AlertActions = ({ detail, onDone, hearsKeys = true }: Props) => {
  const { alert, finding } = detail;
  const site = useSite();
  const me = useQuery(meQuery).data;
  const triage = useMay('triage');
  const teach = useMay('teach');
  const fresh = useFreshAlerts();
  const [dialog, setDialog] = useState<'review' | 'accept' | undefined>();
  const change = useMutation({
    mutationFn: (body: AlertChange) =>
      call(
        'changeAlert',
        { site, alert: alert.id },
        { ...body, seen: { state: alert.state, assignee: alert.assignee } },
      ),
    onSuccess: fresh,
    onError: async (error) => {
      notify.problem(error);
      // Refused because somebody else was here meanwhile: what he did is shown.
      await fresh();
    },
  });
  const mine = me !== undefined && alert.assignee === me.id;
  const take = () =>
    me &&
    change.mutate(
      mine
        ? { assignee: '' }
        : { assignee: me.id, ...(alert.state === 'new' ? { state: 'acknowledged' as const } : {}) },
    );
  useKeys(
    triage && hearsKeys
      ? {
          a: () => alert.state === 'new' && change.mutate({ state: 'acknowledged' }),
          t: () => void take(),
          v: () => setDialog('review'),
        }
      : {},
  );
  if (!triage) return <ForOthers work="triage" what="work the queue" />;
  return (
    <div className="row wrap" style={{ gap: 6 }}>
      {alert.state === 'new' && (
        <Tooltip label="Somebody takes care of it (a)">
          <Button
            leftSection={<IconCheck size={14} stroke={1.8} />}
            loading={change.isPending}
            onClick={() => change.mutate({ state: 'acknowledged' })}
          >
            Acknowledge
          </Button>
        </Tooltip>
      )}
      {alert.state !== 'closed' && (
        <Tooltip label={takeHelp(mine, alert)}>
          <Button leftSection={<IconUserCheck size={14} stroke={1.8} />} onClick={() => void take()}>
            {takeWord(mine, alert)}
          </Button>
        </Tooltip>
      )}
      <Tooltip label="Your verdict: true, false alarm, benign, unsure (v)">
        <Button
          variant="filled"
          leftSection={<IconClipboardCheck size={14} stroke={1.8} />}
          onClick={() => setDialog('review')}
        >
          Review …
        </Button>
      </Tooltip>
      {finding.acceptable && (
        <Tooltip
          label={teach ? 'Teach the detector that this is usual here' : 'An engineer or administrator does this'}
        >
          <Button
            leftSection={<IconRefreshDot size={14} stroke={1.8} />}
            disabled={!teach}
            onClick={() => setDialog('accept')}
          >
            Accept as new normal …
          </Button>
        </Tooltip>
      )}
      {alert.state === 'closed' && (
        <Button variant="subtle" color="gray" onClick={() => change.mutate({ state: 'acknowledged' })}>
          Open again
        </Button>
      )}
      {dialog === 'review' && (
        <ReviewDialog alert={alert} onClose={() => setDialog(undefined)} {...(onDone ? { onDone } : {})} />
      )}
      {dialog === 'accept' && (
        <AcceptDialog
          alert={alert}
          finding={finding}
          onClose={() => setDialog(undefined)}
          {...(onDone ? { onDone } : {})}
        />
      )}
    </div>
  );
};
