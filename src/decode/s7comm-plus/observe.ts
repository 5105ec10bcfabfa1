/**
 * What S7comm-plus says. Verbs: Get is `read`, Set is `write` (`configure` on objects that clients made for themselves);
 * setting the operating state of the CPU is `mode-change`; creating a block is `program-download`, deleting one `delete`;
 * exploring is `discover`; a substreamed read may be a block and is `read` all the same, because its kind is not on the
 * wire; keys and legitimation are `authenticate`.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';
import {
  areaName,
  attributeName,
  blockClass,
  CPU_EXEC_UNIT,
  FUNCTION as F,
  ID,
  isOwnObject,
  isSecret,
  OPCODE,
} from './names.ts';
import type { PlusObject } from './values.ts';
import {
  errorCode,
  findAttribute,
  isRefused,
  type PlusAddress,
  type PlusItem,
  type PlusMessage,
  type PlusState,
} from './wire.ts';

type Tx = Transaction<PlusMessage>;

const reasonOf = (returnValue: bigint): string => `error code ${errorCode(returnValue)}`;

/** `DB2.10` by ids; names of symbols are not on the wire. */
const pathOf = (a: PlusAddress): string => {
  const ids = a.ids.length > 0 ? `.${a.ids.join('.')}` : '';
  const area = areaName(a.area);
  return a.subArea === ID.DB_VALUES || a.ids.length > 0 ? `${area}${ids}` : `${area}.${a.subArea}`;
};
const pathsOf = (m: PlusMessage | undefined): string[] => {
  if (m === undefined) return [];
  if (m.addresses.length > 0) return m.addresses.map(pathOf);
  return m.attributeIds.map((id) => `${areaName(m.objectId)} ${attributeName(id)}`);
};

const text = (o: PlusObject, id: number): string => {
  const v = findAttribute(o, id)?.value;
  return typeof v === 'string' ? v.trim() : '';
};

/** `1;6ES7 511-1AK00-0AB0;V1.0`: kind, order number, firmware. */
const version = (t: Tx, sink: ObservationSink, o: PlusObject): void => {
  const paom = text(o, ID.VERSION_SYSTEM).split(';');
  const via = 'S7comm-plus session version';
  const say = (attribute: Attribute, value: string | undefined): void => {
    const v = value?.trim() ?? '';
    if (v !== '') sink.identity(t.at, { endpoint: t.at.server, attribute, value: v, confidence: 1, via });
  };
  if (paom.length < 3) return;
  sink.identity(t.at, { endpoint: t.at.server, attribute: 'vendor', value: 'Siemens', confidence: 0.9, via });
  sink.identity(t.at, { endpoint: t.at.server, attribute: 'role', value: 'plc', confidence: 0.9, via });
  say('order-number', paom[1]);
  say('firmware', paom[2]);
};

/** The client introduces itself; texts that are only defaults of the software say nothing about the host. */
const client = (t: Tx, sink: ObservationSink, o: PlusObject): string => {
  const application = text(o, ID.CLIENT_APPLICATION);
  const via = 'S7comm-plus session';
  if (application !== '')
    sink.identity(t.at, { endpoint: t.at.client, attribute: 'software', value: application, confidence: 0.8, via });
  const path = text(o, ID.CLIENT_PATH);
  return [application, path].filter((x) => x !== '').join(', ');
};

const create = (t: Tx, sink: ObservationSink): void => {
  const req = t.request?.objects[0];
  const res = t.response?.objects[0];
  const refused = t.response !== undefined && isRefused(t.response.returnValue);
  const outcome = outcomeOf(t, refused);
  const m = t.request ?? t.response;
  const reason = refused ? { reason: reasonOf(t.response!.returnValue) } : undefined;
  if (req?.classId === ID.SESSION_CLASS || res?.classId === ID.SESSION_CLASS) {
    const who = req === undefined ? '' : client(t, sink, req);
    if (res !== undefined) version(t, sink, res);
    const id = t.response?.objectIds[0];
    sink.session(t.at, {
      phase: 'open',
      outcome,
      detail: `S7comm-plus session${id === undefined ? '' : ` 0x${id.toString(16)}`}${who === '' ? '' : ` of ${who}`}`,
      native: m,
    });
    return;
  }
  const block = req === undefined ? undefined : blockClass(req.classId);
  sink.command(t.at, {
    verb: block === undefined ? 'subscribe' : 'program-download',
    operation: 'Create Object',
    target: t.at.server,
    object: req !== undefined ? (block ?? (text(req, ID.TYPE_NAME) || `class ${req.classId}`)) : undefined,
    outcome,
    ...reason,
    native: m,
  });
};

const remove = (t: Tx, sink: ObservationSink): void => {
  const refused = t.response !== undefined && isRefused(t.response.returnValue);
  const outcome = outcomeOf(t, refused);
  const id = (t.request ?? t.response)!.objectId;
  // The session deletes itself at its end.
  if (t.request !== undefined && id === t.request.sessionId) {
    sink.session(t.at, {
      phase: 'close',
      outcome,
      detail: `S7comm-plus session 0x${id.toString(16)}`,
      native: t.request,
    });
    return;
  }
  sink.command(t.at, {
    verb: 'delete',
    operation: 'Delete Object',
    target: t.at.server,
    object: areaName(id),
    outcome,
    reason: refused ? reasonOf(t.response!.returnValue) : undefined,
    native: t.request ?? t.response,
  });
};

const OPERATING_STATES: Readonly<Record<number, string>> = { 1: 'STOP', 3: 'RUN' };

/** Set Variable and Set Multi Variables: one command for each attribute or variable. */
const set = (t: Tx, sink: ObservationSink, operation: string): void => {
  const req = t.request;
  const whole = t.response !== undefined && isRefused(t.response.returnValue);
  if (req === undefined) {
    sink.command(t.at, {
      verb: 'write',
      operation,
      target: t.at.server,
      outcome: outcomeOf(t, whole),
      reason: whole ? reasonOf(t.response!.returnValue) : undefined,
      native: t.response,
    });
    return;
  }
  const paths = pathsOf(req);
  for (let i = 0; i < paths.length; i++) {
    const id = req.attributeIds[i] ?? 0;
    const item = req.items.find((x) => x.number === i + 1);
    const error = t.response?.errors.find((x) => x.number === i + 1);
    const refused = whole || (error !== undefined && isRefused(error.returnValue));
    const code = whole ? t.response!.returnValue : (error?.returnValue ?? 0n);
    const isMode = id === ID.OPERATING_STATE_REQUEST && req.objectId === CPU_EXEC_UNIT;
    // The version of the session is repeated by the client: part of the set-up, not a write.
    if (id === ID.SESSION_VERSION) continue;
    const verb = isMode
      ? 'mode-change'
      : isSecret(id)
        ? 'authenticate'
        : id === ID.SUBSCRIPTION_CREDIT
          ? 'subscribe'
          : isOwnObject(req.objectId)
            ? 'configure'
            : 'write';
    const value =
      item === undefined
        ? undefined
        : isMode
          ? (OPERATING_STATES[Number(item.value.value)] ?? item.value.value)
          : item.value.value;
    const outcome = outcomeOf(t, refused);
    sink.command(t.at, {
      verb,
      operation,
      target: t.at.server,
      object: paths[i]!,
      value: value !== undefined && verb !== 'authenticate' && verb !== 'subscribe' ? value : undefined,
      outcome,
      reason: refused ? reasonOf(code) : undefined,
      native: req,
    });
    if (item !== undefined && verb === 'write' && (outcome === 'accepted' || outcome === 'unconfirmed'))
      give(t, sink, paths[i]!, item, 'write');
  }
};

const give = (t: Tx, sink: ObservationSink, path: string, item: PlusItem, access: 'read' | 'write'): void => {
  if (item.value.members !== undefined || item.value.type === 'unreadable') return;
  sink.value(t.at, { target: t.at.server, path, type: item.value.type, value: item.value.value, access });
};

/** Paths of items kept; at the limit the memory is emptied and they are built anew. */
const MAX_PATHS = 4096;

const notified = (t: Tx, sink: ObservationSink, m: PlusMessage, item: PlusItem, state: PlusState): void => {
  if (item.value.members !== undefined || item.value.type === 'unreadable') return;
  const key = m.objectId * 2097152 + (item.number % 2097152);
  let path = item.number < 2097152 ? state.paths.get(key) : undefined;
  if (path === undefined) {
    path = `subscription ${m.objectId} item ${item.number}`;
    if (state.paths.size >= MAX_PATHS) state.paths.clear();
    if (item.number < 2097152) state.paths.set(key, path);
  }
  sink.value(t.at, {
    target: t.at.sender,
    path,
    type: item.value.type,
    value: item.value.value,
    access: 'read',
  });
};

const get = (t: Tx, sink: ObservationSink, operation: string): void => {
  const paths = pathsOf(t.request);
  const res = t.response;
  const refused = res !== undefined && isRefused(res.returnValue);
  sink.command(t.at, {
    verb: 'read',
    operation,
    target: t.at.server,
    ...(paths.length > 0 && {
      object: paths.length > 4 ? `${paths.slice(0, 4).join(', ')}, ${paths.length - 4} more` : paths.join(', '),
    }),
    outcome: outcomeOf(t, refused),
    reason: refused ? reasonOf(res.returnValue) : undefined,
    native: t.request ?? res,
  });
  for (const item of res?.items ?? []) {
    const path = paths[item.number - 1];
    if (path !== undefined) give(t, sink, path, item, 'read');
  }
};

/** Services of which only the name, the object and the answer are known. */
const other = (
  t: Tx,
  sink: ObservationSink,
  verb: 'discover' | 'invoke' | 'write' | 'read',
  operation: string,
): void => {
  const refused = t.response !== undefined && isRefused(t.response.returnValue);
  const m = (t.request ?? t.response)!;
  sink.command(t.at, {
    verb,
    operation,
    target: t.at.server,
    object: m.objectId >= 0 ? [areaName(m.objectId), ...m.attributeIds.map(attributeName)].join(' ') : undefined,
    outcome: outcomeOf(t, refused),
    reason: refused ? reasonOf(t.response!.returnValue) : undefined,
    native: m,
  });
};

export const observePlus = (t: Tx, sink: ObservationSink, state: PlusState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  for (const one of [t.request, t.response])
    if (one?.trailer !== undefined)
      sink.weird(t.at, {
        code: 's7comm-plus.trailer',
        detail: `${one.trailer} behind a PDU of version ${one.version}`,
      });
  if (m.type === 'TLS') {
    sink.session(t.at, {
      phase: 'open',
      outcome: 'unseen',
      detail: 'S7comm-plus in TLS: content cannot be read',
      native: m,
    });
    return;
  }
  if (m.opcode === OPCODE.NOTIFICATION) {
    // Which variable an item is was said when the subscription was made, perhaps before the capture began.
    for (const item of m.items) notified(t, sink, m, item, state);
    return;
  }
  switch (m.functionCode) {
    case F.CREATE_OBJECT:
      create(t, sink);
      return;
    case F.DELETE_OBJECT:
      remove(t, sink);
      return;
    case F.SET_VARIABLE:
      set(t, sink, 'Set Variable');
      return;
    case F.SET_MULTI:
      set(t, sink, 'Set Multi Variables');
      return;
    case F.GET_MULTI:
      get(t, sink, 'Get Multi Variables');
      return;
    case F.GET_VARIABLE:
      other(t, sink, 'read', 'Get Variable');
      return;
    case F.GET_SUBSTREAMED:
      other(t, sink, 'read', 'Get Variable Substreamed');
      return;
    case F.SET_SUBSTREAMED:
      other(t, sink, 'write', 'Set Variable Substreamed');
      return;
    case F.EXPLORE:
      other(t, sink, 'discover', 'Explore');
      return;
    case F.INVOKE:
      other(t, sink, 'invoke', 'Invoke');
      return;
    default:
  }
};
