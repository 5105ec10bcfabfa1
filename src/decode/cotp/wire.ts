/**
 * TPKT packets and the COTP TPDUs in them: how ISO applications (S7comm, MMS) run over TCP.
 * Source: RFC 1006 section 6 (TPKT), ISO 8073 / ITU-T X.224 section 13 (TPDUs), class 0.
 */
import type { FieldCodes, Message, Probe } from '../../core/decoder.ts';
import { hex, u16be } from '../../lib/bytes.ts';

/** RFC 1006: version 3, reserved 0, length (2, this header included). */
export const TPKT_HEADER = 4;
/** "the minimum length is 7 octets": header, length indicator, DT code and number. */
export const MIN_TPKT = 7;

/** X.224 table 8: TPDU codes (low nibble is credit, 0 in class 0). */
export const TPDU = {
  ED: 0x10,
  EA: 0x20,
  UD: 0x40,
  RJ: 0x50,
  AK: 0x60,
  ER: 0x70,
  DR: 0x80,
  DC: 0xc0,
  CC: 0xd0,
  CR: 0xe0,
  DT: 0xf0,
} as const;
const NAMES: Readonly<Record<number, string>> = {
  16: 'ED Expedited Data',
  32: 'EA Expedited Data Acknowledgement',
  64: 'UD Unit Data',
  80: 'RJ Reject',
  96: 'AK Data Acknowledgement',
  112: 'ER TPDU Error',
  128: 'DR Disconnect Request',
  192: 'DC Disconnect Confirm',
  208: 'CC Connection Confirm',
  224: 'CR Connection Request',
  240: 'DT Data',
};
/** X.224 section 13.5.3: reasons of DR in class 0. */
const REASONS: Readonly<Record<number, string>> = {
  0: 'reason not specified',
  1: 'congestion at TSAP',
  2: 'session entity not attached to TSAP',
  3: 'address unknown',
};

export interface CotpMessage extends Message {
  /** TPDU code, low nibble cleared. */
  readonly code: number;
  readonly destinationReference: number;
  readonly sourceReference: number;
  /** Preferred class (0..4); -1 where the TPDU has none. */
  readonly transportClass: number;
  /** Octets of a TPDU as negotiated (128..8192); 0 when not said. */
  readonly tpduSize: number;
  /** TSAP selectors as hexadecimal, '' when not said. */
  readonly callingTsap: string;
  readonly calledTsap: string;
  /** Reason of DR, reject cause of ER; -1 otherwise. */
  readonly reason: number;
}
/** X.224 section 13.12.3: reject causes of ER. */
const CAUSES: Readonly<Record<number, string>> = {
  0: 'reason not specified',
  1: 'invalid parameter code',
  2: 'invalid TPDU type',
  3: 'invalid parameter value',
};
export const cotpCodes: FieldCodes = {
  '.code': (code) => NAMES[code],
  '.reason': (code, sibling) => (sibling('code') === TPDU.ER ? CAUSES : REASONS)[code],
};
export const reasonText = (reason: number): string => `${REASONS[reason] ?? 'reason'} (${reason})`;

export interface S7Tsap {
  readonly connection: 'PG' | 'OP' | 'S7 basic';
  readonly rack: number;
  readonly slot: number;
}
/** The called TSAP of S7 controllers: connection type, then rack (3 bits) and slot (5 bits). Undefined for any other. */
export const s7TsapOf = (tsap: string): S7Tsap | undefined => {
  if (!/^0[123][0-9a-f]{2}$/.test(tsap)) return undefined;
  const place = Number.parseInt(tsap.slice(2), 16);
  const connection = tsap[1] === '1' ? 'PG' : tsap[1] === '2' ? 'OP' : 'S7 basic';
  return { connection, rack: place >> 5, slot: place & 31 };
};

/** The header of TPDUs other than DT at `o`..`end`; undefined when it contradicts itself. */
export const decodeTpdu = (b: Uint8Array, o: number, end: number): CotpMessage | undefined => {
  const stop = o + 1 + b[o]!;
  const code = b[o + 1]! & 0xf0;
  const type = NAMES[code];
  if (type === undefined || stop > end || b[o]! < 4) return undefined;
  const message = {
    type,
    code,
    destinationReference: u16be(b, o + 2),
    sourceReference: 0,
    transportClass: -1,
    tpduSize: 0,
    callingTsap: '',
    calledTsap: '',
    reason: -1,
  };
  if (code === TPDU.ER) message.reason = b[o + 4]!;
  if (code !== TPDU.CR && code !== TPDU.CC && code !== TPDU.DR) return message;
  if (b[o]! < 6) return undefined;
  message.sourceReference = u16be(b, o + 4);
  if (code === TPDU.DR) {
    message.reason = b[o + 6]!;
    return message;
  }
  message.transportClass = b[o + 6]! >> 4;
  let at = o + 7;
  while (at + 2 <= stop) {
    const length = b[at + 1]!;
    if (at + 2 + length > stop) return undefined;
    if (b[at] === 0xc0 && length === 1 && b[at + 2]! >= 7 && b[at + 2]! <= 13) message.tpduSize = 1 << b[at + 2]!;
    else if (b[at] === 0xc1) message.callingTsap = hex(b, at + 2, at + 2 + length);
    else if (b[at] === 0xc2) message.calledTsap = hex(b, at + 2, at + 2 + length);
    at += 2 + length;
  }
  return at === stop ? message : undefined;
};

/** X.224 13.3.4: parameters of CR and CC that ISO applications send (RDP puts its own octets there). */
const isParameter = (code: number): boolean =>
  (code >= 0xc0 && code <= 0xc7) || (code >= 0x85 && code <= 0x8b) || code === 0xf0;

/** First octets of what is carried, for streams whose beginning was not seen: S7comm, S7comm-plus, ISO session of MMS. */
const isKnownPayload = (octet: number): boolean =>
  octet === 0x32 || octet === 0x72 || octet === 0x01 || octet === 0x0d || octet === 0x0e;

/** TPKT with a TPDU that ISO applications use. RDP (X.224 with cookies) and H.323 (TPKT without COTP) are `no` or `maybe`. */
export const probeTpkt = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (b[start] !== 3 || (available > 1 && b[start + 1] !== 0)) return 'no';
  if (available < MIN_TPKT) return 'more';
  const length = u16be(b, start + 2);
  const o = start + TPKT_HEADER;
  const li = b[o]!;
  if (length < MIN_TPKT || TPKT_HEADER + 1 + li > length) return 'no';
  const code = b[o + 1]! & 0xf0;
  if (code === TPDU.DT) {
    if (li !== 2 || (b[o + 1]! & 15) !== 0) return 'no';
    if (length === MIN_TPKT) return 'maybe';
    if (available < MIN_TPKT + 1) return 'more';
    return (b[o + 2]! & 0x80) !== 0 && isKnownPayload(b[o + 3]!) ? 'sure' : 'maybe';
  }
  if (code !== TPDU.CR && code !== TPDU.CC) return NAMES[code] === undefined ? 'no' : 'maybe';
  if (available < TPKT_HEADER + 1 + li) return 'more';
  if (length !== TPKT_HEADER + 1 + li || decodeTpdu(b, o, o + 1 + li) === undefined) return 'no';
  let parameters = 0;
  for (let at = o + 7; at + 2 <= o + 1 + li; at += 2 + b[at + 1]!, parameters++) if (!isParameter(b[at]!)) return 'no';
  return parameters > 0 ? 'sure' : 'maybe';
};

const tpkt = (tpdu: readonly number[], payload?: Uint8Array): Uint8Array => {
  const length = TPKT_HEADER + tpdu.length + (payload?.length ?? 0);
  if (length > 0xffff) throw new RangeError(`a TPKT has at most 65535 octets, this has ${length}`);
  const out = new Uint8Array(length);
  out.set([3, 0, length >> 8, length & 255, ...tpdu]);
  if (payload) out.set(payload, TPKT_HEADER + tpdu.length);
  return out;
};

/**
 * DT TPDUs of class 0 in their TPKTs, `payload` cut at `maxTpdu` octets (negotiated TPDU size, header of 3 included).
 * @throws RangeError when `maxTpdu` leaves no room or a TPKT would exceed 65535 octets.
 */
export const encodeData = (payload: Uint8Array, maxTpdu = 1024): Uint8Array[] => {
  const room = maxTpdu - 3;
  if (room < 1) throw new RangeError('a TPDU needs room for its header of 3 octets');
  const out: Uint8Array[] = [];
  for (let o = 0; o === 0 || o < payload.length; o += room) {
    const eot = o + room >= payload.length ? 0x80 : 0;
    out.push(tpkt([2, TPDU.DT, eot], payload.subarray(o, o + room)));
  }
  return out;
};

const fromHex = (text: string): number[] => (text.match(/../g) ?? []).map((x) => Number.parseInt(x, 16));

/** A CR, CC or DR in its TPKT; parameters that are '' or 0 are left out. */
export const encodeConnection = (m: CotpMessage): Uint8Array => {
  const tpdu = [
    0,
    m.code,
    m.destinationReference >> 8,
    m.destinationReference & 255,
    m.sourceReference >> 8,
    m.sourceReference & 255,
  ];
  if (m.code === TPDU.DR) tpdu.push(Math.max(m.reason, 0));
  else {
    tpdu.push(Math.max(m.transportClass, 0) << 4);
    if (m.tpduSize > 0) tpdu.push(0xc0, 1, Math.round(Math.log2(m.tpduSize)));
    for (const [code, tsap] of [
      [0xc1, m.callingTsap],
      [0xc2, m.calledTsap],
    ] as const)
      if (tsap !== '') tpdu.push(code, tsap.length >> 1, ...fromHex(tsap));
  }
  tpdu[0] = tpdu.length - 1;
  return tpkt(tpdu);
};
/** `type` of a TPDU code. */
export const tpduName = (code: number): string => NAMES[code & 0xf0] ?? 'unknown TPDU';
