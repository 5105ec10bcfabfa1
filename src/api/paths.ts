/**
 * Every call of the HTTP contract by name: method and path. Free of dependencies, so that the console does not carry
 * the validators; the schemas of each stand in `routes.ts`.
 *
 * Cookie session (`gatehouse`, http-only, same-site strict). Calls other than GET carry `x-csrf-token` from `me`.
 * Every other GET path that is no file of the console answers with its index.html: its URLs are deep links.
 * Answers that are not 2xx have the shape ApiError. 401: log in; 403: role; 404: no such thing; 409: state; 422: input.
 */
export const PATHS = {
  status: 'GET /api/v1/status',
  setup: 'POST /api/v1/setup',
  login: 'POST /api/v1/login',
  logout: 'POST /api/v1/logout',
  me: 'GET /api/v1/me',
  changePassword: 'POST /api/v1/me/password',
  users: 'GET /api/v1/users',
  addUser: 'POST /api/v1/users',
  changeUser: 'PATCH /api/v1/users/:user',
  settings: 'GET /api/v1/settings',
  changeSettings: 'PATCH /api/v1/settings',
  journal: 'GET /api/v1/journal',
  checkJournal: 'GET /api/v1/journal/check',
  protocols: 'GET /api/v1/protocols',
  sites: 'GET /api/v1/sites',
  changeSite: 'PATCH /api/v1/sites/:site',
  sources: 'GET /api/v1/sites/:site/sources',
  now: 'GET /api/v1/sites/:site/now',
  day: 'GET /api/v1/sites/:site/day',
  map: 'GET /api/v1/sites/:site/map',
  coverage: 'GET /api/v1/sites/:site/coverage',
  assets: 'GET /api/v1/sites/:site/assets',
  asset: 'GET /api/v1/sites/:site/assets/:asset',
  changeAsset: 'PATCH /api/v1/sites/:site/assets/:asset',
  splitAsset: 'POST /api/v1/sites/:site/assets/:asset/split',
  mergeAssets: 'POST /api/v1/sites/:site/merges',
  undoCorrection: 'POST /api/v1/sites/:site/corrections/:correction/undo',
  flows: 'GET /api/v1/sites/:site/flows',
  messages: 'GET /api/v1/sites/:site/flows/:flow/messages',
  commands: 'GET /api/v1/sites/:site/commands',
  points: 'GET /api/v1/sites/:site/points',
  point: 'GET /api/v1/sites/:site/points/:point',
  setUnits: 'POST /api/v1/sites/:site/units',
  series: 'GET /api/v1/sites/:site/points/:point/series',
  sessions: 'GET /api/v1/sites/:site/sessions',
  changes: 'GET /api/v1/sites/:site/changes',
  weirds: 'GET /api/v1/sites/:site/weirds',
  frame: 'GET /api/v1/sites/:site/sources/:source/frames/:frame',
  previewNames: 'POST /api/v1/sites/:site/names/imports/:id/preview',
  applyNames: 'POST /api/v1/sites/:site/names/imports/:id/apply',
  reconciliation: 'GET /api/v1/sites/:site/names/reconciliation',
  alerts: 'GET /api/v1/sites/:site/alerts',
  alert: 'GET /api/v1/sites/:site/alerts/:alert',
  changeAlert: 'PATCH /api/v1/sites/:site/alerts/:alert',
  changeAlerts: 'POST /api/v1/sites/:site/alert-changes',
  reviewAlert: 'POST /api/v1/sites/:site/alerts/:alert/reviews',
  tryAccept: 'GET /api/v1/sites/:site/alerts/:alert/acceptance',
  acceptAlert: 'POST /api/v1/sites/:site/alerts/:alert/accept',
  alertRates: 'GET /api/v1/sites/:site/alert-rates',
  findings: 'GET /api/v1/sites/:site/findings',
  finding: 'GET /api/v1/sites/:site/findings/:finding',
  incidents: 'GET /api/v1/sites/:site/incidents',
  incident: 'GET /api/v1/sites/:site/incidents/:incident',
  changeIncident: 'PATCH /api/v1/sites/:site/incidents/:incident',
  cells: 'GET /api/v1/sites/:site/cells',
  cell: 'GET /api/v1/sites/:site/cells/:cell',
  addRelation: 'POST /api/v1/sites/:site/cells/:cell/relations',
  changeRelation: 'PATCH /api/v1/sites/:site/cells/:cell/relations/:relation',
  band: 'GET /api/v1/sites/:site/points/:point/band',
  learning: 'GET /api/v1/sites/:site/learning',
  detection: 'GET /api/v1/sites/:site/detection',
  tryTuning: 'POST /api/v1/sites/:site/tuning/trials',
  applyTuning: 'POST /api/v1/sites/:site/tuning',
  baselines: 'GET /api/v1/sites/:site/baselines',
  saveBaseline: 'POST /api/v1/sites/:site/baselines',
  compareBaseline: 'GET /api/v1/sites/:site/baselines/:baseline/comparison',
  restoreBaseline: 'POST /api/v1/sites/:site/baselines/:baseline/restore',
  windows: 'GET /api/v1/sites/:site/windows',
  addWindow: 'POST /api/v1/sites/:site/windows',
  changeWindow: 'PATCH /api/v1/sites/:site/windows/:window',
  stageAttack: 'POST /api/v1/sites/:site/staged-attack',
} as const;
export type CallName = keyof typeof PATHS;

/** Calls whose body is a file (multipart field `file`), or whose answer is one. */
export const FILE_PATHS = {
  /** multipart -> Uploaded. `?site=` adds the source to a site; without it the file opens its own. */
  upload: 'POST /api/v1/captures',
  /** multipart -> NameUpload */
  uploadNames: 'POST /api/v1/sites/:site/names/imports',
  /** A baseline as a file (application/json), to be carried to a twin machine. */
  baselineFile: 'GET /api/v1/sites/:site/baselines/:baseline/file',
  /** multipart -> BaselineRow: a file of `baselineFile`; it is kept beside the others, restored by its own call. */
  importBaseline: 'POST /api/v1/sites/:site/baseline-imports',
  /** One frame, or with `?around=N` its neighbours too, as application/vnd.tcpdump.pcap. */
  framePcap: 'GET /api/v1/sites/:site/sources/:source/frames/:frame/pcap',
  /** The frames of conversations (`flows`) or behind the rows of a list with its filter (`q`, `row`), as pcapng. */
  listPcapng: 'GET /api/v1/sites/:site/captures/:list.pcapng',
  /** Any list with its filter (`q`, `sort`): `:format` is csv or json. Names, columns as in the list's schema. */
  export: 'GET /api/v1/sites/:site/exports/:list.:format',
  exportJournal: 'GET /api/v1/exports/journal.:format',
  /** text/event-stream */
  events: 'GET /api/v1/events',
} as const;

/** Lists whose rows lead to frames. */
export const CAPTURE_LISTS = [
  'flows',
  'commands',
  'sessions',
  'changes',
  'weirds',
  'findings',
  'alerts',
  'incidents',
] as const;
export type CaptureList = (typeof CAPTURE_LISTS)[number];
