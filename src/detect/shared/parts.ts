/** Short ways to fill the braces of a finding's words. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { Part } from '../../core/finding.ts';

/** Members of a list told in a finding; the rest is in its count. */
export const MAX_TOLD = 16;

export const who = (endpoint: EndpointId): Part => ({ kind: 'endpoint', endpoint });
export const whoAll = (endpoints: readonly EndpointId[]): Part => ({
  kind: 'endpoints',
  endpoints: endpoints.slice(0, MAX_TOLD),
});
export const words = (text: string): Part => ({ kind: 'text', text: text.length > 512 ? text.slice(0, 512) : text });
export const wordsAll = (texts: readonly string[]): Part => ({ kind: 'texts', texts: texts.slice(0, MAX_TOLD) });
export const count = (value: number): Part => ({ kind: 'count', value });
/** A number as people write it before a noun: `no device`, `1 device`, `5 devices`. */
export const counted = (value: number, noun: string, plural = `${noun}s`): Part =>
  words(value === 0 ? `no ${noun}` : `${value.toLocaleString('en-US')} ${value === 1 ? noun : plural}`);
/** How often: `never`, `once`, `12 times`. */
export const often = (value: number): Part =>
  words(value === 0 ? 'never' : value === 1 ? 'once' : `${value.toLocaleString('en-US')} times`);
export const amount = (value: number, unit = ''): Part => ({ kind: 'number', value, unit });
export const when = (us: number): Part => ({ kind: 'time', us });
export const howLong = (us: number): Part => ({ kind: 'duration', us });
