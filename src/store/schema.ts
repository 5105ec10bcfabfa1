/**
 * The tables as data: column types and keys, from which the typed query builder, the bulk appender and the writer are
 * derived. The DDL itself stands in `migrations.ts` (it must never change once released); a test holds the two together.
 * Times are microseconds since 1970. No column is ever NULL: '' and 0 mean "none". Lists are JSON texts.
 */

export type ColumnType = 'text' | 'integer' | 'bigint' | 'double precision' | 'boolean' | 'bytea';

type ColumnValue<C extends ColumnType> = C extends 'text'
  ? string
  : C extends 'boolean'
    ? boolean
    : C extends 'bytea'
      ? Uint8Array
      : number;

export interface TableSpec {
  /** Columns that identify a row; every table of a site begins with site_id. Empty: rows are only ever appended. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
}

const table = <const C extends Record<string, ColumnType>, const K extends readonly (keyof C & string)[]>(
  key: K,
  columns: C,
): { readonly key: K; readonly columns: C } => ({ key, columns });

export const TABLES = {
  site: table(['site_id'], { site_id: 'text', name: 'text', kind: 'text', zone: 'text', created_us: 'bigint' }),
  source: table(['site_id', 'source_id'], {
    site_id: 'text',
    source_id: 'text',
    sensor_id: 'text',
    kind: 'text',
    name: 'text',
    path: 'text',
    sha256: 'text',
    state: 'text',
    error: 'text',
    progress: 'double precision',
    started_us: 'bigint',
    ended_us: 'bigint',
    warnings: 'text',
    health: 'text',
  }),
  endpoint: table(['site_id', 'endpoint_id'], {
    site_id: 'text',
    endpoint_id: 'integer',
    segment: 'integer',
    vlan: 'integer',
    inner_vlan: 'integer',
    mac: 'text',
    ip: 'text',
    tunnel: 'text',
    parent_id: 'integer',
    sub_kind: 'text',
    sub_address: 'text',
    spoke: 'boolean',
    frames_sent: 'bigint',
    bytes_sent: 'bigint',
    frames_received: 'bigint',
    bytes_received: 'bigint',
    first_us: 'bigint',
    last_us: 'bigint',
    min_ttl: 'integer',
    max_ttl: 'integer',
    /** First frame from it, as JSON; '' none. */
    seen: 'text',
  }),
  /** Which endpoint belongs to which asset, since when. */
  membership: table(['site_id', 'endpoint_id'], {
    site_id: 'text',
    endpoint_id: 'integer',
    asset_id: 'text',
    from_us: 'bigint',
    to_us: 'bigint',
  }),
  module: table(['site_id', 'module_id'], {
    site_id: 'text',
    module_id: 'integer',
    endpoint_id: 'integer',
    slot: 'text',
    vendor: 'text',
    model: 'text',
    order_number: 'text',
    firmware: 'text',
    serial: 'text',
    present: 'boolean',
    via: 'text',
    evidence: 'text',
  }),
  fact: table(['site_id', 'fact_id'], {
    site_id: 'text',
    fact_id: 'integer',
    endpoint_id: 'integer',
    attribute: 'text',
    value: 'text',
    confidence: 'double precision',
    via: 'text',
    protocol: 'text',
    origin: 'text',
    first_us: 'bigint',
    last_us: 'bigint',
    count: 'bigint',
    evidence: 'text',
    order: 'bigint',
    removed: 'boolean',
  }),
  /** What people decided about which endpoints belong together; undone ones stay, inactive. */
  override: table(['site_id', 'override_id'], {
    site_id: 'text',
    override_id: 'integer',
    kind: 'text',
    endpoints: 'text',
    active: 'boolean',
  }),
  /** Addresses that are others of a device seen elsewhere (translation, routing). */
  alias: table(['site_id', 'alias_id'], {
    site_id: 'text',
    alias_id: 'integer',
    client_id: 'integer',
    server_id: 'integer',
    of_client_id: 'integer',
    of_server_id: 'integer',
    count: 'bigint',
  }),
  /** What was dropped at a named limit. */
  limit_count: table(['site_id', 'name'], { site_id: 'text', name: 'text', dropped: 'bigint' }),
  /** Corrections by hand that can be taken back: what the console lists and undoes. */
  correction: table(['site_id', 'correction_id'], {
    site_id: 'text',
    correction_id: 'text',
    asset_id: 'text',
    ts: 'bigint',
    user_id: 'text',
    text: 'text',
    undo: 'text',
    undone: 'boolean',
  }),
  /** Asset lists that were applied. `state`: active, replaced (by a newer one of that name), undone (its text is gone). */
  asset_list: table(['site_id', 'list_id'], {
    site_id: 'text',
    list_id: 'text',
    file: 'text',
    ts: 'bigint',
    user_id: 'text',
    correction_id: 'text',
    state: 'text',
    /** The list whose place it took, '' none. */
    replaces: 'text',
    mapping: 'text',
    /** Columns, rows and lines as JSON. */
    content: 'text',
  }),
  conversation: table(['site_id', 'conversation_id'], {
    site_id: 'text',
    conversation_id: 'text',
    number: 'integer',
    client_id: 'integer',
    server_id: 'integer',
    protocol: 'text',
    transport: 'text',
    server_port: 'integer',
    flows: 'bigint',
    client_packets: 'bigint',
    server_packets: 'bigint',
    client_bytes: 'bigint',
    server_bytes: 'bigint',
    decoded_bytes: 'bigint',
    undecoded_bytes: 'bigint',
    missing_bytes: 'bigint',
    verbs: 'text',
    refused: 'bigint',
    unanswered: 'bigint',
    first_us: 'bigint',
    last_us: 'bigint',
    encrypted: 'boolean',
    one_way_flows: 'bigint',
    community_id: 'text',
    state: 'text',
  }),
  /** Polls of a block of registers by one client. */
  run: table(['site_id', 'run_id'], {
    site_id: 'text',
    run_id: 'integer',
    target_id: 'integer',
    client_id: 'integer',
    protocol: 'text',
    area: 'text',
    start: 'integer',
    count: 'integer',
    write: 'boolean',
    uses: 'bigint',
    last_us: 'bigint',
    cadence_us: 'double precision',
  }),
  point: table(['site_id', 'point_id'], {
    site_id: 'text',
    point_id: 'integer',
    target_id: 'integer',
    protocol: 'text',
    path: 'text',
    type: 'text',
    value: 'text',
    quality: 'text',
    first_us: 'bigint',
    last_us: 'bigint',
    last_change_us: 'bigint',
    reads: 'bigint',
    writes: 'bigint',
    changes: 'bigint',
    cadence_us: 'double precision',
    last_reader_id: 'integer',
    last_writer_id: 'integer',
    min: 'double precision',
    max: 'double precision',
    area: 'text',
    address: 'integer',
    sampled_us: 'bigint',
  }),
  command: table(['site_id', 'command_id'], {
    site_id: 'text',
    command_id: 'integer',
    verb: 'text',
    protocol: 'text',
    operation: 'text',
    client_id: 'integer',
    target_id: 'integer',
    object: 'text',
    value: 'text',
    outcome: 'text',
    reason: 'text',
    user: 'text',
    count: 'bigint',
    first_us: 'bigint',
    last_us: 'bigint',
    evidence: 'text',
    last_evidence: 'text',
  }),
  session: table(['site_id', 'session_id'], {
    site_id: 'text',
    session_id: 'integer',
    protocol: 'text',
    phase: 'text',
    client_id: 'integer',
    server_id: 'integer',
    user: 'text',
    outcome: 'text',
    clear_credential: 'boolean',
    detail: 'text',
    count: 'bigint',
    first_us: 'bigint',
    last_us: 'bigint',
    evidence: 'text',
  }),
  weird: table(['site_id', 'weird_id'], {
    site_id: 'text',
    weird_id: 'integer',
    protocol: 'text',
    code: 'text',
    detail: 'text',
    client_id: 'integer',
    server_id: 'integer',
    count: 'bigint',
    first_us: 'bigint',
    last_us: 'bigint',
    evidence: 'text',
  }),
  change: table(['site_id', 'change_id'], {
    site_id: 'text',
    change_id: 'integer',
    ts: 'bigint',
    endpoint_id: 'integer',
    what: 'text',
    before: 'text',
    after: 'text',
    evidence: 'text',
  }),
  flow: table(['site_id', 'source_id', 'flow_id'], {
    site_id: 'text',
    source_id: 'text',
    flow_id: 'bigint',
    client_id: 'integer',
    server_id: 'integer',
    transport: 'text',
    protocol_number: 'integer',
    client_port: 'integer',
    server_port: 'integer',
    service: 'text',
    community_id: 'text',
    first_us: 'bigint',
    last_us: 'bigint',
    first_frame: 'bigint',
    client_packets: 'bigint',
    client_bytes: 'bigint',
    server_packets: 'bigint',
    server_bytes: 'bigint',
    decoded_bytes: 'bigint',
    undecoded_bytes: 'bigint',
    missing_bytes: 'bigint',
    retransmissions: 'bigint',
    tcp_state: 'text',
    encrypted: 'boolean',
    final: 'boolean',
    recorded_us: 'bigint',
  }),
  sample: table([], {
    site_id: 'text',
    source_id: 'text',
    point_id: 'integer',
    ts: 'bigint',
    value: 'double precision',
    recorded_us: 'bigint',
  }),
  /** Samples that are not numbers (texts, 64-bit integers beyond 2^53 as decimal text). */
  sample_text: table([], {
    site_id: 'text',
    source_id: 'text',
    point_id: 'integer',
    ts: 'bigint',
    value: 'text',
    recorded_us: 'bigint',
  }),
  /** Frames behind facts, commands of note, weirds and changes: evidence that outlives the file. */
  pinned_frame: table(['site_id', 'source_id', 'frame'], {
    site_id: 'text',
    source_id: 'text',
    frame: 'bigint',
    kind: 'text',
    ts: 'bigint',
    ts_ns: 'integer',
    link_type: 'integer',
    wire_length: 'integer',
    file_offset: 'bigint',
    bytes: 'bytea',
  }),
  /** What the engine must remember to go on where it stopped, per site: opaque JSON written by the stage that reads it. */
  site_state: table(['site_id', 'name'], { site_id: 'text', name: 'text', payload: 'text' }),
  /** What detectors stated; parts, points and frames as JSON. A capture that is read again writes the same ids. */
  finding: table(['site_id', 'finding_id'], {
    site_id: 'text',
    finding_id: 'text',
    kind: 'text',
    detector: 'text',
    actor_id: 'integer',
    target_id: 'integer',
    point_id: 'integer',
    points: 'text',
    protocol: 'text',
    verb: 'text',
    first_us: 'bigint',
    last_us: 'bigint',
    state: 'text',
    count: 'bigint',
    surprise: 'double precision',
    certainty: 'text',
    severity: 'text',
    techniques: 'text',
    parts: 'text',
    evidence: 'text',
    recorded_us: 'bigint',
  }),
  /** The chart behind a finding: five columns of 64-bit floats (time, observed, expected, low, high), little-endian, one after the other. */
  finding_proof: table(['site_id', 'finding_id'], {
    site_id: 'text',
    finding_id: 'text',
    point_id: 'integer',
    sources: 'text',
    columns: 'bytea',
    /** See pieces.ts: rows of one proof, in any order. */
    piece: 'integer',
  }),
  /** What people did with alerts; outlives the findings, so that a file that is read again finds it. */
  alert_state: table(['site_id', 'alert_id'], {
    site_id: 'text',
    alert_id: 'text',
    state: 'text',
    assignee_id: 'text',
    review: 'text',
    findings: 'integer',
    priority: 'text',
    changed_us: 'bigint',
  }),
  /** Verdicts of people, each as it was given. */
  review: table(['site_id', 'review_id'], {
    site_id: 'text',
    review_id: 'text',
    alert_id: 'text',
    kind: 'text',
    detector: 'text',
    verdict: 'text',
    reason: 'text',
    user_id: 'text',
    ts: 'bigint',
  }),
  incident_state: table(['site_id', 'incident_id'], {
    site_id: 'text',
    incident_id: 'text',
    state: 'text',
    assignee_id: 'text',
    steps: 'integer',
    changed_us: 'bigint',
  }),
  /** Announced work. Times are those of the frames. */
  maintenance_window: table(['site_id', 'window_id'], {
    site_id: 'text',
    window_id: 'text',
    text: 'text',
    assets: 'text',
    cells: 'text',
    vendor: 'text',
    work_order: 'text',
    from_us: 'bigint',
    to_us: 'bigint',
    cancelled: 'boolean',
    user_id: 'text',
    ts: 'bigint',
  }),
  /** What detectors and cell models learned, by the name of the part; written by the stage that reads it. */
  learned_state: table(['site_id', 'name'], {
    site_id: 'text',
    name: 'text',
    payload: 'bytea',
    recorded_us: 'bigint',
    /** See pieces.ts: rows of one name, in any order. */
    piece: 'integer',
  }),
  /** What was learned, kept under a name that people gave. */
  baseline: table(['site_id', 'baseline_id'], {
    site_id: 'text',
    baseline_id: 'text',
    name: 'text',
    note: 'text',
    ts: 'bigint',
    user_id: 'text',
    origin: 'text',
    made_at: 'text',
    summary: 'text',
    payload: 'bytea',
    /** See pieces.ts: rows of one baseline, in any order. */
    piece: 'integer',
  }),
  /** Relations between points that people approved, rejected, edited or wrote. */
  relation: table(['site_id', 'relation_id'], {
    site_id: 'text',
    relation_id: 'text',
    cell_id: 'text',
    text: 'text',
    state: 'text',
    origin: 'text',
    held: 'double precision',
    rows: 'bigint',
    user_id: 'text',
    ts: 'bigint',
  }),
  app_user: table(['user_id'], {
    user_id: 'text',
    name: 'text',
    display_name: 'text',
    role: 'text',
    password_hash: 'text',
    /** `none` until second factors come; then what is enrolled. */
    mfa: 'text',
    disabled: 'boolean',
    created_us: 'bigint',
    password_changed_us: 'bigint',
    last_login_us: 'bigint',
  }),
  user_session: table(['token_hash'], {
    token_hash: 'text',
    user_id: 'text',
    csrf_token: 'text',
    created_us: 'bigint',
    last_used_us: 'bigint',
    expires_us: 'bigint',
  }),
  setup_token: table(['token_hash'], {
    token_hash: 'text',
    created_us: 'bigint',
    expires_us: 'bigint',
    used_us: 'bigint',
  }),
  setting: table(['site_id', 'name'], { site_id: 'text', name: 'text', value: 'text' }),
  journal: table([], {
    seq: 'bigint',
    site_id: 'text',
    ts: 'bigint',
    user_id: 'text',
    action: 'text',
    subject: 'text',
    detail: 'text',
    previous_hash: 'text',
    hash: 'text',
  }),
} as const satisfies Record<string, TableSpec>;

export type TableName = keyof typeof TABLES;
export type Row<T extends TableName> = {
  -readonly [C in keyof (typeof TABLES)[T]['columns']]: (typeof TABLES)[T]['columns'][C] extends ColumnType
    ? ColumnValue<(typeof TABLES)[T]['columns'][C]>
    : never;
};
export type KeyColumn<T extends TableName> = (typeof TABLES)[T]['key'][number] & keyof Row<T>;
export type Key<T extends TableName> = Pick<Row<T>, KeyColumn<T>>;

/** What the query builder sees. */
export type Database = { [T in TableName]: Row<T> } & {
  schema_migration: { version: number; name: string; applied_us: number };
};

export const tableNames = Object.keys(TABLES) as TableName[];
export const tableSpec = (name: TableName): TableSpec => TABLES[name];
