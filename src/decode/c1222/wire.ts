/**
 * ANSI C12.22 (IEEE Std 1703-2012): ACSE elements (5.3.4) with an EPSEM envelope (5.3.3) and the services in it (5.3.2).
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { hex } from '../../lib/bytes.ts';
import { readTlv, tagRead, tlv } from '../shared/asn1.ts';
import { type C1222Service, isService, oidText, readService, SERVICE } from './services.ts';

export type { C1222Service, TableData } from './services.ts';

const ACSE = 0x60;
/** Longest message we take: segmentation keeps them below a few kilobytes. */
export const MAX_MESSAGE = 65_536;
/** Services read from one message. */
export const MAX_SERVICES = 32;
/** Requests whose answers need them, per flow; the oldest gives way. */
export const MAX_WAITING = 64;

export const ELEMENT = {
  CONTEXT: 0xa1, CALLED_TITLE: 0xa2, CALLED_INVOCATION: 0xa4, CALLING_TITLE: 0xa6, CALLING_QUALIFIER: 0xa7, CALLING_INVOCATION: 0xa8, MECHANISM: 0x8b, AUTHENTICATION: 0xac,
  USER_INFORMATION: 0xbe,
} as const; // biome-ignore format: a table
const KNOWN: ReadonlySet<number> = new Set(Object.values(ELEMENT));

export interface C1222Authentication {
  readonly kind: 'c1222' | 'c1221' | 'octets' | 'unknown';
  readonly indirectReference: boolean;
  /** Number of the key, never the key; -1 without. */
  readonly keyId: number;
  /** Initialization vector, octets as hexadecimal. */
  readonly iv: string;
  /** C12.21: 0x80 identification, 0x81 request, 0x82 response; -1 elsewhere. */
  readonly step: number;
  /** What that step says, or what is octet-aligned. */
  readonly octets: Uint8Array;
}

export interface C1222Message {
  readonly type: 'C12.22 request' | 'C12.22 response';
  /** Tags in the order of the wire. */
  readonly elements: readonly number[];
  readonly context: string;
  readonly calledTitle: string;
  readonly callingTitle: string;
  /** As octets: their size varies. */
  readonly calledInvocation: Uint8Array;
  readonly callingInvocation: Uint8Array;
  /** Bits: 0 test, 1 urgent, 2 notification; -1 without. */
  readonly callingQualifier: number;
  readonly mechanism: string;
  readonly authentication: C1222Authentication | undefined;
  /** EPSEM control octet (5.3.3), -1 without user information. */
  readonly control: number;
  /** Indirect reference of the user information, -1 without. */
  readonly encoding: number;
  readonly deviceClass: Uint8Array;
  readonly services: readonly C1222Service[];
  /** Encrypted services. */
  readonly encrypted: Uint8Array;
  /** Four octets behind authenticated services. */
  readonly mac: Uint8Array;
}

export interface C1222State {
  /** Service codes of requests by invocation id, until the answer. */
  readonly waiting: Map<string, readonly number[]>;
  readonly said: Set<string>;
}

const EMPTY = new Uint8Array(0);
const FOREIGN = { kind: 'foreign' } as const;

const titleOf = (b: Uint8Array, start: number, end: number): string =>
  readTlv(b, start, end) ? oidText(b, tlv.start, tlv.end, tlv.tag === 0x80) : '';
/** The octets inside the INTEGER or OCTET STRING of an element. */
const innerOf = (b: Uint8Array, start: number, end: number): Uint8Array =>
  readTlv(b, start, end) ? b.slice(tlv.start, tlv.end) : EMPTY;

/** 5.3.4.8: EXTERNAL { [indirect reference], A0 { A1 { 80 key id, 81 iv } } } or octets. */
const readAuthentication = (b: Uint8Array, start: number, end: number): C1222Authentication => {
  const none = { kind: 'unknown', indirectReference: false, keyId: -1, iv: '', step: -1, octets: EMPTY } as const;
  if (!readTlv(b, start, end)) return none;
  let at = tlv.start;
  const stop = tlv.end;
  let indirectReference = false;
  if (readTlv(b, at, stop) && tlv.tag === 2) {
    indirectReference = true;
    at = tlv.end;
  }
  if (!readTlv(b, at, stop)) return { ...none, indirectReference };
  if (tlv.tag === 0x81) return { ...none, indirectReference, kind: 'octets', octets: b.slice(tlv.start, tlv.end) };
  if (tlv.tag !== 0xa0 || !readTlv(b, tlv.start, tlv.end)) return { ...none, indirectReference };
  const c1221 = tlv.tag === 0xa0;
  let keyId = -1;
  let iv = '';
  let step = -1;
  let octets = EMPTY;
  const last = tlv.end;
  for (let i = tlv.start; i < last && readTlv(b, i, last); i = tlv.end) {
    if (c1221) {
      step = tlv.tag;
      octets = b.slice(tlv.start, tlv.end);
    } else if (tagRead() === 0x80) keyId = tlv.end > tlv.start ? b[tlv.start]! : -1;
    else if (tagRead() === 0x81) iv = hex(b, tlv.start, tlv.end);
  }
  return { kind: c1221 ? 'c1221' : 'c1222', indirectReference, keyId, iv, step, octets };
};

interface Epsem {
  control: number;
  encoding: number;
  deviceClass: Uint8Array;
  services: C1222Service[];
  encrypted: Uint8Array;
  mac: Uint8Array;
}
const CIPHERTEXT = 2;

/** Length-prefixed services up to a zero or the end. False when a length runs past the end. */
const eachService = (
  b: Uint8Array,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): number => {
  let at = start;
  for (let n = 0; at < end && b[at] !== 0 && n < MAX_SERVICES; n++) {
    let length = b[at]!;
    let from = at + 1;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 3 || from + octets > end) return -1;
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + b[from + i]!;
      from += octets;
    }
    if (length === 0 || from + length > end) return -1;
    visit(from, from + length);
    at = from + length;
  }
  return at;
};

const readEpsem = (b: Uint8Array, start: number, end: number, answers: readonly number[]): Epsem => {
  const out: Epsem = { control: -1, encoding: -1, deviceClass: EMPTY, services: [], encrypted: EMPTY, mac: EMPTY };
  // EXTERNAL, perhaps an indirect reference, then the octets.
  if (!readTlv(b, start, end)) return out;
  let at = tlv.start;
  const outer = tlv.end;
  if (readTlv(b, at, outer) && tlv.tag === 2) {
    out.encoding = b[tlv.start]!;
    at = tlv.end;
  }
  if (!readTlv(b, at, outer) || tlv.end <= tlv.start) return out;
  at = tlv.start;
  let stop = tlv.end;
  const control = b[at++]!;
  out.control = control;
  const mode = (control >> 2) & 3;
  if ((control & 0x10) !== 0 && at + 4 <= stop) {
    out.deviceClass = b.slice(at, at + 4);
    at += 4;
  }
  if (mode !== 0 && stop - at >= 4) {
    out.mac = b.slice(stop - 4, stop);
    stop -= 4;
  }
  if (mode === CIPHERTEXT) {
    out.encrypted = b.slice(at, stop);
    return out;
  }
  let n = 0;
  eachService(b, at, stop, (from, to) => {
    const code = b[from]!;
    out.services.push(readService(b, from, to, code < SERVICE.IDENT ? (answers[n] ?? -1) : -1));
    n++;
  });
  return out;
};

const keyOf = (id: Uint8Array): string => hex(id);

/** Codes: `c1222.elements`. */
export const decodeC1222 = (b: Uint8Array, start: number, end: number, state: C1222State): Decoded<C1222Message> => {
  if (b[start] !== ACSE) return FOREIGN;
  const size = messageSize(b, start, end);
  if (size === -1) return { kind: 'incomplete', missing: 1 };
  if (size === -2 || size > MAX_MESSAGE) return FOREIGN;
  if (size > end - start) return { kind: 'incomplete', missing: size - (end - start) };
  const stop = start + size;
  const elements: number[] = [];
  let context = '';
  let calledTitle = '';
  let callingTitle = '';
  let called: Uint8Array = EMPTY;
  let calling: Uint8Array = EMPTY;
  let callingQualifier = -1;
  let mechanism = '';
  let authentication: C1222Authentication | undefined;
  let information: readonly [number, number] | undefined;
  readTlv(b, start, stop);
  let at = tlv.start;
  while (at < stop) {
    if (!readTlv(b, at, stop) || elements.length > 16)
      return { kind: 'malformed', code: 'c1222.elements', detail: 'an element runs past the message', consumed: size };
    const { tag, start: from, end: to } = tlv;
    elements.push(tag);
    at = to;
    if (tag === ELEMENT.CONTEXT) context = titleOf(b, from, to);
    else if (tag === ELEMENT.CALLED_TITLE) calledTitle = titleOf(b, from, to);
    else if (tag === ELEMENT.CALLING_TITLE) callingTitle = titleOf(b, from, to);
    else if (tag === ELEMENT.CALLED_INVOCATION) called = innerOf(b, from, to);
    else if (tag === ELEMENT.CALLING_INVOCATION) calling = innerOf(b, from, to);
    else if (tag === ELEMENT.CALLING_QUALIFIER) callingQualifier = innerOf(b, from, to)[0] ?? -1;
    else if (tag === ELEMENT.MECHANISM) mechanism = oidText(b, from, to, false);
    else if (tag === ELEMENT.AUTHENTICATION) authentication = readAuthentication(b, from, to);
    else if (tag === ELEMENT.USER_INFORMATION) information = [from, to];
  }
  const key = keyOf(called.length > 0 ? called : calling);
  const answers = state.waiting.get(key) ?? [];
  const epsem: Epsem =
    information === undefined
      ? { control: -1, encoding: -1, deviceClass: EMPTY, services: [], encrypted: EMPTY, mac: EMPTY }
      : readEpsem(b, information[0], information[1], answers);
  const first = epsem.services[0]?.code;
  const response = first === undefined ? called.length > 0 : first < SERVICE.IDENT;
  if (response) state.waiting.delete(key);
  else if (first !== undefined) {
    if (state.waiting.size >= MAX_WAITING) state.waiting.delete(state.waiting.keys().next().value!);
    state.waiting.set(
      keyOf(calling),
      epsem.services.map((s) => s.code),
    );
  }
  const message: C1222Message = {
    type: response ? 'C12.22 response' : 'C12.22 request',
    elements,
    context,
    calledTitle,
    callingTitle,
    calledInvocation: called,
    callingInvocation: calling,
    callingQualifier,
    mechanism,
    authentication,
    ...epsem,
  };
  return { kind: 'message', message, consumed: size };
};

/** Octets of the whole message by its length field; -1: not there yet, -2: not a length. */
const messageSize = (b: Uint8Array, start: number, end: number): number => {
  if (end - start < 2) return -1;
  const first = b[start + 1]!;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 3) return -2;
  if (end - start < 2 + octets) return -1;
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + b[start + 2 + i]!;
  return 2 + octets + length;
};

/** Elements of C12.22 that fill the message, user information last, and in clear services that exist. */
export const probeC1222 = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== ACSE) return 'no';
  const size = messageSize(b, start, end);
  if (size === -1) return 'more';
  if (size === -2 || size > MAX_MESSAGE || size < 6) return 'no';
  if (end - start >= size && !KNOWN.has(b[start + (size > 129 ? 3 : 2)]!)) return 'no';
  if (end - start < size) return 'more';
  const stop = start + size;
  if (!readTlv(b, start, stop)) return 'no';
  let last = 0;
  let from = 0;
  let to = 0;
  for (let at = tlv.start; at < stop; at = to) {
    if (!readTlv(b, at, stop) || !KNOWN.has(tlv.tag)) return 'no';
    last = tlv.tag;
    from = tlv.start;
    to = tlv.end;
  }
  if (last !== ELEMENT.USER_INFORMATION) return 'no';
  // MMS and others use the same elements; the EXTERNAL here holds octets (81) whose first has the top bit.
  if (!readTlv(b, from, to) || tlv.tag !== 0x28 || !readTlv(b, tlv.start, tlv.end)) return 'no';
  if (tagRead() === 2 && !readTlv(b, tlv.end, to)) return 'no';
  if (tagRead() !== 0x81 || tlv.end <= tlv.start || b[tlv.start]! < 0x80) return 'no';
  const control = b[tlv.start]!;
  if (((control >> 2) & 3) !== 0) return 'sure';
  let known = true;
  const end2 = tlv.end;
  const reached = eachService(b, tlv.start + 1 + ((control & 0x10) !== 0 ? 4 : 0), end2, (s) => {
    known &&= isService(b[s]!);
  });
  return reached >= 0 && known ? 'sure' : 'no';
};
