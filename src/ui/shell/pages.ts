/** The pages in the order of the side bar, with the letter that follows `g`. */
import {
  IconAlertCircle,
  IconArrowsExchange,
  IconEye,
  IconGauge,
  IconListDetails,
  IconNotebook,
  IconServer,
  IconSettings,
  IconTags,
  IconTopologyStar3,
} from '@tabler/icons-react';

export const PAGES = [
  { to: '/s/$site/now', path: 'now', label: 'Now', key: 'n', icon: IconAlertCircle, group: '', what: 'What needs a person' },
  { to: '/s/$site/map', path: 'map', label: 'Site', key: 's', icon: IconTopologyStar3, group: '', what: 'Map by Purdue level and network' },
  { to: '/s/$site/assets', path: 'assets', label: 'Assets', key: 'a', icon: IconServer, group: 'Plant', what: 'Every device on the wire' },
  { to: '/s/$site/points', path: 'points', label: 'Points', key: 'p', icon: IconGauge, group: 'Plant', what: 'Process variables' },
  { to: '/s/$site/commands', path: 'commands', label: 'Commands', key: 'c', icon: IconListDetails, group: 'Wire', what: 'Who read, wrote, programmed, stopped what' },
  { to: '/s/$site/flows', path: 'flows', label: 'Flows', key: 'f', icon: IconArrowsExchange, group: 'Wire', what: 'Who talks to whom' },
  { to: '/s/$site/coverage', path: 'coverage', label: 'Coverage', key: 'v', icon: IconEye, group: 'Wire', what: 'What is seen, and what is not' },
  { to: '/s/$site/names', path: 'names', label: 'Names', key: 'm', icon: IconTags, group: 'Book', what: 'The asset list against the wire' },
  { to: '/s/$site/journal', path: 'journal', label: 'Journal', key: 'j', icon: IconNotebook, group: 'Book', what: 'Who changed what' },
  { to: '/s/$site/settings', path: 'settings', label: 'Settings', key: ',', icon: IconSettings, group: 'Book', what: 'Users, retention, appearance' },
] as const;
