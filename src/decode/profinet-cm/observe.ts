/**
 * What context management says. Verbs: Connect opens a session and Release closes it; records written during start-up, and
 * those the specification defines (0x8000 and above), are `configure`, the maker's own records afterwards are `write`; the
 * end of parameters and the readiness of the application are `configure`, because they end the parameterisation. A Lookup
 * is `discover`.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';
import { hex } from '../../lib/bytes.ts';
import { PTYPE, rpcStatusText } from '../shared/dcerpc.ts';
import { isError, statusOf, statusText } from '../shared/pnio-status.ts';
import { PROFINET_VENDORS } from '../shared/profinet-vendors.ts';
import { type Block, type Entry, list, num, str } from './block.ts';
import { readAnnotation, readObject } from './epm.ts';
import { hasIdentity, observeIdentity } from './identity.ts';
import { AR_TYPES, indexName, OPNUM } from './names.ts';
import { readFParameters } from './safety.ts';
import { type CmState, keepAr } from './state.ts';
import { type CmMessage, EPM } from './wire.ts';

type Tx = Transaction<CmMessage>;
/** Endpoints whose vendor is remembered as said. */
const MAX_VENDORS = 64;
/** Octets of a record shown as its value; longer ones are described. */
const MAX_VALUE = 32;

/** Why it was refused; undefined when it was not. */
const refusal = (m: CmMessage | undefined): string | undefined => {
  if (m === undefined) return undefined;
  if (m.header.packetType === PTYPE.FAULT || m.header.packetType === PTYPE.REJECT)
    return `RPC ${m.header.packetType === PTYPE.FAULT ? 'fault' : 'reject'}${m.rpcStatus === undefined ? '' : `: ${rpcStatusText(m.rpcStatus)}`}`;
  return m.status !== undefined && isError(m.status) ? statusText(m.status) : undefined;
};

const octetsOf = (f: Entry): Uint8Array | undefined => (f.data instanceof Uint8Array ? f.data : undefined);
const find = (m: CmMessage | undefined, type: number): Block | undefined => m?.blocks.find((b) => b.blockType === type);

/** The one that is spoken to, by the object UUID of the call. */
const vendor = (t: Tx, state: CmState, sink: ObservationSink, endpoint: EndpointId, uuid: string): void => {
  const object = readObject(uuid);
  if (object === undefined || state.vendors.has(endpoint)) return;
  const name = PROFINET_VENDORS.get(object.vendorId);
  if (name === undefined) return;
  if (state.vendors.size >= MAX_VENDORS) state.vendors.clear();
  state.vendors.add(endpoint);
  sink.identity(t.at, { endpoint, attribute: 'vendor', value: name, confidence: 0.9, via: 'PROFINET object UUID' });
};

const say = (
  t: Tx,
  sink: ObservationSink,
  endpoint: EndpointId,
  attribute: Attribute,
  value: string,
  confidence: number,
  via: string,
): void => {
  if (value !== '') sink.identity(t.at, { endpoint, attribute, value, confidence, via });
};

/** Both name themselves or are named by the other: the station names of Connect. */
const stations = (t: Tx, sink: ObservationSink): void => {
  const req = find(t.request, 0x0101)?.fields;
  const via = 'PROFINET Connect';
  if (req !== undefined) {
    const name = str(req, 'cmInitiatorStationName');
    say(t, sink, t.at.client, 'station-name', name, 1, via);
    if (name !== '') sink.name(t.at, { endpoint: t.at.client, kind: 'profinet', name, via });
    const type = num(req, 'arType');
    if (type === 6) say(t, sink, t.at.client, 'role', 'engineering-station', 0.6, via);
    else say(t, sink, t.at.client, 'role', 'plc', 0.7, via);
  }
  if (t.response !== undefined && refusal(t.response) === undefined && req !== undefined && num(req, 'arType') !== 6)
    say(t, sink, t.at.server, 'role', 'remote-io', 0.6, via);
  const server = find(t.response, 0x8106)?.fields;
  if (server === undefined) return;
  const name = str(server, 'cmResponderStationName');
  say(t, sink, t.at.server, 'station-name', name, 1, via);
  if (name !== '') sink.name(t.at, { endpoint: t.at.server, kind: 'profinet', name, via });
};

const hex8 = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
const hex4 = (n: number): string => `0x${n.toString(16).padStart(4, '0')}`;

/** ModuleState (5.2.3.6): 0 no module, 1 wrong module, 2 proper module, 3 substitute. */
const NO_MODULE = 0;
const WRONG_MODULE = 1;
const SUBSTITUTE = 3;

/** The rack as the controller expects it, less what the device says is not there. */
const rack = (t: Tx, sink: ObservationSink): void => {
  if (t.request === undefined || t.response === undefined) return;
  const states = new Map<number, Entry>();
  for (const block of t.response.blocks)
    if (block.blockType === 0x8104)
      for (const api of list(block.fields, 'apis'))
        for (const module of list(api, 'modules')) states.set(num(module, 'slotNumber'), module);
  for (const block of t.request.blocks) {
    if (block.blockType !== 0x0104) continue;
    for (const module of list(block.fields, 'modules')) {
      const slot = num(module, 'slotNumber');
      const real = states.get(slot);
      const state = real === undefined ? -1 : num(real, 'moduleState');
      const isOther = state === WRONG_MODULE || state === SUBSTITUTE;
      const ident = real !== undefined && isOther ? num(real, 'moduleIdentNumber') : num(module, 'moduleIdentNumber');
      sink.module(t.at, {
        endpoint: t.at.server,
        slot: String(slot),
        model: `module ident ${hex8(ident)}`,
        present: state !== NO_MODULE,
        via: 'PROFINET expected submodules',
      });
      if (isOther)
        sink.weird(t.at, {
          code: 'profinet-cm.wrong-module',
          detail: `slot ${slot}: ${hex8(num(module, 'moduleIdentNumber'))} expected, ${hex8(ident)} ${state === 1 ? 'plugged' : 'in its place'}`,
        });
    }
  }
};

const connect = (t: Tx, sink: ObservationSink, state: CmState): void => {
  const m = t.request ?? t.response;
  const ar = (find(t.request, 0x0101) ?? find(t.response, 0x8101))?.fields;
  const why = refusal(t.response);
  const outcome = outcomeOf(t, why !== undefined);
  const type = ar === undefined ? -1 : num(ar, 'arType');
  const station = ar === undefined ? '' : str(ar, 'cmInitiatorStationName');
  const kind = AR_TYPES[type] ?? 'unknown';
  sink.session(t.at, {
    phase: 'open',
    outcome,
    detail: `PROFINET ${kind} AR${station === '' ? '' : ` of ${station}`}${why === undefined ? '' : `: ${why}`}`,
    native: m,
  });
  stations(t, sink);
  const initiator = find(t.request, 0x0101)?.fields;
  if (initiator !== undefined) vendor(t, state, sink, t.at.client, str(initiator, 'cmInitiatorObject'));
  if (outcome !== 'accepted' || ar === undefined) return;
  keepAr(state, str(ar, 'arUuid'), { station, arType: type, ready: false });
  rack(t, sink);
};

const release = (t: Tx, sink: ObservationSink, state: CmState): void => {
  const why = refusal(t.response);
  const block = find(t.request, 0x0114) ?? find(t.response, 0x8114);
  if (block !== undefined) state.ars.delete(str(block.fields, 'arUuid'));
  sink.session(t.at, {
    phase: 'close',
    outcome: outcomeOf(t, why !== undefined),
    detail: `PROFINET Release${why === undefined ? '' : `: ${why}`}`,
    native: t.request ?? t.response,
  });
};

const CONTROLS: Readonly<Record<number, string>> = {
  272: 'Parameter End',
  273: 'Parameter End (plug)',
  274: 'Application Ready',
  275: 'Application Ready (plug)',
  276: 'Release',
  278: 'Ready for Companion',
  279: 'Ready for RT Class 3',
  280: 'Parameter Begin',
};

const control = (t: Tx, sink: ObservationSink, state: CmState): void => {
  const m = t.request ?? t.response;
  const block = m?.blocks[0];
  const why = refusal(t.response);
  const type = (block?.blockType ?? 0) & 0x7fff;
  const ar = block === undefined ? undefined : state.ars.get(str(block.fields, 'arUuid'));
  if (ar !== undefined && type === 0x0110) ar.ready = true;
  sink.command(t.at, {
    verb: 'configure',
    operation: CONTROLS[type] ?? 'Control',
    target: t.at.server,
    outcome: outcomeOf(t, why !== undefined),
    object: ar !== undefined && ar.station !== '' ? `AR of ${ar.station}` : undefined,
    reason: why,
    native: m,
  });
};

const placeOf = (f: Entry): string => `slot ${num(f, 'slotNumber')} subslot ${hex4(num(f, 'subslotNumber'))}`;
/** Names of records that were named before; at the limit all are built again. */
const MAX_OBJECTS = 4096;
const objects = new Map<number, string>();
/** `slot 1 subslot 0x0001 index 0xaff0 (I&M0)`. */
const objectOf = (f: Entry): string => {
  const index = num(f, 'index');
  const slot = num(f, 'slotNumber');
  const subslot = num(f, 'subslotNumber');
  const known = objects.get((slot * 0x10000 + subslot) * 0x10000 + index);
  if (known !== undefined && index >= 0) return known;
  const text = `${placeOf(f)} index ${hex4(index)} (${indexName(index)})`;
  // A header that was cut lacks its last fields first.
  if (index < 0) return text;
  if (objects.size >= MAX_OBJECTS) objects.clear();
  objects.set((slot * 0x10000 + subslot) * 0x10000 + index, text);
  return text;
};
const shownValue = (octets: Uint8Array, length: number): string =>
  octets.length <= MAX_VALUE && length <= MAX_VALUE ? hex(octets) : `${length} octets`;

const DIAGNOSIS = 0x0010;
/** Specifier in ChannelProperties: 1 appears, 2 disappears, 3 disappears but others remain. */
const appears = (properties: number): boolean => ((properties >> 11) & 3) === 1;

const diagnosis = (t: Tx, sink: ObservationSink, f: Entry): void => {
  const channels = list(f, 'channels');
  for (const c of channels.length > 0 ? channels : [f]) {
    const ext = num(c, 'extChannelErrorType');
    const channel = num(c, 'channelNumber');
    const text =
      channels.length > 0
        ? `error type ${hex4(num(c, 'channelErrorType'))}${ext < 0 ? '' : `/${hex4(ext)}`}`
        : `structure ${hex4(num(f, 'userStructureIdentifier'))}`;
    sink.value(t.at, {
      target: t.at.server,
      path: `${placeOf(f)} ${channel === 0x8000 ? 'diagnosis' : `channel ${channel} diagnosis`}`,
      type: 'diagnosis',
      value: `${text} ${appears(num(c, 'channelProperties')) ? 'appears' : 'disappears'}`,
      quality: 'bad',
      access: 'read',
    });
  }
};

/** Blocks that came with a record, whatever record it was. */
const recordBlocks = (t: Tx, sink: ObservationSink, header: Entry, blocks: readonly Block[]): void => {
  for (const block of blocks) {
    if (block.blockType === DIAGNOSIS) diagnosis(t, sink, block.fields);
    else if (hasIdentity(block.blockType)) observeIdentity(t.at, sink, num(header, 'slotNumber'), block);
    if (block.blocks.length > 0) recordBlocks(t, sink, header, block.blocks);
  }
};

/** One record and the blocks behind it; PNIOStatus of its own in a MultipleWrite. */
interface Piece {
  readonly header: Entry;
  readonly blocks: Block[];
}
const NO_BLOCKS: Block[] = [];
const isHeader = (type: number): boolean => (type & 0x7fff) === 8 || (type & 0x7fff) === 9;
const NO_PIECES: readonly Piece[] = [];
const piecesOf = (m: CmMessage | undefined): readonly Piece[] => {
  if (m === undefined || m.blocks.length === 0) return NO_PIECES;
  const first = m.blocks[0]!;
  if (m.blocks.length === 1 && isHeader(first.blockType)) return [{ header: first.fields, blocks: NO_BLOCKS }];
  const out: Piece[] = [];
  for (const block of m.blocks) {
    if (isHeader(block.blockType)) out.push({ header: block.fields, blocks: [] });
    else out[out.length - 1]?.blocks.push(block);
  }
  return out;
};

const records = (t: Tx, sink: ObservationSink, state: CmState, isWrite: boolean, operation: string): void => {
  const asked = piecesOf(t.request);
  const answered = piecesOf(t.response);
  const whole = refusal(t.response);
  const pieces = asked.length > 0 ? asked : answered;
  if (pieces.length === 0) {
    sink.command(t.at, {
      verb: isWrite ? 'configure' : 'read',
      operation,
      target: t.at.server,
      outcome: outcomeOf(t, whole !== undefined),
      reason: whole,
      native: t.response ?? t.request,
    });
    return;
  }
  for (let i = 0; i < pieces.length; i++) {
    const f = pieces[i]!.header;
    const index = num(f, 'index');
    if (index === 0xe040 && pieces.length > 1) continue;
    const own = answered[i];
    const status = own === undefined ? -1 : num(own.header, 'pnioStatus');
    const why = whole ?? (status > 0 ? statusText(statusOf(status)) : undefined);
    const outcome = outcomeOf(t, why !== undefined);
    const source = isWrite ? asked[i] : own;
    const data = source === undefined ? undefined : octetsOf(source.header);
    const length = source === undefined ? 0 : num(source.header, 'recordDataLength');
    const ar = state.ars.get(str(f, 'arUuid'));
    const verb = !isWrite ? 'read' : index >= 0x8000 || (ar !== undefined && !ar.ready) ? 'configure' : 'write';
    const value = data === undefined ? undefined : shownValue(data, length);
    const object = objectOf(f);
    sink.command(t.at, {
      verb,
      operation,
      target: t.at.server,
      object,
      value: isWrite && value !== undefined ? value : undefined,
      outcome,
      reason: why,
      native: pieces[i],
    });
    if (source === undefined || why !== undefined) continue;
    if (data !== undefined && value !== undefined) {
      if (isWrite) safety(t, sink, f, data);
      sink.value(t.at, {
        target: t.at.server,
        path: object,
        type: 'octets',
        value,
        access: isWrite ? 'write' : 'read',
      });
    }
    // What is written counts only once it is taken.
    if (!isWrite || outcome === 'accepted') recordBlocks(t, sink, f, source.blocks);
  }
};

/** A submodule that gets F-parameters speaks PROFIsafe: its addresses and watchdog are values of that submodule. */
const safety = (t: Tx, sink: ObservationSink, f: Entry, data: Uint8Array): void => {
  const p = readFParameters(data);
  if (p === undefined) return;
  const place = placeOf(f);
  const give = (name: string, value: number): void =>
    sink.value(t.at, { target: t.at.server, path: `${place} ${name}`, type: 'PROFIsafe', value, access: 'write' });
  give('F_Source_Add', p.sourceAddress);
  give('F_Dest_Add', p.destinationAddress);
  give('F_WD_Time', p.watchdogTime);
};

const mapper = (t: Tx, sink: ObservationSink, state: CmState): void => {
  const via = 'PROFINET endpoint mapper';
  for (const entry of t.response?.epm?.entries ?? []) {
    vendor(t, state, sink, t.at.server, entry.object);
    const a = readAnnotation(entry.annotation);
    if (a === undefined) {
      say(t, sink, t.at.server, 'description', entry.annotation, 0.6, via);
      continue;
    }
    say(t, sink, t.at.server, 'device-type', a.deviceType, 0.9, via);
    say(t, sink, t.at.server, 'order-number', a.orderId, 1, via);
    say(t, sink, t.at.server, 'hardware', a.hardware, 1, via);
    say(t, sink, t.at.server, 'firmware', a.firmware, 1, via);
  }
  const why = refusal(t.response);
  sink.command(t.at, {
    verb: 'discover',
    operation: 'Endpoint Mapper Lookup',
    target: t.at.server,
    outcome: outcomeOf(t, why !== undefined),
    object: t.request?.inquiry ? t.request.inquiry : undefined,
    reason: why,
    native: t.response ?? t.request,
  });
};

export const observeCm = (t: Tx, sink: ObservationSink, state: CmState): void => {
  const m = t.request ?? t.response;
  if (m === undefined || t.state === 'single') return;
  if ((t.response?.dropped ?? 0) > 0 || m.dropped > 0)
    sink.weird(t.at, { code: 'profinet-cm.entries', detail: 'more blocks than are kept' });
  for (const one of [t.request, t.response]) {
    if (one?.missing !== undefined)
      sink.weird(t.at, { code: 'profinet-cm.missing', detail: `${one.missing} parts fewer than its counts say` });
    if (one?.reserved !== undefined)
      sink.weird(t.at, { code: 'profinet-cm.reserved', detail: 'padding or reserved octets that are not zero' });
  }
  if (m.interface === EPM) {
    if (m.header.opnum === 2) mapper(t, sink, state);
    return;
  }
  // The object of a call is the one called; an answer repeats it.
  vendor(t, state, sink, t.at.server, m.header.object);
  switch (m.header.opnum) {
    case OPNUM.CONNECT:
      connect(t, sink, state);
      return;
    case OPNUM.RELEASE:
      release(t, sink, state);
      return;
    case OPNUM.READ:
      records(t, sink, state, false, 'Read');
      return;
    case OPNUM.READ_IMPLICIT:
      records(t, sink, state, false, 'Read Implicit');
      return;
    case OPNUM.WRITE:
      records(t, sink, state, true, 'Write');
      return;
    case OPNUM.CONTROL:
      control(t, sink, state);
      return;
    default:
  }
};
