/** What the numbers in the fields of an S7 message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { AREA, elementOf } from './address.ts';
import { errorText, returnCodeText, SUCCESS } from './errors.ts';
import { functionName, GROUP, ROSCTR, serviceOf } from './names.ts';
import { szlText } from './szl.ts';
import { KIND } from './userdata.ts';

const ROSCTR_NAMES: Readonly<Record<number, string>> = {
  [ROSCTR.JOB]: 'job',
  [ROSCTR.ACK]: 'acknowledgement',
  [ROSCTR.ACK_DATA]: 'acknowledgement with data',
  [ROSCTR.USERDATA]: 'user data',
};
const KINDS: Readonly<Record<number, string>> = {
  [KIND.INDICATION]: 'indication',
  [KIND.REQUEST]: 'request',
  [KIND.RESPONSE]: 'response',
};
/** `DATA_BLOCK` is `data block`. */
const words = (name: string): string => name.toLowerCase().replaceAll('_', ' ');
const wordsOf = (table: Readonly<Record<string, number>>): ReadonlyMap<number, string> =>
  new Map(Object.entries(table).map(([name, code]) => [code, words(name)]));
const AREAS: ReadonlyMap<number, string> = new Map([...wordsOf(AREA), [AREA.DB, 'data block']]);
const GROUPS = wordsOf(GROUP);
/** How the octets of an item are counted: in bits below 9, in octets from there. */
const TRANSPORT_SIZES: Readonly<Record<number, string>> = {
  3: 'bit',
  4: 'byte, word or double word',
  5: 'integer',
  6: 'double integer',
  7: 'real',
  9: 'octet string',
};

/** Languages of blocks, as STEP 7 writes them. */
const LANGUAGES: Readonly<Record<number, string>> = {
  0: 'not defined',
  1: 'STL',
  2: 'LAD',
  3: 'FBD',
  4: 'SCL',
  5: 'DB',
  6: 'GRAPH',
  7: 'SDB',
  8: 'CPU-DB',
  17: 'SDB after overall reset',
  18: 'SDB after routing',
  41: 'encrypted',
};
const METHODS: Readonly<Record<number, string>> = { 17: 'request', 18: 'response' };

export const s7commCodes: FieldCodes = {
  rosctr: (code) => ROSCTR_NAMES[code],
  functionCode: (code) => (code >= 0 ? functionName(code) : undefined),
  error: (code) => (code > 0 ? errorText(code) : undefined),
  'items[].area': (code) => AREAS.get(code),
  'items[].elementType': (code) => elementOf(code).name,
  // 0 stands in requests, where nothing was returned yet.
  returnCode: (code) => (code === 0 ? undefined : code === SUCCESS ? 'success' : returnCodeText(code)),
  transportSize: (code) => TRANSPORT_SIZES[code],
  'detail.head.method': (code) => METHODS[code],
  'detail.body.languages[]': (code) => LANGUAGES[code],
  'detail.body.info.language': (code) => LANGUAGES[code],
  'detail.body.info.security': (code) => (code === 0 ? 'free' : code === 3 ? 'know-how protection' : undefined),
  'detail.head.kindOfUserdata': (code) => KINDS[code],
  'detail.head.group': (code) => GROUPS.get(code),
  'detail.head.subfunction': (code, sibling) => serviceOf(sibling('group'), code).name,
  'detail.body.id': (id, sibling) => szlText(id, sibling('index')),
  'szl.id': (id, sibling) => szlText(id, sibling('index')),
};
