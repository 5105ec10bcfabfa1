/**
 * What the High-Speed Ethernet Server says: variables and signals are read and written, the arm is moved, drives are switched, jobs are
 * chosen, started, loaded and saved. Source: Yaskawa HW1483602, sections 3.3 (commands) and 3.4 (added status).
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Value, Verb } from '../../core/observation.ts';
import { i32le, u16le, u32le } from '../../lib/bytes.ts';
import { type HsesMessage, textAt } from './wire.ts';

type Kind = 'none' | 'octet' | 'integer' | 'double' | 'real' | 'text' | 'word';
interface Known {
  readonly name: string;
  /** When it is asked, and when it is set. */
  readonly get: Verb;
  readonly set: Verb;
  readonly area: string;
  readonly kind: Kind;
}
const COMMANDS = new Map<number, Known>();
const add = (code: number, name: string, get: Verb, set: Verb = 'write', area = '', kind: Kind = 'none'): void => {
  COMMANDS.set(code, { name, get, set, area, kind });
};
add(0x70, 'Read Alarm', 'read');
add(0x71, 'Read Alarm History', 'read');
add(0x72, 'Read Status', 'read');
add(0x73, 'Read Executing Job', 'read');
add(0x74, 'Read Axis Configuration', 'read');
add(0x75, 'Read Position', 'read');
add(0x76, 'Read Position Error', 'read');
add(0x77, 'Read Torque', 'read');
add(0x78, 'I/O', 'read', 'write', 'IO', 'octet');
add(0x79, 'Register', 'read', 'write', 'M', 'word');
add(0x7a, 'Byte Variable', 'read', 'write', 'B', 'octet');
add(0x7b, 'Integer Variable', 'read', 'write', 'I', 'integer');
add(0x7c, 'Double Variable', 'read', 'write', 'D', 'double');
add(0x7d, 'Real Variable', 'read', 'write', 'R', 'real');
add(0x7e, 'String Variable', 'read', 'write', 'S', 'text');
add(0x7f, 'Position Variable', 'read', 'write', 'P');
add(0x80, 'Base Position Variable', 'read', 'write', 'BP');
add(0x81, 'External Axis Variable', 'read', 'write', 'EX');
add(0x82, 'Alarm Reset', 'control', 'control');
add(0x83, 'Hold and Servo', 'control', 'control');
add(0x84, 'Select Cycle', 'mode-change', 'mode-change');
add(0x85, 'Display Text', 'read', 'write');
add(0x86, 'Start Job', 'control', 'control');
add(0x87, 'Select Job', 'control', 'control');
add(0x88, 'Read Management Time', 'read');
add(0x89, 'Read System Information', 'discover');
add(0x8a, 'Move Cartesian', 'control', 'control');
add(0x8b, 'Move Pulse', 'control', 'control');
add(0x8c, 'Long String Variable', 'read', 'write', 'S', 'text');
for (const [i, [name, area]] of [
  ['Several I/O', 'IO'], ['Several Registers', 'M'], ['Several Byte Variables', 'B'], ['Several Integer Variables', 'I'],
  ['Several Double Variables', 'D'], ['Several Real Variables', 'R'], ['Several String Variables', 'S'],
  ['Several Position Variables', 'P'], ['Several Base Position Variables', 'BP'], ['Several External Axis Variables', 'EX'],
].entries()) add(0x300 + i, name!, 'read', 'write', area!); // biome-ignore format: a table

/** Services of file control (section 3.5). */
const FILES: Readonly<Record<number, readonly [string, Verb]>> = {
  9: ['Delete File', 'delete'],
  21: ['Load File', 'program-download'],
  22: ['Save File', 'program-upload'],
  50: ['List Files', 'discover'],
};

const SWITCHES: readonly string[] = ['-', 'hold', 'servo', 'pendant lock'];
const CYCLES: readonly string[] = ['-', 'step', 'cycle', 'continuous'];
const RESETS: readonly string[] = ['-', 'alarm', 'error'];
const nameOf = (table: readonly string[], n: number): string => table[n] ?? String(n);

/** Status and, where it is known, why (section 3.4): the last octets are the controller's own alarm numbers. */
const REASONS: Readonly<Record<number, string>> = {
  4112: 'command error', 4113: 'number of operands', 4114: 'operand out of range', 4115: 'operand length', 8208: 'robot is moving',
  8224: 'held by the pendant', 8240: 'held externally', 8256: 'held by command', 8272: 'error or alarm', 8288: 'servo off',
  8304: 'wrong mode', 8320: 'used by another application', 12304: 'servo must be turned on', 12352: 'home position needed',
}; // biome-ignore format: a table
const reasonOf = (m: HsesMessage): string =>
  `${REASONS[m.addedStatus] ?? 'refused'} (status 0x${m.status.toString(16).padStart(2, '0')}, 0x${m.addedStatus.toString(16).padStart(4, '0')})`;

const GET_SINGLE = 0x0e;
const GET_ALL = 0x01;
const READ_SEVERAL = 0x33;
const isReading = (service: number): boolean =>
  service === GET_SINGLE || service === GET_ALL || service === READ_SEVERAL;

const dataValue = (m: HsesMessage, kind: Kind): Value | undefined => {
  const { data } = m;
  switch (kind) {
    case 'octet':
      return data.length >= 1 ? data[0]! : undefined;
    case 'word':
      return data.length >= 2 ? u16le(data, 0) : undefined;
    case 'integer':
      return data.length >= 2 ? (u16le(data, 0) << 16) >> 16 : undefined;
    case 'double':
      return data.length >= 4 ? i32le(data, 0) : undefined;
    case 'real':
      return data.length >= 4 ? new DataView(data.buffer, data.byteOffset).getFloat32(0, true) : undefined;
    case 'text':
      return textAt(m, 0, 32);
    default:
      return undefined;
  }
};

/** What a command of the robot is about, and what is set. */
const about = (
  q: HsesMessage,
  known: Known | undefined,
): { object?: string | undefined; value?: Value | undefined } => {
  const number = q.data.length >= 4 ? u32le(q.data, 0) : -1;
  switch (q.command) {
    case 0x82:
      return { object: nameOf(RESETS, q.instance) };
    case 0x83:
      return { object: nameOf(SWITCHES, q.instance), value: number === 1 ? 'on' : number === 2 ? 'off' : undefined };
    case 0x84:
      return { object: 'cycle', value: nameOf(CYCLES, number) };
    case 0x87:
      return { object: 'job', value: textAt(q, 0, 32) };
    case 0x85:
      return { value: textAt(q, 0, 30) };
  }
  if (known === undefined) return { object: `command 0x${q.command.toString(16)}` };
  if (known.area === '') return {};
  const several = q.service === READ_SEVERAL || q.service === 0x34;
  return {
    object: `${known.area}${q.instance}${several && number > 1 ? `..${q.instance + number - 1}` : ''}`,
    value: isReading(q.service) ? undefined : dataValue(q, known.kind),
  };
};

/** Bits of the status (section 3.3.3): which mode, and whether it runs. */
const modeOf = (m: HsesMessage): string => {
  const [first, second] = [u32le(m.data, 0), u32le(m.data, 4)];
  const modes = ['step', 'one cycle', 'automatic', 'running', '', 'teach', 'play', 'remote'];
  const states = ['', 'held by the pendant', 'held externally', 'held by command', 'alarm', 'error', 'servo on'];
  const said = (names: readonly string[], bits: number) => names.filter((name, i) => name !== '' && (bits >> i) & 1);
  return [...said(modes, first), ...said(states, second)].join(', ');
};

const identities = (t: Transaction<HsesMessage>, q: HsesMessage, a: HsesMessage, sink: ObservationSink): void => {
  const { at } = t;
  const endpoint = at.server;
  if (q.command === 0x72 && q.service === GET_ALL && a.data.length >= 8)
    sink.identity(at, { endpoint, attribute: 'mode', value: modeOf(a), confidence: 1, via: 'HSES status' });
  if (q.command !== 0x89) return;
  const via = 'HSES system information';
  sink.identity(at, { endpoint, attribute: 'vendor', value: 'Yaskawa', confidence: 1, via });
  const all = q.service === GET_ALL;
  const firmware = all || q.attribute === 1 ? textAt(a, 0, 24) : '';
  const model = all ? textAt(a, 24, 16) : q.attribute === 2 ? textAt(a, 0, 16) : '';
  if (firmware !== '') sink.identity(at, { endpoint, attribute: 'firmware', value: firmware, confidence: 1, via });
  if (model !== '') sink.identity(at, { endpoint, attribute: 'model', value: model, confidence: 1, via });
};

export const observeHses = (t: Transaction<HsesMessage>, sink: ObservationSink): void => {
  const { request: q, response: a, at } = t;
  // An answer does not say to what.
  if (q === undefined || q.type !== 'HSES request') return;
  // Of an answer in parts the first is told.
  if (a !== undefined && a.block % 0x8000_0000 > 1) return;
  const refused = a !== undefined && a.status > 0;
  const outcome = outcomeOf(t, refused);
  const reason = refused ? reasonOf(a) : undefined;
  if (q.division === 2) {
    const [operation, verb] = FILES[q.service] ?? ['File Service', 'invoke' as const];
    sink.command(at, { verb, operation, target: at.server, object: textAt(q, 0, 64), outcome, reason, native: q });
    return;
  }
  const known = COMMANDS.get(q.command);
  const reads = isReading(q.service);
  const { object, value } = about(q, known);
  sink.command(at, {
    verb: known === undefined ? 'invoke' : reads ? known.get : known.set,
    operation: known?.name ?? 'HSES command',
    target: at.server,
    object,
    value,
    outcome,
    reason,
    native: q,
  });
  if (outcome !== 'accepted' || a === undefined || known === undefined) return;
  identities(t, q, a, sink);
  const told = reads ? dataValue(a, known.kind) : value;
  if (known.area !== '' && object !== undefined && told !== undefined)
    sink.value(at, {
      target: at.server,
      path: object,
      type: known.name,
      value: told,
      access: reads ? 'read' : 'write',
    });
};

export const headingOf = (m: HsesMessage): string =>
  m.type !== 'HSES request'
    ? m.type
    : m.division === 2
      ? (FILES[m.service]?.[0] ?? m.type)
      : (COMMANDS.get(m.command)?.name ?? m.type);
