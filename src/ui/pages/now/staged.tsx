/** On the simulated plant only: says that it is simulated, and lets a person stage an attack, so that anyone can see it work. */
import { Button, SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../lib/api.ts';
import { useSite, useSites } from '../../lib/site.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { notify } from '../../parts/notify.ts';
import { ForOthers } from '../../parts/others.tsx';

/** Quick enough to wait for, and slow enough to watch it unfold as it would. Minutes. */
const PACES = [
  { value: '2', label: '2 minutes' },
  { value: '8', label: '8 minutes' },
  { value: '30', label: '30 minutes' },
  { value: '240', label: '4 hours' },
];

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
  const [pace, setPace] = useState('2');
  const stage = async () => {
    await call('stageAttack', { site }, { minutes: Number(pace) });
    notify.info('The attack began', 'The first signs show within a minute.');
    await client.invalidateQueries({ queryKey: ['sites'] });
  };
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
      <ForOthers work="capture" what="stage an attack">
        <Button disabled={here.staging !== 'ready'} onClick={() => setAsking(true)}>
          {here.staging === 'running' ? 'Attack running' : 'Stage an attack'}
        </Button>
      </ForOthers>
      {asking && (
        <FormDialog
          title="Stage an attack on the simulated plant"
          act="Begin"
          ready
          send={stage}
          onClose={() => setAsking(false)}
        >
          <p className="flat">
            An attacker goes the whole way: a mail opened in the office, a foothold, scans, a stolen session, the jump
            host, the engineering station, then changes to controllers, and encrypted panels at the end.
          </p>
          <div className="stack" style={{ gap: 4 }}>
            <span className="small dim" id="staged-pace">
              All of it in about
            </span>
            <SegmentedControl aria-labelledby="staged-pace" data={PACES} value={pace} onChange={setPace} fullWidth />
          </div>
          <p className="dim small flat">It happens in the simulation only, and is written in the journal.</p>
        </FormDialog>
      )}
    </section>
  );
};
