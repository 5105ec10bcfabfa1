/**
 * How MMS names variables and describes their types. Source: ISO 9506-2 section 7.5 (ObjectName), 14 (variable access).
 */
import { ascii, hex } from '../../lib/bytes.ts';
import { ber, berTag, integerOf, readBer } from '../shared/asn1.ts';
import { DATA_TYPES, readData } from '../shared/mms-data.ts';
import type { AccessResult, ObjectName, TypeSpecification } from './message.ts';

/** Identifiers have at most 32 characters in ISO 9506, 129 in IEC 61850; longer ones are cut. */
const MAX_IDENTIFIER = 256;
/** Names, results, list entries of one PDU; those behind are left out. */
export const MAX_ENTRIES = 2048;
/** Types in types; a deeper one is given without its members. */
const MAX_TYPE_DEPTH = 12;

export const NO_NAMES: readonly ObjectName[] = [];
const NO_TYPES: readonly TypeSpecification[] = [];

export const identifierOf = (b: Uint8Array, start: number, end: number): string =>
  ascii(b, start, Math.min(end, start + MAX_IDENTIFIER));

/** The ObjectName at `o`; undefined when there is none. `ber.next` is behind it. */
export const readObjectName = (b: Uint8Array, o: number, end: number, suffix = ''): ObjectName | undefined => {
  if (!readBer(b, o, end)) return undefined;
  const { tag, start, end: stop, next } = ber;
  if (tag === 0x80 || tag === 0x82)
    return { scope: tag === 0x80 ? 'vmd' : 'aa', domainId: '', itemId: identifierOf(b, start, stop), suffix };
  if (tag !== 0xa1 || !readBer(b, start, stop)) return undefined;
  const domainId = identifierOf(b, ber.start, ber.end);
  if (!readBer(b, ber.next, stop)) return undefined;
  const itemId = identifierOf(b, ber.start, ber.end);
  ber.next = next;
  return { scope: 'domain', domainId, itemId, suffix };
};

/** Elements inside each other in which names are looked for. */
const MAX_NAME_DEPTH = 8;

/**
 * Every domain-specific ObjectName within `start`..`end`, in order: for services whose layout says nothing more to us. Its
 * shape, [1] around two visible strings, is that of nothing else in MMS.
 */
export const collectNames = (b: Uint8Array, start: number, end: number, out: ObjectName[], depth = 0): void => {
  for (let at = start; at < end && out.length < MAX_ENTRIES; ) {
    if (!readBer(b, at, end)) return;
    const { tag, start: from, end: to, next } = ber;
    const first = tag > 0xff ? tag >> 16 : tag;
    if (tag === 0xa1 && from < to && b[from] === 0x1a) {
      const name = readObjectName(b, at, end);
      if (name !== undefined) out.push(name);
    } else if ((first & 0x20) !== 0 && depth < MAX_NAME_DEPTH) collectNames(b, from, to, out, depth + 1);
    at = next;
  }
};

/** Address: numeric [0], symbolic [1], unconstrained [2] (section 14.3.2). */
export const addressOf = (b: Uint8Array, start: number, end: number): ObjectName | undefined => {
  if (!readBer(b, start, end)) return undefined;
  const { tag, start: from, end: to } = ber;
  const itemId =
    tag === 0x80
      ? `address ${integerOf(b, from, to)}`
      : tag === 0x81
        ? identifierOf(b, from, to)
        : hex(b, from, Math.min(to, from + 64));
  return { scope: 'address', domainId: '', itemId, suffix: '' };
};

/**
 * AlternateAccess (section 14.3.4) as text: components by name, indexes, ranges. Only the path is wanted: selections that
 * branch give that of their first branch.
 */
const alternateOf = (b: Uint8Array, start: number, end: number, depth: number): string => {
  if (depth > 6 || !readBer(b, start, end)) return '';
  const { tag, start: from, end: to, next } = ber;
  switch (tag) {
    case 0x30: // a selection, or the sequence around a named one
    case 0xa5: // named
    case 0xa0: // selectAlternateAccess: what to select, then how to go on
      return alternateOf(b, from, to, depth + 1) + (tag === 0xa0 && ber.next <= to ? rest(b, from, to, depth) : '');
    case 0x81:
      return `.${identifierOf(b, from, to)}`;
    case 0x82:
      return `[${integerOf(b, from, to)}]`;
    case 0xa3:
    case 0xa2: {
      if (!readBer(b, from, to)) return '';
      const low = integerOf(b, ber.start, ber.end);
      if (!readBer(b, ber.next, to)) return `[${low}]`;
      return `[${low}..${low + integerOf(b, ber.start, ber.end) - 1}]`;
    }
    case 0x84:
      return '[all]';
    case 0x80:
      return `.${identifierOf(b, from, to)}`;
    default:
      return next < end ? alternateOf(b, next, end, depth + 1) : '';
  }
};
/** Behind the selector of `selectAlternateAccess` stands the access within it. */
const rest = (b: Uint8Array, from: number, to: number, depth: number): string => {
  if (!readBer(b, from, to) || ber.next >= to) return '';
  return alternateOf(b, ber.next, to, depth + 1);
};

/** A VariableSpecification with its alternate access: contents `start`..`end` of the SEQUENCE around them. */
const variableOf = (b: Uint8Array, start: number, end: number): ObjectName | undefined => {
  if (!readBer(b, start, end)) return undefined;
  const { tag, start: from, end: to, next } = ber;
  let suffix = '';
  if (next < end && readBer(b, next, end) && ber.tag === 0xa5) suffix = alternateOf(b, ber.start, ber.end, 0);
  if (tag === 0xa0) return readObjectName(b, from, to, suffix);
  if (tag === 0xa1) return addressOf(b, from, to);
  if (tag === 0xa2 && readBer(b, from, to)) return addressOf(b, ber.start, ber.end);
  return { scope: 'address', domainId: '', itemId: tag === 0x84 ? 'invalidated' : 'scattered access', suffix: '' };
};

/** listOfVariable: SEQUENCE OF SEQUENCE; undefined when malformed. */
export const readVariables = (b: Uint8Array, start: number, end: number): ObjectName[] | undefined => {
  const out: ObjectName[] = [];
  for (let at = start; at < end && out.length < MAX_ENTRIES; ) {
    if (!readBer(b, at, end) || ber.tag !== 0x30) return undefined;
    const next = ber.next;
    const one = variableOf(b, ber.start, ber.end);
    if (one === undefined) return undefined;
    out.push(one);
    at = next;
  }
  return out;
};

/** listOfAccessResult; undefined when malformed. */
export const readResults = (b: Uint8Array, start: number, end: number): AccessResult[] | undefined => {
  const out: AccessResult[] = [];
  for (let at = start; at < end && out.length < MAX_ENTRIES; ) {
    if (!readBer(b, at, end)) return undefined;
    if (ber.tag === 0x80) {
      out.push({ failure: integerOf(b, ber.start, ber.end), data: undefined });
      at = ber.next;
      continue;
    }
    const data = readData(b, at, end);
    if (data === undefined) return undefined;
    out.push({ failure: -1, data });
    at = ber.next;
  }
  return out;
};

/** Results of write: failure [0], success [1]. */
export const readWriteResults = (b: Uint8Array, start: number, end: number): AccessResult[] | undefined => {
  const out: AccessResult[] = [];
  for (let at = start; at < end && out.length < MAX_ENTRIES; at = ber.next) {
    if (!readBer(b, at, end) || (ber.tag !== 0x80 && ber.tag !== 0x81)) return undefined;
    out.push({ failure: ber.tag === 0x80 ? integerOf(b, ber.start, ber.end) : -1, data: undefined });
  }
  return out;
};

/** TypeSpecification at `o` (section 14.5); undefined when malformed. */
export const readType = (
  b: Uint8Array,
  o: number,
  end: number,
  name = '',
  depth = 0,
): TypeSpecification | undefined => {
  if (!readBer(b, o, end)) return undefined;
  const { tag, start, end: stop } = ber;
  const number = tag & 0x1f;
  const type = tag > 0xff ? '' : (DATA_TYPES[number] ?? '');
  if (number === 0) {
    const named = readObjectName(b, start, stop);
    return named && { type: named.itemId, name, size: 0, items: NO_TYPES };
  }
  if (type === '') return undefined;
  if (depth >= MAX_TYPE_DEPTH) return { type, name, size: 0, items: NO_TYPES };
  if (type === 'array') return arrayType(b, start, stop, name, depth);
  if (type === 'structure') return structureType(b, start, stop, name, depth);
  if (type === 'floating-point') {
    const size = readBer(b, start, stop) ? integerOf(b, ber.start, ber.end) : 0;
    return { type, name, size, items: NO_TYPES };
  }
  const size = stop > start ? integerOf(b, start, stop) : 0;
  return { type, name, size: Number.isNaN(size) ? 0 : Math.abs(size), items: NO_TYPES };
};

const arrayType = (b: Uint8Array, start: number, end: number, name: string, depth: number) => {
  let size = 0;
  let element: TypeSpecification | undefined;
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return undefined;
    const next = ber.next;
    if (ber.tag === 0x81) size = integerOf(b, ber.start, ber.end);
    else if (ber.tag === 0xa2) element = readType(b, ber.start, ber.end, '', depth + 1);
    at = next;
  }
  return element && { type: 'array', name, size, items: [element] };
};

const structureType = (b: Uint8Array, start: number, end: number, name: string, depth: number) => {
  const items: TypeSpecification[] = [];
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return undefined;
    const next = ber.next;
    if (ber.tag === 0xa1) {
      const stop = ber.end;
      for (let p = ber.start; p < stop && items.length < MAX_ENTRIES; ) {
        if (!readBer(b, p, stop) || berTag() !== 0x30) return undefined;
        const behind = ber.next;
        const component = componentType(b, ber.start, ber.end, depth);
        if (component === undefined) return undefined;
        items.push(component);
        p = behind;
      }
    }
    at = next;
  }
  return { type: 'structure', name, size: items.length, items };
};

/** componentName [0] optional, componentType [1]. */
const componentType = (b: Uint8Array, start: number, end: number, depth: number) => {
  let name = '';
  if (!readBer(b, start, end)) return undefined;
  if (ber.tag === 0x80) {
    name = identifierOf(b, ber.start, ber.end);
    if (!readBer(b, ber.next, end)) return undefined;
  }
  return ber.tag === 0xa1 ? readType(b, ber.start, ber.end, name, depth + 1) : undefined;
};

/** Variable lists that are asked for again and again are read once: the same array comes back for the same octets. */
const MAX_LISTS = 256;
/** Longer ones are read anew each time. */
const MAX_LIST_OCTETS = 4096;

interface KnownList {
  readonly octets: Uint8Array;
  readonly names: readonly ObjectName[];
}
export class ListCache {
  readonly #byHash = new Map<number, KnownList>();

  /** listOfVariable in `start`..`end`; undefined when malformed. */
  variables(b: Uint8Array, start: number, end: number): readonly ObjectName[] | undefined {
    let hash = 0x811c9dc5 ^ (end - start);
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ b[i]!, 0x01000193);
    const known = this.#byHash.get(hash);
    if (known !== undefined && equal(known.octets, b, start, end)) return known.names;
    const names = readVariables(b, start, end);
    if (names === undefined || end - start > MAX_LIST_OCTETS) return names;
    if (this.#byHash.size >= MAX_LISTS) this.#byHash.clear();
    this.#byHash.set(hash, { octets: b.slice(start, end), names });
    return names;
  }
}
const equal = (a: Uint8Array, b: Uint8Array, start: number, end: number): boolean => {
  if (a.length !== end - start) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[start + i]) return false;
  return true;
};

const texts = new WeakMap<ObjectName, string>();
/** `KIRKLAND/Bilateral_Table_ID`, `RPT`, `@list`: as people write it. */
export const nameText = (n: ObjectName): string => {
  const known = texts.get(n);
  if (known !== undefined) return known;
  const scope = n.scope === 'domain' ? `${n.domainId}/` : n.scope === 'aa' ? '@' : '';
  const text = scope + n.itemId + n.suffix;
  texts.set(n, text);
  return text;
};
