/** On the simulated plant only: says that it is simulated, and lets a person stage an attack, so that anyone can see it work. */
import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../lib/api.ts';
import { useSite, useSites } from '../../lib/site.ts';
import { Problem } from '../../parts/basics.tsx';
import { notify } from '../../parts/notify.ts';

/** Long enough to watch it unfold, short enough to wait for. */
const MINUTES = 30;

const SAYS = {
  learning: 'Its last day is being played, so that Gatehouse learns what is usual there. Then it goes on live.',
  ready: 'It runs live. Nothing here touches a real plant.',
  running: 'An attack is running on it: watch the alerts and the incident grow.',
} as const;

export const StagedAttack = () => {
  const site = useSite();
  const here = useSites().data?.items.find((s) => s.id === site);
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const stage = useMutation({
    mutationFn: () => call('stageAttack', { site }, { minutes: MINUTES }),
    onSuccess: async () => {
      setAsking(false);
      notify.info('The attack began', 'The first signs show within a minute or two.');
      await client.invalidateQueries({ queryKey: ['sites'] });
    },
  });
  if (here === undefined || here.staging === 'none') return null;
  return (
    <section className="staged" aria-label="Simulated plant">
      <span className="tag">simulated</span>
      <span className="grow small">
        This plant is simulated. <span className="dim">{SAYS[here.staging]}</span>
        {here.learnedAhead && (
          <span className="dim"> What is usual was learned from a simulated day made at build time.</span>
        )}
      </span>
      <Button size="xs" variant="default" disabled={here.staging !== 'ready'} onClick={() => setAsking(true)}>
        Stage an attack
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Stage an attack on the simulated plant">
        <div className="stack" style={{ gap: 14 }}>
          <p>
            In about {MINUTES} minutes an attacker goes the whole way: a mail opened in the office, a foothold, scans, a
            stolen session, the jump host, the engineering station, then changes to controllers, and encrypted panels at
            the end.
          </p>
          <p className="dim small">It happens in the simulation only, and is written in the journal.</p>
          {stage.isError && <Problem error={stage.error} />}
          <div className="row" style={{ justifyContent: 'flex-end', gap: 8 }}>
            <Button variant="default" onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button loading={stage.isPending} onClick={() => stage.mutate()} data-autofocus>
              Begin
            </Button>
          </div>
        </div>
      </Modal>
    </section>
  );
};
