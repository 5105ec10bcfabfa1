/** Values and what is done to them: reads, writes, history, calls, monitored items and what they report. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink, Outcome, Verb } from '../../core/observation.ts';
import { bodyOf, type ExtensionObject, type NodeId, standardId } from './builtin.ts';
import { ATTRIBUTE_VALUE, attributeName } from './names.ts';
import { sayServerFact } from './observe-identity.ts';
import type { NotificationMessage } from './services.ts';
import type { OpcuaState } from './state.ts';
import { isBad, statusText } from './status-codes.ts';
import * as T from './structures.ts';
import { sayValue, variantValue } from './values.ts';
import type { OpcuaMessage, ServiceMessage } from './wire.ts';

type Of<K extends ServiceMessage['type']> = Extract<ServiceMessage, { type: K }>;
type Exchange = Transaction<OpcuaMessage>;

/** `first (+3 more)`. */
export const someOf = (paths: readonly string[]): string | undefined =>
  paths.length > 1 ? `${paths[0]} (+${paths.length - 1} more)` : paths[0];

/** The status of the whole answer: a fault, or the one in its header. */
export const serviceResult = (response: OpcuaMessage | undefined): number =>
  response !== undefined && 'body' in response && 'responseHeader' in response.body
    ? response.body.responseHeader.serviceResult
    : 0;

/** One operation of a request: its own status decides, unless the whole request was refused. */
export const sayOperation = (
  sink: ObservationSink,
  transaction: Exchange,
  state: OpcuaState,
  verb: Verb,
  operation: string,
  object: string | undefined,
  status: number | undefined,
  value?: ReturnType<typeof variantValue>,
  node?: NodeId,
): Outcome => {
  const whole = serviceResult(transaction.response);
  const code = isBad(whole) ? whole : (status ?? 0);
  const refused = isBad(code);
  const outcome = outcomeOf(transaction, refused);
  const uri = node === undefined ? undefined : state.uriOf(node);
  const message = transaction.request ?? transaction.response;
  sink.command(transaction.at, {
    verb,
    operation,
    target: transaction.at.server,
    object,
    value,
    outcome,
    reason: refused ? statusText(code) : undefined,
    user: state.user,
    native: uri === undefined ? message : { message, namespaceUri: uri },
  });
  return outcome;
};

export const observeRead = (
  transaction: Exchange,
  request: Of<'ReadRequest'>,
  response: Of<'ReadResponse'> | undefined,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const nodes = request.body.nodesToRead ?? [];
  const results = response?.body.results;
  const paths = state.polls.pathsOf(nodes, state.pathOf);
  // One node that was refused is refused; of many, each has its own status with its value.
  const status = nodes.length === 1 ? results?.[0]?.status : undefined;
  sayOperation(sink, transaction, state, 'read', 'Read', someOf(paths), status);
  if (!results) return;
  const { at } = transaction;
  const n = Math.min(nodes.length, results.length);
  for (let i = 0; i < n; i++) {
    const node = nodes[i]!;
    if (node.attributeId !== ATTRIBUTE_VALUE) continue;
    const data = results[i]!;
    sayValue(sink, at, at.server, paths[i]!, node.indexRange, data, 'read');
    sayServerFact(sink, at, node.nodeId, data, 'OPC UA Read', state);
  }
};

export const observeWrite = (
  transaction: Exchange,
  request: Of<'WriteRequest'>,
  response: Of<'WriteResponse'> | undefined,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const { at } = transaction;
  const nodes = request.body.nodesToWrite ?? [];
  for (let i = 0; i < nodes.length; i++) {
    const item = nodes[i]!;
    const isValue = item.attributeId === ATTRIBUTE_VALUE;
    const name = state.nameOf(item.nodeId);
    const path = isValue ? name : `${name} ${attributeName(item.attributeId)}`;
    const object = item.indexRange ? `${path}[${item.indexRange}]` : path;
    const status = response?.body.results?.[i];
    const value = variantValue(item.value.value);
    const outcome = sayOperation(sink, transaction, state, 'write', 'Write', object, status, value, item.nodeId);
    if (isValue && (outcome === 'accepted' || outcome === 'unseen'))
      sayValue(sink, at, at.server, path, item.indexRange, item.value, 'write');
  }
};

/** Values of the past are in the message; as points they would stand between those of now. */
export const observeHistoryRead = (
  transaction: Exchange,
  request: Of<'HistoryReadRequest'>,
  response: Of<'HistoryReadResponse'> | undefined,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const nodes = request.body.nodesToRead ?? [];
  const results = response?.body.results;
  const status = nodes.length === 1 ? results?.[0]?.statusCode : undefined;
  sayOperation(
    sink,
    transaction,
    state,
    'read',
    'HistoryRead',
    someOf(nodes.map((n) => state.nameOf(n.nodeId))),
    status,
  );
};

export const observeHistoryUpdate = (
  transaction: Exchange,
  request: Of<'HistoryUpdateRequest'>,
  response: Of<'HistoryUpdateResponse'> | undefined,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const details = request.body.historyUpdateDetails ?? [];
  for (let i = 0; i < details.length; i++) {
    const detail = details[i]!;
    const status = response?.body.results?.[i]?.statusCode;
    const update =
      bodyOf(detail, T.updateDataDetails) ??
      bodyOf(detail, T.updateStructureDataDetails) ??
      bodyOf(detail, T.updateEventDetails);
    const removal =
      bodyOf(detail, T.deleteRawModifiedDetails) ??
      bodyOf(detail, T.deleteAtTimeDetails) ??
      bodyOf(detail, T.deleteEventDetails);
    const node = update?.nodeId ?? removal?.nodeId;
    // OPC 10000-11 section 6.9.1: performInsertReplace 4 removes.
    const removes = removal !== undefined || update?.performInsertReplace === 4;
    const object = node === undefined ? undefined : state.nameOf(node);
    sayOperation(
      sink,
      transaction,
      state,
      removes ? 'delete' : 'write',
      removes ? 'HistoryUpdate (delete)' : 'HistoryUpdate',
      object,
      status,
      undefined,
      node,
    );
  }
};

/** Methods of namespace 0 that do more than their own logic: what they mean for the server. */
const METHOD_VERB: ReadonlyMap<number, Verb> = new Map<number, Verb>([
  [12886, 'mode-change'], // RequestServerStateChange
  [12883, 'mode-change'],
  [2426, 'mode-change'], // programs: Start, Suspend, Resume, Halt, Reset (OPC 10000-10 section 5.2.3)
  [2427, 'mode-change'],
  [2428, 'mode-change'],
  [2429, 'mode-change'],
  [2430, 'mode-change'],
  [12616, 'configure'], // certificates and trust lists (OPC 10000-12 section 7)
  [13737, 'configure'],
  [12740, 'configure'],
  [12734, 'configure'],
  [12546, 'configure'],
  [12548, 'configure'],
  [12550, 'configure'],
  [25709, 'configure'],
  [25699, 'configure'],
  [16301, 'configure'], // roles (OPC 10000-18 section 4.2)
  [16304, 'configure'],
  [24269, 'configure'], // users (OPC 10000-18 section 5.2)
  [24271, 'configure'],
  [24273, 'configure'],
  [24275, 'configure'],
  [24304, 'configure'],
  [24306, 'configure'],
  [24308, 'configure'],
  [24310, 'configure'],
  [11588, 'program-download'], // files (OPC 10000-20 section 4.2): Write, Read
  [11585, 'program-upload'],
  [9111, 'control'], // Acknowledge and Confirm an alarm (OPC 10000-9 section 5.7)
  [9113, 'control'],
]);

export const observeCall = (
  transaction: Exchange,
  request: Of<'CallRequest'>,
  response: Of<'CallResponse'> | undefined,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const calls = request.body.methodsToCall ?? [];
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i]!;
    const verb = METHOD_VERB.get(standardId(call.methodId)) ?? 'invoke';
    const object = `${state.nameOf(call.methodId)} of ${state.nameOf(call.objectId)}`;
    const only = call.inputArguments?.length === 1 ? variantValue(call.inputArguments[0]) : undefined;
    const status = response?.body.results?.[i]?.statusCode;
    sayOperation(sink, transaction, state, verb, 'Call', object, status, only, call.methodId);
  }
};

export const observeCreateItems = (
  transaction: Exchange,
  request: Of<'CreateMonitoredItemsRequest'>,
  response: Of<'CreateMonitoredItemsResponse'> | undefined,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const { subscriptionId, itemsToCreate } = request.body;
  const items = itemsToCreate ?? [];
  const paths = items.map((item) => state.pathOf(item.itemToMonitor));
  const results = response?.body.results;
  const status = items.length === 1 ? results?.[0]?.statusCode : undefined;
  sayOperation(sink, transaction, state, 'subscribe', 'CreateMonitoredItems', someOf(paths), status);
  if (transaction.response !== undefined && !results) return;
  for (let i = 0; i < items.length; i++) {
    const result = results?.[i];
    if (result !== undefined && isBad(result.statusCode)) continue;
    const item = items[i]!;
    const { clientHandle } = item.requestedParameters;
    const value = item.itemToMonitor.attributeId === ATTRIBUTE_VALUE;
    // Without the answer the server's number is not known: one that no server gives stands in its place.
    const id = result?.monitoredItemId ?? -1 - clientHandle;
    state.remember(
      subscriptionId,
      clientHandle,
      { path: paths[i]!, value, node: item.itemToMonitor.nodeId, range: item.itemToMonitor.indexRange },
      id,
    );
  }
};

/** What a subscription reports: data changes by the client handle of their item. */
export const observeNotification = (
  at: At,
  subscription: number,
  message: NotificationMessage,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  for (const data of message.notificationData ?? []) sayNotification(at, subscription, data, sink, state);
};

const sayNotification = (
  at: At,
  subscription: number,
  data: ExtensionObject,
  sink: ObservationSink,
  state: OpcuaState,
): void => {
  const change = bodyOf(data, T.dataChangeNotification);
  if (change === undefined) return;
  const items = state.items.get(subscription);
  for (const { clientHandle, value } of change.monitoredItems ?? []) {
    const item = items?.get(clientHandle);
    if (item === undefined) {
      // The capture began after the item was made: what it watches is not known, only that it is the same one each time.
      sayValue(sink, at, at.server, `subscription ${subscription} item ${clientHandle}`, null, value, 'read');
    } else if (item.value) {
      sayValue(sink, at, at.server, item.path, item.range, value, 'read');
      sayServerFact(sink, at, item.node, value, 'OPC UA Publish', state);
    }
  }
};
