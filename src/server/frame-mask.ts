/**
 * The picture of a frame for those who may not see evidence: its addresses and what the decoders say, but not the octets
 * of its payload, in which there may be anything, also what no decoder knows to be a password.
 */
import type { Frame } from '../api/index.ts';

/** Layers without content of their own. */
const HEADERS: ReadonlySet<string> = new Set(['eth', 'vlan', 'ip', 'tcp', 'udp']);

export const withoutPayload = (frame: Frame): Frame => {
  if (!frame.available) return frame;
  const start = Math.max(0, ...frame.layers.filter(({ name }) => HEADERS.has(name)).map(({ end }) => end));
  if (start >= frame.captured) return frame;
  const shown = frame.hex.slice(0, 2 * start);
  return { ...frame, hex: shown.padEnd(frame.hex.length, '0'), masked: [{ start, end: frame.captured }] };
};
