/**
 * The OSI upper layers as MMS uses them: session (ITU-T X.225, ISO 8327-1), presentation (X.226, ISO 8823-1) and the
 * association control of the application (X.227, ISO 8650-1). They are read in one walk down to the octets of the
 * application; only an association's beginning and end are worth an object.
 */
import { ascii, hex } from '../../lib/bytes.ts';
import { ber, berTag, integerOf, oidText, readBer } from './asn1.ts';

/** Session SPDU identifiers (X.225 section 8.3). */
export const SPDU = {
  DATA: 1,
  FINISH: 9,
  DISCONNECT: 10,
  REFUSE: 12,
  CONNECT: 13,
  ACCEPT: 14,
  ABORT: 25,
  ABORT_ACCEPT: 26,
} as const;

/** `SPDU` in the words of X.225. */
export const SPDU_NAMES: Readonly<Record<number, string>> = {
  1: 'DATA TRANSFER',
  9: 'FINISH',
  10: 'DISCONNECT',
  12: 'REFUSE',
  13: 'CONNECT',
  14: 'ACCEPT',
  25: 'ABORT',
  26: 'ABORT ACCEPT',
};

/** Tags of the ACSE APDUs (X.227 section 9). */
export const ACSE = { AARQ: 0x60, AARE: 0x61, RLRQ: 0x62, RLRE: 0x63, ABRT: 0x64 } as const;

export interface Association {
  /** `AARQ`, `AARE`, `RLRQ`, `RLRE`, `ABRT`. */
  readonly apdu: string;
  readonly applicationContext: string;
  /** Object identifiers as dotted text, else the octets as ASCII; '' where absent. */
  readonly callingApTitle: string;
  readonly calledApTitle: string;
  readonly respondingApTitle: string;
  /** -1 where absent. */
  readonly callingAeQualifier: number;
  readonly calledAeQualifier: number;
  readonly respondingAeQualifier: number;
  /** Object identifier of the mechanism; '' where absent. */
  readonly mechanism: string;
  /** An authentication value is there: `(masked)`. '' where absent. */
  readonly authentication: string;
  /** The authentication value is a plain character string (a password). */
  readonly isClear: boolean;
  /** AARE: 0 accepted, 1 rejected permanently, 2 transiently; -1 elsewhere. */
  readonly result: number;
  /** AARE: diagnostic of the user or the provider; ABRT: source; RLRQ, RLRE: reason; -1 where absent. */
  readonly diagnostic: number;
}

/** What the session and the presentation layer agree on when an association begins. */
export interface Layers {
  /** Bits of the versions of the session protocol; functional units; -1 where absent. */
  readonly sessionVersions: number;
  readonly sessionRequirements: number;
  /** Bits of the session protocol's options (extended concatenation); -1 where absent. */
  readonly sessionOptions: number;
  /** Selectors as hexadecimal; in an answer `called` is the one that responds. '' where absent. */
  readonly callingSession: string;
  readonly calledSession: string;
  readonly callingPresentation: string;
  readonly calledPresentation: string;
  /** Identifier, abstract and transfer syntax of the proposed contexts. */
  readonly contexts: readonly (readonly [id: number, abstractSyntax: string, transferSyntax: string])[];
  /** Per proposed context: 0 accepted, 1 rejected by the user, 2 by the provider. */
  readonly results: readonly number[];
}

/** Reused result of `readOsi`. */
export const osi: {
  /** SPDU identifier; -1 where there is no session layer. */
  spdu: number;
  /** Presentation context; -1 where unknown. */
  context: number;
  association: Association | undefined;
  /** Only of session CONNECT and ACCEPT. */
  layers: Layers | undefined;
  /** Where the application's PDU lies; start -1 where there is none. */
  start: number;
  end: number;
} = { spdu: -1, context: -1, association: undefined, layers: undefined, start: -1, end: -1 };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** AP titles are object identifiers or names; longer ones are cut. */
const MAX_TITLE = 128;
/** Values of the user data of one presentation PDU that are looked at. */
const MAX_VALUES = 8;

const isSpdu = (code: number): boolean =>
  code === SPDU.CONNECT ||
  code === SPDU.ACCEPT ||
  code === SPDU.FINISH ||
  code === SPDU.DISCONNECT ||
  code === SPDU.REFUSE ||
  code === SPDU.ABORT ||
  code === SPDU.ABORT_ACCEPT;

/** An SPDU that MMS uses, by its first octet. */
export const isSessionCode = (code: number): boolean => code === SPDU.DATA || isSpdu(code);

/** Does an SPDU begin here that MMS uses, with a length that fits? */
export const looksLikeSession = (b: Uint8Array, start: number, end: number): boolean => {
  if (end - start < 2) return false;
  const code = b[start]!;
  if (code === SPDU.DATA) {
    // Give Tokens and Data Transfer, both without parameters, then a presentation PDU.
    return end - start > 5 && b[start + 1] === 0 && b[start + 2] === 1 && b[start + 3] === 0 && b[start + 4] === 0x61;
  }
  if (!isSpdu(code)) return false;
  const li = b[start + 1]!;
  return li === 255
    ? end - start >= 4 && ((b[start + 2]! << 8) | b[start + 3]!) <= end - start - 4
    : li <= end - start - 2;
};

/**
 * Walks the layers at `start`..`end` into `osi`. False when one of them is malformed; true otherwise, with `osi.start` -1
 * when there is no application PDU (a refusal, a release).
 */
export const readOsi = (b: Uint8Array, start: number, end: number): boolean => {
  osi.context = -1;
  osi.association = undefined;
  osi.layers = undefined;
  osi.start = -1;
  osi.end = -1;
  osi.spdu = b[start]!;
  if (osi.spdu === SPDU.DATA) {
    let at = start;
    // X.225 section 7.2: basic concatenation, Give Tokens (or Please Tokens) stands before Data Transfer.
    for (let i = 0; i < 2; i++) {
      if (at + 2 > end || b[at] !== SPDU.DATA) return false;
      at += 2 + b[at + 1]!;
    }
    return at < end && presentation(b, at, end);
  }
  return parameters(b, start, end);
};

/** Parameters of SPDUs other than data: groups (PGI) and items (PI); user data is in PGI 193 or, extended, 194. */
const parameters = (b: Uint8Array, start: number, end: number): boolean => {
  let at = start + 1;
  let li = b[at++]!;
  if (li === 255) {
    if (at + 2 > end) return false;
    li = (b[at]! << 8) | b[at + 1]!;
    at += 2;
  }
  const stop = at + li;
  if (stop > end) return false;
  if (osi.spdu === SPDU.CONNECT || osi.spdu === SPDU.ACCEPT) osi.layers = freshLayers();
  while (at + 2 <= stop) {
    const code = b[at]!;
    let length = b[at + 1]!;
    at += 2;
    if (length === 255) {
      if (at + 2 > stop) return false;
      length = (b[at]! << 8) | b[at + 1]!;
      at += 2;
    }
    if (at + length > stop) return false;
    if (osi.layers !== undefined) sessionItem(b, code, at, at + length, osi.layers);
    if ((code === 0xc1 || code === 0xc2) && length > 0 && !presentation(b, at, at + length)) return false;
    at += length;
  }
  return at === stop;
};

const freshLayers = (): Writable<Layers> => ({
  sessionVersions: -1,
  sessionRequirements: -1,
  sessionOptions: -1,
  callingSession: '',
  calledSession: '',
  callingPresentation: '',
  calledPresentation: '',
  contexts: [],
  results: [],
});
/** Selectors are 16 octets at most (X.225 section 8.3.1), presentation selectors have no bound: longer ones are cut. */
const MAX_SELECTOR = 16;
const selector = (b: Uint8Array, start: number, end: number): string =>
  hex(b, start, Math.min(end, start + MAX_SELECTOR));

/** Items of CONNECT and ACCEPT (X.225 section 8.3.1); 5 groups others. */
const sessionItem = (b: Uint8Array, code: number, start: number, end: number, out: Writable<Layers>): void => {
  const value = end - start === 1 ? b[start]! : end - start === 2 ? (b[start]! << 8) | b[start + 1]! : -1;
  if (code === 5) {
    for (let at = start; at + 2 <= end; at += 2 + b[at + 1]!)
      if (at + 2 + b[at + 1]! <= end && b[at] !== 5) sessionItem(b, b[at]!, at + 2, at + 2 + b[at + 1]!, out);
  } else if (code === 19) out.sessionOptions = value;
  else if (code === 20) out.sessionRequirements = value;
  else if (code === 22) out.sessionVersions = value;
  else if (code === 51) out.callingSession = selector(b, start, end);
  else if (code === 52) out.calledSession = selector(b, start, end);
};

/** Presentation contexts of one connection that are kept. */
const MAX_CONTEXTS = 8;
/** A field of normal-mode-parameters (X.226 section 8.2). */
const presentationItem = (b: Uint8Array, tag: number, start: number, end: number, out: Writable<Layers>): void => {
  if (tag === 0x81) out.callingPresentation = selector(b, start, end);
  else if (tag === 0x82 || tag === 0x83) out.calledPresentation = selector(b, start, end);
  else if (tag === 0xa4) out.contexts = contextList(b, start, end);
  else if (tag === 0xa5) {
    const results: number[] = [];
    for (let at = start; at < end && results.length < MAX_CONTEXTS && readBer(b, at, end); ) {
      at = ber.next;
      if (readBer(b, ber.start, ber.end) && berTag() === 0x80) results.push(integerOf(b, ber.start, ber.end));
    }
    out.results = results;
  }
};
const contextList = (b: Uint8Array, start: number, end: number): Layers['contexts'] => {
  const out: (readonly [number, string, string])[] = [];
  for (let at = start; at < end && out.length < MAX_CONTEXTS && readBer(b, at, end); ) {
    at = ber.next;
    const stop = ber.end;
    if (!readBer(b, ber.start, stop) || berTag() !== 0x02) break;
    const id = integerOf(b, ber.start, ber.end);
    if (!readBer(b, ber.next, stop) || berTag() !== 0x06) break;
    const syntax = oidText(b, ber.start, ber.end);
    let transfer = '';
    if (readBer(b, ber.next, stop) && readBer(b, ber.start, ber.end) && berTag() === 0x06)
      transfer = oidText(b, ber.start, ber.end);
    out.push([id, syntax, transfer]);
  }
  return out;
};

/** A PPDU: user data alone, or CP, CPA, CPR, ARU with it somewhere inside (X.226 section 8). */
const presentation = (b: Uint8Array, start: number, end: number): boolean => {
  if (!readBer(b, start, end)) return false;
  const { tag, start: from, end: to } = ber;
  if (tag === 0x61) return fullyEncoded(b, from, to);
  if (tag === 0x60) {
    // Simply encoded data: the octets of the one context there is.
    return application(b, from, to);
  }
  if (tag !== 0x31 && tag !== 0x30 && tag !== 0xa0) return true;
  for (let at = from; at < to; ) {
    // A defect in a part that says nothing to us must not hide what follows.
    if (!readBer(b, at, to)) return osi.start >= 0;
    const next = ber.next;
    if (ber.tag === 0x61) {
      if (!fullyEncoded(b, ber.start, ber.end)) return false;
    } else if (ber.tag === 0xa2 && tag === 0x31) {
      const { start: inner, end: stop } = ber;
      for (let p = inner; p < stop; ) {
        if (!readBer(b, p, stop)) return osi.start >= 0;
        const behind = ber.next;
        const { start: content, end: contentEnd } = ber;
        if (berTag() === 0x61) {
          if (!fullyEncoded(b, content, contentEnd)) return false;
        } else if (osi.layers !== undefined) presentationItem(b, berTag(), content, contentEnd, osi.layers);
        p = behind;
      }
    }
    at = next;
  }
  return true;
};

/** PDV-list: transfer syntax (optional), presentation context, the value in one of three encodings. */
const fullyEncoded = (b: Uint8Array, start: number, end: number): boolean => {
  for (let at = start, n = 0; at < end && n < MAX_VALUES; n++) {
    if (!readBer(b, at, end) || ber.tag !== 0x30) return false;
    const next = ber.next;
    const stop = ber.end;
    for (let p = ber.start; p < stop; ) {
      if (!readBer(b, p, stop)) return false;
      const behind = ber.next;
      const tag = berTag();
      const { start: from, end: to } = ber;
      if (tag === 0x02 && osi.start < 0) osi.context = integerOf(b, from, to);
      else if ((tag === 0xa0 || tag === 0x81 || tag === 0x82) && osi.start < 0 && !application(b, from, to))
        return false;
      p = behind;
    }
    at = next;
  }
  return true;
};

/** ACSE has tags of the application class, MMS of the context class: the first octet tells them apart. */
const application = (b: Uint8Array, start: number, end: number): boolean => {
  const tag = b[start]!;
  if (start < end && tag >= ACSE.AARQ && tag <= ACSE.ABRT) return acse(b, start, end);
  osi.start = start;
  osi.end = end;
  return true;
};

const NAMES = ['AARQ', 'AARE', 'RLRQ', 'RLRE', 'ABRT'] as const;

const title = (b: Uint8Array, start: number, end: number): string => {
  if (!readBer(b, start, end)) return '';
  return ber.tag === 6 ? oidText(b, ber.start, ber.end) : ascii(b, ber.start, Math.min(ber.end, ber.start + MAX_TITLE));
};
const number = (b: Uint8Array, start: number, end: number): number => {
  if (!readBer(b, start, end)) return -1;
  // Diagnostics are wrapped once more: [1] user, [2] provider.
  if (ber.tag === 0xa1 || ber.tag === 0xa2) return number(b, ber.start, ber.end);
  const n = integerOf(b, ber.start, ber.end);
  return Number.isNaN(n) ? -1 : n;
};

const acse = (b: Uint8Array, start: number, end: number): boolean => {
  if (!readBer(b, start, end)) return false;
  const apdu = ber.tag;
  const stop = ber.end;
  const a: Writable<Association> = {
    apdu: NAMES[apdu - ACSE.AARQ]!,
    applicationContext: '',
    callingApTitle: '',
    calledApTitle: '',
    respondingApTitle: '',
    callingAeQualifier: -1,
    calledAeQualifier: -1,
    respondingAeQualifier: -1,
    mechanism: '',
    authentication: '',
    isClear: false,
    result: -1,
    diagnostic: -1,
  };
  osi.association = a;
  for (let at = ber.start; at < stop; ) {
    if (!readBer(b, at, stop)) return osi.start >= 0;
    const next = ber.next;
    const { tag, start: from, end: to } = ber;
    if (tag === 0xbe) userInformation(b, from, to);
    else if (apdu === ACSE.AARQ) request(b, tag, from, to, a);
    else if (apdu === ACSE.AARE) response(b, tag, from, to, a);
    else if (tag === 0x80) a.diagnostic = integerOf(b, from, to);
    at = next;
  }
  return true;
};

const request = (b: Uint8Array, tag: number, from: number, to: number, a: Writable<Association>): void => {
  if (tag === 0xa1) a.applicationContext = title(b, from, to);
  else if (tag === 0xa2) a.calledApTitle = title(b, from, to);
  else if (tag === 0xa3) a.calledAeQualifier = number(b, from, to);
  else if (tag === 0xa6) a.callingApTitle = title(b, from, to);
  else if (tag === 0xa7) a.callingAeQualifier = number(b, from, to);
  else if (tag === 0x8b) a.mechanism = oidText(b, from, to);
  else if (tag === 0xac) authentication(b, from, to, a);
};

const response = (b: Uint8Array, tag: number, from: number, to: number, a: Writable<Association>): void => {
  if (tag === 0xa1) a.applicationContext = title(b, from, to);
  else if (tag === 0xa2) a.result = number(b, from, to);
  else if (tag === 0xa3) a.diagnostic = number(b, from, to);
  else if (tag === 0xa4) a.respondingApTitle = title(b, from, to);
  else if (tag === 0xa5) a.respondingAeQualifier = number(b, from, to);
  else if (tag === 0x89) a.mechanism = oidText(b, from, to);
  else if (tag === 0xaa) authentication(b, from, to, a);
};

/** Authentication-value: character string [0], bit string [1], EXTERNAL [2] (X.227 section 9.2). */
const authentication = (b: Uint8Array, from: number, to: number, a: Writable<Association>): void => {
  a.authentication = '(masked)';
  a.isClear = from < to && b[from] === 0x80;
};

/** user-information: SEQUENCE OF EXTERNAL; the first one holds the application's PDU. */
const userInformation = (b: Uint8Array, start: number, end: number): void => {
  if (!readBer(b, start, end) || ber.tag !== 0x28) return;
  const stop = ber.end;
  for (let at = ber.start; at < stop && osi.start < 0; ) {
    if (!readBer(b, at, stop)) return;
    const next = ber.next;
    if (berTag() === 0x02) osi.context = integerOf(b, ber.start, ber.end);
    else if (berTag() === 0xa0 || berTag() === 0x81 || berTag() === 0x82) {
      osi.start = ber.start;
      osi.end = ber.end;
    }
    at = next;
  }
};
