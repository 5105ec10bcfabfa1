/**
 * ROC Plus in the common vocabulary: parameters read and written by TLP, logins, clock, files, history and alarm logs, what the
 * unit says about itself. Units behind a radio or a store-and-forward path are children by their address.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Outcome, Value, Verb } from '../../core/observation.ts';
import { errorText, FILE_COMMANDS, OPCODE, opcodeInfo, ROC_TYPES, SYSTEM_MODES, tlpText } from './opcodes.ts';
import { type RocMessage, type RocState, readFloat, readU16, readU32, type Tlp } from './wire.ts';

/** Facts said once for a pair of hosts; beyond, they are repeated. */
const MAX_SAID = 64;

const text = (m: RocMessage, name: string): string => {
  const v = m.fields[name];
  return typeof v === 'string' ? v : '';
};
const number = (m: RocMessage, name: string): number => {
  const v = m.fields[name];
  return typeof v === 'number' ? v : -1;
};

/** Octets that parameters have (chapter 3): FLOAT and UINT32 first, then the small ones, then texts. */
const SIZES = [4, 1, 2, 3, 8, 10, 12, 20, 30, 40] as const;
/** Splits tried before we give up on a message. */
const MAX_TRIES = 4096;

/**
 * The answer to opcode 180 repeats each TLP in front of its data without saying how long that is: the TLPs that were asked
 * for and the end of the message leave one way to cut it.
 */
export const splitParameters = (data: Uint8Array, asked: readonly Tlp[]): readonly Tlp[] => {
  const out: Tlp[] = [];
  let tries = 0;
  const cut = (at: number, i: number): boolean => {
    if (i === asked.length) return at === data.length;
    const t = asked[i]!;
    if (++tries > MAX_TRIES || data[at] !== t.type || data[at + 1] !== t.logical || data[at + 2] !== t.parameter)
      return false;
    if (i === asked.length - 1) {
      if (at + 3 >= data.length) return false;
      out.push({ ...t, data: data.slice(at + 3) });
      return true;
    }
    for (const size of SIZES) {
      out.push({ ...t, data: data.slice(at + 3, at + 3 + size) });
      if (at + 3 + size < data.length && cut(at + 3 + size, i + 1)) return true;
      out.pop();
    }
    return false;
  };
  return data[0] === asked.length && cut(1, 0) ? out : [];
};

/** Types are not on the wire: the size tells integers, and four octets are a float unless that would be absurd. */
const valueOfData = (data: Uint8Array, swapped: boolean): readonly [Value, string] => {
  if (data.length === 1) return [data[0]!, 'UINT8'];
  if (data.length === 2) return [readU16(data, 0, swapped), 'UINT16'];
  if (data.length === 4) {
    const f = readFloat(data, 0, swapped);
    const size = Math.abs(f);
    if (f === 0 || (size > 1e-6 && size < 1e12)) return [f, 'FLOAT'];
    return [readU32(data, 0, swapped), 'UINT32'];
  }
  let printable = data.length >= 10;
  for (const c of data) if (c !== 0 && (c < 0x20 || c > 0x7e)) printable = false;
  if (printable)
    return [
      String.fromCharCode(...data)
        .replaceAll('\0', '')
        .trim(),
      'STRING',
    ];
  return [Array.from(data.subarray(0, 64), (x) => x.toString(16).padStart(2, '0')).join(''), 'octets'];
};

const targetOf = (at: At, m: RocMessage, answered: boolean, sink: ObservationSink): EndpointId => {
  const unit = m.response ? m.sourceUnit : m.destinationUnit;
  const group = m.response ? m.sourceGroup : m.destinationGroup;
  // 240 and 240,240 reach whatever is connected directly, 0 is a broadcast (manual 1.2, 1.3).
  if (unit === 0 || unit === 240) return at.server;
  return sink.child(at.server, 'other', `ROC ${unit},${group}`, answered);
};

interface Context {
  readonly t: Transaction<RocMessage>;
  readonly m: RocMessage;
  readonly target: EndpointId;
  readonly outcome: Outcome;
  readonly reason: string | undefined;
  readonly sink: ObservationSink;
}
const command = (c: Context, verb: Verb, operation: string, object: string, value?: Value): void =>
  c.sink.command(c.t.at, {
    verb,
    operation,
    target: c.target,
    object,
    outcome: c.outcome,
    native: c.m,
    value,
    reason: c.reason,
  });

const parameters = (c: Context): void => {
  const { m, t, target, sink } = c;
  const name = opcodeInfo(m.opcode).name;
  if (m.opcode === OPCODE.SET) {
    for (const tlp of m.tlps) {
      const path = tlpText(tlp.type, tlp.logical, tlp.parameter);
      const value = tlp.data === undefined ? undefined : valueOfData(tlp.data, m.swapped);
      command(c, 'write', name, path, value?.[0]);
      if (c.outcome === 'accepted' && value !== undefined)
        sink.value(t.at, { target, path, type: value[1], value: value[0], access: 'write' });
    }
    if (m.tlps.length === 0) command(c, 'write', name, 'parameters');
    return;
  }
  const asked = t.request?.tlps ?? [];
  const answer = t.response;
  const objects = (asked.length > 0 ? asked : m.tlps).map((x) => tlpText(x.type, x.logical, x.parameter)).join(', ');
  command(c, 'read', name, objects === '' ? 'parameters' : objects);
  if (answer === undefined || answer.opcode !== OPCODE.GET || c.outcome !== 'accepted') return;
  const split = asked.length > 0 ? splitParameters(answer.data, asked) : [];
  for (const tlp of split.length > 0 ? split : answer.tlps) {
    if (tlp.data === undefined) continue;
    const [value, type] = valueOfData(tlp.data, answer.swapped);
    sink.value(t.at, { target, path: tlpText(tlp.type, tlp.logical, tlp.parameter), type, value, access: 'read' });
  }
};

const file = (c: Context): void => {
  const { m } = c;
  const code = number(m, 'command');
  const name = m.fields.delete === true ? 'Delete' : (FILE_COMMANDS[code] ?? 'General File Transfer');
  const path = `${text(m, 'path')}${text(m, 'filename')}`;
  const object =
    path !== ''
      ? `file ${path}`
      : number(m, 'fileDescriptor') >= 0
        ? `file descriptor ${number(m, 'fileDescriptor')}`
        : 'file';
  const verb: Verb =
    m.fields.delete === true || code === 5 ? 'delete' : code === 3 ? 'write' : code === 4 ? 'invoke' : 'read';
  command(c, verb, `File ${name}`, object);
};

const login = (c: Context, state: RocState): void => {
  const { m, t, sink } = c;
  const user = text(m, 'operatorId').trim();
  const logout = text(m, 'logoutString') !== '';
  if (m.response && t.request === undefined) return;
  if (number(m, 'accessLevel') >= 0 || logout) {
    sink.session(t.at, {
      phase: logout ? 'close' : 'authenticate',
      outcome: c.outcome,
      clearCredential: true,
      ...(user === '' ? {} : { user }),
      ...(logout ? {} : { detail: `access level ${number(m, 'accessLevel')}` }),
    });
    if (!logout) command(c, 'authenticate', 'Login Request', `operator ${user}`, undefined);
  } else command(c, 'authenticate', 'Session Key Request', 'session key');
  if (user !== '' && c.outcome === 'accepted' && state.said.size < MAX_SAID) state.said.add(user);
};

const describe = (c: Context, state: RocState): void => {
  const answer = c.t.response;
  if (answer === undefined || answer.opcode !== OPCODE.SYSTEM_CONFIG) return;
  const type = ROC_TYPES[number(answer, 'typeOfRoc')];
  const mode = SYSTEM_MODES[number(answer, 'systemMode')];
  const via = 'System Configuration';
  const say = (attribute: 'vendor' | 'model' | 'mode' | 'device-type', value: string): void => {
    const key = `${c.target} ${attribute} ${value}`;
    if (state.said.has(key)) return;
    if (state.said.size < MAX_SAID) state.said.add(key);
    c.sink.identity(c.t.at, { endpoint: c.target, attribute, value, confidence: 1, via });
  };
  if (type !== undefined) {
    say('vendor', 'Emerson');
    say('model', type);
    say('device-type', 'remote operations controller');
  }
  if (mode !== undefined) say('mode', mode);
};

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/** The object of opcodes that name one thing. */
const objectOf = (m: RocMessage): string => {
  const segment = number(m, 'historySegment');
  switch (m.opcode) {
    case OPCODE.READ_CLOCK:
    case OPCODE.SET_CLOCK:
      return 'clock';
    case OPCODE.READ_TABLE:
    case OPCODE.WRITE_TABLE:
      return `opcode table ${number(m, 'tableNumber')} locations ${number(m, 'startingTableLocation')}..${number(m, 'startingTableLocation') + number(m, 'numTableLocations') - 1}`;
    case OPCODE.SET_POINT:
    case OPCODE.GET_POINT: {
      const first = number(m, 'startParameter');
      const last = first + number(m, 'numParameters') - 1;
      return `${tlpText(number(m, 'pointType'), number(m, 'pointLogicNumber'), first)}${last > first ? ` to parameter ${last}` : ''}`;
    }
    case OPCODE.STORE_AND_FORWARD:
      return `opcode ${number(m, 'desiredOpcode')} along a path`;
    case OPCODE.ALARMS:
      return 'alarm log';
    case OPCODE.EVENTS:
      return 'event log';
    case OPCODE.TRANSACTIONS:
      return 'transaction history';
    default:
      return segment >= 0 ? `history segment ${segment}` : opcodeInfo(m.opcode).name;
  }
};

export const observeRoc = (t: Transaction<RocMessage>, sink: ObservationSink, state: RocState): void => {
  let { request, response } = t;
  if (
    request !== undefined &&
    response !== undefined &&
    response.opcode !== request.opcode &&
    response.opcode !== OPCODE.ERROR
  ) {
    // An answer to something else: the request had none that we can tell.
    sink.weird(t.at, { code: 'roc-plus.opcode-mismatch', detail: `${request.type} answered by ${response.type}` });
    response = undefined;
    request = t.request;
  }
  const m = request ?? response;
  if (m === undefined) return;
  const refused = response !== undefined && response.opcode === OPCODE.ERROR;
  const outcome = response === undefined && t.response !== undefined ? 'unanswered' : outcomeOf(t, refused);
  const reason = !refused
    ? undefined
    : response!.errors.length > 0
      ? errorText(response!.errors[0]![0])
      : 'error indicator';
  const target = targetOf(t.at, m, response !== undefined, sink);
  const c: Context = { t: { ...t, request, response }, m, target, outcome, reason, sink };
  const info = opcodeInfo(m.opcode);
  switch (m.opcode) {
    case OPCODE.GET:
    case OPCODE.SET:
      parameters(c);
      return;
    case OPCODE.FILE:
      file(c);
      return;
    case OPCODE.LOGIN:
      login(c, state);
      return;
    case OPCODE.SET_CLOCK: {
      const f = m.fields;
      const value =
        f.year === undefined
          ? undefined
          : `${String(f.year)}-${two(number(m, 'month'))}-${two(number(m, 'day'))} ${two(number(m, 'hour'))}:${two(number(m, 'minute'))}:${two(number(m, 'second'))}`;
      command(c, info.verb, info.name, 'clock', value);
      return;
    }
    case OPCODE.ERROR:
      // Whatever it answers was not seen.
      return;
    case OPCODE.GET_POINT:
    case OPCODE.SET_POINT: {
      command(c, info.verb, info.name, objectOf(m));
      const carrier = m.opcode === OPCODE.SET_POINT ? m : c.t.response;
      const data = carrier?.fields.parameterData;
      if (outcome === 'accepted' && data instanceof Uint8Array && number(carrier!, 'numParameters') === 1) {
        const [value, type] = valueOfData(data, carrier!.swapped);
        sink.value(t.at, {
          target,
          path: objectOf(carrier!),
          type,
          value,
          access: m.opcode === OPCODE.SET_POINT ? 'write' : 'read',
        });
      }
      return;
    }
    default:
      command(c, info.verb, info.name, objectOf(m));
      describe(c, state);
  }
};
