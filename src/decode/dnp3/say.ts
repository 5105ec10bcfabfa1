/** How DNP3 commands, objects and point values are put into words of the common vocabulary. */
import type { Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Outcome, Value, Verb } from '../../core/observation.ts';
import type { Dnp3Message, Fragment, ObjectBlock } from './message.ts';
import { FORM, type Layout, layoutOf, NATURE } from './objects.ts';

/** Texts of points kept for all flows; beyond this they are built anew each time. */
const MAX_TEXTS = 65_536;
/** Points said of one object header: what the fragments of 2048 octets that the standard asks for can hold. */
const MAX_POINTS = 16_384;
/** Names of object headers written out in one text; the rest is counted. */
export const MAX_NAMED = 8;

export interface OpenFile {
  readonly name: string;
  readonly mode: number;
}
/** What a statement about one transaction needs. */
export interface Told {
  readonly t: Transaction<Dnp3Message>;
  readonly at: At;
  readonly sink: ObservationSink;
  readonly target: EndpointId;
  readonly operation: string;
  readonly outcome: Outcome;
  readonly reason: string | undefined;
  readonly user: string | undefined;
  readonly native: Dnp3Message;
  readonly request: Fragment | undefined;
  readonly response: Fragment | undefined;
}

/** One command of a transaction, with what is known of it. */
export const command = (
  told: Told,
  verb: Verb,
  object: string | undefined,
  value: Value | undefined,
  outcome: Outcome = told.outcome,
  reason: string | undefined = outcome === 'refused' ? told.reason : undefined,
): void => {
  const { operation, target, user, native } = told;
  if (value === undefined && reason === undefined && user === undefined && object !== undefined)
    told.sink.command(told.at, { verb, operation, target, object, outcome, native });
  else
    told.sink.command(told.at, {
      verb,
      operation,
      target,
      object,
      value,
      outcome,
      reason,
      user,
      native,
    });
};

/** `Analog Input 0..9`, `Class 1 Data`, `Counter`. */
export const blockText = (o: ObjectBlock): string => {
  const layout = layoutOf(o.group, o.variation);
  const name = layout === undefined ? `g${o.group}v${o.variation}` : layout.name.replace(' - Any Variation', '');
  if (o.indexes.length > 0) {
    const more = o.indexes.length - MAX_NAMED;
    return `${name} ${o.indexes.slice(0, MAX_NAMED).join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
  if (o.start >= 0) return o.start === o.stop ? `${name} ${o.start}` : `${name} ${o.start}..${o.stop}`;
  return o.count > 0 && o.details.length === 0 ? `${name} (at most ${o.count})` : name;
};

const texts = new Map<number, string>();
/** `analog input 3`. */
export const pointText = (layout: Layout, index: number): string => {
  const key = layout.pointId * 4294967296 + index;
  let text = texts.get(key);
  if (text === undefined) {
    text = `${layout.point} ${index}`;
    if (texts.size < MAX_TEXTS) texts.set(key, text);
  }
  return text;
};

const DOUBLE_STATES: readonly string[] = ['intermediate', 'off', 'on', 'indeterminate'];
/** ONLINE 1, RESTART 2, COMM_LOST 4, forced and doubtful above (11.6.2); bits 6-7 are the state of binary points. */
const qualityOf = (flags: number, nature: number): 'good' | 'uncertain' | 'bad' => {
  const f = nature === NATURE.BINARY ? flags & 0x7f : nature === NATURE.DOUBLE ? flags & 0x3f : flags;
  if ((f & 1) === 0 || (f & 4) !== 0) return 'bad';
  return f === 1 ? 'good' : 'uncertain';
};

export const indexOf = (o: ObjectBlock, i: number): number =>
  o.indexes.length > 0 ? o.indexes[i]! : o.start >= 0 ? o.start + i : i;

/** The values of one object header. */
export const sayPoints = (told: Told, o: ObjectBlock, access: 'read' | 'write'): void => {
  const layout = layoutOf(o.group, o.variation);
  if (layout === undefined || layout.pointId === 0) return;
  const { nature, type } = layout;
  const { values, flags } = o;
  const { sink, at, target } = told;
  const count = Math.min(values.length, MAX_POINTS);
  for (let i = 0; i < count; i++) {
    const raw = values[i]!;
    const value = nature === NATURE.BINARY ? raw !== 0 : nature === NATURE.DOUBLE ? DOUBLE_STATES[raw]! : raw;
    const path = pointText(layout, indexOf(o, i));
    if (flags.length === 0) sink.value(at, { target, path, type, value, access });
    else sink.value(at, { target, path, type, value, quality: qualityOf(flags[i]!, nature), access });
  }
  if (values.length === 0 && layout.form === FORM.STRING)
    for (let i = 0; i < o.details.length; i++) {
      const detail = o.details[i]!;
      if (detail.kind === 'octets' && detail.text !== '')
        sink.value(at, { target, path: pointText(layout, indexOf(o, i)), type: 'OSTR', value: detail.text, access });
    }
};
