/** Blocks of PROFINET IO that repeat parts or are padded. Source: IEC 61158-6-10 section 5.2; sections beside each. */
import { ipv4Text, macText } from '../../lib/address.ts';
import { ascii, hex, i32be, u16be, u32be } from '../../lib/bytes.ts';
import { uuidText } from '../shared/dcerpc.ts';
import { type Budget, type Entry, type Fields, MAX_DATA } from './block.ts';

const readIocrHead = (b: Uint8Array, start: number, f: Fields): void => {
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
};

/** An IOCR: who sends which submodule's data where in the frame (5.2.3.3). */
export const readIocr = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 44) return;
  f.iocrType = u16be(b, start);
  f.iocrReference = u16be(b, start + 2);
  if (!budget.lean) readIocrHead(b, start, f);
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start + 40;
  for (let n = budget.announced(u16be(b, start + 38)); n > 0 && o + 6 <= end && budget.part(); n--) {
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
  for (let n = budget.announced(u16be(b, start)); n > 0 && o + 6 <= end && budget.part(); n--, o += 6)
    out.push({ slotNumber: u16be(b, o), subslotNumber: u16be(b, o + 2), frameOffset: u16be(b, o + 4) });
  return o;
};

/** Modules and submodules the controller expects, with the lengths of their data (5.2.3.5). */
export const readExpected = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 2) return;
  const modules: Entry[] = [];
  f.modules = modules;
  let o = start + 2;
  for (let n = budget.announced(u16be(b, start)); n > 0 && o + 14 <= end && budget.part(); n--) {
    const submodules: Entry[] = [];
    const count = budget.announced(u16be(b, o + 12));
    const module = {
      api: u32be(b, o),
      slotNumber: u16be(b, o + 4),
      moduleIdentNumber: u32be(b, o + 6),
      moduleProperties: u16be(b, o + 10),
      submodules,
    };
    o += 14;
    for (let k = 0; k < count && o + 14 <= end && budget.part(); k++) {
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
export const readModuleDiff = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 2) return;
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start + 2;
  for (let n = budget.announced(u16be(b, start)); n > 0 && o + 6 <= end && budget.part(); n--) {
    const modules: Entry[] = [];
    apis.push({ api: u32be(b, o), modules });
    const count = budget.announced(u16be(b, o + 4));
    o += 6;
    for (let k = 0; k < count && o + 10 <= end && budget.part(); k++) {
      const submodules: Entry[] = [];
      modules.push({
        slotNumber: u16be(b, o),
        moduleIdentNumber: u32be(b, o + 2),
        moduleState: u16be(b, o + 6),
        submodules,
      });
      const inner = budget.announced(u16be(b, o + 8));
      o += 10;
      for (let s = 0; s < inner && o + 8 <= end && budget.part(); s++, o += 8)
        submodules.push({
          subslotNumber: u16be(b, o),
          submoduleIdentNumber: u32be(b, o + 2),
          submoduleState: u16be(b, o + 6),
        });
    }
  }
};

/** Slots with modules and submodules: I&M0 filter data, expected and real identification (5.2.5.1, 5.2.5.6). */
export const readSlots = (
  b: Uint8Array,
  start: number,
  end: number,
  hasApi: boolean,
  f: Fields,
  budget: Budget,
): void => {
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start;
  let count = 1;
  if (hasApi) {
    if (o + 2 > end) return;
    count = u16be(b, o);
    o += 2;
  }
  budget.announced(count);
  for (; count > 0 && o + (hasApi ? 6 : 2) <= end && budget.part(); count--) {
    const slots: Entry[] = [];
    const api = hasApi ? u32be(b, o) : 0;
    if (hasApi) o += 4;
    apis.push({ api, slots });
    const modules = budget.announced(u16be(b, o));
    o += 2;
    for (let k = 0; k < modules && o + 8 <= end && budget.part(); k++) {
      const subslots: Entry[] = [];
      slots.push({ slotNumber: u16be(b, o), moduleIdentNumber: u32be(b, o + 2), subslots });
      const inner = budget.announced(u16be(b, o + 6));
      o += 8;
      for (let s = 0; s < inner && o + 6 <= end && budget.part(); s++, o += 6)
        subslots.push({ subslotNumber: u16be(b, o), submoduleIdentNumber: u32be(b, o + 2) });
    }
  }
};

export const padded = (start: number, o: number): number => start + ((o - start + 3) & ~3);

/** The next 32-bit boundary; the octets up to it are padding. */
export const skipped = (b: Uint8Array, start: number, o: number, end: number, budget: Budget): number => {
  const next = padded(start, o);
  budget.padding(b, o, Math.min(next, end));
  return next;
};

/** A port with its neighbours as it found them by LLDP (5.2.13.2). `block` is where the block's header starts: padding counts from there. */
export const readPortReal = (b: Uint8Array, block: number, end: number, f: Fields, budget: Budget): void => {
  let o = block + 8;
  if (o + 5 > end) return;
  budget.padding(b, block + 6, o);
  f.slotNumber = u16be(b, o);
  f.subslotNumber = u16be(b, o + 2);
  const own = b[o + 4]!;
  f.ownPortId = ascii(b, o + 5, Math.min(end, o + 5 + own));
  o += 5 + own;
  const peers: Entry[] = [];
  f.peers = peers;
  if (o >= end) return;
  const count = b[o]!;
  o = skipped(b, block, o + 1, end, budget);
  for (let n = budget.announced(count); n > 0 && o < end && budget.part(); n--) {
    const port = b[o]!;
    const peerPortId = ascii(b, o + 1, Math.min(end, o + 1 + port));
    o += 1 + port;
    if (o >= end) return;
    const chassis = b[o]!;
    const peerChassisId = ascii(b, o + 1, Math.min(end, o + 1 + chassis));
    o = skipped(b, block, o + 1 + chassis, end, budget);
    if (o + 10 > end) return;
    peers.push({ peerPortId, peerChassisId, lineDelay: u32be(b, o), peerMac: macText(b, o + 4) });
    o = skipped(b, block, o + 10, end, budget);
  }
  if (o + 20 > end) return;
  budget.padding(b, o + 2, o + 4);
  budget.padding(b, o + 14, o + 16);
  f.mauType = u16be(b, o);
  f.domainBoundary = u32be(b, o + 4);
  f.multicastBoundary = u32be(b, o + 8);
  f.linkStatePort = b[o + 12]!;
  f.linkStateLink = b[o + 13]!;
  f.mediaType = u32be(b, o + 16);
};

/** The interface of the device with its addresses (5.2.13.11). */
export const readInterfaceReal = (b: Uint8Array, block: number, end: number, f: Fields, budget: Budget): void => {
  let o = block + 6;
  if (o >= end) return;
  const own = b[o]!;
  f.ownChassisId = ascii(b, o + 1, Math.min(end, o + 1 + own));
  o = skipped(b, block, o + 1 + own, end, budget);
  if (o + 20 > end) return;
  f.macAddress = macText(b, o);
  o = skipped(b, block, o + 6, end, budget);
  if (o + 12 > end) return;
  f.ipAddress = ipv4Text(i32be(b, o));
  f.subnetMask = ipv4Text(i32be(b, o + 4));
  f.standardGateway = ipv4Text(i32be(b, o + 8));
};

/** Neighbours that must be there (5.2.13.8). */
export const readCheckPeers = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  const peers: Entry[] = [];
  f.peers = peers;
  let o = start + 1;
  for (let n = budget.announced(start < end ? b[start]! : 0); n > 0 && o < end && budget.part(); n--) {
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
export const readDiagnosis = (
  b: Uint8Array,
  start: number,
  end: number,
  version: number,
  f: Fields,
  budget: Budget,
): void => {
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
export const readLogBook = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 10) return;
  f.actualLocalTimeStamp = hex(b, start, start + 8);
  const entries: Entry[] = [];
  f.entries = entries;
  let o = start + 10;
  for (let n = budget.announced(u16be(b, start + 8)); n > 0 && o + 32 <= end && budget.part(); n--, o += 32)
    entries.push({
      localTimeStamp: hex(b, o, o + 8),
      arUuid: uuidText(b, o + 8, false),
      pnioStatus: u32be(b, o + 24),
      entryDetail: u32be(b, o + 28),
    });
};

export const readApis = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  const apis: Entry[] = [];
  f.apis = apis;
  let o = start + 2;
  for (
    let n = budget.announced(end - start >= 2 ? u16be(b, start) : 0);
    n > 0 && o + 4 <= end && budget.part();
    n--, o += 4
  )
    apis.push({ api: u32be(b, o) });
};

/** Application relations of the device: the first, whose layout needs no knowledge of the others (5.2.5.8). */
export const readArData = (b: Uint8Array, start: number, end: number, f: Fields): void => {
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
export const readIrFrames = (
  b: Uint8Array,
  start: number,
  end: number,
  version: number,
  f: Fields,
  budget: Budget,
): void => {
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

export const readSubframes = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 6) return;
  f.frameId = u16be(b, start);
  f.sfiocrProperties = u32be(b, start + 2);
  const subframes: Entry[] = [];
  f.subframes = subframes;
  for (let o = start + 6; o + 4 <= end && budget.take(); o += 4) subframes.push({ subframeData: u32be(b, o) });
};

export const readIrInfo = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  if (end - start < 22) return;
  f.irDataId = uuidText(b, start + 2, false);
  const iocrs: Entry[] = [];
  f.iocrs = iocrs;
  let o = start + 22;
  for (let n = budget.announced(u16be(b, start + 20)); n > 0 && o + 8 <= end && budget.part(); n--, o += 8)
    iocrs.push({
      iocrReference: u16be(b, o),
      subframeOffset: u16be(b, o + 2),
      subframeData: u32be(b, o + 4),
    });
};

export const readSubmoduleList = (b: Uint8Array, start: number, end: number, f: Fields, budget: Budget): void => {
  const submodules: Entry[] = [];
  f.submodules = submodules;
  let o = start + 2;
  for (
    let n = budget.announced(end - start >= 2 ? u16be(b, start) : 0);
    n > 0 && o + 8 <= end && budget.part();
    n--, o += 8
  )
    submodules.push({ api: u32be(b, o), slotNumber: u16be(b, o + 4), subslotNumber: u16be(b, o + 6) });
};
