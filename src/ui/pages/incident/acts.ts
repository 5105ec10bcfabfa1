/** What a person does with an incident, and with the alerts that tell it: each a line in the journal. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { IncidentChange, IncidentRow } from '../../../api/alerts.ts';
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

export const useIncidentChange = ({ id, state, assignee }: Pick<IncidentRow, 'id' | 'state' | 'assignee'>) => {
  const site = useSite();
  const fresh = useFresh();
  return useMutation({
    mutationFn: (body: IncidentChange) =>
      call('changeIncident', { site, incident: id }, { ...body, seen: { state, assignee } }),
    onSuccess: fresh,
    onError: async (error) => {
      notify.problem(error);
      // Refused because somebody else was here meanwhile: what he did is shown.
      await fresh();
    },
  });
};

const wasShown = (firstAt: string | null, shownUntil: string | null): boolean =>
  firstAt === null || shownUntil === null || Date.parse(firstAt) <= Date.parse(shownUntil);

/** What is left to do about the alerts of an incident before they are all in this state. */
const LEFT = { acknowledged: 'state:new', closed: '-state:closed' } as const;

/**
 * Acknowledges or closes the alerts that tell an incident in one act, whatever their number, as far as the person was shown
 * them: what began after `lastAt`, the incident's last sighting on the screen, stays new. Closing also closes the incident.
 */
export const useAlertsOfIncident = ({
  id: incident,
  lastAt,
  state: was,
  assignee,
}: Pick<IncidentRow, 'id' | 'lastAt' | 'state' | 'assignee'>) => {
  const site = useSite();
  const fresh = useFresh();
  return useMutation({
    mutationFn: async (state: 'acknowledged' | 'closed') => {
      // Refused where somebody else has changed it meanwhile: none of its alerts is closed then.
      if (state === 'closed')
        await call('changeIncident', { site, incident }, { state, seen: { state: was, assignee } });
      const q = `incident:=${incident} ${LEFT[state]}`;
      let changed = 0;
      // What was changed no longer fits the filter. An answer that changes nothing ends it: the rest is not ours to change.
      for (;;) {
        const { items } = await call('alerts', { site, q, sort: 'first', limit: MOST_AT_ONCE });
        const some = items.filter(({ firstAt }) => wasShown(firstAt, lastAt)).map((a) => a.id);
        if (some.length === 0) break;
        const now = (await call('changeAlerts', { site }, { alerts: some, change: { state } })).changed;
        changed += now;
        if (now === 0) break;
      }
      return changed;
    },
    onSuccess: async (changed, state) => {
      notify.info(`${plural(changed, 'alert')} ${state}`);
      await fresh();
    },
    onError: async (error) => {
      notify.problem(error);
      await fresh();
    },
  });
};
