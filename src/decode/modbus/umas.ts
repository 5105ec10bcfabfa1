/**
 * UMAS, Schneider Electric's engineering protocol inside Modbus function 90: functions by name and verb, and what some of
 * them carry. There is no public specification; names and fields are those of public research (L. A. Martin, "The Unity
 * (UMAS) protocol" I to V; Kaspersky ICS CERT, "The secrets of Schneider Electric's UMAS protocol") and of captures.
 * Octets are counted from the session key: key (1), function (1), then data; answers have 0xFE (done) or 0xFD (refused).
 */
import type { Transaction } from '../../core/decoder.ts';
import type { Command, ObservationSink, Verb } from '../../core/observation.ts';
import { hex, paddedAscii, u16le, u32le } from '../../lib/bytes.ts';
import type { ModbusDetail, ModbusMessage } from './message.ts';

export const UMAS_DONE = 0xfe;
export const UMAS_REFUSED = 0xfd;

const FUNCTIONS: Readonly<Record<number, readonly [name: string, verb: Verb]>> = {
  1: ['UMAS Init Comm', 'discover'],
  2: ['UMAS Read Id', 'discover'],
  3: ['UMAS Read Project Info', 'discover'],
  4: ['UMAS Read PLC Info', 'read'],
  5: ['UMAS Read Loader Info', 'read'],
  6: ['UMAS Read Card Info', 'discover'],
  7: ['UMAS Read Block Info', 'read'],
  10: ['UMAS Repeat', 'invoke'],
  16: ['UMAS Take PLC Reservation', 'authenticate'],
  17: ['UMAS Release PLC Reservation', 'invoke'],
  18: ['UMAS Keep Alive', 'invoke'],
  32: ['UMAS Read Memory Block', 'read'],
  33: ['UMAS Write Memory Block', 'write'],
  34: ['UMAS Read Variables', 'read'],
  35: ['UMAS Write Variables', 'write'],
  36: ['UMAS Read Coils and Registers', 'read'],
  37: ['UMAS Write Coils and Registers', 'write'],
  38: ['UMAS Data Dictionary', 'read'],
  40: ['UMAS Data Dictionary Preload', 'read'],
  41: ['UMAS Read Physical Address', 'read'],
  42: ['UMAS Write Physical Address', 'write'],
  48: ['UMAS Initialize Program Download', 'program-download'],
  49: ['UMAS Program Download Block', 'program-download'],
  50: ['UMAS End Program Download', 'program-download'],
  51: ['UMAS Initialize Program Upload', 'program-upload'],
  52: ['UMAS Program Upload Block', 'program-upload'],
  53: ['UMAS End Program Upload', 'program-upload'],
  54: ['UMAS Backup', 'configure'],
  55: ['UMAS Preload Blocks', 'program-download'],
  57: ['UMAS Read Ethernet Master Data', 'read'],
  64: ['UMAS Start PLC', 'mode-change'],
  65: ['UMAS Stop PLC', 'mode-change'],
  66: ['UMAS Initialize PLC', 'restart'],
  80: ['UMAS Monitor PLC', 'subscribe'],
  88: ['UMAS Check PLC', 'read'],
  109: ['UMAS Security', 'authenticate'],
  110: ['UMAS Nonce Exchange', 'authenticate'],
  112: ['UMAS Read IO Object', 'read'],
  113: ['UMAS Write IO Object', 'write'],
  115: ['UMAS Get Status Module', 'read'],
};

type Umas = Extract<ModbusDetail, { kind: 'umas' }>;
/** What every command of the transaction has in common. */
type Base = Pick<Command, 'target' | 'outcome' | 'native' | 'reason'>;

/** Error of a refusal; UMAS answers with Modbus function 90 and 0xFD in it, which Modbus itself takes for an answer. */
const errorOf = (answer: Umas): string => `UMAS error 0x${hex(answer.octets, 2, Math.min(answer.octets.length, 6))}`;

export const observeUmas = (t: Transaction<ModbusMessage>, base: Base, sink: ObservationSink): void => {
  const asked = t.request?.detail?.kind === 'umas' ? t.request.detail : undefined;
  const answer = t.response?.detail?.kind === 'umas' ? t.response.detail : undefined;
  // Answers do not say what was asked: without the question they are nothing but an answer.
  if (asked === undefined) {
    sink.command(t.at, { verb: 'invoke', operation: 'UMAS', ...base });
    return;
  }
  const known = FUNCTIONS[asked.umasFunction];
  const refused = answer?.umasFunction === UMAS_REFUSED;
  const object = known === undefined ? `UMAS function 0x${hex(Uint8Array.of(asked.umasFunction))}` : objectOf(asked);
  const user = asked.umasFunction === 0x10 ? userOf(asked.octets) : '';
  sink.command(t.at, {
    verb: known?.[1] ?? 'invoke',
    operation: known?.[0] ?? 'UMAS',
    ...base,
    ...(refused ? { outcome: 'refused' as const, reason: errorOf(answer) } : {}),
    object: object === '' ? undefined : object,
    user: user === '' ? undefined : user,
  });
  if (answer !== undefined && !refused) observeAnswer(t, asked, answer.octets, base, sink);
};

/** Reservation: four octets, then the length and name of the workstation that takes it. */
const userOf = (b: Uint8Array): string => (b.length > 7 ? paddedAscii(b, 7, Math.min(b.length, 7 + b[6]!)) : '');

const objectOf = ({ umasFunction, octets: b }: Umas): string => {
  switch (umasFunction) {
    case 0x20:
    case 0x21:
      // Range (1), block (2), offset (4), octets (2).
      return b.length < 11 ? '' : `block ${u16le(b, 3)} offset 0x${u32le(b, 5).toString(16)}, ${u16le(b, 9)} octets`;
    case 0x22:
    case 0x23:
      return variablesOf(b);
    case 0x31:
    case 0x34:
      // The sequence number of the block stands behind one fixed word.
      return b.length < 6 ? '' : `block ${u16le(b, b.length >= 6 ? 4 : 2)}`;
    default:
      return '';
  }
};

/** CRC of the project (4), number of variables (1), then each: type (1), block (2), ... The first stands for all. */
const variablesOf = (b: Uint8Array): string => {
  if (b.length < 13) return '';
  const count = b[6]!;
  const first = `block ${u16le(b, 8)} offset 0x${(u16le(b, 11) + (b.length > 13 ? b[13]! : 0)).toString(16)}`;
  return count <= 1 ? `variable at ${first}` : `variable at ${first} and ${count - 1} more`;
};

const observeAnswer = (
  t: Transaction<ModbusMessage>,
  asked: Umas,
  b: Uint8Array,
  { target }: Base,
  sink: ObservationSink,
): void => {
  if (asked.umasFunction === 0x02 && b.length > 25) {
    // Hardware id (4), ..., firmware (2) at 10, length of the name at 24, name.
    const via = 'UMAS Read Id';
    const model = paddedAscii(b, 25, Math.min(b.length, 25 + b[24]!));
    if (model.length < 3) return;
    sink.identity(t.at, { endpoint: target, attribute: 'vendor', value: 'Schneider Electric', confidence: 0.9, via });
    sink.identity(t.at, { endpoint: target, attribute: 'model', value: model, confidence: 1, via });
    const firmware = `${b[11]!.toString(16)}.${b[10]!.toString(16).padStart(2, '0')}`;
    sink.identity(t.at, { endpoint: target, attribute: 'firmware', value: firmware, confidence: 0.8, via });
  } else if (asked.umasFunction === 0x03) {
    const project = projectOf(b);
    if (project !== '')
      sink.identity(t.at, {
        endpoint: target,
        attribute: 'description',
        value: `project ${project}`,
        confidence: 0.7,
        via: 'UMAS Read Project Info',
      });
  }
};

/** The project's name ends the answer: its length, its text, a NUL that the length counts. */
const projectOf = (b: Uint8Array): string => {
  if (b.length < 8 || b[b.length - 1] !== 0) return '';
  for (let length = 2; length <= 64 && b.length - 1 - length >= 2; length++)
    if (b[b.length - 1 - length] === length) return paddedAscii(b, b.length - length, b.length);
  return '';
};
