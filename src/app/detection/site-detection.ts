/**
 * Detection of one site: the model and the detectors hear the same observations, the process feed takes its rows on every
 * tick, findings go to triage as they come. What happens, happens by frame time and in one order, so that the same input
 * gives the same findings; a restart goes on from what was saved.
 */
import type { EndpointView } from '../../core/endpoint.ts';
import type { Finding } from '../../core/finding.ts';
import type { IncidentAct, MaintenanceWindow } from '../../core/incident.ts';
import type { SiteModel, SiteSink, SourceContext } from '../../core/site-model.ts';
import { type Scope, Triage } from '../../decide/index.ts';
import { DECODERS } from '../../decode/index.ts';
import { createDetection, type Detection, KINDS, LEARNING_TIME_US, OVERRUN } from '../../detect/index.ts';
import { Mirrors } from '../../learn/process/mirrors.ts';
import { subnetOf } from '../../lib/ip-scope.ts';
import { daysIn } from '../../lib/zone-day.ts';
import { usualPort } from '../query/usual-port.ts';
import { type Cell, MIN_ROWS } from './cell.ts';
import { Devices } from './devices.ts';
import type { Fitter } from './fitting.ts';
import { ProcessFeed } from './process-feed.ts';
import { isReason } from './trial.ts';

/** What must not be learned, and what goes on after announced work, is looked at so often. */
const LOOK_US = 10_000_000;
/** Outputs of a controller to its own stations, many times a second: nobody writes them. */
const CYCLIC = 'cip-io';
const FAMILY = new Map(DECODERS.map((decoder) => [decoder.name, decoder.family]));

export interface SiteDetectionOptions {
  readonly model: SiteModel;
  readonly endpoints: EndpointView;
  readonly learningUs?: number;
  /** Makes the models of process cells. */
  readonly fitter: Fitter;
  /** A model that was asked for is there, or could not be made: there is something to write and to show. */
  readonly onFitted?: () => void;
  /** Something was found: there is something to show. */
  readonly onFound?: () => void;
  /** IANA name of the plant's zone, by whose days alerts are budgeted; UTC unless given. */
  readonly zone?: string;
  /** Names for people, of windows. */
  readonly userName?: (id: string) => string;
}

/** What came of an accepted finding, or of those of one cell. */
export interface Lesson {
  readonly learned: boolean;
  readonly text: string;
}

/** A zone that this machine does not know, of a site that was made elsewhere, has the days of UTC. */
const daysOf = (zone: string): ((us: number) => number) => {
  try {
    return daysIn(zone);
  } catch {
    return daysIn('UTC');
  }
};

export class SiteDetection {
  readonly detection: Detection;
  readonly devices: Devices;
  readonly feed: ProcessFeed;
  /** Points that are copies of others: what explains a value at its source explains it there too. */
  readonly mirrors = new Mirrors();
  readonly triage: Triage;
  /** Model and detectors behind one sink. */
  readonly sink: SiteSink & { setSource(source: SourceContext): void };
  readonly #model: SiteModel;
  readonly #endpoints: EndpointView;
  readonly #userName: (id: string) => string;
  readonly #onFound: () => void;
  /** Findings that changed since they were saved. */
  readonly #unsaved = new Set<string>();
  /** Controllers at which something goes on that must not be learned. */
  #suspects = new Set<number>();
  #lookedUs = 0;
  #dayOf: (us: number) => number;
  readonly incidentActs = new Map<string, IncidentAct>();
  version = 0;
  /** What was learned of the site was there and could not be read: all of it is learned again. */
  isUnread = false;

  constructor(options: SiteDetectionOptions) {
    const { model, endpoints } = options;
    this.#model = model;
    this.#endpoints = endpoints;
    this.#userName = options.userName ?? ((id) => id);
    this.#onFound = options.onFound ?? (() => undefined);
    const learningTimeUs = options.learningUs ?? LEARNING_TIME_US;
    const devices = new Devices(model);
    this.devices = devices;
    this.#dayOf = daysOf(options.zone ?? 'UTC');
    const detection = createDetection({
      endpoints,
      learningTimeUs,
      role: (e) => devices.role(e),
      level: (e) => devices.level(e),
      family: (protocol) => FAMILY.get(protocol) ?? '',
      portUse: usualPort,
      pointOf: (target, protocol, area, address) => model.pointOf(target, protocol, area, address),
    });
    this.detection = detection;
    this.triage = new Triage({
      kinds: KINDS,
      host: (e) => devices.host(detection.host(e)),
      level: (e) => devices.level(e),
      isOutside: (e) => detection.isOutside(e),
      network: (e) => this.#networkOf(e),
      scopeOf: (finding) => this.scopeOf(finding),
      sourceOf: (finding) => this.#sourceTarget(finding),
      dayOf: (us) => this.#dayOf(us),
    });
    this.feed = new ProcessFeed({
      model,
      endpoints,
      fitter: options.fitter,
      onFitted: () => {
        this.collect();
        options.onFitted?.();
      },
      family: (protocol) => FAMILY.get(protocol) ?? '',
      isSuspect: (controller) => this.#suspects.has(devices.host(controller)),
      isWatching: () => detection.phase === 'watching',
      learningUs: () => detection.learningTimeUs,
      sourceOf: (point) => this.mirrors.sourceOf(point),
      state: (statement) => detection.state('process', statement),
      end: (kind, key, tsUs) => detection.end(kind, key, tsUs),
    });
    this.sink = this.#tee(model, detection);
  }

  /** The plant's zone is another one. */
  setZone(zone: string): void {
    this.#dayOf = daysOf(zone);
    this.triage.refresh();
  }

  #tee(model: SiteModel, detection: Detection): SiteSink & { setSource(source: SourceContext): void } {
    return {
      setSource: (source) => {
        model.setSource(source);
        detection.setSource(source);
      },
      command: (at, x) => {
        model.command(at, x);
        detection.command(at, x);
      },
      values: (at, x) => {
        model.values(at, x);
        detection.values(at, x);
        if (at.protocol === CYCLIC) return;
        if (x.access === 'write' && at.client > 0)
          for (let i = 0; i < x.count; i++)
            this.#wrote(model.pointOf(x.target, at.protocol, x.area, x.start + i), at.tsUs);
        else if (x.access === 'read' && this.mirrors.isListening(at.tsUs))
          for (let i = 0; i < x.count; i++)
            this.#shows(model.pointOf(x.target, at.protocol, x.area, x.start + i), x.target, x.values[i]!, at.tsUs);
        this.#early(at.tsUs);
      },
      value: (at, x) => {
        model.value(at, x);
        detection.value(at, x);
        if (at.protocol === CYCLIC) return;
        if (x.access === 'write' && at.client > 0)
          this.#wrote(model.pointOf(x.target, at.protocol, '', x.path), at.tsUs);
        else if (x.access === 'read' && typeof x.value === 'number' && this.mirrors.isListening(at.tsUs))
          this.#shows(model.pointOf(x.target, at.protocol, '', x.path), x.target, x.value, at.tsUs);
        this.#early(at.tsUs);
      },
      identity: (at, x) => {
        model.identity(at, x);
        detection.identity(at, x);
      },
      module: (at, x) => {
        model.module(at, x);
        detection.module(at, x);
      },
      name: (at, x) => {
        model.name(at, x);
        detection.name(at, x);
      },
      session: (at, x) => {
        model.session(at, x);
        detection.session(at, x);
      },
      weird: (at, x) => {
        model.weird(at, x);
        detection.weird(at, x);
      },
      flow: (at, x) => {
        model.flow(at, x);
        detection.flow(at, x);
      },
      alias: (at, x) => {
        model.alias(at, x);
        detection.alias(at, x);
      },
      tick: (tsUs) => {
        model.tick(tsUs);
        this.#tick(tsUs);
      },
    };
  }

  /** What is far from all that it was does not wait for its row. */
  #early(tsUs: number): void {
    const far = this.#model.takeFar();
    if (far.length === 0) return;
    this.feed.early(far, tsUs);
    this.collect();
  }

  /** Its copies show the value too, a moment later. */
  #wrote(point: number, tsUs: number): void {
    this.feed.wrote(point, tsUs);
    for (const copy of this.mirrors.copiesOf(point)) this.feed.wrote(copy, tsUs);
  }
  #shows(point: number, target: number, value: number, tsUs: number): void {
    // Not as the inventory groups them, which settles later: units behind a gateway stand for the gateway.
    const device = this.detection.host(this.#endpoints.get(target).parent ?? target);
    this.mirrors.heard(point, device, value, tsUs);
  }
  /** Segment, VLAN and subnet of an endpoint, of its gateway for a sub-address; '' without an IP. */
  #networkOf(endpoint: number): string {
    const { segment, vlan, ip = '', parent } = this.#endpoints.get(endpoint);
    if (ip === '') return parent === undefined ? '' : this.#networkOf(parent);
    return `${segment} ${vlan} ${subnetOf(ip)}`;
  }
  /** Where the value of a finding of the process comes from, when its point is a copy; 0 otherwise. */
  #sourceTarget({ detector, point }: Finding): number {
    const source = detector === 'process' ? this.mirrors.sourceOf(point) : 0;
    return source > 0 ? (this.#model.point(source)?.target ?? 0) : 0;
  }

  #tick(tsUs: number): void {
    if (this.devices.tick(tsUs)) this.triage.refresh();
    this.detection.tick(tsUs);
    this.feed.tick(tsUs);
    this.mirrors.tick(tsUs);
    if (tsUs - this.#lookedUs >= LOOK_US || tsUs < this.#lookedUs) {
      this.#lookedUs = tsUs;
      this.#look();
    }
    this.collect();
  }

  /** New and changed findings go to triage; called on every tick and once a source was read. */
  collect(): void {
    const found = this.detection.takeFindings();
    if (found.length === 0) return;
    this.version++;
    for (const finding of found) {
      this.#unsaved.add(finding.id);
      if (this.triage.finding(finding.id) === undefined) this.devices.wanted();
    }
    this.triage.take(found);
    this.#onFound();
  }

  #look(): void {
    const open = this.detection.openFindings();
    const hits = this.triage.windows.length > 0 ? this.triage.picture().hits : undefined;
    const suspects = new Set<number>();
    const explained = new Set<string>();
    for (const finding of open) {
      if (hits?.get(finding.id)?.overrun === false || this.triage.isCleared(finding)) explained.add(finding.id);
      // What a person judged to be none is no reason to learn nothing there.
      if (isReason(finding, hits?.get(finding.id)) && this.triage.isAlert(finding) && !this.triage.isCleared(finding))
        suspects.add(this.devices.host(finding.target));
    }
    this.#suspects = suspects;
    this.detection.explain(explained);
    if (this.triage.windows.length > 0) this.#overruns(open);
  }

  /** Work that was announced and goes on: one finding for each window and device. */
  #overruns(open: readonly Finding[]): void {
    const { hits } = this.triage.picture();
    const going = new Map<string, { window: MaintenanceWindow; findings: Finding[] }>();
    for (const finding of open) {
      const hit = hits.get(finding.id);
      if (hit === undefined || finding.detector === 'maintenance') continue;
      // A process that has changed is no work that goes on; its own alert says that it does.
      if (!hit.overrun || finding.detector === 'process') continue;
      const key = `${hit.window.id} ${this.devices.host(finding.target)}`;
      const group = going.get(key) ?? { window: hit.window, findings: [] };
      group.findings.push(finding);
      going.set(key, group);
    }
    for (const [key, { window, findings }] of going) {
      const last = findings.reduce((a, b) => (b.lastUs > a.lastUs ? b : a));
      this.detection.state('maintenance', {
        kind: OVERRUN,
        key,
        ...(last.actor > 0 ? { actor: last.actor } : {}),
        target: last.target,
        tsUs: last.lastUs,
        sinceUs: window.toUs,
        times: 0,
        surprise: 0.6,
        certainty: 'certain',
        parts: {
          window: { kind: 'text', text: window.text },
          until: { kind: 'time', us: window.toUs },
          over: { kind: 'duration', us: last.lastUs - window.toUs },
          who: { kind: 'text', text: this.#userName(window.userId) },
          order: { kind: 'text', text: window.workOrder === '' ? '' : `, order ${window.workOrder}` },
          kinds: { kind: 'texts', texts: [...new Set(findings.map((finding) => finding.kind))] },
        },
        evidence: last.evidence,
      });
    }
  }

  scopeOf(finding: Finding): Scope {
    const assets = [...this.devices.assets(finding.target), ...this.devices.assets(finding.actor)];
    const source = this.#sourceTarget(finding);
    if (source > 0) assets.push(...this.devices.assets(source));
    const cells = finding.points.map((point) => this.feed.cellOf(point)?.plan.id).filter((id) => id !== undefined);
    const controller = this.devices.host(source > 0 ? source : finding.target);
    const ofController = this.feed.cells
      .filter((cell) => this.devices.host(cell.plan.controller) === controller)
      .map((cell) => cell.plan.id);
    return { assets, cells: [...new Set([...cells, ...ofController])] };
  }

  /** A person says that these are normal from now on. A cell is learned anew once, however many of them are its. */
  accept(findings: readonly Finding[]): Lesson[] {
    const lessons: Lesson[] = [];
    const ofCell = new Map<Cell, Finding[]>();
    for (const finding of findings) {
      if (finding.detector !== 'process') {
        lessons.push(this.#acceptOfNetwork(finding));
        continue;
      }
      const cell = this.cellOf(finding);
      if (cell === undefined)
        lessons.push({ learned: false, text: 'The points of this finding are in no cell any more.' });
      else ofCell.set(cell, [...(ofCell.get(cell) ?? []), finding]);
    }
    for (const [cell, its] of ofCell) lessons.push(this.#acceptOfCell(cell, its));
    return lessons;
  }

  /** The cell that a finding of the process is about: of the cell as a whole it names no point. */
  cellOf({ point, parts }: Finding): Cell | undefined {
    return this.feed.cellOf(point) ?? this.feed.cell(parts.cell?.kind === 'text' ? parts.cell.text : '');
  }

  #acceptOfCell(cell: Cell, findings: readonly Finding[]): Lesson {
    const rows = findings.reduce(
      (sum, { firstUs, lastUs }) => sum + cell.rows.makeNormal(firstUs, Math.max(lastUs, this.nowUs)),
      0,
    );
    if (rows === 0)
      return { learned: false, text: 'The rows of that time are not kept any more; it cannot be learned from them.' };
    // Its episode goes on for as long as the old model judges: it is not told again meanwhile.
    const close = (): void => {
      for (const finding of findings) this.detection.close(finding);
      this.collect();
    };
    if (!cell.fit(close))
      return {
        learned: false,
        text: `Fewer than ${MIN_ROWS} normal rows of the cell are kept: it is too early to learn it anew.`,
      };
    if (cell.fitting === undefined && cell.problem !== '')
      return { learned: false, text: `The cell could not be learned anew: ${cell.problem}.` };
    return {
      learned: true,
      text:
        cell.fitting === undefined
          ? `The cell was learned anew with ${rows} rows of that time as normal.`
          : `The cell is being learned anew with ${rows} rows of that time as normal. Until its model is there the one before judges.`,
    };
  }

  #acceptOfNetwork(finding: Finding): Lesson {
    const learned = this.detection.accept(finding);
    if (learned) this.collect();
    return learned
      ? { learned, text: 'From now on it is normal for this detector.' }
      : {
          learned,
          text: 'This is a rule or a lasting fact: there is nothing to learn from it. Close the alert instead.',
        };
  }

  /** Findings to write; those that follow change again are told again. */
  takeUnsaved(): Finding[] {
    const out: Finding[] = [];
    for (const id of this.#unsaved) {
      const finding = this.triage.finding(id);
      if (finding !== undefined) out.push(finding);
    }
    this.#unsaved.clear();
    return out;
  }
  /** Charts of findings that ended are in the store now: memory keeps those that go on. */
  saved(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (finding.state === 'ended' && !this.#unsaved.has(finding.id)) delete (finding as { proof?: unknown }).proof;
    }
  }
  /** The commit failed: everything that was handed out is handed out again. */
  putBack(findings: readonly Finding[]): void {
    for (const { id } of findings) this.#unsaved.add(id);
    for (const cell of this.feed.cells) {
      if (cell.isAway || cell.rows.isAway) continue;
      cell.dirty = true;
      cell.rows.markAll();
    }
  }

  /** Latest frame time. */
  get nowUs(): number {
    return this.detection.nowUs;
  }
  get learningUs(): number {
    return this.detection.learningTimeUs;
  }
  get watchedUs(): number {
    return this.detection.watchedUs;
  }
  get model(): SiteModel {
    return this.#model;
  }
}
