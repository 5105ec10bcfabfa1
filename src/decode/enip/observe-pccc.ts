/** PCCC commands in the common vocabulary: data table reads and writes, forces, mode changes, uploads and downloads. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { f32le, hex, i16le, i32le } from '../../lib/bytes.ts';
import { type CipMessage, isRefusal } from './cip.ts';
import { statusText } from './cip-names.ts';
import { decodePccc, decodePcccReply, type Pccc, pcccStatus } from './pccc.ts';
import type { EnipMessage } from './wire.ts';

/** Octets per element and how to read one (1770-6.5.16, chapter 13); other files are shown as octets. */
const WORDS = new Set([131, 130, 132, 133, 137, 139, 140]);
const FLOAT = 138;
const LONG = 145;

let values = new Float64Array(128);

export const observePccc = (
  request: CipMessage,
  answer: CipMessage | undefined,
  target: EndpointId,
  transaction: Transaction<EnipMessage>,
  sink: ObservationSink,
): void => {
  const command = decodePccc(request.data);
  const at = transaction.at;
  if (command === undefined) {
    sink.weird(at, { code: 'enip.pccc-cut', detail: `Execute PCCC with ${request.data.length} octets` });
    return;
  }
  const reply = answer === undefined || isRefusal(answer) ? undefined : decodePcccReply(answer.data);
  const cipRefused = answer !== undefined && isRefusal(answer);
  const refused = cipRefused || (reply !== undefined && reply.status !== 0);
  const reason = !refused
    ? undefined
    : reply === undefined
      ? statusText(answer!.status, answer!.extended)
      : pcccStatus(reply.status, reply.extended);
  const outcome = answer !== undefined || transaction.state !== 'answered' ? outcomeOf(transaction, refused) : 'unseen';
  sink.command(at, {
    verb: command.verb,
    operation: command.name,
    target,
    object: command.address === '' ? undefined : command.address,
    value: command.mode === '' ? undefined : command.mode,
    outcome,
    reason,
    native: command,
  });
  if (refused || !command.isData) return;
  if (command.verb === 'read' && reply !== undefined && answer !== undefined)
    emit(sink, transaction, target, command, 'read', answer.data, reply.dataStart);
  else if ((command.verb === 'write' || command.verb === 'force') && outcome !== 'unanswered')
    emit(sink, transaction, target, command, 'write', request.data, command.dataStart);
};

const emit = (
  sink: ObservationSink,
  transaction: Transaction<EnipMessage>,
  target: EndpointId,
  command: Pccc,
  access: 'read' | 'write',
  d: Uint8Array,
  start: number,
): void => {
  const at = transaction.at;
  const width = command.fileType === FLOAT || command.fileType === LONG ? 4 : WORDS.has(command.fileType) ? 2 : 0;
  const count = width === 0 ? 0 : Math.floor((d.length - start) / width);
  if (count === 0 || command.subElement > 0) {
    if (d.length > start)
      sink.value(at, { target, path: command.address, type: 'bytes', value: hex(d, start, d.length), access });
    return;
  }
  if (values.length < count) values = new Float64Array(count);
  for (let i = 0, o = start; i < count; i++, o += width)
    values[i] = command.fileType === FLOAT ? f32le(d, o) : command.fileType === LONG ? i32le(d, o) : i16le(d, o);
  sink.values(at, { target, area: command.file, start: command.element, values, count, access });
};
