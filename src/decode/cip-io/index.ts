/**
 * CIP I/O (implicit messaging) on UDP 2222: process data that flows in both directions of a connection at a fixed pace.
 * Direction, assembly and transport class come from the Forward Open of the same two hosts, announced by the decoder
 * `enip`; without it, both ends, the size and an ordinal stand for them, so that a new connection goes on with the same points. Source: The CIP Networks Library Volume 2, section 3-2.
 */
import type { Decoded, Decoder, Message, PduContext } from '../../core/decoder.ts';
import { u16le } from '../../lib/bytes.ts';
import { CIP_IO, readIoAnnouncement } from '../shared/cip-io-announcement.ts';
import { observe } from './observe.ts';
import {
  COUNT_EVIDENCE,
  type Direction,
  heard,
  type IoConnection,
  IoState,
  isCounted,
  isLaidOut,
  MAX_KEPT_OCTETS,
  NO_COUNT_EVIDENCE,
} from './state.ts';
import { connectionIdOf, dataLengthOf, IO_HEADER, looksLikeIo, sequenceOf } from './wire.ts';

export interface IoMessage extends Message {
  readonly type: 'CIP I/O';
  readonly connectionId: number;
  /** 32-bit sequence number of the address item. */
  readonly sequence: number;
  readonly direction: Direction;
  /** Sequence count of transport class 1, -1 where there is none. */
  readonly count: number;
  /** Run/idle header: 1 run, 0 idle, -1 none known. */
  readonly run: number;
  /** Octets of the connected data item, counts included. */
  readonly length: number;
  /** Process data behind the counts. The same object as in the packet before while nothing changes: do not write to it. */
  readonly data: Uint8Array;
  readonly changed: boolean;
  readonly toServer: boolean;
}

const OTHER_ENVELOPE = 'enip';

const decode = (b: Uint8Array, start: number, end: number, context: PduContext, state: IoState): Decoded<IoMessage> => {
  if (context.carrier === OTHER_ENVELOPE) {
    const announcement = readIoAnnouncement(b, start, end);
    if (announcement !== undefined) state.announce(announcement, context.server);
    return { kind: 'skip', consumed: end - start };
  }
  if (!looksLikeIo(b, start, end)) {
    return {
      kind: 'malformed',
      code: 'cip-io.items',
      detail: 'no sequenced address and data item',
      consumed: end - start,
    };
  }
  const id = connectionIdOf(b, start);
  const sequence = sequenceOf(b, start);
  const length = dataLengthOf(b, start);
  const connection = state.find(id, context.toServer);
  const wasLaidOut = isLaidOut(connection);
  heard(connection, context.tsUs);
  let from = start + IO_HEADER;
  const stop = from + length;
  let count = -1;
  let run = -1;
  if (hasCount(connection, b, from, length, sequence)) {
    count = u16le(b, from);
    from += 2;
  }
  // Volume 1, 3-6.1.4: bit 0 run, bits 1..31 reserved or redundancy roles; only scanners send it, towards the target.
  if (
    connection.direction === 'O->T' &&
    stop - from >= 4 &&
    b[from]! <= 1 &&
    b[from + 1]! + b[from + 2]! + b[from + 3]! === 0
  ) {
    run = b[from]!;
    from += 4;
  }
  let data = connection.last;
  const isOther = !same(data, b, from, stop) || connection.lastSequence < 0;
  if (isOther) {
    data = state.slab.copy(b, from, stop);
    if (data.length <= MAX_KEPT_OCTETS) connection.last = data;
  }
  if (connection.area === '' && connection.place === undefined && isCounted(connection))
    state.settle(connection, context.toServer, data);
  const changed = isOther || (!wasLaidOut && isLaidOut(connection));
  connection.lastSequence = sequence;
  return {
    kind: 'message',
    message: {
      type: 'CIP I/O',
      connectionId: id,
      sequence,
      direction: connection.direction,
      count,
      run,
      length,
      data,
      changed,
      toServer: context.toServer,
    },
    consumed: end - start,
  };
};

/** Does the data begin with the sequence count of class 1? Known from the Forward Open, else from how the first word moves. */
const hasCount = (c: IoConnection, b: Uint8Array, from: number, length: number, sequence: number): boolean => {
  if (length < 2) {
    // No room for one.
    c.looked = NO_COUNT_EVIDENCE;
    return false;
  }
  if (c.transportClass >= 0) return c.transportClass === 1;
  const word = u16le(b, from);
  if (c.lastWord >= 0 && sequence !== c.lastSequence) {
    // Both counters rise together; a value of the process that happens to rise by one for a while is found out later.
    const step = (sequence - c.lastSequence) & 0xffff;
    c.counted = ((word - c.lastWord) & 0xffff) === step ? Math.min(c.counted + 1, COUNT_EVIDENCE) : 0;
    c.looked++;
  }
  c.lastWord = word;
  return c.counted >= COUNT_EVIDENCE;
};

const same = (a: Uint8Array, b: Uint8Array, from: number, stop: number): boolean => {
  if (a.length !== stop - from) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[from + i]) return false;
  return true;
};

export const cipIo: Decoder<IoMessage, IoState> = {
  name: CIP_IO,
  title: 'CIP I/O',
  family: 'ot',
  attach: [{ over: 'udp', ports: [2222] }],
  cyclic: true,
  probe: (b, start, end) => (looksLikeIo(b, start, end) ? 'sure' : 'no'),
  open: () => new IoState(),
  decode,
  pairing: { scope: 'hosts', role: () => 'single', key: () => 0 },
  observe,
};
