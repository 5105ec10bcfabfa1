/** A person's verdict on an alert, and "this is normal from now on": both stand in the journal under the person's name. */
import { Button, Checkbox, Modal, Radio, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlertRow, FindingDetail } from '../../../api/alerts.ts';
import { type ReviewVerdict, VERDICTS } from '../../../api/words.ts';
import { call } from '../../lib/api.ts';
import { useSite } from '../../lib/site.ts';
import { Problem } from '../../parts/basics.tsx';
import { VERDICT_HELP, VERDICT_WORD } from '../../parts/finding-marks.tsx';
import { notify } from '../../parts/notify.ts';

/** Everything that shows alerts is fetched again after a person's act. */
export const useFreshAlerts = (): (() => Promise<void>) => {
  const client = useQueryClient();
  const site = useSite();
  return async () => {
    await Promise.all(
      [
        ['alerts', site],
        ['list', 'alerts', site],
        ['list', 'findings', site],
        ['now', site],
        ['incidents', site],
      ].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  };
};

interface DialogProps {
  alert: AlertRow;
  opened: boolean;
  onClose: () => void;
  /** After it was recorded. */
  onDone?: () => void;
}

export const ReviewDialog = ({ alert, opened, onClose, onDone }: DialogProps) => {
  const site = useSite();
  const fresh = useFreshAlerts();
  const [verdict, setVerdict] = useState<ReviewVerdict | ''>('');
  const [reason, setReason] = useState('');
  const [close, setClose] = useState(true);
  const review = useMutation({
    mutationFn: () =>
      call(
        'reviewAlert',
        { site, alert: alert.id },
        {
          verdict: verdict as ReviewVerdict,
          close: close && verdict !== 'unsure',
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        },
      ),
    onSuccess: async () => {
      notify.info('Review recorded', `${alert.title}: ${VERDICT_WORD[verdict as ReviewVerdict]}.`);
      await fresh();
      setVerdict('');
      setReason('');
      onClose();
      onDone?.();
    },
  });
  const needsReason = verdict === 'benign' && reason.trim() === '';
  return (
    <Modal opened={opened} onClose={onClose} title="Review" size="md">
      <form
        className="stack"
        style={{ gap: 14 }}
        onSubmit={(e) => {
          e.preventDefault();
          if (verdict !== '' && !needsReason) review.mutate();
        }}
      >
        <p className="flat">{alert.title}</p>
        <Radio.Group value={verdict} onChange={(v) => setVerdict(v as ReviewVerdict)} aria-label="Verdict">
          <div className="stack" style={{ gap: 10 }}>
            {VERDICTS.map((v, i) => (
              <Radio
                key={v}
                value={v}
                size="xs"
                {...(i === 0 ? { 'data-autofocus': true } : {})}
                label={<span className="strong">{VERDICT_WORD[v]}</span>}
                description={VERDICT_HELP[v]}
              />
            ))}
          </div>
        </Radio.Group>
        <Textarea
          label={verdict === 'benign' ? 'Reason (needed)' : 'Reason'}
          description="What made you say so: the next person reads it at three in the morning."
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        <Checkbox
          label="Close the alert"
          description={
            verdict === 'unsure' ? 'What is not clear stays open.' : 'A new episode of the same opens it again.'
          }
          checked={close && verdict !== 'unsure'}
          disabled={verdict === 'unsure'}
          onChange={(e) => setClose(e.currentTarget.checked)}
        />
        {review.isError && <Problem error={review.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={review.isPending} disabled={verdict === '' || needsReason}>
            Record the review
          </Button>
        </div>
      </form>
    </Modal>
  );
};

export const AcceptDialog = ({ alert, finding, opened, onClose, onDone }: DialogProps & { finding: FindingDetail }) => {
  const site = useSite();
  const fresh = useFreshAlerts();
  const [reason, setReason] = useState('');
  const accept = useMutation({
    mutationFn: () => call('acceptAlert', { site, alert: alert.id }, { reason: reason.trim() }),
    onSuccess: async (answer) => {
      notify.info(answer.learned ? 'Accepted as new normal' : 'Nothing was learned', answer.text);
      await fresh();
      setReason('');
      onClose();
      onDone?.();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Accept as new normal" size="md">
      <form
        className="stack"
        style={{ gap: 14 }}
        onSubmit={(e) => {
          e.preventDefault();
          if (reason.trim() !== '') accept.mutate();
        }}
      >
        <p className="flat">{finding.what}</p>
        <ul className="plain-list">
          <li>
            From now on the detector <b>{finding.card.name}</b> takes this as usual here and does not tell it again.
          </li>
          <li>The alert is closed. What is already recorded stays as it is.</li>
          <li>It stands in the journal under your name. A saved baseline takes it back: Learning, Baselines.</li>
          {alert.impact === 'safety' && (
            <li className="p-high strong">It can touch safety. Have it confirmed at the machine first.</li>
          )}
        </ul>
        <Textarea
          label="Reason (needed)"
          description="Work order, who confirmed it, why it is meant to be."
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        {accept.isError && <Problem error={accept.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={accept.isPending} disabled={reason.trim() === ''}>
            Accept as new normal
          </Button>
        </div>
      </form>
    </Modal>
  );
};
