/** Which AMQP is it, and its encoders: the protocol header (0-9-1 chapter 4.2.2, 1.0 part 2 section 2.2) decides. */
import type { Decoded } from '../../core/decoder.ts';
import { u32be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import type { AmqpMessage, AmqpState } from './message.ts';
import { decodeFrame10 } from './wire-10.ts';
import { decodeFrame091 } from './wire-091.ts';

/** `AMQP` and four octets; undefined when it is none. */
const headerVersion = (b: Uint8Array, o: number): string | undefined => {
  if (b[o] !== 0x41 || b[o + 1] !== 0x4d || b[o + 2] !== 0x51 || b[o + 3] !== 0x50) return undefined;
  if (b[o + 4] === 0 && b[o + 5] === 0 && b[o + 6] === 9) return `0-9${b[o + 7] === 1 ? '-1' : ''}`;
  if (b[o + 5] === 1 && b[o + 6] === 0) return b[o + 4] === 3 ? '1.0 SASL' : b[o + 4] === 2 ? '1.0 TLS' : '1.0';
  return `${b[o + 4]}-${b[o + 5]}-${b[o + 6]}-${b[o + 7]}`;
};

/** A frame of 0-9-1 that is whole and ends as it must. */
export const isFrame091 = (b: Uint8Array, o: number, end: number): boolean => {
  if (end - o < 8) return false;
  const type = b[o]!;
  if ((type < 1 || type > 3) && type !== 8) return false;
  const size = u32be(b, o + 3);
  return size < 131_072 && o + 8 + size <= end && b[o + 7 + size] === 0xce;
};
/** A frame of 1.0 whose performative is one of those that exist. */
export const isFrame10 = (b: Uint8Array, o: number, end: number): boolean => {
  if (end - o < 11 || b[o] !== 0 || b[o + 4] !== 2 || b[o + 5]! > 1) return false;
  const size = u32be(b, o);
  const code = b[o + 10]!;
  return (
    size >= 11 &&
    size <= end - o &&
    b[o + 8] === 0 &&
    b[o + 9] === 0x53 &&
    ((code >= 0x10 && code <= 0x18) || (code >= 0x40 && code <= 0x44))
  );
};

/** A protocol header or frame from `start`. */
export const decodeAmqp = (
  b: Uint8Array,
  start: number,
  end: number,
  fromClient: boolean,
  state: AmqpState,
): Decoded<AmqpMessage> => {
  const side = fromClient ? 0 : 1;
  if (state.left[side] > 0) {
    const n = Math.min(state.left[side], end - start);
    state.left[side] -= n;
    return { kind: 'skip', consumed: n };
  }
  if (b[start] === 0x41) {
    if (end - start < 8) return { kind: 'incomplete', missing: 8 - (end - start) };
    const version = headerVersion(b, start);
    if (version === undefined)
      return { kind: 'malformed', code: 'amqp.header', detail: 'not a protocol header', consumed: 0 };
    state.version = version.startsWith('1.0') ? '1.0' : '0-9-1';
    return {
      kind: 'message',
      message: { type: 'AMQP protocol header', fromClient, version, key: '', role: 'single' },
      consumed: 8,
    };
  }
  if (state.version === '') {
    if (end - start < 11) return { kind: 'incomplete', missing: 11 - (end - start) };
    // Seen from the middle: the type octet of 0-9-1 is never 0, the length of 1.0 begins with it.
    state.version = b[start] === 0 ? '1.0' : '0-9-1';
  }
  return state.version === '1.0'
    ? decodeFrame10(b, start, end, fromClient, state)
    : decodeFrame091(b, start, end, fromClient, state);
};

/** A frame of 0-9-1 for speakers of the protocol. */
export const encodeFrame091 = (type: number, channel: number, payload: ArrayLike<number>): Uint8Array =>
  new OctetWriter().u8(type).u16(channel).u32(payload.length).bytes(payload).u8(0xce).done();
/** A method of 0-9-1: class, method and arguments as octets. */
export const encodeMethod091 = (
  channel: number,
  classId: number,
  methodId: number,
  args: ArrayLike<number>,
): Uint8Array => encodeFrame091(1, channel, new OctetWriter().u16(classId).u16(methodId).bytes(args).done());
/** A frame of 1.0 with a performative whose list is given in octets (elements encoded). */
export const encodeFrame10 = (
  frameType: number,
  channel: number,
  code: number,
  elements: readonly ArrayLike<number>[],
  content: ArrayLike<number> = [],
): Uint8Array => {
  const list = new OctetWriter();
  for (const e of elements) list.bytes(e);
  const octets = list.done();
  return new OctetWriter()
    .u32(8 + 3 + 9 + octets.length + content.length)
    .u8(2, frameType)
    .u16(channel)
    .u8(0, 0x53, code, 0xd0)
    .u32(octets.length + 4)
    .u32(elements.length)
    .bytes(octets)
    .bytes(content)
    .done();
};
