/**
 * Who may do what: one table from role to permissions, one from call to the permission it needs. A call that is missing
 * here does not compile. Approvals (which need one IT and one OT role) come with the decisions.
 */
import type { FILE_PATHS, PATHS, UserRole } from '../api/index.ts';

/**
 * `triage`: work the queue, review. `teach`: change what counts as normal (accept, tune, relations, baselines).
 * `window`: announce planned work.
 */
export const PERMISSIONS = [
  'read',
  'evidence',
  'correct',
  'capture',
  'triage',
  'teach',
  'window',
  'site',
  'journal',
  'settings',
  'users',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLE_PERMISSIONS: Readonly<Record<UserRole, readonly Permission[]>> = {
  viewer: ['read'],
  auditor: ['read', 'evidence', 'journal'],
  manager: ['read', 'window', 'site', 'journal'],
  analyst: ['read', 'evidence', 'correct', 'capture', 'triage', 'journal'],
  engineer: ['read', 'evidence', 'correct', 'capture', 'triage', 'teach', 'window', 'journal'],
  admin: PERMISSIONS,
};

export type CallPath = keyof typeof PATHS | keyof typeof FILE_PATHS;

/** `public`: without a session. `session`: anybody who is logged in. */
export const CALL_PERMISSIONS: Readonly<Record<CallPath, Permission | 'public' | 'session'>> = {
  status: 'public',
  setup: 'public',
  login: 'public',
  logout: 'session',
  me: 'session',
  changePassword: 'session',
  users: 'users',
  addUser: 'users',
  changeUser: 'users',
  settings: 'session',
  changeSettings: 'settings',
  journal: 'journal',
  checkJournal: 'journal',
  exportJournal: 'journal',
  protocols: 'session',
  sites: 'read',
  changeSite: 'site',
  sources: 'read',
  now: 'read',
  day: 'read',
  map: 'read',
  coverage: 'read',
  assets: 'read',
  asset: 'read',
  changeAsset: 'correct',
  splitAsset: 'correct',
  mergeAssets: 'correct',
  undoCorrection: 'correct',
  flows: 'read',
  messages: 'read',
  commands: 'read',
  points: 'read',
  point: 'read',
  setUnits: 'correct',
  series: 'read',
  sessions: 'read',
  changes: 'read',
  weirds: 'read',
  // The picture of a frame has its credentials masked, and without `evidence` no payload; the raw octets of `framePcap` have not.
  frame: 'read',
  framePcap: 'evidence',
  listPcapng: 'evidence',
  uploadNames: 'correct',
  previewNames: 'correct',
  applyNames: 'correct',
  reconciliation: 'read',
  alerts: 'read',
  alert: 'read',
  changeAlert: 'triage',
  changeAlerts: 'triage',
  reviewAlert: 'triage',
  // What a detector takes as normal is the plant's matter: an engineer's, not an analyst's.
  tryAccept: 'teach',
  acceptAlert: 'teach',
  alertRates: 'read',
  findings: 'read',
  finding: 'read',
  incidents: 'read',
  incident: 'read',
  changeIncident: 'triage',
  cells: 'read',
  cell: 'read',
  addRelation: 'teach',
  changeRelation: 'teach',
  band: 'read',
  learning: 'read',
  detection: 'read',
  // Changes nothing, but says what would not have been told: for those who may apply it.
  tryTuning: 'teach',
  applyTuning: 'teach',
  baselines: 'read',
  saveBaseline: 'teach',
  compareBaseline: 'read',
  restoreBaseline: 'teach',
  baselineFile: 'evidence',
  importBaseline: 'teach',
  windows: 'read',
  addWindow: 'window',
  changeWindow: 'window',
  stageAttack: 'capture',
  upload: 'capture',
  export: 'read',
  events: 'session',
};

export const mayDo = (role: UserRole, call: CallPath): boolean => {
  const needed = CALL_PERMISSIONS[call];
  return needed === 'public' || needed === 'session' || ROLE_PERMISSIONS[role].includes(needed);
};
