/**
 * FINS transactions in the common vocabulary: reads and writes with their values, programs up and down, modes, identities,
 * forces, files. Source: OMRON W342; outcomes from the end code.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Command, ObservationSink, Verb } from '../../core/observation.ts';
import { areaOf, parameterAreaText } from './areas.ts';
import {
  COMMAND,
  commandOf,
  endCodeText,
  FATAL_CPU_ERROR,
  NON_FATAL_CPU_ERROR,
  plainEndCode,
  RELAY_ERROR,
  TCP_ERRORS,
} from './commands.ts';
import { observeIdentity } from './identity.ts';
import type { FinsDetail, FinsMessage, FinsPoint } from './message.ts';
import { type FinsState, targetOf, textOf } from './state.ts';
import { emitRange, emitValue } from './values.ts';

/** Range texts kept per flow; beyond this they are built anew each time. */
const MAX_RANGES = 1024;
/** CPUs with an error remembered per flow; of more it is not said. */
const MAX_CPU_ERRORS = 64;

export const observeFins = (t: Transaction<FinsMessage>, sink: ObservationSink, state: FinsState): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  if (t.request?.defect === 'length' || t.response?.defect === 'length')
    sink.weird(t.at, { code: 'fins.length', detail: t.response?.defect === 'length' ? t.response.type : subject.type });
  if (subject.command < 0) {
    observeLink(t, sink, state);
    return;
  }
  const endCode = t.response?.endCode ?? -1;
  const refused = endCode > 0 && plainEndCode(endCode) !== 0;
  const outcome = outcomeOf(t, refused);
  const server = t.at.server;
  const target = targetOf(subject, server, t.response !== undefined && (endCode & RELAY_ERROR) === 0, sink, state);
  if (endCode >= 0 && (endCode & RELAY_ERROR) === 0) cpuError(t, target, endCode, sink, state);
  const known = commandOf(subject.command);
  const detail = t.request?.detail;
  const base: Base = { target, outcome, native: subject, reason: refused ? endCodeText(endCode) : undefined };
  const accepted = outcome === 'accepted' || outcome === 'unconfirmed';
  switch (subject.command) {
    case COMMAND.MEMORY_READ:
      sink.command(t.at, { verb: 'read', operation: known.name, ...base, ...objectOf(detail, state) });
      if (accepted && detail?.kind === 'range' && t.response?.detail?.kind === 'octets')
        emitRange(t, target, detail.point, detail.count, t.response.detail.octets, 'read', sink, state);
      return;
    case COMMAND.MULTIPLE_READ:
      observeMultiple(t, known.name, base, sink, state);
      return;
    case COMMAND.MEMORY_WRITE:
    case COMMAND.MEMORY_FILL:
      observeWrite(t, known.name, base, accepted, sink, state);
      return;
    case COMMAND.FORCE:
      observeForce(t, known.name, base, accepted, sink, state);
      return;
    default:
      sink.command(t.at, {
        verb: verbOf(subject.command, known.verb, detail),
        operation: operationOf(subject.command, known.name, detail),
        ...base,
        ...objectOf(detail, state),
        ...writtenValue(detail),
      });
      if (accepted && t.response !== undefined) observeIdentity(t.at, t.response, target, sink);
  }
};

/** Every answer tells whether its CPU has an error (W342 section 5-1-3); said when it changes, and not that there never was one. */
const cpuError = (
  t: Transaction<FinsMessage>,
  target: EndpointId,
  endCode: number,
  sink: ObservationSink,
  state: FinsState,
): void => {
  const error = endCode & (FATAL_CPU_ERROR | NON_FATAL_CPU_ERROR);
  if ((state.cpuErrors.get(target) ?? 0) === error) return;
  // Those without an error are not kept; a flow has few CPUs that have one.
  if (error === 0) state.cpuErrors.delete(target);
  else if (state.cpuErrors.size < MAX_CPU_ERRORS || state.cpuErrors.has(target)) state.cpuErrors.set(target, error);
  else return;
  const value = error === 0 ? 'none' : (error & FATAL_CPU_ERROR) !== 0 ? 'fatal' : 'non-fatal';
  sink.value(t.at, { target, path: 'CPU error', type: 'state', value, access: 'read' });
};

type Base = Pick<Command, 'target' | 'outcome' | 'native' | 'reason'>;

/** Services that do one thing or its opposite, by parameter. */
const verbOf = (command: number, verb: Verb, detail: FinsDetail | undefined): Verb => {
  if (command === COMMAND.MESSAGE && detail?.kind === 'message' && detail.parameter >> 14 === 1) return 'delete';
  if (command === COMMAND.DIRECTORY && detail?.kind === 'files' && detail.parameter === 1) return 'delete';
  if (detail?.kind !== 'area-file') return verb;
  // 0 from the controller to the file, 1 to the controller, 2 compares (5-3-38 to 5-3-40).
  if (detail.parameter === 2) return 'read';
  if (detail.parameter === 0) return command === COMMAND.PROGRAM_FILE ? 'program-upload' : 'read';
  return verb;
};

const operationOf = (command: number, name: string, detail: FinsDetail | undefined): string => {
  if (command === COMMAND.RUN && detail?.kind === 'run')
    return detail.mode === 4 ? 'Run' : (RUN_OPERATIONS[detail.mode] ?? 'Run (MONITOR)');
  if (command !== COMMAND.MESSAGE || detail?.kind !== 'message') return name;
  return MESSAGE_OPERATIONS[detail.parameter >> 14]!;
};
const RUN_OPERATIONS: Readonly<Record<number, string>> = { 1: 'Run (DEBUG)', 2: 'Run (MONITOR)' };
const MESSAGE_OPERATIONS = ['Message Read', 'Message Clear', 'FAL/FALS Read', 'Message Read/Clear'] as const;

const NO_OBJECT: { readonly object?: string } = {};
const rangeText = (p: FinsPoint, count: number, state: FinsState): string => {
  const first = textOf(p, state);
  if (count <= 1) return first;
  const key = `${first} ${count}`;
  const known = state.ranges.get(key);
  if (known !== undefined) return known;
  const text = `${first}, ${count} ${areaOf(p.area).size === 1 ? 'bits' : 'words'}`;
  if (state.ranges.size < MAX_RANGES) state.ranges.set(key, text);
  return text;
};

/** What a command is about, in the words of the controller's programmer. */
const objectOf = (d: FinsDetail | undefined, state: FinsState): { readonly object?: string } => {
  switch (d?.kind) {
    case 'range':
    case 'range-data':
      return { object: rangeText(d.point, d.count, state) };
    case 'transfer':
      return { object: `${rangeText(d.from, d.count, state)} to ${textOf(d.to, state)}` };
    case 'parameter':
      return { object: `${parameterAreaText(d.area)}, word ${d.firstWord}, ${d.words} words` };
    case 'protect':
      return { object: `program ${d.program}` };
    case 'program':
      return { object: `program ${d.program}, word ${d.firstWord}, ${d.octetCount} octets` };
    case 'program-clear':
    case 'run':
      return d.program < 0 ? NO_OBJECT : { object: `program ${d.program}` };
    case 'file':
      return { object: `file ${d.name}` };
    case 'files':
      return d.names.length === 0 ? { object: `disk ${d.disk}` } : { object: `file ${d.names.join(', ')}` };
    case 'file-pair':
      return { object: `file ${d.from} to ${d.to}` };
    case 'file-list-range':
      return { object: `disk ${d.disk}` };
    case 'area-file':
      return { object: `file ${d.name}` };
    case 'link-table':
      return { object: 'data link table' };
    case 'units':
      return { object: d.count === 1 ? `unit ${d.first}` : `units ${d.first}..${d.first + d.count - 1}` };
    default:
      return NO_OBJECT;
  }
};

const two = (n: number): string => String(n).padStart(2, '0');
const writtenValue = (d: FinsDetail | undefined): Pick<Command, 'value'> => {
  if (d?.kind === 'clock')
    return {
      value: `${d.year}-${two(d.month)}-${two(d.day)}T${two(d.hour)}:${two(d.minute)}:${two(Math.max(0, d.second))}`,
    };
  if (d?.kind === 'text') return { value: d.text };
  return {};
};

const observeMultiple = (
  t: Transaction<FinsMessage>,
  operation: string,
  base: Base,
  sink: ObservationSink,
  state: FinsState,
): void => {
  const asked = t.request?.detail?.kind === 'points' ? t.request.detail.points : [];
  const first = asked[0];
  const object =
    first === undefined
      ? {}
      : { object: asked.length === 1 ? textOf(first, state) : `${textOf(first, state)} and ${asked.length - 1} more` };
  sink.command(t.at, { verb: 'read', operation, ...base, ...object });
  const answer = t.response?.detail;
  if (base.outcome !== 'accepted' || answer?.kind !== 'point-data') return;
  for (let i = 0; i < answer.items.length && i < asked.length; i++) {
    const item = answer.items[i]!;
    // The areas stand in both: answers that do not match the question are not values of it.
    if (item.area !== asked[i]!.area) return;
    emitValue(t, base.target, asked[i]!, item.octets, 0, 'read', sink, state);
  }
};

const observeWrite = (
  t: Transaction<FinsMessage>,
  operation: string,
  base: Base,
  accepted: boolean,
  sink: ObservationSink,
  state: FinsState,
): void => {
  const d = t.request?.detail;
  if (d?.kind !== 'range-data') {
    sink.command(t.at, { verb: 'write', operation, ...base });
    return;
  }
  const { size } = areaOf(d.point.area);
  const single = d.octets.length >= size && (d.count === 1 || t.request?.command === COMMAND.MEMORY_FILL);
  const value = !single
    ? undefined
    : size === 1
      ? d.octets[d.octets.length > 1 ? 1 : 0]!
      : (d.octets[0]! << 8) | d.octets[1]!;
  const object = rangeText(d.point, d.count, state);
  if (value === undefined) sink.command(t.at, { verb: 'write', operation, ...base, object });
  else sink.command(t.at, { verb: 'write', operation, ...base, object, value });
  if (!accepted) return;
  if (t.request?.command === COMMAND.MEMORY_WRITE)
    emitRange(t, base.target, d.point, d.count, d.octets, 'write', sink, state);
  else if (d.count === 1) emitValue(t, base.target, d.point, d.octets, 0, 'write', sink, state);
};

/** 5-3-42: what a specification does to the bit; bit 15 releases the force. */
const FORCE_TEXT: Readonly<Record<number, string>> = {
  0: 'forced OFF',
  1: 'forced ON',
  32768: 'released and OFF',
  32769: 'released and ON',
  65535: 'released',
};
const observeForce = (
  t: Transaction<FinsMessage>,
  operation: string,
  base: Base,
  accepted: boolean,
  sink: ObservationSink,
  state: FinsState,
): void => {
  const items = t.request?.detail?.kind === 'force' ? t.request.detail.items : [];
  if (items.length === 0) sink.command(t.at, { verb: 'force', operation, ...base });
  for (const { specification, point } of items) {
    const object = textOf(point, state);
    const value = FORCE_TEXT[specification] ?? `specification 0x${specification.toString(16)}`;
    sink.command(t.at, { verb: 'force', operation, ...base, object, value });
    if (accepted && specification <= 1)
      sink.value(t.at, {
        target: base.target,
        path: object,
        type: 'BOOL',
        value: specification === 1,
        access: 'write',
      });
  }
};

/** FINS/TCP: node addresses are agreed before the first frame (W421 section 7-4). */
const observeLink = (t: Transaction<FinsMessage>, sink: ObservationSink, state: FinsState): void => {
  const tcp = (t.response ?? t.request)?.tcp;
  if (tcp === undefined) return;
  const failed = tcp.errorCode !== 0;
  const reason = failed ? (TCP_ERRORS[tcp.errorCode] ?? `error ${tcp.errorCode}`) : '';
  if (tcp.command === 1 && !failed) state.node = tcp.serverNode & 255;
  if (tcp.command === 3) sink.session(t.at, { phase: 'close', outcome: 'refused', detail: `FINS/TCP: ${reason}` });
  else if (tcp.command <= 1)
    sink.session(t.at, {
      phase: 'open',
      outcome: outcomeOf(t, failed),
      detail: failed ? `FINS/TCP: ${reason}` : `FINS/TCP node ${tcp.clientNode} to ${tcp.serverNode}`,
    });
};
