/** Octets of memory areas as values: words as blocks, bits and forced statuses one by one. */
import type { Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { u16be, u32be } from '../../lib/bytes.ts';
import { areaOf } from './areas.ts';
import type { FinsMessage, FinsPoint } from './message.ts';
import { type FinsState, textOf } from './state.ts';

/** A frame holds at most 1000 words or 2000 bits; counts beyond what the octets hold are not believed. */
const MAX_VALUES = 2000;

/** `count` elements from `point` on. */
export const emitRange = (
  t: Transaction<FinsMessage>,
  target: EndpointId,
  point: FinsPoint,
  count: number,
  octets: Uint8Array,
  access: 'read' | 'write',
  sink: ObservationSink,
  state: FinsState,
): void => {
  const area = areaOf(point.area);
  const n = Math.min(count, Math.floor(octets.length / area.size), MAX_VALUES);
  if (n === 0 || area.kind === 'unknown') return;
  if (area.kind === 'word' && point.bit === 0) {
    const values = new Array<number>(n);
    for (let i = 0; i < n; i++) values[i] = u16be(octets, i * 2);
    sink.values(t.at, { target, area: area.block, start: point.word, values, count: n, access });
    return;
  }
  for (let i = 0; i < n; i++) {
    const bit = area.bits && area.size === 1 ? point.bit + i : point.bit;
    const word = area.bits && area.size === 1 ? point.word + (bit >> 4) : point.word + i;
    const one = { area: point.area, word: word & 0xffff, bit: area.size === 1 && area.bits ? bit & 15 : point.bit };
    emitValue(t, target, one, octets, i * area.size, access, sink, state);
  }
};

/** One element at `o`; forced statuses keep only the value here (bit 0 of a bit, the first word of a word). */
export const emitValue = (
  t: Transaction<FinsMessage>,
  target: EndpointId,
  point: FinsPoint,
  octets: Uint8Array,
  o: number,
  access: 'read' | 'write',
  sink: ObservationSink,
  state: FinsState,
): void => {
  const area = areaOf(point.area);
  if (octets.length < o + area.size) return;
  const path = textOf(point, state);
  switch (area.kind) {
    case 'bit':
    case 'forced-bit':
      sink.value(t.at, { target, path, type: 'BOOL', value: (octets[o]! & 1) !== 0, access });
      return;
    case 'word':
    case 'forced-word':
      sink.value(t.at, { target, path, type: 'WORD', value: u16be(octets, o), access });
      return;
    case 'long':
      sink.value(t.at, { target, path, type: 'DWORD', value: u32be(octets, o), access });
      return;
    case 'unknown':
  }
};
