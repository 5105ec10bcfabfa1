/** MELSOFT transactions in the common vocabulary: who is engineered, program files up and down, modes. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { Command, ObservationSink, Verb } from '../../core/observation.ts';
import { COMMAND, type MelsoftMessage, nameOf } from './wire.ts';

/** Open files of the project, per host pair; a tool opens one at a time. */
const MAX_OPEN = 64;

export interface MelsoftState {
  readonly open: Map<number, string>;
}
export const openMelsoft = (): MelsoftState => ({ open: new Map() });

const VERBS: Readonly<Record<number, Verb>> = {
  257: 'discover',
  289: 'discover',
  416: 'authenticate',
  4097: 'mode-change',
  4098: 'mode-change',
  4099: 'mode-change',
  4101: 'control',
  4102: 'restart',
  5655: 'control',
  5680: 'authenticate',
  5681: 'authenticate',
  6176: 'write',
  6178: 'delete',
  6180: 'write',
  6184: 'program-upload',
  6185: 'program-download',
  6186: 'invoke',
  6248: 'program-upload',
  6249: 'program-download',
  6250: 'invoke',
  6270: 'invoke',
};
const verbOf = (command: number): Verb => {
  const known = VERBS[command];
  if (known !== undefined) return known;
  switch (command >> 8) {
    case 0x04:
    case 0x18:
      return 'read';
    case 0x14:
      return 'write';
    default:
      return 'invoke';
  }
};

const commandText = (command: number): string => `command 0x${command.toString(16).padStart(4, '0')}`;

export const observeMelsoft = (t: Transaction<MelsoftMessage>, sink: ObservationSink, state: MelsoftState): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  const answer = t.response;
  const target = t.at.server;
  if (subject.search >= 0) {
    sink.command(t.at, { verb: 'discover', operation: 'MELSOFT search', target, outcome: outcomeOf(t, false) });
    if (answer !== undefined)
      sink.identity(t.at, {
        endpoint: target,
        attribute: 'vendor',
        value: 'Mitsubishi Electric',
        confidence: 0.9,
        via: 'MELSOFT search',
      });
    return;
  }
  const failed = answer !== undefined && answer.endCode > 0;
  const outcome = outcomeOf(t, failed);
  const { command } = subject;
  const file = subject.files[0] ?? (subject.handle >= 0 ? state.open.get(subject.handle) : undefined);
  const name = nameOf(command);
  const object =
    subject.files.length > 1
      ? `file ${file} and ${subject.files.length - 1} more`
      : file !== undefined
        ? `file ${file}`
        : name === 'MELSOFT command'
          ? commandText(command)
          : undefined;
  const said: Command = {
    verb: verbOf(command),
    operation: name,
    target,
    outcome,
    native: subject,
    object,
    reason: failed ? `end code 0x${answer.endCode.toString(16).padStart(4, '0')}` : undefined,
  };
  sink.command(t.at, said);
  if (outcome !== 'accepted' || answer === undefined) return;
  if (command === COMMAND.FILE_OPEN && answer.handle >= 0 && file !== undefined) {
    if (state.open.size >= MAX_OPEN) state.open.clear();
    state.open.set(answer.handle, file);
  } else if (command === COMMAND.FILE_CLOSE) state.open.delete(subject.handle);
  else if (answer.model !== '') {
    const via = 'MELSOFT Read CPU Type';
    sink.identity(t.at, { endpoint: target, attribute: 'vendor', value: 'Mitsubishi Electric', confidence: 0.9, via });
    sink.identity(t.at, { endpoint: target, attribute: 'model', value: answer.model, confidence: 1, via });
  }
};
