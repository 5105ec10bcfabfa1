/** tshark's bvlc.*, bacnet.* and bacapp.* columns. */

import { OBJECT_TYPES } from '../../../../src/decode/bacnet/properties.ts';
import { BVLC_FUNCTIONS, ERROR_CLASSES } from '../../../../src/decode/bacnet/tables.ts';
import type { Access, BacnetMessage } from '../../../../src/decode/bacnet/wire.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';
import { float32, hex, near } from '../text.ts';

type M = Seen<BacnetMessage>;

const DEVICE = 8;
const OBJECT_NAME = 77;
const PRESENT_VALUE = 85;
/** Get Alarm Summary, Get Event Information: states of objects, whose property nobody names on the wire. */
const SUMMARIES = new Set([3, 29]);

interface ObjectId {
  readonly type: number;
  readonly instance: number;
}
const fromNumber = (id: number): ObjectId => ({ type: id >>> 22, instance: id & 0x3fffff });
/** `binary-input 3`, `proprietary-200 1` as values of properties are written. */
const fromText = (text: string): ObjectId => {
  const at = text.lastIndexOf(' ');
  const name = text.slice(0, at);
  const known = OBJECT_TYPES.indexOf(name);
  return {
    type: known >= 0 ? known : Number(name.slice(name.lastIndexOf('-') + 1)),
    instance: Number(text.slice(at + 1)),
  };
};

/** Object identifiers in the order of the PDU: an object that several properties belong to stands once. */
const objects = (s: M): ObjectId[] => {
  const m = s.message;
  const out: ObjectId[] = [];
  const device = m.detail?.device;
  if (typeof device === 'number' && m.service !== 'i-Am') out.push({ type: DEVICE, instance: device });
  let before: Access | undefined;
  for (const a of m.accesses) {
    // An object that is created by its type has no number yet.
    if (a.objectId === 0xffff_ffff) continue;
    if (a.objectId !== before?.objectId || (a.propertyId < 0 && before !== undefined)) out.push(fromNumber(a.objectId));
    before = a;
    for (const item of a.items) if (item.type === 'ObjectIdentifier') out.push(fromText(String(item.value)));
  }
  return out;
};
const items = (s: M, property: number) =>
  s.message.accesses.filter((a) => a.propertyId === property).flatMap((a) => a.items);
const present = (s: M, type: string): Cell =>
  items(s, PRESENT_VALUE)
    .filter((i) => i.type === type)
    .map((i) => (type === 'Real' ? float32(Number(i.value)) : (i.value as Cell)));
/** Errors of single properties in the answer to ReadPropertyMultiple: `object: unknown-object (31)`. */
const failed = (s: M): [string, string][] =>
  s.message.accesses.flatMap((a) => {
    const m = /^(.*): .* \((\d+)\)$/.exec(a.error);
    return m ? [[String(ERROR_CLASSES.indexOf(m[1]!)), m[2]!] as [string, string]] : [];
  });
const known = (n: number): Cell => (n < 0 ? undefined : n);
const isSegmentable = (s: M): boolean => s.message.pdu === 0 || s.message.pdu === 3;
const text = (value: unknown): Cell => (value === undefined ? undefined : String(value));

export const tsharkBacnet = frameMap<BacnetMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'bacnet',
  columns: {
    'bvlc.function': (s) => (s.message.bvlc === '' ? undefined : hex(BVLC_FUNCTIONS.indexOf(s.message.bvlc), 2)),
    'bacnet.dnet': (s) => [known(s.message.dnet), ...String(s.message.detail?.networks ?? '').split(',')],
    'bacnet.snet': (s) => known(s.message.snet),
    'bacnet.mesgtyp': (s) => (s.message.pdu === -1 ? hex(s.message.choice, 2) : undefined),
    'bacapp.type': (s) => known(s.message.pdu),
    'bacapp.invoke_id': (s) => known(s.message.invokeId),
    'bacapp.confirmed_service': (s) =>
      s.message.pdu >= 0 && s.message.pdu !== 1 ? known(s.message.choice) : undefined,
    'bacapp.unconfirmed_service': (s) => (s.message.pdu === 1 ? s.message.choice : undefined),
    'bacapp.objectType': (s) => objects(s).map((o) => o.type),
    'bacapp.instance_number': (s) => objects(s).map((o) => o.instance),
    'bacapp.property_identifier': (s) =>
      SUMMARIES.has(s.message.choice) && s.message.pdu === 3
        ? undefined
        : s.message.accesses.filter((a) => a.propertyId >= 0).map((a) => a.propertyId),
    'bacapp.vendor_identifier': (s) => [
      // Of Who-Am-I and You-Are, and of the property, it is read, and shown without a field's name.
      s.message.service === 'who-Am-I' || s.message.service === 'you-Are'
        ? undefined
        : text(s.message.detail?.vendorId),
      ...(typeof s.message.detail?.vendor === 'number' ? [s.message.detail.vendor] : []),
    ],
    'bacapp.object_name': {
      value: (s) => [text(s.message.detail?.name), ...items(s, OBJECT_NAME).map((i) => String(i.value))],
      whole: true,
    },
    'bacapp.error_class': (s) => [known(s.message.errorClass), ...failed(s).map((f) => f[0])],
    'bacapp.error_code': (s) => [
      s.message.pdu === 5 ? known(s.message.errorCode) : undefined,
      ...failed(s).map((f) => f[1]),
    ],
    'bacapp.reject_reason': (s) => (s.message.pdu === 6 ? known(s.message.errorCode) : undefined),
    'bacapp.abort_reason': (s) => (s.message.pdu === 7 ? known(s.message.errorCode) : undefined),
    'bacapp.present_value.real': { value: (s) => present(s, 'Real'), same: near(1e-14) },
    'bacapp.present_value.uint': (s) => present(s, 'Unsigned'),
    'bacapp.present_value.char_string': { value: (s) => present(s, 'CharacterString'), whole: true },
    'bacapp.present_value.enum_index': (s) => present(s, 'Enumerated'),
    'bacapp.sequence_number': (s) => known(s.message.sequenceNumber),
    'bacapp.more_segments': (s) => (isSegmentable(s) ? s.message.moreFollows : undefined),
  },
});
