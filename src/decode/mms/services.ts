/**
 * The bodies of the services other than variable access: what identifies the object they speak about, and what the answer
 * says. Source: ISO 9506-2 sections 9 to 20 and annex D (file services).
 */
import { ascii } from '../../lib/bytes.ts';
import { ber, integerOf, readBer } from '../shared/asn1.ts';
import { bitsOf } from '../shared/mms-data.ts';
import { addressOf, collectNames, identifierOf, MAX_ENTRIES, readObjectName, readType } from './access.ts';
import type { MmsDetail, ObjectName } from './message.ts';
import { SERVICE } from './tables.ts';

/** Result of reading a body: reused. */
export const body: { detail: MmsDetail | undefined; names: readonly ObjectName[] } = { detail: undefined, names: [] };

/** Text of executionArgument and of file names, at most. */
const MAX_ARGUMENT = 256;

const scopeOf = (b: Uint8Array, start: number, end: number): string => {
  if (!readBer(b, start, end)) return '';
  return ber.tag === 0x81 ? identifierOf(b, ber.start, ber.end) : ber.tag === 0x82 ? '@' : '';
};

/** SEQUENCE OF strings of any tag; FileName is one, too, whose parts belong together. */
const stringsOf = (b: Uint8Array, start: number, end: number): string[] => {
  const out: string[] = [];
  for (let at = start; at < end && out.length < MAX_ENTRIES; at = ber.next) {
    if (!readBer(b, at, end)) break;
    out.push(identifierOf(b, ber.start, ber.end));
  }
  return out;
};
const fileName = (b: Uint8Array, start: number, end: number): string => stringsOf(b, start, end).join('');

/** Fields of a SEQUENCE, one after another; false when malformed. */
const eachField = (
  b: Uint8Array,
  start: number,
  end: number,
  field: (tag: number, from: number, to: number) => void,
): boolean => {
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return false;
    const next = ber.next;
    field(ber.tag, ber.start, ber.end);
    at = next;
  }
  return true;
};

const objectOf = (identifier: string, others: readonly string[] = [], argument = ''): MmsDetail => ({
  kind: 'object',
  identifier,
  others,
  argument,
});

/** Services whose request is one Identifier. */
const isIdentifier = (service: number): boolean =>
  service === SERVICE.DOWNLOAD_SEGMENT ||
  service === SERVICE.INITIATE_UPLOAD ||
  service === SERVICE.DELETE_DOMAIN ||
  service === SERVICE.GET_DOMAIN_ATTRIBUTES ||
  service === SERVICE.DELETE_PROGRAM ||
  service === SERVICE.GET_PROGRAM_ATTRIBUTES;

/**
 * Services whose request is one ObjectName: attributes of scattered access, variable lists, types; deletion and
 * report of semaphores; attributes and reports of event conditions, actions, enrolments and journals.
 */
const NAME_ONLY: ReadonlySet<number> = new Set([9, 12, 15, 22, 23, 49, 50, 55, 56, 60, 68]);

/** Services whose request is one number: upload state machine or file. */
const isStateMachine = (service: number): boolean =>
  service === SERVICE.UPLOAD_SEGMENT ||
  service === SERVICE.TERMINATE_UPLOAD ||
  service === SERVICE.FILE_READ ||
  service === SERVICE.FILE_CLOSE;

const transferOf = (id: number, octets = -1, moreFollows = false, fileSize = -1, lastModified = ''): MmsDetail => ({
  kind: 'transfer',
  id,
  octets,
  moreFollows,
  fileSize,
  lastModified,
});

/** A request's contents `start`..`end` into `body`; false when malformed. */
export const readRequest = (b: Uint8Array, service: number, start: number, end: number): boolean => {
  if (isIdentifier(service)) {
    body.detail = objectOf(identifierOf(b, start, end));
    return true;
  }
  if (isStateMachine(service)) {
    body.detail = transferOf(integerOf(b, start, end));
    return true;
  }
  if (NAME_ONLY.has(service)) {
    const name = readObjectName(b, start, end);
    if (name !== undefined) body.names = [name];
    return name !== undefined;
  }
  switch (service) {
    case SERVICE.STATUS:
    case SERVICE.IDENTIFY:
      return true;
    case SERVICE.GET_NAME_LIST:
      return nameListRequest(b, start, end);
    case SERVICE.GET_VARIABLE_ACCESS_ATTRIBUTES: {
      if (!readBer(b, start, end)) return false;
      const name =
        ber.tag === 0xa0
          ? readObjectName(b, ber.start, ber.end)
          : ber.tag === 0xa1
            ? addressOf(b, ber.start, ber.end)
            : undefined;
      if (name !== undefined) body.names = [name];
      return true;
    }
    case SERVICE.RENAME:
      return renameRequest(b, start, end);
    case SERVICE.DELETE_NAMED_VARIABLE_LIST:
    case SERVICE.DELETE_VARIABLE_ACCESS:
      return deleteRequest(b, start, end);
    case SERVICE.FILE_DELETE:
      body.detail = objectOf(fileName(b, start, end));
      return true;
    case SERVICE.DEFINE_NAMED_TYPE: {
      // typeName, then the TypeSpecification (section 14.5.6).
      const name = readObjectName(b, start, end);
      if (name !== undefined) body.names = [name];
      return name !== undefined;
    }
    default:
      return namedRequest(b, service, start, end);
  }
};

const nameListRequest = (b: Uint8Array, start: number, end: number): boolean => {
  let objectClass = -1;
  let scope = '';
  let continueAfter = '';
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === 0xa0) objectClass = readBer(b, from, to) ? integerOf(b, ber.start, ber.end) : -1;
    else if (tag === 0xa1) scope = scopeOf(b, from, to);
    else if (tag === 0x82) continueAfter = identifierOf(b, from, to);
  });
  body.detail = { kind: 'names', objectClass, scope, continueAfter };
  return ok;
};

/** Class of the object [0], its name [1], its new identifier [2] (section 10.8). */
const renameRequest = (b: Uint8Array, start: number, end: number): boolean =>
  eachField(b, start, end, (tag, from, to) => {
    if (tag === 0xa1) body.names = namesOf(b, from, to).slice(0, 1);
    else if (tag === 0x82) body.detail = objectOf('', [], identifierOf(b, from, to));
  });

/** SEQUENCE OF ObjectName, as far as it is one. */
const namesOf = (b: Uint8Array, start: number, end: number): ObjectName[] => {
  const names: ObjectName[] = [];
  for (let at = start; at < end && names.length < MAX_ENTRIES; at = ber.next) {
    const name = readObjectName(b, at, end);
    if (name === undefined) break;
    names.push(name);
  }
  return names;
};

/** scopeOfDelete [0], list of names [1], domain [2]. */
const deleteRequest = (b: Uint8Array, start: number, end: number): boolean => {
  let names: ObjectName[] = [];
  let domain = '';
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === 0x82) domain = identifierOf(b, from, to);
    else if (tag === 0xa1) names = namesOf(b, from, to);
  });
  body.names = names;
  if (domain !== '') body.detail = objectOf(domain);
  return ok;
};

/** Domain services have lists of capabilities or of domains in field 1; elsewhere it is an ObjectName. */
const holdsIdentifiers = (service: number): boolean =>
  service >= SERVICE.INITIATE_DOWNLOAD && service <= SERVICE.GET_PROGRAM_ATTRIBUTES;

/** Which fields hold file names rather than one identifier. */
const holdsFile = (service: number, tag: number): boolean =>
  service >= SERVICE.FILE_OPEN
    ? tag === 0xa0 || tag === 0xa1
    : service === SERVICE.OBTAIN_FILE
      ? tag === 0xa1 || tag === 0xa2
      : service === SERVICE.REQUEST_DOMAIN_DOWNLOAD || service === SERVICE.LOAD_DOMAIN_CONTENT
        ? tag === 0xa4
        : (service === SERVICE.REQUEST_DOMAIN_UPLOAD || service === SERVICE.STORE_DOMAIN_CONTENT) && tag === 0xa1;

/**
 * Everything else has the object it is about in its first fields: an Identifier [0], an ObjectName [0], files. Lists of
 * identifiers (capabilities, domains) become `others`, a string execution argument the argument.
 */
const namedRequest = (b: Uint8Array, service: number, start: number, end: number): boolean => {
  let identifier = '';
  let argument = '';
  const others: string[] = [];
  const names: ObjectName[] = [];
  const runs = service === SERVICE.START || service === SERVICE.RESUME;
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (holdsFile(service, tag)) {
      const file = fileName(b, from, to);
      if (identifier === '') identifier = file;
      else others.push(file);
    } else if (tag === 0x80 && identifier === '') identifier = identifierOf(b, from, to);
    else if (runs && tag === 0x81) argument = ascii(b, from, Math.min(to, from + MAX_ARGUMENT));
    else if (tag === 0x81 && service >= SERVICE.TAKE_CONTROL && service <= SERVICE.RELINQUISH_CONTROL)
      argument = identifierOf(b, from, to);
    else if (tag === 0xa0 && from < to && b[from] === 0x80) names.push(...namesOf(b, from, to));
    else if (tag === 0xa1 && holdsIdentifiers(service)) others.push(...stringsOf(b, from, to));
    else if (tag >= 0xa0) collectNames(b, from, to, names);
  });
  body.names = names;
  if (identifier !== '' || others.length > 0 || argument !== '') body.detail = objectOf(identifier, others, argument);
  return ok;
};

/** A positive response's contents into `body`; false when malformed. */
export const readResponse = (b: Uint8Array, service: number, start: number, end: number): boolean => {
  switch (service) {
    case SERVICE.STATUS:
      return readStatus(b, start, end);
    case SERVICE.GET_NAME_LIST:
    case SERVICE.FILE_DIRECTORY:
      return listResponse(b, service, start, end);
    case SERVICE.IDENTIFY:
      return identifyResponse(b, start, end);
    case SERVICE.GET_VARIABLE_ACCESS_ATTRIBUTES:
      return typeResponse(b, start, end);
    case SERVICE.DOWNLOAD_SEGMENT:
    case SERVICE.UPLOAD_SEGMENT:
    case SERVICE.FILE_READ:
    case SERVICE.INITIATE_UPLOAD:
    case SERVICE.FILE_OPEN:
      return transferResponse(b, service, start, end);
    case SERVICE.GET_DOMAIN_ATTRIBUTES:
    case SERVICE.GET_PROGRAM_ATTRIBUTES:
      return stateResponse(b, service, start, end);
    default: {
      const names: ObjectName[] = [];
      collectNames(b, start, end, names);
      body.names = names;
      return true;
    }
  }
};

/**
 * eventNotification (section 18.4.1): enrolment [0], condition [1] (a choice: name [0], undefined [1]), severity [2], current state [3],
 * transition time [4], notification lost [6].
 */
export const readEvent = (b: Uint8Array, start: number, end: number): boolean => {
  const names: ObjectName[] = [];
  let severity = -1;
  let state = -1;
  let isLost = false;
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === 0xa0) names.push(...namesOf(b, from, to).slice(0, 1));
    else if (tag === 0xa1 && b[from] === 0xa0 && readBer(b, from, to))
      names.push(...namesOf(b, ber.start, ber.end).slice(0, 1));
    else if (tag === 0x82) severity = integerOf(b, from, to);
    else if (tag === 0x83) state = integerOf(b, from, to);
    else if (tag === 0x86) isLost = b[from] !== 0;
  });
  body.names = names;
  body.detail = { kind: 'event', severity, state, isLost };
  return ok;
};

/** Also of unsolicitedStatus: vmdLogicalStatus [0], vmdPhysicalStatus [1]. */
export const readStatus = (b: Uint8Array, start: number, end: number): boolean => {
  let logical = -1;
  let physical = -1;
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === 0x80) logical = integerOf(b, from, to);
    else if (tag === 0x81) physical = integerOf(b, from, to);
  });
  body.detail = { kind: 'status', logical, physical };
  return ok;
};

const listResponse = (b: Uint8Array, service: number, start: number, end: number): boolean => {
  let identifiers: readonly string[] = [];
  // DEFAULT TRUE in getNameList, DEFAULT FALSE in fileDirectory.
  let moreFollows = service === SERVICE.GET_NAME_LIST;
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === 0x81) moreFollows = b[from] !== 0;
    else if (tag === 0xa0)
      identifiers = service === SERVICE.GET_NAME_LIST ? stringsOf(b, from, to) : filesOf(b, from, to);
  });
  body.detail = { kind: 'list', identifiers, moreFollows };
  return ok;
};

/** listOfDirectoryEntry: SEQUENCE OF { filename [0], attributes [1] }, with or without a SEQUENCE around the list. */
const filesOf = (b: Uint8Array, start: number, end: number): string[] => {
  const out: string[] = [];
  for (let at = start; at < end && out.length < MAX_ENTRIES; ) {
    if (!readBer(b, at, end) || ber.tag !== 0x30) return out;
    const next = ber.next;
    const { start: from, end: to } = ber;
    if (!readBer(b, from, to)) return out;
    if (ber.tag === 0x30) {
      at = from;
      end = to;
      continue;
    }
    if (ber.tag === 0xa0) out.push(fileName(b, ber.start, ber.end));
    at = next;
  }
  return out;
};

const identifyResponse = (b: Uint8Array, start: number, end: number): boolean => {
  const texts = ['', '', ''];
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag >= 0x80 && tag <= 0x82) texts[tag - 0x80] = identifierOf(b, from, to).trim();
  });
  body.detail = { kind: 'identity', vendor: texts[0]!, model: texts[1]!, revision: texts[2]! };
  return ok;
};

const typeResponse = (b: Uint8Array, start: number, end: number): boolean => {
  let deletable = false;
  let isType = true;
  let specification: ReturnType<typeof readType>;
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === 0x80) deletable = b[from] !== 0;
    else if (tag === 0xa2) {
      specification = readType(b, from, to);
      isType = specification !== undefined;
    }
  });
  body.detail = { kind: 'type', deletable, specification };
  return ok && isType;
};

const transferResponse = (b: Uint8Array, service: number, start: number, end: number): boolean => {
  let id = -1;
  let octets = -1;
  let moreFollows = service !== SERVICE.INITIATE_UPLOAD && service !== SERVICE.FILE_OPEN;
  let fileSize = -1;
  let lastModified = '';
  const opens = service === SERVICE.INITIATE_UPLOAD || service === SERVICE.FILE_OPEN;
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === 0x80 && opens) id = integerOf(b, from, to);
    else if (tag === 0x80 || tag === 0xa0) octets = to - from;
    else if (tag === 0x81) moreFollows = b[from] !== 0;
    else if (tag === 0xa1 && service === SERVICE.FILE_OPEN)
      eachField(b, from, to, (inner, p, q) => {
        if (inner === 0x80) fileSize = integerOf(b, p, q);
        else if (inner === 0x81) lastModified = identifierOf(b, p, q);
      });
  });
  body.detail = transferOf(id, octets, moreFollows, fileSize, lastModified);
  return ok;
};

/** getDomainAttributes: state [1], program invocations [4]; getProgramInvocationAttributes: state [0], domains [1]. */
const stateResponse = (b: Uint8Array, service: number, start: number, end: number): boolean => {
  const domain = service === SERVICE.GET_DOMAIN_ATTRIBUTES;
  let state = -1;
  let identifiers: readonly string[] = [];
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag === (domain ? 0x81 : 0x80)) state = integerOf(b, from, to);
    else if (tag === (domain ? 0xa4 : 0xa1)) identifiers = stringsOf(b, from, to);
  });
  body.detail = { kind: 'state', state, identifiers };
  return ok;
};

/** initiate-RequestPDU and -ResponsePDU have the same layout (section 8.2). */
export const readInitiate = (b: Uint8Array, start: number, end: number): boolean => {
  const numbers = [0, 0, 0, 0];
  let version = 0;
  let parameterCBB = '';
  let servicesSupported = '';
  const ok = eachField(b, start, end, (tag, from, to) => {
    if (tag >= 0x80 && tag <= 0x83) numbers[tag - 0x80] = integerOf(b, from, to);
    else if (tag === 0xa4)
      eachField(b, from, to, (inner, p, q) => {
        if (inner === 0x80) version = integerOf(b, p, q);
        else if (inner === 0x81) parameterCBB = bitsOf(b, p, q);
        else if (inner === 0x82) servicesSupported = bitsOf(b, p, q);
      });
  });
  body.detail = {
    kind: 'initiate',
    localDetail: numbers[0]!,
    maxServOutstandingCalling: numbers[1]!,
    maxServOutstandingCalled: numbers[2]!,
    dataStructureNestingLevel: numbers[3]!,
    version,
    parameterCBB,
    servicesSupported,
  };
  return ok;
};
