/** I/O data as measurements: a block of 16-bit words for each packet whose data differs from the one before. */
import type { Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { u16le } from '../../lib/bytes.ts';
import type { IoMessage } from './index.ts';
import { type IoConnection, type IoState, isLaidOut } from './state.ts';

let words = new Float64Array(512);

/** What stays of a connection that no assembly names: the other end, the size, and which one it is of several such. */
const nameOf = ({ direction, place }: IoConnection, at: At, sink: ObservationSink): string => {
  const other = direction === 'O->T' ? `from ${sink.address(at.sender)}` : `to ${sink.address(at.receiver)}`;
  return `${place?.octets} octets ${other} #${place?.ordinal}${direction === 'unknown' ? ' (not seen open)' : ''}`;
};

/**
 * The layout of an assembly is in its EDS file, not on the wire: words (little-endian, the last one of an odd length is
 * one octet) are what most modules use and what a model can follow. `start` counts words from 0.
 */
export const observe = (transaction: Transaction<IoMessage>, sink: ObservationSink, state: IoState): void => {
  const message = transaction.request;
  if (message === undefined) return;
  const at = transaction.at;
  if (state.forgotten > state.reportedForgotten) {
    state.reportedForgotten = state.forgotten;
    sink.weird(at, { code: 'cip-io.connection-limit', detail: `${state.forgotten} connections forgotten` });
  }
  if (!message.changed || message.data.length === 0) return;
  const connection = state.find(message.connectionId, message.toServer);
  if (!isLaidOut(connection)) return;
  if (connection.area === '') connection.area = nameOf(connection, at, sink);
  let target = connection.target === 0 ? at.sender : connection.target;
  if (connection.route !== '') {
    if (connection.child === 0) {
      connection.child = sink.child(target, 'cip-path', connection.route, connection.direction === 'T->O');
    }
    target = connection.child;
  }
  const data = message.data;
  const count = (data.length + 1) >> 1;
  if (words.length < count) words = new Float64Array(count);
  for (let i = 0, o = 0; i < count; i++, o += 2) words[i] = o + 1 < data.length ? u16le(data, o) : data[o]!;
  sink.values(at, {
    target,
    area: connection.area,
    start: 0,
    values: words,
    count,
    access: connection.direction === 'O->T' ? 'write' : 'read',
  });
};
