/**
 * The fields of a message and the octets each rests on. Decoders say nothing about places; they need not: an octet belongs
 * to the fields that change when it does. Every bit of the PDU is changed in turn and the PDU decoded again, which holds
 * for every protocol alike and costs the hot path nothing.
 */
import type { FrameLayer } from '../../api/index.ts';
import type { Decoder, Message, PduContext } from '../../core/decoder.ts';
import { shownOctets } from '../shown-octets.ts';

type Field = FrameLayer['fields'][number];

const MAX_FIELD_CHARACTERS = 300;
/** Octets of a field that are shown. */
const MAX_FIELD_OCTETS = 64;
export const MAX_FIELDS = 300;
const MAX_DEPTH = 6;
/** Numbers of a list that are shown one by one, each with its octets; longer lists are one field. */
const MAX_SINGLE = 32;
/** Octets of a PDU whose fields are located; those beyond have none. */
const MAX_LOCATED = 2048;
/** Fields compared in all for one PDU: keeps a large one within some tens of milliseconds. */
const MAX_COMPARED = 1_000_000;

const text = (value: unknown): string => {
  const all =
    value instanceof Uint8Array ? shownOctets(value, MAX_FIELD_OCTETS, ' ') : value === null ? '' : String(value);
  return all.length > MAX_FIELD_CHARACTERS ? `${all.slice(0, MAX_FIELD_CHARACTERS)}...` : all;
};
const isPlain = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || value instanceof Uint8Array || ArrayBuffer.isView(value);

/** The leaves of a message by path: `items[0].address`. */
export const leavesOf = (message: Message): Map<string, string> => {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: string, depth: number): void => {
    if (value === undefined || leaves.size >= MAX_FIELDS) return;
    const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof Uint8Array));
    if (list) {
      const items = Array.from(value as ArrayLike<unknown>);
      if (items.every(isPlain) && (items.length > MAX_SINGLE || items.length === 0 || depth >= MAX_DEPTH))
        leaves.set(path, items.length === 0 ? 'none' : text(items.map(text).join(', ')));
      else for (const [index, item] of items.entries()) walk(item, `${path}[${index}]`, depth + 1);
    } else if (isPlain(value)) leaves.set(path, text(value));
    else if (depth >= MAX_DEPTH) leaves.set(path, '...');
    else
      for (const [name, member] of Object.entries(value as object))
        walk(member, path === '' ? name : `${path}.${name}`, depth + 1);
  };
  for (const [name, value] of Object.entries(message)) if (name !== 'type') walk(value, name, 1);
  return leaves;
};

/** A path without its indices, then its last parts: `.a[].b`, `a[].b`, `b`. */
const suffixesOf = (path: string): string[] => {
  const parts = path.replace(/\[\d+\]/g, '[]').split('.');
  return [`.${parts.join('.')}`, ...parts.map((_, i) => parts.slice(i).join('.'))];
};

/** What the value of a field stands for in the words of its protocol; '' where it is a plain value or not known. */
export const meaningOf = (decoder: Decoder, leaves: ReadonlyMap<string, string>, path: string): string => {
  const value = leaves.get(path) ?? '';
  // Below zero stands what is not there.
  if (decoder.codes === undefined || !/^\d+$/.test(value)) return '';
  const parent = path.slice(0, path.lastIndexOf('.') + 1);
  const sibling = (name: string): number => Number(leaves.get(parent + name) ?? Number.NaN);
  for (const suffix of suffixesOf(path)) {
    const code = decoder.codes[suffix];
    if (code !== undefined) return code(Number(value), sibling) ?? '';
  }
  return '';
};

/** The longest run of neighbours in ascending numbers. */
const longestRun = (octets: readonly number[]): readonly [number, number] => {
  let best: readonly [number, number] = [octets[0]!, octets[0]! + 1];
  let from = octets[0]!;
  for (const [i, octet] of octets.entries()) {
    if (i > 0 && octet !== octets[i - 1]! + 1) from = octet;
    if (octet + 1 - from > best[1] - best[0]) best = [from, octet + 1];
  }
  return best;
};

/**
 * The fields of a message with the octets they rest on; `offset` is what `start` of the PDU is in the frame. An octet that
 * moves much (a function code, a length) speaks for a field only where nothing moves it more precisely.
 */
export const locatedFields = (
  decoder: Decoder,
  message: Message,
  context: PduContext,
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): Field[] => {
  const leaves = leavesOf(message);
  const changed = bytes.slice(start, end);
  const decoded = (): Map<string, string> | undefined => {
    decoder.reseal?.(changed, 0, changed.length);
    const result = decoder.decode(changed, 0, changed.length, { ...context }, decoder.open());
    return (result.kind === 'message' || result.kind === 'carries') && result.message
      ? leavesOf(result.message)
      : undefined;
  };
  /** For each field: the fewest fields that moved together with it, and the octets that moved so few. */
  const owners = new Map<string, { fewest: number; octets: number[] }>();
  const again = decoded();
  // A field that rests on what came before reads differently alone: it has no place here.
  const steady = [...leaves].filter(([path, value]) => again?.get(path) === value);
  const last = steady.length > 0 ? Math.min(changed.length, MAX_LOCATED) : 0;
  let compared = 0;
  for (let i = 0; i < last && compared < MAX_COMPARED; i++) {
    const octet = changed[i]!;
    for (let bit = 1; bit < 256; bit <<= 1) {
      changed[i] = octet ^ bit;
      const other = decoded();
      if (other === undefined) continue;
      compared += steady.length;
      const moved: string[] = [];
      for (const [path, value] of steady) {
        const now = other.get(path);
        if (now !== undefined && now !== value) moved.push(path);
      }
      for (const path of moved) {
        const owner = owners.get(path);
        if (owner === undefined || moved.length < owner.fewest) owners.set(path, { fewest: moved.length, octets: [i] });
        else if (moved.length === owner.fewest && owner.octets.at(-1) !== i) owner.octets.push(i);
      }
    }
    // The checksums as well.
    changed.set(bytes.subarray(start, end));
  }
  const said = [...leaves].filter(([, value]) => value !== '');
  return said.map(([name, value]): Field => {
    const owner = owners.get(name);
    const meaning = meaningOf(decoder, leaves, name);
    if (owner === undefined) return { name, value, meaning, start: -1, end: -1 };
    const [from, to] = longestRun(owner.octets);
    return { name, value, meaning, start: offset + from, end: offset + to };
  });
};
