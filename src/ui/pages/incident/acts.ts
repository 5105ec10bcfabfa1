/** What a person does with an incident, and with the alerts that tell it: each a line in the journal. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { IncidentChange } from '../../../api/alerts.ts';
import { call } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { notify } from '../../parts/notify.ts';

/** `AlertsChange` of the contract takes as many at once. */
const MOST_AT_ONCE = 500;

const useFresh = () => {
  const client = useQueryClient();
  const site = useSite();
  return () =>
    Promise.all(
      [
        ['incidents', site],
        ['list', 'incidents', site],
        ['alerts', site],
        ['list', 'alerts', site],
        ['now', site],
      ].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
};

export const useIncidentChange = (incident: string) => {
  const site = useSite();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (body: IncidentChange) => call('changeIncident', { site, incident }, body),
    onSuccess: fresh,
    onError: notify.problem,
  });
};

/** What is left to do about the alerts of an incident before they are all in this state. */
const LEFT = { acknowledged: 'state:new', closed: '-state:closed' } as const;

/** Acknowledges or closes the alerts that tell an incident in one act, whatever their number. Closing also closes the incident. */
export const useAlertsOfIncident = (incident: string) => {
  const site = useSite();
  const fresh = useFresh();
  return useMutation({
    mutationFn: async (state: 'acknowledged' | 'closed') => {
      const q = `incident:=${incident} ${LEFT[state]}`;
      let changed = 0;
      // What was changed no longer fits the filter. An answer that changes nothing ends it: the rest is not ours to change.
      for (;;) {
        const some = (await call('alerts', { site, q, limit: MOST_AT_ONCE })).items.map((a) => a.id);
        if (some.length === 0) break;
        const now = (await call('changeAlerts', { site }, { alerts: some, change: { state } })).changed;
        changed += now;
        if (now === 0) break;
      }
      if (state === 'closed') await call('changeIncident', { site, incident }, { state });
      return changed;
    },
    onSuccess: async (changed, state) => {
      notify.info(`${plural(changed, 'alert')} ${state}`);
      await fresh();
    },
    onError: notify.problem,
  });
};
