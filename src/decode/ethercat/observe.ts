/**
 * What EtherCAT says. Slaves have no network address of their own: they are children of the master, by station address or
 * position. Verbs: writing AL control is `mode-change`, registers of the set-up `configure`, the slave's EEPROM `configure`,
 * its reset `restart`; SDO upload `read`, download `write` (profile area) or `configure`; the object dictionary `discover`; a file
 * written is `firmware-update`, one read `program-upload`; an IP address set by EoE `configure`. Process data has a layout that only the engineering tool
 * knows; safety PDUs (FSoE) are found in it.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Attribute, Command, ObservationSink, Outcome, Verb } from '../../core/observation.ts';
import { hex, u16le, u32le } from '../../lib/bytes.ts';
import { isMailbox, MAX_TEXT, type Mail, readMail } from './mailbox.ts';
import {
  abortText,
  adsName,
  adsObject,
  fileErrorText,
  idnText,
  mailboxErrorText,
  objectName,
  valueOfData,
} from './mailbox-names.ts';
import { observeSafety, openSafety, type SafetyState } from './safety.ts';
import { CMD, type Datagram, type EcatMessage } from './wire.ts';

type Tx = Transaction<EcatMessage>;

/** Slaves of which something is remembered; at the limit the memory is emptied. */
export const MAX_SLAVES = 4096;

type Sdo = Extract<Mail, { kind: 'sdo' }>;

/** What is remembered of a slave until its answer. */
interface Slave {
  readonly endpoint: EndpointId;
  /** A request in its mailbox that waits for the response. */
  waiting: Mail | undefined;
  /** An object that comes in segments: what began it, with the octets so far. */
  segmented: Sdo | undefined;
  /** Its last segment was sent or asked for. */
  complete: boolean;
  alStatus: number;
  /** Word address in the slave's EEPROM that the master reads next. */
  eepromAddress: number;
  /** The file that was last asked for: errors do not name theirs. */
  file: Extract<Mail, { kind: 'file' }> | undefined;
  /** Objects as the slave itself calls them; at most MAX_NAMES. Absent until it does. */
  names: Map<number, string> | undefined;
  /** Frames through EoE that were told, by who speaks to whom; at most MAX_ETHERNET. */
  ethernet: Set<string> | undefined;
}
/** Names of objects remembered of one slave; further ones are not. */
const MAX_NAMES = 1024;
/** Conversations through one slave that are told once; further ones are not told. */
const MAX_ETHERNET = 64;
export interface EcatState {
  readonly slaves: Map<number, Slave>;
  /** Broadcast AL status that was said last. */
  broadcastStatus: number;
  readonly safety: SafetyState;
}
export const openEcat = (): EcatState => ({ slaves: new Map(), broadcastStatus: -1, safety: openSafety() });

/** AL states (ETG.1000.6 section 5.3). */
const AL: Readonly<Record<number, string>> = { 1: 'INIT', 2: 'PREOP', 3: 'BOOT', 4: 'SAFEOP', 8: 'OP' };
const stateText = (value: number): string => AL[value & 15] ?? `state ${value & 15}`;

const REG = {
  STATION_ADDRESS: 0x0010,
  RESET: 0x0040,
  AL_CONTROL: 0x0120,
  AL_STATUS: 0x0130,
  AL_CODE: 0x0134,
  EEPROM_CONTROL: 0x0502,
  EEPROM_DATA: 0x0508,
} as const;
/** Memory above the registers: mailboxes and process data. */
const MEMORY = 0x1000;

/** Registers of the set-up by range (IEC 61158-4-12 section 6): from, to, name. */
const RANGES: readonly (readonly [from: number, to: number, name: string])[] = [
  [0x0010, 0x0013, 'station address'],
  [0x0100, 0x0103, 'DL control'],
  [0x0140, 0x0141, 'PDI control'],
  [0x0200, 0x020f, 'event mask'],
  [0x0300, 0x0313, 'error counters'],
  [0x0400, 0x0443, 'watchdog'],
  [0x0500, 0x050f, 'EEPROM interface'],
  [0x0600, 0x06ff, 'FMMU'],
  [0x0800, 0x087f, 'sync manager'],
  [0x0900, 0x09ff, 'distributed clocks'],
];
const registerName = (ado: number): string => {
  for (const [from, to, name] of RANGES) if (ado >= from && ado <= to) return name;
  return '';
};

const isRead = (c: number): boolean => c === CMD.APRD || c === CMD.FPRD || c === CMD.APRW || c === CMD.FPRW;
const isWrite = (c: number): boolean =>
  c === CMD.APWR || c === CMD.FPWR || c === CMD.BWR || c === CMD.APRW || c === CMD.FPRW || c === CMD.BRW;
const isBroadcast = (c: number): boolean => c === CMD.BRD || c === CMD.BWR || c === CMD.BRW;
const isPositional = (c: number): boolean => c === CMD.APRD || c === CMD.APWR || c === CMD.APRW;

/** The frame comes back to who sent it: the receiver is a group and nobody. */
const masterOf = (t: Tx): EndpointId => (t.request === undefined ? t.at.sender : t.at.client);

/** The slave that a datagram addresses, as the master sent it; undefined for broadcasts. */
const slaveOf = (t: Tx, sink: ObservationSink, state: EcatState, d: Datagram): Slave | undefined => {
  if (isBroadcast(d.command)) return undefined;
  const position = isPositional(d.command);
  // Position 0 is sent as 0, position 1 as 0xffff, and so on.
  const number = position ? (0x10000 - d.adp) & 0xffff : d.adp;
  const master = masterOf(t);
  const key = master * 131072 + (position ? 65536 : 0) + number;
  let slave = state.slaves.get(key);
  if (slave === undefined) {
    if (state.slaves.size >= MAX_SLAVES) state.slaves.clear();
    const address = position ? `EtherCAT position ${number}` : `EtherCAT station ${number}`;
    const endpoint = sink.child(master, 'ethercat-slave', address, t.response !== undefined);
    slave = {
      endpoint,
      waiting: undefined,
      segmented: undefined,
      complete: false,
      alStatus: -1,
      eepromAddress: -1,
      file: undefined,
      names: undefined,
      ethernet: undefined,
    };
    state.slaves.set(key, slave);
  }
  return slave;
};

const VENDORS: Readonly<Record<number, string>> = {
  2: 'Beckhoff',
  33: 'WAGO',
  131: 'Omron',
  154: 'Elmo Motion Control',
  477: 'Delta Electronics',
  1337: 'Yaskawa',
  1647: 'Panasonic',
};
const vendorName = (id: number): string => VENDORS[id] ?? `EtherCAT vendor 0x${id.toString(16).padStart(8, '0')}`;
const hex8 = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;

const identity = (
  t: Tx,
  sink: ObservationSink,
  slave: Slave,
  attribute: Attribute,
  value: string,
  via: string,
): void => {
  if (value !== '') sink.identity(t.at, { endpoint: slave.endpoint, attribute, value, confidence: 1, via });
};
/** Vendor, product, revision and serial number: object 0x1018 and words 8 to 15 of the EEPROM have the same order. */
const idPart = (t: Tx, sink: ObservationSink, slave: Slave, part: number, value: number, via: string): void => {
  if (part === 1) identity(t, sink, slave, 'vendor', vendorName(value), via);
  else if (part === 2) identity(t, sink, slave, 'order-number', `product code ${hex8(value)}`, via);
  else if (part === 3) identity(t, sink, slave, 'hardware', `revision ${hex8(value)}`, via);
  else if (part === 4 && value !== 0) identity(t, sink, slave, 'serial', String(value), via);
};

const OBJECT_TEXTS: Readonly<Record<number, Attribute>> = { 4104: 'model', 4105: 'hardware', 4106: 'firmware' };

const command = (
  t: Tx,
  sink: ObservationSink,
  target: EndpointId,
  verb: Verb,
  operation: string,
  outcome: Outcome,
  rest: Pick<Command, 'object' | 'value' | 'reason'>,
  native: unknown,
): void => sink.command(t.at, { verb, operation, target, outcome, ...rest, native });

const hex4 = (n: number): string => `0x${n.toString(16).padStart(4, '0')}`;

/** A finished SDO: `asked` may be absent when the capture began between. */
const sdo = (t: Tx, sink: ObservationSink, slave: Slave, asked: Mail | undefined, m: Mail, outcome: Outcome): void => {
  if (m.kind !== 'sdo') return;
  const of = asked?.kind === 'sdo' ? asked : m;
  if (of.service === 'segment' || of.service === 'abort') return;
  const isDownload = of.service === 'download';
  const data = isDownload ? of.data : m.isRequest ? undefined : m.data;
  const size = isDownload ? of.size : m.size;
  const object = `${hex4(of.index)}:${of.subindex.toString(16).padStart(2, '0')}${objectName(of.index, slave.names)}`;
  const value = data === undefined || data.length === 0 ? undefined : valueOfData(of.index, data, size);
  const refused = m.service === 'abort';
  command(
    t,
    sink,
    slave.endpoint,
    isDownload ? (of.index >= 0x6000 && of.index < 0xe000 ? 'write' : 'configure') : 'read',
    isDownload ? 'SDO Download' : 'SDO Upload',
    refused ? 'refused' : outcome,
    {
      object,
      value: isDownload && value !== undefined ? value : undefined,
      reason: refused ? abortText(m.abortCode) : undefined,
    },
    of,
  );
  if (refused || value === undefined) return;
  if (outcome === 'accepted' || !isDownload)
    sink.value(t.at, {
      target: slave.endpoint,
      path: object,
      type: 'SDO',
      value,
      access: isDownload ? 'write' : 'read',
    });
  if (isDownload) return;
  const attribute = OBJECT_TEXTS[of.index];
  if (attribute !== undefined) identity(t, sink, slave, attribute, String(value), 'CoE object');
  if (of.index === 0x1018 && typeof value === 'number')
    idPart(t, sink, slave, of.subindex, value, 'CoE identity object');
};

/** Adds a segment to the object that is under way (ETG.1000.6 section 5.6.2, CiA 301 section 7.2.4.3). */
const append = (slave: Slave, part: Sdo): void => {
  const object = slave.segmented;
  if (object === undefined) return;
  slave.complete = !part.more;
  const room = MAX_TEXT - object.data.length;
  if (room <= 0) return;
  const data = new Uint8Array(object.data.length + Math.min(room, part.data.length));
  data.set(object.data);
  data.set(part.data.subarray(0, room), object.data.length);
  slave.segmented = { ...object, data };
};
/** A segment on its way to the slave: a part of a download, or the request of the next one. */
const segmentToSlave = (slave: Slave, m: Sdo): void => {
  if (slave.segmented?.service === 'download') append(slave, m);
};
/** A segment from the slave: a part of an upload, or the confirmation of one of a download. */
const segmentFromSlave = (t: Tx, sink: ObservationSink, slave: Slave, m: Sdo): void => {
  if (slave.segmented?.service === 'upload') append(slave, m);
  const object = slave.segmented;
  if (object === undefined || !slave.complete) return;
  slave.segmented = undefined;
  const isDownload = object.service === 'download';
  sdo(t, sink, slave, isDownload ? object : undefined, isDownload ? m : object, 'accepted');
};

/** How a file is spoken of; an error that the slave answers is the refusal of the latest. */
const file = (
  t: Tx,
  sink: ObservationSink,
  slave: Slave,
  m: Extract<Mail, { kind: 'file' }>,
  outcome: Outcome,
  reason?: string,
): void => {
  const writes = m.operation === 'write';
  const verb = writes ? 'firmware-update' : 'program-upload';
  command(t, sink, slave.endpoint, verb, writes ? 'FoE Write' : 'FoE Read', outcome, { object: m.name, reason }, m);
};

/** What is asked of the dictionary is told for lists and refusals; a description gives an object its name. */
const dictionary = (t: Tx, sink: ObservationSink, slave: Slave, m: Extract<Mail, { kind: 'dictionary' }>): void => {
  const [index] = m.indices;
  if (m.operation === 'object' && index !== undefined && m.name !== '') {
    slave.names ??= new Map();
    if (slave.names.size < MAX_NAMES) slave.names.set(index, m.name);
  }
  const asked = slave.waiting?.kind === 'dictionary' ? slave.waiting : undefined;
  if (m.operation !== 'list' && m.operation !== 'error') return;
  slave.waiting = undefined;
  // Of a list in several pieces the last is told.
  if (m.operation === 'list' && m.fragmentsLeft > 0) return;
  const of = m.operation === 'error' ? asked?.indices[0] : undefined;
  command(
    t,
    sink,
    slave.endpoint,
    'discover',
    'SDO Information',
    m.operation === 'error' ? 'refused' : 'accepted',
    {
      object: of === undefined ? 'object dictionary' : hex4(of),
      reason: m.operation === 'error' ? abortText(m.abortCode) : undefined,
    },
    m,
  );
};

const ethernet = (
  t: Tx,
  sink: ObservationSink,
  slave: Slave,
  m: Extract<Mail, { kind: 'ethernet' }>,
  outcome: Outcome,
): void => {
  if (m.text === '') return;
  if (m.operation === 'set-ip') {
    command(
      t,
      sink,
      slave.endpoint,
      'configure',
      'EoE Set IP Parameter',
      outcome,
      { object: 'IP address', value: m.text },
      m,
    );
    return;
  }
  slave.ethernet ??= new Set();
  if (slave.ethernet.has(m.text) || slave.ethernet.size >= MAX_ETHERNET) return;
  slave.ethernet.add(m.text);
  command(t, sink, slave.endpoint, 'invoke', 'Ethernet over EtherCAT', outcome, { object: m.text }, m);
};

const ADS_VERB: readonly (Verb | undefined)[] = [
  undefined, 'read', 'read', 'write', 'read', 'mode-change', 'subscribe', 'subscribe', undefined, 'write',
]; // biome-ignore format: by command
const ads = (t: Tx, sink: ObservationSink, slave: Slave, m: Extract<Mail, { kind: 'ads' }>): void => {
  const asked = slave.waiting?.kind === 'ads' && slave.waiting.invokeId === m.invokeId ? slave.waiting : undefined;
  slave.waiting = undefined;
  const verb = ADS_VERB[m.command];
  if (verb === undefined || asked === undefined) return;
  command(
    t,
    sink,
    slave.endpoint,
    verb,
    adsName(m.command),
    m.error !== 0 ? 'refused' : 'accepted',
    {
      object: asked.length > 0 || asked.group > 0 ? adsObject(asked) : undefined,
      reason: m.error !== 0 ? `error 0x${m.error.toString(16)}` : undefined,
    },
    asked,
  );
};

/** A request put into the slave's mailbox. What waited there before was not answered. */
const mailToSlave = (t: Tx, sink: ObservationSink, slave: Slave, m: Mail, outcome: Outcome): void => {
  if (m.kind === 'file') {
    if (m.operation !== 'write' && m.operation !== 'read') return;
    slave.file = m;
    file(t, sink, slave, m, outcome);
    return;
  }
  if (m.kind === 'ethernet') {
    ethernet(t, sink, slave, m, outcome);
    return;
  }
  if (m.kind === 'mailbox-error') return;
  if (m.kind === 'other' || m.kind === 'emergency') return;
  if (m.kind === 'sdo' && m.service === 'segment') {
    segmentToSlave(slave, m);
    return;
  }
  if (slave.waiting?.kind === 'sdo') sdo(t, sink, slave, slave.waiting, slave.waiting, 'unanswered');
  slave.waiting = m;
};

const mailFromSlave = (t: Tx, sink: ObservationSink, slave: Slave, m: Mail): void => {
  if (m.kind === 'emergency') {
    sink.weird(t.at, {
      code: 'ethercat.emergency',
      detail: `error ${hex4(m.errorCode)}, register ${m.errorRegister}`,
    });
    return;
  }
  if (m.kind === 'sdo') {
    if (m.service === 'segment') {
      segmentFromSlave(t, sink, slave, m);
      return;
    }
    // An abort in the middle is about the object whose segments were under way.
    const asked = slave.waiting ?? slave.segmented;
    slave.waiting = undefined;
    slave.segmented = undefined;
    if (m.service !== 'abort') {
      // Of a download the request says whether more follows, of an upload the answer.
      const begun = m.service === 'download' && asked?.kind === 'sdo' ? asked : m;
      if (begun.more) {
        slave.segmented = begun;
        slave.complete = false;
        return;
      }
    }
    sdo(t, sink, slave, asked, m, 'accepted');
    return;
  }
  if (m.kind === 'file') {
    if (m.operation === 'error' && slave.file !== undefined) {
      file(t, sink, slave, slave.file, 'refused', fileErrorText(m));
      slave.file = undefined;
    }
    return;
  }
  if (m.kind === 'dictionary') {
    dictionary(t, sink, slave, m);
    return;
  }
  if (m.kind === 'ethernet') {
    ethernet(t, sink, slave, m, 'accepted');
    return;
  }
  if (m.kind === 'ads') {
    ads(t, sink, slave, m);
    return;
  }
  if (m.kind === 'mailbox-error') {
    sink.weird(t.at, { code: 'ethercat.mailbox-error', detail: mailboxErrorText(m.detail) });
    return;
  }
  if (m.kind !== 'soe') return;
  const asked = slave.waiting?.kind === 'soe' ? slave.waiting : undefined;
  slave.waiting = undefined;
  const isReading = m.operation === 'read-response';
  const data = isReading ? m.data : asked?.data;
  const object = `drive ${m.drive} ${idnText(m.idn)}`;
  command(
    t,
    sink,
    slave.endpoint,
    isReading ? 'read' : 'configure',
    isReading ? 'SoE Read' : 'SoE Write',
    m.error !== 0 ? 'refused' : 'accepted',
    {
      object,
      value: !isReading && data !== undefined ? valueOfData(0, data, data.length) : undefined,
      reason: m.error !== 0 ? `error ${hex4(m.error)}` : undefined,
    },
    m,
  );
};

const status = (t: Tx, sink: ObservationSink, slave: Slave, data: Uint8Array): void => {
  if (data.length < 1 || slave.alStatus === data[0]) return;
  slave.alStatus = data[0]!;
  identity(t, sink, slave, 'mode', stateText(data[0]!), 'EtherCAT AL status');
  if ((data[0]! & 0x10) === 0) return;
  const code = data.length >= 6 ? `, AL status code ${hex4(u16le(data, 4))}` : '';
  sink.weird(t.at, { code: 'ethercat.al-error', detail: `a slave reports an error in ${stateText(data[0]!)}${code}` });
};

/** The answer to a read, `sent` the datagram as the master sent it. */
const readDone = (t: Tx, sink: ObservationSink, slave: Slave, sent: Datagram, back: Datagram): void => {
  const data = back.data;
  if (sent.ado === REG.AL_STATUS) status(t, sink, slave, data);
  else if (sent.ado >= REG.EEPROM_CONTROL && sent.ado <= REG.EEPROM_DATA) {
    const from = REG.EEPROM_DATA - sent.ado;
    for (let o = from; o + 4 <= data.length; o += 4) {
      const word = slave.eepromAddress + ((o - from) >> 1);
      if (slave.eepromAddress >= 0 && word >= 8 && word <= 14 && (word & 1) === 0)
        idPart(t, sink, slave, (word - 8) / 2 + 1, u32le(data, o), 'EtherCAT EEPROM');
    }
  } else if (sent.ado >= MEMORY && isMailbox(data)) mailFromSlave(t, sink, slave, readMail(data));
};

const writeDone = (t: Tx, sink: ObservationSink, slave: Slave | undefined, sent: Datagram, outcome: Outcome): void => {
  const target = slave?.endpoint ?? t.at.receiver;
  const { ado, data } = sent;
  if (ado === REG.AL_CONTROL && data.length >= 1) {
    command(
      t,
      sink,
      target,
      'mode-change',
      'AL Control',
      outcome,
      { object: 'AL control', value: stateText(data[0]!) },
      sent,
    );
    return;
  }
  if (ado === REG.RESET && data.length >= 1) {
    // Three writes of R, E, S: the first says it.
    if (data[0] === 0x52) command(t, sink, target, 'restart', 'ESC Reset', outcome, {}, sent);
    return;
  }
  if (ado === REG.EEPROM_CONTROL && data.length >= 6) {
    const control = u16le(data, 0);
    if (slave !== undefined) slave.eepromAddress = u32le(data, 2);
    if ((control & 0x0200) !== 0)
      command(t, sink, target, 'configure', 'EEPROM Write', outcome, { object: `EEPROM word ${u32le(data, 2)}` }, sent);
    return;
  }
  if (ado >= MEMORY) {
    if (slave !== undefined && isMailbox(data)) mailToSlave(t, sink, slave, readMail(data), outcome);
    return;
  }
  const name = registerName(ado);
  if (name === '' || (ado >= 0x0500 && ado < 0x0510) || (ado >= 0x0300 && ado < 0x0314)) return;
  command(
    t,
    sink,
    target,
    'configure',
    'Register Write',
    outcome,
    { object: `register ${hex4(ado)} (${name})`, value: data.length <= 16 ? hex(data) : `${data.length} octets` },
    sent,
  );
};

export const observeEcat = (t: Tx, sink: ObservationSink, state: EcatState): void => {
  const m = t.request ?? t.response;
  if (m === undefined || m.datagrams.length === 0) return;
  if (t.request !== undefined) processData(t, sink, state, t.request);
  if (t.response !== undefined) processData(t, sink, state, t.response);
  if (m.isCyclic) {
    if (m.isProcessed) broadcast(t, sink, state, m);
    return;
  }
  const back = t.response;
  const sentFrame = t.request;
  for (let i = 0; i < m.datagrams.length; i++) {
    const sent = m.datagrams[i]!;
    const done = back?.datagrams[i];
    if (sent.ado < 0) continue;
    // The position of a returned frame was counted up by the slaves: without the frame that was sent it says nothing.
    if (sentFrame === undefined && isPositional(sent.command)) continue;
    if (sent.command === CMD.BRD) continue;
    const slave = slaveOf(t, sink, state, sent);
    // A working counter of zero on return: nobody was there.
    const outcome = done !== undefined && done.workingCounter === 0 ? 'unanswered' : outcomeOf(t, false);
    if (isWrite(sent.command)) writeDone(t, sink, slave, sent, outcome);
    if (slave !== undefined && isRead(sent.command) && done !== undefined && done.workingCounter > 0)
      readDone(t, sink, slave, sent, done);
  }
};

const processData = (t: Tx, sink: ObservationSink, state: EcatState, m: EcatMessage): void => {
  for (const d of m.datagrams)
    if (d.logical >= 0) observeSafety(t.at, sink, state.safety, masterOf(t), d, !m.isProcessed);
};

/** The state of all slaves, or of those that differ: said when it changes. */
const broadcast = (t: Tx, sink: ObservationSink, state: EcatState, m: EcatMessage): void => {
  for (const d of m.datagrams) {
    if (d.command !== CMD.BRD || d.ado !== REG.AL_STATUS || d.workingCounter === 0 || d.data.length === 0) continue;
    const value = d.data[0]!;
    if (state.broadcastStatus === value) return;
    state.broadcastStatus = value;
    // Bits of all slaves are or-ed: more than one state bit means that not all are in the same state.
    sink.value(t.at, {
      target: t.at.sender,
      path: 'AL status of all slaves',
      type: 'AL status',
      value: AL[value & 15] ?? `mixed (0x${value.toString(16)})`,
      quality: (value & 0x10) !== 0 ? 'bad' : 'good',
      access: 'read',
    });
    return;
  }
};
