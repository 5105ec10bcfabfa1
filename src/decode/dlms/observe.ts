/** DLMS/COSEM in the common vocabulary: attributes by OBIS code, methods, associations, what a meter says about itself. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Attribute, ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { APDU, type Descriptor, type DlmsMessage, isCiphered } from './wire.ts';

export interface DlmsState {
  readonly said: Set<string>;
}
const MAX_SAID = 64;

/** Interface classes (IEC 62056-6-2) that people ask for by name. */
// biome-ignore format: a table
const CLASSES: Readonly<Record<number, string>> = {
  1: 'data', 3: 'register', 4: 'extended register', 5: 'demand register', 6: 'register activation', 7: 'profile generic', 8: 'clock', 9: 'script table', 10: 'schedule',
  11: 'special days table', 15: 'association', 17: 'SAP assignment', 18: 'image transfer', 19: 'IEC local port setup', 20: 'activity calendar', 21: 'register monitor',
  22: 'single action schedule', 23: 'IEC HDLC setup', 40: 'push setup', 41: 'TCP-UDP setup', 42: 'IPv4 setup', 64: 'security setup', 70: 'disconnect control', 71: 'limiter',
};
const objectOf = (d: Descriptor, word: string): string =>
  `${CLASSES[d.classId] ?? `class ${d.classId}`} ${d.obis} ${word} ${d.index}`;

/** Data access results (IEC 62056-5-3, 8.3). */
// biome-ignore format: a table
const RESULTS: Readonly<Record<number, string>> = {
  1: 'hardware fault (1)', 2: 'temporary failure (2)', 3: 'read-write denied (3)', 4: 'object undefined (4)', 9: 'object class inconsistent (9)', 11: 'object unavailable (11)',
  12: 'type unmatched (12)', 13: 'scope of access violated (13)', 14: 'data block unavailable (14)', 15: 'long get aborted (15)', 16: 'no long get in progress (16)',
  17: 'long set aborted (17)', 18: 'no long set in progress (18)', 19: 'data block number invalid (19)', 250: 'other reason (250)',
};

/** What a method does to the meter. */
const methodOf = (d: Descriptor): readonly [string, Verb] => {
  if (d.classId === 70)
    return d.index === 1
      ? ['Remote Disconnect', 'control']
      : d.index === 2
        ? ['Remote Reconnect', 'control']
        : ['Action', 'invoke'];
  if (d.classId === 18)
    return [
      ['', 'Image Transfer Initiate', 'Image Block Transfer', 'Image Verify', 'Image Activate'][d.index] ??
        'Image Transfer',
      'firmware-update',
    ];
  if (d.classId === 15)
    return d.index === 1 ? ['Reply To HLS Authentication', 'authenticate'] : ['Association Change', 'configure'];
  if (d.classId === 64) return ['Security Setup Change', 'configure'];
  if (d.classId === 8) return ['Clock Adjustment', 'configure'];
  if (d.classId === 7 && d.index === 1) return ['Profile Reset', 'delete'];
  return ['Action', 'invoke'];
};
/** Attributes that are configuration rather than process values. */
const isConfiguration = (d: Descriptor): boolean => d.classId >= 6 && d.classId !== 70;

const FACTS = tableOf<Attribute>({
  '0.0.96.1.0.255': 'serial', '0.0.42.0.0.255': 'station-name', '1.0.0.2.0.255': 'firmware', '0.0.96.1.1.255': 'plant-id', '1.0.0.0.0.255': 'serial',
}); // biome-ignore format: a table

const MECHANISMS = [
  'no authentication',
  'low-level password',
  'manufacturer-specific',
  'HLS with MD5',
  'HLS with SHA-1',
  'HLS with GMAC',
  'HLS with SHA-256',
  'HLS with ECDSA',
];

/** Port 1 is the management logical device: the meter itself. */
const targetOf = (server: EndpointId, port: number, answered: boolean, sink: ObservationSink): EndpointId =>
  port <= 1 ? server : sink.child(server, 'other', `DLMS logical device ${port}`, answered);

export const observeDlms = (t: Transaction<DlmsMessage>, sink: ObservationSink, state: DlmsState): void => {
  const { request, response, at } = t;
  const m = request ?? response;
  if (m === undefined) return;
  const target = targetOf(at.server, m.response ? m.source : m.destination, response !== undefined, sink);
  const failed = response !== undefined && (response.result > 0 || response.tag === APDU.EXCEPTION);
  const outcome = outcomeOf(t, failed);
  const reason = failed
    ? {
        reason:
          response.tag === APDU.EXCEPTION
            ? 'exception response'
            : (RESULTS[response.result] ?? `result ${response.result}`),
      }
    : {};
  if (m.tag === APDU.AARQ || m.tag === APDU.AARE) {
    const mechanism = request?.mechanism ?? -1;
    const detail = `client ${request?.source ?? m.destination}, ${MECHANISMS[mechanism < 0 ? 0 : mechanism] ?? `mechanism ${mechanism}`}`;
    sink.session(at, { phase: 'open', outcome, detail, ...(mechanism === 1 ? { clearCredential: true } : {}) });
    return;
  }
  if (m.tag === APDU.RLRQ || m.tag === APDU.RLRE) {
    sink.session(at, { phase: 'close', outcome });
    return;
  }
  if (isCiphered(m.tag)) {
    sink.command(at, { verb: 'invoke', operation: 'Ciphered service', target, object: m.type, outcome, native: m });
    return;
  }
  if (request === undefined) return;
  request.descriptors.forEach((d, i) => {
    if (request.tag === APDU.GET) {
      const object = objectOf(d, 'attribute');
      sink.command(at, { verb: 'read', operation: 'Get', target, object, outcome, native: request, ...reason });
      const data = response?.data[i];
      if (data === undefined || failed || data.type === 'data-access-error' || data.type === 'null-data') return;
      sink.value(at, { target, path: object, type: data.type, value: data.value, access: 'read' });
      const fact = d.index === 2 ? FACTS[d.obis] : undefined;
      const text = String(data.value).trim();
      const key = `${target} ${d.obis} ${text}`;
      if (fact === undefined || text === '' || state.said.has(key)) return;
      if (state.said.size < MAX_SAID) state.said.add(key);
      sink.identity(at, { endpoint: target, attribute: fact, value: text, confidence: 1, via: `COSEM ${d.obis}` });
    } else if (request.tag === APDU.SET) {
      const object = objectOf(d, 'attribute');
      const data = request.data[i];
      const value = data === undefined ? {} : { value: data.value };
      sink.command(at, {
        verb: isConfiguration(d) ? 'configure' : 'write',
        operation: 'Set',
        target,
        object,
        outcome,
        native: request,
        ...value,
        ...reason,
      });
      if (data !== undefined && outcome === 'accepted')
        sink.value(at, { target, path: object, type: data.type, value: data.value, access: 'write' });
    } else {
      const [operation, verb] = methodOf(d);
      sink.command(at, { verb, operation, target, object: objectOf(d, 'method'), outcome, native: request, ...reason });
    }
  });
};
