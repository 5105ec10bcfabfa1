/** AMQP 1.0 frames: OASIS AMQP 1.0 parts 1 (types), 2 (transport), 3 (messaging), 5 (SASL). */
import type { Decoded } from '../../core/decoder.ts';
import { f32be, f64be, indexOfByte, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import type { AmqpMessage, AmqpMethod, AmqpState } from './message.ts';

/** A frame longer than this is passed over; peers agree on a maximum, 65 536 in most. */
const MAX_FRAME = 262_144;
/** Octets of a message that are kept. */
const MAX_CONTENT = 8192;
/** Links whose address is remembered; further ones go without. */
const MAX_LINKS = 4096;
/** Elements read of one list or map, and nesting of described lists. */
const MAX_ELEMENTS = 64;
const MAX_DEPTH = 4;

type Plain = string | number | boolean | undefined | Plain[] | { [key: string]: Plain };

/** Reused: the value read last, where it ends (-1: damaged), and its octets where it is binary. */
const at: { value: Plain; next: number; start: number; end: number } = { value: undefined, next: -1, start: 0, end: 0 };
/** What stands behind the value read last, for callers that assigned it before and would confuse the type checker. */
const next = (): number => at.next;

const readMany = (b: Uint8Array, o: number, end: number, count: number, depth: number): Plain[] | undefined => {
  const out: Plain[] = [];
  let p = o;
  for (let i = 0; i < count && i < MAX_ELEMENTS; i++) {
    readValue(b, p, end, depth);
    if (next() < 0) return undefined;
    out.push(at.value);
    p = next();
  }
  return out;
};

/** One value at `o` (part 1 section 1.6) into `at`. */
const readValue = (b: Uint8Array, o: number, end: number, depth: number): void => {
  at.next = -1;
  at.value = undefined;
  if (o >= end) return;
  const code = b[o]!;
  let p = o + 1;
  if (code === 0) {
    // A described value: descriptor, then the value.
    if (depth >= MAX_DEPTH) return;
    readValue(b, p, end, depth + 1);
    if (next() >= 0) readValue(b, next(), end, depth + 1);
    return;
  }
  // Section 1.2: the upper half of the code tells the size.
  const class4 = code >> 4;
  let size =
    class4 === 4
      ? 0
      : class4 === 5
        ? 1
        : class4 === 6
          ? 2
          : class4 === 7
            ? 4
            : class4 === 8
              ? 8
              : class4 === 9
                ? 16
                : -1;
  if (size < 0) {
    const wide = (class4 & 1) === 1;
    if (class4 < 0xa || p + (wide ? 4 : 1) > end) return;
    size = wide ? u32be(b, p) : b[p]!;
    p += wide ? 4 : 1;
  }
  if (size > end - p) return;
  const stop = p + size;
  at.start = p;
  at.end = stop;
  switch (code) {
    case 0x40:
      break;
    case 0x41:
      at.value = true;
      break;
    case 0x42:
      at.value = false;
      break;
    case 0x43:
    case 0x44:
      at.value = 0;
      break;
    case 0x45:
      at.value = [];
      break;
    case 0x50:
    case 0x52:
    case 0x53:
      at.value = b[p]!;
      break;
    case 0x51:
    case 0x54:
    case 0x55:
      at.value = (b[p]! << 24) >> 24;
      break;
    case 0x56:
      at.value = b[p] !== 0;
      break;
    case 0x60:
      at.value = u16be(b, p);
      break;
    case 0x61:
      at.value = (u16be(b, p) << 16) >> 16;
      break;
    case 0x70:
      at.value = u32be(b, p);
      break;
    case 0x71:
      at.value = u32be(b, p) | 0;
      break;
    case 0x72:
      at.value = f32be(b, p);
      break;
    case 0x80:
    case 0x83:
      at.value = u32be(b, p) * 0x1_0000_0000 + u32be(b, p + 4);
      break;
    case 0x81:
      at.value = (u32be(b, p) | 0) * 0x1_0000_0000 + u32be(b, p + 4);
      break;
    case 0x82:
      at.value = f64be(b, p);
      break;
    case 0xa1:
    case 0xb1:
    case 0xa3:
    case 0xb3:
      at.value = utf8(b, p, Math.min(stop, p + 512));
      break;
    case 0xc0:
    case 0xd0:
    case 0xc1:
    case 0xd1: {
      const wide = code >= 0xd0;
      if (size < (wide ? 4 : 1) || depth >= MAX_DEPTH) break;
      const count = wide ? u32be(b, p) : b[p]!;
      const all = readMany(b, p + (wide ? 4 : 1), stop, count, depth + 1);
      if (all === undefined) {
        at.next = -1;
        return;
      }
      if (code === 0xc0 || code === 0xd0) at.value = all;
      else {
        // Without a prototype: the names come from the wire.
        const map = Object.create(null) as { [key: string]: Plain };
        for (let i = 0; i + 1 < all.length; i += 2) map[String(all[i])] = all[i + 1];
        at.value = map;
      }
      break;
    }
    case 0xe0:
    case 0xf0: {
      // Arrays occur in the lists of capabilities and SASL mechanisms: of symbols only.
      const wide = code === 0xf0;
      const count = wide ? u32be(b, p) : b[p]!;
      const type = b[p + (wide ? 4 : 1)];
      let q = p + (wide ? 5 : 2);
      const out: Plain[] = [];
      for (let i = 0; i < count && i < MAX_ELEMENTS && (type === 0xa3 || type === 0xb3) && q < stop; i++) {
        const long = type === 0xb3;
        const length = long ? u32be(b, q) : b[q]!;
        q += long ? 4 : 1;
        if (length > stop - q) break;
        out.push(utf8(b, q, q + Math.min(length, 128)));
        q += length;
      }
      at.value = out;
      break;
    }
  }
  at.start = p;
  at.end = stop;
  at.next = stop;
};

/** Fields of the performatives in order (part 2 section 2.7, part 5 section 5.3); those without a name are not kept. */
const PERFORMATIVES: Readonly<Record<number, readonly string[]>> = {
  16: ['open', 'container-id', 'hostname', 'max-frame-size', 'channel-max', 'idle-time-out'],
  17: ['begin', 'remote-channel'],
  18: ['attach', 'name', 'handle', 'role', 'snd-settle-mode', 'rcv-settle-mode'],
  19: ['flow'],
  20: ['transfer', 'handle', 'delivery-id', '', 'message-format', 'settled', 'more'],
  21: ['disposition', 'role', 'first', 'last', 'settled'],
  22: ['detach', 'handle', 'closed'],
  23: ['end'],
  24: ['close'],
  64: ['sasl-mechanisms'],
  65: ['sasl-init', 'mechanism'],
  66: ['sasl-challenge'],
  67: ['sasl-response'],
  68: ['sasl-outcome', 'code'],
};
const OUTCOMES: readonly string[] = [
  'ok',
  'authentication failed',
  'system error',
  'permanent error',
  'temporary error',
];

/** Address of a source or target (part 3 section 3.5): the first field. */
const address = (terminus: Plain): string =>
  Array.isArray(terminus) && typeof terminus[0] === 'string' ? terminus[0] : '';
/** Condition and description of an error (part 2 section 2.8.14). */
const errorText = (error: Plain): string =>
  Array.isArray(error)
    ? error
        .slice(0, 2)
        .filter((x) => typeof x === 'string')
        .join(': ')
    : '';

/** Octets of the data or value section behind a transfer (part 3 section 3.2). */
const content = (b: Uint8Array, start: number, end: number): Uint8Array | undefined => {
  for (let o = start, n = 0; o + 3 <= end && n < 8; n++) {
    if (b[o] !== 0) return undefined;
    const section = b[o + 1] === 0x53 ? b[o + 2]! : 0;
    readValue(b, o, end, 0);
    if (next() < 0) return undefined;
    if (section === 0x75) return at.end - at.start <= MAX_CONTENT ? b.slice(at.start, at.end) : undefined;
    if (section === 0x77)
      return typeof at.value === 'object' || at.value === undefined
        ? undefined
        : new TextEncoder().encode(String(at.value));
    o = next();
  }
  return undefined;
};

/** One frame of 1.0 (or of its SASL layer) from `start`. */
export const decodeFrame10 = (
  b: Uint8Array,
  start: number,
  end: number,
  fromClient: boolean,
  state: AmqpState,
): Decoded<AmqpMessage> => {
  if (end - start < 8) return { kind: 'incomplete', missing: 8 - (end - start) };
  const size = u32be(b, start);
  const offset = b[start + 4]! << 2;
  const frameType = b[start + 5]!;
  const bad = (code: string, detail: string, consumed: number): Decoded<AmqpMessage> => ({
    kind: 'malformed',
    code,
    detail,
    consumed,
  });
  if (size < 8 || offset < 8 || offset > size || frameType > 1)
    return bad('amqp.frame', `size ${size}, offset ${offset}, type ${frameType}`, 0);
  if (size > MAX_FRAME) {
    const here = Math.min(size, end - start);
    state.left[fromClient ? 0 : 1] = size - here;
    return { kind: 'skip', consumed: here };
  }
  if (size > end - start) return { kind: 'incomplete', missing: size - (end - start) };
  const stop = start + size;
  const body = start + offset;
  // An empty frame keeps the connection alive (part 2 section 2.4.5).
  if (body === stop) return { kind: 'skip', consumed: size };
  if (b[body] !== 0) return bad('amqp.malformed', 'no performative', size);
  readValue(b, body + 1, stop, 0);
  const code = next() < 0 ? -1 : Number(at.value);
  const names = PERFORMATIVES[code];
  if (names === undefined) return bad('amqp.malformed', `performative ${code}`, size);
  const listAt = next();
  readValue(b, listAt, stop, 0);
  const behind = next();
  const list = at.value;
  if (behind < 0 || !Array.isArray(list)) return bad('amqp.malformed', `fields of ${names[0]}`, size);
  const channel = u16be(b, start + 6);
  const fields: Record<string, string | number | boolean> = {};
  names.slice(1).forEach((name, i) => {
    const value = list[i];
    if (name !== '' && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'))
      fields[name] = value;
  });
  let role: AmqpMethod['role'] = 'single';
  let key = '';
  let refusal = '';
  switch (code) {
    case 16: {
      const properties = list[9];
      if (typeof properties === 'object' && !Array.isArray(properties))
        for (const name of ['product', 'version', 'platform'])
          if (typeof properties[name] === 'string')
            fields[`${fromClient ? 'client' : 'server'}.${name}`] = properties[name];
      key = 'open';
      role = fromClient ? 'request' : 'response';
      break;
    }
    case 18: {
      const source = address(list[5]);
      const target = address(list[6]);
      if (source !== '') fields.source = source;
      if (target !== '') fields.target = target;
      const name = target !== '' && fields.role === false ? target : source !== '' ? source : target;
      const link = `${fromClient} ${channel} ${fields.handle}`;
      if (state.links.size < MAX_LINKS || state.links.has(link)) state.links.set(link, name);
      key = `attach ${fields.name}`;
      role = fromClient ? 'request' : 'response';
      break;
    }
    case 22:
    case 23:
    case 24:
      refusal = errorText(list[code === 22 ? 2 : 0]);
      break;
    case 64: {
      const mechanisms = list[0];
      fields.mechanisms = Array.isArray(mechanisms) ? mechanisms.join(' ') : String(mechanisms ?? '');
      break;
    }
    case 65: {
      // The response is read again for its user: `\0user\0password` (RFC 4616).
      fields.response = MASKED;
      const user = fields.mechanism === 'PLAIN' ? plainUser(b, listAt, stop) : '';
      if (user !== '') fields.user = user;
      state.user = user === '' ? undefined : user;
      key = 'login';
      role = 'request';
      break;
    }
    case 68:
      key = 'login';
      role = 'response';
      if (fields.code !== 0) refusal = OUTCOMES[Number(fields.code)] ?? `code ${fields.code}`;
      break;
  }
  const message: AmqpMethod = {
    type: 'AMQP performative',
    fromClient,
    channel,
    name: names[0]!,
    classId: -1,
    methodId: code,
    fields,
    key,
    role,
    refusal,
  };
  if (code !== 20 || fields.more === true) return { kind: 'message', message, consumed: size };
  const payload = content(b, behind, stop);
  if (payload === undefined) return { kind: 'message', message, consumed: size };
  return {
    kind: 'message',
    message: {
      type: 'AMQP content',
      fromClient,
      channel,
      address: state.links.get(`${fromClient} ${channel} ${fields.handle}`) ?? '',
      payload,
      payloadLength: payload.length,
      key: '',
      role: 'single',
    },
    consumed: size,
  };
};

/** The user in the initial response of the SASL init whose list stands at `o`. */
const plainUser = (b: Uint8Array, o: number, end: number): string => {
  const header = b[o] === 0xd0 ? 9 : 3;
  readValue(b, o + header, end, 0);
  if (next() < 0) return '';
  readValue(b, next(), end, 0);
  if (next() < 0) return '';
  const first = indexOfByte(b, 0, at.start, at.end);
  const second = first < 0 ? -1 : indexOfByte(b, 0, first + 1, at.end);
  return second < 0 ? '' : utf8(b, first + 1, Math.min(second, first + 257));
};
