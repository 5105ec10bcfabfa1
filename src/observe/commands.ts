/**
 * Commands folded into rows, in columns. Routine ones (read, subscribe, discover) fold by client, target, operation and
 * outcome; all others also by object, so that each write to another address is a row of its own.
 */
import type { Evidence } from '../core/frame.ts';
import type { At, Command, Outcome, Value } from '../core/observation.ts';
import { VERBS } from '../core/observation.ts';
import type { CommandRecord } from '../core/site.ts';
import { IntTable } from '../lib/int-table.ts';
import { bounded, type Context, drop, f64, framesOf, Interner, i32, u8, VERB_INDEX } from './context.ts';
import { DirtyRows } from './dirty-rows.ts';

const OUTCOMES: readonly Outcome[] = ['accepted', 'refused', 'unanswered', 'unseen', 'unconfirmed'];
const OUTCOME_INDEX = Object.fromEntries(OUTCOMES.map((o, i) => [o, i])) as Record<Outcome, number>;
const ROUTINE: readonly boolean[] = VERBS.map((v) => v === 'read' || v === 'subscribe' || v === 'discover');
/** Object of the rows into which everything beyond the limit folds. */
const FURTHER = '(further objects)';

export class Commands {
  readonly dirty = new DirtyRows();
  private readonly context: Context;
  private readonly table = new IntTable();
  private readonly operationsOf = new Map<string, Map<string, number>>();
  private lastProtocol = '';
  private lastOperation = '';
  private lastOperationId = -1;
  private readonly operationProtocol: string[] = [];
  private readonly operationName: string[] = [];
  private readonly objects = new Interner();
  private verb = new Uint8Array(64);
  private total = new Float64Array(64);
  private firstUs = new Float64Array(64);
  private lastUs = new Float64Array(64);
  private lastFrame = new Float64Array(64);
  private lastRequest = new Float64Array(64);
  private lastSource = new Int32Array(64);
  /** Time of the latest command by target. */
  private latest = new Float64Array(64);
  /** Time between the last two occurrences of the row folded last. */
  private quietUs = 0;
  private readonly first: (readonly Evidence[])[] = [];
  private readonly values = new Map<number, Value>();
  private readonly reasons = new Map<number, string>();
  private readonly users = new Map<number, string>();
  /** Evidence of the last occurrence after a load, until it occurs again. */
  private readonly loadedLast = new Map<number, readonly Evidence[]>();

  constructor(context: Context) {
    this.context = context;
    this.objects.id('');
  }

  get count(): number {
    return this.table.count;
  }

  /** Row of the command; -1 beyond every limit. */
  fold(at: At, command: Command): number {
    const verb = VERB_INDEX[command.verb];
    const code = this.operation(at.protocol, command.operation) * 8 + OUTCOME_INDEX[command.outcome];
    const routine = ROUTINE[verb]!;
    let object = 0;
    if (!routine && command.object !== undefined) {
      object = this.objects.peek(command.object);
      if (object < 0)
        object =
          this.count < this.context.limits.commandRows
            ? this.objects.id(bounded(command.object, this.context.limits.text))
            : this.objects.id(FURTHER);
    }
    let row = this.table.find(at.client, command.target, code, object);
    if (row < 0) {
      row = this.add(at, command, verb, code, object);
      if (row < 0) return -1;
      this.heard(command.target, at.tsUs);
    } else {
      this.heard(command.target, at.tsUs);
      this.total[row]!++;
      this.quietUs = at.tsUs - this.lastUs[row]!;
      this.lastUs[row] = at.tsUs;
      this.lastFrame[row] = at.frame;
      this.lastRequest[row] = at.requestFrame;
      this.lastSource[row] = this.context.sourceIndex;
      if (this.loadedLast.size > 0) this.loadedLast.delete(row);
      this.dirty.mark(row);
      if (routine) return row;
    }
    if (command.value !== undefined) this.values.set(row, this.valueOf(command.value));
    if (command.reason !== undefined) this.reasons.set(row, bounded(command.reason, this.context.limits.text));
    if (command.user !== undefined && command.user !== '')
      this.users.set(row, bounded(command.user, this.context.limits.text));
    return row;
  }

  /** How long the command folded last had been quiet, microseconds. */
  get quietBeforeUs(): number {
    return this.quietUs;
  }

  /** Time of the latest command to the endpoint, microseconds; 0: none. */
  lastTo(target: number): number {
    return target < this.latest.length ? this.latest[target]! : 0;
  }
  private heard(target: number, tsUs: number): void {
    if (target >= this.latest.length) this.latest = f64(this.latest, target * 2);
    if (tsUs > this.latest[target]!) this.latest[target] = tsUs;
  }

  get(row: number): CommandRecord {
    const code = this.table.part(row, 2);
    const operation = code >> 3;
    return {
      id: row + 1,
      verb: VERBS[this.verb[row]!]!,
      protocol: this.operationProtocol[operation]!,
      operation: this.operationName[operation]!,
      client: this.table.part(row, 0),
      target: this.table.part(row, 1),
      object: this.objects.texts[this.table.part(row, 3)]!,
      value: this.values.get(row),
      outcome: OUTCOMES[code & 7]!,
      reason: this.reasons.get(row) ?? '',
      user: this.users.get(row) ?? '',
      count: this.total[row]!,
      firstUs: this.firstUs[row]!,
      lastUs: this.lastUs[row]!,
      evidence: this.first[row]!,
      lastEvidence: this.total[row] === 1 ? this.first[row]! : (this.loadedLast.get(row) ?? this.last(row)),
    };
  }

  load(c: CommandRecord): void {
    const code = this.operation(c.protocol, c.operation) * 8 + OUTCOME_INDEX[c.outcome];
    const object = this.objects.id(c.object);
    const row = c.id - 1 < this.count ? c.id - 1 : this.table.add(c.client, c.target, code, object);
    if (row >= this.verb.length) this.grow(row * 2);
    this.verb[row] = VERB_INDEX[c.verb];
    this.total[row] = c.count;
    this.firstUs[row] = c.firstUs;
    this.lastUs[row] = c.lastUs;
    this.heard(c.target, c.lastUs);
    this.first[row] = c.evidence;
    if (c.value !== undefined) this.values.set(row, c.value);
    if (c.reason !== '') this.reasons.set(row, c.reason);
    if (c.user !== '') this.users.set(row, c.user);
    if (c.count > 1) this.loadedLast.set(row, c.lastEvidence);
  }

  private last(row: number): readonly Evidence[] {
    const source = this.context.sources[this.lastSource[row]!]!;
    const frames = [this.lastRequest[row]!, this.lastFrame[row]!].filter((f, i, all) => f > 0 && all.indexOf(f) === i);
    return frames.map((frame) => ({ source: source.id, frame, offset: source.offsetOf(frame) }));
  }

  private operation(protocol: string, operation: string): number {
    if (operation === this.lastOperation && protocol === this.lastProtocol) return this.lastOperationId;
    let byName = this.operationsOf.get(protocol);
    if (byName === undefined) {
      byName = new Map();
      this.operationsOf.set(protocol, byName);
    }
    let id = byName.get(operation);
    if (id === undefined) {
      id = this.operationName.length;
      this.operationName.push(operation);
      this.operationProtocol.push(protocol);
      byName.set(operation, id);
    }
    this.lastOperation = operation;
    this.lastProtocol = protocol;
    this.lastOperationId = id;
    return id;
  }

  private add(at: At, command: Command, verb: number, code: number, object: number): number {
    const { limits } = this.context;
    if (this.count >= limits.commandRows) {
      drop(this.context, 'commandRows');
      if (this.count >= limits.commandRows * 1.1) return -1;
    }
    const row = this.table.add(at.client, command.target, code, object);
    if (row >= this.verb.length) this.grow(row * 2);
    this.verb[row] = verb;
    this.total[row] = 1;
    this.firstUs[row] = at.requestTsUs > 0 ? at.requestTsUs : at.tsUs;
    this.lastUs[row] = at.tsUs;
    this.lastFrame[row] = at.frame;
    this.lastRequest[row] = at.requestFrame;
    this.lastSource[row] = this.context.sourceIndex;
    this.first.push(framesOf(this.context, at));
    this.dirty.mark(row);
    return row;
  }

  private valueOf(value: Value): Value {
    return typeof value === 'string' ? bounded(value, this.context.limits.text) : value;
  }

  private grow(size: number): void {
    this.verb = u8(this.verb, size);
    this.total = f64(this.total, size);
    this.firstUs = f64(this.firstUs, size);
    this.lastUs = f64(this.lastUs, size);
    this.lastFrame = f64(this.lastFrame, size);
    this.lastRequest = f64(this.lastRequest, size);
    this.lastSource = i32(this.lastSource, size);
  }
}
