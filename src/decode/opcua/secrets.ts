/** Values of nodes whose name says that they are secret: the name stands in the request, or where the item was made, and not beside the value. */
import { MASKED } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import { bodyOf, type DataValue, type ExtensionObject, type Variant } from './builtin.ts';
import type { OpcuaState } from './state.ts';
import * as T from './structures.ts';
import type { OpcuaMessage } from './wire.ts';

/** Reads of secret nodes that wait for their answer; emptied when full. */
const MAX_SECRET_READS = 64;

const MASKED_VARIANT: Variant = { type: 12, array: false, values: [MASKED], dimensions: undefined };
/** Built-in types up to Double (OPC 10000-6 section 5.1.2): numbers and switches are told, as everywhere. */
const LAST_NUMBER = 11;
const masked = (data: DataValue): DataValue =>
  data.value === undefined || data.value.type <= LAST_NUMBER ? data : { ...data, value: MASKED_VARIANT };

const shownNotification = (data: ExtensionObject, subscription: number, state: OpcuaState): ExtensionObject => {
  const change = bodyOf(data, T.dataChangeNotification);
  const items = state.items.get(subscription);
  const isSecret = (handle: number): boolean => isSecretName(items?.get(handle)?.path ?? '');
  if (change === undefined || !change.monitoredItems?.some((item) => isSecret(item.clientHandle))) return data;
  const monitoredItems = change.monitoredItems.map((item) =>
    isSecret(item.clientHandle) ? { ...item, value: masked(item.value) } : item,
  );
  return { ...data, body: { ...change, monitoredItems } };
};

/** The message without values of secret nodes; the same where it has none. */
export const shownOpcua = (m: OpcuaMessage, state: OpcuaState): OpcuaMessage => {
  switch (m.type) {
    case 'ReadRequest': {
      const secret = (m.body.nodesToRead ?? []).map((node) => isSecretName(state.pathOf(node)));
      if (state.secretReads.size >= MAX_SECRET_READS) state.secretReads.clear();
      if (secret.includes(true)) state.secretReads.set(m.header.requestId, secret);
      else state.secretReads.delete(m.header.requestId);
      return m;
    }
    case 'ReadResponse': {
      const secret = state.secretReads.get(m.header.requestId);
      if (secret === undefined) return m;
      const results = m.body.results?.map((data, i) => (secret[i] === true ? masked(data) : data)) ?? null;
      return { ...m, body: { ...m.body, results } };
    }
    case 'PublishResponse':
    case 'RepublishResponse': {
      const { notificationMessage: told } = m.body;
      const subscription = m.type === 'PublishResponse' ? m.body.subscriptionId : -1;
      const notificationData =
        told.notificationData?.map((data) => shownNotification(data, subscription, state)) ?? null;
      if (notificationData?.every((data, i) => data === told.notificationData![i]) ?? true) return m;
      return { ...m, body: { ...m.body, notificationMessage: { ...told, notificationData } } } as OpcuaMessage;
    }
    default:
      return m;
  }
};
