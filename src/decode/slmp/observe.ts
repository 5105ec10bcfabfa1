/** SLMP and MC transactions in the common vocabulary. Answers have no addresses: values are those the request asked for. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Command, ObservationSink, Verb } from '../../core/observation.ts';
import { hex, paddedAscii, u16le } from '../../lib/bytes.ts';
import { nodeOf, valuesOf } from './body.ts';
import { COMMAND, COMMANDS_1E, commandOf, endCodeText } from './commands.ts';
import { deviceOf, deviceText } from './devices.ts';
import type { SlmpBlock, SlmpDetail, SlmpMessage, SlmpPoint } from './message.ts';
import { Reader } from './reader.ts';

/** Stations behind one flow, texts of devices and open files; beyond these they are built or asked for anew each time. */
const MAX_CHILDREN = 256;
const MAX_TEXTS = 4096;
const MAX_FILES = 64;

export interface SlmpState {
  readonly children: Map<number, { id: EndpointId; answered: boolean }>;
  readonly texts: Map<number, string>;
  readonly files: Map<number, string>;
  /** What Entry Monitor Device registered last. */
  monitor: SlmpDetail | undefined;
  /** The master of a cyclic network was said to command its slaves. */
  cyclic: boolean;
}
export const openSlmp = (): SlmpState => ({
  children: new Map(),
  texts: new Map(),
  files: new Map(),
  monitor: undefined,
  cyclic: false,
});

type Base = Pick<Command, 'target' | 'outcome' | 'native' | 'reason'>;

export const observeSlmp = (t: Transaction<SlmpMessage>, sink: ObservationSink, state: SlmpState): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  if (subject.command === COMMAND.CYCLIC && subject.frame === '3E') {
    observeCyclic(t, subject, sink, state);
    return;
  }
  if (subject.defect !== '') sink.weird(t.at, { code: 'slmp.length', detail: subject.type });
  const answer = t.response;
  const is1E = subject.frame === '1E';
  const failed = answer === undefined ? 0 : answer.endCode;
  const target = targetOf(subject, t.at.server, answer !== undefined && failed === 0, sink, state);
  const outcome = outcomeOf(t, failed > 0);
  const base: Base = { target, outcome, native: subject, reason: failed > 0 ? endCodeText(failed, is1E) : undefined };
  // A refusal repeats the command behind the access route, so that it says what was refused without its request.
  const repeated =
    t.request === undefined && answer !== undefined && failed > 0 && answer.data.length >= 9 && !answer.ascii;
  const command = repeated && subject.command < 0 ? u16le(answer.data, 5) : subject.command;
  if (command < 0) return;
  const own = is1E ? COMMANDS_1E[command] : undefined;
  const operation = own === undefined ? commandOf(command).name : own[0];
  const verb: Verb = own === undefined ? commandOf(command).verb : own[1];
  const detail = t.request?.detail;
  say(t, verb, operation, base, detail, sink, state);
  if (outcome !== 'accepted' && outcome !== 'unconfirmed') return;
  if (detail !== undefined) written(t, detail, verb, target, sink, state);
  if (answer !== undefined) answered(t, command, is1E, answer, target, sink, state);
};

/** The station spoken to is network 0, station 0xFF, its own CPU (module 0x03FF); everything else lies behind it. */
const targetOf = (
  m: SlmpMessage,
  server: EndpointId,
  answered_: boolean,
  sink: ObservationSink,
  state: SlmpState,
): EndpointId => {
  if (m.network === 0 && m.station === 0xff && m.module === 0x03ff) return server;
  const key = (m.network << 24) | (m.station << 16) | m.module;
  const known = state.children.get(key);
  if (known !== undefined && (known.answered || !answered_)) return known.id;
  const module =
    m.module === 0x03ff ? '' : ` module ${hex(Uint8Array.of(m.module >> 8, m.module), 0, 2).toUpperCase()}`;
  const place = m.network === 0 && m.station === 0xff ? 'own station' : `station ${m.network}.${m.station}`;
  const id = sink.child(server, 'other', `SLMP ${place}${module}`, answered_);
  if (known !== undefined) {
    known.id = id;
    known.answered = true;
  } else if (state.children.size < MAX_CHILDREN) state.children.set(key, { id, answered: answered_ });
  return id;
};

const textOf = (p: SlmpPoint, state: SlmpState): string => {
  const key = p.code * 0x1_0000_0000 + p.number;
  const known = state.texts.get(key);
  if (known !== undefined) return known;
  const text = deviceText(p.code, p.number);
  if (state.texts.size < MAX_TEXTS) state.texts.set(key, text);
  return text;
};
const rangeText = (block: SlmpBlock, state: SlmpState): string => {
  const first = textOf(block.point, state);
  if (block.count <= 1) return first;
  const wide = deviceOf(block.point.code)?.bit === true && !block.bits;
  return `${first}, ${block.count} ${block.bits ? 'bits' : wide ? 'words of bits' : 'words'}`;
};

const say = (
  t: Transaction<SlmpMessage>,
  verb: Verb,
  operation: string,
  base: Base,
  d: SlmpDetail | undefined,
  sink: ObservationSink,
  state: SlmpState,
): void => {
  if (d?.kind === 'random' && verb === 'write') {
    const all = [...d.words, ...d.doubles, ...d.bits];
    for (let i = 0; i < all.length; i++) {
      const value = d.values[i];
      const object = textOf(all[i]!, state);
      sink.command(t.at, { verb, operation, ...base, object, value });
    }
    return;
  }
  const object = objectOf(d, state);
  const value = d?.kind === 'range' && d.values.length === 1 ? d.values[0] : undefined;
  const clear = d?.kind === 'mode' && d.clear > 0 ? (d.clear === 1 ? 'clear outside latch' : 'clear all') : undefined;
  sink.command(t.at, {
    verb,
    operation,
    ...base,
    object: object === '' ? undefined : object,
    value: clear ?? value,
  });
  if (d?.kind === 'password')
    sink.session(t.at, {
      phase: operation.endsWith('Lock') ? 'close' : 'authenticate',
      outcome: base.outcome,
      clearCredential: true,
      detail: operation,
    });
};

const objectOf = (d: SlmpDetail | undefined, state: SlmpState): string => {
  switch (d?.kind) {
    case 'range':
      return rangeText(d.block, state);
    case 'blocks':
      return d.blocks.length === 0 ? '' : some(rangeText(d.blocks[0]!, state), d.blocks.length);
    case 'random': {
      const first = d.words[0] ?? d.doubles[0] ?? d.bits[0];
      const count = d.words.length + d.doubles.length + d.bits.length;
      return first === undefined ? '' : some(textOf(first, state), count);
    }
    case 'memory':
      return `${d.module < 0 ? 'memory' : `module 0x${d.module.toString(16)} memory`} 0x${d.address.toString(16)}, ${d.count} octets`;
    case 'labels':
      return some(d.names[0]!, d.names.length);
    case 'file':
      return d.name !== '' ? `file ${d.name}` : `file ${state.files.get(d.handle) ?? `handle ${d.handle}`}`;
    default:
      return '';
  }
};
const some = (first: string, count: number): string => (count === 1 ? first : `${first} and ${count - 1} more`);

/** Values of consecutive points. Words with decimal numbers go as one block; the rest one by one under their own names. */
const emit = (
  t: Transaction<SlmpMessage>,
  block: SlmpBlock,
  values: readonly number[],
  access: 'read' | 'write',
  target: EndpointId,
  sink: ObservationSink,
  state: SlmpState,
): void => {
  const device = deviceOf(block.point.code);
  const { number: start, code } = block.point;
  if (values.length === 0 || device === undefined) return;
  if (!block.bits && !device.bit && !device.hexadecimal && !device.long) {
    sink.values(t.at, { target, area: device.name, start, values, count: values.length, access });
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (block.bits) {
      sink.value(t.at, {
        target,
        path: textOf({ code, number: start + i }, state),
        type: 'BOOL',
        value: value !== 0,
        access,
      });
    } else if (device.bit) {
      for (let bit = 0; bit < 16; bit++) {
        const path = textOf({ code, number: start + i * 16 + bit }, state);
        sink.value(t.at, { target, path, type: 'BOOL', value: ((value >> bit) & 1) !== 0, access });
      }
    } else sink.value(t.at, { target, path: textOf({ code, number: start + i }, state), type: 'WORD', value, access });
  }
};

const written = (
  t: Transaction<SlmpMessage>,
  d: SlmpDetail,
  verb: Verb,
  target: EndpointId,
  sink: ObservationSink,
  state: SlmpState,
): void => {
  if (verb === 'subscribe') state.monitor = d;
  if (verb !== 'write') return;
  if (d.kind === 'range') emit(t, d.block, d.values, 'write', target, sink, state);
  else if (d.kind === 'blocks') {
    for (let i = 0; i < d.blocks.length; i++) emit(t, d.blocks[i]!, d.values[i] ?? [], 'write', target, sink, state);
  } else if (d.kind === 'random') {
    const points = [...d.words, ...d.doubles, ...d.bits];
    for (let i = 0; i < points.length && i < d.values.length; i++) {
      const bit = i >= d.words.length + d.doubles.length;
      const type = bit ? 'BOOL' : i < d.words.length ? 'WORD' : 'DWORD';
      const value = bit ? d.values[i] !== 0 : d.values[i]!;
      sink.value(t.at, { target, path: textOf(points[i]!, state), type, value, access: 'write' });
    }
  }
};

const answered = (
  t: Transaction<SlmpMessage>,
  command: number,
  is1E: boolean,
  answer: SlmpMessage,
  target: EndpointId,
  sink: ObservationSink,
  state: SlmpState,
): void => {
  const d = t.request?.detail;
  const r = new Reader(answer.data, 0, answer.data.length, answer.ascii && answer.frame !== '1E');
  const reads = is1E ? COMMANDS_1E[command]?.[1] === 'read' : commandOf(command).verb === 'read';
  if (d?.kind === 'range' && reads) {
    emit(t, d.block, valuesOf(r, d.block.count, d.block.bits), 'read', target, sink, state);
    return;
  }
  if (d?.kind === 'blocks' && reads) {
    for (const block of d.blocks) emit(t, block, valuesOf(r, block.count, false), 'read', target, sink, state);
    return;
  }
  const monitored = command === COMMAND.MONITOR_EXECUTE || (is1E && (command === 8 || command === 9));
  const list = monitored ? state.monitor : d;
  if (list?.kind === 'random' && reads) {
    for (const p of list.words) if (r.left >= 2) single(t, p, 'WORD', r.number(2), target, sink, state);
    for (const p of list.doubles) if (r.left >= 4) single(t, p, 'DWORD', r.number(4), target, sink, state);
    const bits = valuesOf(r, list.bits.length, true);
    for (let i = 0; i < bits.length; i++) single(t, list.bits[i]!, 'BOOL', bits[i] !== 0, target, sink, state);
    return;
  }
  if (d?.kind === 'file' && command === COMMAND.FILE_OPEN && r.left >= 2) {
    const handle = r.number(2);
    if (state.files.size < MAX_FILES) state.files.set(handle, d.name);
  } else if (d?.kind === 'file' && command === COMMAND.FILE_CLOSE) state.files.delete(d.handle);
  else identity(t, command, is1E, answer, target, sink);
};

const single = (
  t: Transaction<SlmpMessage>,
  p: SlmpPoint,
  type: string,
  value: number | boolean,
  target: EndpointId,
  sink: ObservationSink,
  state: SlmpState,
): void => sink.value(t.at, { target, path: textOf(p, state), type, value, access: 'read' });

const identity = (
  t: Transaction<SlmpMessage>,
  command: number,
  is1E: boolean,
  answer: SlmpMessage,
  endpoint: EndpointId,
  sink: ObservationSink,
): void => {
  const { data } = answer;
  const say_ = (
    attribute: 'vendor' | 'model' | 'device-type' | 'hostname' | 'gateway' | 'netmask' | 'firmware',
    value: string,
    confidence: number,
    via: string,
  ): void => {
    if (value !== '') sink.identity(t.at, { endpoint, attribute, value, confidence, via });
  };
  if (is1E) {
    if (command === 0x15 && data.length >= 1)
      say_('device-type', `MELSEC CPU code 0x${hex(data, 0, 1)}`, 0.6, '1E Read CPU Model');
    return;
  }
  if (command === COMMAND.READ_TYPE_NAME && data.length >= 16) {
    say_('vendor', 'Mitsubishi Electric', 0.8, 'SLMP Read Type Name');
    say_('model', paddedAscii(data, 0, 16), 1, 'SLMP Read Type Name');
  } else if (command === COMMAND.NODE_SEARCH) {
    const node = nodeOf(data);
    if (node?.kind !== 'node') return;
    const via = 'SLMP Node Search';
    say_('hostname', node.hostname, 1, via);
    say_('netmask', node.netmask, 1, via);
    say_('gateway', node.gateway, 1, via);
    say_('vendor', `CC-Link vendor 0x${node.vendorCode.toString(16).padStart(4, '0')}`, 0.5, via);
    say_('model', `CC-Link model code 0x${node.modelCode.toString(16).padStart(8, '0')}`, 0.4, via);
    say_('firmware', String(node.version), 0.6, via);
    sink.name(t.at, { endpoint, kind: 'mac', name: node.mac, via });
    sink.name(t.at, { endpoint, kind: 'ip', name: node.ip, via });
  }
};

/** Cyclic frames say once that the master drives its slaves; their I/O data is not taken apart (the mapping is the master's). */
const observeCyclic = (t: Transaction<SlmpMessage>, m: SlmpMessage, sink: ObservationSink, state: SlmpState): void => {
  if (m.response && m.endCode > 0)
    sink.weird(t.at, { code: 'slmp.cyclic-error', detail: `a slave answers ${endCodeText(m.endCode, false)}` });
  if (state.cyclic || m.detail?.kind !== 'cyclic') return;
  state.cyclic = true;
  for (const ip of m.detail.slaves) {
    const target = sink.mention(t.at, undefined, ip);
    sink.command(t.at, {
      verb: 'write',
      operation: 'CC-Link IE Field Basic cyclic',
      target,
      object: `group ${m.detail.group}`,
      outcome: 'unconfirmed',
      native: m,
    });
  }
};
