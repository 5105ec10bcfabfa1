/** Short ways to fill the braces of a finding's words. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { Part } from '../../core/finding.ts';
import type { Command, Outcome } from '../../core/observation.ts';

/** Members of a list told in a finding; the rest is in its count. */
export const MAX_TOLD = 16;
/** Characters of a text, and of one that stands in a list. */
export const MAX_TEXT = 512;
export const MAX_LISTED_TEXT = 80;

export const who = (endpoint: EndpointId): Part => ({ kind: 'endpoint', endpoint });
export const whoAll = (endpoints: readonly EndpointId[]): Part => ({
  kind: 'endpoints',
  endpoints: endpoints.slice(0, MAX_TOLD),
});
/** ASCII without control characters: nearly every text, and looked at in a fraction of the time of an expression. */
const isPlain = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
};
/** What came from the wire as people can read it: control characters would break the line, octets that are no text say nothing. */
const readable = (text: string, most: number): string => {
  const plain = isPlain(text) ? text : text.replace(/[\u0000-\u001f\u007f-\u009f\ufffd]+/g, '·');
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
};
export const words = (text: string): Part => ({ kind: 'text', text: readable(text, MAX_TEXT) });
export const wordsAll = (texts: readonly string[]): Part => ({
  kind: 'texts',
  texts: texts.slice(0, MAX_TOLD).map((text) => readable(text, MAX_LISTED_TEXT)),
});
const OUTCOMES: Readonly<Record<Outcome, string>> = {
  accepted: 'accepted',
  refused: 'refused',
  unanswered: 'no answer',
  unseen: 'the answer was not seen',
  unconfirmed: 'a service without an answer',
};
/** A blob (a program, a key) says nothing octet by octet: its beginning names it, the frame has the rest. */
const octetsCut = (text: string): string => text.replace(/\b([0-9a-f]{16})[0-9a-f]{24,}(?:\.\.\.)?/g, '$1…');
/** Figures of a single-precision number that count: `516.560791015625` is 516.5608. */
const SINGLE_PRECISION_FIGURES = 7;
/** A value that a command carried; a fraction as far as its figures count, everything else to the last digit. */
export const valueText = (value: NonNullable<Command['value']>): string =>
  typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(SINGLE_PRECISION_FIGURES)))
    : String(value);
/** What a command was about and how it ended: `DB1.DBW2, value 5, accepted`, and what else `more` says. What is not known is left out. */
export const howItWent = (c: Pick<Command, 'object' | 'value' | 'outcome'>, more = ''): Part =>
  words(
    [c.object ?? '', c.value === undefined ? '' : `value ${valueText(c.value)}`, OUTCOMES[c.outcome], more]
      .filter((text) => text !== '')
      .map((text) => readable(octetsCut(text), MAX_LISTED_TEXT * 2))
      .join(', '),
  );
/** What others are carried in: beside them it says nothing to people. */
const CARRIERS: ReadonlySet<string> = new Set(['cotp', 'tls']);
/** Protocols by their decoders' names; '' is one that is not decoded. */
export const byProtocols = (names: readonly string[]): Part => {
  const inner = names.filter((name) => !CARRIERS.has(name));
  return { kind: 'protocols', protocols: (inner.length > 0 ? inner : names).slice(0, MAX_TOLD) };
};
export const byProtocol = (name: string): Part => byProtocols([name]);
/** What a decoder found odd, in words: `tls.weak-cipher` is `weak cipher`. */
export const oddity = (code: string): string => code.slice(code.indexOf('.') + 1).replaceAll('-', ' ');
/** The name in a part made by `byProtocol`, or in the text that findings of earlier versions have; undefined without. */
export const protocolIn = (part: Part | undefined): string | undefined =>
  part?.kind === 'protocols' ? part.protocols[0] : part?.kind === 'text' ? part.text : undefined;
/** How long the site was watched, as it is told. */
export const watchedFor = (us: number): Part => (us < 60_000_000 ? words('less than a minute') : howLong(us));
/** An amount where 0 means that there was none of it. */
export const amountOrNone = (value: number, unit: string, none = 'nothing'): Part =>
  value === 0 ? words(none) : amount(value, unit);
export const count = (value: number): Part => ({ kind: 'count', value });
/** Digits in groups of three; the formatter of the runtime, which takes microseconds, only where there is something to group. */
const grouped = (value: number): string =>
  Number.isInteger(value) && value >= 0 && value < 1000 ? `${value}` : value.toLocaleString('en-US');
/** A number as people write it before a noun: `no device`, `1 device`, `5 devices`. */
export const counted = (value: number, noun: string, plural = `${noun}s`): Part =>
  words(value === 0 ? `no ${noun}` : `${grouped(value)} ${value === 1 ? noun : plural}`);
/** How often: `never`, `once`, `12 times`. */
export const often = (value: number): Part =>
  words(value === 0 ? 'never' : value === 1 ? 'once' : `${grouped(value)} times`);
export const amount = (value: number, unit = ''): Part => ({ kind: 'number', value, unit });
export const when = (us: number): Part => ({ kind: 'time', us });
export const howLong = (us: number): Part => ({ kind: 'duration', us });
