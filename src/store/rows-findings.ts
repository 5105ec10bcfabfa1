/** Rows of findings and of what people did with alerts, incidents, windows. */
import type { Certainty, Finding, Part, Proof, Severity } from '../core/finding.ts';
import type {
  AlertAct,
  AlertState,
  IncidentAct,
  MaintenanceWindow,
  Priority,
  ReviewVerdict,
} from '../core/incident.ts';
import type { Verb } from '../core/observation.ts';
import { evidence, fromJson, json } from './codec.ts';
import { inPieces, joined } from './pieces.ts';
import type { Row } from './schema.ts';

/** JSON knows no NaN: numbers of parts that are none travel as null. */
const partsText = (parts: Finding['parts']): string =>
  json(
    Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [
        name,
        part.kind === 'number' && !Number.isFinite(part.value) ? { ...part, value: null } : part,
      ]),
    ),
  );
const partsOf = (text: string): Finding['parts'] => {
  const parts = fromJson<Record<string, Part>>(text);
  for (const [name, part] of Object.entries(parts))
    if (part.kind === 'number' && part.value === null) parts[name] = { ...part, value: Number.NaN };
  return parts;
};

export const findingRow = (site_id: string, f: Finding, recorded_us: number): Row<'finding'> => ({
  site_id,
  finding_id: f.id,
  kind: f.kind,
  detector: f.detector,
  actor_id: f.actor,
  target_id: f.target,
  point_id: f.point,
  points: json(f.points),
  protocol: f.protocol,
  verb: f.verb,
  first_us: f.firstUs,
  last_us: f.lastUs,
  state: f.state,
  count: f.count,
  surprise: f.surprise,
  certainty: f.certainty,
  severity: f.severity,
  techniques: json(f.techniques),
  parts: partsText(f.parts),
  evidence: json(f.evidence),
  recorded_us,
});

/** Without its proof, which is read when somebody looks at it. */
export const findingOf = (r: Row<'finding'>): Finding => ({
  id: r.finding_id,
  kind: r.kind,
  detector: r.detector,
  actor: r.actor_id,
  target: r.target_id,
  point: r.point_id,
  points: fromJson<number[]>(r.points),
  protocol: r.protocol,
  verb: r.verb as Verb | '',
  firstUs: r.first_us,
  lastUs: r.last_us,
  state: r.state as Finding['state'],
  count: r.count,
  surprise: r.surprise,
  certainty: r.certainty as Certainty,
  severity: r.severity as Severity,
  techniques: fromJson<string[]>(r.techniques),
  parts: partsOf(r.parts),
  evidence: evidence(r.evidence),
});

const COLUMNS = 5;

export const proofRows = (site_id: string, finding_id: string, proof: Proof): Row<'finding_proof'>[] => {
  const all = [proof.tsUs, proof.observed, proof.expected, proof.low, proof.high];
  const n = proof.tsUs.length;
  const bytes = new Uint8Array(COLUMNS * n * 8);
  const view = new DataView(bytes.buffer);
  all.forEach((column, c) => {
    for (let i = 0; i < n; i++) view.setFloat64((c * n + i) * 8, column[i]!, true);
  });
  return inPieces({ site_id, finding_id, point_id: proof.point, sources: json(proof.from) }, 'columns', bytes);
};

/** Of all pieces of one proof, at least one. */
export const proofOf = (rows: readonly Row<'finding_proof'>[]): Proof => {
  const row = rows[0]!;
  const columns = joined(rows.map(({ piece, columns: bytes }) => ({ piece, bytes })));
  const n = Math.floor(columns.length / 8 / COLUMNS);
  const view = new DataView(columns.buffer, columns.byteOffset, columns.byteLength);
  const column = (c: number): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => view.getFloat64((c * n + i) * 8, true));
  return {
    point: row.point_id,
    tsUs: column(0),
    observed: column(1),
    expected: column(2),
    low: column(3),
    high: column(4),
    from: fromJson<Proof['from'][number][]>(row.sources),
  };
};

export const alertActRow = (site_id: string, act: AlertAct, changed_us: number): Row<'alert_state'> => ({
  site_id,
  alert_id: act.alert,
  state: act.state,
  assignee_id: act.assignee,
  review: act.review,
  findings: act.findings,
  priority: act.priority,
  changed_us,
});
export const alertActOf = (r: Row<'alert_state'>): AlertAct => ({
  alert: r.alert_id,
  state: r.state as AlertState,
  assignee: r.assignee_id,
  review: r.review as '' | ReviewVerdict,
  findings: r.findings,
  priority: r.priority as Priority,
});

export const incidentActRow = (site_id: string, act: IncidentAct, changed_us: number): Row<'incident_state'> => ({
  site_id,
  incident_id: act.incident,
  state: act.state,
  assignee_id: act.assignee,
  steps: act.steps,
  changed_us,
});
export const incidentActOf = (r: Row<'incident_state'>): IncidentAct => ({
  incident: r.incident_id,
  state: r.state as IncidentAct['state'],
  assignee: r.assignee_id,
  steps: r.steps,
});

export const windowRow = (site_id: string, w: MaintenanceWindow): Row<'maintenance_window'> => ({
  site_id,
  window_id: w.id,
  text: w.text,
  assets: json(w.assets),
  cells: json(w.cells),
  vendor: w.vendor,
  work_order: w.workOrder,
  from_us: w.fromUs,
  to_us: w.toUs,
  cancelled: w.cancelled,
  user_id: w.userId,
  ts: w.createdUs,
});
export const windowOf = (r: Row<'maintenance_window'>): MaintenanceWindow => ({
  id: r.window_id,
  text: r.text,
  assets: fromJson<string[]>(r.assets),
  cells: fromJson<string[]>(r.cells),
  vendor: r.vendor,
  workOrder: r.work_order,
  fromUs: r.from_us,
  toUs: r.to_us,
  cancelled: r.cancelled,
  userId: r.user_id,
  createdUs: r.ts,
});
