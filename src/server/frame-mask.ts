/**
 * The picture of a frame for those who may not see evidence: its addresses and what the decoders say, but not the octets
 * of its payload, in which there may be anything, also what no decoder knows to be a password; nor fields that are such octets.
 */
import type { Frame } from '../api/index.ts';
import { isOctets, OCTETS_HIDDEN } from '../core/message-words.ts';

/** Layers without content of their own. */
const HEADERS: ReadonlySet<string> = new Set(['eth', 'vlan', 'ip', 'tcp', 'udp']);

export const withoutPayload = (frame: Frame): Frame => {
  if (!frame.available) return frame;
  const start = Math.max(0, ...frame.layers.filter(({ name }) => HEADERS.has(name)).map(({ end }) => end));
  if (start >= frame.captured) return frame;
  const shown = frame.hex.slice(0, 2 * start);
  const layers = frame.layers.map((layer) =>
    HEADERS.has(layer.name)
      ? layer
      : { ...layer, fields: layer.fields.map((f) => (isOctets(f.value) ? { ...f, value: OCTETS_HIDDEN } : f)) },
  );
  return { ...frame, layers, hex: shown.padEnd(frame.hex.length, '0'), masked: [{ start, end: frame.captured }] };
};
