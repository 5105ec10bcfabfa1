/**
 * FANUC Remote Motion Interface (TCP 16001, then a port that the answer to the first packet names): JSON objects, each with a line end behind
 * it. Source: FANUC Remote Motion Interface operator's manual B-84184EN, chapter 2: packets of communication, commands that are carried
 * out at once, instructions that are added to the program of the robot.
 */
import type { Decoded, Message, Probe } from '../../core/decoder.ts';
import type { Verb } from '../../core/observation.ts';
import { ascii, utf8OneLine } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';

/** Longest packet taken for one: motions with all their options have less than one kilobyte. */
export const MAX_PACKET = 8192;
/** Numbers and words of one packet that are kept; what is beyond stands in `more`. */
export const MAX_FIELDS = 64;
/** Octets of a packet in which its name must stand. */
const NAME_WITHIN = 256;
/** Characters of a word that is kept. */
const MAX_WORD = 64;

export type PacketKind = 'Communication' | 'Command' | 'Instruction';

export interface RmiField {
  /** `Position.X`, `PortValue`. */
  readonly path: string;
  readonly value: number | string | boolean;
}
export interface RmiMessage extends Message {
  /** `FRC_LinearMotion request`; `FRC packet request` of one that the manual does not have. */
  readonly type: string;
  readonly kind: PacketKind;
  /** As on the wire. */
  readonly name: string;
  /** Name, where it is one of the manual's. */
  readonly operation: string;
  readonly toRobot: boolean;
  /** Of instructions; -1 in others. */
  readonly sequenceId: number;
  /** 0 is success; -1 in requests, and where an answer has none. */
  readonly errorId: number;
  /** Commands and their answers are counted apart: they come in the same order. */
  readonly number: number;
  readonly fields: readonly RmiField[];
  readonly more: boolean;
}

/** What the packets of the manual do. */
export const PACKETS = tableOf<Verb>({
  FRC_Abort: 'mode-change',
  FRC_Call: 'invoke',
  FRC_CircularMotion: 'control',
  FRC_CircularRelative: 'control',
  FRC_Continue: 'mode-change',
  FRC_GetStatus: 'read',
  FRC_GetUFrameUTool: 'read',
  FRC_Initialize: 'control',
  FRC_JointMotion: 'control',
  FRC_JointMotionJRep: 'control',
  FRC_JointRelative: 'control',
  FRC_JointRelativeJRep: 'control',
  FRC_LinearMotion: 'control',
  FRC_LinearMotionJRep: 'control',
  FRC_LinearRelative: 'control',
  FRC_LinearRelativeJRep: 'control',
  FRC_Pause: 'mode-change',
  FRC_ReadAIN: 'read',
  FRC_ReadCartesianPosition: 'read',
  FRC_ReadDIN: 'read',
  FRC_ReadError: 'read',
  FRC_ReadGIN: 'read',
  FRC_ReadJointAngles: 'read',
  FRC_ReadPositionRegister: 'read',
  FRC_ReadTCPSpeed: 'read',
  FRC_ReadUFrameData: 'read',
  FRC_ReadUToolData: 'read',
  FRC_Reset: 'control',
  FRC_SetOverRide: 'write',
  FRC_SetPayLoad: 'write',
  FRC_SetUFrame: 'write',
  FRC_SetUFrameUTool: 'write',
  FRC_SetUTool: 'write',
  FRC_WaitDIN: 'control',
  FRC_WaitTime: 'control',
  FRC_WriteAOUT: 'write',
  FRC_WriteDOUT: 'write',
  FRC_WriteGOUT: 'write',
  FRC_WritePositionRegister: 'write',
  FRC_WriteUFrameData: 'write',
  FRC_WriteUToolData: 'write',
});
/** Packets of communication: no command of the robot. */
const COMMUNICATION = tableOf<true>({
  FRC_Connect: true,
  FRC_Disconnect: true,
  FRC_SystemFault: true,
  FRC_Terminate: true,
});

const NAME = /"(Communication|Command|Instruction)"\s*:\s*"(FRC_[A-Za-z]{1,40})"/;
const BRACE = 0x7b;
const isBlank = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

export const probeRmi = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== BRACE) return 'no';
  if (NAME.test(ascii(b, start, Math.min(end, start + NAME_WITHIN)))) return 'sure';
  return end - start < NAME_WITHIN && b[end - 1] !== 0x0a ? 'more' : 'no';
};

/** Octets of the JSON object at `start`; 0 where it goes on, -1 where it is none. */
const objectSize = (b: Uint8Array, start: number, end: number): number => {
  let depth = 0;
  let quoted = false;
  const stop = Math.min(end, start + MAX_PACKET);
  for (let o = start; o < stop; o++) {
    const c = b[o]!;
    if (quoted) {
      if (c === 0x5c) o++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) depth++;
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return o + 1 - start;
  }
  return end - start >= MAX_PACKET ? -1 : 0;
};

/** Objects in objects: `Position` in a packet, nothing deeper. */
const flat = (node: object, before: string, out: RmiField[], depth = 0): boolean => {
  let more = false;
  for (const [key, value] of Object.entries(node)) {
    const path = `${before}${key.slice(0, MAX_WORD)}`;
    if (typeof value === 'object' && value !== null) {
      if (depth < 2) more = flat(value, `${path}.`, out, depth + 1) || more;
      else more = true;
    } else if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
      if (out.length >= MAX_FIELDS) return true;
      out.push({ path, value: typeof value === 'string' ? value.slice(0, MAX_WORD) : value });
    }
  }
  return more;
};

/** Numbers of the next command and of the next answer. */
export interface RmiCount {
  asked: number;
  answered: number;
}

const integer = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : -1);

export const decodeRmi = (
  b: Uint8Array,
  start: number,
  end: number,
  toRobot: boolean,
  count: RmiCount,
): Decoded<RmiMessage> => {
  let at = start;
  while (at < end && isBlank(b[at]!)) at++;
  if (at === end) return { kind: 'skip', consumed: end - start };
  if (b[at] !== BRACE) return { kind: 'foreign' };
  const size = objectSize(b, at, end);
  if (size < 0)
    return { kind: 'malformed', code: 'fanuc.packet', detail: `more than ${MAX_PACKET} octets`, consumed: end - start };
  if (size === 0) return { kind: 'incomplete', missing: 1 };
  const consumed = at + size - start;
  let packet: Record<string, unknown>;
  try {
    packet = JSON.parse(utf8OneLine(b, at, at + size)) as Record<string, unknown>;
  } catch {
    return { kind: 'malformed', code: 'fanuc.packet', detail: 'no JSON', consumed };
  }
  const kind = (['Communication', 'Command', 'Instruction'] as const).find((k) => typeof packet[k] === 'string');
  if (kind === undefined)
    return { kind: 'malformed', code: 'fanuc.packet', detail: 'a packet without a name', consumed };
  const name = (packet[kind] as string).slice(0, MAX_WORD);
  const isKnown = kind === 'Communication' ? COMMUNICATION[name] === true : PACKETS[name] !== undefined;
  const operation = isKnown ? name : 'FRC packet';
  const { [kind]: _, SequenceID: sequence, ErrorID: error, ...rest } = packet;
  const fields: RmiField[] = [];
  const more = flat(rest, '', fields);
  const number = kind === 'Instruction' ? 0 : toRobot ? ++count.asked : error === undefined ? 0 : ++count.answered;
  return {
    kind: 'message',
    consumed,
    message: {
      type: `${operation} ${toRobot ? 'request' : error === undefined ? 'report' : 'response'}`,
      kind,
      name,
      operation,
      toRobot,
      sequenceId: integer(sequence),
      errorId: toRobot ? -1 : integer(error),
      number,
      fields,
      more,
    },
  };
};
