/** DLMS/COSEM in the common vocabulary: attributes by OBIS code, methods, associations, what a meter says about itself. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Attribute, ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { APDU, isCiphered } from './apdu.ts';
import type { DlmsData } from './data.ts';
import type { Descriptor, DlmsMessage, DlmsState } from './message.ts';

const MAX_SAID = 64;
/** Values told of one attribute that is an array or a structure. */
const MAX_VALUES = 64;

/** Interface classes (IEC 62056-6-2) that people ask for by name. */
// biome-ignore format: a table
const CLASSES: Readonly<Record<number, string>> = {
  1: 'data', 3: 'register', 4: 'extended register', 5: 'demand register', 6: 'register activation', 7: 'profile generic', 8: 'clock', 9: 'script table', 10: 'schedule',
  11: 'special days table', 15: 'association', 17: 'SAP assignment', 18: 'image transfer', 19: 'IEC local port setup', 20: 'activity calendar', 21: 'register monitor',
  22: 'single action schedule', 23: 'IEC HDLC setup', 40: 'push setup', 41: 'TCP-UDP setup', 42: 'IPv4 setup', 64: 'security setup', 70: 'disconnect control', 71: 'limiter',
};
const objectOf = (d: Descriptor): string =>
  d.classId === 0 ? d.obis : `${objectOfClass(d)} ${d.service === 'action' ? 'method' : 'attribute'} ${d.index}`;
const objectOfClass = (d: Descriptor): string => `${CLASSES[d.classId] ?? `class ${d.classId}`} ${d.obis}`;

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

/** Port 1 is the management logical device: the meter itself. Behind a gateway each meter has a lower HDLC address. */
const targetOf = (server: EndpointId, m: DlmsMessage, answered: boolean, sink: ObservationSink): EndpointId => {
  const port = m.response ? m.source : m.destination;
  // 0, 1, 16 and beyond are kept for nobody, the client's own and everybody (IEC 62056-46, 6.4.2.3).
  const meter =
    m.physical > 16 && m.physical !== 0x7f && m.physical !== 0x3fff
      ? sink.child(server, 'other', `DLMS meter ${m.physical}`, answered)
      : server;
  return port <= 1 ? meter : sink.child(meter, 'other', `DLMS logical device ${port}`, answered);
};

/** An attribute that is a number or a text is one value; of arrays and structures the elements are. */
const tell = (
  t: Transaction<DlmsMessage>,
  target: EndpointId,
  path: string,
  data: DlmsData,
  access: 'read' | 'write',
  sink: ObservationSink,
): void => {
  let left = MAX_VALUES;
  const walk = (x: DlmsData, at: string): void => {
    if (left <= 0 || x.type === 'null-data' || x.type === 'data-access-error' || x.value === '(masked)') return;
    if (x.items === undefined) {
      left--;
      sink.value(t.at, { target, path: at, type: x.type, value: x.value, access });
      return;
    }
    for (const [i, item] of x.items.entries()) walk(item, `${at}[${i}]`);
  };
  walk(data, path);
};

/** Rows of a profile and logs are what was, not what is: they stand in the message and are no values of now. */
const isHistory = (d: Descriptor): boolean => d.classId === 7 && d.index === 2;

/** What a meter says about itself; told once. */
const tellFact = (
  t: Transaction<DlmsMessage>,
  endpoint: EndpointId,
  d: Descriptor,
  data: DlmsData,
  sink: ObservationSink,
  state: DlmsState,
): void => {
  const attribute = d.index === 2 && data.items === undefined ? FACTS[d.obis] : undefined;
  if (attribute !== undefined) once(t, endpoint, attribute, String(data.value).trim(), `COSEM ${d.obis}`, sink, state);
};
const once = (
  t: Transaction<DlmsMessage>,
  endpoint: EndpointId,
  attribute: Attribute,
  value: string,
  via: string,
  sink: ObservationSink,
  state: DlmsState,
): void => {
  const key = `${endpoint} ${via} ${value}`;
  if (value === '' || state.said.has(key)) return;
  if (state.said.size < MAX_SAID) state.said.add(key);
  sink.identity(t.at, { endpoint, attribute, value, confidence: 1, via });
};

/** The first three octets of a system title are the letters that the DLMS user association gave the manufacturer. */
const tellTitle = (
  t: Transaction<DlmsMessage>,
  endpoint: EndpointId,
  title: string,
  sink: ObservationSink,
  state: DlmsState,
): void => {
  const letters = String.fromCharCode(...[0, 2, 4].map((i) => Number.parseInt(title.slice(i, i + 2), 16)));
  if (title.length === 16 && /^[A-Z]{3}$/.test(letters))
    once(t, endpoint, 'vendor', letters, 'DLMS system title', sink, state);
};

const RESULT = (code: number): string => RESULTS[code] ?? `result ${code}`;
/** Why it failed; undefined where it did not. */
const refusal = (m: DlmsMessage | undefined): string | undefined => {
  if (m === undefined) return undefined;
  if (m.tag === APDU.EXCEPTION || m.tag === APDU.SERVICE_ERROR) return m.error;
  if (m.tag === APDU.AARE) return m.result > 0 ? m.error || `result ${m.result}` : undefined;
  return m.result > 0 ? RESULT(m.result) : undefined;
};

const session = (t: Transaction<DlmsMessage>, m: DlmsMessage, sink: ObservationSink, state: DlmsState): boolean => {
  const { request, response, at } = t;
  const why = refusal(response);
  const outcome = outcomeOf(t, why !== undefined || response?.type === 'HDLC DM' || response?.type === 'HDLC FRMR');
  if (m.tag === APDU.AARQ || m.tag === APDU.AARE) {
    const mechanism = request?.mechanism ?? -1;
    const secured = (request?.applicationContext ?? response?.applicationContext ?? 0) >= 3 ? ', ciphered' : '';
    const user = (request?.userId ?? -1) >= 0 ? ` user ${request!.userId}` : '';
    const detail = `client ${request?.source ?? m.destination}${user}, ${MECHANISMS[mechanism < 0 ? 0 : mechanism] ?? `mechanism ${mechanism}`}${secured}${why === undefined ? '' : `: ${why}`}`;
    sink.session(at, { phase: 'open', outcome, detail, ...(mechanism === 1 ? { clearCredential: true } : {}) });
    if (response !== undefined && response.systemTitle !== '')
      tellTitle(t, targetOf(at.server, response, true, sink), response.systemTitle, sink, state);
    return true;
  }
  if (m.tag === APDU.RLRQ || m.tag === APDU.RLRE || m.type === 'HDLC DISC') {
    sink.session(at, { phase: 'close', outcome });
    return true;
  }
  // The link in front of the association is not a session of its own.
  return m.tag < 0;
};

/** What a meter says unasked: who sends it is the meter, whoever opened the connection. */
const notified = (t: Transaction<DlmsMessage>, m: DlmsMessage, sink: ObservationSink, state: DlmsState): void => {
  const target = t.at.sender;
  if (m.tag === APDU.UNCONFIRMED_WRITE) {
    request(t, m, undefined, sink, state);
    return;
  }
  m.data.forEach((data, i) => {
    const d = m.descriptors[i];
    tell(t, target, d === undefined ? 'push' : objectOf(d), data, 'read', sink);
  });
};

const request = (
  t: Transaction<DlmsMessage>,
  asked: DlmsMessage,
  response: DlmsMessage | undefined,
  sink: ObservationSink,
  state: DlmsState,
): void => {
  const { at } = t;
  const target = targetOf(at.server, asked, response !== undefined, sink);
  const common = refusal(response);
  // A service in blocks is told with its first; its values come with the last block.
  const goesOn = asked.block !== undefined && asked.block.number > 1;
  asked.descriptors.forEach((d, i) => {
    const own = response?.results[i];
    const reason = own === undefined ? common : own > 0 ? RESULT(own) : undefined;
    const outcome = outcomeOf(t, reason !== undefined);
    const object = objectOf(d);
    const why = reason === undefined ? {} : { reason };
    if (d.service === 'get') {
      if (!goesOn && !(asked.tag === APDU.GET && asked.choice === 2))
        sink.command(at, { verb: 'read', operation: 'Get', target, object, outcome, native: asked, ...why });
      const data = response?.data[i];
      if (data === undefined || reason !== undefined) return;
      if (!isHistory(d)) tell(t, target, object, data, 'read', sink);
      tellFact(t, target, d, data, sink, state);
      return;
    }
    const data = asked.data[i];
    if (d.service === 'action') {
      const [operation, verb] = methodOf(d);
      if (!goesOn) sink.command(at, { verb, operation, target, object, outcome, native: asked, ...why });
      return;
    }
    const value = data === undefined || data.items !== undefined ? {} : { value: data.value };
    if (!goesOn)
      sink.command(at, {
        verb: isConfiguration(d) ? 'configure' : 'write',
        operation: 'Set',
        target,
        object,
        outcome,
        native: asked,
        ...value,
        ...why,
      });
    if (data !== undefined && outcome === 'accepted') tell(t, target, object, data, 'write', sink);
  });
};

export const observeDlms = (t: Transaction<DlmsMessage>, sink: ObservationSink, state: DlmsState): void => {
  const { request: asked, response, at } = t;
  const m = asked ?? response;
  if (m === undefined || session(t, m, sink, state)) return;
  if (t.state === 'single') {
    notified(t, m, sink, state);
    return;
  }
  if (isCiphered(m.tag)) {
    const target = targetOf(at.server, m, response !== undefined, sink);
    const outcome = outcomeOf(t, refusal(response) !== undefined);
    sink.command(at, { verb: 'invoke', operation: 'Ciphered service', target, object: m.type, outcome, native: m });
    return;
  }
  if (asked !== undefined) request(t, asked, response, sink, state);
};
