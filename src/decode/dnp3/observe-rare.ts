/** Files, device attributes and authentication of DNP3 in the common vocabulary (IEEE 1815-2012 clauses 5.3, 7, 11.9). */
import type { Attribute, Outcome, Verb } from '../../core/observation.ts';
import type { AuthDetail, Fragment, ObjectBlock, ObjectDetail } from './message.ts';
import { AUTH_ERRORS, FILE_MODES, FILE_STATUS, FUNCTION, KEY_STATUS } from './names.ts';
import { blockText, command, indexOf, type OpenFile, type Told } from './say.ts';

/** Open files of one flow whose names are kept; the oldest gives way and its blocks are nameless. */
const MAX_FILES = 64;

const IDENTITY: ReadonlyMap<number, Attribute> = new Map<number, Attribute>([
  [207, 'contact'],
  [208, 'description'],
  [242, 'firmware'],
  [243, 'hardware'],
  [245, 'location'],
  [246, 'plant-id'],
  [247, 'station-name'],
  [248, 'serial'],
  [250, 'model'],
  [252, 'vendor'],
]);

/** Device attributes of a response: identities where they have a place, values otherwise. */
export const observeAttributes = (told: Told, o: ObjectBlock): void => {
  for (let i = 0; i < o.details.length; i++) {
    const detail = o.details[i]!;
    if (detail.kind !== 'attribute' || detail.list.length > 0) continue;
    // Only set 0 is the standard's; the others are the user's own.
    const standard = indexOf(o, i) === 0;
    const attribute = standard ? IDENTITY.get(o.variation) : undefined;
    const { sink, at, target } = told;
    if (attribute !== undefined && typeof detail.value === 'string') {
      if (detail.value === '') continue;
      const via = `DNP3 device attribute ${o.variation}`;
      sink.identity(at, { endpoint: target, attribute, value: detail.value, confidence: 1, via });
      if (attribute === 'station-name') sink.name(at, { endpoint: target, kind: 'other', name: detail.value, via });
    } else {
      const name = standard && detail.name !== '' ? detail.name : `${indexOf(o, i)}.${o.variation}`;
      sink.value(at, {
        target,
        path: `device attribute ${name}`,
        type: ATTRIBUTE_TYPES[detail.dataType] ?? 'OSTR',
        value: detail.value,
        access: 'read',
      });
    }
  }
};
const ATTRIBUTE_TYPES: readonly string[] = ['', 'VSTR', 'UINT', 'INT', 'FLT', 'OSTR', 'BSTR', 'DNP3TIME'];

const detailOf = <K extends ObjectDetail['kind']>(
  f: Fragment | undefined,
  kind: K,
): Extract<ObjectDetail, { kind: K }> | undefined => {
  for (const o of f?.objects ?? [])
    for (const d of o.details) if (d.kind === kind) return d as Extract<ObjectDetail, { kind: K }>;
  return undefined;
};

/** Open, close, delete, information, authentication, abort, and the blocks that are read and written. */
export const observeFile = (told: Told, files: Map<string, OpenFile>, isContinued: boolean): void => {
  const request = told.request!;
  const status = detailOf(told.response, 'file-status');
  const blockStatus = detailOf(told.response, 'file-block-status');
  const code = status?.status ?? blockStatus?.status ?? 0;
  let outcome: Outcome = told.outcome;
  let reason = told.reason;
  if (code !== 0) {
    outcome = 'refused';
    reason = `${FILE_STATUS[code] ?? 'RESERVED'} (${code})`;
  }
  const say = (verb: Verb, object: string, value?: string | number) => {
    if (!isContinued) command(told, verb, object, value, outcome, reason);
  };
  const handleKey = (handle: number) => `${told.target} ${handle}`;
  switch (request.functionCode) {
    case FUNCTION.OPEN_FILE: {
      const open = detailOf(request, 'file-command');
      if (open === undefined) {
        say('invoke', 'file');
        return;
      }
      say(transferVerb(open.mode), `file ${open.name}`, FILE_MODES[open.mode]);
      if (outcome !== 'accepted' || status === undefined) return;
      if (files.size >= MAX_FILES) files.delete(files.keys().next().value as string);
      files.set(handleKey(status.handle), { name: open.name, mode: open.mode });
      return;
    }
    case FUNCTION.READ:
    case FUNCTION.WRITE: {
      const block = detailOf(request, 'file-block') ?? detailOf(told.response, 'file-block');
      const file = block === undefined ? undefined : files.get(handleKey(block.handle));
      const verb = request.functionCode === FUNCTION.READ ? 'program-upload' : 'program-download';
      say(
        verb,
        `file ${file?.name ?? (block === undefined ? '' : `handle ${block.handle}`)}`,
        block && `block ${block.block}`,
      );
      return;
    }
    case FUNCTION.CLOSE_FILE:
    case FUNCTION.ABORT_FILE: {
      const close = detailOf(request, 'file-status');
      const file = close === undefined ? undefined : files.get(handleKey(close.handle));
      say('invoke', `file ${file?.name ?? (close === undefined ? '' : `handle ${close.handle}`)}`);
      if (close !== undefined && outcome === 'accepted') files.delete(handleKey(close.handle));
      return;
    }
    case FUNCTION.DELETE_FILE:
      say('delete', `file ${detailOf(request, 'file-command')?.name ?? ''}`);
      return;
    case FUNCTION.GET_FILE_INFORMATION:
      say('read', `file ${detailOf(request, 'file-descriptor')?.name ?? ''}`);
      return;
    default: {
      const login = detailOf(request, 'file-authentication');
      const granted = detailOf(told.response, 'file-authentication');
      // The outstation refuses by the key 0 (5.3.7).
      if (outcome === 'accepted' && granted !== undefined && !granted.hasKey) outcome = 'refused';
      const user = login?.user ?? '';
      say('authenticate', 'file system', user === '' ? undefined : `user ${user}`);
      told.sink.session(told.at, {
        phase: 'authenticate',
        outcome,
        ...(user !== '' && { user }),
        clearCredential: login !== undefined && login.password !== '',
        detail: 'DNP3 file authentication',
      });
    }
  }
};
const transferVerb = (mode: number): Verb => (mode === 2 || mode === 3 ? 'program-download' : 'program-upload');

const authOf = (f: Fragment | undefined): { detail: AuthDetail; variation: number } | undefined => {
  for (const o of f?.objects ?? [])
    if (o.group === 120)
      for (const detail of o.details) if (detail.kind === 'authentication') return { detail, variation: o.variation };
  return undefined;
};

/**
 * Secure authentication: what an exchange of g120 objects says. True when there is nothing else to say about the
 * transaction, because it is still open (a challenge) or was about keys only.
 */
export const observeAuthentication = (told: Told, station: { user: number }): boolean => {
  const asked = authOf(told.request);
  const answer = authOf(told.response);
  const isAuthRequest =
    told.request === undefined ||
    told.request.functionCode === FUNCTION.AUTHENTICATION_REQUEST ||
    told.request.functionCode === FUNCTION.AUTHENTICATION_REQUEST_NO_ACK;
  // A challenge: whether the request is carried out is said by the response that follows.
  if (answer?.variation === 1) return true;
  if (answer?.variation === 7) {
    const { detail } = answer;
    const user = detail.user > 0 ? detail.user : station.user;
    const reason = detail.text !== '' ? detail.text : (AUTH_ERRORS[detail.code] ?? 'error');
    told.sink.session(told.at, {
      phase: 'authenticate',
      outcome: 'refused',
      ...(user >= 0 && { user: `user ${user}` }),
      detail: `DNP3 secure authentication: ${reason} (${detail.code})`,
    });
    station.user = -1;
    if (told.request === undefined) return true;
    const object = isAuthRequest ? 'session keys' : told.request.objects.map(blockText).join(', ');
    command(
      told,
      isAuthRequest ? 'authenticate' : 'control',
      object,
      undefined,
      'refused',
      `${reason} (${detail.code})`,
    );
    return true;
  }
  if (!isAuthRequest) return false;
  if (asked === undefined) return true;
  switch (asked.variation) {
    case 2:
      // The reply to a challenge: the outcome is that of the request that was challenged.
      station.user = asked.detail.user;
      return true;
    case 6: {
      const ok = answer?.variation === 5 ? answer.detail.code === 1 : undefined;
      const outcome: Outcome = ok === undefined ? told.outcome : ok ? 'accepted' : 'refused';
      const user = `user ${asked.detail.user}`;
      const status = answer?.variation === 5 ? answer.detail.code : 0;
      command(
        { ...told, user },
        'authenticate',
        'session keys',
        undefined,
        outcome,
        ok === false ? `${KEY_STATUS[status] ?? 'key status'} (${status})` : undefined,
      );
      told.sink.session(told.at, { phase: 'authenticate', outcome, user, detail: 'DNP3 session key change' });
      return true;
    }
    case 4:
      command({ ...told, user: `user ${asked.detail.user}` }, 'read', 'session key status', undefined);
      return true;
    case 8:
    case 10:
    case 11:
    case 13: {
      const name = asked.detail.userName;
      const user = name !== '' ? name : asked.detail.user >= 0 ? `user ${asked.detail.user}` : undefined;
      const object = asked.variation === 10 ? 'user status' : asked.variation === 8 ? 'user certificate' : 'update key';
      command({ ...told, user }, 'configure', object, undefined);
      return true;
    }
    default:
      return true;
  }
};
