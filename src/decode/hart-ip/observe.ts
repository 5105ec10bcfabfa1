/**
 * HART-IP in the common vocabulary: sessions, reads and writes of process variables with unit and quality, identities of the
 * server and of the devices behind it, and the commands that change a device.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, Attribute, ObservationSink, Outcome, ValueItem } from '../../core/observation.ts';
import { CMD_AGGREGATED, CMD_DEVICE_VARIABLES, CMD_SUB_DEVICE, commandInfo } from './commands.ts';
import { DEVICE_PROFILES, floatType, HEADER_STATUS, isRefusal, manufacturerName, responseReason } from './tables.ts';
import { type FieldValue, type HartCommand, type HartIpMessage, ID, MESSAGE } from './wire.ts';

/** Unique addresses kept as the server's own and facts said, per pair of hosts; beyond, facts are repeated. */
const MAX_KNOWN = 256;

export interface HartIpState {
  /** Unique addresses that are the server itself. */
  readonly own: Set<string>;
  readonly said: Set<string>;
}
export const openHartIp = (): HartIpState => ({ own: new Set(), said: new Set() });

type Fields = Readonly<Record<string, FieldValue>>;
const text = (fields: Fields, name: string): string => {
  const v = fields[name];
  return typeof v === 'string' ? v.replace(/[@\s]+$/, '').trim() : '';
};
const number = (fields: Fields, name: string): number => {
  const v = fields[name];
  return typeof v === 'number' ? v : -1;
};

/** Flag of command 0: the device is a bridge, the server of this address space (Common Table 11). */
const BRIDGE = 4;

/** The unique address that a device of this type and id has: 14 bits of type, 24 of id (HCF_SPEC-081, 5.3.2). */
const uniqueOf = (fields: Fields): string => {
  const device = number(fields, 'expandedDeviceType');
  const id = number(fields, 'deviceId');
  if (device < 0 || id < 0) return '';
  return (device & 0x3fff).toString(16).padStart(4, '0') + id.toString(16).padStart(6, '0');
};

const targetOf = (at: At, address: string, answered: boolean, sink: ObservationSink, state: HartIpState): EndpointId =>
  address === '' || state.own.has(address) ? at.server : sink.child(at.server, 'other', `HART ${address}`, answered);

const say = (
  at: At,
  sink: ObservationSink,
  state: HartIpState,
  endpoint: EndpointId,
  attribute: Attribute,
  value: string,
  via: string,
): void => {
  if (value === '') return;
  const key = `${endpoint} ${attribute} ${value}`;
  if (state.said.has(key)) return;
  if (state.said.size < MAX_KNOWN) state.said.add(key);
  sink.identity(at, { endpoint, attribute, value, confidence: 1, via });
};

/** Commands 0, 11, 21, 73, 75 (the sub-device) and 84. */
const identify = (at: At, c: HartCommand, endpoint: EndpointId, sink: ObservationSink, state: HartIpState): void => {
  const f = c.fields;
  const device = number(f, 'expandedDeviceType');
  if (device < 0) return;
  const via = c.name;
  const vendor = number(f, 'manufacturerIdentificationCode');
  // Before HART 7 the manufacturer is the high octet of the device type only.
  const maker = vendor > 0 ? vendor : device >> 8 < 0xe0 ? device >> 8 : -1;
  if (maker > 0) say(at, sink, state, endpoint, 'vendor', manufacturerName(maker) ?? `HART manufacturer ${maker}`, via);
  say(at, sink, state, endpoint, 'model', `HART device type 0x${device.toString(16).padStart(4, '0')}`, via);
  const id = number(f, 'deviceId');
  if (id >= 0) say(at, sink, state, endpoint, 'serial', String(id), via);
  const software = number(f, 'softwareRevisionLevel');
  if (software >= 0) say(at, sink, state, endpoint, 'firmware', String(software), via);
  const hardware = number(f, 'hardwareRevisionLevelAndPhysicalSignalingCodes');
  if (hardware >= 0) say(at, sink, state, endpoint, 'hardware', String(hardware >> 3), via);
  const profile = DEVICE_PROFILES[number(f, 'deviceProfile')];
  say(at, sink, state, endpoint, 'device-type', profile ?? 'HART device', via);
  say(at, sink, state, endpoint, 'plant-id', text(f, 'longTag'), via);
};

/** Texts that people gave the device: commands 12, 13, 17, 18, 20, 22, 57, 58, 520. */
const describe = (at: At, c: HartCommand, endpoint: EndpointId, sink: ObservationSink, state: HartIpState): void => {
  const f = c.fields;
  const via = c.name;
  say(at, sink, state, endpoint, 'plant-id', text(f, 'longTag') || text(f, 'tag'), via);
  say(
    at,
    sink,
    state,
    endpoint,
    'description',
    text(f, 'descriptor') || text(f, 'recordKeepingDescriptor') || text(f, 'message'),
    via,
  );
  say(at, sink, state, endpoint, 'location', text(f, 'processUnitTag'), via);
};

/** Status of a variable (HCF_SPEC-099, 8.1): bits 7-6 are bad, poor, manual/fixed, good. */
const QUALITY: readonly ValueItem['quality'][] = ['bad', 'uncertain', 'uncertain', 'good'];

/** [path, value, unit] of the dynamic variables, by the names of commands 1, 2, 3 and 61. */
const DYNAMIC: readonly (readonly [path: string, value: string, ...units: string[]])[] = [
  ['PV', 'primaryVariable', 'primaryVariableUnits', 'primaryVariableUnitsCode'],
  ['SV', 'secondaryVariable', 'secondaryVariableUnits', 'secondaryVariableUnitsCode'],
  ['TV', 'tertiaryVariable', 'tertiaryVariableUnits', 'tertiaryVariableUnitsCode'],
  ['QV', 'quaternaryVariable', 'quaternaryVariableUnits', 'quaternaryVariableUnitsCode'],
];
const MILLIAMPERES = floatType(39);
const PERCENT = floatType(57);
const SLOT_NAMES = Array.from({ length: 8 }, (_, i) => ({
  code: `slot${i}DeviceVariableCode`,
  value: `slot${i}DeviceVariable`,
  unit: `slot${i}UnitsCode`,
  status: `slot${i}DeviceVariableStatus`,
  channel: `analogChannelNumberCodeslot${i}`,
  level: `analogChannelLevelslot${i}`,
  levelUnit: `analogChannelUnitsCodeslot${i}`,
}));
/** Common Table 34: the codes that every device has. */
// biome-ignore format: a table
const VARIABLE_NAMES: Readonly<Record<number, string>> = {
  243: 'battery life', 244: 'percent of range', 245: 'loop current', 246: 'PV', 247: 'SV', 248: 'TV', 249: 'QV',
};
const VARIABLE_PATHS: readonly string[] = Array.from(
  { length: 256 },
  (_, i) => VARIABLE_NAMES[i] ?? `device variable ${i}`,
);
const CHANNEL_PATHS: readonly string[] = Array.from({ length: 256 }, (_, i) => `analog channel ${i}`);

const values = (at: At, c: HartCommand, target: EndpointId, sink: ObservationSink): void => {
  const f = c.fields;
  const put = (path: string, value: FieldValue | undefined, type: string, quality?: ValueItem['quality']): void => {
    // Not a number stands for "there is none".
    if (typeof value !== 'number' || Number.isNaN(value)) return;
    sink.value(at, { target, path, type, value, access: 'read', quality });
  };
  switch (c.number) {
    case 1:
    case 2:
    case 3:
    case 61:
      for (const [path, value, unit, unitCode] of DYNAMIC)
        if (f[value] !== undefined)
          put(path, f[value], floatType(number(f, unit!) >= 0 ? number(f, unit!) : number(f, unitCode!)));
      put('loop current', f.primaryVariableLoopCurrent, MILLIAMPERES);
      put('percent of range', f.primaryVariablePercentRange, PERCENT);
      return;
    case CMD_DEVICE_VARIABLES:
    case 33:
      for (const s of SLOT_NAMES) {
        const code = number(f, s.code);
        if (code < 0) break;
        const status = number(f, s.status);
        put(
          VARIABLE_PATHS[code]!,
          f[s.value],
          floatType(number(f, s.unit)),
          status < 0 ? undefined : QUALITY[status >> 6],
        );
      }
      return;
    case 60:
      put(
        CHANNEL_PATHS[number(f, 'analogChannelNumberCode') & 255]!,
        f.analogChannelLevel,
        floatType(number(f, 'analogChannelUnitsCode')),
      );
      return;
    case 62:
      for (const s of SLOT_NAMES)
        if (number(f, s.channel) >= 0)
          put(CHANNEL_PATHS[number(f, s.channel)]!, f[s.level], floatType(number(f, s.levelUnit)));
      return;
    case 534:
      put(
        VARIABLE_PATHS[number(f, 'deviceVariableCode') & 255]!,
        f.deviceVariableValue,
        floatType(number(f, 'unitsCode')),
      );
      return;
    default:
  }
};

/** What a command addresses, in HART's words. */
const objectOf = (c: HartCommand): string => {
  const f = c.fields;
  const variable = number(f, 'deviceVariableCode');
  if (variable >= 0) return VARIABLE_PATHS[variable]!;
  const channel = number(f, 'analogChannelNumberCode');
  if (channel >= 0) return CHANNEL_PATHS[channel]!;
  if (c.number === CMD_DEVICE_VARIABLES || c.number === 33) {
    const names: string[] = [];
    for (const s of SLOT_NAMES) {
      const code = number(f, s.code);
      if (code < 0) break;
      names.push(VARIABLE_PATHS[code]!);
    }
    if (names.length > 0) return names.join(', ');
  }
  return `command ${c.number}`;
};

/** The field that a write carries, in order of preference; texts lose their padding. */
const VALUE_FIELDS = [
  'deviceVariableValue', 'fixedAnalogChannelLevel', 'pvFixedCurrentLevel', 'trimPointValue', 'analogChannelLevel', 'measuredPvLoopCurrentLevel', 'longTag', 'messageString',
  'tag', 'unitTag', 'processUnitTag', 'pvDampingValue', 'deviceVariableDampingValue', 'analogChannelDampingValue', 'pollingAddressDevice', 'finalAssemblyNumber', 'lockCode',
  'squawkControl', 'eepromControlCode', 'pvUnitCodes', 'deviceVariableUnitsCode', 'pvTransferFunctionCode', 'analogChannelTransferFunctionCode', 'numberOfPreambles',
  'retryCount', 'masterMode', 'burstModeControlCode', 'burstCommandNumber', 'date', 'configurationChangeCounter', 'pvTransducerSerialNumber', 'deviceVariableTransducerSerialNumber',
] as const; // biome-ignore format: a table
const writtenValue = (c: HartCommand): string | number | undefined => {
  if (c.number === 35 || c.number === 65) {
    const channel = c.number === 65 ? 'analogChannel' : 'pv';
    const low = c.fields[`${channel}LowerRangeValue`];
    const high = c.fields[`${channel}UpperRangeValue`];
    return low === undefined || high === undefined ? undefined : `${String(low)}..${String(high)}`;
  }
  for (const name of VALUE_FIELDS) {
    const v = c.fields[name];
    if (typeof v === 'number') return v;
    if (typeof v === 'string') return text(c.fields, name);
  }
  return undefined;
};

/** One command with its answer. `refusedBy` is the header's status when the server itself refuses. */
const observeCommand = (
  t: Transaction<HartIpMessage>,
  request: HartCommand | undefined,
  answer: HartCommand | undefined,
  target: EndpointId,
  sink: ObservationSink,
  state: HartIpState,
): void => {
  const c = request ?? answer!;
  const at = t.at;
  const info = commandInfo(c.number);
  const status = t.response?.status ?? 0;
  const serverRefuses = status !== 0 && status !== 8 && answer === undefined;
  const refused = serverRefuses || (answer !== undefined && answer.responseCode >= 0 && isRefusal(answer.responseCode));
  // A direct PDU may answer fewer commands than were asked.
  const outcome: Outcome =
    t.response !== undefined && answer === undefined && !refused ? 'unanswered' : outcomeOf(t, refused);
  if (info.number === CMD_SUB_DEVICE || info.number === CMD_AGGREGATED) {
    const sub = request?.subAddress || answer?.subAddress || '';
    const inner =
      info.number === CMD_SUB_DEVICE && sub !== ''
        ? sink.child(target, 'other', `HART ${sub}`, answer?.nested.length === 1)
        : target;
    const list = request !== undefined && request.nested.length > 0 ? request.nested : (answer?.nested ?? []);
    for (let i = 0; i < list.length; i++) observeCommand(t, request?.nested[i], answer?.nested[i], inner, sink, state);
    if (list.length > 0 && !refused) return;
  }
  const value = info.verb === 'read' || info.verb === 'discover' ? undefined : writtenValue(c);
  const reason = !refused
    ? undefined
    : serverRefuses
      ? (HEADER_STATUS[status] ?? `status ${status}`)
      : responseReason(answer!.responseCode);
  sink.command(at, {
    verb: info.verb,
    operation: info.name,
    target,
    object: objectOf(c),
    outcome,
    native: c,
    value,
    reason,
  });
  if (answer === undefined || refused) return;
  values(at, answer, target, sink);
  if (info.verb === 'force' && typeof value === 'number')
    sink.value(at, {
      target,
      path: objectOf(c),
      type: floatType(number(c.fields, 'unitsCode')),
      value,
      access: 'write',
    });
  if (info.verb === 'discover') identify(at, answer, target, sink, state);
  else describe(at, answer, target, sink, state);
};

const observeSession = (t: Transaction<HartIpMessage>, m: HartIpMessage, sink: ObservationSink): void => {
  const status = t.response?.status ?? 0;
  const outcome = outcomeOf(t, status !== 0 && status !== 8);
  if (m.messageId === ID.SESSION_CLOSE) {
    sink.session(t.at, { phase: 'close', outcome: outcome === 'unanswered' ? 'unconfirmed' : outcome });
    return;
  }
  const master = m.masterType === 1 ? 'primary master' : m.masterType === 0 ? 'secondary master' : 'master';
  const detail = outcome === 'refused' ? `${master}: ${HEADER_STATUS[status] ?? `status ${status}`}` : master;
  sink.session(t.at, { phase: 'open', outcome, detail, native: m });
};

const isTransport = (m: HartIpMessage): boolean => m.messageId === ID.TOKEN_PASSING || m.messageId === ID.DIRECT;

export const observeHartIp = (t: Transaction<HartIpMessage>, sink: ObservationSink, state: HartIpState): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  for (const m of [t.request, t.response])
    if (m !== undefined && m.defect !== '') sink.weird(t.at, { code: `hart-ip.${m.defect}`, detail: m.type });
  if (subject.messageId === ID.SESSION_INITIATE || subject.messageId === ID.SESSION_CLOSE) {
    observeSession(t, subject, sink);
    return;
  }
  if (subject.messageId === ID.READ_AUDIT_LOG) {
    const status = t.response?.status ?? 0;
    const outcome = outcomeOf(t, status !== 0 && status !== 8);
    sink.command(t.at, {
      verb: 'read',
      operation: 'Read Audit Log',
      target: t.at.server,
      object: 'audit log',
      outcome,
      native: t.response ?? subject,
    });
    return;
  }
  if (!isTransport(subject)) return;
  if (subject.messageType === MESSAGE.PUBLISH) {
    const address = subject.token?.uniqueAddress ?? '';
    // The publisher is the sender, whichever side the flow calls the server.
    const target =
      address === '' || state.own.has(address)
        ? t.at.sender
        : sink.child(t.at.sender, 'other', `HART ${address}`, true);
    for (const c of subject.commands) values(t.at, c, target, sink);
    return;
  }
  learnOwn(t, state);
  const address = t.request?.token?.uniqueAddress || t.response?.token?.uniqueAddress || '';
  const list =
    t.request !== undefined && t.request.commands.length > 0 ? t.request.commands : (t.response?.commands ?? []);
  for (let i = 0; i < list.length; i++) {
    const answer = t.response?.commands[i];
    const target = targetOf(t.at, address, answer !== undefined, sink, state);
    observeCommand(t, t.request?.commands[i], answer, target, sink, state);
  }
};

/** Which unique address is the server itself: it answers command 0 to a polling address or in a direct PDU, or is a bridge. */
const learnOwn = (t: Transaction<HartIpMessage>, state: HartIpState): void => {
  const answer = t.response;
  if (answer === undefined || state.own.size >= MAX_KNOWN) return;
  const direct = answer.messageId === ID.DIRECT;
  const polled = t.request?.token !== undefined && t.request.token.pollingAddress >= 0;
  for (const c of answer.commands) {
    if (c.number !== 0) continue;
    const bridge = (number(c.fields, 'flags') & BRIDGE) !== 0 && number(c.fields, 'flags') >= 0;
    if (!direct && !polled && !bridge) continue;
    const own = uniqueOf(c.fields);
    if (own !== '') state.own.add(own);
    if (bridge && answer.token !== undefined && answer.token.uniqueAddress !== '')
      state.own.add(answer.token.uniqueAddress);
  }
};
