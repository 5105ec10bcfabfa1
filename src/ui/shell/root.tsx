/** Outermost frame: the title of the page. */
import { Outlet, useMatches } from '@tanstack/react-router';
import { useEffect } from 'react';

const TITLES: Readonly<Record<string, string>> = {
  now: 'Now',
  alerts: 'Alerts',
  findings: 'Finding',
  incidents: 'Incidents',
  process: 'Process',
  learning: 'Learning',
  windows: 'Maintenance',
  map: 'Site',
  assets: 'Assets',
  flows: 'Flows',
  commands: 'Commands',
  points: 'Points',
  coverage: 'Coverage',
  names: 'Names',
  journal: 'Journal',
  settings: 'Settings',
};
export const Root = () => {
  const matches = useMatches();
  const page = matches.at(-1)?.pathname.split('/')[3] ?? '';
  useEffect(() => {
    document.title = TITLES[page] === undefined ? 'Gatehouse' : `${TITLES[page]} · Gatehouse`;
  }, [page]);
  return <Outlet />;
};
