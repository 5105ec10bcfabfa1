/**
 * Dashboard server of Universal Robots (TCP 29999): one command a line, one answer a line, a greeting first. Source:
 * Universal Robots, "Dashboard Server e-Series, port 29999".
 */
import type { Decoded, Message } from '../../core/decoder.ts';
import type { Verb } from '../../core/observation.ts';
import { ascii, indexOfByte } from '../../lib/bytes.ts';

/** Longest line taken for one. */
export const MAX_LINE = 1024;
export const GREETING = 'Connected: Universal Robots Dashboard Server';
const NEW_LINE = 0x0a;

export interface LineMessage extends Message {
  readonly toRobot: boolean;
  readonly text: string;
  /** Commands and their answers are counted apart: they come in the same order. */
  readonly number: number;
}

/** The commands by their first words; the longest that fits counts. */
const COMMANDS: readonly (readonly [text: string, verb: Verb])[] = [
  ['add to log', 'write'],
  ['brake release', 'control'],
  ['clear operational mode', 'mode-change'],
  ['close popup', 'control'],
  ['close safety popup', 'control'],
  ['generate flight report', 'read'],
  ['get', 'read'],
  ['is in remote control', 'read'],
  ['isprogramsaved', 'read'],
  ['load installation', 'program-download'],
  ['load', 'program-download'],
  ['pause', 'mode-change'],
  ['play', 'mode-change'],
  ['polyscopeversion', 'read'],
  ['popup', 'write'],
  ['power off', 'mode-change'],
  ['power on', 'mode-change'],
  ['programstate', 'read'],
  ['quit', 'control'],
  ['restart safety', 'restart'],
  ['robotmode', 'read'],
  ['running', 'read'],
  ['safetymode', 'read'],
  ['safetystatus', 'read'],
  ['set operational mode', 'mode-change'],
  ['set user role', 'configure'],
  ['shutdown', 'mode-change'],
  ['stop', 'mode-change'],
  ['unlock protective stop', 'control'],
  ['version', 'read'],
];
/** Verb and constant name of a command line; undefined for what no robot knows. */
export const commandOf = (
  text: string,
): { readonly name: string; readonly verb: Verb; readonly rest: string } | undefined => {
  const lower = text.toLowerCase();
  for (let i = COMMANDS.length - 1; i >= 0; i--) {
    const [name, verb] = COMMANDS[i]!;
    if (lower === name || lower.startsWith(`${name} `)) return { name, verb, rest: text.slice(name.length + 1) };
  }
  return undefined;
};

const COMMAND = 'Dashboard command';
const ANSWER = 'Dashboard answer';

/** One line at `start`. */
export const decodeLine = (
  b: Uint8Array,
  start: number,
  end: number,
  toRobot: boolean,
  count: { asked: number; answered: number },
): Decoded<LineMessage> => {
  const at = indexOfByte(b, NEW_LINE, start, Math.min(end, start + MAX_LINE));
  if (at < 0)
    return end - start >= MAX_LINE
      ? { kind: 'malformed', code: 'ur-dashboard.line', detail: `more than ${MAX_LINE} octets`, consumed: end - start }
      : { kind: 'incomplete', missing: 1 };
  const text = ascii(b, start, at)
    .replace(/[^ -~]/g, '')
    .trim();
  const number = toRobot ? ++count.asked : text.startsWith(GREETING) ? 0 : ++count.answered;
  return {
    kind: 'message',
    consumed: at + 1 - start,
    message: { type: toRobot ? COMMAND : ANSWER, toRobot, text, number },
  };
};
