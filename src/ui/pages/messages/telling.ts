/**
 * Which fields of a message a row shows, and in which order: what was asked and answered first, the bookkeeping of the protocol
 * (sequence numbers, handles, sizes) not at all. The frame has every field; a row has two lines.
 */
import type { MessageRow } from '../../../api/traffic.ts';

type Field = MessageRow['fields'][number];

/** The last part of a path that counts, identifies or sizes, and says nothing about what is meant. */
const BOOKKEEPING =
  /(^|\.|[a-z])(kind|length|size|padding|reserved\d*|crc|checksum|(sequence|transaction|invoke|session|message|connection|pdu|unit)?(id|number|reference|handle)|sequence|session|context(high|low)?|options|key|exchange|hopcount|transport|[sd]adr|[sd]net|rosctr)$/i;
/** Ends like one of those and is what an engineer asks for. */
const MEANT =
  /(object|property|item|node|tag|block|area|service|command|attribute|class|instance|point|szl|unit)\w*(id|number)$/i;

/** Parts of a path that say how the message is packed, in any protocol: types of ids, pieces of a path that stands in words beside. */
const PACKING =
  /(^|\.)(segments\[\d+\]\.\w+|(typeId|authenticationToken|sessionId|nodeId|id)\.(encoding|namespace)|(additionalHeader|userIdentityToken)\.encoding|serviceDiagnostics\.mask|(header|requestHeader|responseHeader)\.(messageType|chunk|timestamp|returnDiagnostics|timeoutHint)|chunks?|octets|trailing|itemTypes\[\d+\]|rosctr|spdu|transportSize|data(\[\d+\])?\.start)$/;

/** Rows from which on a value that is the same in all of them is taken for a constant of the conversation. */
const ENOUGH_ROWS = 4;

/** So many fields that differ from row to row say enough. */
const ENOUGH_FIELDS = 2;

/** What a message is sent for: told also where it never changes. */
const CARRIED = /(^|\.)(values?|data|result|payload)(\[\d+\])?$/i;

/** `szl.id` is one word, as `szlId` is. */
const wordOf = (name: string, parts: number): string =>
  name
    .replace(/\[\d+\]/g, '')
    .split('.')
    .slice(-parts)
    .join('');

/** Says that all is as it should be, or what the direction says: said only where it is otherwise. */
const AS_USUAL: readonly (readonly [RegExp, RegExp])[] = [
  [/(^|\.)(cut|isShort|dropped|omitted|unread|moreFollows|isSimulated|simulation)$/, /^(false|0)$/],
  [/(^|\.)error$/, /^0$/],
  [/(^|\.)(crcRight|checkRight|isChecked)$/, /^true$/],
  [/(^|\.)(response|isResponse|verb)$/, /./],
];
const isUsual = ({ name, value }: Field): boolean =>
  AS_USUAL.some(([names, values]) => names.test(name) && values.test(value));

/** Most items of a list in a row. */
const MOST_ITEMS = 12;
/** The list that a field is an item of, `values` of `values[3]`; '' where it is none. */
const listOf = ({ name, meaning }: Field): string => (meaning === '' ? (/^(.+)\[\d+\]$/.exec(name)?.[1] ?? '') : '');
/** Items of a list of plain values stand side by side under the name of the list. */
const folded = (fields: readonly Field[]): Field[] => {
  const out: Field[] = [];
  let stem = '';
  let items = 0;
  for (const f of fields) {
    const list = listOf(f);
    const last = out.at(-1);
    if (list === '' || list !== stem || last === undefined) {
      out.push(list === '' ? f : { ...f, name: list });
      stem = list;
      items = 1;
    } else if (++items <= MOST_ITEMS) out[out.length - 1] = { ...last, value: `${last.value}, ${f.value}` };
    else if (items === MOST_ITEMS + 1) out[out.length - 1] = { ...last, value: `${last.value}, …` };
  }
  return out;
};

/** What an item of a list is called, and how it went; the rest of it is in the frame. */
const ITEM_PART = /^(.+)\[(\d+)\]\.(path|returnCode)$/;
/** Fields that a row has at most (`MAX_ROW_FIELDS` of the server): a list that reaches it goes on. */
const CUT_AT = 48;
/**
 * Several items that are each called by a path stand as their paths side by side; several that only say how they
 * went, as that, where it is the same for all. One item is told with its parts.
 */
const itemised = (fields: readonly Field[]): readonly Field[] => {
  const lists = new Map<string, Map<string, Field[]>>();
  for (const f of fields) {
    const [, stem, , part] = ITEM_PART.exec(f.name) ?? [];
    if (stem === undefined || part === undefined) continue;
    const parts = lists.get(stem) ?? new Map<string, Field[]>();
    lists.set(stem, parts.set(part, [...(parts.get(part) ?? []), f]));
  }
  const told = new Map<string, Field>();
  for (const [stem, parts] of lists) {
    const paths = parts.get('path') ?? [];
    const codes = parts.get('returnCode') ?? [];
    const goesOn = fields.length >= CUT_AT && fields.at(-1)?.name.startsWith(`${stem}[`) === true;
    if (paths.length > 1) {
      const shown = paths.slice(0, MOST_ITEMS).map((f) => f.value);
      const value = shown.join(', ') + (goesOn || paths.length > MOST_ITEMS ? ', …' : '');
      told.set(stem, { name: 'path', value, meaning: '' });
    } else if (paths.length === 0 && codes.length > 1 && codes.every((c) => c.value === codes[0]?.value))
      told.set(stem, { ...codes[0]!, name: `${stem}.returnCode` });
  }
  if (told.size === 0) return fields;
  const out: Field[] = [];
  for (const f of fields) {
    const stem = [...told.keys()].find((s) => f.name.startsWith(`${s}[`));
    if (stem === undefined) out.push(f);
    const first = stem === undefined ? undefined : told.get(stem);
    if (first !== undefined && !out.includes(first)) out.push(first);
  }
  return out;
};

/** What a path says in the field's own words: where it stands, its type and how many. */
const IN_PATH = /^(.*\.|)(area|db|address|elementType|type|count|syntax)$/;

/** Parts of a path of CIP that its object says in one: `tag LT_501`, `Message Router 1`. */
const IN_OBJECT = /^(.*\.|)path\.\w+$/;

/** Absent parts say nothing; -1 may be a value that was measured. A quantity of none has no address either. */
const isThere = ({ name, value }: Field, all: readonly Field[]): boolean =>
  value !== 'none' &&
  // Too deep to be told in a row.
  value !== '...' &&
  // No error is what usually is.
  !(value === '0' && /(exception|error)(code)?$/i.test(name)) &&
  (value !== '-1' || /value|data|result/i.test(name)) &&
  !(value === '0' && (name === 'quantity' || (name === 'address' && ofName(all, 'quantity') === '0')));
const ofName = (all: readonly Field[], name: string): string | undefined => all.find((f) => f.name === name)?.value;

const isMeant = ({ name, meaning }: Field): boolean =>
  !PACKING.test(name) && (meaning !== '' || MEANT.test(wordOf(name, 2)) || !BOOKKEEPING.test(wordOf(name, 1)));
/** Names and texts say more than numbers. */
const isText = ({ value, meaning }: Field): boolean =>
  meaning !== '' || (/[a-z]{2}/i.test(value) && value !== 'true' && value !== 'false');

/** Names of fields that have one and the same value in every row that has them: addresses, versions, handles of the session. */
export const constantsOf = (rows: readonly MessageRow[]): ReadonlySet<string> => {
  const seen = new Map<string, { value: string; rows: number; same: boolean }>();
  for (const row of rows)
    for (const { name, value } of row.fields) {
      const known = seen.get(name);
      if (known === undefined) seen.set(name, { value, rows: 1, same: true });
      else {
        known.rows++;
        known.same &&= known.value === value;
      }
    }
  return new Set(
    [...seen].filter(([name, s]) => s.same && s.rows >= ENOUGH_ROWS && !CARRIED.test(name)).map(([name]) => name),
  );
};

/** What the name of the message says already: `Read Coils request` has the function code 1, Read Coils. */
const isInType = ({ name, value, meaning }: Field, type: string): boolean => {
  // A number of a service or function without a word of its own is what the name of the message stands for.
  if (meaning === '' && /(^|\.)(service|functionCode)$/.test(name) && /^\d+$/.test(value)) return true;
  const said = meaning === '' && /[a-z]{3}/i.test(value) ? value : meaning;
  return said !== '' && type.toLowerCase().includes(said.toLowerCase());
};

/**
 * Texts and names of codes that differ first, then numbers, then what is 0 or a yes or no, then what is the same in every
 * row; else as decoded. Without what `type`, the name of the message, or a named code says.
 */
export const tellingFields = (
  { fields: decoded, type }: Pick<MessageRow, 'fields' | 'type'>,
  constants: ReadonlySet<string>,
): readonly Field[] => {
  const fields = itemised(decoded);
  const names = new Set(fields.map((f) => f.name));
  const isInPath = ({ name }: Field): boolean => {
    const [, stem] = IN_PATH.exec(name) ?? [];
    if (stem !== undefined && stem !== '' && names.has(`${stem}path`)) return true;
    const [, of] = IN_OBJECT.exec(name) ?? [];
    return of !== undefined && names.has(`${of}object`);
  };
  const rank = (f: Field): number =>
    constants.has(f.name) ? 3 : isText(f) ? 0 : /^(0|true|false)$/.test(f.value) ? 2 : 1;
  // `command Register Session (101)` says what `name Register Session` says, and where it stands.
  const meanings = new Set(fields.map((f) => f.meaning));
  const isSaid = (f: Field): boolean => isInType(f, type) || meanings.has(f.value);
  // `path.lastClass` is `path.cls` where a path has one class: a code with one meaning, and a text, is told once.
  const told = new Set<string>();
  const isFirst = (f: Field): boolean => {
    const key = `${f.value} ${f.meaning}`;
    if (isText(f) && listOf(f) === '' && told.has(key)) return false;
    told.add(key);
    return true;
  };
  const isShown = (f: Field): boolean =>
    isThere(f, fields) && isMeant(f) && !isInPath(f) && !isUsual(f) && !isSaid(f) && isFirst(f);
  // What is the same in every row is told only where there is little else to tell.
  const shown = fields.filter(isShown);
  const differs = (f: Field): boolean => !constants.has(f.name);
  // A list is told whole, or its items would be miscounted.
  const lists = new Set(shown.filter(differs).map(listOf));
  const differing = shown.filter((f) => differs(f) || (listOf(f) !== '' && lists.has(listOf(f))));
  const ranked = folded(differing.length >= ENOUGH_FIELDS ? differing : shown)
    .map((f) => ({ f, rank: rank(f) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ f }) => f);
  return besideEachOther(ranked);
};

/** So many parts of one thing are pulled together: more are no name of it. */
const MOST_PARTS = 3;
/** Class and instance of one path stand beside each other, where the first of them stands. */
const besideEachOther = (fields: readonly Field[]): readonly Field[] => {
  const groups: Field[][] = [];
  const open = new Map<string, Field[]>();
  for (const f of fields) {
    const of = f.name.slice(0, Math.max(0, f.name.lastIndexOf('.'))) || f.name;
    const group = open.get(of);
    if (group !== undefined && group.length < MOST_PARTS) group.push(f);
    else {
      const begun = [f];
      groups.push(begun);
      open.set(of, begun);
    }
  }
  return groups.flat();
};

/** Where in the device, and how much of it. */
const PLACE = /(^|\.)(path|address|quantity)$/i;
/** What a request asks for where its answer names the points: the place and how many, also where they never change. */
export const askedFor = (row: Pick<MessageRow, 'type' | 'fields'>): readonly Field[] =>
  tellingFields(row, new Set())
    .filter(({ name }) => PLACE.test(name))
    .sort((a, b) => PLACES.indexOf(lastOf(a)) - PLACES.indexOf(lastOf(b)));
const PLACES = ['path', 'address', 'quantity'];
const lastOf = ({ name }: Field): string => name.split('.').at(-1) ?? '';
