/** C12.22 in the common vocabulary: tables read and written, procedures, logons, registrations, what nodes say about themselves. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink, Value } from '../../core/observation.ts';
import { ascii, hex } from '../../lib/bytes.ts';
import {
  type C1222Service,
  PROCEDURES,
  responseText,
  SERVICE,
  serviceName,
  serviceVerb,
  tableText,
} from './services.ts';
import type { C1222Message, C1222State } from './wire.ts';

const MAX_SAID = 128;
const MAX_VALUE = 64;

const isPrintable = (b: Uint8Array): boolean => {
  for (const c of b) if (c < 0x20 || c > 0x7e) return false;
  return b.length > 0;
};
const valueOfData = (b: Uint8Array): Value =>
  isPrintable(b) ? ascii(b, 0, Math.min(b.length, MAX_VALUE)) : hex(b, 0, Math.min(b.length, MAX_VALUE));

const objectOf = (s: C1222Service): string => {
  if (s.table < 0) return serviceName(s.code);
  const where = s.indices.length > 0 ? ` index ${s.indices.join('.')}` : s.offset >= 0 ? ` offset ${s.offset}` : '';
  return `${tableText(s.table)}${where}`;
};

/** Table 7: procedure in the low 11 bits, manufacturer's in bit 11; low octet first (C12.19, 9.8). */
const procedureOf = (s: C1222Service): number => {
  const data = s.tables[0]?.data;
  if (s.table !== 7 || s.code < SERVICE.FULL_WRITE || data === undefined || data.length < 3) return -1;
  return (data[0]! | (data[1]! << 8)) & 0xfff;
};

export const observeC1222 = (t: Transaction<C1222Message>, sink: ObservationSink, state: C1222State): void => {
  const { request, response, at } = t;
  const m = request ?? response;
  if (m === undefined) return;
  const say = (endpoint: number, attribute: Attribute, value: string, via: string): void => {
    const key = `${endpoint} ${attribute} ${value}`;
    if (value === '' || state.said.has(key)) return;
    if (state.said.size < MAX_SAID) state.said.add(key);
    sink.identity(at, { endpoint, attribute, value, confidence: 1, via });
  };
  const title = (endpoint: number, name: string): void => {
    const key = `${endpoint} title ${name}`;
    if (name === '' || state.said.has(key)) return;
    if (state.said.size < MAX_SAID) state.said.add(key);
    sink.name(at, { endpoint, kind: 'other', name: `ApTitle ${name}`, via: 'C12.22 calling AP title' });
  };
  if (request !== undefined) title(at.client, request.callingTitle);
  if (response !== undefined) title(at.server, response.callingTitle);
  if (m.encrypted.length > 0 && m.services.length === 0) {
    sink.command(at, {
      verb: 'invoke',
      operation: 'Encrypted services',
      target: at.server,
      object: 'encrypted',
      outcome: outcomeOf(t, false),
      native: m,
    });
    return;
  }
  const list = request?.services ?? [];
  list.forEach((s, i) => {
    const answer = response?.services[i] ?? (response?.services.length === 1 ? response.services[0] : undefined);
    const refused = answer !== undefined && answer.code !== SERVICE.OK;
    const outcome = outcomeOf(t, refused);
    const reason = refused ? { reason: responseText(answer.code) } : {};
    const operation = serviceName(s.code);
    const target = at.server;
    const user = typeof s.fields.user === 'string' ? s.fields.user.trim() : '';
    const who = user === '' ? {} : { user };
    if (s.code === SERVICE.LOGON)
      sink.session(at, { phase: 'open', outcome, ...who, detail: `user id ${String(s.fields.userId)}` });
    else if (s.code === SERVICE.SECURITY) sink.session(at, { phase: 'authenticate', outcome, clearCredential: true });
    else if (s.code === SERVICE.LOGOFF || s.code === SERVICE.TERMINATE || s.code === SERVICE.DISCONNECT)
      sink.session(at, { phase: 'close', outcome });
    const procedure = procedureOf(s);
    if (procedure >= 0) {
      const known = PROCEDURES[procedure];
      sink.command(at, {
        verb: known?.[1] ?? 'invoke',
        operation: known?.[0] ?? 'Procedure',
        target,
        object: `procedure ${procedure}`,
        outcome,
        native: s,
        ...reason,
      });
    } else {
      const data = s.code >= SERVICE.FULL_WRITE && s.code <= SERVICE.OFFSET_WRITE ? s.tables[0]?.data : undefined;
      const value = data === undefined ? {} : { value: valueOfData(data) };
      sink.command(at, {
        verb: serviceVerb(s.code),
        operation,
        target,
        object: objectOf(s),
        outcome,
        native: s,
        ...value,
        ...reason,
        ...who,
      });
      if (data !== undefined && outcome === 'accepted')
        sink.value(at, { target, path: objectOf(s), type: 'octets', value: valueOfData(data), access: 'write' });
    }
    if (answer === undefined || refused) return;
    if (serviceVerb(s.code) === 'read') {
      for (const table of answer.tables)
        sink.value(at, { target, path: objectOf(s), type: 'octets', value: valueOfData(table.data), access: 'read' });
    } else if (s.code === SERVICE.IDENT) {
      const f = answer.fields;
      const standard = ['ANSI C12.18', '', 'ANSI C12.21', 'ANSI C12.22'][Number(f.standard)] ?? '';
      if (standard !== '')
        say(target, 'software', `${standard} version ${String(f.version)}.${String(f.revision)}`, operation);
      if (f.identity instanceof Uint8Array) say(target, 'serial', String(valueOfData(f.identity)), operation);
      if (typeof f.deviceClass === 'string')
        say(target, 'device-type', `C12.22 device class ${f.deviceClass}`, operation);
    } else if (s.code === SERVICE.REGISTER) {
      const serial = s.fields.electronicSerialNumber;
      if (typeof serial === 'string') say(at.client, 'serial', serial, operation);
      if (typeof s.fields.deviceClass === 'string')
        say(at.client, 'device-type', `C12.22 device class ${s.fields.deviceClass}`, operation);
    }
  });
};
