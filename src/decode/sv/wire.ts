/**
 * Sampled values: octets <-> message. Source: IEC 61850-9-2 section 8.5 (savPdu, ASDU) and annex A, IEC 61869-9 (smpMod,
 * gmIdentity), UCA guideline 9-2LE (four currents and four voltages, each a 32-bit value with its quality).
 */
import { i32be, u16be, u32be } from '../../lib/bytes.ts';
import { encodeInteger, encodeTlv, integerOf, readTlv, tagRead, tlv } from '../shared/asn1.ts';
import { utcTimeText } from '../shared/mms-data.ts';
import { OctetSlab } from '../shared/octet-slab.ts';
import { type Envelope, equalOctets, HEADER, nameOf } from '../shared/publisher-frame.ts';
import type { RoutableSession } from '../shared/routable-session.ts';

export const SV_TYPE = 0x88ba;
export const SV_TAG = 0x60;
/** ASDUs of one frame that are read; 9-2LE and IEC 61869-9 use at most 8. */
export const MAX_ASDUS = 32;
/** Octets of the data set of 9-2LE: eight channels of value and quality. */
export const LE_OCTETS = 64;
export const LE_CHANNELS = 8;

/** `asn1`: no well-formed savPdu; `field`: a field contradicts its type; `missing-field`; `asdu-count`: noASDU is wrong. */
export type SvDefect = '' | 'asn1' | 'field' | 'missing-field' | 'asdu-count';

export interface SvAsdu {
  readonly svID: string;
  /** '' where absent. */
  readonly datSet: string;
  readonly smpCnt: number;
  readonly confRev: number;
  /** RFC 3339; '' where absent. */
  readonly refrTm: string;
  /** 0 not synchronized, 1 local, 2 global, 5..254 id of the local clock. */
  readonly smpSynch: number;
  /** Samples per period, per second or seconds per sample, as smpMod (0, 1, 2) says; -1 where absent. */
  readonly smpRate: number;
  readonly smpMod: number;
  /** PTP grandmaster, eight octets as hexadecimal; '' where absent. */
  readonly gmIdentity: string;
  /** The values as sent; their layout is the data set's. */
  readonly sample: Uint8Array;
}

export interface SvMessage extends SvAsdu {
  readonly type: 'savPdu';
  readonly appid: number;
  readonly length: number;
  readonly isSimulated: boolean;
  readonly reserved1: number;
  readonly reserved2: number;
  readonly noASDU: number;
  /** ASDUs behind the first one, whose fields are the message's own. */
  readonly further: readonly SvAsdu[];
  readonly defect: SvDefect;
  readonly session: RoutableSession | undefined;
}

const EMPTY = new Uint8Array(0);

/** What is remembered of a stream so that a frame builds no text, and what its samples add up to. */
export class SvStream {
  idOctets = EMPTY;
  svID = '';
  setOctets = EMPTY;
  datSet = '';
  /** Of each channel: sum of squares, greatest quality word, since the last report. */
  readonly squares = new Float64Array(LE_CHANNELS);
  readonly quality = new Int32Array(LE_CHANNELS);
  samples = 0;
  /** Counter of the last ASDU, -1 before the first; where it begins again, 0 while unknown. */
  lastCount = -1;
  wrapAt = 0;
  missing = 0;
  /** What was said, see `observe.ts`. */
  sender = 0;
  windowUs = 0;
  confRev = -1;
  smpSynch = -1;
  isSimulated = false;
  defect = '';
  saidSecond = false;
  paths: readonly string[] = [];
}

const slab = new OctetSlab(16_384);
const NONE: readonly SvAsdu[] = [];

type FindStream = (b: Uint8Array, start: number, end: number) => SvStream;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const blank = (): Writable<SvAsdu> => ({
  svID: '',
  datSet: '',
  smpCnt: -1,
  confRev: -1,
  refrTm: '',
  smpSynch: -1,
  smpRate: -1,
  smpMod: -1,
  gmIdentity: '',
  sample: EMPTY,
});

/** A savPdu at `o`; the samples are added up in the stream that `find` gives. `lean`: their octets are left out. */
export const decodePdu = (
  b: Uint8Array,
  o: number,
  end: number,
  e: Envelope,
  find: FindStream,
  lean = false,
): SvMessage => {
  const m: Writable<SvMessage> = {
    type: 'savPdu',
    appid: e.appid,
    length: e.length,
    isSimulated: e.isSimulated,
    reserved1: e.reserved1,
    reserved2: e.reserved2,
    noASDU: -1,
    svID: '',
    datSet: '',
    smpCnt: -1,
    confRev: -1,
    refrTm: '',
    smpSynch: -1,
    smpRate: -1,
    smpMod: -1,
    gmIdentity: '',
    sample: EMPTY,
    further: NONE,
    defect: '',
    session: e.session,
  };
  if (!readTlv(b, o, end) || tlv.tag !== SV_TAG) {
    m.defect = 'asn1';
    return m;
  }
  const stop = tlv.end;
  let asdus = 0;
  for (let at = tlv.start; at < stop; ) {
    if (!readTlv(b, at, stop)) {
      m.defect = 'asn1';
      return m;
    }
    const tag = tagRead();
    const { start, end: next } = tlv;
    if (tag === 0x80) m.noASDU = integerOf(b, start, next);
    else if (tag === 0xa2) asdus = sequence(b, start, next, m, find, lean);
    at = next;
  }
  if (m.defect === '' && (m.noASDU < 0 || asdus === 0)) m.defect = 'missing-field';
  else if (m.defect === '' && asdus !== m.noASDU && asdus < MAX_ASDUS) m.defect = 'asdu-count';
  return m;
};

/** ASDUs in `start`..`end`: the first into the message, the others behind it. Gives their number. */
const sequence = (
  b: Uint8Array,
  start: number,
  end: number,
  m: Writable<SvMessage>,
  find: FindStream,
  lean: boolean,
): number => {
  let count = 0;
  let further: SvAsdu[] | undefined;
  for (let at = start; at < end && count < MAX_ASDUS; count++) {
    if (!readTlv(b, at, end) || tlv.tag !== 0x30) {
      m.defect = 'asn1';
      return count;
    }
    const next = tlv.end;
    const asdu = count === 0 ? m : blank();
    if (!readAsdu(b, tlv.start, next, asdu, find, lean)) m.defect = 'field';
    else if (asdu.smpCnt < 0 || asdu.confRev < 0 || asdu.smpSynch < 0) m.defect = 'missing-field';
    if (count > 0) {
      further ??= [];
      further.push(asdu);
    }
    at = next;
  }
  if (further !== undefined) m.further = further;
  return count;
};

const readAsdu = (
  b: Uint8Array,
  from: number,
  stop: number,
  a: Writable<SvAsdu>,
  find: FindStream,
  lean: boolean,
): boolean => {
  let stream: SvStream | undefined;
  for (let at = from; at < stop; ) {
    if (!readTlv(b, at, stop)) return false;
    const { tag, start, end } = tlv;
    at = end;
    switch (tag) {
      case 0x80:
        stream = find(b, start, end);
        a.svID = stream.svID;
        break;
      case 0x81:
        if (stream !== undefined && !equalOctets(stream.setOctets, b, start, end)) {
          stream.setOctets = b.slice(start, end);
          stream.datSet = nameOf(b, start, end);
        }
        a.datSet = stream === undefined ? nameOf(b, start, end) : stream.datSet;
        break;
      case 0x82:
        if (end - start !== 2) return false;
        a.smpCnt = u16be(b, start);
        if (stream !== undefined) count(stream, a.smpCnt);
        break;
      case 0x83:
        if (end - start !== 4) return false;
        a.confRev = u32be(b, start);
        break;
      case 0x84:
        if (end - start !== 8) return false;
        a.refrTm = utcTimeText(b, start);
        break;
      case 0x85:
        if (end - start !== 1) return false;
        a.smpSynch = b[start]!;
        break;
      case 0x86:
        if (end - start !== 2) return false;
        a.smpRate = u16be(b, start);
        break;
      case 0x87:
        if (!lean) a.sample = slab.copy(b, start, end);
        if (stream !== undefined && end - start === LE_OCTETS) add(stream, b, start);
        break;
      case 0x88:
        if (end - start !== 2) return false;
        a.smpMod = u16be(b, start);
        break;
      case 0x89:
        a.gmIdentity = Array.from(b.subarray(start, Math.min(end, start + 8)), (x) =>
          x.toString(16).padStart(2, '0'),
        ).join('');
        break;
      default:
        return false;
    }
  }
  return true;
};

/** Eight channels: value and quality word in turn. */
const add = (s: SvStream, b: Uint8Array, start: number): void => {
  s.samples++;
  for (let i = 0, o = start; i < LE_CHANNELS; i++, o += 8) {
    const value = i32be(b, o);
    s.squares[i] = s.squares[i]! + value * value;
    // Validity is in the two lowest bits, the flags above: a worse one in the window stays.
    s.quality[i] = s.quality[i]! | i32be(b, o + 4);
  }
};

/** Samples of a second that are usual: the counter begins again there (9-2LE, IEC 61869-9, IEC 61869-6). */
const isUsualRate = (n: number): boolean =>
  n % 4000 === 0 || n % 4800 === 0 || n % 2400 === 0 || n % 5760 === 0 || n === 12800 || n === 15360 || n === 14400;

const count = (s: SvStream, smpCnt: number): void => {
  const last = s.lastCount;
  s.lastCount = smpCnt;
  if (last < 0 || smpCnt === last + 1 || smpCnt === last) return;
  if (smpCnt === 0) {
    if (s.wrapAt === 0 && isUsualRate(last + 1)) s.wrapAt = last + 1;
    if (last + 1 < s.wrapAt) s.missing += s.wrapAt - last - 1;
    else if (last + 1 > s.wrapAt) s.wrapAt = isUsualRate(last + 1) ? last + 1 : 0;
    return;
  }
  if (smpCnt > last) s.missing += smpCnt - last - 1;
  else if (s.wrapAt > 0) s.missing += Math.max(0, s.wrapAt - last - 1) + smpCnt;
  else s.missing++;
};

export interface SvFields {
  readonly appid: number;
  readonly asdus: readonly {
    readonly svID: string;
    readonly smpCnt: number;
    readonly confRev: number;
    readonly smpSynch: number;
    readonly sample: ArrayLike<number>;
  }[];
}
/** A frame behind its EtherType. */
export const encodeSv = (f: SvFields): Uint8Array => {
  const asdus = f.asdus.flatMap((a) =>
    encodeTlv(0x30, [
      ...encodeTlv(0x80, [...new TextEncoder().encode(a.svID)]),
      ...encodeTlv(0x82, [a.smpCnt >> 8, a.smpCnt & 255]),
      ...encodeTlv(0x83, [0, 0, a.confRev >> 8, a.confRev & 255]),
      ...encodeTlv(0x85, [a.smpSynch]),
      ...encodeTlv(0x87, a.sample),
    ]),
  );
  const pdu = encodeTlv(SV_TAG, [...encodeTlv(0x80, encodeInteger(f.asdus.length)), ...encodeTlv(0xa2, asdus)]);
  const length = HEADER + pdu.length;
  return Uint8Array.from([f.appid >> 8, f.appid & 255, length >> 8, length & 255, 0, 0, 0, 0, ...pdu]);
};
