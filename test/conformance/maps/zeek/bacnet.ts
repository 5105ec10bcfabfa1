/** ICSNPP's bacnet logs: PDUs, discovery, properties, device control. */

import { objectTypeName } from '../../../../src/decode/bacnet/properties.ts';
import { ABORT_REASONS, ERROR_CODES, named, REJECT_REASONS } from '../../../../src/decode/bacnet/tables.ts';
import type { Access, BacnetMessage } from '../../../../src/decode/bacnet/wire.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';
import { near } from '../text.ts';

type M = Seen<BacnetMessage>;

const PDU = [
  'CONFIRMED_REQUEST',
  'UNCONFIRMED_REQUEST',
  'SIMPLE_ACK',
  'COMPLEX_ACK',
  'SEGMENT_ACK',
  'ERROR_PDU',
  'REJECT_PDU',
  'ABORT_PDU',
];
/** `readProperty` becomes `read_property`, `who-Is` becomes `who_is`. */
const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll('-', '_')
    .replace(/_+/g, '_')
    .toLowerCase();
const bvlc = (name: string): string =>
  name.replaceAll('-', '_').replace('_To_', '_to_').replace('_Distribution_Table', '_Table').replace(/_Ack$/, '_ACK');
const unknown = (what: string, n: number): string => `Unknown ${what}-0x${n.toString(16).padStart(2, '0')}`;
/** The plug-in knows neither the codes of aborts and rejects among the errors nor those after 135-2012. */
const errorWord = (n: number): string => {
  if (n === 33) return 'removed enumeration';
  return (n > 50 && n < 73) || n > 136 ? unknown('Error Code', n) : named(ERROR_CODES, n);
};
/** Types that the plug-in names. */
const typeWord = (n: number): string =>
  n === 31 || n > 50
    ? unknown('Object Type', n)
    : objectTypeName(n).replace(/^(date|datetime|time)pattern/, '$1-pattern');
const LAST_PROPERTY = 351;
/** Properties by the plug-in's spelling, where it is not the standard's. */
// biome-ignore format: a table
const SPELLED: Readonly<Record<string, string>> = {
  'acked-transitions': 'acked-transition', 'active-vt-sessions': 'active-vt-session', 'all-writes-successful': 'all-write-successful', 'date-list': 'datelist',
  'daylight-savings-status': 'daylights-savings-status', 'in-process': 'in-progress', 'number-of-apdu-retries': 'number-of-APDU-retries', 'vt-classes-supported': 'vt-class-supported',
  'event-time-stamps': 'event-time-stamp', 'maximum-value-timestamp': 'maximum-value-time-stamp', 'minimum-value-timestamp': 'minimum-value-time-stamp', 'expiration-time': 'expiry-time',
  'logging-object': 'logging-device', 'utc-time-synchronization-recipients': 'UTC-time-synchronization-recipients',
};
/** Ids whose names later revisions moved elsewhere. */
// biome-ignore format: a table
const MOVED: Readonly<Record<number, string>> = {
  18: 'the property in this place was deleted', 194: 'group-member-names', 198: 'member-status-flags', 199: 'notification-period', 200: 'previous-notify-record',
  201: 'requested-update-interval', 216: 'node-subtype', 217: 'node-type',
};
const propertyWord = (a: Access): string => {
  const name = a.propertyId > LAST_PROPERTY ? 'proprietary-' : a.property;
  return MOVED[a.propertyId] ?? (name.startsWith('proprietary-') ? `Vendor Specific (${a.propertyId})` : name);
};
const reason = (s: M): string | undefined => {
  const { pdu, errorCode } = s.message;
  if (pdu === 5) return errorWord(errorCode);
  if (pdu === 6) return REJECT_REASONS[errorCode] ?? unknown('Reject Reason', errorCode);
  if (pdu === 7) return errorCode > 4 ? unknown('Abort Reason', errorCode) : ABORT_REASONS[errorCode];
  return undefined;
};
/** Segments that wait for the others have no row. */
const whole = (s: M): boolean => s.message.segments > 0;
const text = (value: unknown): Cell => (value === undefined ? undefined : String(value));

/** A value within which the baselines' timestamp filter wrote X over a long number. */
const sameAround = (ours: string, theirs: string): boolean => {
  const at = theirs.indexOf('XXXXXXXXXX.XXXXXX');
  if (at < 0) return false;
  const after = theirs.slice(at + 17);
  const between = ours.slice(at, ours.length - after.length);
  return ours.startsWith(theirs.slice(0, at)) && ours.endsWith(after) && /^\d+\.\d+$/.test(between);
};

/** `Register-Foreign-Device NAK` is `Register-Foreign-Device_NAK`. */
const bvlcResult = (value: unknown): Cell =>
  text(value)?.toString().replace(/ NAK$/, '_NAK').replace('successful completion', 'Successful_completion');

export const zeekBacnet = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bacnet',
  log: 'bacnet',
  rows: (capture) => capture.of<BacnetMessage>('bacnet').filter(whole),
  columns: {
    bvlc_function: (s) => bvlc(s.message.bvlc),
    pdu_type: (s) => (s.message.pdu === -1 ? 'NPDU' : PDU[s.message.pdu]),
    pdu_service: (s) => {
      const { pdu, service } = s.message;
      if (pdu === 6) return 'reject';
      if (pdu === 7) return 'abort';
      return pdu === -2 || service === '' ? undefined : snake(service);
    },
    invoke_id: (s) =>
      s.message.pdu === -1
        ? s.message.dnet < 0
          ? undefined
          : s.message.dnet
        : s.message.invokeId < 0
          ? undefined
          : s.message.invokeId,
    result_code: (s) => (s.message.pdu === -2 ? bvlcResult(s.message.detail?.result) : reason(s)),
  },
  align: { is_orig: (s) => s.toServer },
});

const DISCOVERY: Record<string, string> = {
  'who-Is': 'who-is',
  'i-Am': 'i-am',
  'who-Has': 'who-has',
  'i-Have': 'i-have',
};
const object = (s: M): Access | undefined => s.message.accesses[0];
const range = (s: M): Cell => {
  const d = s.message.detail;
  if (s.message.service !== 'who-Is' && s.message.service !== 'who-Has') return undefined;
  return d?.low === undefined ? 'All' : `${String(d.low)}-${String(d.high)}`;
};

export const zeekBacnetDiscovery = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bacnet',
  log: 'bacnet_discovery',
  rows: (capture) => capture.of<BacnetMessage>('bacnet').filter((s) => DISCOVERY[s.message.service] !== undefined),
  columns: {
    pdu_service: (s) => DISCOVERY[s.message.service],
    device_id_type: (s) => (s.message.service === 'i-Have' ? 'device' : undefined),
    device_id_number: (s) => (s.message.service === 'i-Have' ? text(s.message.detail?.device) : undefined),
    object_type: (s) => (object(s) ? typeWord(object(s)!.objectId >>> 22) : undefined),
    instance_number: (s) => (object(s) ? object(s)!.objectId & 0x3fffff : undefined),
    vendor: {
      value: (s) =>
        s.message.service === 'i-Am'
          ? (text(s.message.detail?.vendor) ?? `Unknown Vendor-0x${Number(s.message.detail?.vendorId).toString(16)}`)
          : undefined,
      // We leave the legal form out: `Unitec` is `Unitec Corporation`.
      same: (ours, theirs) =>
        /^[ ,.]/.test(theirs.slice(ours.length)) && theirs.toLowerCase().startsWith(ours.toLowerCase()),
    },
    range,
    object_name: (s) =>
      s.message.service === 'who-Has'
        ? (text(s.message.detail?.name) ?? 'N/A')
        : s.message.service === 'i-Have'
          ? text(s.message.detail?.name)
          : undefined,
  },
  align: { is_orig: (s) => s.toServer },
});

interface PropertyRow {
  readonly seen: M;
  readonly service: string;
  /** None of an error: it names what was asked for in no field. */
  readonly access: Access | undefined;
  readonly value: Cell;
}
/** Services whose errors have a row here: the error stands in the column of the object's type. */
const WITH_ERRORS = new Set(['readProperty', 'readPropertyMultiple', 'writeProperty', 'writePropertyMultiple']);
const NAMES: Record<string, string> = {
  'readProperty 0': 'read-property-request',
  'readProperty 3': 'read-property-ack',
  'readPropertyMultiple 0': 'read-property-multiple-request',
  'readPropertyMultiple 3': 'read-property-multiple-ack',
  'writeProperty 0': 'write-property',
  'readRange 0': 'read-range-request',
  'readRange 3': 'read-range-ack',
};
const textOf = (item: Access['items'][number]): Cell => {
  if (item.type === 'ObjectIdentifier') return String(item.value).replace(/ (\d+)$/, ': $1');
  if (item.type === 'Boolean') return String(item.value);
  if (item.type === 'Real' || item.type === 'Double') return Number(item.value).toFixed(6);
  return String(item.value);
};
const propertyRows = (seen: M): PropertyRow[] => {
  if (seen.message.pdu === 5 && WITH_ERRORS.has(seen.message.service))
    return [{ seen, service: `ERROR: ${snake(seen.message.service)}`, access: undefined, value: undefined }];
  const service = NAMES[`${seen.message.service} ${seen.message.pdu}`];
  if (service === undefined || !whole(seen)) return [];
  return seen.message.accesses.flatMap((access) => {
    if (service === 'read-range-ack')
      return [{ seen, service, access, value: `item_count: ${String(seen.message.detail?.count)}` }];
    // A list has a row for each of its values.
    return access.items.length === 0
      ? [{ seen, service, access, value: undefined }]
      : access.items.map((item) => ({ seen, service, access, value: textOf(item) }));
  });
};

export const zeekBacnetProperty = rowMap<PropertyRow>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bacnet',
  log: 'bacnet_property',
  rows: (capture) => capture.of<BacnetMessage>('bacnet').flatMap(propertyRows),
  columns: {
    invoke_id: (r) => r.seen.message.invokeId,
    pdu_service: (r) => r.service,
    object_type: (r) => (r.access ? typeWord(r.access.objectId >>> 22) : reason(r.seen)),
    instance_number: (r) => r.access && r.access.objectId & 0x3fffff,
    property: {
      value: (r) => r.access && propertyWord(r.access),
      // Later versions may have corrected the spelling.
      same: (ours, theirs) => SPELLED[ours] === theirs,
    },
    array_index: (r) => (r.access && r.access.index >= 0 ? r.access.index : undefined),
    value: {
      value: (r) => r.value,
      // The baselines' timestamp filter writes X over long numbers.
      same: (ours, theirs) => (/\.\d{6}$/.test(theirs) && near(1e-6)(ours, theirs)) || sameAround(ours, theirs),
    },
  },
  align: { is_orig: (r) => r.seen.toServer },
});

const CONTROL = new Set(['reinitializeDevice', 'deviceCommunicationControl']);
const RESULTS: Record<number, string> = { 2: 'SUCCESS', 5: 'ERROR', 6: 'REJECT', 7: 'ABORT' };
/** The service of an answer; a Reject or an Abort does not say it, its request does. */
const serviceOf = (s: M): string => s.message.service || (s.transaction?.request?.message.service ?? '');

/** A row per message: the request, and the answer with its result. */
export const zeekBacnetControl = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bacnet',
  log: 'bacnet_device_control',
  rows: (capture) =>
    capture
      .of<BacnetMessage>('bacnet')
      .filter((s) => (s.message.pdu === 0 || RESULTS[s.message.pdu] !== undefined) && CONTROL.has(serviceOf(s))),
  columns: {
    invoke_id: (s) => s.message.invokeId,
    pdu_service: (s) => snake(serviceOf(s)),
    time_duration: (s) => text(s.message.detail?.durationMin),
    device_state: (s) => text(s.message.detail?.state),
    result: (s) => RESULTS[s.message.pdu],
    result_code: (s) => reason(s),
  },
  align: { is_orig: (s) => s.toServer },
});
