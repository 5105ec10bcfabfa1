/**
 * APDUs of DLMS/COSEM (IEC 62056-5-3 clauses 8 and 9): association, get, set, action and access with their blocks and lists,
 * notifications, short name services, general block transfer, and the headers of what is ciphered.
 */
import { hex, i16be, u16be, u24be, u32be } from '../../lib/bytes.ts';
import { readTlv, tlv } from '../shared/asn1.ts';
import { type Cursor, cursorOf, dateTimeText, long, octet, readData, readLength, take, word } from './data.ts';
import type { Association, Descriptor, Draft, Transfer } from './message.ts';
import { obisMeaning } from './obis.ts';

/** Attributes of one request with list. */
export const MAX_LIST = 64;
/** A ciphered or blockwise APDU holds another, and no third. */
const MAX_NESTING = 2;

// biome-ignore format: a table
const APDUS: Readonly<Record<number, readonly [string, response: boolean]>> = {
  1: ['InitiateRequest', false], 5: ['ReadRequest', false], 6: ['WriteRequest', false], 8: ['InitiateResponse', true], 12: ['ReadResponse', true],
  13: ['WriteResponse', true], 14: ['ConfirmedServiceError', true], 15: ['DataNotification', false], 22: ['UnconfirmedWriteRequest', false],
  24: ['InformationReportRequest', false], 33: ['glo-InitiateRequest', false], 37: ['glo-ReadRequest', false], 38: ['glo-WriteRequest', false],
  40: ['glo-InitiateResponse', true], 44: ['glo-ReadResponse', true], 45: ['glo-WriteResponse', true], 46: ['glo-ConfirmedServiceError', true], 96: ['AARQ', false],
  97: ['AARE', true], 98: ['RLRQ', false], 99: ['RLRE', true], 192: ['GetRequest', false], 193: ['SetRequest', false], 194: ['EventNotificationRequest', false],
  195: ['ActionRequest', false], 196: ['GetResponse', true], 197: ['SetResponse', true], 199: ['ActionResponse', true], 200: ['glo-GetRequest', false],
  201: ['glo-SetRequest', false], 202: ['glo-EventNotificationRequest', false], 203: ['glo-ActionRequest', false], 204: ['glo-GetResponse', true],
  205: ['glo-SetResponse', true], 207: ['glo-ActionResponse', true], 208: ['ded-GetRequest', false], 209: ['ded-SetRequest', false], 210: ['ded-EventNotificationRequest', false],
  211: ['ded-ActionRequest', false], 212: ['ded-GetResponse', true], 213: ['ded-SetResponse', true], 215: ['ded-ActionResponse', true], 216: ['ExceptionResponse', true],
  217: ['AccessRequest', false], 218: ['AccessResponse', true], 219: ['General-Glo-Ciphering', false], 220: ['General-Ded-Ciphering', false], 221: ['General-Ciphering', false],
  223: ['General-Signing', false], 224: ['General-Block-Transfer', false],
};
export const APDU = {
  INITIATE: 0x01,
  READ: 0x05,
  WRITE: 0x06,
  INITIATE_RESPONSE: 0x08,
  READ_RESPONSE: 0x0c,
  WRITE_RESPONSE: 0x0d,
  SERVICE_ERROR: 0x0e,
  NOTIFICATION: 0x0f,
  UNCONFIRMED_WRITE: 0x16,
  INFORMATION_REPORT: 0x18,
  AARQ: 0x60,
  AARE: 0x61,
  RLRQ: 0x62,
  RLRE: 0x63,
  GET: 0xc0,
  SET: 0xc1,
  EVENT: 0xc2,
  ACTION: 0xc3,
  GET_RESPONSE: 0xc4,
  SET_RESPONSE: 0xc5,
  ACTION_RESPONSE: 0xc7,
  EXCEPTION: 0xd8,
  ACCESS: 0xd9,
  ACCESS_RESPONSE: 0xda,
  GENERAL_GLO: 0xdb,
  GENERAL_CIPHERING: 0xdd,
  GENERAL_SIGNING: 0xdf,
  BLOCK_TRANSFER: 0xe0,
} as const;
export const apduOf = (tag: number): readonly [string, response: boolean] | undefined => APDUS[tag];
/** The direction does not show in the tag. */
export const isGeneral = (tag: number): boolean => tag >= APDU.GENERAL_GLO;
/** A service inside a ciphered APDU, with a length and a security header in front. */
const isServiceCiphered = (tag: number): boolean =>
  (tag >= 0xc8 && tag <= 0xd7) || (tag >= 0x21 && tag <= 0x2e && APDUS[tag] !== undefined);
export const isCiphered = (tag: number): boolean =>
  isServiceCiphered(tag) || (tag >= APDU.GENERAL_GLO && tag <= APDU.GENERAL_CIPHERING);

/** class (2), instance (6), attribute or method (1). */
const readDescriptor = (b: Uint8Array, c: Cursor, service: Descriptor['service']): Descriptor => {
  const at = take(c, 9);
  if (c.bad) return { service, classId: 0, obis: '', meaning: '', index: 0, selector: -1 };
  return {
    service,
    classId: u16be(b, at),
    obis: `${b[at + 2]}.${b[at + 3]}.${b[at + 4]}.${b[at + 5]}.${b[at + 6]}.${b[at + 7]}`,
    meaning: obisMeaning(b[at + 2]!, b[at + 4]!, b[at + 5]!, b[at + 6]!),
    index: (b[at + 8]! << 24) >> 24,
    selector: -1,
  };
};
/** A flag, and behind it selector and data of selective access. */
const readSelection = (b: Uint8Array, c: Cursor, d: Descriptor): Descriptor => {
  if (octet(b, c) === 0 || c.bad) return d;
  const selector = octet(b, c);
  return { ...d, selector, selection: readData(b, c) };
};
const push = (out: Draft, d: Descriptor): void => {
  if (out.descriptors.length < MAX_LIST) out.descriptors.push(d);
};
const selected = (b: Uint8Array, c: Cursor, out: Draft, service: 'get' | 'set'): void =>
  push(out, readSelection(b, c, readDescriptor(b, c, service)));
/** As many as the length says. */
const each = (b: Uint8Array, c: Cursor, read: () => void): void => {
  for (let n = readLength(b, c); n > 0 && !c.bad; n--) read();
};
const pushData = (b: Uint8Array, c: Cursor, out: Draft): void => {
  const data = readData(b, c);
  if (!c.bad && out.data.length < MAX_LIST) out.data.push(data);
};
const pushResult = (out: Draft, result: number): void => {
  if (out.results.length < MAX_LIST) out.results.push(result);
  if (out.result <= 0) out.result = result;
};
/** Get-Data-Result: data, or why there is none. */
const pushDataOrResult = (b: Uint8Array, c: Cursor, out: Draft): void => {
  const choice = octet(b, c);
  if (choice === 0) {
    pushData(b, c, out);
    pushResult(out, 0);
  } else if (choice === 1) {
    const result = octet(b, c);
    if (out.data.length < MAX_LIST) out.data.push({ type: 'data-access-error', value: result });
    pushResult(out, result);
  } else c.bad = true;
};

/**
 * A piece of a transfer: with the last one all of it is read by `read`. What is not whole is passed over: the first blocks may
 * have been sent before the capture began.
 */
const piece = (
  b: Uint8Array,
  c: Cursor,
  out: Draft,
  transfer: Transfer,
  number: number,
  last: boolean,
  read: (whole: Uint8Array, inner: Cursor) => void,
): void => {
  const size = readLength(b, c);
  const from = take(c, size);
  if (c.bad) return;
  out.block = { number, last, size };
  if (!transfer.add(number, b, from, from + size) || !last) return;
  const whole = transfer.finish();
  const inner = cursorOf(0, whole.length);
  read(whole, inner);
  c.bad ||= inner.bad;
};
/** last-block, block-number, raw-data: what SET and ACTION send, and what ACTION answers. */
const dataBlock = (
  b: Uint8Array,
  c: Cursor,
  out: Draft,
  transfer: Transfer,
  read: (whole: Uint8Array, inner: Cursor) => void,
): void => {
  const last = octet(b, c) !== 0;
  const number = long(b, c);
  piece(b, c, out, transfer, number, last, read);
};

/** A new service begins: what was on its way will not be finished. */
const begin = (a: Association): void => {
  a.blocks[0].reset();
  a.blocks[1].reset();
};

const get = (b: Uint8Array, c: Cursor, out: Draft, a: Association): void => {
  if (out.choice !== 2) begin(a);
  if (out.choice === 1) selected(b, c, out, 'get');
  else if (out.choice === 2) {
    out.block = { number: long(b, c), last: false, size: 0 };
    out.descriptors = a.asked.slice();
    return;
  } else if (out.choice === 3) each(b, c, () => selected(b, c, out, 'get'));
  else c.bad = true;
  a.asked = out.descriptors;
  a.askedList = out.choice === 3;
};
const getResponse = (b: Uint8Array, c: Cursor, out: Draft, a: Association, transfer: Transfer): void => {
  if (out.choice === 1) pushDataOrResult(b, c, out);
  else if (out.choice === 3) each(b, c, () => pushDataOrResult(b, c, out));
  else if (out.choice === 2) {
    const last = octet(b, c) !== 0;
    const number = long(b, c);
    const choice = octet(b, c);
    if (choice === 1) {
      out.block = { number, last, size: 0 };
      pushResult(out, octet(b, c));
    } else if (choice === 0) {
      out.result = 0;
      piece(b, c, out, transfer, number, last, (whole, inner) => {
        if (a.askedList) each(whole, inner, () => pushDataOrResult(whole, inner, out));
        else pushData(whole, inner, out);
      });
    } else c.bad = true;
  } else c.bad = true;
};

const set = (b: Uint8Array, c: Cursor, out: Draft, a: Association, transfer: Transfer): void => {
  const isList = out.choice === 4 || out.choice === 5;
  if (out.choice !== 3) begin(a);
  if (isList) each(b, c, () => selected(b, c, out, 'set'));
  else if (out.choice !== 3) selected(b, c, out, 'set');
  if (out.choice === 1) pushData(b, c, out);
  else if (out.choice === 4) each(b, c, () => pushData(b, c, out));
  else if (out.choice === 2 || out.choice === 3 || out.choice === 5) {
    if (out.choice !== 3) {
      a.asked = out.descriptors;
      a.askedList = isList;
    } else out.descriptors = a.asked.slice();
    dataBlock(b, c, out, transfer, (whole, inner) => {
      if (a.askedList) each(whole, inner, () => pushData(whole, inner, out));
      else pushData(whole, inner, out);
    });
  } else c.bad = true;
};
const setResponse = (b: Uint8Array, c: Cursor, out: Draft): void => {
  const number = (): void => {
    out.block = { number: long(b, c), last: out.choice !== 2, size: 0 };
  };
  if (out.choice === 1) pushResult(out, octet(b, c));
  else if (out.choice === 2) {
    out.result = 0;
    number();
  } else if (out.choice === 3) {
    pushResult(out, octet(b, c));
    number();
  } else if (out.choice === 4 || out.choice === 5) {
    each(b, c, () => pushResult(out, octet(b, c)));
    if (out.choice === 4) number();
  } else c.bad = true;
};

const action = (b: Uint8Array, c: Cursor, out: Draft, a: Association, transfer: Transfer): void => {
  const isList = out.choice === 3 || out.choice === 5;
  const parameters = (whole: Uint8Array, inner: Cursor): void => {
    if (a.askedList) each(whole, inner, () => pushData(whole, inner, out));
    else pushData(whole, inner, out);
  };
  if (out.choice === 2 || out.choice === 6) {
    out.descriptors = a.asked.slice();
    if (out.choice === 2) out.block = { number: long(b, c), last: false, size: 0 };
    else dataBlock(b, c, out, transfer, parameters);
    return;
  }
  if (out.choice < 1 || out.choice > 5) {
    c.bad = true;
    return;
  }
  begin(a);
  if (isList) each(b, c, () => push(out, readDescriptor(b, c, 'action')));
  else push(out, readDescriptor(b, c, 'action'));
  a.asked = out.descriptors;
  a.askedList = isList;
  if (out.choice === 1) {
    if (octet(b, c) !== 0) pushData(b, c, out);
  } else if (out.choice === 3) each(b, c, () => pushData(b, c, out));
  else dataBlock(b, c, out, transfer, parameters);
};
const actionResponse = (b: Uint8Array, c: Cursor, out: Draft, transfer: Transfer): void => {
  /** result, and where a flag says so what the method gave back. */
  const one = (x: Uint8Array, inner: Cursor): void => {
    pushResult(out, octet(x, inner));
    if (octet(x, inner) === 0) return;
    const choice = octet(x, inner);
    if (choice === 0) pushData(x, inner, out);
    else if (choice === 1) {
      const result = octet(x, inner);
      if (out.data.length < MAX_LIST) out.data.push({ type: 'data-access-error', value: result });
    } else inner.bad = true;
  };
  if (out.choice === 1) one(b, c);
  else if (out.choice === 2) {
    out.result = 0;
    dataBlock(b, c, out, transfer, (whole, inner) => pushData(whole, inner, out));
  } else if (out.choice === 3) each(b, c, () => one(b, c));
  else if (out.choice === 4) {
    out.result = 0;
    out.block = { number: long(b, c), last: false, size: 0 };
  } else c.bad = true;
};

/** An octet string that holds a date-time, or nothing. */
const timeString = (b: Uint8Array, c: Cursor): string => {
  const size = readLength(b, c);
  const at = take(c, size);
  return c.bad || size === 0 ? '' : size === 12 ? dateTimeText(b, at) : hex(b, at, at + Math.min(size, 64));
};

/** Access (clause 9.3.8): specifications, then their data; answers: data, then results. */
const access = (b: Uint8Array, c: Cursor, out: Draft, a: Association): void => {
  out.invokeId = long(b, c) & 0xffffff;
  out.time = timeString(b, c);
  const specification = (): void => {
    const choice = octet(b, c);
    const service = choice === 1 || choice === 4 ? 'get' : choice === 2 || choice === 5 ? 'set' : 'action';
    if (choice < 1 || choice > 5) c.bad = true;
    const d = readDescriptor(b, c, service);
    push(out, choice >= 4 ? { ...d, selector: octet(b, c), selection: readData(b, c) } : d);
  };
  if (out.tag === APDU.ACCESS) {
    each(b, c, specification);
    each(b, c, () => pushData(b, c, out));
    a.asked = out.descriptors;
    return;
  }
  // The answer may repeat what was asked.
  if (octet(b, c) !== 0) each(b, c, specification);
  each(b, c, () => pushData(b, c, out));
  each(b, c, () => {
    octet(b, c);
    pushResult(out, octet(b, c));
  });
};

const shortName = (name: number, service: Descriptor['service'], selector = -1): Descriptor => ({
  service,
  classId: 0,
  obis: `short name 0x${name.toString(16).toUpperCase().padStart(4, '0')}`,
  meaning: '',
  index: 0,
  selector,
});
/** Variable-Access-Specification (clause 9.5). */
const variable = (b: Uint8Array, c: Cursor, out: Draft, service: 'get' | 'set', a: Association): void => {
  switch (octet(b, c)) {
    case 2:
      push(out, shortName(word(b, c), service));
      break;
    case 4: {
      const name = word(b, c);
      const selector = octet(b, c);
      push(out, { ...shortName(name, service, selector), selection: readData(b, c) });
      break;
    }
    case 5:
      out.block = { number: word(b, c), last: false, size: 0 };
      out.descriptors = a.asked.slice();
      break;
    default:
      c.bad = true;
  }
};
const readByName = (b: Uint8Array, c: Cursor, out: Draft, a: Association): void => {
  each(b, c, () => variable(b, c, out, 'get', a));
  a.asked = out.descriptors;
};
const readResponse = (b: Uint8Array, c: Cursor, out: Draft, transfer: Transfer): void =>
  each(b, c, () => {
    const choice = octet(b, c);
    if (choice === 0) {
      pushData(b, c, out);
      pushResult(out, 0);
    } else if (choice === 1) {
      const result = octet(b, c);
      if (out.data.length < MAX_LIST) out.data.push({ type: 'data-access-error', value: result });
      pushResult(out, result);
    } else if (choice === 2) {
      const last = octet(b, c) !== 0;
      const number = word(b, c);
      out.result = 0;
      // The whole is a list of results, as in an answer without blocks.
      piece(b, c, out, transfer, number, last, (whole, inner) => readResponse(whole, inner, out, transfer));
    } else if (choice === 3) {
      out.result = 0;
      out.block = { number: word(b, c), last: false, size: 0 };
    } else c.bad = true;
  });
const writeByName = (b: Uint8Array, c: Cursor, out: Draft, a: Association): void => {
  each(b, c, () => variable(b, c, out, 'set', a));
  each(b, c, () => pushData(b, c, out));
};
const writeResponse = (b: Uint8Array, c: Cursor, out: Draft): void =>
  each(b, c, () => {
    const choice = octet(b, c);
    if (choice === 0) pushResult(out, 0);
    else if (choice === 1) pushResult(out, octet(b, c));
    else if (choice === 2) {
      out.result = 0;
      out.block = { number: word(b, c), last: false, size: 0 };
    } else c.bad = true;
  });
const informationReport = (b: Uint8Array, c: Cursor, out: Draft, a: Association): void => {
  if (octet(b, c) !== 0) out.time = timeString(b, c);
  each(b, c, () => variable(b, c, out, 'get', a));
  each(b, c, () => pushData(b, c, out));
};

const STATE_ERRORS = ['', 'service not allowed', 'service unknown'];
const EXCEPTIONS = [
  '',
  'operation not possible',
  'service not supported',
  'other reason',
  'PDU too long',
  'deciphering error',
  'invocation counter error',
];
const exception = (b: Uint8Array, c: Cursor, out: Draft): void => {
  const state = octet(b, c);
  const service = octet(b, c);
  const expected = service === 6 && c.end - c.at >= 4 ? `, ${long(b, c)} expected` : '';
  out.error = `${STATE_ERRORS[state] ?? `state error ${state}`}: ${EXCEPTIONS[service] ?? `service error ${service}`}${expected}`;
};

/** ServiceError (clause 9.5): which kind, and its values in order. */
const SERVICE_ERRORS: readonly (readonly [string, readonly string[]])[] = [
  ['application reference', ['other', 'time elapsed', 'application unreachable', 'application reference invalid', 'application context unsupported', 'provider communication error', 'deciphering error']],
  ['hardware resource', ['other', 'memory unavailable', 'processor resource unavailable', 'mass storage unavailable', 'other resource unavailable']],
  ['VDE state', ['other', 'no DLMS context', 'loading data set', 'status no change', 'status inoperable']],
  ['service', ['other', 'PDU size', 'service unsupported']],
  ['definition', ['other', 'object undefined', 'object class inconsistent', 'object attribute inconsistent']],
  ['access', ['other', 'scope of access violated', 'object access violated', 'hardware fault', 'object unavailable']],
  ['initiate', ['other', 'DLMS version too low', 'incompatible conformance', 'PDU size too short', 'refused by the VDE handler']],
  ['load data set', ['other', 'primitive out of sequence', 'not loadable', 'data set size too large', 'not awaited segment', 'interpretation failure', 'storage failure', 'data set not ready']],
  ['change scope', ['other']],
  ['task', ['other', 'no remote control', 'task invocation stopped', 'running', 'unrunnable']],
]; // biome-ignore format: a table
const ERROR_OF: Readonly<Record<number, string>> = { 1: 'initiate', 5: 'read', 6: 'write' };
const serviceError = (b: Uint8Array, c: Cursor, out: Draft): void => {
  const of = octet(b, c);
  const kind = octet(b, c);
  const value = octet(b, c);
  const known = SERVICE_ERRORS[kind];
  out.error = `${ERROR_OF[of] ?? `service ${of}`}: ${known?.[0] ?? `error ${kind}`} ${known?.[1][value] ?? value}`;
};

/** Application tag 31 of the conformance block: `5F 1F 04 00` and 24 bits. */
const initiate = (b: Uint8Array, c: Cursor, out: Draft, isRequest: boolean): void => {
  if (isRequest) {
    // A dedicated key is a secret: passed over.
    if (octet(b, c) !== 0) take(c, readLength(b, c));
    if (octet(b, c) !== 0) octet(b, c);
  }
  if (octet(b, c) !== 0) octet(b, c);
  const version = octet(b, c);
  if (octet(b, c) !== 0x5f) c.bad = true;
  // Tag 31 in the long form, or 0x04 0x00 at once in older equipment.
  const next = octet(b, c);
  if (next === 0x1f ? octet(b, c) !== 4 : next !== 4) c.bad = true;
  if (octet(b, c) !== 0) c.bad = true;
  const at = take(c, 3);
  const maxPduSize = word(b, c);
  const vaaName = isRequest ? -1 : word(b, c);
  if (c.bad) return;
  out.initiate = {
    version,
    conformance: u24be(b, at),
    maxPduSize,
    vaaName: vaaName > 0x7fff ? i16be(b, c.at - 2) : vaaName,
  };
};

const OID = [0x60, 0x85, 0x74, 0x05, 0x08] as const;
const CONTEXT_NAME = 1;
const MECHANISM_NAME = 2;
/** The last arc of `2.16.756.5.8.kind.n`; -1 for other names. */
const arcOf = (b: Uint8Array, from: number, to: number, kind: number): number =>
  to - from === 7 && OID.every((x, i) => b[from + i] === x) && b[from + 5] === kind ? b[from + 6]! : -1;
/** Associate-source-diagnostic (clause 9.4.2), of the user and of the provider. */
const DIAGNOSTICS: readonly (readonly (string | undefined)[])[] = [
  [
    '', 'no reason given', 'application context name not supported', 'calling AP title not recognized', 'calling AP invocation identifier not recognized',
    'calling AE qualifier not recognized', 'calling AE invocation identifier not recognized', 'called AP title not recognized', 'called AP invocation identifier not recognized',
    'called AE qualifier not recognized', 'called AE invocation identifier not recognized', 'authentication mechanism name not recognized',
    'authentication mechanism name required', 'authentication failure', 'authentication required',
  ],
  ['', 'no reason given', 'no common ACSE version'],
]; // biome-ignore format: a table

/** Fields of AARQ and AARE (clause 9.4), tags 0xA0 and up; the content of `BE` is an initiate, plain or ciphered. */
const association = (b: Uint8Array, start: number, end: number, out: Draft, a: Association, direction: 0 | 1): void => {
  if (!readTlv(b, start, end) || tlv.end !== end) {
    out.bad = true;
    return;
  }
  let at = tlv.start;
  while (at < end) {
    if (!readTlv(b, at, end)) {
      out.bad = true;
      return;
    }
    const { tag, start: from, end: to } = tlv;
    at = to;
    const inner = (): boolean => readTlv(b, from, to);
    if (tag === 0xa1 && inner()) out.applicationContext = arcOf(b, tlv.start, tlv.end, CONTEXT_NAME);
    else if (tag === 0x8b || tag === 0x89) out.mechanism = arcOf(b, from, to, MECHANISM_NAME);
    else if ((tag === 0xa6 || tag === 0xa4) && inner() && out.tag === (tag === 0xa6 ? APDU.AARQ : APDU.AARE))
      out.systemTitle = hex(b, tlv.start, Math.min(tlv.end, tlv.start + 8));
    else if (tag === 0xa9 && inner() && out.tag === APDU.AARQ) out.userId = b[tlv.end - 1] ?? -1;
    else if (tag === 0xa2 && out.tag === APDU.AARE && inner() && to > from) out.result = b[tlv.end - 1]!;
    else if (tag === 0xa3 && out.tag === APDU.AARE && inner()) {
      const isProvider = tlv.tag === 0xa2;
      if (readTlv(b, tlv.start, tlv.end)) {
        const code = b[tlv.end - 1]!;
        if (code > 0) out.error = DIAGNOSTICS[isProvider ? 1 : 0]![code] ?? `diagnostic ${code}`;
      }
    } else if (tag === 0xbe && inner() && tlv.tag === 4 && tlv.end > tlv.start)
      userInformation(b, tlv.start, tlv.end, out, a, direction);
  }
};
/** What stands in `BE`: initiate, its answer or why there is none. */
const userInformation = (
  b: Uint8Array,
  start: number,
  end: number,
  out: Draft,
  a: Association,
  direction: 0 | 1,
): void => {
  const { tag, type, result, error } = out;
  readApdu(b, start, end, out, a, direction, 1);
  out.tag = tag;
  out.type = type;
  out.result = result;
  if (error !== '') out.error = out.error === error ? error : `${error}; ${out.error}`;
};

/** RLRQ and RLRE: reason, and again an initiate. */
const release = (b: Uint8Array, start: number, end: number, out: Draft, a: Association, direction: 0 | 1): void => {
  if (!readTlv(b, start, end) || tlv.end !== end) {
    out.bad = true;
    return;
  }
  let at = tlv.start;
  while (at < end && readTlv(b, at, end)) {
    const { tag, start: from, end: to } = tlv;
    at = to;
    if (tag === 0x80 && to > from) out.choice = b[from]!;
    else if (tag === 0xbe && readTlv(b, from, to) && tlv.tag === 4 && tlv.end > tlv.start)
      userInformation(b, tlv.start, tlv.end, out, a, direction);
  }
};

/** Octets of an authentication tag. */
const TAG_OCTETS = 12;
/** Security control, invocation counter, then what is sealed, or plain with a tag behind it. */
const ciphered = (
  b: Uint8Array,
  c: Cursor,
  size: number,
  out: Draft,
  a: Association,
  direction: 0 | 1,
  depth: number,
): void => {
  const from = take(c, size);
  if (c.bad || size < 5) {
    c.bad = true;
    return;
  }
  const control = b[from]!;
  out.security = {
    authenticated: (control & 0x10) !== 0,
    encrypted: (control & 0x20) !== 0,
    broadcast: (control & 0x40) !== 0,
    compressed: (control & 0x80) !== 0,
    suite: control & 15,
    invocationCounter: u32be(b, from + 1),
  };
  const to = from + size - ((control & 0x10) !== 0 ? TAG_OCTETS : 0);
  if ((control & 0xa0) === 0 && to > from + 5 && depth < MAX_NESTING)
    readApdu(b, from + 5, to, out, a, direction, depth + 1);
};
const octetsText = (b: Uint8Array, c: Cursor): string => {
  const size = readLength(b, c);
  const at = take(c, size);
  return c.bad ? '' : hex(b, at, at + Math.min(size, 64));
};

const general = (b: Uint8Array, c: Cursor, out: Draft, a: Association, direction: 0 | 1, depth: number): void => {
  const { tag } = out;
  if (tag === APDU.BLOCK_TRANSFER) {
    const control = octet(b, c);
    const number = word(b, c);
    // What was received so far.
    word(b, c);
    piece(b, c, out, a.general[direction], number, control >= 0x80, (whole) => {
      if (depth < MAX_NESTING && whole.length > 0) readApdu(whole, 0, whole.length, out, a, direction, depth + 1);
    });
    return;
  }
  if (tag === APDU.GENERAL_CIPHERING || tag === APDU.GENERAL_SIGNING) {
    // transaction id, originator, recipient, date-time, other information.
    octetsText(b, c);
    out.systemTitle = octetsText(b, c);
    octetsText(b, c);
    out.time = timeString(b, c);
    octetsText(b, c);
    if (tag === APDU.GENERAL_SIGNING) {
      const size = readLength(b, c);
      const from = take(c, size);
      if (!c.bad && size > 0 && depth < MAX_NESTING) readApdu(b, from, from + size, out, a, direction, depth + 1);
      octetsText(b, c);
      return;
    }
    keyInformation(b, c);
  } else out.systemTitle = octetsText(b, c);
  ciphered(b, c, readLength(b, c), out, a, direction, depth);
};
/** Key-Info: identified (an enum), wrapped (KEK id, ciphered key) or agreed (parameters, ciphered data); all of it sealed. */
const keyInformation = (b: Uint8Array, c: Cursor): void => {
  if (octet(b, c) === 0 || c.bad) return;
  switch (octet(b, c)) {
    case 0:
      octet(b, c);
      break;
    case 1:
      octet(b, c);
      take(c, readLength(b, c));
      break;
    case 2:
      take(c, readLength(b, c));
      take(c, readLength(b, c));
      break;
    default:
      c.bad = true;
  }
};

/**
 * Attributes that are passwords (IEC 62056-6-2): secret of an association, P1, P2 and W5 of the local port, the log-ins of PPP and
 * SMTP; class * 256 + attribute.
 */
const SECRETS = new Set([15, 19, 19, 19, 44, 46].map((c, i) => c * 256 + [7, 7, 8, 9, 5, 4][i]!));
const maskSecrets = (out: Draft, asked: readonly Descriptor[]): void => {
  out.data.forEach((data, i) => {
    const d = asked[i];
    if (d !== undefined && d.service !== 'action' && SECRETS.has(d.classId * 256 + d.index))
      out.data[i] = { type: data.type, value: '(masked)' };
  });
};

/** Fills the draft from the APDU at `start`..`end`; what does not hold what it announces is `bad`. */
export const readApdu = (
  b: Uint8Array,
  start: number,
  end: number,
  out: Draft,
  a: Association,
  direction: 0 | 1,
  depth = 0,
): void => {
  const tag = b[start]!;
  const known = APDUS[tag];
  if (known === undefined) {
    out.bad = true;
    return;
  }
  out.tag = tag;
  out.type = known[0];
  if (depth > 0 && !isGeneral(tag)) out.response = known[1];
  const c = cursorOf(start + 1, end);
  const transfer = a.blocks[direction];
  if (tag === APDU.AARQ || tag === APDU.AARE) association(b, start, end, out, a, direction);
  else if (tag === APDU.RLRQ || tag === APDU.RLRE) release(b, start, end, out, a, direction);
  else if (isServiceCiphered(tag)) ciphered(b, c, readLength(b, c), out, a, direction, depth);
  else if (tag >= APDU.GENERAL_GLO) general(b, c, out, a, direction, depth);
  else if ((tag >= APDU.GET && tag <= APDU.SET) || (tag >= APDU.ACTION && tag <= APDU.ACTION_RESPONSE)) {
    out.choice = octet(b, c);
    out.invokeId = octet(b, c) & 15;
    if (tag === APDU.GET) get(b, c, out, a);
    else if (tag === APDU.SET) set(b, c, out, a, transfer);
    else if (tag === APDU.ACTION) action(b, c, out, a, transfer);
    else if (tag === APDU.GET_RESPONSE) getResponse(b, c, out, a, transfer);
    else if (tag === APDU.SET_RESPONSE) setResponse(b, c, out);
    else actionResponse(b, c, out, transfer);
  } else service(b, c, out, a, transfer);
  maskSecrets(out, out.descriptors.length > 0 ? out.descriptors : a.asked);
  out.bad ||= c.bad;
};

/** The services that have neither choice nor invoke id. */
const service = (b: Uint8Array, c: Cursor, out: Draft, a: Association, transfer: Transfer): void => {
  switch (out.tag) {
    case APDU.EVENT:
      if (octet(b, c) !== 0) out.time = timeString(b, c);
      push(out, readDescriptor(b, c, 'get'));
      pushData(b, c, out);
      break;
    case APDU.NOTIFICATION:
      out.invokeId = long(b, c) & 0xffffff;
      out.time = timeString(b, c);
      pushData(b, c, out);
      break;
    case APDU.INITIATE:
    case APDU.INITIATE_RESPONSE:
      initiate(b, c, out, out.tag === APDU.INITIATE);
      break;
    case APDU.READ:
      readByName(b, c, out, a);
      break;
    case APDU.READ_RESPONSE:
      readResponse(b, c, out, transfer);
      break;
    case APDU.WRITE:
    case APDU.UNCONFIRMED_WRITE:
      writeByName(b, c, out, a);
      break;
    case APDU.WRITE_RESPONSE:
      writeResponse(b, c, out);
      break;
    case APDU.INFORMATION_REPORT:
      informationReport(b, c, out, a);
      break;
    case APDU.ACCESS:
    case APDU.ACCESS_RESPONSE:
      access(b, c, out, a);
      break;
    case APDU.EXCEPTION:
      exception(b, c, out);
      break;
    default:
      serviceError(b, c, out);
  }
};
