/**
 * GOOSE: octets <-> message. Source: IEC 61850-8-1 annex A (goosePdu), annex C (APPID, length, reserved fields:
 * `shared/publisher-frame.ts`).
 */
import { u32be } from '../../lib/bytes.ts';
import { encodeInteger, encodeTlv, integerOf, readTlv, tlv } from '../shared/asn1.ts';
import { encodeData, type MmsData, readDataList } from '../shared/mms-data.ts';
import { type Envelope, equalOctets, HEADER, nameOf } from '../shared/publisher-frame.ts';
import type { RoutableSession } from '../shared/routable-session.ts';

export const GOOSE_TYPE = 0x88b8;
/** GSE management (IEC 61850-8-1 annex A, withdrawn in edition 2). */
export const GSE_MANAGEMENT_TYPE = 0x88b9;
/** goosePdu: APPLICATION 1, constructed. */
export const GOOSE_TAG = 0x61;

/**
 * What is wrong with a PDU, '' for nothing: `asn1` no well-formed goosePdu, `field` a field contradicts its type or the
 * values are not Data, `missing-field` a field that is not optional is absent, `missing-all-data`.
 */
export type GooseDefect = '' | 'asn1' | 'field' | 'missing-field' | 'missing-all-data';

export interface GooseMessage {
  readonly type: 'goosePdu' | 'gseMngtPdu';
  readonly appid: number;
  /** Of the PDU with its header of eight octets, as sent. */
  readonly length: number;
  /** The S bit of the first reserved word: the frame comes from test equipment. */
  readonly isSimulated: boolean;
  readonly reserved1: number;
  readonly reserved2: number;
  readonly gocbRef: string;
  /** Milliseconds within which the next one must come. */
  readonly timeAllowedToLive: number;
  readonly datSet: string;
  /** '' where absent. */
  readonly goID: string;
  /** When stNum last changed: seconds since 1970, fraction in units of 2^-24 s, TimeQuality. -1 where absent. */
  readonly tSeconds: number;
  readonly tFraction: number;
  readonly tQuality: number;
  readonly stNum: number;
  readonly sqNum: number;
  /** Field 7, `test` in edition 1. */
  readonly simulation: boolean;
  readonly confRev: number;
  readonly ndsCom: boolean;
  readonly numDatSetEntries: number;
  readonly allData: readonly MmsData[];
  /** The octets of allData, header included; empty where absent. Equal values share one array. */
  readonly allDataOctets: Uint8Array;
  /** Bit n: field n was there. */
  readonly present: number;
  readonly defect: GooseDefect;
  /** Set on routable GOOSE. */
  readonly session: RoutableSession | undefined;
}

const NO_DATA: readonly MmsData[] = [];
const EMPTY = new Uint8Array(0);
/** Fields 0..11 without the optional goID (3), simulation (7), ndsCom (9) and allData (11). */
const REQUIRED = 0b0101_0111_0111;
const ALL_DATA = 1 << 11;

/** Names and values of a publisher, kept so that a repetition builds nothing. */
export interface Known {
  gocbOctets: Uint8Array;
  gocbRef: string;
  setOctets: Uint8Array;
  datSet: string;
  idOctets: Uint8Array;
  goID: string;
  allDataOctets: Uint8Array;
  allData: readonly MmsData[];
}
export const freshKnown = (): Known => ({
  gocbOctets: EMPTY,
  gocbRef: '',
  setOctets: EMPTY,
  datSet: '',
  idOctets: EMPTY,
  goID: '',
  allDataOctets: EMPTY,
  allData: NO_DATA,
});

interface Mutable {
  gocbRef: string;
  timeAllowedToLive: number;
  datSet: string;
  goID: string;
  tSeconds: number;
  tFraction: number;
  tQuality: number;
  stNum: number;
  sqNum: number;
  simulation: boolean;
  confRev: number;
  ndsCom: boolean;
  numDatSetEntries: number;
  allData: readonly MmsData[];
  allDataOctets: Uint8Array;
  present: number;
  defect: GooseDefect;
}

const messageOf = (type: GooseMessage['type'], e: Envelope): GooseMessage & Mutable => ({
  type,
  appid: e.appid,
  length: e.length,
  isSimulated: e.isSimulated,
  reserved1: e.reserved1,
  reserved2: e.reserved2,
  gocbRef: '',
  timeAllowedToLive: 0,
  datSet: '',
  goID: '',
  tSeconds: -1,
  tFraction: 0,
  tQuality: 0,
  stNum: 0,
  sqNum: 0,
  simulation: false,
  confRev: 0,
  ndsCom: false,
  numDatSetEntries: 0,
  allData: NO_DATA,
  allDataOctets: EMPTY,
  present: 0,
  defect: '',
  session: e.session,
});

/**
 * A goosePdu at `o`. `known` gives what is remembered of the publisher whose reference lies at these offsets; it is
 * brought up to date.
 */
export const decodePdu = (
  b: Uint8Array,
  o: number,
  end: number,
  envelope: Envelope,
  knownOf: (b: Uint8Array, start: number, end: number) => Known,
): GooseMessage => {
  const m = messageOf('goosePdu', envelope);
  if (!readTlv(b, o, end) || tlv.tag !== GOOSE_TAG) {
    m.defect = 'asn1';
    return m;
  }
  const stop = tlv.end;
  let known: Known | undefined;
  for (let at = tlv.start; at < stop; ) {
    if (!readTlv(b, at, stop) || (tlv.tag & 0xc0) !== 0x80) {
      m.defect = 'asn1';
      return m;
    }
    const field = tlv.tag & 0x1f;
    const { start, end: next } = tlv;
    if (field === 0) known = knownOf(b, start, next);
    if (field < 12) m.present |= 1 << field;
    if (!readField(b, field, at, start, next, m, known)) m.defect = 'field';
    at = next;
  }
  if (m.defect === '' && (m.present & ALL_DATA) === 0) m.defect = 'missing-all-data';
  if (m.defect === '' && (m.present & REQUIRED) !== REQUIRED) m.defect = 'missing-field';
  return m;
};

/** One field; false when it contradicts its type. */
const readField = (
  b: Uint8Array,
  field: number,
  at: number,
  start: number,
  end: number,
  m: Mutable,
  known: Known | undefined,
): boolean => {
  switch (field) {
    case 0:
      m.gocbRef = known!.gocbRef;
      return end > start;
    case 2:
      if (known !== undefined && !equalOctets(known.setOctets, b, start, end)) {
        known.setOctets = b.slice(start, end);
        known.datSet = nameOf(b, start, end);
      }
      m.datSet = known === undefined ? nameOf(b, start, end) : known.datSet;
      return true;
    case 3:
      if (known !== undefined && !equalOctets(known.idOctets, b, start, end)) {
        known.idOctets = b.slice(start, end);
        known.goID = nameOf(b, start, end);
      }
      m.goID = known === undefined ? nameOf(b, start, end) : known.goID;
      return true;
    case 4:
      if (end - start !== 8) return false;
      m.tSeconds = u32be(b, start);
      m.tFraction = (b[start + 4]! << 16) | (b[start + 5]! << 8) | b[start + 6]!;
      m.tQuality = b[start + 7]!;
      return true;
    case 7:
      m.simulation = b[start] !== 0;
      return end - start === 1;
    case 9:
      m.ndsCom = b[start] !== 0;
      return end - start === 1;
    case 11: {
      if (known !== undefined && equalOctets(known.allDataOctets, b, at, end)) {
        m.allData = known.allData;
        m.allDataOctets = known.allDataOctets;
        return true;
      }
      const values = readDataList(b, start, end);
      m.allDataOctets = b.slice(at, end);
      m.allData = values ?? NO_DATA;
      if (known !== undefined && values !== undefined) {
        known.allDataOctets = m.allDataOctets;
        known.allData = values;
      }
      return values !== undefined;
    }
    default:
      return field > 11 || whole(b, field, start, end, m);
  }
};

const whole = (b: Uint8Array, field: number, start: number, end: number, m: Mutable): boolean => {
  const n = integerOf(b, start, end);
  if (Number.isNaN(n)) return false;
  if (field === 1) m.timeAllowedToLive = n;
  else if (field === 5) m.stNum = n;
  else if (field === 6) m.sqNum = n;
  else if (field === 8) m.confRev = n;
  else m.numDatSetEntries = n;
  return true;
};

/** A gseMngtPdu: only that it is one. */
export const managementOf = (envelope: Envelope): GooseMessage => messageOf('gseMngtPdu', envelope);

export interface GooseFields {
  readonly appid: number;
  readonly gocbRef: string;
  readonly timeAllowedToLive: number;
  readonly datSet: string;
  readonly goID: string;
  /** Eight octets of UtcTime. */
  readonly t: readonly number[];
  readonly stNum: number;
  readonly sqNum: number;
  readonly simulation: boolean;
  readonly confRev: number;
  readonly ndsCom: boolean;
  readonly allData: readonly MmsData[];
}

/** A frame behind its EtherType. @throws RangeError when it is longer than its length field can say. */
export const encodeGoose = (f: GooseFields): Uint8Array => {
  const text = (tag: number, s: string) => encodeTlv(tag, [...new TextEncoder().encode(s)]);
  const number = (tag: number, n: number) => encodeTlv(tag, encodeInteger(n));
  const pdu = encodeTlv(GOOSE_TAG, [
    ...text(0x80, f.gocbRef),
    ...number(0x81, f.timeAllowedToLive),
    ...text(0x82, f.datSet),
    ...text(0x83, f.goID),
    ...encodeTlv(0x84, f.t),
    ...number(0x85, f.stNum),
    ...number(0x86, f.sqNum),
    ...encodeTlv(0x87, [f.simulation ? 255 : 0]),
    ...number(0x88, f.confRev),
    ...encodeTlv(0x89, [f.ndsCom ? 255 : 0]),
    ...number(0x8a, f.allData.length),
    ...encodeTlv(0xab, f.allData.flatMap(encodeData)),
  ]);
  const length = HEADER + pdu.length;
  if (length > 1500) throw new RangeError('a GOOSE message is one Ethernet frame');
  return Uint8Array.from([
    f.appid >> 8,
    f.appid & 255,
    length >> 8,
    length & 255,
    f.simulation ? 0x80 : 0,
    0,
    0,
    0,
    ...pdu,
  ]);
};
