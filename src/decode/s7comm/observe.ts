/**
 * S7 transactions in the common vocabulary. Read Var is one command per PDU (what is polled together) with a value per
 * item; items that are refused are commands of their own. Write Var is one command per item. A block transfer is one
 * command, at its first PDU. No public specification; see `wire.ts`.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Outcome, Verb } from '../../core/observation.ts';
import type { S7Item } from './address.ts';
import { emit } from './emit.ts';
import { errorText, returnCodeText, SUCCESS } from './errors.ts';
import type { S7Message } from './message.ts';
import { FUNCTION, functionName, PI_WITH_CREDENTIAL, piServiceOf } from './names.ts';
import { observeUserdata } from './observe-userdata.ts';
import type { S7State } from './state.ts';
import { itemValue } from './values.ts';

/** Items named in the object text of one Read Var command; the rest is counted. */
const MAX_NAMED = 16;
/** Block transfers open at the same time in one flow. */
const MAX_TRANSFERS = 16;

export const observeS7 = (t: Transaction<S7Message>, sink: ObservationSink, state: S7State): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  if (subject.detail?.kind === 'userdata') {
    observeUserdata(t, subject, subject.detail.head, sink, state);
    return;
  }
  sayDefect(t, t.request, sink);
  sayDefect(t, t.response, sink);
  const error = t.response?.error ?? 0;
  // An acknowledgement names no function: without its job there is nothing to say but that something was refused.
  const code = subject.functionCode;
  const outcome = outcomeOf(t, error !== 0);
  if (code === FUNCTION.READ_VAR) readVar(t, subject, outcome, error, sink, state);
  else if (code === FUNCTION.WRITE_VAR) writeVar(t, subject, outcome, error, sink, state);
  else if (code >= 0) service(t, subject, outcome, error, sink, state);
};

const sayDefect = (t: Transaction<S7Message>, m: S7Message | undefined, sink: ObservationSink): void => {
  if (m?.detail?.kind !== 'defect') return;
  const code = m.detail.part === 'data item' ? 's7comm.data' : 's7comm.parameter';
  sink.weird(t.at, { code, detail: m.detail.part });
};

const command = (
  t: Transaction<S7Message>,
  sink: ObservationSink,
  verb: Verb,
  operation: string,
  outcome: Outcome,
  object: string | undefined,
  reason: string | undefined,
): void => {
  const native = t.request ?? t.response;
  const target = t.at.server;
  // Written out: copying a common part costs more than the rest of a polled read.
  if (reason === undefined) {
    if (object === undefined) sink.command(t.at, { verb, operation, target, outcome, native });
    else sink.command(t.at, { verb, operation, target, object, outcome, native });
  } else if (object === undefined) sink.command(t.at, { verb, operation, target, outcome, reason, native });
  else sink.command(t.at, { verb, operation, target, object, outcome, reason, native });
};

/** Paths of all items, once per set of items (the same array comes back for the same octets). */
const objectOf = (items: readonly S7Item[], state: S7State): string => {
  const known = state.objects.get(items);
  if (known !== undefined) return known;
  const named = items.slice(0, MAX_NAMED).map((item) => item.path);
  const more = items.length > MAX_NAMED ? ` and ${items.length - MAX_NAMED} more` : '';
  const text = named.join(', ') + more;
  state.objects.set(items, text);
  return text;
};

const readVar = (
  t: Transaction<S7Message>,
  m: S7Message,
  outcome: Outcome,
  error: number,
  sink: ObservationSink,
  state: S7State,
): void => {
  const items = t.request?.items;
  const object = items === undefined || items.length === 0 ? undefined : objectOf(items, state);
  const data = t.response?.data ?? [];
  const payload = t.response?.payload;
  let refused = 0;
  for (let i = 0; i < data.length; i++) if (data[i]!.returnCode !== SUCCESS) refused++;
  const all = refused > 0 && refused === data.length;
  const reason = error !== 0 ? errorText(error) : all ? returnCodeText(data[0]!.returnCode) : undefined;
  command(t, sink, 'read', functionName(m.functionCode), all ? 'refused' : outcome, object, reason);
  if (items === undefined || payload === undefined || error !== 0) return;
  if (refused > 0 && !all) {
    for (let i = 0; i < data.length && i < items.length; i++) {
      const code = data[i]!.returnCode;
      if (code !== SUCCESS) command(t, sink, 'read', 'Read Var', 'refused', items[i]!.path, returnCodeText(code));
    }
  }
  for (let i = 0; i < data.length && i < items.length; i++)
    if (data[i]!.returnCode === SUCCESS)
      emit(t, items[i]!, payload, data[i]!.start, data[i]!.length, data[i]!.transportSize, 'read', sink, state);
};

const writeVar = (
  t: Transaction<S7Message>,
  m: S7Message,
  outcome: Outcome,
  error: number,
  sink: ObservationSink,
  state: S7State,
): void => {
  const job = t.request;
  if (job === undefined || job.items.length === 0) {
    command(t, sink, 'write', 'Write Var', outcome, undefined, error === 0 ? undefined : errorText(error));
    return;
  }
  const answers = t.response?.data ?? [];
  job.items.forEach((item, i) => {
    const datum = job.data[i];
    const code = answers[i]?.returnCode ?? SUCCESS;
    const own: Outcome = error === 0 && code !== SUCCESS ? 'refused' : outcome;
    const reason =
      error !== 0 ? { reason: errorText(error) } : code !== SUCCESS ? { reason: returnCodeText(code) } : {};
    const value =
      datum === undefined
        ? {}
        : { value: itemValue(item, job.payload, datum.start, datum.length, datum.transportSize) };
    sink.command(t.at, {
      verb: 'write',
      operation: 'Write Var',
      target: t.at.server,
      object: item.path,
      outcome: own,
      native: m,
      ...value,
      ...reason,
    });
    if (datum !== undefined && own === 'accepted')
      emit(t, item, job.payload, datum.start, datum.length, datum.transportSize, 'write', sink, state);
  });
};

const service = (
  t: Transaction<S7Message>,
  m: S7Message,
  outcome: Outcome,
  error: number,
  sink: ObservationSink,
  state: S7State,
): void => {
  const reason = error === 0 ? undefined : errorText(error);
  const detail = t.request?.detail;
  switch (m.functionCode) {
    case FUNCTION.SETUP: {
      const agreed = t.response?.detail ?? t.request?.detail;
      const length = agreed?.kind === 'setup' ? `, PDU length ${agreed.pduLength}` : '';
      sink.session(t.at, { phase: 'open', outcome, detail: `S7 communication${length}`, native: m });
      return;
    }
    case FUNCTION.PLC_STOP:
      command(t, sink, 'mode-change', 'PLC Stop', outcome, undefined, reason);
      return;
    case FUNCTION.PI_SERVICE: {
      if (detail?.kind !== 'pi') {
        command(t, sink, 'invoke', 'PI Service', outcome, undefined, reason);
        return;
      }
      const { operation, verb } = piServiceOf(detail.service, detail.argument);
      if (PI_WITH_CREDENTIAL.has(detail.service))
        sink.session(t.at, { phase: 'authenticate', outcome, detail: operation, clearCredential: true });
      const object = detail.blocks.length > 0 ? detail.blocks.join(', ') : undefined;
      const named = operation === 'PI Service' || operation === 'PI _MODU' || operation === 'PLC Start';
      const argument = `${detail.service}("${detail.argument.trim()}")`;
      command(t, sink, verb, operation, outcome, object ?? (named ? argument : undefined), reason);
      return;
    }
    case FUNCTION.START_UPLOAD:
    case FUNCTION.UPLOAD:
    case FUNCTION.END_UPLOAD:
    case FUNCTION.REQUEST_DOWNLOAD:
    case FUNCTION.DOWNLOAD_BLOCK:
    case FUNCTION.DOWNLOAD_ENDED:
      transfer(t, m, outcome, reason, sink, state);
      return;
    default:
      command(t, sink, 'invoke', functionName(m.functionCode), outcome, undefined, reason);
  }
};

/**
 * One command per transfer: its first PDU, or the first one seen of a transfer whose beginning was not, or one that is
 * refused later. Uploads are known by session, downloads (whose blocks the controller fetches) by file name.
 */
const transfer = (
  t: Transaction<S7Message>,
  m: S7Message,
  outcome: Outcome,
  reason: string | undefined,
  sink: ObservationSink,
  state: S7State,
): void => {
  const code = m.functionCode;
  const upload = code === FUNCTION.START_UPLOAD || code === FUNCTION.UPLOAD || code === FUNCTION.END_UPLOAD;
  const verb = upload ? 'program-upload' : 'program-download';
  const job = t.request?.detail?.kind === 'transfer' ? t.request.detail : undefined;
  const answer = t.response?.detail?.kind === 'transfer' ? t.response.detail : undefined;
  const object = job?.file?.block;
  const key = upload
    ? `up ${code === FUNCTION.START_UPLOAD ? answer?.session : job?.session}`
    : `down ${job?.file?.name}`;
  const first = code === FUNCTION.START_UPLOAD || code === FUNCTION.REQUEST_DOWNLOAD;
  const known = state.transfers.has(key);
  if (first || !known || outcome === 'refused') command(t, sink, verb, functionName(code), outcome, object, reason);
  if (code === FUNCTION.END_UPLOAD || code === FUNCTION.DOWNLOAD_ENDED) state.transfers.delete(key);
  else if (outcome !== 'refused') {
    if (state.transfers.size >= MAX_TRANSFERS) state.transfers.delete(state.transfers.values().next().value ?? key);
    state.transfers.add(key);
  }
};
