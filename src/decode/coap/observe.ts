/**
 * What CoAP says: resources are read, written and executed. OMA LwM2M (core 1.2, chapters 6 and appendix E) is known by
 * its paths: devices register under a name, object 3 describes the device, object 5 is its firmware.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { At, Attribute, ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { contentValues, FORMAT } from './content.ts';
import type { CoapMessage } from './wire.ts';

const VERB: readonly (Verb | undefined)[] = [undefined, 'read', 'invoke', 'write', 'delete', 'read', 'write', 'write'];

/** Resources of LwM2M object 3, instance 0. */
const DEVICE = tableOf<Attribute>({
  '0': 'vendor',
  '1': 'model',
  '2': 'serial',
  '3': 'firmware',
  '17': 'device-type',
  '18': 'hardware',
  '19': 'software',
});

const deviceFact = (at: At, resource: string, value: string, sink: ObservationSink): void => {
  const attribute = DEVICE[resource];
  if (attribute !== undefined && value !== '')
    sink.identity(at, { endpoint: at.server, attribute, value, confidence: 1, via: `LwM2M /3/0/${resource}` });
};

/** What LwM2M means by a request, where it is more than its method. */
const special = (m: CoapMessage): { readonly verb: Verb; readonly operation: string } | undefined => {
  if (m.path === '/.well-known/core' && m.code === 1) return { verb: 'discover', operation: 'CoAP resource discovery' };
  if (m.path === '/3/0/4' && m.code === 2) return { verb: 'restart', operation: 'LwM2M reboot' };
  if (m.path === '/3/0/5' && m.code === 2) return { verb: 'restart', operation: 'LwM2M factory reset' };
  if ((m.path === '/5/0/0' || m.path === '/5/0/1') && m.code === 3)
    return {
      verb: 'firmware-update',
      operation: m.path === '/5/0/0' ? 'LwM2M firmware package' : 'LwM2M firmware URI',
    };
  if (m.path === '/5/0/2' && m.code === 2) return { verb: 'firmware-update', operation: 'LwM2M firmware update' };
  if (m.code === 1 && m.observe === 0) return { verb: 'subscribe', operation: 'CoAP observe' };
  return undefined;
};

const OPERATION: readonly string[] = [
  '', 'CoAP GET', 'CoAP POST', 'CoAP PUT', 'CoAP DELETE', 'CoAP FETCH', 'CoAP PATCH', 'CoAP iPATCH',
]; // biome-ignore format: a table

/** A client tells a server its name (LwM2M 6.2.1): `POST /rd?ep=name`. */
const registration = (
  t: Transaction<CoapMessage>,
  m: CoapMessage,
  refused: boolean,
  sink: ObservationSink,
): boolean => {
  if (m.path !== '/rd' || m.code !== 2) return false;
  const name = m.query.find((q) => q.startsWith('ep='))?.slice(3);
  if (name === undefined) return false;
  const { at } = t;
  sink.session(at, { phase: 'open', outcome: outcomeOf(t, refused), detail: `LwM2M registration of ${name}` });
  sink.name(at, { endpoint: at.client, kind: 'other', name, via: 'LwM2M endpoint name' });
  if (!refused) {
    const via = 'LwM2M registration';
    sink.identity(at, { endpoint: at.client, attribute: 'role', value: 'LwM2M device', confidence: 0.9, via });
    sink.identity(at, { endpoint: at.server, attribute: 'role', value: 'LwM2M server', confidence: 0.9, via });
  }
  return true;
};

const values = (at: At, path: string, m: CoapMessage, access: 'read' | 'write', sink: ObservationSink): void => {
  for (const v of contentValues(m, path)) {
    sink.value(at, { target: at.server, path: v.path, type: v.type, value: v.value, access });
    if (access === 'read' && v.path.startsWith('/3/0/') && typeof v.value === 'string')
      deviceFact(at, v.path.slice(5), v.value, sink);
  }
};

/** Observations (RFC 7641) whose request was told; emptied when full, then some are told again. */
const MAX_OBSERVED = 1024;

/** Bodies of several blocks that are being put together, and octets of one; what is longer is not read as a whole. */
const MAX_BODIES = 16;
const MAX_BODY = 65_536;

export interface Body {
  /** Number of the block that goes on. */
  next: number;
  octets: number;
  readonly blocks: Uint8Array[];
}

const BLOCK2 = 23;
const BLOCK1 = 27;

/**
 * The body of which `m` holds a block or all (RFC 7959 section 2); undefined while others follow, or where one was not seen. Blocks come one
 * after the other, each asked for or acknowledged, under the path of their resource.
 */
const wholeBody = (m: CoapMessage, option: number, key: string, state: CoapState): CoapMessage | undefined => {
  const text = m.options.find((o) => o.number === option)?.value;
  if (typeof text !== 'string') return m;
  const [number = 0, more = 0] = text.split('/').map(Number);
  if (number === 0 && more === 0) return m;
  if (number === 0) {
    if (state.bodies.size >= MAX_BODIES) state.bodies.delete(state.bodies.keys().next().value!);
    state.bodies.delete(key);
    state.bodies.set(key, { next: 0, octets: 0, blocks: [] });
  }
  const body = state.bodies.get(key);
  // The same block again: it was not acknowledged in time.
  if (body === undefined || number === body.next - 1) return undefined;
  body.octets += m.payload.length;
  if (number !== body.next || body.octets > MAX_BODY || m.payload.length < m.payloadLength) {
    state.bodies.delete(key);
    return undefined;
  }
  body.next++;
  body.blocks.push(m.payload);
  if (more !== 0) return undefined;
  state.bodies.delete(key);
  const payload = new Uint8Array(body.octets);
  let at = 0;
  for (const block of body.blocks) {
    payload.set(block, at);
    at += block.length;
  }
  return { ...m, block: undefined, payload, payloadLength: payload.length };
};

export interface CoapState {
  readonly observed: Set<string>;
  /** Bodies that come in blocks, by the path of the resource. */
  readonly bodies: Map<string, Body>;
  /** Tokens of requests whose answers may hold keys. */
  readonly keys: Set<string>;
}

/** Every notification comes with the request that asked for all of them: that one is told once. */
const toldBefore = (m: CoapMessage, state: CoapState): boolean => {
  if (m.observe !== 0) return false;
  if (state.observed.has(m.token)) return true;
  if (state.observed.size >= MAX_OBSERVED) state.observed.clear();
  state.observed.add(m.token);
  return false;
};

export const observeCoap = (t: Transaction<CoapMessage>, sink: ObservationSink, state: CoapState): void => {
  const { request: m, response, at } = t;
  if (m === undefined || m.type !== 'CoAP request') return;
  const refused = response !== undefined && response.code >= 128;
  if (registration(t, m, refused, sink)) return;
  const known = special(m);
  const verb = known?.verb ?? VERB[m.code];
  if (verb === undefined) return;
  // Every block is a request of its own; the first stands for all.
  const first = m.block === undefined || m.block.number === 0;
  if (first && !toldBefore(m, state)) {
    const written = verb === 'write' ? contentValues(m, m.path) : [];
    const only = written.length === 1 ? written[0] : undefined;
    sink.command(at, {
      verb,
      operation: known?.operation ?? OPERATION[m.code]!,
      target: at.server,
      object: m.path,
      value: only !== undefined && only.path === m.path ? only.value : undefined,
      outcome: outcomeOf(t, refused),
      reason: refused ? response.codeName : undefined,
    });
  }
  if (refused) return;
  const written = verb === 'write' ? wholeBody(m, BLOCK1, `> ${m.path}`, state) : undefined;
  if (written !== undefined) values(at, m.path, written, 'write', sink);
  if (response === undefined || (m.code !== 1 && m.code !== 5)) return;
  const read = wholeBody(response, BLOCK2, `< ${m.path}`, state);
  if (read === undefined) return;
  values(at, m.path, read, 'read', sink);
  // Early clients answered for the device in TLV and called it octets.
  if (m.path === '/3/0' && read.contentFormat === FORMAT.OCTETS)
    values(at, m.path, { ...read, contentFormat: FORMAT.LWM2M_TLV }, 'read', sink);
};
