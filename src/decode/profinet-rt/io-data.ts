/**
 * Process data of cyclic frames whose layout their connection announced: words of each submodule, most significant octet
 * first, the last one of an odd length is one octet. What a bit means stands in the device's GSD and in the engineer's
 * project. Sources: IEC 61158-6-10 section 4.2.2 (C_SDU, IOPS), IEC 61784-3-3 section 7.1.3 (Status and Control Byte).
 */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { u16be } from '../../lib/bytes.ts';
import { type Layout, LEAST_GAP_US, type Place, type Provider, type RtState } from './state.ts';

/** DataState of an IOPS: the provider vouches for the data before it. */
const IOPS_GOOD = 0x80;
/** Toggles with every telegram. */
const TOGGLE = 0x20;

const STATUS_BITS: readonly (readonly [bit: number, text: string])[] = [
  [0x02, 'device fault'],
  [0x04, 'wrong CRC'],
  [0x08, 'watchdog expired'],
  [0x10, 'fail-safe values activated'],
];
const CONTROL_BITS: readonly (readonly [bit: number, text: string])[] = [
  [0x02, 'operator acknowledgement requested'],
  [0x10, 'fail-safe values activated'],
];
/** Those of both that say that the safety function does not process its data. */
const NOT_SAFE = 0x10;

let words = new Float64Array(256);

/** The layout of a provider's frames, looked up after each announcement; undefined where no connection was seen. */
export const layoutOf = (
  state: RtState,
  provider: Provider,
  frameId: number,
  at: At,
  sink: ObservationSink,
): Layout | undefined => {
  if (provider.looked === state.version) return provider.layout;
  provider.looked = state.version;
  const layout = state.layout(sink.address(at.sender), sink.address(at.receiver), frameId);
  if (layout !== provider.layout) provider.toldUs = Number.NEGATIVE_INFINITY;
  provider.layout = layout;
  return layout;
};

/** Is it time to tell this frame's data, and did they change? `from` is the first octet behind the FrameID. */
export const isNews = (provider: Provider, b: Uint8Array, from: number, stop: number, tsUs: number): boolean => {
  const since = tsUs - provider.toldUs;
  if (provider.layout === undefined || (since >= 0 && since < LEAST_GAP_US)) return false;
  const { last } = provider;
  if (last.length !== stop - from) return true;
  for (let i = 0; i < last.length; i++) if (last[i] !== b[from + i]) return true;
  return false;
};

/** Tells the data of a frame from their provider; `target` is the device, whichever side sends. */
export const tellData = (
  at: At,
  sink: ObservationSink,
  layout: Layout,
  target: EndpointId,
  before: Uint8Array,
  data: Uint8Array,
): void => {
  for (const place of layout.places) {
    const end = place.offset + place.octets;
    const status = place.offset + place.length;
    // The provider status stands behind the data; without it the values are not to be used.
    if (status >= data.length || (data[status]! & IOPS_GOOD) === 0) continue;
    if (place.safety !== '') safety(at, sink, layout, place, target, data[end]!);
    if (before[status] === data[status] && isEqual(before, data, place.offset, end)) continue;
    const count = (place.octets + 1) >> 1;
    if (count === 0) continue;
    if (words.length < count) words = new Float64Array(count);
    for (let i = 0, o = place.offset; i < count; i++, o += 2) words[i] = o + 1 < end ? u16be(data, o) : data[o]!;
    sink.values(at, {
      target,
      area: place.area,
      start: 0,
      values: words,
      count,
      access: layout.isInput ? 'read' : 'write',
    });
  }
};

const safety = (
  at: At,
  sink: ObservationSink,
  layout: Layout,
  place: Place,
  target: EndpointId,
  octet: number,
): void => {
  const now = octet & ~TOGGLE;
  if (place.said === now) return;
  place.said = now;
  const texts = (layout.isInput ? STATUS_BITS : CONTROL_BITS).flatMap(([bit, text]) =>
    (now & bit) !== 0 ? [text] : [],
  );
  sink.value(at, {
    target,
    path: place.safety,
    type: 'PROFIsafe',
    value: texts.length === 0 ? 'in order' : texts.join(', '),
    quality: (now & NOT_SAFE) !== 0 ? 'bad' : 'good',
    access: layout.isInput ? 'read' : 'write',
  });
};

const isEqual = (a: Uint8Array, b: Uint8Array, from: number, stop: number): boolean => {
  if (a.length !== b.length) return false;
  for (let i = from; i < stop; i++) if (a[i] !== b[i]) return false;
  return true;
};
