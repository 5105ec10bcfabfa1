/**
 * What people call an EtherNet/IP message: the service that is asked for, in the words of its object. An answer repeats the number of the
 * service and not the object, so that the requests not yet answered are remembered while somebody reads the messages.
 */
import { MASKED_OCTETS } from '../../lib/masked.ts';
import { type CipMessage, readsSecret } from './cip.ts';
import { isNamed, statusName } from './cip-names.ts';
import { SERVICE } from './verbs.ts';
import type { EnipMessage } from './wire.ts';

/** Requests remembered in one flow; a later one takes the place of an earlier. */
export const MAX_ASKED = 16;
/** Different services of one Multiple Service Packet that its heading lists. */
const MAX_LISTED = 3;

/** The requests of one flow by what pairs them with their answers. */
export class Asked {
  readonly #keys: number[] = new Array<number>(MAX_ASKED).fill(0);
  readonly #requests: (CipMessage | undefined)[] = new Array<CipMessage | undefined>(MAX_ASKED).fill(undefined);

  note(key: number, request: CipMessage): void {
    const slot = Math.abs(key) % MAX_ASKED;
    this.#keys[slot] = key;
    this.#requests[slot] = request;
  }

  /** Gives an answer, and the answers in it, the names of what was asked; the value of a secret tag is not kept. */
  name(key: number, answer: CipMessage): void {
    const slot = Math.abs(key) % MAX_ASKED;
    const request = this.#requests[slot];
    if (request !== undefined && this.#keys[slot] === key) named(answer, request);
  }
}

const named = (answer: CipMessage, request: CipMessage): void => {
  // What an Unconnected Send carried is answered in its place (3-5.5.4).
  const inner = request.embedded.length === 1 ? request.embedded[0]! : request;
  const asked = request.service === answer.service ? request : inner;
  if (asked.service !== answer.service) return;
  if (!isNamed(answer.name)) Object.assign(answer, { name: asked.name });
  if (readsSecret(asked)) Object.assign(answer, { data: MASKED_OCTETS });
  answer.embedded.forEach((part, i) => {
    const of = asked.embedded[i];
    if (of !== undefined) named(part, of);
  });
};

/** `Read Tag ×17, Write Tag`. */
const listed = (parts: readonly CipMessage[]): string => {
  const times = new Map<string, number>();
  for (const { name } of parts) times.set(name, (times.get(name) ?? 0) + 1);
  const names = [...times].slice(0, MAX_LISTED).map(([name, n]) => (n === 1 ? name : `${name} ×${n}`));
  return `${names.join(', ')}${times.size > MAX_LISTED ? ', …' : ''}`;
};

const serviceOf = (cip: CipMessage): string => {
  if (cip.service === SERVICE.MULTIPLE && cip.embedded.length > 0) return listed(cip.embedded);
  if (cip.kind === 'request' && cip.route !== '' && cip.embedded.length === 1) return serviceOf(cip.embedded[0]!);
  return cip.forward?.what === 'opened' && !isNamed(cip.name) ? 'Forward Open' : cip.name;
};

/** `Read Tag request`, `Forward Open response: connection failure`, `Register Session request`. */
export const headingOf = (m: EnipMessage): string => {
  const { cip } = m;
  if (cip === undefined) return m.type === 'single' ? m.name : `${m.name} ${m.type}`;
  const failed = cip.status > 0 ? `: ${statusName(cip.status)}` : '';
  return `${serviceOf(cip)} ${cip.kind}${failed}`;
};
