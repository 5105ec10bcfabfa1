/**
 * What SNMP says: devices describe themselves (SNMPv2-MIB, RFC 3418; ENTITY-MIB, RFC 6933; engine ids, RFC 3411 section
 * 5), and who reads from or writes to them with which kind of credential.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { At, Attribute, ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import type { SnmpState } from './index.ts';
import { type Binding, errorName, type SnmpMessage } from './wire.ts';

const SYSTEM = '1.3.6.1.2.1.1.';
const ENTITY = '1.3.6.1.2.1.47.1.1.1.1.';
const ENTERPRISES = '1.3.6.1.4.1.';

const SYSTEM_FACT = tableOf<readonly [Attribute, string]>({
  '1.0': ['description', 'sysDescr'],
  '4.0': ['contact', 'sysContact'],
  '5.0': ['hostname', 'sysName'],
  '6.0': ['location', 'sysLocation'],
});
const SYSTEM_NAME = tableOf<string>({
  '1': 'sysDescr',
  '2': 'sysObjectID',
  '3': 'sysUpTime',
  '4': 'sysContact',
  '5': 'sysName',
  '6': 'sysLocation',
  '7': 'sysServices',
});
/** Columns of entPhysicalTable. */
const ENTITY_COLUMN = tableOf<'model' | 'vendor' | 'serial' | 'firmware' | 'software' | 'hardware'>({
  '8': 'hardware',
  '9': 'firmware',
  '10': 'software',
  '11': 'serial',
  '12': 'vendor',
  '13': 'model',
});
/** IANA Private Enterprise Numbers of the vendors that plants have. */
const ENTERPRISE = tableOf<string>({
  '2': 'IBM', '9': 'Cisco', '11': 'Hewlett-Packard', '43': '3Com', '95': 'Rockwell Automation', '171': 'D-Link', '232': 'Compaq',
  '248': 'Hirschmann', '253': 'Xerox', '311': 'Microsoft', '318': 'APC', '367': 'Ricoh', '476': 'Vertiv', '534': 'Eaton',
  '641': 'Lexmark', '674': 'Dell', '890': 'Zyxel', '1347': 'Kyocera', '1602': 'Canon', '1916': 'Extreme Networks',
  '2011': 'Huawei', '2435': 'Brother', '2636': 'Juniper', '3833': 'Schneider Electric', '4196': 'Siemens', '4329': 'Siemens',
  '4346': 'Phoenix Contact', '4526': 'Netgear', '5624': 'Enterasys', '6876': 'VMware', '8691': 'Moxa', '12356': 'Fortinet',
  '13576': 'WAGO', '14823': 'Aruba', '14988': 'MikroTik', '15004': 'RuggedCom', '16177': 'Westermo', '25461': 'Palo Alto Networks',
  '25506': 'H3C', '41112': 'Ubiquiti',
}); // biome-ignore format: a table

/** Short name of the objects that everybody knows, the dotted text of all others. */
export const objectName = (oid: string): string => {
  if (!oid.startsWith(SYSTEM)) return oid;
  const [column, ...index] = oid.slice(SYSTEM.length).split('.');
  const name = SYSTEM_NAME[column ?? ''];
  return name ? [name, ...index].join('.') : oid;
};

const systemFact = (at: At, sink: ObservationSink, state: SnmpState, binding: Binding): void => {
  const endpoint = at.sender;
  const say = (attribute: Attribute, value: string, confidence: number, via: string): void => {
    const key = `${attribute} ${value}`;
    if (state.said.has(key) || state.said.size >= 64) return;
    state.said.add(key);
    sink.identity(at, { endpoint, attribute, value, confidence, via });
  };
  const rest = binding.oid.slice(SYSTEM.length);
  const value = String(binding.value).trim();
  if (value === '') return;
  if (rest === '2.0' && binding.type === 'OBJECT IDENTIFIER' && value.startsWith(ENTERPRISES)) {
    const vendor = ENTERPRISE[value.slice(ENTERPRISES.length).split('.')[0] ?? ''];
    if (vendor) say('vendor', vendor, 0.8, 'SNMP sysObjectID');
    return;
  }
  const fact = SYSTEM_FACT[rest];
  if (!fact || binding.type !== 'OCTET STRING') return;
  say(fact[0], value, 0.95, `SNMP ${fact[1]}`);
  if (rest === '5.0' && !state.said.has(`name ${value}`)) {
    state.said.add(`name ${value}`);
    sink.name(at, { endpoint, kind: 'other', name: value, via: 'SNMP sysName' });
  }
};

/** Rows of entPhysicalTable in one response; entity 1 is the device itself in most agents. */
const entityFacts = (at: At, sink: ObservationSink, bindings: readonly Binding[]): void => {
  const rows = new Map<
    string,
    Partial<Record<'model' | 'vendor' | 'serial' | 'firmware' | 'software' | 'hardware', string>>
  >();
  for (const b of bindings) {
    if (!b.oid.startsWith(ENTITY) || b.type !== 'OCTET STRING') continue;
    const [column, index] = b.oid.slice(ENTITY.length).split('.');
    const attribute = ENTITY_COLUMN[column ?? ''];
    const value = String(b.value).trim();
    if (!attribute || index === undefined || value === '') continue;
    const row = rows.get(index) ?? {};
    row[attribute] = value;
    rows.set(index, row);
  }
  for (const [index, row] of rows) {
    if (index === '1')
      for (const [attribute, value] of Object.entries(row))
        sink.identity(at, {
          endpoint: at.sender,
          attribute: attribute as Attribute,
          value,
          confidence: 0.9,
          via: 'SNMP ENTITY-MIB',
        });
    else if (row.model || row.serial)
      sink.module(at, {
        endpoint: at.sender,
        slot: `entity ${index}`,
        ...(row.vendor ? { vendor: row.vendor } : {}),
        ...(row.model ? { model: row.model } : {}),
        ...(row.serial ? { serial: row.serial } : {}),
        ...(row.firmware ? { firmware: row.firmware } : {}),
        present: true,
        via: 'SNMP ENTITY-MIB',
      });
  }
};

/** RFC 3411 section 5: enterprise number, then a format octet; 1 is an IPv4 address, 3 a MAC address, 4 text. */
const engineFacts = (at: At, sink: ObservationSink, state: SnmpState, engineId: string): void => {
  if (engineId.length < 10 || state.said.has(engineId) || (Number.parseInt(engineId.slice(0, 2), 16) & 0x80) === 0)
    return;
  state.said.add(engineId);
  const endpoint = at.server;
  const enterprise = Number.parseInt(engineId.slice(0, 8), 16) & 0x7fffffff;
  const vendor = ENTERPRISE[String(enterprise)];
  if (vendor)
    sink.identity(at, { endpoint, attribute: 'vendor', value: vendor, confidence: 0.7, via: 'SNMP engine id' });
  if (engineId.slice(8, 10) === '03' && engineId.length === 22)
    sink.name(at, {
      endpoint,
      kind: 'mac',
      name: engineId.slice(10).replace(/..(?=.)/g, '$&:'),
      via: 'SNMP engine id',
    });
};

/** USM counters in a report (RFC 3414 section 5) say why a message was refused. */
const USM = tableOf<string>({
  '1': 'unsupported security level',
  '2': 'not in time window',
  '3': 'unknown user name',
  '4': 'unknown engine id',
  '5': 'wrong digest',
  '6': 'decryption error',
});
const reportReason = (m: SnmpMessage): string => {
  const oid = m.bindings[0]?.oid ?? '';
  return oid.startsWith('1.3.6.1.6.3.15.1.1.') ? (USM[oid.slice(19).split('.')[0] ?? ''] ?? 'report') : 'report';
};

const VERB = tableOf<Verb>({ get: 'read', 'get-next': 'read', 'get-bulk': 'read', set: 'write' });
const OPERATION = tableOf<string>({
  get: 'SNMP Get',
  'get-next': 'SNMP GetNext',
  'get-bulk': 'SNMP GetBulk',
  set: 'SNMP Set',
});

const credential = (
  transaction: Transaction<SnmpMessage>,
  m: SnmpMessage,
  sink: ObservationSink,
  state: SnmpState,
): void => {
  const { response, at } = transaction;
  const report = response?.pdu === 'report';
  // A first message without user only asks for the engine id (RFC 3414 section 4).
  if (m.version === 3 && m.user === '') return;
  const reason = report ? reportReason(response) : '';
  // Both are part of how a session begins: the sender sets its clock and tries again.
  if (reason === 'not in time window' || reason === 'unknown engine id') return;
  const key = `login ${m.user} ${reason} ${transaction.state}`;
  if (state.said.has(key)) return;
  state.said.add(key);
  const refused = report || response?.errorStatus === 16;
  sink.session(at, {
    phase: 'authenticate',
    outcome: m.version !== 3 && transaction.state === 'single' ? 'unconfirmed' : outcomeOf(transaction, refused),
    ...(m.user === '' ? {} : { user: m.user }),
    ...(m.version === 3 ? {} : { clearCredential: true }),
    detail:
      m.version === 3
        ? `SNMPv3 ${m.encrypted ? 'authPriv' : m.authenticated ? 'authNoPriv' : 'noAuthNoPriv'}${reason === '' ? '' : `: ${reason}`}`
        : `SNMPv${m.version === 2 ? '2c' : '1'} ${m.defaultCommunity ? 'default ' : ''}community`,
  });
};

export const observeSnmp = (transaction: Transaction<SnmpMessage>, sink: ObservationSink, state: SnmpState): void => {
  const { request, response, at } = transaction;
  const either = request ?? response;
  if (!either) return;
  credential(transaction, either, sink, state);
  if (either.version === 3 && (response ?? either).engineId !== '' && either.pdu !== 'trap')
    engineFacts(at, sink, state, (response ?? either).engineId);
  const told =
    response ?? (either.pdu === 'trap' || either.pdu === 'trap-v1' || either.pdu === 'inform' ? either : undefined);
  if (told && told.pdu !== 'report') {
    let entity = false;
    for (const b of told.bindings) {
      if (b.oid.startsWith(SYSTEM)) systemFact(at, sink, state, b);
      else if (b.oid.startsWith(ENTITY)) entity = true;
    }
    if (entity) entityFacts(at, sink, told.bindings);
  }
  const verb = request && VERB[request.pdu];
  if (!request || !verb) return;
  const refused = response !== undefined && (response.pdu === 'report' || response.errorStatus !== 0);
  const reason = refused
    ? response.pdu === 'report'
      ? reportReason(response)
      : errorName(response.errorStatus)
    : undefined;
  // Each variable that is set is a command of its own; reading is said once with what it begins with.
  const last = verb === 'write' ? Math.min(16, request.bindings.length) : Math.min(1, request.bindings.length);
  for (let i = 0; i < last; i++) {
    const b = request.bindings[i]!;
    const more = verb === 'read' && request.bindings.length > 1 ? ` and ${request.bindings.length - 1} more` : '';
    sink.command(at, {
      verb,
      operation: OPERATION[request.pdu] ?? 'SNMP',
      target: at.server,
      object: `${objectName(b.oid)}${more}`,
      value: verb === 'write' && b.type !== 'NULL' ? b.value : undefined,
      outcome: outcomeOf(transaction, refused),
      reason,
      user: request.user === '' ? undefined : request.user,
    });
  }
};
