/** Values of variables as observations: one for each simple member, with paths that are built once for a variable. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { type MmsData, validityOf } from '../shared/mms-data.ts';
import { nameText } from './access.ts';
import { plateOf } from './meaning.ts';
import type { ObjectName, TypeSpecification } from './message.ts';
import type { MmsState } from './state.ts';

/** Simple values of one variable that are said; those behind are left out. */
const MAX_LEAVES = 512;

interface Paths {
  readonly stamp: number;
  readonly texts: readonly string[];
}
const known = new WeakMap<ObjectName, Paths>();

const countLeaves = (data: MmsData): number => {
  if (data.items === undefined) return 1;
  let n = 0;
  for (const item of data.items) n += countLeaves(item);
  return n;
};

/** `LD/LLN0$ST$Beh$stVal` where the type is known, `LD/LLN0$ST$Beh.0` where it is not. */
const build = (prefix: string, data: MmsData, type: TypeSpecification | undefined, out: string[]): void => {
  if (out.length >= MAX_LEAVES) return;
  if (data.items === undefined) {
    out.push(prefix);
    return;
  }
  const isArray = data.type === 'array';
  for (let i = 0; i < data.items.length; i++) {
    const member = isArray ? type?.items[0] : type?.items[i];
    const name = isArray || member === undefined || member.name === '' ? '' : member.name;
    build(name === '' ? `${prefix}.${i}` : `${prefix}$${name}`, data.items[i]!, member, out);
  }
};

const pathsOf = (name: ObjectName, data: MmsData, state: MmsState): readonly string[] => {
  const before = known.get(name);
  const leaves = Math.min(countLeaves(data), MAX_LEAVES);
  if (before !== undefined && before.texts.length === leaves && before.stamp === state.typesStamp) return before.texts;
  const texts: string[] = [];
  build(nameText(name), data, state.typeOf(name), texts);
  known.set(name, { stamp: state.typesStamp, texts });
  return texts;
};

type Quality = 'good' | 'uncertain' | 'bad' | undefined;
const qualityIn = (data: MmsData): Quality => {
  // IEC 61850-7-3: Quality is the one bit string of 13 bits beside a value.
  const q = data.items?.find((item) => item.type === 'bit-string' && String(item.value).length === 13);
  return q === undefined ? undefined : validityOf(String(q.value));
};

let next = 0;

const walk = (
  at: At,
  target: EndpointId,
  paths: readonly string[],
  data: MmsData,
  quality: Quality,
  access: 'read' | 'write',
  sink: ObservationSink,
): void => {
  if (data.items !== undefined) {
    const own = qualityIn(data) ?? quality;
    for (const item of data.items) walk(at, target, paths, item, own, access, sink);
    return;
  }
  const path = paths[next++];
  if (path === undefined) return;
  const { type, value } = data;
  if (quality === undefined) sink.value(at, { target, path, type, value, access });
  else sink.value(at, { target, path, type, value, quality, access });
  const plate = access === 'read' ? plateOf(path) : undefined;
  if (plate !== undefined && value !== '')
    sink.identity(at, {
      endpoint: target,
      attribute: plate[1],
      value: String(value).trim(),
      confidence: plate[2],
      via: 'IEC 61850 name plate',
    });
};

/** All simple values of one variable. */
export const sayValues = (
  at: At,
  target: EndpointId,
  name: ObjectName,
  data: MmsData,
  access: 'read' | 'write',
  sink: ObservationSink,
  state: MmsState,
): void => {
  next = 0;
  walk(at, target, pathsOf(name, data, state), data, undefined, access, sink);
};
