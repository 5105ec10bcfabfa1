/** Schemas of every JSON call in `paths.ts`: what the server validates and documents, what the console is typed by. */
import { type Static, type TSchema, Type } from 'typebox';
import {
  Accepted,
  AcceptRequest,
  AcceptTrial,
  AlertChange,
  AlertDetail,
  AlertParams,
  AlertRates,
  AlertRow,
  AlertsChange,
  AlertsChanged,
  FindingDetail,
  FindingParams,
  FindingRow,
  IncidentChange,
  IncidentDetail,
  IncidentParams,
  IncidentRow,
  ReviewRequest,
} from './alerts.ts';
import {
  AssetChange,
  AssetDetail,
  AssetParams,
  AssetRow,
  Corrected,
  CorrectionParams,
  MergeRequest,
  SplitRequest,
} from './assets.ts';
import { ListQuery, Nothing, Obj, PageOf, SiteParams } from './common.ts';
import {
  BaselineComparison,
  BaselineList,
  BaselineParams,
  BaselineRow,
  DetectionOverview,
  LearningOverview,
  NewBaseline,
  NewWindow,
  Restored,
  RestoreRequest,
  TuningRequest,
  TuningTrial,
  WindowChange,
  WindowList,
  WindowParams,
  WindowRow,
} from './detection.ts';
import { Applied, ImportParams, MappingRequest, NamePreview, Reconciliation } from './names.ts';
import { Coverage, Day, MapQuery, Now, ProtocolList, SiteMap } from './overview.ts';
import type { CallName } from './paths.ts';
import {
  Band,
  CellDetail,
  CellList,
  CellParams,
  CellQuery,
  CellsQuery,
  NewRelation,
  RelationChange,
  RelationParams,
  RelationRow,
  UnitChange,
  UnitChanged,
} from './process.ts';
import {
  Frame,
  FrameParams,
  JournalCheck,
  JournalCheckQuery,
  JournalRow,
  LoginRequest,
  Me,
  NewUser,
  PasswordChange,
  Settings,
  SettingsChange,
  SetupRequest,
  Site,
  SiteChange,
  SiteList,
  SourceList,
  StageRequest,
  Status,
  User,
  UserChange,
  UserList,
} from './sites.ts';
import {
  ChangeRow,
  CommandRow,
  FlowParams,
  FlowRow,
  MessageList,
  MessagesQuery,
  PointParams,
  PointRow,
  Series,
  SeriesQuery,
  SessionRow,
  WeirdRow,
} from './traffic.ts';

export interface CallSchema {
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  readonly response: TSchema;
  /** One line for the OpenAPI page. */
  readonly summary: string;
}

export const ROUTES = {
  status: { response: Status, summary: 'Version, and whether set-up is still needed (public)' },
  setup: {
    body: SetupRequest,
    response: Me,
    summary: 'Creates the first administrator with the one-time token (public)',
  },
  login: { body: LoginRequest, response: Me, summary: 'Opens a session (public)' },
  logout: { response: Nothing, summary: 'Ends the session' },
  me: { response: Me, summary: 'Who is logged in' },
  changePassword: { body: PasswordChange, response: Nothing, summary: 'Changes the own password' },
  users: { response: UserList, summary: 'Users (admin)' },
  addUser: { body: NewUser, response: User, summary: 'Adds a user (admin)' },
  changeUser: {
    params: Obj({ user: Type.String() }),
    body: UserChange,
    response: User,
    summary: 'Changes role, password or state of a user (admin)',
  },
  settings: { response: Settings, summary: 'Retention and disk' },
  changeSettings: { body: SettingsChange, response: Settings, summary: 'Changes retention (admin)' },
  journal: { query: ListQuery, response: PageOf(JournalRow), summary: 'Who changed what, newest first' },
  checkJournal: {
    query: JournalCheckQuery,
    response: JournalCheck,
    summary:
      'Recomputes the hash chain from its first row; with a kept head, also that nothing up to it was changed or cut',
  },
  protocols: { response: ProtocolList, summary: 'Protocols that are decoded, with the names that people use' },
  sites: { response: SiteList, summary: 'Sites' },
  changeSite: { params: SiteParams, body: SiteChange, response: Site, summary: 'Renames a site or sets its zone' },
  sources: { params: SiteParams, response: SourceList, summary: 'Sources of a site with progress and health' },
  now: { params: SiteParams, response: Now, summary: 'What needs a person, posture, blind spots' },
  day: { params: SiteParams, response: Day, summary: 'The last day on one line of time' },
  map: {
    params: SiteParams,
    query: MapQuery,
    response: SiteMap,
    summary: 'Assets and who talks to whom; large sites in groups that can be opened',
  },
  coverage: { params: SiteParams, response: Coverage, summary: 'What is seen, decoded, missing' },
  assets: { params: SiteParams, query: ListQuery, response: PageOf(AssetRow), summary: 'Inventory' },
  asset: { params: AssetParams, response: AssetDetail, summary: 'One asset with facts and evidence' },
  changeAsset: {
    params: AssetParams,
    body: AssetChange,
    response: Corrected,
    summary: 'Sets name, role or level by hand',
  },
  splitAsset: {
    params: AssetParams,
    body: SplitRequest,
    response: Corrected,
    summary: 'Splits endpoints off an asset',
  },
  mergeAssets: { params: SiteParams, body: MergeRequest, response: Corrected, summary: 'Merges assets' },
  undoCorrection: { params: CorrectionParams, response: Corrected, summary: 'Takes a correction back' },
  flows: { params: SiteParams, query: ListQuery, response: PageOf(FlowRow), summary: 'Conversations' },
  messages: {
    params: FlowParams,
    query: MessagesQuery,
    response: MessageList,
    summary: "Messages of a conversation in its protocol's words",
  },
  commands: { params: SiteParams, query: ListQuery, response: PageOf(CommandRow), summary: 'Commands, folded' },
  points: { params: SiteParams, query: ListQuery, response: PageOf(PointRow), summary: 'Process variables' },
  point: { params: PointParams, response: PointRow, summary: 'One process variable' },
  setUnits: { params: SiteParams, body: UnitChange, response: UnitChanged, summary: 'Sets the unit of points' },
  series: { params: PointParams, query: SeriesQuery, response: Series, summary: 'Values of a point over time' },
  sessions: { params: SiteParams, query: ListQuery, response: PageOf(SessionRow), summary: 'Logins and associations' },
  changes: {
    params: SiteParams,
    query: ListQuery,
    response: PageOf(ChangeRow),
    summary: 'What changed in the picture',
  },
  weirds: {
    params: SiteParams,
    query: ListQuery,
    response: PageOf(WeirdRow),
    summary: 'What the specifications forbid',
  },
  frame: { params: FrameParams, response: Frame, summary: 'One frame: octets and layers' },
  previewNames: {
    params: ImportParams,
    body: MappingRequest,
    response: NamePreview,
    summary: 'What an asset list would change, nothing is written',
  },
  applyNames: { params: ImportParams, body: MappingRequest, response: Applied, summary: 'Applies an asset list' },
  reconciliation: { params: SiteParams, response: Reconciliation, summary: 'The asset list against the wire' },
  alerts: { params: SiteParams, query: ListQuery, response: PageOf(AlertRow), summary: 'What people should look at' },
  alert: { params: AlertParams, response: AlertDetail, summary: 'One alert with the finding that it shows' },
  changeAlert: { params: AlertParams, body: AlertChange, response: AlertRow, summary: 'Acknowledges, closes, assigns' },
  changeAlerts: {
    params: SiteParams,
    body: AlertsChange,
    response: AlertsChanged,
    summary: 'Acknowledges, closes or assigns several alerts',
  },
  reviewAlert: { params: AlertParams, body: ReviewRequest, response: AlertRow, summary: "A person's verdict" },
  tryAccept: {
    params: AlertParams,
    response: AcceptTrial,
    summary: 'What accepting would do to the findings of the recordings; changes nothing',
  },
  acceptAlert: {
    params: AlertParams,
    body: AcceptRequest,
    response: Accepted,
    summary: 'Takes it as normal from now on',
  },
  alertRates: { params: SiteParams, response: AlertRates, summary: 'The queue measured against ISA-18.2' },
  findings: {
    params: SiteParams,
    query: ListQuery,
    response: PageOf(FindingRow),
    summary: 'What the detectors stated',
  },
  finding: { params: FindingParams, response: FindingDetail, summary: 'One finding in full' },
  incidents: { params: SiteParams, query: ListQuery, response: PageOf(IncidentRow), summary: 'Joined findings' },
  incident: { params: IncidentParams, response: IncidentDetail, summary: 'One incident as a story' },
  changeIncident: { params: IncidentParams, body: IncidentChange, response: IncidentRow, summary: 'Closes, assigns' },
  cells: {
    params: SiteParams,
    query: CellsQuery,
    response: CellList,
    summary: 'Process cells and how far they have learned',
  },
  cell: { params: CellParams, query: CellQuery, response: CellDetail, summary: 'Points of a cell with their band' },
  addRelation: { params: CellParams, body: NewRelation, response: RelationRow, summary: 'Adds a relation as text' },
  changeRelation: {
    params: RelationParams,
    body: RelationChange,
    response: RelationRow,
    summary: 'Approves, rejects or edits a relation',
  },
  band: {
    params: PointParams,
    query: SeriesQuery,
    response: Band,
    summary: 'Values of a point with the expected band',
  },
  learning: { params: SiteParams, response: LearningOverview, summary: 'What was learned and what not yet' },
  detection: { params: SiteParams, response: DetectionOverview, summary: 'Detectors, their kinds and thresholds' },
  tryTuning: {
    params: SiteParams,
    body: TuningRequest,
    response: TuningTrial,
    summary: 'What a change would have given on the recordings; changes nothing',
  },
  applyTuning: { params: SiteParams, body: TuningRequest, response: DetectionOverview, summary: 'Applies a change' },
  baselines: { params: SiteParams, response: BaselineList, summary: 'What was learned, kept under names' },
  saveBaseline: { params: SiteParams, body: NewBaseline, response: BaselineRow, summary: 'Keeps what is learned now' },
  compareBaseline: { params: BaselineParams, response: BaselineComparison, summary: 'A baseline against now' },
  restoreBaseline: {
    params: BaselineParams,
    body: RestoreRequest,
    response: Restored,
    summary: 'Judges by a kept baseline again',
  },
  windows: { params: SiteParams, response: WindowList, summary: 'Maintenance windows' },
  addWindow: { params: SiteParams, body: NewWindow, response: WindowRow, summary: 'Announces planned work' },
  changeWindow: { params: WindowParams, body: WindowChange, response: WindowRow, summary: 'Ends or prolongs it' },
  stageAttack: {
    params: SiteParams,
    body: StageRequest,
    response: Site,
    summary: 'Begins an attack on the simulated plant; there is none on a real one',
  },
} as const satisfies Record<CallName, CallSchema>;

export type Routes = typeof ROUTES;
/** What a call answers. */
export type Answer<N extends CallName> = Static<Routes[N]['response']>;
/** What a call takes as body; undefined when it takes none. */
export type Body<N extends CallName> = Routes[N] extends { readonly body: infer B extends TSchema }
  ? Static<B>
  : undefined;
