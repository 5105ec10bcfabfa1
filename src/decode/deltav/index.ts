/**
 * Emerson DeltaV, the control network of controllers and operator stations (UDP 18507). Emerson publishes nothing of it; the
 * facts here are those that the Apache PLC4X project found on the wire of a training system (plc4x.apache.org, "DeltaV
 * Industrial Ethernet Communication"): the wrapper around each message, who connects to whom, and which kinds of
 * messages there are. What is inside of them is not known and not read.
 */
import type { Decoder, Message, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { hex, u16be } from '../../lib/bytes.ts';

export interface DeltavMessage extends Message {
  readonly type:
    | 'DeltaV message'
    | 'DeltaV connection request'
    | 'DeltaV connection response'
    | 'DeltaV synchronisation'
    | 'DeltaV acknowledgement';
  /** As on the wire: 2 message, 3 and 4 connection, 6 synchronisation; an acknowledgement repeats that of what it confirms. */
  readonly code: number;
  /** Counts up for each pair of stations and direction; an acknowledgement repeats it. */
  readonly messageId: number;
  readonly senderId: number;
  /** The first two octets of a message: 0x03.. events and alarms, 0x04.. changed values, 0x0501 and 0x0502 versions. NaN: none. */
  readonly subtype: number;
  /** Octets after the header, as the header says. */
  readonly payload: number;
  /** The last two octets, hexadecimal; how they are calculated is not known. '' where they are not there. */
  readonly check: string;
}

const PORT = 18_507;
const MAGIC = 0xfa_ce;
const HEADER = 16;
const CHECK = 2;
const MESSAGE = 2;
const REQUEST = 3;
const RESPONSE = 4;
const SYNCHRONISATION = 6;
const TYPES = new Map<number, DeltavMessage['type']>([
  [MESSAGE, 'DeltaV message'],
  [REQUEST, 'DeltaV connection request'],
  [RESPONSE, 'DeltaV connection response'],
  [SYNCHRONISATION, 'DeltaV synchronisation'],
]);
/** Stations whose kind was said. */
const MAX_STATIONS = 1024;

/** By the first octet of the subtype. */
const GROUPS = new Map([
  [3, 'event or alarm'],
  [4, 'changed values'],
  [5, 'versions'],
]);

const decodeDeltav = (b: Uint8Array, o: number, end: number): DeltavMessage | undefined => {
  if (end - o < HEADER || u16be(b, o) !== MAGIC) return undefined;
  const payload = u16be(b, o + 2);
  const code = u16be(b, o + 4);
  // Whether the two octets at the end are counted is not known: both are taken.
  const rest = end - o - HEADER - payload;
  if (rest !== 0 && rest !== CHECK) return undefined;
  const isAcknowledgement = payload === 0 && code !== SYNCHRONISATION;
  const type = isAcknowledgement ? 'DeltaV acknowledgement' : TYPES.get(code);
  if (type === undefined) return undefined;
  return {
    type,
    code,
    messageId: u16be(b, o + 6),
    senderId: u16be(b, o + 8),
    subtype: code === MESSAGE && payload >= 2 ? u16be(b, o + HEADER) : Number.NaN,
    payload,
    check: rest === CHECK ? hex(b, end - CHECK, end) : '',
  };
};

const probe = (b: Uint8Array, start: number, end: number): Probe =>
  decodeDeltav(b, start, end) === undefined ? 'no' : 'sure';

/** Who opens is an operator station, who is asked a controller; only controllers send changed values. */
const observe = (t: Transaction<DeltavMessage>, sink: ObservationSink, said: Set<number>): void => {
  const { at } = t;
  const message = t.request!;
  const say = (endpoint: number, kind: string, via: string): void => {
    if (said.has(endpoint) || said.size >= MAX_STATIONS) return;
    said.add(endpoint);
    sink.identity(at, { endpoint, attribute: 'vendor', value: 'Emerson', confidence: 0.9, via });
    sink.identity(at, { endpoint, attribute: 'device-type', value: kind, confidence: 0.8, via });
  };
  if (message.code === RESPONSE && message.payload > 0) {
    sink.session(at, { phase: 'open', outcome: 'accepted', detail: 'DeltaV' });
    say(at.sender, 'DeltaV controller', 'answers a DeltaV connection request');
    say(at.receiver, 'DeltaV operator station', 'opens a DeltaV connection');
  }
  if (message.subtype >> 8 === 4) say(at.sender, 'DeltaV controller', 'sends changed values over DeltaV');
};

export const deltav: Decoder<DeltavMessage, Set<number>> = {
  name: 'deltav',
  title: 'DeltaV',
  family: 'ot',
  attach: [{ over: 'udp', ports: [PORT] }],
  cyclic: true,
  probe,
  open: () => new Set(),
  decode: (b, start, end) => {
    const message = decodeDeltav(b, start, end);
    return message === undefined ? { kind: 'foreign' } : { kind: 'message', message, consumed: end - start };
  },
  observe,
  codes: { subtype: (code) => GROUPS.get(code >> 8), code: (code) => TYPES.get(code)?.slice('DeltaV '.length) },
};
