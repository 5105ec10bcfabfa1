/** Values of the wire as values of points: scalars one by one, arrays by element; structures have no single value. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Value } from '../../core/observation.ts';
import { hex } from '../../lib/bytes.ts';
import { type DataValue, nodeIdText, type Scalar, TYPE, TYPE_NAME, type Variant } from './builtin.ts';
import { timeText } from './codec.ts';
import { qualityOf, statusText } from './status-codes.ts';

/** Elements of one array that become points of their own; the others stay in the message. */
export const MAX_ARRAY_POINTS = 256;
/** Characters of a text that are kept as a point's value. */
const MAX_TEXT = 4096;
/** A matrix of more dimensions goes by position. */
const MAX_DIMENSIONS = 8;
/** Octets of a byte string that are put into words. */
const MAX_HEX = 64;

/** One scalar in words or as a number; undefined for a structure and for no value. */
export const scalarValue = (type: number, value: Scalar | undefined): Value | undefined => {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number')
    return type === TYPE.DATE_TIME ? timeText(value) : type === TYPE.STATUS_CODE ? statusText(value) : value;
  if (typeof value === 'string') return value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
  if (typeof value !== 'object') return value;
  if (value instanceof Uint8Array)
    return value.length > MAX_HEX ? `${hex(value, 0, MAX_HEX)}... (${value.length} octets)` : hex(value);
  if ('id' in value) return nodeIdText(value);
  if ('text' in value) return value.text ?? '';
  if ('name' in value) return value.namespaceIndex === 0 ? (value.name ?? '') : `${value.namespaceIndex}:${value.name}`;
  return undefined;
};

/** What was written, for a command: a scalar, or a list in words when it is short. */
export const variantValue = (v: Variant | undefined): Value | undefined => {
  if (v?.values === undefined) return undefined;
  if (!v.array) return scalarValue(v.type, v.values[0]);
  const shown = v.values.slice(0, 8).map((x) => String(scalarValue(v.type, x) ?? '?'));
  return `[${shown.join(', ')}${v.values.length > 8 ? `, ... (${v.values.length})` : ''}]`;
};

/** Texts of a variant that is a string or an array of them; undefined for others. */
export const variantTexts = (v: Variant | undefined): readonly string[] | undefined => {
  if (v?.values === undefined || (v.type !== 12 && v.type !== 21)) return undefined;
  return v.values.map((x) => String(scalarValue(v.type, x) ?? ''));
};

/** First index of a range `2`, `2:5` (OPC 10000-4 section 7.27); -1 for several dimensions. */
const firstOf = (range: string): number => {
  const n = Number.parseInt(range, 10);
  return range.includes(',') || Number.isNaN(n) ? -1 : n;
};

/** Says the value of the point `path`; `range` as the request asked for it. */
export const sayValue = (
  sink: ObservationSink,
  at: At,
  target: EndpointId,
  path: string,
  range: string | null,
  data: DataValue,
  access: 'read' | 'write',
): void => {
  const v = data.value;
  if (v?.values === undefined) return;
  const type = TYPE_NAME[v.type] ?? 'ByteString';
  const quality = qualityOf(data.status ?? 0);
  if (!v.array) {
    const value = scalarValue(v.type, v.values[0]);
    if (value === undefined) return;
    const whole = range ? `${path}[${range}]` : path;
    sink.value(at, { target, path: whole, type, value, quality, access });
    return;
  }
  let base = path;
  let first = 0;
  if (range) {
    first = firstOf(range);
    if (first < 0) {
      base = `${path}[${range}]`;
      first = 0;
    }
  }
  const n = Math.min(v.values.length, MAX_ARRAY_POINTS);
  const matrix = range || (v.dimensions?.length ?? 0) > MAX_DIMENSIONS ? undefined : v.dimensions;
  for (let i = 0; i < n; i++) {
    const value = scalarValue(v.type, v.values[i]);
    if (value === undefined) continue;
    const index = matrix === undefined || matrix.length < 2 ? first + i : matrixIndex(matrix, i);
    sink.value(at, { target, path: `${base}[${index}]`, type, value, quality, access });
  }
};

/** Place of element `i` in a matrix, as a range would name it: `1,0` (OPC 10000-4 section 7.27); the last index runs fastest. */
const matrixIndex = (dimensions: readonly number[], i: number): string => {
  let text = '';
  let rest = i;
  for (let d = dimensions.length - 1; d >= 0; d--) {
    const length = dimensions[d]!;
    // A dimension of 0 or less is one that the encoding does not allow: the position alone is still unique.
    if (length <= 0) return String(i);
    const index = d === 0 ? rest : rest % length;
    rest = Math.floor(rest / length);
    text = text === '' ? String(index) : `${index},${text}`;
  }
  return text;
};
