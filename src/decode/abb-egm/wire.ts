/**
 * ABB Externally Guided Motion: every few milliseconds a robot controller sends where it is as a datagram, and a computer answers where it
 * shall go. Protocol Buffers. Source: ABB, application manual "Externally Guided Motion" (3HAC073318), chapter "The EGM sensor
 * protocol", with the numbers of its messages EgmRobot, EgmSensor and EgmSensorPathCorr.
 */
import type { Decoded, Message, Probe } from '../../core/decoder.ts';
import { f64le } from '../../lib/bytes.ts';
import { encodeBytesField, encodeFixedField, encodeVarintField, field, readField, WIRE } from '../shared/protobuf.ts';

/** Numbers of one datagram that are read; what is beyond stands in `more`. */
export const MAX_FIELDS = 64;
/** Longest datagram taken for one. */
export const MAX_DATAGRAM = 4096;

/** Who says what (EgmHeader.MessageType). */
export const MTYPE = { COMMAND: 1, DATA: 2, CORRECTION: 3, PATH_CORRECTION: 4 } as const;
const TYPES = ['', 'EGM command', 'EGM robot state', 'EGM guidance', 'EGM path correction'] as const;

export interface EgmField {
  /** `feedBack.joints[0]` (degrees), `planned.cartesian.pos.x` (mm). */
  readonly path: string;
  readonly value: number;
}
export interface EgmMessage extends Message {
  readonly type: (typeof TYPES)[number];
  readonly mtype: number;
  readonly sequence: number;
  /** Clock of the sender, milliseconds; -1 without. */
  readonly timeMs: number;
  readonly fields: readonly EgmField[];
  readonly more: boolean;
}

/** A message in a message: its fields by number. `numbers`: a double that may come again and again. */
type Shape = Readonly<Record<number, readonly [name: string, inner: Shape | 'numbers' | 'number' | 'integer']>>;
const JOINTS: Shape = { 1: ['', 'numbers'] };
const CARTESIAN: Shape = { 1: ['x', 'number'], 2: ['y', 'number'], 3: ['z', 'number'] };
const QUATERNION: Shape = { 1: ['u0', 'number'], 2: ['u1', 'number'], 3: ['u2', 'number'], 4: ['u3', 'number'] };
const POSE: Shape = { 1: ['pos', CARTESIAN], 2: ['orient', QUATERNION], 3: ['euler', CARTESIAN] };
const CLOCK: Shape = { 1: ['sec', 'integer'], 2: ['usec', 'integer'] };
const PLANNED: Shape = {
  1: ['joints', JOINTS],
  2: ['cartesian', POSE],
  3: ['externalJoints', JOINTS],
  4: ['time', CLOCK],
};
const STATE: Shape = { 1: ['', 'integer'] };
const SPEED: Shape = { 1: ['joints', JOINTS], 2: ['cartesians', JOINTS], 3: ['externalJoints', JOINTS] };
const ROBOT: Shape = {
  2: ['feedBack', PLANNED],
  3: ['planned', PLANNED],
  4: ['motorState', STATE],
  5: ['mciState', STATE],
  6: ['mciConvergenceMet', 'integer'],
  7: ['testSignals', JOINTS],
  8: ['rapidExecState', STATE],
  9: ['measuredForce', JOINTS],
  10: ['utilizationRate', 'number'],
};
const SENSOR: Shape = { 2: ['planned', PLANNED], 3: ['speedRef', SPEED] };
const PATH: Shape = { 2: ['pathCorr', { 1: ['pos', CARTESIAN], 2: ['age', 'integer'] }] };
const SHAPES: Readonly<Record<number, Shape>> = {
  [MTYPE.DATA]: ROBOT,
  [MTYPE.CORRECTION]: SENSOR,
  [MTYPE.PATH_CORRECTION]: PATH,
};

/** Where the header ends, and its three numbers; -1 where there is none. Reused. */
const header = { end: -1, sequence: -1, timeMs: -1, mtype: -1 };
const readNumbers = (b: Uint8Array, start: number, end: number): boolean => {
  for (let o = start; o < end; ) {
    o = readField(b, o, end);
    if (o < 0 || field.wire !== WIRE.VARINT || field.high !== 0) return false;
    if (field.number === 1) header.sequence = field.low;
    else if (field.number === 2) header.timeMs = field.low;
    else if (field.number === 3) header.mtype = field.low;
    else return false;
  }
  return header.sequence >= 0 && header.mtype >= MTYPE.COMMAND && header.mtype <= MTYPE.PATH_CORRECTION;
};
const readHeader = (b: Uint8Array, start: number, end: number): boolean => {
  if (readField(b, start, end) < 0 || field.number !== 1 || field.wire !== WIRE.BYTES) return false;
  header.end = field.end;
  header.sequence = -1;
  header.timeMs = -1;
  header.mtype = -1;
  return readNumbers(b, field.start, field.end);
};

/** Reads a message by its shape into `out`; false where its octets contradict it. Fields that the shape does not have are passed over. */
const walk = (
  b: Uint8Array,
  from: number,
  end: number,
  shape: Shape,
  before: string,
  out: { readonly fields: EgmField[]; more: boolean },
): boolean => {
  let count = 0;
  for (let o = from; o < end; ) {
    o = readField(b, o, end);
    if (o < 0) return false;
    const known = shape[field.number];
    if (known === undefined) continue;
    const [name, inner] = known;
    const path = name === '' ? before : before === '' ? name : `${before}.${name}`;
    if (typeof inner === 'object') {
      if (field.wire !== WIRE.BYTES || !walk(b, field.start, field.end, inner, path, out)) return false;
      continue;
    }
    if (field.wire !== (inner === 'integer' ? WIRE.VARINT : WIRE.FIXED64)) return false;
    if (out.fields.length >= MAX_FIELDS) out.more = true;
    else
      out.fields.push({
        path: inner === 'numbers' ? `${path}[${count++}]` : path,
        value: inner === 'integer' ? field.high * 0x1_0000_0000 + field.low : f64le(b, field.start),
      });
  }
  return true;
};

export const probeEgm = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== 0x0a || end - start < 8 || end - start > MAX_DATAGRAM || !readHeader(b, start, end)) return 'no';
  const shape = SHAPES[header.mtype];
  const out = { fields: [], more: false };
  if (shape === undefined || !walk(b, header.end, end, shape, '', out)) return 'no';
  return out.fields.length > 0 ? 'sure' : 'no';
};

export const decodeEgm = (b: Uint8Array, start: number, end: number): Decoded<EgmMessage> => {
  const consumed = end - start;
  if (b[start] !== 0x0a || consumed > MAX_DATAGRAM) return { kind: 'foreign' };
  if (!readHeader(b, start, end)) return { kind: 'malformed', code: 'egm.header', detail: 'no header', consumed };
  const { sequence, timeMs, mtype } = header;
  const out = { fields: [] as EgmField[], more: false };
  if (!walk(b, header.end, end, SHAPES[mtype] ?? {}, '', out))
    return { kind: 'malformed', code: 'egm.field', detail: `a field of ${TYPES[mtype]} is broken`, consumed };
  return {
    kind: 'message',
    consumed,
    message: { type: TYPES[mtype]!, mtype, sequence, timeMs, fields: out.fields, more: out.more },
  };
};

const double = (value: number): Uint8Array => {
  const b = new Uint8Array(8);
  new DataView(b.buffer).setFloat64(0, value, true);
  return b;
};
/** A datagram with joints (degrees) where the shape of `mtype` has them: of the robot as feedback, of the computer as its plan. */
export const encodeEgm = (mtype: number, sequence: number, timeMs: number, joints: readonly number[]): Uint8Array =>
  Uint8Array.from([
    ...encodeBytesField(1, [
      ...encodeVarintField(1, sequence),
      ...encodeVarintField(2, timeMs),
      ...encodeVarintField(3, mtype),
    ]),
    ...encodeBytesField(
      2,
      encodeBytesField(
        1,
        joints.flatMap((j) => encodeFixedField(1, double(j))),
      ),
    ),
  ]);
