/** KNXnet/IP in the common vocabulary: group values, commands to devices on the line, descriptions, tunnels. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink, Outcome, Value, Verb } from '../../core/observation.ts';
import type { Cemi } from './cemi.ts';
import { type KnxMessage, SERVICE } from './wire.ts';

export interface KnxState {
  readonly said: Set<string>;
}
const MAX_SAID = 256;

/** Application services (03_03_07, table 1). */
// biome-ignore format: a table
const SERVICES: Readonly<Record<number, readonly [string, Verb]>> = {
  0: ['Group Value Read', 'read'], 64: ['Group Value Response', 'read'], 128: ['Group Value Write', 'write'], 192: ['Individual Address Write', 'configure'],
  256: ['Individual Address Read', 'discover'], 320: ['Individual Address Response', 'discover'], 384: ['ADC Read', 'read'], 448: ['ADC Response', 'read'],
  512: ['Memory Read', 'program-upload'], 576: ['Memory Response', 'program-upload'], 640: ['Memory Write', 'program-download'], 704: ['User Memory Read', 'program-upload'],
  706: ['User Memory Write', 'program-download'], 768: ['Device Descriptor Read', 'discover'], 832: ['Device Descriptor Response', 'discover'], 896: ['Restart', 'restart'],
  897: ['Master Reset', 'restart'], 977: ['Authorize Request', 'authenticate'], 979: ['Key Write', 'configure'], 981: ['Property Value Read', 'read'],
  982: ['Property Value Response', 'read'], 983: ['Property Value Write', 'configure'], 984: ['Property Description Read', 'read'], 705: ['User Memory Response', 'program-upload'],
  993: ['Individual Address Serial Number Write', 'configure'], 1009: ['Secure Service', 'invoke'],
};
const MANUFACTURERS: Readonly<Record<number, string>> = {
  1: 'Siemens', 2: 'ABB', 4: 'Albrecht Jung', 5: 'Bticino', 6: 'Berker', 7: 'Busch-Jaeger', 8: 'Gira', 9: 'Hager', 12: 'Legrand', 83: 'MDT', 197: 'Weinzierl',
}; // biome-ignore format: a table
const CONNECTIONS: Readonly<Record<number, string>> = {
  3: 'device management',
  4: 'tunnelling',
  6: 'remote logging',
  7: 'remote configuration',
  8: 'object server',
};
const STATUS: Readonly<Record<number, string>> = {
  33: 'connection id unknown (33)', 34: 'connection type not supported (34)', 35: 'connection option not supported (35)', 36: 'no more connections (36)', 37: 'no more unique connections (37)',
  38: 'data connection error (38)', 39: 'KNX connection error (39)', 40: 'authorisation error (40)', 41: 'tunnelling layer not supported (41)',
}; // biome-ignore format: a table
const statusText = (n: number): string => STATUS[n] ?? `status ${n}`;

const REQUEST = 0x11;
const INDICATION = 0x29;
const GROUP_RESPONSE = 0x040;
const GROUP_WRITE = 0x080;

/** Types of group objects are not on the wire: small values as they are, others as numbers of their octets or text. */
const valueOfGroup = (c: Cemi): readonly [Value, string] | undefined => {
  if (c.small >= 0) return [c.small, 'up to 6 bits'];
  const d = c.data;
  if (d.length === 1) return [d[0]!, 'octet'];
  if (d.length === 2) return [(d[0]! << 8) | d[1]!, '2 octets'];
  if (d.length === 0) return undefined;
  return [Array.from(d.subarray(0, 16), (x) => x.toString(16).padStart(2, '0')).join(''), `${d.length} octets`];
};

const observeCemi = (
  t: Transaction<KnxMessage>,
  c: Cemi,
  gateway: EndpointId,
  outcome: Outcome,
  sink: ObservationSink,
): void => {
  const at = t.at;
  if (c.code === 0xf1) {
    sink.command(at, {
      verb: 'restart',
      operation: 'Reset (cEMI)',
      target: gateway,
      object: 'KNXnet/IP device',
      outcome,
      native: c,
    });
    return;
  }
  if (c.code === 0xf6 || c.code === 0xfc) {
    const { property: p } = c;
    const object = p === undefined ? 'property' : `object ${p.object} instance ${p.instance} property ${p.id}`;
    const write = c.code === 0xf6;
    sink.command(at, {
      verb: write ? 'configure' : 'read',
      operation: write ? 'Property Write (cEMI)' : 'Property Read (cEMI)',
      target: gateway,
      object,
      outcome,
      native: c,
    });
    return;
  }
  // A confirmation repeats what was asked for.
  if ((c.code !== REQUEST && c.code !== INDICATION) || c.service < 0) return;
  const known = SERVICES[c.service];
  if (known === undefined) return;
  const [operation, verb] = known;
  if (c.group) {
    const path = `group ${c.destination}`;
    const value = c.service === GROUP_RESPONSE || c.service === GROUP_WRITE ? valueOfGroup(c) : undefined;
    if (c.service !== GROUP_RESPONSE)
      sink.command(at, {
        verb,
        operation,
        target: gateway,
        object: path,
        outcome,
        native: c,
        value: value === undefined ? undefined : value[0],
      });
    if (value !== undefined && outcome !== 'refused')
      sink.value(at, {
        target: gateway,
        path,
        type: value[1],
        value: value[0],
        access: c.service === GROUP_WRITE ? 'write' : 'read',
      });
    return;
  }
  // Answers tell nothing new of the request.
  if (
    c.service === 0x140 ||
    c.service === 0x2c1 ||
    c.service === 0x1c0 ||
    c.service === 0x240 ||
    c.service === 0x340 ||
    c.service === 0x3d6
  ) {
    sink.child(gateway, 'other', `KNX ${c.source}`, true);
    return;
  }
  const target = c.destination === '0.0.0' ? gateway : sink.child(gateway, 'other', `KNX ${c.destination}`, false);
  const { property: p } = c;
  const what =
    p !== undefined
      ? ` object ${p.object} property ${p.id}`
      : c.memory >= 0
        ? ` memory 0x${c.memory.toString(16).toUpperCase().padStart(4, '0')}, ${c.memoryOctets} octets`
        : '';
  sink.command(at, { verb, operation, target, object: `device ${c.destination}${what}`, outcome, native: c });
};

export const observeKnx = (t: Transaction<KnxMessage>, sink: ObservationSink, state: KnxState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  const device = t.response?.device ?? t.request?.device;
  if (device !== undefined) {
    const endpoint = at.sender;
    const via = 'KNXnet/IP device information';
    const key = `${endpoint} ${device.serial} ${device.name} ${device.address}`;
    if (!state.said.has(key)) {
      if (state.said.size < MAX_SAID) state.said.add(key);
      const vendor = MANUFACTURERS[device.manufacturer];
      if (vendor !== undefined)
        sink.identity(at, { endpoint, attribute: 'vendor', value: vendor, confidence: 0.9, via });
      if (device.name !== '')
        sink.identity(at, { endpoint, attribute: 'station-name', value: device.name, confidence: 1, via });
      sink.identity(at, { endpoint, attribute: 'serial', value: device.serial, confidence: 1, via });
      sink.identity(at, { endpoint, attribute: 'device-type', value: 'KNXnet/IP device', confidence: 1, via });
      sink.identity(at, { endpoint, attribute: 'plant-id', value: `KNX ${device.address}`, confidence: 1, via });
      if (device.programmingMode)
        sink.identity(at, { endpoint, attribute: 'mode', value: 'programming mode', confidence: 1, via });
    }
  }
  switch (m.service) {
    case SERVICE.SEARCH_REQUEST:
    case SERVICE.SEARCH_REQUEST_EXTENDED:
    case SERVICE.DESCRIPTION_REQUEST: {
      const outcome = m.service === SERVICE.DESCRIPTION_REQUEST ? outcomeOf(t, false) : 'unconfirmed';
      sink.command(at, {
        verb: 'discover',
        operation: m.type,
        target: at.server,
        object: 'KNXnet/IP devices',
        outcome,
        native: m,
      });
      return;
    }
    case SERVICE.CONNECT_REQUEST: {
      const status = t.response?.status ?? 0;
      const kind = CONNECTIONS[m.connectionType] ?? `connection type ${m.connectionType}`;
      const refused = status !== 0;
      sink.session(at, {
        phase: 'open',
        outcome: outcomeOf(t, refused),
        detail: refused ? `${kind}: ${statusText(status)}` : kind,
      });
      return;
    }
    case SERVICE.DISCONNECT_REQUEST:
      sink.session(at, { phase: 'close', outcome: outcomeOf(t, false) });
      return;
    case SERVICE.TUNNELLING_REQUEST:
    case SERVICE.CONFIGURATION_REQUEST:
      if (m.cemi !== undefined) observeCemi(t, m.cemi, at.server, outcomeOf(t, (t.response?.status ?? 0) !== 0), sink);
      return;
    case SERVICE.ROUTING_INDICATION:
      if (m.cemi !== undefined) observeCemi(t, m.cemi, at.receiver, 'unconfirmed', sink);
      return;
  }
};
