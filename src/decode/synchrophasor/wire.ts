/**
 * Synchrophasor frames: octets <-> message. Source: IEEE C37.118.2-2011 section 6 (the frames of C37.118-2005 are the same
 * but for CFG-3 and the meaning of some bits of STAT).
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ascii, f32be, hex, i16be, u16be, u32be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { type Configuration, FORMAT, type PmuConfiguration, readConfiguration } from './configuration.ts';

export const SYNC = 0xaa;
/** SYNC, FRAMESIZE, IDCODE, SOC, FRACSEC. */
export const HEADER = 14;
export const MIN_FRAME = HEADER + 2;

export const FRAME = { DATA: 0, HEADER: 1, CFG1: 2, CFG2: 3, COMMAND: 4, CFG3: 5 } as const;
const TYPES = [
  'data frame',
  'header frame',
  'configuration frame 1',
  'configuration frame 2',
  'command frame',
  'configuration frame 3',
] as const;

/** CMD (section 6.6). */
export const COMMAND = { OFF: 1, ON: 2, HEADER: 3, CFG1: 4, CFG2: 5, CFG3: 6, EXTENDED: 8 } as const;

/** Streams (IDCODE) whose configuration is remembered between two hosts. */
export const MAX_STREAMS = 64;
/** Octets of a CFG-3 that comes in several frames; a longer one is not understood. */
export const MAX_CONFIGURATION = 512 * 1024;
/** Characters of a header frame, octets of an extended command that are kept. */
const MAX_TEXT = 1024;

/** Measurements of one PMU, as sent: the configuration says what they are. */
export interface PmuData {
  readonly stat: number;
  /** Two numbers for each phasor: magnitude and angle (radians, 10^-4 rad in 16 bits), or real and imaginary. */
  readonly phasors: readonly number[];
  /** Hz as a float, deviation in mHz in 16 bits; rate of change in Hz/s, or 10^-2 Hz/s in 16 bits. */
  readonly freq: number;
  readonly dfreq: number;
  readonly analogs: readonly number[];
  readonly digitals: readonly number[];
}

export interface SynchrophasorMessage {
  readonly type: (typeof TYPES)[number];
  readonly frameType: number;
  readonly version: number;
  readonly frameSize: number;
  readonly idcode: number;
  /** Seconds since 1970. */
  readonly soc: number;
  /** Upper octet of FRACSEC: leap second flags, time quality. */
  readonly timeQuality: number;
  readonly fracsec: number;
  readonly isChecked: boolean;
  readonly command: number;
  /** Octets behind an extended command as hexadecimal. */
  readonly extension: string;
  /** Text of a header frame. */
  readonly text: string;
  /** CFG-3 that comes in pieces: 1.., 65535 the last; 0 whole; -1 in other frames. */
  readonly contIdx: number;
  readonly configuration: Configuration | undefined;
  /** Measurements, when the configuration was seen. */
  readonly pmus: readonly PmuData[];
  /** '' or what contradicts: `configuration` (a frame that ends too early), `data-size` (does not fit what was configured). */
  readonly defect: string;
}

const CRC = Uint16Array.from({ length: 256 }, (_, i) => {
  let c = i << 8;
  for (let k = 0; k < 8; k++) c = (c & 0x8000) !== 0 ? (c << 1) ^ 0x1021 : c << 1;
  return c & 0xffff;
});
/** CRC-CCITT of annex B: polynomial 0x1021, beginning with 0xffff. */
export const crcOf = (b: Uint8Array, start: number, end: number): number => {
  let c = 0xffff;
  for (let i = start; i < end; i++) c = ((c << 8) & 0xffff) ^ CRC[((c >> 8) ^ b[i]!) & 0xff]!;
  return c;
};

interface Stream {
  configuration: Configuration | undefined;
  /** CFG-1 says what a PMU could send: it serves until a CFG-2 or CFG-3 comes. */
  isCurrent: boolean;
  /** Octets of a data frame with this configuration. */
  octets: number;
  /** CFG-3 in pieces. */
  pieces: Uint8Array;
  pieceOctets: number;
  nextPiece: number;
}
const EMPTY = new Uint8Array(0);
const NO_PMUS: readonly PmuData[] = [];

export class Streams {
  readonly #byId = new Map<number, Stream>();
  of(idcode: number): Stream {
    let s = this.#byId.get(idcode);
    if (s === undefined) {
      if (this.#byId.size >= MAX_STREAMS) this.#byId.clear();
      s = { configuration: undefined, isCurrent: false, octets: -1, pieces: EMPTY, pieceOctets: 0, nextPiece: 0 };
      this.#byId.set(idcode, s);
    }
    return s;
  }
  configuration(idcode: number): Configuration | undefined {
    return this.#byId.get(idcode)?.configuration;
  }
}

const isFrame = (b: Uint8Array, start: number): boolean => {
  const second = b[start + 1]!;
  return b[start] === SYNC && second >> 4 <= FRAME.CFG3 && (second & 15) !== 0;
};

/** `sure` needs the checksum: SYNC alone is two octets of sixteen bits that chance gives. */
export const probeFrame = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (available < 2) return b[start] === SYNC ? 'more' : 'no';
  if (!isFrame(b, start)) return 'no';
  if (available < 4) return 'more';
  const size = u16be(b, start + 2);
  if (size < MIN_FRAME) return 'no';
  if (available < size) return 'maybe';
  return crcOf(b, start, start + size - 2) === u16be(b, start + size - 2) ? 'sure' : 'maybe';
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Code: `synchrophasor.frame-size`. */
export const decodeFrame = (
  b: Uint8Array,
  start: number,
  end: number,
  streams: Streams,
): Decoded<SynchrophasorMessage> => {
  const available = end - start;
  if (available < 2) return b[start] === SYNC ? { kind: 'incomplete', missing: 2 } : { kind: 'foreign' };
  if (!isFrame(b, start)) return { kind: 'foreign' };
  if (available < 4) return { kind: 'incomplete', missing: 4 - available };
  const size = u16be(b, start + 2);
  if (size < MIN_FRAME)
    return { kind: 'malformed', code: 'synchrophasor.frame-size', detail: `${size} octets`, consumed: 0 };
  if (available < size) return { kind: 'incomplete', missing: size - available };
  const stop = start + size - 2;
  const frameType = b[start + 1]! >> 4;
  const m: Writable<SynchrophasorMessage> = {
    type: TYPES[frameType]!,
    frameType,
    version: b[start + 1]! & 15,
    frameSize: size,
    idcode: u16be(b, start + 4),
    soc: u32be(b, start + 6),
    timeQuality: b[start + 10]!,
    fracsec: u32be(b, start + 10) & 0xffffff,
    isChecked: crcOf(b, start, stop) === u16be(b, stop),
    command: -1,
    extension: '',
    text: '',
    contIdx: -1,
    configuration: undefined,
    pmus: NO_PMUS,
    defect: '',
  };
  const from = start + HEADER;
  if (frameType === FRAME.DATA) data(b, from, stop, m, streams);
  else if (frameType === FRAME.HEADER) m.text = ascii(b, from, Math.min(stop, from + MAX_TEXT));
  else if (frameType === FRAME.COMMAND) {
    if (stop - from >= 2) m.command = u16be(b, from);
    else m.defect = 'command';
    if (stop - from > 2) m.extension = hex(b, from + 2, Math.min(stop, from + 2 + MAX_TEXT));
  } else if (m.isChecked) configure(b, from, stop, m, streams.of(m.idcode));
  return { kind: 'message', message: m, consumed: size };
};

const configure = (
  b: Uint8Array,
  from: number,
  stop: number,
  m: Writable<SynchrophasorMessage>,
  stream: Stream,
): void => {
  let configuration: Configuration | undefined;
  if (m.frameType === FRAME.CFG3) {
    m.contIdx = u16be(b, from);
    if (m.contIdx !== 0) {
      if (!collect(b, from + 2, stop, m.contIdx, stream)) return;
      configuration = readConfiguration(stream.pieces, 0, stream.pieceOctets, true);
      stream.pieces = EMPTY;
    } else configuration = readConfiguration(b, from + 2, stop, true);
  } else configuration = readConfiguration(b, from, stop, false);
  m.configuration = configuration;
  if (configuration === undefined) {
    m.defect = 'configuration';
    return;
  }
  const isCurrent = m.frameType !== FRAME.CFG1;
  if (!isCurrent && stream.isCurrent) return;
  stream.configuration = configuration;
  stream.isCurrent = isCurrent;
  stream.octets = MIN_FRAME;
  for (const pmu of configuration.pmus) stream.octets += pmu.octets;
};

const LAST_PIECE = 0xffff;
/** Joins the pieces of a CFG-3; true when the last one is there and none is missing. */
const collect = (b: Uint8Array, from: number, stop: number, index: number, s: Stream): boolean => {
  if (index === 1) {
    s.pieceOctets = 0;
    s.nextPiece = 1;
  }
  if (s.nextPiece === 0 || (index !== s.nextPiece && index !== LAST_PIECE)) return false;
  const size = s.pieceOctets + (stop - from);
  if (size > MAX_CONFIGURATION) {
    s.nextPiece = 0;
    s.pieces = EMPTY;
    return false;
  }
  if (size > s.pieces.length) {
    const grown = new Uint8Array(2 * size);
    grown.set(s.pieces.subarray(0, s.pieceOctets));
    s.pieces = grown;
  }
  s.pieces.set(b.subarray(from, stop), s.pieceOctets);
  s.pieceOctets = size;
  s.nextPiece = index === LAST_PIECE ? 0 : index + 1;
  return index === LAST_PIECE;
};

const data = (b: Uint8Array, from: number, stop: number, m: Writable<SynchrophasorMessage>, streams: Streams): void => {
  const stream = streams.of(m.idcode);
  const configuration = stream.configuration;
  if (configuration === undefined) return;
  if (stream.octets !== m.frameSize) {
    m.defect = 'data-size';
    return;
  }
  const out: PmuData[] = [];
  let at = from;
  for (const pmu of configuration.pmus) {
    if (at + pmu.octets > stop) break;
    out.push(measurements(b, at, pmu));
    at += pmu.octets;
  }
  m.pmus = out;
};

const measurements = (b: Uint8Array, start: number, pmu: PmuConfiguration): PmuData => {
  let at = start + 2;
  const { format } = pmu;
  const phasors: number[] = [];
  const polar = (format & FORMAT.POLAR) !== 0;
  const pairs = pmu.phasorNames.length;
  if ((format & FORMAT.PHASOR_FLOAT) !== 0)
    for (let i = 0; i < pairs; i++, at += 8) phasors.push(f32be(b, at), f32be(b, at + 4));
  else for (let i = 0; i < pairs; i++, at += 4) phasors.push(polar ? u16be(b, at) : i16be(b, at), i16be(b, at + 2));
  const floats = (format & FORMAT.FREQ_FLOAT) !== 0;
  const freq = floats ? f32be(b, at) : i16be(b, at);
  const dfreq = floats ? f32be(b, at + 4) : i16be(b, at + 2);
  at += floats ? 8 : 4;
  const analogs: number[] = [];
  const wide = (format & FORMAT.ANALOG_FLOAT) !== 0;
  for (let i = 0; i < pmu.analogNames.length; i++, at += wide ? 4 : 2) analogs.push(wide ? f32be(b, at) : i16be(b, at));
  const digitals: number[] = [];
  for (let i = 0; i < pmu.digitals; i++, at += 2) digitals.push(u16be(b, at));
  return { stat: u16be(b, start), phasors, freq, dfreq, analogs, digitals };
};

/** Any frame around its body: SYNC, sizes and checksum are added. */
export const encodeFrame = (
  frameType: number,
  idcode: number,
  soc: number,
  fracsec: number,
  body: ArrayLike<number>,
  version = 1,
): Uint8Array => {
  const out = new OctetWriter()
    .u8(SYNC, (frameType << 4) | version)
    .u16(MIN_FRAME + body.length)
    .u16(idcode)
    .u32(soc)
    .u32(fracsec)
    .bytes(body)
    .u16(0)
    .done();
  const crc = crcOf(out, 0, out.length - 2);
  out[out.length - 2] = crc >> 8;
  out[out.length - 1] = crc & 255;
  return out;
};
