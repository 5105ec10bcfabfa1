/** What the numbers in the fields of a BACnet message stand for. Source: ANSI/ASHRAE 135-2020, clauses 20 and 21. */
import type { FieldCodes } from '../../core/decoder.ts';
import { objectTypeName, propertyName } from './properties.ts';
import { CONFIRMED_SERVICES, ERROR_CLASSES, ERROR_CODES, named, PDU, UNCONFIRMED_SERVICES } from './tables.ts';
import { BACNET_VENDORS } from './vendors.ts';

const PDU_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(PDU).map(([name, code]) => [code, name.toLowerCase().replaceAll('_', ' ')]),
);
/** Object identifiers are ten bits of type and 22 bits of instance (20.2.14). */
const INSTANCE_BITS = 0x400000;

export const bacnetCodes: FieldCodes = {
  pdu: (code) => PDU_NAMES.get(code),
  choice: (code, sibling) =>
    code < 0 ? undefined : (sibling('pdu') === PDU.UNCONFIRMED ? UNCONFIRMED_SERVICES : CONFIRMED_SERVICES)[code],
  objectId: (id) => `${objectTypeName(Math.floor(id / INSTANCE_BITS))} ${id % INSTANCE_BITS}`,
  propertyId: (id) => propertyName(id),
  errorClass: (code) => (code < 0 ? undefined : named(ERROR_CLASSES, code)),
  errorCode: (code, sibling) => (code < 0 || sibling('errorClass') < 0 ? undefined : named(ERROR_CODES, code)),
  vendorId: (id) => BACNET_VENDORS.get(id),
};
