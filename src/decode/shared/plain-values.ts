/**
 * What a payload says where it is plain: a number, a word, or small JSON. For protocols that give payloads no meaning of
 * their own (MQTT, CoAP, AMQP).
 */
import type { Value } from '../../core/observation.ts';
import { utf8, utf8OneLine } from '../../lib/bytes.ts';
import { saysCredential } from '../../lib/credential-runs.ts';
import { MASKED } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';

/** JSON longer than this is not read. */
const MAX_JSON_OCTETS = 8192;
/** Values taken from one payload; what follows is not shown. */
const MAX_JSON_VALUES = 64;
const MAX_JSON_DEPTH = 4;
/** A word or line of text longer than this is no value. */
const MAX_WORD = 64;
const MAX_KEY = 128;

export interface PlainValue {
  /** Behind the topic: empty, or `/key/key`. */
  readonly key: string;
  readonly type: 'number' | 'boolean' | 'text' | 'json number' | 'json boolean' | 'json text';
  readonly value: Value;
}
const NOTHING: readonly PlainValue[] = [];

/** Text of key and value is a value of its own only as long as no key is a password. */
const shown = (text: string): string => (saysCredential(text) ? MASKED : text);

const walk = (node: unknown, key: string, depth: number, out: PlainValue[]): void => {
  if (out.length >= MAX_JSON_VALUES) return;
  if (typeof node === 'number') out.push({ key, type: 'json number', value: node });
  else if (typeof node === 'boolean') out.push({ key, type: 'json boolean', value: node });
  else if (typeof node === 'string') out.push({ key, type: 'json text', value: shown(node.slice(0, 256)) });
  else if (typeof node === 'object' && node !== null && depth < MAX_JSON_DEPTH)
    for (const name of Object.keys(node)) {
      if (out.length >= MAX_JSON_VALUES) return;
      const path = `${key}/${name.slice(0, MAX_KEY)}`;
      if (isSecretName(name)) out.push({ key: path, type: 'json text', value: MASKED });
      else walk((node as Record<string, unknown>)[name], path, depth + 1, out);
    }
};

const isNumber = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if ((c < 0x30 || c > 0x39) && c !== 0x2e && c !== 0x2d && c !== 0x2b && c !== 0x65 && c !== 0x45) return false;
  }
  return text !== '' && Number.isFinite(Number(text));
};

/** Values in `payload`, which is the whole one; none when it is not plain. */
export const plainValues = (payload: Uint8Array): readonly PlainValue[] => {
  const n = payload.length;
  if (n === 0 || n > MAX_JSON_OCTETS) return NOTHING;
  const first = payload[0]!;
  if (first === 0x7b || first === 0x5b) {
    let node: unknown;
    try {
      node = JSON.parse(utf8OneLine(payload, 0, n));
    } catch {
      return NOTHING;
    }
    const out: PlainValue[] = [];
    walk(node, '', 0, out);
    return out;
  }
  if (n > MAX_WORD) return NOTHING;
  for (let i = 0; i < n; i++) if (payload[i]! < 0x20 || payload[i] === 0x7f) return NOTHING;
  const text = utf8(payload, 0, n).trim();
  if (text.includes('\ufffd')) return NOTHING;
  if (isNumber(text)) return [{ key: '', type: 'number', value: Number(text) }];
  if (text === 'true' || text === 'false') return [{ key: '', type: 'boolean', value: text === 'true' }];
  const quoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return text === '' ? NOTHING : [{ key: '', type: 'text', value: shown(quoted ? text.slice(1, -1) : text) }];
};
