/**
 * What people call an EtherNet/IP message: the CIP service that it asks for or answers, or the command of the encapsulation
 * where it carries none. A CIP response repeats the number of the service and not the class that gives it a meaning
 * (Volume 1, 2-4.2), so the request names both.
 */
import type { CipMessage } from './cip.ts';
import { SERVICE } from './verbs.ts';
import type { EnipMessage } from './wire.ts';

/** Different services of one Multiple Service Packet that its name lists. */
const MAX_NAMED = 3;

const UNNAMED = /^Service 0x/;

const ofForward: Readonly<Record<string, string>> = { opened: 'Forward Open', closed: 'Forward Close' };

/** The request in an Unconnected Send is what is meant; the router on the way answers in the name of its target. */
const meant = (cip: CipMessage): CipMessage =>
  cip.service === SERVICE.UNCONNECTED_SEND && cip.embedded.length === 1 ? cip.embedded[0]! : cip;

const serviceOf = (cip: CipMessage, asked: CipMessage | undefined): string => {
  const { embedded } = asked?.service === cip.service ? asked : cip;
  if (cip.service === SERVICE.MULTIPLE && embedded.length > 0) {
    const times = new Map<string, number>();
    for (const { name } of embedded) times.set(name, (times.get(name) ?? 0) + 1);
    const named = [...times].slice(0, MAX_NAMED).map(([name, n]) => (n === 1 ? name : `${name} ×${n}`));
    return `${named.join(', ')}${times.size > MAX_NAMED ? ', …' : ''}`;
  }
  if (!UNNAMED.test(cip.name)) return cip.name;
  if (asked?.service === cip.service) return asked.name;
  return ofForward[cip.forward?.what ?? ''] ?? cip.name;
};

/** `Read Tag request`, `Forward Open response`, `Read Tag ×17 response`, `Register Session request`, `NOP`. */
export const nameOf = (message: EnipMessage, request?: EnipMessage): string => {
  const { cip, name, type } = message;
  const way = type === 'single' ? '' : ` ${type}`;
  if (cip === undefined) return `${name}${way}`;
  return `${serviceOf(meant(cip), request?.cip === undefined ? undefined : meant(request.cip))}${way}`;
};
