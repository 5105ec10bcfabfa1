/**
 * Ethernet POWERLINK on EtherType 0x88ab: who the nodes are, their NMT states and commands, and access to objects. Process
 * data has a layout that only the project knows.
 */
import { type Decoder, type FieldCodes, outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { hex, u16le, u32le } from '../../lib/bytes.ts';
import { ETHERTYPE, FRAME, type PowerlinkMessage, readPowerlink, type Sdo, SERVICE } from './wire.ts';

export type { PowerlinkMessage } from './wire.ts';

/** Nodes whose state is remembered; at the limit the memory is emptied and states are said again. */
const MAX_NODES = 1024;
const MANAGING_NODE = 240;
/** Registered with IANA: SDO over UDP (6.3.2.2). */
const SDO_PORT = 3819;

/** NMT states of controlled and managing nodes (7.1.2). */
const STATES: Readonly<Record<number, string>> = {
  0: 'OFF',
  25: 'INITIALISING',
  28: 'NOT_ACTIVE',
  29: 'PRE_OPERATIONAL_1',
  30: 'BASIC_ETHERNET',
  41: 'RESET_APPLICATION',
  57: 'RESET_COMMUNICATION',
  77: 'STOPPED',
  93: 'PRE_OPERATIONAL_2',
  109: 'READY_TO_OPERATE',
  121: 'RESET_CONFIGURATION',
  253: 'OPERATIONAL',
};
/** NMT commands (7.3.1.2.1): those that change the state of a node, or reset it. */
const COMMANDS: Readonly<Record<number, readonly [verb: Verb, name: string]>> = {
  33: ['mode-change', 'NMT Start Node'],
  34: ['mode-change', 'NMT Stop Node'],
  35: ['mode-change', 'NMT Enter Pre-Operational 2'],
  36: ['mode-change', 'NMT Enable Ready To Operate'],
  40: ['restart', 'NMT Reset Node'],
  41: ['restart', 'NMT Reset Communication'],
  42: ['restart', 'NMT Reset Configuration'],
  43: ['restart', 'NMT Software Reset'],
  65: ['mode-change', 'NMT Start Node Extended'],
  66: ['mode-change', 'NMT Stop Node Extended'],
  67: ['mode-change', 'NMT Enter Pre-Operational 2 Extended'],
  68: ['mode-change', 'NMT Enable Ready To Operate Extended'],
  98: ['configure', 'NMT Net Host Name Set'],
};
/** Services of ASnd, and what SoA invites to (7.3.3.1.1). */
const SERVICES: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'IdentRequest, IdentResponse',
  2: 'StatusRequest, StatusResponse',
  3: 'NMTRequest',
  4: 'NMTCommand',
  5: 'SDO',
  6: 'SyncRequest, SyncResponse',
  255: 'UnspecifiedInvite',
};
const SDO_COMMANDS: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'Write by Index',
  2: 'Read by Index',
  3: 'Write All by Index',
  4: 'Read All by Index',
  5: 'Write by Name',
  6: 'Read by Name',
  32: 'File Write',
  33: 'File Read',
  49: 'Write Multiple Parameter by Index',
  50: 'Read Multiple Parameter by Index',
  112: 'Maximum Segment Size',
};
const powerlinkCodes: FieldCodes = {
  '.state': (code) => STATES[code],
  '.service': (code) => SERVICES[code],
  '.nmtCommand': (code) => COMMANDS[code]?.[1],
  'sdo.command': (code) => SDO_COMMANDS[code],
};

interface PowerlinkState {
  /** By sender: NMT state that was said last, -2 when only the node was. */
  readonly nodes: Map<number, number>;
}

const hex4 = (n: number): string => `0x${n.toString(16).padStart(4, '0')}`;
const hex8 = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
const valueOfSdo = (s: Sdo): number | string => {
  if (s.size > s.data.length) return `${s.size} octets`;
  if (s.data.length === 1) return s.data[0]!;
  if (s.data.length === 2) return u16le(s.data, 0);
  return s.data.length === 4 ? u32le(s.data, 0) : hex(s.data);
};

const state = (
  t: Transaction<PowerlinkMessage>,
  sink: ObservationSink,
  m: PowerlinkMessage,
  s: PowerlinkState,
): void => {
  const said = s.nodes.get(t.at.sender);
  if (said === m.state || (said !== undefined && m.state < 0)) return;
  if (said === undefined) {
    if (s.nodes.size >= MAX_NODES) s.nodes.clear();
    const via = 'POWERLINK';
    sink.name(t.at, { endpoint: t.at.sender, kind: 'other', name: `POWERLINK node ${m.source}`, via });
    if (m.source === MANAGING_NODE)
      sink.identity(t.at, { endpoint: t.at.sender, attribute: 'role', value: 'plc', confidence: 0.7, via });
  }
  s.nodes.set(t.at.sender, m.state < 0 ? -2 : m.state);
  const text = STATES[m.state];
  if (text !== undefined)
    sink.identity(t.at, {
      endpoint: t.at.sender,
      attribute: 'mode',
      value: text,
      confidence: 0.9,
      via: 'POWERLINK NMT state',
    });
};

const sdo = (t: Transaction<PowerlinkMessage>, sink: ObservationSink): void => {
  const asked = t.request?.sdo;
  const answer = t.response?.sdo;
  const of = asked ?? answer;
  if (of === undefined || (of.command !== 1 && of.command !== 2)) return;
  const isWrite = of.command === 1;
  const refused = answer?.isAbort === true;
  const outcome = outcomeOf(t, refused);
  const object =
    asked === undefined || asked.index < 0
      ? undefined
      : `${hex4(asked.index)}:${asked.subindex.toString(16).padStart(2, '0')}`;
  const data = isWrite ? asked : answer;
  const value = data === undefined || data.data.length === 0 ? undefined : valueOfSdo(data);
  sink.command(t.at, {
    verb: isWrite ? ((asked?.index ?? 0) >= 0x6000 ? 'write' : 'configure') : 'read',
    operation: isWrite ? 'SDO Write by Index' : 'SDO Read by Index',
    target: t.at.server,
    object,
    value: isWrite && value !== undefined ? value : undefined,
    outcome,
    reason: refused ? `aborted (${hex8(answer!.abortCode)})` : undefined,
    native: of,
  });
  if (object !== undefined && value !== undefined && !refused && (!isWrite || outcome === 'accepted'))
    sink.value(t.at, { target: t.at.server, path: object, type: 'SDO', value, access: isWrite ? 'write' : 'read' });
};

const observe = (t: Transaction<PowerlinkMessage>, sink: ObservationSink, s: PowerlinkState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  if (m.service === SERVICE.SDO && m.kind === FRAME.ASND) {
    sdo(t, sink);
    return;
  }
  state(t, sink, m, s);
  if (m.ident !== undefined) {
    const { ident } = m;
    const via = 'POWERLINK IdentResponse';
    const endpoint = t.at.sender;
    const say = (
      attribute: 'vendor' | 'order-number' | 'hardware' | 'serial' | 'hostname' | 'netmask',
      value: string,
    ) => sink.identity(t.at, { endpoint, attribute, value, confidence: 1, via });
    say('vendor', `CANopen vendor ${hex8(ident.vendorId)}`);
    say('order-number', `product code ${hex8(ident.productCode)}`);
    say('hardware', `revision ${hex8(ident.revision)}`);
    if (ident.serial !== 0) say('serial', String(ident.serial));
    if (ident.hostName !== '') say('hostname', ident.hostName);
    if (ident.ip !== '0.0.0.0') {
      sink.name(t.at, { endpoint, kind: 'ip', name: ident.ip, via });
      say('netmask', ident.netmask);
    }
  }
  const command = COMMANDS[m.nmtCommand];
  // A node may ask the managing node to send a command to another (7.3.6).
  const asked = m.service === SERVICE.NMT_REQUEST;
  const node = asked ? m.target : m.destination;
  if (command !== undefined)
    sink.command(t.at, {
      verb: command[0],
      operation: asked ? `NMT Request: ${command[1]}` : command[1],
      target: t.at.receiver,
      object: node === 255 ? 'all nodes' : `node ${node}`,
      outcome: 'unconfirmed',
      native: m,
    });
};

export const powerlink: Decoder<PowerlinkMessage, PowerlinkState> = {
  name: 'powerlink',
  title: 'Ethernet POWERLINK',
  family: 'ot',
  attach: [
    { over: 'ethertype', types: [ETHERTYPE] },
    { over: 'udp', ports: [SDO_PORT] },
  ],
  probe: (b, start, end, context) => {
    const kind = b[start]! & 0x7f;
    if (context.carrier === 'udp') {
      const isSdo = end - start >= 8 && b[start] === FRAME.ASND && b[start + 3] === SERVICE.SDO;
      return isSdo && b[start + 6] === 0 && b[start + 7] === 0 ? 'maybe' : 'no';
    }
    return end - start >= 4 && ((kind >= 1 && kind <= 7) || kind === 0x0d) ? 'sure' : 'no';
  },
  open: () => ({ nodes: new Map() }),
  decode(b, start, end) {
    const message = readPowerlink(b, start, end);
    if (message === undefined)
      return { kind: 'malformed', code: 'powerlink.short', detail: `${end - start} octets`, consumed: end - start };
    return { kind: 'message', message, consumed: end - start };
  },
  pairing: {
    scope: 'segment',
    role: (m) => (m.sdo === undefined || m.sdo.command === 0 ? 'single' : m.sdo.isResponse ? 'response' : 'request'),
    key: (m) => {
      const sdoPart = m.sdo;
      if (sdoPart === undefined) return 0;
      const [a, b] = sdoPart.isResponse ? [m.destination, m.source] : [m.source, m.destination];
      return a * 65536 + b * 256 + sdoPart.transaction;
    },
  },
  observe,
  codes: powerlinkCodes,
  cyclic: true,
};
