/** Review and "accept as new normal": two acts that teach, each journalled under the person's name. */
import { Checkbox, Radio } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AcceptTrial, AlertRow, FindingDetail } from '../../../api/alerts.ts';
import { type ReviewVerdict, VERDICTS } from '../../../api/words.ts';
import { ApiProblem, call } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Loading, Problem, When } from '../../parts/basics.tsx';
import { VERDICT_HELP, VERDICT_WORD } from '../../parts/finding-marks.tsx';
import { FormDialog, Reason, reasonOf } from '../../parts/form-dialog.tsx';
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

/** An act about an alert as it stands on the screen. Where somebody else was here meanwhile, what he did is shown behind the dialog. */
const actAsSeen = async <T,>(
  { state, assignee }: AlertRow,
  fresh: () => Promise<unknown>,
  act: (seen: Pick<AlertRow, 'state' | 'assignee'>) => Promise<T>,
): Promise<T> => {
  try {
    return await act({ state, assignee });
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'changed-meanwhile') await fresh();
    throw error;
  }
};

interface DialogProps {
  alert: AlertRow;
  onClose: () => void;
  /** After it was recorded; `closed`: it left the queue. */
  onDone?: (closed: boolean) => void;
}

export const ReviewDialog = ({ alert, onClose, onDone }: DialogProps) => {
  const site = useSite();
  const fresh = useFreshAlerts();
  const record = async (verdict: ReviewVerdict, reason: string, close: boolean) => {
    await actAsSeen(alert, fresh, (seen) =>
      call('reviewAlert', { site, alert: alert.id }, { verdict, close, seen, ...reasonOf(reason) }),
    );
    notify.info(close ? 'Reviewed and closed' : 'Review recorded', `${alert.title}: ${VERDICT_WORD[verdict]}.`);
    onDone?.(close);
    await fresh();
  };
  return <ReviewForm title="Review" about={alert.title} record={record} onClose={onClose} />;
};

interface ManyProps {
  /** As they stood when they were chosen. */
  alerts: readonly AlertRow[];
  onClose: () => void;
  onDone: () => void;
}
/** At most so many are named; the others are counted. */
const MOST_NAMED = 5;
/** One verdict about several alerts: each keeps it as its own review. */
export const ReviewManyDialog = ({ alerts, onClose, onDone }: ManyProps) => {
  const changeMany = useChangeMany();
  const record = async (verdict: ReviewVerdict, reason: string, close: boolean) => {
    await changeMany(alerts, close ? 'closed' : undefined, { verdict, ...reasonOf(reason) });
    onDone();
  };
  const about = (
    <ul className="plain-list">
      {alerts.slice(0, MOST_NAMED).map((a) => (
        <li key={a.id}>{a.title}</li>
      ))}
      {alerts.length > MOST_NAMED && <li className="dim">and {number(alerts.length - MOST_NAMED)} more</li>}
    </ul>
  );
  return (
    <ReviewForm
      title={`Review ${plural(alerts.length, 'alert')}`}
      about={about}
      many
      record={record}
      onClose={onClose}
    />
  );
};

/** One act about several alerts, as far as they still stand as they were seen; says what came of it. */
export const useChangeMany = () => {
  const site = useSite();
  const fresh = useFreshAlerts();
  return async (
    alerts: readonly AlertRow[],
    state: 'acknowledged' | 'closed' | undefined,
    review?: { verdict: ReviewVerdict; reason?: string },
  ): Promise<void> => {
    const r = await call(
      'changeAlerts',
      { site },
      {
        alerts: alerts.map((a) => a.id),
        change: state === undefined ? {} : { state },
        seen: Object.fromEntries(alerts.map((a) => [a.id, { state: a.state, assignee: a.assignee }])),
        ...(review === undefined ? {} : { review }),
      },
    );
    const left = r.unseen.length;
    notify.info(
      r.changed === 0 ? 'Nothing was changed' : `${plural(r.changed, 'alert')} ${state ?? 'reviewed'}`,
      left === 0 ? '' : `${plural(left, 'alert')} changed since you looked, and left alone.`,
    );
    await fresh();
  };
};

interface FormProps {
  title: string;
  about: ReactNode;
  many?: boolean;
  record: (verdict: ReviewVerdict, reason: string, close: boolean) => Promise<void>;
  onClose: () => void;
}
const ReviewForm = ({ title, about, many = false, record, onClose }: FormProps) => {
  const [verdict, setVerdict] = useState<ReviewVerdict | ''>('');
  const [reason, setReason] = useState('');
  const [close, setClose] = useState(true);
  const needsReason = verdict === 'benign';
  const closes = close && verdict !== 'unsure';
  return (
    <FormDialog
      title={title}
      act="Record the review"
      ready={verdict !== '' && !(needsReason && reason.trim() === '')}
      send={async () => {
        if (verdict !== '') await record(verdict, reason, closes);
      }}
      onClose={onClose}
    >
      {typeof about === 'string' ? <p className="flat">{about}</p> : about}
      <Radio.Group
        value={verdict}
        onChange={(v) => setVerdict(v as ReviewVerdict)}
        aria-label="Verdict"
        onKeyDown={(e) => {
          const chosen = VERDICTS[Number(e.key) - 1];
          if (chosen !== undefined) setVerdict(chosen);
        }}
      >
        <div className="stack" style={{ gap: 10 }}>
          {VERDICTS.map((v, i) => (
            <Radio
              key={v}
              value={v}
              size="xs"
              {...(i === 0 ? { 'data-autofocus': true } : {})}
              label={
                <span className="strong">
                  {VERDICT_WORD[v]} <kbd>{i + 1}</kbd>
                </span>
              }
              description={VERDICT_HELP[v]}
            />
          ))}
        </div>
      </Radio.Group>
      <Reason
        needed={needsReason}
        help="What made you say so: the next person reads it at three in the morning."
        value={reason}
        onChange={setReason}
      />
      <Checkbox
        label={many ? 'Close the alerts' : 'Close the alert'}
        description={
          verdict === 'unsure' ? 'What is not clear stays open.' : 'A new episode of the same opens it again.'
        }
        checked={closes}
        disabled={verdict === 'unsure'}
        onChange={(e) => setClose(e.currentTarget.checked)}
      />
    </FormDialog>
  );
};

/** First what it would do to what was recorded, then the reason: nobody accepts blindly. */
export const AcceptDialog = ({ alert, finding, onClose, onDone }: DialogProps & { finding: FindingDetail }) => {
  const site = useSite();
  const fresh = useFreshAlerts();
  const [reason, setReason] = useState('');
  const trial = useQuery({
    queryKey: ['alerts', site, 'acceptance', alert.id],
    queryFn: ({ signal }) => call('tryAccept', { site, alert: alert.id }, undefined, signal),
    // What is tried is what stands there now.
    gcTime: 0,
  });
  const accept = async () => {
    const answer = await actAsSeen(alert, fresh, (seen) =>
      call('acceptAlert', { site, alert: alert.id }, { reason: reason.trim(), seen }),
    );
    notify.info(answer.learned ? 'Accepted as new normal' : 'Nothing was learned', answer.text);
    onDone?.(answer.learned);
    await fresh();
  };
  return (
    <FormDialog
      title="Accept as new normal"
      act="Accept as new normal"
      size="lg"
      ready={reason.trim() !== '' && trial.data?.learns === true}
      send={accept}
      onClose={onClose}
    >
      <p className="flat">{finding.what}</p>
      {trial.isError ? (
        <Problem error={trial.error} retry={() => void trial.refetch()} />
      ) : trial.data === undefined ? (
        <Loading lines={4} what="Trying it on the recordings" />
      ) : (
        <Trial trial={trial.data} />
      )}
      <p className="dim small flat">
        The alert is closed; what is recorded stays. It stands in the journal under your name, and a saved baseline
        takes it back (Learning, Baselines).
      </p>
      <Reason
        needed
        focus
        help="Work order, who confirmed it, why it is meant to be."
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
};

const EFFECT_WORD = { quiet: 'quiet', still: 'still told' } as const;
const Trial = ({ trial: t }: { trial: AcceptTrial }) => {
  const site = useSite();
  const hours = `${number(Number(t.hours.toPrecision(3)))} h`;
  return (
    <section className="stack trial" aria-label="What it would do" style={{ gap: 8 }}>
      <p className="flat strong">{t.text}</p>
      {t.doubts.length > 0 && (
        <ul className="plain-list doubts">
          {t.doubts.map((d) => (
            <li key={d}>{d}</li>
          ))}
        </ul>
      )}
      {t.learns && (
        <p className="flat">
          In the {hours} recorded here, <b>{plural(t.quiet, 'episode')}</b> would not have been told
          {t.still > 0 && `, ${number(t.still)} of the same kind still would`}.
        </p>
      )}
      {t.examples.length > 0 && (
        <details>
          <summary className="small">
            {t.examples.length < t.quiet + t.still
              ? `The first ${t.examples.length} of ${number(t.quiet + t.still)}`
              : 'Which ones'}
          </summary>
          <ul className="list">
            {t.examples.map((e) => (
              <li key={e.finding} className="row small" style={{ padding: '4px 0' }}>
                <span className={e.effect === 'quiet' ? 'tag outline' : 'tag'}>{EFFECT_WORD[e.effect]}</span>
                <Link to="/s/$site/findings/$finding" params={{ site, finding: e.finding }} className="grow cut">
                  {e.title}
                </Link>
                <span className="dim">
                  <When at={e.at} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <span className="small dim">{t.limits.join(' ')}</span>
    </section>
  );
};
