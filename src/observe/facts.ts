/**
 * What is said about endpoints: facts with evidence, contradictions beside each other, modules in racks, and the record
 * of what changed. Facts are kept by endpoint; which asset they speak about is decided when the site is read.
 */
import type { Evidence } from '../core/frame.ts';
import type { At, RackModule } from '../core/observation.ts';
import type { Fact, FactAttribute, Module } from '../core/site.ts';
import type { ChangeRow, FactRow, ModuleRow } from '../core/site-model.ts';
import { bounded, type Context, drop, evidenceOf, framesOf } from './context.ts';
import { DirtyRows } from './dirty-rows.ts';

interface FactEntry {
  id: number;
  endpoint: number;
  attribute: FactAttribute;
  value: string;
  confidence: number;
  via: string;
  protocol: string;
  origin: Fact['origin'];
  firstUs: number;
  lastUs: number;
  count: number;
  evidence: Evidence[];
  /** Ordinal of the last sighting in the site: the current one of several values has the highest. */
  order: number;
  removed: boolean;
}

/** Attributes whose change is worth a line in the timeline, when the same service says something else than before. */
const WATCHED: ReadonlySet<FactAttribute> = new Set<FactAttribute>([
  'firmware',
  'serial',
  'mode',
  'hardware',
  'memory-card',
  'order-number',
  'model',
  'station-name',
  'protection',
]);

/** What tells which endpoints are one device (`binding.ts`); rack modules do, too. */
const BINDING: ReadonlySet<FactAttribute> = new Set<FactAttribute>([
  'ip',
  'gateway',
  'role',
  'device-type',
  'vendor',
  'serial',
]);

const NONE: readonly FactEntry[] = [];

export interface NewFact {
  readonly endpoint: number;
  readonly attribute: FactAttribute;
  readonly value: string;
  readonly confidence: number;
  readonly via: string;
  readonly origin: Fact['origin'];
}

export class Facts {
  readonly dirty = new DirtyRows();
  readonly dirtyModules = new DirtyRows();
  readonly dirtyChanges = new DirtyRows();
  /** Endpoints (of handles: founders) that something is newly known of: what binding asks for, and all else. */
  readonly binding = new DirtyRows();
  readonly telling = new DirtyRows();
  readonly changes: ChangeRow[] = [];
  private readonly context: Context;
  private readonly entries: FactEntry[] = [];
  private readonly byEndpoint = new Map<number, FactEntry[]>();
  private readonly modules: ModuleRow[] = [];
  private readonly modulesOf = new Map<number, number[]>();
  private readonly revisions = new Map<number, number>();
  private order = 0;

  constructor(context: Context) {
    this.context = context;
  }

  of(endpoint: number): readonly FactEntry[] {
    return this.byEndpoint.get(endpoint) ?? NONE;
  }

  /** Grows with everything that is newly known of the endpoint; repetitions do not count. */
  revision(endpoint: number): number {
    return this.revisions.get(endpoint) ?? 0;
  }
  private revise(endpoint: number, attribute?: FactAttribute): void {
    this.revisions.set(endpoint, this.revision(endpoint) + 1);
    (attribute === undefined || BINDING.has(attribute) ? this.binding : this.telling).mark(Math.abs(endpoint));
    this.context.version++;
  }

  /** Adds or refreshes a fact. `at` is absent for what people say. */
  add(at: At | undefined, fact: NewFact): void {
    const value = bounded(fact.value, this.context.limits.text).trim();
    if (value === '' || fact.endpoint === 0) return;
    const list = this.byEndpoint.get(fact.endpoint);
    const protocol = at?.protocol ?? '';
    let sameAttribute = 0;
    let current: FactEntry | undefined;
    let found: FactEntry | undefined;
    if (list !== undefined)
      for (const e of list) {
        if (e.attribute !== fact.attribute || e.removed) continue;
        sameAttribute++;
        if (e.via !== fact.via || e.protocol !== protocol || e.origin !== fact.origin) continue;
        if (e.value === value) found = e;
        if (current === undefined || e.order > current.order) current = e;
      }
    if (found !== undefined) {
      found.count++;
      found.order = ++this.order;
      if (at !== undefined) {
        if (found.evidence.length < this.context.limits.evidencePerFact && found !== current)
          found.evidence.push(evidenceOf(this.context, at.frame));
        found.lastUs = at.tsUs;
      }
      if (fact.confidence > found.confidence) {
        found.confidence = fact.confidence;
        this.revise(found.endpoint, found.attribute);
      }
      this.dirty.mark(found.id - 1);
      if (current !== found) {
        this.revise(found.endpoint, found.attribute);
        if (at !== undefined) this.changedTo(at, found, current!);
      }
      return;
    }
    const { limits } = this.context;
    if (sameAttribute >= limits.factsPerAttribute || (list?.length ?? 0) >= limits.factsPerEndpoint) {
      drop(this.context, sameAttribute >= limits.factsPerAttribute ? 'factsPerAttribute' : 'factsPerEndpoint');
      return;
    }
    if (this.entries.length >= limits.facts) {
      drop(this.context, 'facts');
      return;
    }
    const entry: FactEntry = {
      id: this.entries.length + 1,
      endpoint: fact.endpoint,
      attribute: fact.attribute,
      value,
      confidence: Math.min(1, Math.max(0, fact.confidence)),
      via: fact.via,
      protocol,
      origin: fact.origin,
      firstUs: at?.tsUs ?? 0,
      lastUs: at?.tsUs ?? 0,
      count: 1,
      evidence: at === undefined ? [] : framesOf(this.context, at),
      order: ++this.order,
      removed: false,
    };
    this.push(entry);
    this.dirty.mark(entry.id - 1);
    this.revise(entry.endpoint, entry.attribute);
    if (current !== undefined && at !== undefined) this.changedTo(at, entry, current);
  }

  /** A fact without a frame: what people or their lists say. The same again after it was removed counts anew. */
  addByHand(fact: NewFact): void {
    for (const e of this.byEndpoint.get(fact.endpoint) ?? [])
      if (e.attribute === fact.attribute && e.value === fact.value && e.via === fact.via && e.origin === fact.origin) {
        if (!e.removed) return;
        e.removed = false;
        e.order = ++this.order;
        this.dirty.mark(e.id - 1);
        this.revise(e.endpoint, e.attribute);
        return;
      }
    this.add(undefined, fact);
  }

  /** Takes all facts of an imported list away. */
  removeImport(via: string): void {
    for (const e of this.entries)
      if (e.origin === 'imported' && e.via === via && !e.removed) {
        e.removed = true;
        this.dirty.mark(e.id - 1);
        this.revise(e.endpoint, e.attribute);
      }
  }

  /** Takes a fact made by hand or by import away again. */
  remove(endpoint: number, attribute: FactAttribute, origin: Fact['origin']): void {
    for (const e of this.byEndpoint.get(endpoint) ?? [])
      if (e.attribute === attribute && e.origin === origin && !e.removed) {
        e.removed = true;
        this.dirty.mark(e.id - 1);
        this.revise(e.endpoint, e.attribute);
      }
  }

  change(at: At, endpoint: number, what: string, before: string, after: string): void {
    if (this.changes.length >= this.context.limits.changes) {
      drop(this.context, 'changes');
      return;
    }
    const id = this.changes.length + 1;
    const evidence = framesOf(this.context, at);
    this.changes.push({ id, tsUs: at.tsUs, endpoint, what, before, after, evidence });
    this.dirtyChanges.mark(id - 1);
  }

  module(at: At, m: RackModule): void {
    const rack = this.modulesOf.get(m.endpoint);
    const of = rack?.find((i) => this.modules[i]!.slot === m.slot);
    const old = of === undefined ? undefined : this.modules[of]!;
    const text = (given: string | undefined, known: string | undefined) =>
      given === undefined || given === '' ? (known ?? '') : bounded(given, this.context.limits.text).trim();
    // Parts of one module arrive in several answers; another serial or order number means another module.
    const replaced =
      old?.present === true &&
      m.present &&
      ((m.serial !== undefined && m.serial !== '' && old.serial !== '' && m.serial !== old.serial) ||
        (m.orderNumber !== undefined &&
          m.orderNumber !== '' &&
          old.orderNumber !== '' &&
          m.orderNumber !== old.orderNumber));
    if (old?.present === true && !m.present) return;
    const base = replaced ? undefined : old;
    const row: ModuleRow = {
      id: of === undefined ? this.modules.length + 1 : of + 1,
      endpoint: m.endpoint,
      slot: m.slot,
      vendor: text(m.vendor, base?.vendor),
      model: text(m.model, base?.model),
      orderNumber: text(m.orderNumber, base?.orderNumber),
      firmware: text(m.firmware, base?.firmware),
      serial: text(m.serial, base?.serial),
      present: m.present,
      via: base?.present === true ? base.via : m.via,
      evidence: base !== undefined && base.present === m.present ? base.evidence : framesOf(this.context, at),
    };
    if (old !== undefined && same(old, row)) return;
    if (replaced) this.change(at, m.endpoint, `module in slot ${m.slot}`, describe(old), describe(row));
    else if (old?.present === true && old.firmware !== '' && row.firmware !== old.firmware)
      this.change(at, m.endpoint, `firmware of the module in slot ${m.slot}`, old.firmware, row.firmware);
    this.putModule(row);
    this.dirtyModules.mark(row.id - 1);
    this.revise(row.endpoint);
  }

  modulesAt(endpoint: number): readonly Module[] {
    return (this.modulesOf.get(endpoint) ?? []).map((i) => {
      const { id: _id, endpoint: _endpoint, ...module } = this.modules[i]!;
      return module;
    });
  }

  fact(e: FactEntry): Fact {
    return {
      endpoint: e.endpoint,
      attribute: e.attribute,
      value: e.value,
      confidence: e.confidence,
      via: e.via,
      protocol: e.protocol,
      origin: e.origin,
      firstUs: e.firstUs,
      lastUs: e.lastUs,
      count: e.count,
      evidence: [...e.evidence],
    };
  }
  row(index: number): FactRow {
    const e = this.entries[index]!;
    return { ...e, evidence: [...e.evidence] };
  }
  moduleRow(index: number): ModuleRow {
    return this.modules[index]!;
  }

  load(row: FactRow): void {
    const entry = { ...row, evidence: [...row.evidence] };
    if (row.id <= this.entries.length) Object.assign(this.entries[row.id - 1]!, entry);
    else this.push(entry);
    if (row.order > this.order) this.order = row.order;
    this.revise(row.endpoint);
  }
  loadModule(row: ModuleRow): void {
    this.putModule(row);
    this.revise(row.endpoint);
  }
  loadChange(row: ChangeRow): void {
    this.changes[row.id - 1] = row;
  }

  private push(entry: FactEntry): void {
    this.entries.push(entry);
    const list = this.byEndpoint.get(entry.endpoint);
    if (list === undefined) this.byEndpoint.set(entry.endpoint, [entry]);
    else list.push(entry);
  }

  private putModule(row: ModuleRow): void {
    if (row.id > this.context.limits.modules) {
      drop(this.context, 'modules');
      return;
    }
    if (row.id > this.modules.length) {
      const rack = this.modulesOf.get(row.endpoint);
      if (rack === undefined) this.modulesOf.set(row.endpoint, [row.id - 1]);
      else rack.push(row.id - 1);
    }
    this.modules[row.id - 1] = row;
  }

  private changedTo(at: At, now: FactEntry, before: FactEntry): void {
    if (!WATCHED.has(now.attribute) || now.confidence < 0.8 || now.origin !== 'observed') return;
    this.change(at, now.endpoint, now.attribute, before.value, now.value);
  }
}

const same = (a: ModuleRow, b: ModuleRow): boolean =>
  a.vendor === b.vendor &&
  a.model === b.model &&
  a.orderNumber === b.orderNumber &&
  a.firmware === b.firmware &&
  a.serial === b.serial &&
  a.present === b.present;

const describe = (m: ModuleRow): string =>
  [m.vendor, m.model || m.orderNumber, m.firmware, m.serial === '' ? '' : `serial ${m.serial}`]
    .filter((x) => x !== '')
    .join(' ');

export type { FactEntry };
