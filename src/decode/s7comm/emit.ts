/** Values of data items as observations, with paths that are built once. See `values.ts` for the types. */
import type { Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { elementOf, elementPath, type S7Item } from './address.ts';
import type { S7Message } from './message.ts';
import type { S7State } from './state.ts';
import { elementCount, elementValue, itemValue } from './values.ts';

/** Element paths kept per flow; beyond this they are built anew each time. */
const MAX_PATHS = 2048;

/** The values of one item: each element of an array of numbers is a variable of its own. */
export const emit = (
  t: Transaction<S7Message>,
  item: S7Item,
  payload: Uint8Array,
  start: number,
  length: number,
  transportSize: number,
  access: 'read' | 'write',
  sink: ObservationSink,
  state: S7State,
): void => {
  const target = t.at.server;
  const elements = elementCount(item, length);
  if (elements === 1) {
    const value = itemValue(item, payload, start, length, transportSize);
    sink.value(t.at, { target, path: item.path, type: item.type, value, access });
    return;
  }
  const size = elementOf(item.elementType).octets;
  const paths = elementPaths(item, elements, state);
  for (let i = 0; i < elements; i++) {
    const value = elementValue(item.elementType, payload, start + i * size, size);
    sink.value(t.at, { target, path: paths[i]!, type: item.type, value, access });
  }
};

const elementPaths = (item: S7Item, elements: number, state: S7State): readonly string[] => {
  const known = state.paths.get(item);
  if (known !== undefined && known.length >= elements) return known;
  const paths = Array.from({ length: elements }, (_, i) => elementPath(item, i));
  if (state.pathCount + elements <= MAX_PATHS) {
    state.paths.set(item, paths);
    state.pathCount += elements;
  }
  return paths;
};
