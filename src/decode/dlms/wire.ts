/**
 * DLMS/COSEM on TCP and UDP: APDUs in the wrapper of IEC 62056-4-7 (TCP-UDP transport), or in HDLC frames that a gateway carries
 * (IEC 62056-46). APDUs themselves are in `apdu.ts`.
 */
import type { Decoded, PduContext, Probe } from '../../core/decoder.ts';
import { u16be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { APDU, apduOf, isGeneral, readApdu } from './apdu.ts';
import { FLAG, frameLength, type HdlcFrame, KIND, readFrame, readParameters, resealFrame } from './hdlc.ts';
import { Association, associationOf, type DlmsMessage, type DlmsState, type Draft } from './message.ts';

/** version (2), source and destination port (2 each), length (2). */
export const WRAPPER = 8;
/** LLC header in front of an APDU in HDLC (IEC 62056-46, 5.4): destination, source of command or response, quality. */
const LLC = 3;
const LLC_COMMAND = 0xe6;

const draft = (framing: DlmsMessage['framing'], source: number, destination: number, length: number): Draft => ({
  type: '',
  tag: -1,
  framing,
  source,
  destination,
  physical: -1,
  response: false,
  invokeId: -1,
  choice: -1,
  descriptors: [],
  data: [],
  result: -1,
  results: [],
  block: undefined,
  applicationContext: -1,
  mechanism: -1,
  systemTitle: '',
  userId: -1,
  initiate: undefined,
  security: undefined,
  time: '',
  error: '',
  link: undefined,
  length,
  bad: false,
});
const finished = (d: Draft, consumed: number): Decoded<DlmsMessage> => {
  const { bad, ...message } = d;
  if (bad)
    return {
      kind: 'malformed',
      code: 'dlms.apdu',
      detail: `${d.type || 'APDU'} does not hold what it announces`,
      consumed,
    };
  return { kind: 'message', message, consumed };
};

/** Equal for both directions: who opened the connection comes first. */
export const pairOf = (source: number, destination: number, physical: number, toServer: boolean): number =>
  ((toServer ? source : destination) * 65_536 + (toServer ? destination : source)) * 16_384 + (physical & 0x3fff);

/** Reads an APDU whose tag is known into the draft, with what its association has on the way. */
const apdu = (b: Uint8Array, start: number, end: number, d: Draft, context: PduContext, state: DlmsState): void => {
  const tag = b[start]!;
  d.response = apduOf(tag)![1];
  if (isGeneral(tag)) d.response = context.toServer !== state.clientAsks;
  else if (tag === APDU.AARQ) state.clientAsks = context.toServer;
  const a = associationOf(state, pairOf(d.source, d.destination, d.physical, context.toServer));
  readApdu(b, start, end, d, a, context.toServer ? 0 : 1);
  // What is inside tells more than the envelope; which way it goes stays with the envelope's answer.
  if (d.tag === APDU.AARQ) state.clientAsks = context.toServer;
};

const FOREIGN = { kind: 'foreign' } as const;

// biome-ignore format: a table
const LINK_TYPES: Readonly<Record<number, readonly [string, response: boolean]>> = {
  [KIND.SNRM]: ['HDLC SNRM', false], [KIND.UA]: ['HDLC UA', true], [KIND.DISC]: ['HDLC DISC', false], [KIND.DM]: ['HDLC DM', true], [KIND.FRMR]: ['HDLC FRMR', true],
};

const decodeHdlc = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: DlmsState,
): Decoded<DlmsMessage> => {
  const available = end - start;
  // The flag that ends a frame may begin the next one, or stand alone between them.
  if (available > 1 && b[start + 1] === FLAG) return { kind: 'skip', consumed: 1 };
  if (available < 3) return { kind: 'incomplete', missing: 3 - available };
  const total = frameLength(b, start);
  if (total === 0) return FOREIGN;
  if (available < total) return { kind: 'incomplete', missing: total - available };
  const consumed = available > total && (b[start + total]! & 0xf0) === 0xa0 ? total - 1 : total;
  const frame = readFrame(b, start, total);
  if (typeof frame === 'string') return { kind: 'malformed', code: 'dlms.hdlc', detail: frame, consumed };
  const lower = frame.destinationLower >= 0 ? frame.destinationLower : frame.sourceLower;
  const d = draft('hdlc', frame.source, frame.destination, total);
  d.physical = lower;
  const link = LINK_TYPES[frame.kind];
  if (link !== undefined) {
    d.type = link[0];
    d.response = link[1];
    d.link = readParameters(b, frame.information, frame.informationEnd);
    if (frame.kind === KIND.SNRM || frame.kind === KIND.DISC) state.clientAsks = context.toServer;
    return finished(d, consumed);
  }
  if ((frame.kind !== KIND.INFORMATION && frame.kind !== KIND.UI) || frame.information >= frame.informationEnd)
    return { kind: 'skip', consumed };
  return information(b, frame, d, consumed, context, state);
};

/** The information of one frame, or the last of several, holds an APDU behind its LLC header. */
const information = (
  b: Uint8Array,
  frame: HdlcFrame,
  d: Draft,
  consumed: number,
  context: PduContext,
  state: DlmsState,
): Decoded<DlmsMessage> => {
  const a = associationOf(state, pairOf(d.source, d.destination, d.physical, context.toServer));
  const segments = a.segments[context.toServer ? 0 : 1];
  let bytes = b;
  let from = frame.information;
  let to = frame.informationEnd;
  const begins = to - from > LLC && b[from] === LLC_COMMAND && (b[from + 1]! | 1) === 0xe7;
  if (begins) segments.reset();
  if (frame.segmented || (!begins && segments.next > 1)) {
    if (!begins && segments.next === 1) return { kind: 'skip', consumed };
    segments.add(segments.next, b, from, to);
    if (frame.segmented) return { kind: 'skip', consumed };
    bytes = segments.finish();
    from = 0;
    to = bytes.length;
  } else if (!begins) return { kind: 'skip', consumed };
  from += LLC;
  if (from >= to || apduOf(bytes[from]!) === undefined)
    return { kind: 'malformed', code: 'dlms.hdlc', detail: 'no APDU behind the LLC header', consumed };
  apdu(bytes, from, to, d, context, state);
  return finished(d, consumed);
};

/** Codes: `dlms.apdu`, `dlms.hdlc`. */
export const decodeDlms = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: DlmsState,
): Decoded<DlmsMessage> => {
  if (b[start] === FLAG) return decodeHdlc(b, start, end, context, state);
  const available = end - start;
  if (b[start] !== 0 || (available > 1 && b[start + 1] !== 1)) return FOREIGN;
  if (available < WRAPPER + 1) return { kind: 'incomplete', missing: WRAPPER + 1 - available };
  const length = u16be(b, start + 6);
  if (length === 0) return FOREIGN;
  const consumed = WRAPPER + length;
  const at = start + WRAPPER;
  if (apduOf(b[at]!) === undefined) return FOREIGN;
  if (available < consumed) return { kind: 'incomplete', missing: consumed - available };
  const d = draft('wrapper', u16be(b, start + 2), u16be(b, start + 4), consumed);
  apdu(b, at, at + length, d, context, state);
  return finished(d, consumed);
};

const probeHdlc = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (available < 3) return available > 1 && (b[start + 1]! & 0xf0) !== 0xa0 ? 'no' : 'more';
  const total = frameLength(b, start);
  if (total === 0) return 'no';
  if (available < total) return 'more';
  // Two checks and the addresses: chance is excluded.
  return typeof readFrame(b, start, total) === 'string' ? 'no' : 'sure';
};

/** The wrapper's version, ports that application processes have, and an APDU that holds what it announces. */
export const probeDlms = (b: Uint8Array, start: number, end: number, datagram: boolean): Probe => {
  if (b[start] === FLAG) return probeHdlc(b, start, end);
  const available = end - start;
  if (b[start] !== 0 || (available > 1 && b[start + 1] !== 1)) return 'no';
  if (available < WRAPPER + 1) return 'more';
  const length = u16be(b, start + 6);
  const at = start + WRAPPER;
  const tag = b[at]!;
  if (u16be(b, start + 2) === 0 || u16be(b, start + 4) === 0 || length === 0 || apduOf(tag) === undefined) return 'no';
  if (datagram && available !== WRAPPER + length) return 'no';
  if (available < WRAPPER + length) return 'more';
  const d = draft('wrapper', 0, 0, length);
  readApdu(b, at, at + length, d, new Association(), 0);
  if (d.bad) return 'no';
  if (tag === APDU.AARQ || tag === APDU.AARE) return b[at + 1] === length - 2 ? 'sure' : 'maybe';
  return tag >= APDU.GET && tag <= APDU.ACTION_RESPONSE && length >= 4 && b[at + 1]! <= 4 ? 'sure' : 'maybe';
};

/** An APDU in its wrapper. */
export const encodeDlms = (source: number, destination: number, octets: ArrayLike<number>): Uint8Array =>
  new OctetWriter().u16(1).u16(source).u16(destination).u16(octets.length).bytes(octets).done();

/** Check sequences of HDLC made right again; the wrapper has none. */
export const resealDlms = (b: Uint8Array, start: number, end: number): void => {
  if (b[start] !== FLAG || end - start < 3) return;
  const total = frameLength(b, start);
  if (total > 0 && total <= end - start) resealFrame(b, start, total);
};
