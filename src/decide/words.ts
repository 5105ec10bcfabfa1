/**
 * A finding in words: the templates of its kind with the parts filled in. Names of devices and points are asked for at the
 * moment of telling, so that a finding is told with the names that people gave since.
 */
import type { EndpointId } from '../core/endpoint.ts';
import type { Finding, FindingKind, Part } from '../core/finding.ts';

/** How references are told; a place has its own names, zone and language of numbers. */
export interface Naming {
  endpoint(id: EndpointId): string;
  point(id: number): string;
  /** Unit that people gave the point, '' without. Default: none has one. */
  unit?(point: number): string;
  /** `Modbus/TCP` for `modbus`. */
  protocol(name: string): string;
  /** Time for people in the plant's zone. */
  time(us: number): string;
}

/** What stands for a part that a finding does not have. */
const UNKNOWN = 'not known';
/** Of traffic that no decoder knew. */
const NOT_DECODED = 'a protocol that is not decoded';

/** Members of a list told in a sentence; the rest is counted. */
const MAX_TOLD = 5;

const listed = (items: readonly string[]): string => {
  if (items.length === 0) return 'none';
  const shown = items.slice(0, MAX_TOLD);
  const rest = items.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
};

/** Four significant digits unless more are asked for, no exponent between a thousandth and a thousand million. */
export const numberText = (value: number, digits = 4): string => {
  if (!Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential(digits - 1);
  const rounded = Number(value.toPrecision(size >= 1000 && Number.isInteger(value) ? 12 : digits));
  return Number.isInteger(rounded) && size >= 10_000 ? rounded.toLocaleString('en-US') : String(rounded);
};

/** `2 s`, `14 min`, `3.5 h`, `12 days`. */
export const durationText = (us: number): string => {
  if (!Number.isFinite(us)) return UNKNOWN;
  const s = us / 1e6;
  if (us < 1000) return 'less than 1 ms';
  const one = (x: number): string => numberText(Math.round(x * 10) / 10);
  if (s < 1) return `${numberText(Math.round(us / 1000))} ms`;
  if (s < 120) return `${one(s)} s`;
  if (s < 7200) return `${one(s / 60)} min`;
  if (s < 172_800) return `${one(s / 3600)} h`;
  return `${one(s / 86_400)} days`;
};

const withUnit = (text: string, unit: string): string => `${text}${unit === '' || unit === '%' ? unit : ` ${unit}`}`;

const partText = (part: Part, naming: Naming): string => {
  switch (part.kind) {
    case 'endpoint':
      return naming.endpoint(part.endpoint);
    case 'endpoints':
      return listed(part.endpoints.map((id) => naming.endpoint(id)));
    case 'point':
      return naming.point(part.point);
    case 'points':
      return listed(part.points.map((id) => naming.point(id)));
    case 'text':
      return part.text;
    case 'texts':
      return listed(part.texts);
    case 'protocols':
      return listed(part.protocols.map((name) => (name === '' ? NOT_DECODED : naming.protocol(name))));
    case 'number':
      return withUnit(numberText(part.value, part.digits), part.unit || (part.of && naming.unit?.(part.of)) || '');
    case 'count':
      return part.value.toLocaleString('en-US');
    case 'time':
      return naming.time(part.us);
    case 'duration':
      return durationText(part.us);
  }
};

/** A template with its parts; the ends of the finding stand for `{actor}`, `{target}`, `{point}` where no part does. */
export const fill = (template: string, finding: Finding, naming: Naming): string => {
  const text = template.replaceAll(/\{([A-Za-z0-9_]+)(\??)\}/g, (_, name: string, optional: string) => {
    const part = finding.parts[name];
    if (part !== undefined) return partText(part, naming);
    if (name === 'actor' && finding.actor > 0) return naming.endpoint(finding.actor);
    if (name === 'target' && finding.target > 0) return naming.endpoint(finding.target);
    if (name === 'point' && finding.point > 0) return naming.point(finding.point);
    return optional === '' ? UNKNOWN : '';
  });
  // A name is written as the plant writes it, at the beginning of a sentence too.
  const first = /^\{([A-Za-z0-9_]+)\}/.exec(template)?.[1];
  const kind = first === undefined ? 'text' : (finding.parts[first]?.kind ?? 'endpoint');
  if (/^(endpoint|point)/.test(kind)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export interface Told {
  readonly title: string;
  readonly what: string;
  readonly comparedWith: string;
  readonly innocent: string;
  readonly check: readonly string[];
}

export const tell = (kind: FindingKind, finding: Finding, naming: Naming): Told => ({
  title: fill(kind.title, finding, naming),
  what: fill(kind.what, finding, naming),
  comparedWith: fill(kind.comparedWith, finding, naming),
  innocent: fill(kind.innocent, finding, naming),
  check: kind.check.map((step) => fill(step, finding, naming)),
});
