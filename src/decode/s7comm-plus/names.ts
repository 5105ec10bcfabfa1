/**
 * Names of S7comm-plus. The protocol has no public specification: what is here are facts seen on the wire of S7-1200 and
 * S7-1500 controllers and published by those who studied it. Numbers without a name stay numbers.
 */

export const OPCODE = { REQUEST: 0x31, RESPONSE: 0x32, NOTIFICATION: 0x33, RESPONSE2: 0x02 } as const;

export const FUNCTION = {
  ERROR: 0x04b1,
  EXPLORE: 0x04bb,
  CREATE_OBJECT: 0x04ca,
  DELETE_OBJECT: 0x04d4,
  SET_VARIABLE: 0x04f2,
  GET_VARIABLE: 0x04fc,
  ADD_LINK: 0x0506,
  REMOVE_LINK: 0x051a,
  GET_LINK: 0x0524,
  SET_MULTI: 0x0542,
  GET_MULTI: 0x054c,
  BEGIN_SEQUENCE: 0x0556,
  END_SEQUENCE: 0x0560,
  INVOKE: 0x056b,
  SET_SUBSTREAMED: 0x057c,
  GET_SUBSTREAMED: 0x0586,
  GET_ADDRESS: 0x0590,
  ABORT: 0x059a,
  ERROR2: 0x05a9,
  INIT_SSL: 0x05b3,
} as const;

const FUNCTIONS: Readonly<Record<number, string>> = {
  [FUNCTION.ERROR]: 'Error',
  [FUNCTION.EXPLORE]: 'Explore',
  [FUNCTION.CREATE_OBJECT]: 'Create Object',
  [FUNCTION.DELETE_OBJECT]: 'Delete Object',
  [FUNCTION.SET_VARIABLE]: 'Set Variable',
  [FUNCTION.GET_VARIABLE]: 'Get Variable',
  [FUNCTION.ADD_LINK]: 'Add Link',
  [FUNCTION.REMOVE_LINK]: 'Remove Link',
  [FUNCTION.GET_LINK]: 'Get Link',
  [FUNCTION.SET_MULTI]: 'Set Multi Variables',
  [FUNCTION.GET_MULTI]: 'Get Multi Variables',
  [FUNCTION.BEGIN_SEQUENCE]: 'Begin Sequence',
  [FUNCTION.END_SEQUENCE]: 'End Sequence',
  [FUNCTION.INVOKE]: 'Invoke',
  [FUNCTION.SET_SUBSTREAMED]: 'Set Variable Substreamed',
  [FUNCTION.GET_SUBSTREAMED]: 'Get Variable Substreamed',
  [FUNCTION.GET_ADDRESS]: 'Get Variables Address',
  [FUNCTION.ABORT]: 'Abort',
  [FUNCTION.ERROR2]: 'Error',
  [FUNCTION.INIT_SSL]: 'Init SSL',
};
export const functionName = (code: number): string => FUNCTIONS[code] ?? 'unknown function';
export const isFunction = (code: number): boolean => FUNCTIONS[code] !== undefined;

/** Constant strings of message types, by opcode and function. */
const TYPES = new Map<number, string>();
for (const [code, name] of Object.entries(FUNCTIONS)) {
  TYPES.set(OPCODE.REQUEST * 65536 + Number(code), `${name} request`);
  TYPES.set(OPCODE.RESPONSE * 65536 + Number(code), `${name} response`);
  TYPES.set(OPCODE.RESPONSE2 * 65536 + Number(code), `${name} response`);
}
export const typeOf = (opcode: number, code: number): string =>
  TYPES.get(opcode * 65536 + code) ?? (opcode === OPCODE.REQUEST ? 'request' : 'response');

/** Transport flag of requests that want no answer. */
export const NO_ANSWER = 0x40;

/** Attributes of the session object, of its version, and of the executing unit. */
export const ID = {
  TYPE_NAME: 233,
  SESSION_CLASS: 287,
  CLIENT_PATH: 289,
  CLIENT_CONNECTION: 296,
  CLIENT_APPLICATION: 297,
  CLIENT_HOST: 298,
  CLIENT_RID: 300,
  CLIENT_COMMENT: 301,
  CHALLENGE: 303,
  RESPONSE: 304,
  SESSION_VERSION: 306,
  VERSION_SYSTEM: 319,
  VERSION_PROJECT: 320,
  OBJECT_QUALIFIER: 1256,
  SUBSCRIPTION_CREDIT: 1053,
  SESSION_KEY: 1830,
  PROTECTION_LEVEL: 1842,
  LEGITIMATE: 1846,
  OPERATING_STATE_REQUEST: 2167,
  DB_VALUES: 2550,
} as const;
const ATTRIBUTES: Readonly<Record<number, string>> = {
  [ID.TYPE_NAME]: 'ObjectVariableTypeName',
  [ID.CLIENT_PATH]: 'client path',
  [ID.CLIENT_CONNECTION]: 'client connection',
  [ID.CLIENT_APPLICATION]: 'client application',
  [ID.CLIENT_HOST]: 'client host',
  [ID.CLIENT_RID]: 'ServerSessionClientRID',
  [ID.CLIENT_COMMENT]: 'client comment',
  [ID.CHALLENGE]: 'ServerSessionChallenge',
  [ID.RESPONSE]: 'ServerSessionResponse',
  [ID.SESSION_VERSION]: 'ServerSessionVersion',
  [ID.VERSION_SYSTEM]: 'SystemPAOMString',
  [ID.VERSION_PROJECT]: 'ProjectPAOMString',
  [ID.SUBSCRIPTION_CREDIT]: 'subscription credit',
  [ID.SESSION_KEY]: 'SessionKey',
  [ID.PROTECTION_LEVEL]: 'EffectiveProtectionLevel',
  [ID.LEGITIMATE]: 'Legitimate',
  [ID.OPERATING_STATE_REQUEST]: 'CPU operating state request',
};
export const attributeName = (id: number): string => ATTRIBUTES[id] ?? `attribute ${id}`;
/** Attributes that hold keys, challenges and passwords: never kept. */
export const isSecret = (id: number): boolean =>
  id === ID.CHALLENGE || id === ID.RESPONSE || id === ID.SESSION_KEY || id === ID.LEGITIMATE;

/** Classes of blocks: what a download creates. */
const BLOCK_CLASSES: Readonly<Record<number, string>> = { 2574: 'DB', 2578: 'FB', 2579: 'FC', 2580: 'OB', 2582: 'UDT' };
export const blockClass = (id: number): string | undefined => BLOCK_CLASSES[id];

/** Objects with a fixed number. */
export const CPU_EXEC_UNIT = 52;
/** Relation ids of blocks: type in the upper half, number in the lower. */
const AREAS: Readonly<Record<number, string>> = { 80: 'I', 81: 'Q', 82: 'M', 83: 'C', 84: 'T' };
const BLOCK_AREAS: Readonly<Record<number, string>> = { 35342: 'DB', 35378: 'OB', 35384: 'FB', 35346: 'FC' };
/** `DB2`, `M`, `object 0x000000c9`. */
export const areaName = (area: number): string => {
  const block = BLOCK_AREAS[area >>> 16];
  if (block !== undefined) return `${block}${area & 0xffff}`;
  return AREAS[area] ?? `object ${area}`;
};
