/**
 * Values in tag services and attribute reads. Source: Rockwell 1756-PM020, chapter 1 (Read/Write Tag, fragmented forms,
 * Read Modify Write): a type code (and a handle for structures) precedes the data.
 */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Value } from '../../core/observation.ts';
import { hex, u16le, u32le } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { type CipMessage, readsSecret } from './cip.ts';
import { emitTyped, STRUCTURE, typeOf } from './cip-values.ts';
import { CLASS, SERVICE } from './verbs.ts';

/** Attribute data longer than this is left in the message. */
const MAX_ATTRIBUTE_OCTETS = 64;

const isTag = (request: CipMessage): boolean => request.path.symbol !== '' || request.path.lastClass === CLASS.SYMBOL;

/** Index of the first element of a fragment that begins `offset` octets into the tag. */
const elementAt = (code: number, offset: number): number => {
  const size = typeOf(code)?.size ?? 0;
  return size === 0 ? 0 : Math.floor(offset / size);
};

export const emitTagRead = (
  sink: ObservationSink,
  at: At,
  target: EndpointId,
  request: CipMessage,
  answer: CipMessage,
): void => {
  const d = answer.data;
  if (request.service === SERVICE.READ_TAG || request.service === SERVICE.READ_FRAGMENT) {
    if (!isTag(request) || d.length < 2) return;
    if (readsSecret(request)) {
      sink.value(at, { target, path: request.path.text, type: 'bytes', value: MASKED, access: 'read' });
      return;
    }
    const code = u16le(d, 0);
    const structure = code === STRUCTURE;
    const fragment = request.service === SERVICE.READ_FRAGMENT && request.data.length >= 6;
    const first = fragment ? elementAt(code, u32le(request.data, 2)) : 0;
    emitTyped(
      sink,
      at,
      target,
      request.path.text,
      'read',
      code,
      structure ? u16le(d, 2) : 0,
      d,
      structure ? 4 : 2,
      first,
    );
    return;
  }
  // The type of an attribute is in its object's definition, not on the wire.
  if (
    request.service === SERVICE.GET_SINGLE &&
    d.length > 0 &&
    d.length <= MAX_ATTRIBUTE_OCTETS &&
    isProcessData(request)
  )
    sink.value(at, { target, path: request.object, type: 'bytes', value: hex(d), access: 'read' });
};

/** Objects of the device itself give facts, not process values. */
const isProcessData = (request: CipMessage): boolean => {
  const cls = request.path.lastClass;
  return (
    cls > 0 && cls !== CLASS.IDENTITY && cls !== CLASS.MESSAGE_ROUTER && cls !== CLASS.CONNECTION_MANAGER && cls < 0xf0
  );
};

export const emitTagWrite = (sink: ObservationSink, at: At, target: EndpointId, request: CipMessage): void => {
  const d = request.data;
  const fragment = request.service === SERVICE.WRITE_FRAGMENT;
  if ((request.service === SERVICE.WRITE_TAG || fragment) && isTag(request)) {
    if (d.length < 4) return;
    const code = u16le(d, 0);
    // type 2, handle 2 (structures), count 2, offset 4 (fragments), data
    const o = (code === STRUCTURE ? 6 : 4) + (fragment ? 4 : 0);
    if (o > d.length) return;
    const first = fragment ? elementAt(code, u32le(d, o - 4)) : 0;
    emitTyped(sink, at, target, request.path.text, 'write', code, code === STRUCTURE ? u16le(d, 2) : 0, d, o, first);
    return;
  }
  if (request.service === SERVICE.SET_SINGLE && d.length > 0 && d.length <= MAX_ATTRIBUTE_OCTETS)
    sink.value(at, { target, path: request.object, type: 'bytes', value: hex(d), access: 'write' });
};

/** The scalar a write sets; undefined for arrays, structures and what has no type on the wire. */
export const writtenValue = (request: CipMessage): Value | undefined => {
  const d = request.data;
  if (request.service === SERVICE.SET_SINGLE)
    return d.length > 0 && d.length <= MAX_ATTRIBUTE_OCTETS ? hex(d) : undefined;
  if (request.service !== SERVICE.WRITE_TAG || d.length < 5 || !isTag(request)) return undefined;
  let value: Value | undefined;
  const keep = { value: (_: At, item: { readonly value: Value }) => (value = item.value), values: () => undefined };
  emitTyped(keep, NOWHERE, 0, '', 'write', u16le(d, 0), u16le(d, 2), d, u16le(d, 0) === STRUCTURE ? 6 : 4, 0);
  return value;
};

const NOWHERE: At = {
  frame: 0,
  requestFrame: 0,
  firstFrame: 0,
  tsUs: 0,
  requestTsUs: 0,
  flow: -1,
  client: 0,
  server: 0,
  sender: 0,
  receiver: 0,
  protocol: '',
};
