/**
 * Blocks of PROFINET IO to plain data, field by field, nested blocks included. Source: IEC 61158-6-10 section 5.2. Blocks
 * are always big-endian, whatever the RPC header says. A flat block is described by a table, the others have a reader.
 */
import { ipv4Text, macText } from '../../lib/address.ts';
import { ascii, hex, i32be, paddedAscii, u16be, u32be } from '../../lib/bytes.ts';
import { uuidText } from '../shared/dcerpc.ts';
import { blockName } from './names.ts';

/** Blocks and entries of blocks read of one PDU; what comes behind is counted in `dropped`. */
export const MAX_ENTRIES = 4096;
/** Octets of record data that are kept; longer data is cut and its length is known from `length`. */
export const MAX_DATA = 512;
/** Blocks within blocks. */
const MAX_DEPTH = 5;

export type Field = number | string | bigint | Uint8Array | readonly Entry[];
/** One structure: a block, or a repeated part of one. Names are those of the specification. */
export interface Entry {
  readonly [field: string]: Field;
}
/** A block: its header and fields; `blocks` holds those within. */
export interface Block {
  readonly name: string;
  readonly blockType: number;
  /** Octets behind BlockLength, version included. */
  readonly blockLength: number;
  readonly version: number;
  readonly fields: Entry;
  readonly blocks: readonly Block[];
}

/** What is read so far of one PDU, so that nesting cannot multiply work. */
export class Budget {
  entries = 0;
  dropped = 0;
  /** True when there is room for one more. */
  take(): boolean {
    if (this.entries >= MAX_ENTRIES) {
      this.dropped++;
      return false;
    }
    this.entries++;
    return true;
  }
}

/** Octets of the kinds of the field tables; texts take their length from the field before. */
const SIZES: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, uuid: 16, mac: 6, ip: 4 };
type Layout = readonly (readonly [kind: string, name: string])[];

const layout = (text: string): Layout =>
  text
    .trim()
    .split(/\s+/)
    .map((x) => x.split(':') as unknown as readonly [string, string]);

/**
 * Flat blocks: `kind:name` in order behind the version. `pad2` and such are skipped; `text` has the length of the number
 * before it; `ascii20` is padded text of 20 octets; `blocks` are blocks up to the end; `data` the octets up to the end.
 */
const LAYOUTS: ReadonlyMap<number, Layout> = new Map(
  Object.entries({
    8: 'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength uuid:targetArUuid',
    9: 'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength uuid:targetArUuid',
    32776:
      'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength u16:additionalValue1 u16:additionalValue2 u32:pnioStatus',
    32777:
      'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength u16:additionalValue1 u16:additionalValue2',
    20: 'u16:substitutionMode data:data',
    27: 'u16:redundancyInfo',
    32: 'u16:vendorId ascii20:orderId ascii16:serialNumber u16:hardwareRevision ascii1:softwareRevisionPrefix u8:softwareMajor u8:softwareMinor u8:softwareBugfix u16:revisionCounter u16:profileId u16:profileSpecificType u8:imVersionMajor u8:imVersionMinor u16:imSupported',
    33: 'ascii32:tagFunction ascii22:tagLocation',
    34: 'ascii16:date',
    35: 'ascii54:descriptor',
    36: 'data:signature',
    37: 'u16:numberOfEntries blocks:',
    52: 'ascii64:annotation ascii64:orderId u16:vendorId ascii16:serialNumber u16:hardwareRevision ascii1:softwareRevisionPrefix u8:softwareMajor u8:softwareMinor u8:softwareBugfix',
    257: 'u16:arType uuid:arUuid u16:sessionKey mac:cmInitiatorMac uuid:cmInitiatorObject u32:arProperties u16:cmInitiatorActivityTimeoutFactor u16:cmInitiatorUdpRtPort u16:stationNameLength text:cmInitiatorStationName',
    33025: 'u16:arType uuid:arUuid u16:sessionKey mac:cmResponderMac u16:cmResponderUdpRtPort',
    33026: 'u16:iocrType u16:iocrReference u16:frameId',
    259: 'u16:alarmCrType u16:lt u32:alarmCrProperties u16:rtaTimeoutFactor u16:rtaRetries u16:localAlarmReference u16:maxAlarmDataLength u16:alarmCrTagHeaderHigh u16:alarmCrTagHeaderLow',
    33027: 'u16:alarmCrType u16:localAlarmReference u16:maxAlarmDataLength',
    261: 'uuid:parameterServerObject u32:parameterServerProperties u16:cmInitiatorActivityTimeoutFactor u16:stationNameLength text:parameterServerStationName',
    33029: 'uuid:parameterServerObject',
    262: 'u16:iocrReference u32:addressResolutionProperties u16:mciTimeoutFactor u16:stationNameLength text:providerStationName',
    33030: 'u16:stationNameLength text:cmResponderStationName',
    263: 'u16:initiatorRpcServerPort',
    33031: 'u16:responderRpcServerPort',
    264: 'u16:apStructureIdentifier u32:api data:data',
    33032: 'u16:apStructureIdentifier u32:api data:data',
    266: 'u16:redundancyDataHoldFactor u32:srProperties',
    267: 'pad2: blocks:',
    268: 'pad2: u32:rsProperties',
    512: 'pad2: u16:slotNumber u16:subslotNumber blocks:',
    513: 'pad2: blocks:',
    514: 'pad2: u16:slotNumber u16:subslotNumber blocks:',
    515: 'pad2: uuid:ptcpSubdomainId u32:reservedIntervalBegin u32:reservedIntervalEnd u32:pllWindow u32:syncSendFactor u16:sendClockFactor u16:ptcpTimeoutFactor u16:ptcpTakeoverTimeoutFactor u16:ptcpMasterStartupTime u16:syncProperties u8:ptcpMasterPriority1 u8:ptcpMasterPriority2 u8:ptcpLengthSubdomainName text:ptcpSubdomainName',
    516: 'pad2: u16:slotNumber u16:subslotNumber u16:controllerApplicationCycleFactor u16:timeDataCycle u32:timeIoInput u32:timeIoOutput u32:timeIoInputValid u32:timeIoOutputValid',
    517: 'pad2: u16:slotNumber u16:subslotNumber blocks:',
    518: 'pad2: uuid:irDataId u32:maxBridgeDelay u32:numberOfPorts data:ports',
    521: 'pad2: u32:domainBoundaryIngress u32:domainBoundaryEgress u16:adjustProperties',
    523: 'pad2: u32:lineDelayMin u32:lineDelayMax',
    524: 'u16:mauType',
    526: 'pad2: u16:mauType u16:adjustProperties',
    528: 'pad2: u32:multicastBoundary u16:adjustProperties',
    534: 'u16:mrpPriority u16:mrpTopChangeInterval u16:mrpTopChangeRepeat u16:mrpTestShortInterval u16:mrpTestDefaultInterval u16:mrpTestMonitoringCount',
    535: 'u16:mrpLinkDownInterval u16:mrpLinkUpInterval u16:mrpLinkChangeCount',
    537: 'u16:mrpRingState',
    539: 'pad2: u16:portState u16:adjustProperties',
    540: 'u16:portState',
    542: 'u16:checkSyncMode',
    543: 'u16:mauTypeMode',
    532: 'pad2: uuid:mrpDomainUuid',
    533: 'pad2: uuid:mrpDomainUuid',
    546: 'pad2: u32:fiberOpticType u32:fiberOpticCableType',
    547: 'pad2: u32:maintenanceRequiredPowerBudget u32:maintenanceDemandedPowerBudget u32:errorPowerBudget',
    548: 'pad2: u32:peerToPeerBoundary u16:adjustProperties',
    549: 'pad2: u32:dcpBoundary u16:adjustProperties',
    550: 'pad2: u16:preambleLength u16:adjustProperties',
    560: 'pad2: u32:maintenanceRequiredDropBudget u32:maintenanceDemandedDropBudget u32:errorDropBudget',
    592: 'pad2: u32:multipleInterfaceMode',
    593: 'u16:counterStatus u32:ifInOctets u32:ifOutOctets u32:ifInDiscards u32:ifOutDiscards u32:ifInErrors u32:ifOutErrors',
    1024: 'pad2: u32:api u16:slotNumber u16:subslotNumber blocks:',
    1025: 'pad2: u32:api u16:slotNumber u16:subslotNumber pad2: u16:index record:data',
    1536: 'pad2: u32:fsHelloMode u32:fsHelloInterval u32:fsHelloRetry u32:fsHelloDelay',
    1537: 'pad2: u32:fsParameterMode uuid:fsParameterUuid',
    1544: 'pad2: blocks:',
    1545: 'pad2: blocks:',
  }).map(([type, text]) => [Number(type), layout(text)] as const),
);
/** PrmEnd, ApplicationReady, Release and their kin share one layout (5.2.4.1). */
const CONTROL = layout(
  'pad2: uuid:arUuid u16:sessionKey u16:alarmSequenceNumber u16:controlCommand u16:controlBlockProperties',
);
const isControl = (type: number): boolean => {
  const t = type & 0x7fff;
  return t >= 0x0110 && t <= 0x0119 && t !== 0x0115;
};

type Fields = Record<string, Field>;

/** Reads a table's fields from `o`; returns where it stopped. Fields beyond `end` are absent. */
const readLayout = (
  b: Uint8Array,
  start: number,
  end: number,
  table: Layout,
  fields: Fields,
  inner: Block[],
  budget: Budget,
  depth: number,
): number => {
  let o = start;
  let last = 0;
  for (const [kind, name] of table) {
    switch (kind) {
      case 'pad2':
        o += 2;
        continue;
      case 'text':
        if (o + last > end) return end;
        fields[name] = ascii(b, o, o + last);
        o += last;
        continue;
      case 'data':
        if (o < end) fields[name] = b.slice(o, Math.min(end, o + MAX_DATA));
        return end;
      case 'blocks':
        if (o < end) readBlocks(b, o, end, inner, budget, depth + 1);
        return end;
      case 'record':
        if (o < end) readRecord(b, o, end, fields.index as number, inner, fields, budget, depth + 1);
        return end;
      default:
    }
    const size = SIZES[kind] ?? Number(kind.slice(5));
    if (o + size > end) return end;
    if (kind === 'u16') last = u16be(b, o);
    else if (kind === 'u8') last = b[o]!;
    else if (kind === 'u32') last = u32be(b, o);
    fields[name] =
      kind === 'u8' || kind === 'u16' || kind === 'u32'
        ? last
        : kind === 'uuid'
          ? uuidText(b, o, false)
          : kind === 'mac'
            ? macText(b, o)
            : kind === 'ip'
              ? ipv4Text(i32be(b, o))
              : paddedAscii(b, o, o + size);
    o += size;
  }
  return o;
};

/** An IOCR: who sends which submodule's data where in the frame (5.2.3.3). */
const readIocr = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 44) return;
  f.iocrType = u16be(b, start);
  f.iocrReference = u16be(b, start + 2);
  f.lt = u16be(b, start + 4);
  f.iocrProperties = u32be(b, start + 6);
  f.rtClass = b[start + 9]! & 15;
  f.dataLength = u16be(b, start + 10);
  f.frameId = u16be(b, start + 12);
  f.sendClockFactor = u16be(b, start + 14);
  f.reductionRatio = u16be(b, start + 16);
  f.phase = u16be(b, start + 18);
  f.sequence = u16be(b, start + 20);
  f.frameSendOffset = u32be(b, start + 22);
  f.watchdogFactor = u16be(b, start + 26);
  f.dataHoldFactor = u16be(b, start + 28);
  f.iocrTagHeader = u16be(b, start + 30);
  f.iocrMulticastMac = macText(b, start + 32);
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start + 40;
  for (let n = u16be(b, start + 38); n > 0 && o + 6 <= end && budget.take(); n--) {
    const api = u32be(b, o);
    const ioDataObjects: Entry[] = [];
    const iocs: Entry[] = [];
    o = readPlaces(b, o + 4, end, ioDataObjects, budget);
    o = o + 2 <= end ? readPlaces(b, o, end, iocs, budget) : end;
    apis.push({ api, ioDataObjects, iocs });
  }
};
const readPlaces = (b: Uint8Array, start: number, end: number, out: Entry[], budget: Budget): number => {
  let o = start + 2;
  for (let n = u16be(b, start); n > 0 && o + 6 <= end && budget.take(); n--, o += 6)
    out.push({ slotNumber: u16be(b, o), subslotNumber: u16be(b, o + 2), frameOffset: u16be(b, o + 4) });
  return o;
};

/** Modules and submodules the controller expects, with the lengths of their data (5.2.3.5). */
const readExpected = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 2) return;
  const modules: Entry[] = [];
  f.modules = modules;
  let o = start + 2;
  for (let n = u16be(b, start); n > 0 && o + 14 <= end && budget.take(); n--) {
    const submodules: Entry[] = [];
    const count = u16be(b, o + 12);
    const module = {
      api: u32be(b, o),
      slotNumber: u16be(b, o + 4),
      moduleIdentNumber: u32be(b, o + 6),
      moduleProperties: u16be(b, o + 10),
      submodules,
    };
    o += 14;
    for (let k = 0; k < count && o + 14 <= end && budget.take(); k++) {
      const submoduleProperties = u16be(b, o + 6);
      const descriptions: Entry[] = [];
      submodules.push({
        subslotNumber: u16be(b, o),
        submoduleIdentNumber: u32be(b, o + 2),
        submoduleProperties,
        descriptions,
      });
      o += 8;
      // Type: 0 no data, 1 input, 2 output, 3 both; only 3 has two descriptions.
      for (let d = (submoduleProperties & 3) === 3 ? 2 : 1; d > 0 && o + 6 <= end; d--, o += 6)
        descriptions.push({
          dataDescription: u16be(b, o),
          submoduleDataLength: u16be(b, o + 2),
          lengthIocs: b[o + 4]!,
          lengthIops: b[o + 5]!,
        });
    }
    modules.push(module);
  }
};

/** What differs from what is expected (5.2.3.6). */
const readModuleDiff = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 2) return;
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start + 2;
  for (let n = u16be(b, start); n > 0 && o + 6 <= end && budget.take(); n--) {
    const modules: Entry[] = [];
    apis.push({ api: u32be(b, o), modules });
    const count = u16be(b, o + 4);
    o += 6;
    for (let k = 0; k < count && o + 10 <= end && budget.take(); k++) {
      const submodules: Entry[] = [];
      modules.push({
        slotNumber: u16be(b, o),
        moduleIdentNumber: u32be(b, o + 2),
        moduleState: u16be(b, o + 6),
        submodules,
      });
      const inner = u16be(b, o + 8);
      o += 10;
      for (let s = 0; s < inner && o + 8 <= end && budget.take(); s++, o += 8)
        submodules.push({
          subslotNumber: u16be(b, o),
          submoduleIdentNumber: u32be(b, o + 2),
          submoduleState: u16be(b, o + 6),
        });
    }
  }
};

/** Slots with modules and submodules: I&M0 filter data, expected and real identification (5.2.5.1, 5.2.5.6). */
const readSlots = (b: Uint8Array, start: number, end: number, hasApi: boolean, f: Fields, budget: Budget): void => {
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start;
  let count = 1;
  if (hasApi) {
    if (o + 2 > end) return;
    count = u16be(b, o);
    o += 2;
  }
  for (; count > 0 && o + (hasApi ? 6 : 2) <= end && budget.take(); count--) {
    const slots: Entry[] = [];
    const api = hasApi ? u32be(b, o) : 0;
    if (hasApi) o += 4;
    apis.push({ api, slots });
    const modules = u16be(b, o);
    o += 2;
    for (let k = 0; k < modules && o + 8 <= end && budget.take(); k++) {
      const subslots: Entry[] = [];
      slots.push({ slotNumber: u16be(b, o), moduleIdentNumber: u32be(b, o + 2), subslots });
      const inner = u16be(b, o + 6);
      o += 8;
      for (let s = 0; s < inner && o + 6 <= end && budget.take(); s++, o += 6)
        subslots.push({ subslotNumber: u16be(b, o), submoduleIdentNumber: u32be(b, o + 2) });
    }
  }
};

const padded = (start: number, o: number): number => start + ((o - start + 3) & ~3);

/** A port with its neighbours as it found them by LLDP (5.2.13.2). `block` is where the block's header starts: padding counts from there. */
const readPortReal = (b: Uint8Array, block: number, end: number, f: Fields, budget: Budget): void => {
  let o = block + 8;
  if (o + 5 > end) return;
  f.slotNumber = u16be(b, o);
  f.subslotNumber = u16be(b, o + 2);
  const own = b[o + 4]!;
  f.ownPortId = ascii(b, o + 5, Math.min(end, o + 5 + own));
  o += 5 + own;
  const peers: Entry[] = [];
  f.peers = peers;
  if (o >= end) return;
  const count = b[o]!;
  o = padded(block, o + 1);
  for (let n = count; n > 0 && o < end && budget.take(); n--) {
    const port = b[o]!;
    const peerPortId = ascii(b, o + 1, Math.min(end, o + 1 + port));
    o += 1 + port;
    if (o >= end) return;
    const chassis = b[o]!;
    const peerChassisId = ascii(b, o + 1, Math.min(end, o + 1 + chassis));
    o = padded(block, o + 1 + chassis);
    if (o + 10 > end) return;
    peers.push({ peerPortId, peerChassisId, lineDelay: u32be(b, o), peerMac: macText(b, o + 4) });
    o = padded(block, o + 10);
  }
  if (o + 20 > end) return;
  f.mauType = u16be(b, o);
  f.domainBoundary = u32be(b, o + 4);
  f.multicastBoundary = u32be(b, o + 8);
  f.linkStatePort = b[o + 12]!;
  f.linkStateLink = b[o + 13]!;
  f.mediaType = u32be(b, o + 16);
};

/** The interface of the device with its addresses (5.2.13.11). */
const readInterfaceReal = (b: Uint8Array, block: number, end: number, f: Fields): void => {
  let o = block + 6;
  if (o >= end) return;
  const own = b[o]!;
  f.ownChassisId = ascii(b, o + 1, Math.min(end, o + 1 + own));
  o = padded(block, o + 1 + own);
  if (o + 20 > end) return;
  f.macAddress = macText(b, o);
  o = padded(block, o + 6);
  if (o + 12 > end) return;
  f.ipAddress = ipv4Text(i32be(b, o));
  f.subnetMask = ipv4Text(i32be(b, o + 4));
  f.standardGateway = ipv4Text(i32be(b, o + 8));
};

/** MRP parameters and state of an interface: domain, role, name, and the blocks of the role (5.2.13.13 and following). */
const readMrp = (
  b: Uint8Array,
  start: number,
  end: number,
  type: number,
  version: number,
  f: Fields,
  inner: Block[],
  budget: Budget,
  depth: number,
): void => {
  // Version 1.1 holds instances of their own type; instance blocks carry their number in the first octet.
  if ((type === 0x0211 || type === 0x0212 || type === 0x0213) && version >= 0x0101) {
    if (start + 2 > end) return;
    f.numberOfEntries = b[start + 1]!;
    readBlocks(b, start + 2, end, inner, budget, depth + 1);
    return;
  }
  if (type >= 0x0231) f.mrpInstance = b[start]!;
  let o = start + 2;
  if (o + 16 > end) return;
  f.mrpDomainUuid = uuidText(b, o, false);
  o += 16;
  if (type === 0x0213 || type === 0x0233) {
    if (o + 4 <= end) f.mrpCheck = u32be(b, o);
    return;
  }
  if (o + 2 > end) return;
  f.mrpRole = u16be(b, o);
  o += 2;
  if (type === 0x0212 || type === 0x0232) {
    if (o + 2 > end) return;
    f.mrpVersion = u16be(b, o);
    o += 2;
  }
  if (o >= end) return;
  if (type === 0x0211 || type === 0x0231) o += 2;
  if (o >= end) return;
  const length = b[o]!;
  f.mrpDomainName = ascii(b, o + 1, Math.min(end, o + 1 + length));
  o = padded(start - 6, o + 1 + length);
  if (o < end) readBlocks(b, o, end, inner, budget, depth + 1);
};

/** Neighbours that must be there (5.2.13.8). */
const readCheckPeers = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  const peers: Entry[] = [];
  f.peers = peers;
  let o = start + 1;
  for (let n = start < end ? b[start]! : 0; n > 0 && o < end && budget.take(); n--) {
    const port = b[o]!;
    const peerPortId = ascii(b, o + 1, Math.min(end, o + 1 + port));
    o += 1 + port;
    if (o >= end) return;
    const chassis = b[o]!;
    peers.push({ peerPortId, peerChassisId: ascii(b, o + 1, Math.min(end, o + 1 + chassis)) });
    o += 1 + chassis;
  }
};

/** Diagnosis of one channel or submodule (5.2.5.5); entries by their structure identifier. */
const readDiagnosis = (b: Uint8Array, start: number, end: number, version: number, f: Fields, budget: Budget): void => {
  let o = start;
  if (version >= 0x0101) {
    if (o + 4 > end) return;
    f.api = u32be(b, o);
    o += 4;
  }
  if (o + 10 > end) return;
  f.slotNumber = u16be(b, o);
  f.subslotNumber = u16be(b, o + 2);
  f.channelNumber = u16be(b, o + 4);
  f.channelProperties = u16be(b, o + 6);
  const usi = u16be(b, o + 8);
  f.userStructureIdentifier = usi;
  o += 10;
  const size = usi === 0x8000 ? 6 : usi === 0x8002 ? 12 : usi === 0x8003 ? 16 : 0;
  if (size === 0) {
    if (o < end) f.data = b.slice(o, Math.min(end, o + MAX_DATA));
    return;
  }
  const channels: Entry[] = [];
  f.channels = channels;
  for (; o + size <= end && budget.take(); o += size)
    channels.push({
      channelNumber: u16be(b, o),
      channelProperties: u16be(b, o + 2),
      channelErrorType: u16be(b, o + 4),
      ...(size >= 12 && { extChannelErrorType: u16be(b, o + 6), extChannelAddValue: u32be(b, o + 8) }),
      ...(size === 16 && { qualifiedChannelQualifier: u32be(b, o + 12) }),
    });
};

/** The log book: what the device remembers of ended connections (5.2.5.7). Times are its own, in cycles and nanoseconds. */
const readLogBook = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 10) return;
  f.actualLocalTimeStamp = hex(b, start, start + 8);
  const entries: Entry[] = [];
  f.entries = entries;
  let o = start + 10;
  for (let n = u16be(b, start + 8); n > 0 && o + 32 <= end && budget.take(); n--, o += 32)
    entries.push({
      localTimeStamp: hex(b, o, o + 8),
      arUuid: uuidText(b, o + 8, false),
      pnioStatus: u32be(b, o + 24),
      entryDetail: u32be(b, o + 28),
    });
};

const readApis = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start + 2;
  for (let n = end - start >= 2 ? u16be(b, start) : 0; n > 0 && o + 4 <= end && budget.take(); n--, o += 4)
    apis.push({ api: u32be(b, o) });
};

/** Application relations of the device: the first, whose layout needs no knowledge of the others (5.2.5.8). */
const readArData = (b: Uint8Array, start: number, end: number, f: Fields): void => {
  if (end - start < 2) return;
  f.numberOfArs = u16be(b, start);
  const o = start + 2;
  if (o + 40 > end) return;
  f.arUuid = uuidText(b, o, false);
  f.arType = u16be(b, o + 16);
  f.arProperties = u32be(b, o + 18);
  f.cmInitiatorObject = uuidText(b, o + 22, false);
  const length = u16be(b, o + 38);
  if (o + 40 + length <= end) f.cmInitiatorStationName = ascii(b, o + 40, o + 40 + length);
};

/** Frames of an IRT schedule (5.2.13.4.2). */
const readIrFrames = (b: Uint8Array, start: number, end: number, version: number, f: Fields, budget: Budget): void => {
  const frames: Entry[] = [];
  let o = start + 2;
  if (version >= 0x0101) {
    if (o + 4 > end) return;
    f.frameDataProperties = u32be(b, o);
    o += 4;
  }
  f.frames = frames;
  while (o + 17 <= end && budget.take()) {
    frames.push({
      frameSendOffset: u32be(b, o),
      dataLength: u16be(b, o + 4),
      reductionRatio: u16be(b, o + 6),
      phase: u16be(b, o + 8),
      frameId: u16be(b, o + 10),
      etherType: u16be(b, o + 12),
      rxPort: b[o + 14]!,
      frameDetails: b[o + 15]!,
    });
    const groups = b[o + 16]!;
    o = padded(start + 2, o + 17 + groups);
  }
};

const readSubframes = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 6) return;
  f.frameId = u16be(b, start);
  f.sfiocrProperties = u32be(b, start + 2);
  const subframes: Entry[] = [];
  f.subframes = subframes;
  for (let o = start + 6; o + 4 <= end && budget.take(); o += 4) subframes.push({ subframeData: u32be(b, o) });
};

const readIrInfo = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 22) return;
  f.irDataId = uuidText(b, start + 2, false);
  const iocrs: Entry[] = [];
  f.iocrs = iocrs;
  let o = start + 22;
  for (let n = u16be(b, start + 20); n > 0 && o + 8 <= end && budget.take(); n--, o += 8)
    iocrs.push({
      iocrReference: u16be(b, o),
      subframeOffset: u16be(b, o + 2),
      subframeData: u32be(b, o + 4),
    });
};

const readSubmoduleList = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  const submodules: Entry[] = [];
  f.submodules = submodules;
  let o = start + 2;
  for (let n = end - start >= 2 ? u16be(b, start) : 0; n > 0 && o + 8 <= end && budget.take(); n--, o += 8)
    submodules.push({ api: u32be(b, o), slotNumber: u16be(b, o + 4), subslotNumber: u16be(b, o + 6) });
};

/** The fields of one block whose header is at `o` and which ends at `end`. */
const readFields = (
  b: Uint8Array,
  o: number,
  end: number,
  type: number,
  version: number,
  f: Fields,
  inner: Block[],
  budget: Budget,
  depth: number,
): void => {
  const start = o + 6;
  const table = LAYOUTS.get(type);
  if (table !== undefined) {
    readLayout(b, start, end, table, f, inner, budget, depth);
    return;
  }
  switch (type) {
    case 0x0102:
      readIocr(b, start, end, f, budget);
      return;
    case 0x0104:
      readExpected(b, start, end, f, budget);
      return;
    case 0x8104:
      readModuleDiff(b, start, end, f, budget);
      return;
    case 0x0010:
      readDiagnosis(b, start, end, version, f, budget);
      return;
    case 0x0012:
    case 0x0013:
      readSlots(b, start, end, version >= 0x0101, f, budget);
      return;
    case 0x0030:
    case 0x0031:
    case 0x0032:
      readSlots(b, start, end, true, f, budget);
      return;
    case 0x0018:
      readArData(b, start, end, f);
      return;
    case 0x0019:
      readLogBook(b, start, end, f, budget);
      return;
    case 0x001a:
      readApis(b, start, end, f, budget);
      return;
    case 0x0109:
      readIrInfo(b, start, end, f, budget);
      return;
    case 0x0119:
      readSubmoduleList(b, start, end, f, budget);
      return;
    case 0x0207:
      readIrFrames(b, start, end, version, f, budget);
      return;
    case 0x020a:
      readCheckPeers(b, start, end, f, budget);
      return;
    case 0x020f:
      readPortReal(b, o, end, f, budget);
      return;
    case 0x0211:
    case 0x0212:
    case 0x0213:
    case 0x0231:
    case 0x0232:
    case 0x0233:
      readMrp(b, start, end, type, version, f, inner, budget, depth);
      return;
    case 0x022a:
      if (start + 2 <= end) {
        f.numberOfSubframeBlocks = u16be(b, start);
        readBlocks(b, start + 2, end, inner, budget, depth + 1);
      }
      return;
    case 0x022b:
      readSubframes(b, start, end, f, budget);
      return;
    case 0x0240:
      readInterfaceReal(b, o, end, f);
      return;
    default:
      if (isControl(type)) readLayout(b, start, end, CONTROL, f, inner, budget, depth);
      else if (start < end) f.data = b.slice(start, Math.min(end, start + MAX_DATA));
  }
};

/** Is there a block at `o`: length that fits, version 1.x? */
const isBlock = (b: Uint8Array, o: number, end: number): boolean =>
  o + 6 <= end && u16be(b, o + 2) >= 2 && o + 4 + u16be(b, o + 2) <= end && b[o + 4] === 1;

/** One block at `o`; returns where it ends, or -1 when there is none. */
export const readBlock = (
  b: Uint8Array,
  o: number,
  end: number,
  out: Block[],
  budget: Budget,
  depth: number,
): number => {
  if (!isBlock(b, o, end) || depth > MAX_DEPTH || !budget.take()) return -1;
  const blockType = u16be(b, o);
  const blockLength = u16be(b, o + 2);
  const version = u16be(b, o + 4);
  const stop = o + 4 + blockLength;
  const fields: Fields = {};
  const blocks: Block[] = [];
  out.push({ name: blockName(blockType), blockType, blockLength, version, fields, blocks });
  readFields(b, o, stop, blockType, version, fields, blocks, budget, depth);
  return stop;
};

/**
 * Blocks from `start` to `end`; up to three octets of zero between two are padding to the next 32-bit boundary.
 * Returns the first octet that is no block.
 */
export const readBlocks = (
  b: Uint8Array,
  start: number,
  end: number,
  out: Block[],
  budget: Budget,
  depth = 0,
): number => {
  let o = start;
  while (o < end) {
    let next = readBlock(b, o, end, out, budget, depth);
    if (next < 0) {
      const pad = ((o - start + 3) & ~3) - (o - start);
      // Some senders count padding from the block's own beginning: a block type never starts with two zero octets.
      const skip = pad > 0 ? pad : o + 6 <= end && u16be(b, o) === 0 && u16be(b, o + 2) !== 0 ? 2 : 0;
      if (skip === 0 || o === start) return o;
      next = readBlock(b, o + skip, end, out, budget, depth);
      if (next < 0) return o;
    }
    o = next;
  }
  return o;
};

/** Records that hold blocks: those the specification defines. Others are the maker's own octets. */
const holdsBlocks = (index: number): boolean => index >= 0x8000;

/**
 * Record data: blocks where the index has them, otherwise `data`. The maker's own octets go into `fields.data`, which is
 * cut at MAX_DATA.
 */
export const readRecord = (
  b: Uint8Array,
  start: number,
  end: number,
  index: number,
  blocks: Block[],
  fields: Fields,
  budget: Budget,
  depth: number,
): void => {
  if (start >= end) return;
  if (holdsBlocks(index) && readBlocks(b, start, end, blocks, budget, depth) > start) return;
  fields.data = b.slice(start, Math.min(end, start + MAX_DATA));
};
