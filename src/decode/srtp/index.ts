/** GE SRTP in the common vocabulary. Service and memory names: DFRWS 2017 paper (see `wire.ts`), tables 2 and 3. */
import { type Decoder, outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { ascii, u16le } from '../../lib/bytes.ts';
import { decodeSrtp, plcState, probeSrtp, type SrtpMessage } from './wire.ts';

export type { SrtpMessage } from './wire.ts';

const SERVICES: Readonly<Record<number, readonly [name: string, verb: Verb]>> = {
  0: ['PLC Short Status', 'read'],
  3: ['Return Control Program Names', 'read'],
  4: ['Read System Memory', 'read'],
  5: ['Read Task Memory', 'read'],
  6: ['Read Program Memory', 'program-upload'],
  7: ['Write System Memory', 'write'],
  8: ['Write Task Memory', 'write'],
  9: ['Write Program Block Memory', 'program-download'],
  32: ['Programmer Logon', 'authenticate'],
  33: ['Change Privilege Level', 'authenticate'],
  34: ['Set Control Id', 'configure'],
  35: ['Set PLC Run/Stop', 'mode-change'],
  36: ['Set PLC Time', 'configure'],
  37: ['Return PLC Time', 'read'],
  56: ['Return Fault Table', 'read'],
  57: ['Clear Fault Table', 'control'],
  63: ['Program Store', 'program-upload'],
  64: ['Program Load', 'program-download'],
  67: ['Return Controller Type and Id', 'discover'],
  68: ['Toggle Force System Memory', 'force'],
};
/** Why a service was refused (GFK-0529 tables 3-12 to 3-14): major status, and the minor ones that tell of rights and modes. */
const MAJOR: Readonly<Record<number, string>> = {
  1: 'illegal service request',
  2: 'insufficient privilege',
  4: 'protocol sequence error',
  5: 'service request error',
  6: 'illegal mailbox type',
  7: 'service request queue full',
};
const MINOR: Readonly<Record<number, string>> = {
  202: 'device is write-protected',
  228: 'segment does not exist',
  233: 'segment selector not valid here',
  239: 'a programmer is already attached',
  240: 'only valid in stop mode',
  241: 'only valid from the programmer',
  244: 'invalid parameter',
  245: 'invalid password',
  247: 'log on to a task first',
  249: 'address out of range',
  254: 'no privilege for this operation',
};
const reasonOf = (status: number): string => {
  const parts = [MAJOR[status >> 8], MINOR[status & 255]].filter((x) => x !== undefined);
  const code = `0x${status.toString(16).padStart(4, '0')}`;
  return parts.length === 0 ? `status ${code}` : `${parts.join(': ')} (${code})`;
};
const RUN_STOP = 0x23;
const CONTROLLER_TYPE = 0x43;

interface Memory {
  readonly name: string;
  readonly unit: 'bit' | 'byte' | 'word';
}
const memory = (name: string, unit: Memory['unit']): Memory => ({ name, unit });
const MEMORIES: Readonly<Record<number, Memory>> = {
  8: memory('%R', 'word'),
  10: memory('%AI', 'word'),
  12: memory('%AQ', 'word'),
  16: memory('%I', 'byte'),
  18: memory('%Q', 'byte'),
  20: memory('%T', 'byte'),
  22: memory('%M', 'byte'),
  24: memory('%SA', 'byte'),
  26: memory('%SB', 'byte'),
  28: memory('%SC', 'byte'),
  30: memory('%S', 'byte'),
  56: memory('%G', 'byte'),
  70: memory('%I', 'bit'),
  72: memory('%Q', 'bit'),
  74: memory('%T', 'bit'),
  76: memory('%M', 'bit'),
  78: memory('%SA', 'bit'),
  80: memory('%SB', 'bit'),
  82: memory('%SC', 'bit'),
  84: memory('%S', 'bit'),
  86: memory('%G', 'bit'),
};

interface SrtpState {
  /** The last status word told; only what it says anew is told. */
  plcStatus: number;
}

/** Every answer carries what the CPU does. */
const sayMode = (t: Transaction<SrtpMessage>, sink: ObservationSink, state: SrtpState): void => {
  const status = t.response?.plcStatus ?? -1;
  if (status < 0 || status >> 12 === state.plcStatus >> 12) return;
  state.plcStatus = status;
  const value = plcState(status);
  if (value !== undefined)
    sink.identity(t.at, { endpoint: t.at.server, attribute: 'mode', value, confidence: 0.9, via: 'SRTP status word' });
};

const observe = (t: Transaction<SrtpMessage>, sink: ObservationSink, state: SrtpState): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  const target = t.at.server;
  if (subject.packet <= 1) {
    sink.session(t.at, { phase: 'open', outcome: outcomeOf(t, false), detail: 'SRTP session' });
    return;
  }
  const q = t.request;
  sayMode(t, sink, state);
  // Answers do not repeat the service.
  if (q === undefined || q.service < 0) return;
  const status = t.response?.status ?? 0;
  const outcome = outcomeOf(t, status !== 0);
  const known = SERVICES[q.service];
  const area = q.selector >= 0 ? MEMORIES[q.selector] : undefined;
  const object =
    known === undefined
      ? `service 0x${q.service.toString(16)}`
      : area !== undefined
        ? rangeText(area, q.offset, q.count)
        : q.selector >= 0
          ? `memory 0x${q.selector.toString(16)} ${q.offset}`
          : undefined;
  sink.command(t.at, {
    verb: known?.[1] ?? 'invoke',
    operation: known?.[0] ?? 'SRTP service',
    target,
    outcome,
    native: q,
    object,
    value: q.service === RUN_STOP ? (q.data.length > 0 && q.data[0] === 1 ? 'run' : 'stop') : undefined,
    reason: status === 0 ? undefined : reasonOf(status),
  });
  if (outcome !== 'accepted' || t.response === undefined) return;
  if (area !== undefined) {
    const access = q.service === 7 || q.service === 8 ? 'write' : 'read';
    emit(t, area, q.offset, q.count, access === 'write' ? q.data : t.response.data, access, sink);
  } else if (q.service === CONTROLLER_TYPE) {
    const via = 'SRTP Return Controller Type and Id';
    sink.identity(t.at, { endpoint: target, attribute: 'vendor', value: 'GE / Emerson', confidence: 0.9, via });
    const name =
      ascii(t.response.data)
        .split('.')
        .find((x) => x.trim().length >= 4) ?? '';
    if (name !== '')
      sink.identity(t.at, { endpoint: target, attribute: 'station-name', value: name.trim(), confidence: 0.6, via });
  }
};

/** Addresses are counted from 1 by people and from 0 on the wire. */
const rangeText = (area: Memory, offset: number, count: number): string => {
  const first = area.unit === 'byte' ? offset * 8 + 1 : offset + 1;
  const length = area.unit === 'byte' ? count * 8 : count;
  return length <= 1 ? `${area.name}${first}` : `${area.name}${first}..${first + length - 1}`;
};

/** Words of one request; the protocol's texts are shorter. */
const MAX_WORDS = 2048;
const emit = (
  t: Transaction<SrtpMessage>,
  area: Memory,
  offset: number,
  count: number,
  data: Uint8Array,
  access: 'read' | 'write',
  sink: ObservationSink,
): void => {
  const target = t.at.server;
  if (area.unit === 'word') {
    const n = Math.min(count, data.length >> 1, MAX_WORDS);
    if (n === 0) return;
    const values = new Array<number>(n);
    for (let i = 0; i < n; i++) values[i] = u16le(data, i * 2);
    sink.values(t.at, { target, area: area.name, start: offset + 1, values, count: n, access });
    return;
  }
  const bits = area.unit === 'bit' ? count : count * 8;
  const first = area.unit === 'bit' ? offset : offset * 8;
  const skip = area.unit === 'bit' ? offset & 7 : 0;
  const n = Math.min(bits, data.length * 8 - skip, MAX_WORDS);
  if (n <= 0) return;
  const values = new Array<number>(n);
  for (let i = 0; i < n; i++) values[i] = (data[(i + skip) >> 3]! >> ((i + skip) & 7)) & 1;
  sink.values(t.at, { target, area: area.name, start: first + 1, values, count: n, access });
};

export const srtp: Decoder<SrtpMessage, SrtpState> = {
  name: 'srtp',
  title: 'GE SRTP',
  family: 'ot',
  attach: [{ over: 'tcp', ports: [18245, 18246] }],
  probe: (bytes, start, end) => probeSrtp(bytes, start, end),
  open: () => ({ plcStatus: -1 }),
  decode: (bytes, start, end) => decodeSrtp(bytes, start, end),
  pairing: {
    scope: 'flow',
    role: (m) => (m.packet === 8 ? 'single' : m.response ? 'response' : 'request'),
    key: (m) => (m.packet <= 1 ? -1 : m.sequence),
  },
  observe,
};
