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

/** Acknowledges or closes alerts in one act. Closing also closes the incident, when its id is given. */
export const useAlertsOfIncident = (incident: string) => {
  const site = useSite();
  const fresh = useFresh();
  return useMutation({
    mutationFn: async ({ alerts, state }: { alerts: readonly string[]; state: 'acknowledged' | 'closed' }) => {
      let changed = 0;
      for (let from = 0; from < alerts.length; from += MOST_AT_ONCE) {
        const some = alerts.slice(from, from + MOST_AT_ONCE);
        changed += (await call('changeAlerts', { site }, { alerts: some, change: { state } })).changed;
      }
      if (state === 'closed') await call('changeIncident', { site, incident }, { state });
      return changed;
    },
    onSuccess: async (changed, { state }) => {
      notify.info(`${plural(changed, 'alert')} ${state}`);
      await fresh();
    },
    onError: notify.problem,
  });
};
