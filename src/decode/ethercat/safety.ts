/**
 * Finds FSoE in process data, whose layout only the engineering tool knows, and says what its connections do. A place holds safety
 * PDUs when through many of them it begins with a command, ends with the same connection id, and every CRC in it changes with
 * each PDU, as it must, because a sequence number goes into it; and when the CRCs prove it: those of one PDU agree with each other,
 * or the sequence numbers that they were made with follow each other. Source: ETG.5100 section 8. No capture of FSoE was at hand:
 * where CRCs do not prove it, two places with several CRCs each and one connection id are believed too.
 */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { u16le } from '../../lib/bytes.ts';
import {
  agrees,
  COMMAND,
  connectionIdOf,
  crcAt,
  fsoeCommand,
  fsoeError,
  LENGTHS,
  pieces,
  safeData,
  safeOctets,
  sequenceOf,
} from './fsoe.ts';
import { CMD, type Datagram } from './wire.ts';

/** Process images that are looked at; at the limit the memory is emptied. */
export const MAX_IMAGES = 256;
/** Places of one image that may hold safety PDUs and are followed together; the others have their turn after these. */
export const MAX_CANDIDATES = 64;
/** Safety PDUs that a place must hold, with a connection's id in at least half of them, before it is believed. */
const ENOUGH = 16;
/** So many that no CRC proves are none. */
const MOST = 256;
/** Frame time in which they must come, and until an image is looked through again. */
const TRIAL_US = 2_000_000;
/** Safe data that changes faster is told at this pace. */
const LEAST_GAP_US = 100_000;
/** Octets of parameters that are gathered: the length, the watchdog, the length behind them. */
const PARAMETERS = 6;

/** A place in an image that may hold safety PDUs. */
interface Candidate {
  readonly at: number;
  readonly length: number;
  id: number;
  /** The PDUs so far, from the first on, and when they came: told when they are enough. */
  readonly pdus: Uint8Array[];
  readonly times: number[];
  /** How many of them had a connection's id. */
  named: number;
  /** How many there were when its CRCs were last looked at. */
  judged: number;
  /** It is the other side of one whose CRCs prove it. */
  isOtherSide: boolean;
}

/** One FSoE connection; its PDUs may lie in several places, because a master copies them from slave to slave. */
interface Connection {
  readonly endpoint: EndpointId;
  /** Process data went by: fail-safe data from now on is an event. */
  wasRunning: boolean;
  isFailSafe: boolean;
  /** PDUs whose CRCs agreed. */
  agreed: number;
}

/** A place that holds the safety PDUs of one connection. */
interface Place {
  readonly at: number;
  readonly length: number;
  readonly connection: Connection;
  /** `octet 16 to slaves`: where its PDUs lie in the process image. */
  readonly name: string;
  readonly area: string;
  readonly access: 'read' | 'write';
  readonly last: Uint8Array;
  command: number;
  /** Parameters that were sent since the state began. */
  readonly parameters: number[];
  told: Uint8Array;
  toldUs: number;
}

/** What the datagrams of one master, command, address and length carry, either way. */
interface Image {
  readonly master: EndpointId;
  readonly command: number;
  readonly logical: number;
  readonly octets: number;
  readonly isSent: boolean;
  readonly name: string;
  candidates: Candidate[];
  readonly places: Place[];
  /** When it was looked through, and from which octet it is the next time. */
  lookedUs: number;
  from: number;
}

export interface SafetyState {
  readonly images: Image[];
  readonly connections: Map<number, Connection>;
}
export const openSafety = (): SafetyState => ({ images: [], connections: new Map() });

const imageOf = (state: SafetyState, master: EndpointId, d: Datagram, isSent: boolean): Image => {
  for (const i of state.images)
    if (
      i.logical === d.logical &&
      i.isSent === isSent &&
      i.command === d.command &&
      i.octets === d.data.length &&
      i.master === master
    )
      return i;
  if (state.images.length >= MAX_IMAGES) state.images.length = 0;
  const image: Image = {
    master,
    command: d.command,
    logical: d.logical,
    octets: d.data.length,
    isSent,
    name: `logical address 0x${d.logical.toString(16).padStart(8, '0')}`,
    candidates: [],
    places: [],
    lookedUs: Number.NEGATIVE_INFINITY,
    from: 0,
  };
  state.images.push(image);
  return image;
};

/** A connection has its id in all states but the first two. */
const isUnnamed = (command: number): boolean => command === COMMAND.RESET || command === COMMAND.SESSION;

/** What looks like a safety PDU and lies in no place that is known, from the octet on where the last look ended. */
const lookThrough = (image: Image, b: Uint8Array, nowUs: number): Candidate[] => {
  const out: Candidate[] = [];
  for (let n = 0; n < b.length; n++) {
    const at = (image.from + n) % b.length;
    if (fsoeCommand(b[at]!) === undefined) continue;
    for (let i = LENGTHS.length - 1; i >= 0; i--) {
      const length = LENGTHS[i]!;
      if (at + length > b.length) continue;
      const id = connectionIdOf(b, at, length);
      if ((id === 0 && !isUnnamed(b[at]!)) || !isFree(image, at, length)) continue;
      if (out.length >= MAX_CANDIDATES) {
        image.from = at;
        return out;
      }
      out.push({
        at,
        length,
        id,
        pdus: [b.slice(at, at + length)],
        times: [nowUs],
        named: id === 0 ? 0 : 1,
        judged: 0,
        isOtherSide: false,
      });
    }
  }
  image.from = 0;
  return out;
};

const isSame = (a: Uint8Array, b: Uint8Array, at: number): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[at + i]) return false;
  return true;
};

/** Can this still be a place of safety PDUs? Takes the PDU there when it is a new one. */
const holds = (c: Candidate, b: Uint8Array, nowUs: number): boolean => {
  if (c.pdus.length >= MOST) return false;
  const before = c.pdus.at(-1)!;
  if (isSame(before, b, c.at)) return true;
  const command = b[c.at]!;
  const id = connectionIdOf(b, c.at, c.length);
  if (fsoeCommand(command) === undefined) return false;
  if (id !== c.id && c.id !== 0 && !(id === 0 && isUnnamed(command))) return false;
  if (id === 0 && !isUnnamed(command)) return false;
  for (let i = 0; i < pieces(c.length); i++)
    if (u16le(before, crcAt(c.length, i)) === u16le(b, c.at + crcAt(c.length, i))) return false;
  if (id !== 0) {
    c.id = id;
    c.named++;
  }
  c.pdus.push(b.slice(c.at, c.at + c.length));
  c.times.push(nowUs);
  return true;
};

const isReady = (c: Candidate): boolean => c.pdus.length >= ENOUGH && c.named * 2 >= ENOUGH;

/** The CRCs of all its PDUs agree with each other. */
const isProven = (c: Candidate): boolean => c.pdus.every((pdu) => agrees(pdu, 0, c.length) === true);

/** Made with what the other side had sent before, do the sequence numbers of nearly all PDUs follow each other? */
const follows = (c: Candidate, other: Candidate): boolean => {
  for (let late = 1; late <= 2; late++) {
    let last = -1;
    let right = 0;
    for (let i = 0, o = 0; i < c.pdus.length; i++) {
      while (o < other.pdus.length && other.times[o]! < c.times[i]!) o++;
      if (o < late) continue;
      const received = u16le(other.pdus[o - late]!, crcAt(other.length, 0));
      const sequence = sequenceOf(c.pdus[i]!, 0, c.length, received);
      if (sequence === last + 1) right++;
      last = sequence;
    }
    if (right * 2 >= ENOUGH) return true;
  }
  return false;
};

/** Is it a place of safety PDUs, by its CRCs or by those of the other side? Looked at when their number has doubled. */
const isBelieved = (state: SafetyState, image: Image, c: Candidate): boolean => {
  if (c.isOtherSide) return true;
  if (!isReady(c) || c.pdus.length < 2 * c.judged) return false;
  c.judged = c.pdus.length;
  if (pieces(c.length) > 1 && isProven(c)) return true;
  for (const i of state.images) {
    if (i.master !== image.master) continue;
    for (const other of i.candidates) {
      if (other.id !== c.id || !isReady(other)) continue;
      if (i === image && other.at < c.at + c.length && c.at < other.at + other.length) continue;
      if (pieces(c.length) > 1 ? pieces(other.length) < 2 || i === image : !follows(c, other)) continue;
      other.isOtherSide = true;
      return true;
    }
  }
  return false;
};

const connectionOf = (state: SafetyState, sink: ObservationSink, master: EndpointId, id: number): Connection => {
  const key = master * 65536 + id;
  let connection = state.connections.get(key);
  if (connection === undefined) {
    if (state.connections.size >= MAX_IMAGES) state.connections.clear();
    const endpoint = sink.child(master, 'other', `FSoE connection ${id}`, true);
    connection = { endpoint, wasRunning: false, isFailSafe: false, agreed: 0 };
    state.connections.set(key, connection);
  }
  return connection;
};

/** The place of a candidate that has shown enough; what it held so far is told now. */
const believe = (
  at: At,
  sink: ObservationSink,
  state: SafetyState,
  master: EndpointId,
  image: Image,
  c: Candidate,
): void => {
  const connection = connectionOf(state, sink, master, c.id);
  const place: Place = {
    at: c.at,
    length: c.length,
    connection,
    name: `${image.isSent ? 'to' : 'from'} slaves, ${image.name} octet ${c.at}`,
    area: `FSoE safe data ${image.isSent ? 'to' : 'from'} slaves, ${image.name} octet ${c.at}`,
    access: image.isSent ? 'write' : 'read',
    last: new Uint8Array(c.length),
    command: -1,
    parameters: [],
    told: new Uint8Array(0),
    toldUs: Number.NEGATIVE_INFINITY,
  };
  image.places.push(place);
  sink.session(at, { phase: 'open', outcome: 'accepted', detail: `FSoE connection ${c.id}, ${place.name}` });
  for (const pdu of c.pdus) tell(at, sink, place, pdu, 0, true);
};

let words = new Float64Array(8);

/** A new PDU in its place: state, parameters, safe data. What went by before the place was known (`isLate`) is no event. */
const tell = (at: At, sink: ObservationSink, place: Place, b: Uint8Array, from: number, isLate: boolean): void => {
  if (isSame(place.last, b, from)) return;
  const { connection, length } = place;
  const target = connection.endpoint;
  place.last.set(b.subarray(from, from + length));
  const command = b[from]!;
  const data = safeData(b, from, length);
  const agreed = agrees(b, from, length);
  if (agreed === true) connection.agreed++;
  // How the CRC is made stands in a specification: that this connection makes it so is seen before it is held to it.
  else if (agreed === false && connection.agreed >= ENOUGH)
    sink.weird(at, { code: 'ethercat.fsoe-crc', detail: `a safety PDU ${place.name} whose CRCs do not agree` });
  if (command !== place.command) {
    place.command = command;
    place.parameters.length = 0;
    const isRunning = command === COMMAND.PROCESS_DATA;
    sink.value(at, {
      target,
      path: `FSoE state ${place.name}`,
      type: 'FSoE',
      value: fsoeCommand(command) ?? `command ${command}`,
      quality: isRunning ? 'good' : 'bad',
      access: place.access,
    });
    if (isRunning) {
      connection.wasRunning = true;
      connection.isFailSafe = false;
    } else if (connection.wasRunning && !connection.isFailSafe && !isLate) {
      connection.isFailSafe = true;
      const why = command === COMMAND.RESET ? `is reset: ${fsoeError(data[0]!)}` : 'sends fail-safe data';
      if (command === COMMAND.RESET || command === COMMAND.FAIL_SAFE_DATA)
        sink.weird(at, { code: 'ethercat.fail-safe', detail: `a safety connection (FSoE) ${why}; ${place.name}` });
    }
  }
  if (command === COMMAND.PARAMETER) parameters(at, sink, place, data);
  if (command === COMMAND.PROCESS_DATA) safeValues(at, sink, place, data);
};

/** Length of the communication parameters (2), watchdog in milliseconds, length of the application's: split over PDUs (8.2.2.5). */
const parameters = (at: At, sink: ObservationSink, place: Place, data: Uint8Array): void => {
  const got = place.parameters;
  if (got.length >= PARAMETERS) return;
  got.push(...data.subarray(0, PARAMETERS - got.length));
  if (got.length < PARAMETERS || u16le(Uint8Array.from(got), 0) !== 2) return;
  sink.value(at, {
    target: place.connection.endpoint,
    path: 'FSoE watchdog time ms',
    type: 'FSoE parameter',
    value: u16le(Uint8Array.from(got), 2),
    access: place.access,
  });
};

/** Words of safe data, the last one of an odd length an octet, when they changed. */
const safeValues = (at: At, sink: ObservationSink, place: Place, data: Uint8Array): void => {
  if (at.tsUs - place.toldUs < LEAST_GAP_US && at.tsUs >= place.toldUs) return;
  if (place.told.length === data.length && isSame(place.told, data, 0)) return;
  place.told = data;
  place.toldUs = at.tsUs;
  const count = (safeOctets(place.length) + 1) >> 1;
  if (words.length < count) words = new Float64Array(count);
  for (let i = 0; i < count; i++) words[i] = 2 * i + 1 < data.length ? u16le(data, 2 * i) : data[2 * i]!;
  sink.values(at, {
    target: place.connection.endpoint,
    area: place.area,
    start: 0,
    values: words,
    count,
    access: place.access,
  });
};

/** No place that is known lies there. */
const isFree = (image: Image, at: number, length: number): boolean =>
  image.places.every((p) => at >= p.at + p.length || at + length <= p.at);

/**
 * Process data of a datagram with a logical address. `isSent`: as the master sends it; on its way back the slaves have put their
 * inputs into it, at the addresses of the outputs or at others.
 */
export const observeSafety = (
  at: At,
  sink: ObservationSink,
  state: SafetyState,
  master: EndpointId,
  d: Datagram,
  isSent: boolean,
): void => {
  if (d.command === CMD.LRD && isSent) return;
  const b = d.data;
  const image = imageOf(state, master, d, isSent);
  for (const place of image.places) tell(at, sink, place, b, place.at, false);
  const since = at.tsUs - image.lookedUs;
  if (since > TRIAL_US || since < 0) {
    image.lookedUs = at.tsUs;
    image.candidates = lookThrough(image, b, at.tsUs);
    return;
  }
  if (image.candidates.length === 0) return;
  image.candidates = image.candidates.filter((c) => holds(c, b, at.tsUs) && !isOutput(state, image, c, b));
  const ready = image.candidates.filter((c) => isBelieved(state, image, c));
  if (ready.length === 0) return;
  // Of several at one place: proven before unproven, then the longest.
  for (const c of ready.sort((x, y) => Number(isProven(y)) - Number(isProven(x)) || y.length - x.length))
    if (isFree(image, c.at, c.length)) believe(at, sink, state, master, image, c);
  image.candidates = image.candidates.filter((c) => isFree(image, c.at, c.length));
};

/** Does a returned image still hold what the master sent there? It is told where it was sent. */
const isOutput = (state: SafetyState, image: Image, c: Candidate, b: Uint8Array): boolean =>
  !image.isSent &&
  state.images.some(
    (i) =>
      i.isSent &&
      i.master === image.master &&
      i.logical === image.logical &&
      i.command === image.command &&
      (i.places.some((p) => p.at === c.at && p.length === c.length && isSame(p.last, b, c.at)) ||
        i.candidates.some((o) => o.at === c.at && o.length === c.length && isSame(o.pdus.at(-1)!, b, c.at))),
  );
