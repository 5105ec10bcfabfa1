/**
 * Real-Time Data Exchange of Universal Robots (TCP 30004): the client names the variables it wants or gives, the robot
 * answers with their types, then packages of values flow. Integers and doubles are big-endian. Source: Universal Robots,
 * "Real-Time Data Exchange (RTDE) Guide" (protocol versions 1 and 2).
 */
import type { Decoded, Message } from '../../core/decoder.ts';
import type { Value } from '../../core/observation.ts';
import { ascii, f64be, i32be, u8, u16be, u32be, u64be } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';

/** Package types are letters. */
export const PACKAGE = {
  VERSION: 0x56, // V
  CONTROLLER: 0x76, // v
  TEXT: 0x4d, // M
  DATA: 0x55, // U
  OUTPUTS: 0x4f, // O
  INPUTS: 0x49, // I
  START: 0x53, // S
  PAUSE: 0x50, // P
} as const;

const NAMES: Readonly<Record<number, string>> = {
  [PACKAGE.VERSION]: 'Request Protocol Version',
  [PACKAGE.CONTROLLER]: 'Get URControl Version',
  [PACKAGE.TEXT]: 'Text Message',
  [PACKAGE.DATA]: 'Data Package',
  [PACKAGE.OUTPUTS]: 'Setup Outputs',
  [PACKAGE.INPUTS]: 'Setup Inputs',
  [PACKAGE.START]: 'Start',
  [PACKAGE.PAUSE]: 'Pause',
};
const REQUESTS: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(NAMES).map(([code, name]) => [code, `${name} request`]),
);
const HEADER = 3;
/** Longest package taken for one: a recipe of every variable there is fits. */
export const MAX_PACKAGE = 16_384;
/** Recipes kept per direction, and variables in one; what is beyond is octets without a name. */
const MAX_RECIPES = 16;
const MAX_VARIABLES = 256;

/** type name -> octets of one element and how many of them. */
const TYPES = tableOf<readonly [octets: number, count: number]>({
  BOOL: [1, 1],
  UINT8: [1, 1],
  UINT32: [4, 1],
  UINT64: [8, 1],
  INT32: [4, 1],
  DOUBLE: [8, 1],
  VECTOR3D: [8, 3],
  VECTOR6D: [8, 6],
  VECTOR6INT32: [4, 6],
  VECTOR6UINT32: [4, 6],
});

export interface Variable {
  readonly name: string;
  readonly type: string;
}
export interface Recipe {
  readonly variables: readonly Variable[];
  /** Octets of one package of it; -1 where a type is not known. */
  readonly size: number;
}
export interface RtdeState {
  /** Names asked for whose types are waited for, in order; bounded like the recipes. */
  readonly asked: { input: boolean; names: readonly string[] }[];
  readonly outputs: Map<number, Recipe>;
  readonly inputs: Map<number, Recipe>;
  version: number;
}

export interface RtdeMessage extends Message {
  readonly code: number;
  readonly toRobot: boolean;
  /** Version asked for or granted, or the controller's `5.11.1.108318`. */
  readonly version: string;
  readonly accepted: boolean;
  readonly recipe: number;
  readonly variables: readonly Variable[];
  readonly values: readonly Value[];
  readonly text: string;
  readonly frequencyHz: number;
}

const readValue = (b: Uint8Array, o: number, type: string): Value => {
  switch (type) {
    case 'BOOL':
      return b[o] !== 0;
    case 'UINT8':
      return u8(b, o);
    case 'UINT32':
    case 'VECTOR6UINT32':
      return u32be(b, o);
    case 'INT32':
    case 'VECTOR6INT32':
      return i32be(b, o);
    case 'UINT64':
      return u64be(b, o);
    default:
      return f64be(b, o);
  }
};

/** `actual_q` of a vector is `actual_q[0]` to `actual_q[5]`. */
const flat = (variables: readonly Variable[]): { variables: Variable[]; size: number } => {
  const out: Variable[] = [];
  let size = 0;
  for (const v of variables) {
    const known = TYPES[v.type];
    if (known === undefined) return { variables: out, size: -1 };
    size += known[0] * known[1];
    for (let i = 0; i < known[1]; i++) out.push(known[1] === 1 ? v : { name: `${v.name}[${i}]`, type: v.type });
  }
  return { variables: out, size };
};

const list = (b: Uint8Array, start: number, end: number): string[] =>
  ascii(b, start, end)
    .split(',', MAX_VARIABLES)
    .map((name) => name.trim());

const blank: Omit<RtdeMessage, 'type' | 'code' | 'toRobot'> = {
  version: '',
  accepted: true,
  recipe: -1,
  variables: [],
  values: [],
  text: '',
  frequencyHz: 0,
};

/** Is there a package at `o`? Needs HEADER octets. */
export const isPackage = (b: Uint8Array, o: number): boolean =>
  NAMES[b[o + 2]!] !== undefined && u16be(b, o) >= HEADER && u16be(b, o) <= MAX_PACKAGE;

/** A setup of inputs or outputs: names from the client, types from the robot. */
const setup = (
  b: Uint8Array,
  body: number,
  stop: number,
  code: number,
  toRobot: boolean,
  state: RtdeState,
): Omit<RtdeMessage, 'type' | 'code' | 'toRobot'> | undefined => {
  const input = code === PACKAGE.INPUTS;
  if (toRobot) {
    // Version 2 puts the wished frequency before the names of outputs.
    const hasRate = !input && state.version === 2;
    if (hasRate && stop - body < 8) return undefined;
    const names = list(b, hasRate ? body + 8 : body, stop);
    if (state.asked.length < MAX_RECIPES) state.asked.push({ input, names });
    return { ...blank, text: names.join(','), frequencyHz: hasRate ? f64be(b, body) : 0 };
  }
  // Outputs of version 1 have no recipe number.
  const hasNumber = input || state.version === 2;
  if (hasNumber && stop - body < 1) return undefined;
  const recipe = hasNumber ? u8(b, body) : 0;
  const types = list(b, hasNumber ? body + 1 : body, stop);
  const at = state.asked.findIndex((asked) => asked.input === input);
  const names = at < 0 ? [] : state.asked.splice(at, 1)[0]!.names;
  const paired = types.map((type, i) => ({ name: names[i] ?? `variable ${i}`, type }));
  const recipes = input ? state.inputs : state.outputs;
  const known = flat(paired);
  if (recipes.size < MAX_RECIPES || recipes.has(recipe)) recipes.set(recipe, known);
  return { ...blank, recipe, variables: paired, accepted: known.size >= 0 };
};

const data = (
  b: Uint8Array,
  body: number,
  stop: number,
  toRobot: boolean,
  state: RtdeState,
): Omit<RtdeMessage, 'type' | 'code' | 'toRobot'> | undefined => {
  const hasNumber = toRobot || state.version === 2;
  if (hasNumber && stop - body < 1) return undefined;
  const number = hasNumber ? u8(b, body) : 0;
  const recipe = (toRobot ? state.inputs : state.outputs).get(number);
  let o = hasNumber ? body + 1 : body;
  if (recipe === undefined || recipe.size < 0) return { ...blank, recipe: number };
  if (stop - o !== recipe.size) return undefined;
  const values: Value[] = [];
  for (const v of recipe.variables) {
    values.push(readValue(b, o, v.type));
    o += TYPES[v.type]![0];
  }
  return { ...blank, recipe: number, variables: recipe.variables, values };
};

/** One package at `start`. */
export const decodeRtde = (
  b: Uint8Array,
  start: number,
  end: number,
  toRobot: boolean,
  state: RtdeState,
): Decoded<RtdeMessage> => {
  const here = end - start;
  if (here < HEADER) return { kind: 'incomplete', missing: HEADER - here };
  if (!isPackage(b, start)) return { kind: 'foreign' };
  const size = u16be(b, start);
  if (here < size) return { kind: 'incomplete', missing: size - here };
  const code = b[start + 2]!;
  const body = start + HEADER;
  const stop = start + size;
  let said: Omit<RtdeMessage, 'type' | 'code' | 'toRobot'> | undefined;
  switch (code) {
    case PACKAGE.VERSION:
      if (toRobot && stop - body === 2) {
        state.version = u16be(b, body);
        said = { ...blank, version: String(state.version) };
      } else if (!toRobot && stop - body === 1) {
        said = { ...blank, accepted: b[body] === 1 };
        if (b[body] !== 1) state.version = 1;
      }
      break;
    case PACKAGE.CONTROLLER:
      if (toRobot) said = blank;
      else if (stop - body >= 16) said = { ...blank, version: [0, 4, 8, 12].map((o) => u32be(b, body + o)).join('.') };
      break;
    case PACKAGE.TEXT:
      said = { ...blank, text: ascii(b, body, Math.min(stop, body + 256)).replace(/[^ -~]/g, '.') };
      break;
    case PACKAGE.OUTPUTS:
    case PACKAGE.INPUTS:
      said = setup(b, body, stop, code, toRobot, state);
      break;
    case PACKAGE.DATA:
      said = data(b, body, stop, toRobot, state);
      break;
    default:
      said = { ...blank, accepted: toRobot || b[body] === 1 };
  }
  if (said === undefined)
    return { kind: 'malformed', code: 'rtde.length', detail: `${NAMES[code]} of ${size} octets`, consumed: size };
  return {
    kind: 'message',
    consumed: size,
    message: {
      type: (toRobot && code !== PACKAGE.DATA && code !== PACKAGE.TEXT ? REQUESTS[code] : NAMES[code])!,
      code,
      toRobot,
      ...said,
    },
  };
};
