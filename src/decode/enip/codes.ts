/** What the numbers in the fields of an EtherNet/IP message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { classIsKnown, className, isNamed, serviceName, statusName } from './cip-names.ts';
import { vendorName } from './vendors.ts';
import { commandName, encapsulationStatus, ITEM } from './wire.ts';

const ITEMS: ReadonlyMap<number, string> = new Map(
  Object.entries(ITEM).map(([name, code]) => [code, name.toLowerCase().replaceAll('_', ' ')]),
);
/** A response does not repeat the class that its service belongs to: `name` has it from the request. */
const service = (code: number, sibling: (name: string) => number): string | undefined => {
  const name = serviceName(code, sibling('path.cls'));
  return isNamed(name) ? name : undefined;
};
const knownClass = (cls: number): string | undefined => (classIsKnown(cls) ? className(cls) : undefined);

export const enipCodes: FieldCodes = {
  '.command': (code) => commandName(code),
  '.status': (code) => (code > 0 ? encapsulationStatus(code) : undefined),
  'cip.service': service,
  'embedded[].service': service,
  'path.cls': knownClass,
  'path.lastClass': knownClass,
  'cip.status': (code) => (code >= 0 ? statusName(code) : undefined),
  'embedded[].status': (code) => (code >= 0 ? statusName(code) : undefined),
  'forward.vendor': (id) => vendorName(id),
  'itemTypes[]': (code) => ITEMS.get(code),
  'items[].type': (code) => ITEMS.get(code),
};
