/**
 * What follows the command code, and in answers the end code. Section numbers are those of OMRON W342. A body that is too
 * short for its command gives undefined: the header is then all that is believed.
 */
import { ascii, paddedAscii, u16be, u32be } from '../../lib/bytes.ts';
import { areaOf } from './areas.ts';
import { COMMAND } from './commands.ts';
import { fileBodyOf } from './files.ts';
import type { FinsDetail, FinsErrorRecord, FinsLinkNode, FinsPoint } from './message.ts';

/** Points of a multiple read; the frame limit of 2000 octets stops before. */
const MAX_POINTS = 1024;

export const bcd = (octet: number): number => (octet >> 4) * 10 + (octet & 15);
/** Eight decimal digits, -1 where one is none. */
const bcd32 = (b: Uint8Array, o: number): number => {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const octet = b[o + i]!;
    if (octet >> 4 > 9 || (octet & 15) > 9) return -1;
    value = value * 100 + bcd(octet);
  }
  return value;
};
const point = (b: Uint8Array, o: number): FinsPoint => ({ area: b[o]!, word: u16be(b, o + 1), bit: b[o + 3]! });
const numberOf = (value: number): FinsDetail => ({ kind: 'number', value });
const rest = (b: Uint8Array, o: number, end: number): FinsDetail | undefined =>
  o < end ? { kind: 'octets', octets: b.slice(o, end) } : undefined;

/** Command bodies; 'short' when the command needs more octets. */
export const commandBody = (
  command: number,
  b: Uint8Array,
  o: number,
  end: number,
): FinsDetail | undefined | 'short' => {
  const n = end - o;
  switch (command) {
    case COMMAND.MEMORY_READ:
      return n < 6 ? 'short' : { kind: 'range', point: point(b, o), count: u16be(b, o + 4) };
    case COMMAND.MEMORY_WRITE:
    case COMMAND.MEMORY_FILL:
      if (n < 6) return 'short';
      return { kind: 'range-data', point: point(b, o), count: u16be(b, o + 4), octets: b.slice(o + 6, end) };
    case COMMAND.MULTIPLE_READ: {
      if (n < 4) return 'short';
      const points: FinsPoint[] = [];
      for (let p = o; p + 4 <= end && points.length < MAX_POINTS; p += 4) points.push(point(b, p));
      return { kind: 'points', points };
    }
    case COMMAND.MEMORY_TRANSFER:
      if (n < 10) return 'short';
      return { kind: 'transfer', from: point(b, o), to: point(b, o + 4), count: u16be(b, o + 8) };
    case COMMAND.PARAMETER_READ:
    case COMMAND.PARAMETER_WRITE:
    case COMMAND.PARAMETER_CLEAR:
      return n < 6 ? 'short' : parameter(b, o, end);
    case COMMAND.LINK_TABLE_READ:
    case COMMAND.LINK_TABLE_WRITE:
      return n < 8 ? 'short' : linkTable(b, o, end);
    case COMMAND.PROGRAM_PROTECT:
    case COMMAND.PROGRAM_UNPROTECT:
      if (n < 11) return 'short';
      return {
        kind: 'protect',
        program: u16be(b, o),
        protectCode: b[o + 2]!,
        firstWord: u32be(b, o + 3),
        lastWord: u32be(b, o + 7),
        password: n > 11 ? '(masked)' : '',
      };
    case COMMAND.PROGRAM_READ:
    case COMMAND.PROGRAM_WRITE:
      return n < 8 ? 'short' : program(b, o, end);
    case COMMAND.PROGRAM_CLEAR:
      return n < 3 ? 'short' : { kind: 'program-clear', program: u16be(b, o), clearCode: b[o + 2]! };
    case COMMAND.RUN:
      return { kind: 'run', program: n < 2 ? -1 : u16be(b, o), mode: n < 3 ? -1 : b[o + 2]! };
    case COMMAND.CONTROLLER_DATA_READ:
      return numberOf(n < 1 ? -1 : b[o]!);
    case COMMAND.CONNECTION_DATA_READ:
      // 5-3-17: without a number the controller answers for as many as fit, 25.
      return n < 1 ? 'short' : { kind: 'units', first: b[o]!, count: n < 2 ? 25 : b[o + 1]! };
    case COMMAND.CYCLE_TIME_READ:
      return n < 1 ? 'short' : numberOf(b[o]!);
    case COMMAND.CLOCK_WRITE:
      return n < 5 ? 'short' : clock(b, o, n);
    case COMMAND.MESSAGE:
      return n < 2 ? 'short' : { kind: 'message', parameter: u16be(b, o), texts: [] };
    case COMMAND.ACCESS_ACQUIRE:
    case COMMAND.ACCESS_FORCED:
    case COMMAND.ACCESS_RELEASE:
      return n < 2 ? 'short' : numberOf(u16be(b, o));
    case COMMAND.ERROR_CLEAR:
      return n < 2 ? 'short' : numberOf(u16be(b, o));
    case COMMAND.ERROR_LOG_READ:
    case COMMAND.ACCESS_LOG_READ:
      return n < 4 ? 'short' : { kind: 'log-range', first: u16be(b, o), count: u16be(b, o + 2) };
    case COMMAND.FORCE:
      return n < 2 ? 'short' : force(b, o, end);
    case COMMAND.FORCED_READ:
      return n < 6 ? 'short' : { kind: 'range', point: point(b, o), count: u16be(b, o + 4) };
    case COMMAND.NAME_SET:
      return { kind: 'text', text: paddedAscii(b, o, end) };
    default:
      return command >= COMMAND.FILE_NAME_READ && command <= 0x22ff
        ? fileBodyOf(command, false, b, o, end)
        : rest(b, o, end);
  }
};

/** Bodies of answers behind the end code; 'short' when the answer is cut off within. */
export const responseBody = (
  command: number,
  b: Uint8Array,
  o: number,
  end: number,
): FinsDetail | undefined | 'short' => {
  const n = end - o;
  if (n <= 0) return undefined;
  switch (command) {
    case COMMAND.MULTIPLE_READ:
      return pointData(b, o, end);
    case COMMAND.PARAMETER_READ:
      return n < 6 ? 'short' : parameter(b, o, end);
    case COMMAND.LINK_TABLE_READ:
      return {
        kind: 'link-table',
        intelligentId: -1,
        firstWord: -1,
        length: -1,
        nodeCount: b[o]! & 127,
        nodes: linkNodes(b, o + 1, end),
      };
    case COMMAND.PROGRAM_READ:
    case COMMAND.PROGRAM_WRITE:
      return n < 8 ? 'short' : program(b, o, end);
    case COMMAND.CONTROLLER_DATA_READ:
      return controller(b, o, end);
    case COMMAND.CONNECTION_DATA_READ: {
      const units: { address: number; model: string }[] = [];
      for (let p = o + 1; p + 21 <= end; p += 21) units.push({ address: b[p]!, model: paddedAscii(b, p + 1, p + 21) });
      return { kind: 'connections', count: b[o]!, units };
    }
    case COMMAND.CONTROLLER_STATUS_READ:
      // Ethernet units answer with a status block of their own length (W421 7-2).
      if (n < 10) return rest(b, o, end);
      return {
        kind: 'status',
        status: b[o]!,
        mode: b[o + 1]!,
        fatal: u16be(b, o + 2),
        nonFatal: u16be(b, o + 4),
        messages: u16be(b, o + 6),
        fal: u16be(b, o + 8),
        errorMessage: paddedAscii(b, o + 10, Math.min(end, o + 26)),
      };
    case COMMAND.NETWORK_STATUS_READ:
      return n < 106 ? 'short' : networkStatus(b, o);
    case COMMAND.LINK_STATUS_READ:
      return n < 2
        ? 'short'
        : { kind: 'link-status', flags: b[o]!, masterNode: b[o + 1]!, octets: b.slice(o + 2, end) };
    case COMMAND.CYCLE_TIME_READ:
      if (n < 12) return 'short';
      return { kind: 'cycle-time', average: bcd32(b, o), maximum: bcd32(b, o + 4), minimum: bcd32(b, o + 8) };
    case COMMAND.CLOCK_READ:
      return n < 5 ? 'short' : clock(b, o, n);
    case COMMAND.BROADCAST_RESULTS:
      return n < 2 ? 'short' : numberOf(u16be(b, o));
    case COMMAND.MESSAGE:
      return n < 2 ? 'short' : messages(b, o, end);
    case COMMAND.ACCESS_ACQUIRE:
      return n < 3 ? 'short' : { kind: 'holder', network: b[o]!, node: b[o + 1]!, unit: b[o + 2]! };
    case COMMAND.ERROR_LOG_READ:
    case COMMAND.ACCESS_LOG_READ:
      return n < 6 ? 'short' : errorLog(b, o, end);
    case COMMAND.FORCED_READ:
      if (n < 6) return 'short';
      return { kind: 'forced-data', point: point(b, o), count: u16be(b, o + 4), octets: b.slice(o + 6, end) };
    case COMMAND.NAME_READ:
      return { kind: 'text', text: paddedAscii(b, o, end) };
    default:
      return command >= COMMAND.FILE_NAME_READ && command <= 0x22ff
        ? fileBodyOf(command, true, b, o, end)
        : rest(b, o, end);
  }
};

/** 5-3-5: each value stands behind its area code; the area says how many octets it has. */
const pointData = (b: Uint8Array, o: number, end: number): FinsDetail => {
  const items: { area: number; octets: Uint8Array }[] = [];
  for (let p = o; p + 1 < end && items.length < MAX_POINTS; ) {
    const size = areaOf(b[p]!).size;
    items.push({ area: b[p]!, octets: b.slice(p + 1, Math.min(end, p + 1 + size)) });
    p += 1 + size;
  }
  return { kind: 'point-data', items };
};

const parameter = (b: Uint8Array, o: number, end: number): FinsDetail => ({
  kind: 'parameter',
  area: u16be(b, o),
  firstWord: u16be(b, o + 2),
  words: u16be(b, o + 4) & 0x7fff,
  last: (b[o + 4]! & 0x80) !== 0,
  octets: b.slice(o + 6, end),
});

const linkNodes = (b: Uint8Array, o: number, end: number): FinsLinkNode[] => {
  const nodes: FinsLinkNode[] = [];
  for (let p = o; p + 8 <= end; p += 8)
    nodes.push({
      warning: (b[p]! & 0x80) !== 0,
      node: b[p]! & 127,
      cioFirstWord: u16be(b, p + 1),
      kindOfDm: b[p + 3]!,
      dmFirstWord: u16be(b, p + 4),
      totalWords: u16be(b, p + 6),
    });
  return nodes;
};
const linkTable = (b: Uint8Array, o: number, end: number): FinsDetail => ({
  kind: 'link-table',
  intelligentId: u16be(b, o + 2),
  firstWord: u16be(b, o + 4),
  length: u16be(b, o + 6),
  nodeCount: end > o + 8 ? b[o + 8]! & 127 : -1,
  nodes: linkNodes(b, o + 9, end),
});

const program = (b: Uint8Array, o: number, end: number): FinsDetail => ({
  kind: 'program',
  program: u16be(b, o),
  firstWord: u32be(b, o + 2),
  octetCount: u16be(b, o + 6) & 0x7fff,
  last: (b[o + 6]! & 0x80) !== 0,
  octets: b.slice(o + 8, end),
});

/** 5-3-16: 92 octets of model and areas, 67 of units and status, or both. */
const controller = (b: Uint8Array, o: number, end: number): FinsDetail | 'short' => {
  const n = end - o;
  const first = n >= 80;
  if (!first && n < 67) return n >= 40 ? controllerPart(b, o, end, true, -1) : 'short';
  if (first) return controllerPart(b, o, end, true, n >= 92 + 67 ? o + 92 : -1);
  return controllerPart(b, o, end, false, o);
};
const controllerPart = (b: Uint8Array, o: number, end: number, first: boolean, second: number): FinsDetail => {
  const area = first && o + 92 <= end ? o + 80 : -1;
  const busUnits: number[] = [];
  if (second >= 0) for (let i = 0; i < 16; i++) busUnits.push(u16be(b, second + i * 2));
  return {
    kind: 'controller',
    model: first ? paddedAscii(b, o, o + 20) : '',
    version: first ? paddedAscii(b, o + 20, o + 40) : '',
    system: first ? paddedAscii(b, o + 40, Math.min(end, o + 80)) : '',
    programArea: area < 0 ? 0 : u16be(b, area),
    iomSize: area < 0 ? 0 : b[area + 2]!,
    dmWords: area < 0 ? 0 : u16be(b, area + 3),
    timers: area < 0 ? 0 : b[area + 5]!,
    expansionDm: area < 0 ? 0 : b[area + 6]!,
    steps: area < 0 ? 0 : u16be(b, area + 7),
    memoryCard: area < 0 ? -1 : b[area + 9]!,
    memoryCardSize: area < 0 ? 0 : u16be(b, area + 10),
    busUnits,
    sysmacBusMasters: second < 0 ? 0 : b[second + 64]!,
    sysmacBus2Masters: second < 0 ? 0 : b[second + 65]!,
    pcStatus: second < 0 ? -1 : b[second + 66]!,
  };
};

/** W202: four bits for each of 62 nodes, the odd node in the lower half. */
const networkStatus = (b: Uint8Array, o: number): FinsDetail => {
  const nodes: number[] = [];
  for (let i = 0; i < 62; i++) nodes.push((b[o + (i >> 1)]! >> (i & 1 ? 4 : 0)) & 15);
  return {
    kind: 'network-status',
    nodes,
    cycleTime: u16be(b, o + 31),
    pollingNode: b[o + 33]!,
    cyclicOperation: b[o + 34]!,
    cyclicTransmission: b[o + 35]!,
    nonFatal: b.slice(o + 36, o + 44),
    errorCounts: b.slice(o + 44, o + 106),
  };
};

const clock = (b: Uint8Array, o: number, n: number): FinsDetail => {
  const year = bcd(b[o]!);
  return {
    kind: 'clock',
    // 5-3-20: 98 and 99 are of the last century.
    year: year >= 98 ? 1900 + year : 2000 + year,
    month: bcd(b[o + 1]!),
    day: bcd(b[o + 2]!),
    hour: bcd(b[o + 3]!),
    minute: bcd(b[o + 4]!),
    second: n > 5 ? bcd(b[o + 5]!) : -1,
    weekday: n > 6 ? bcd(b[o + 6]!) : -1,
  };
};

/** Messages have 32 characters each, in the order of their bits; a FAL message has 16. */
const messages = (b: Uint8Array, o: number, end: number): FinsDetail => {
  const parameter = u16be(b, o);
  const size = parameter >> 14 === 2 || end - o - 2 < 32 ? 16 : 32;
  const texts: string[] = [];
  for (let p = o + 2; p + size <= end && texts.length < 8; p += size) texts.push(ascii(b, p, p + size).trim());
  return { kind: 'message', parameter, texts };
};

const errorLog = (b: Uint8Array, o: number, end: number): FinsDetail => {
  const records: FinsErrorRecord[] = [];
  for (let p = o + 6; p + 10 <= end; p += 10)
    records.push({
      code1: u16be(b, p),
      code2: u16be(b, p + 2),
      minute: bcd(b[p + 4]!),
      second: bcd(b[p + 5]!),
      day: bcd(b[p + 6]!),
      hour: bcd(b[p + 7]!),
      year: bcd(b[p + 8]!),
      month: bcd(b[p + 9]!),
    });
  return { kind: 'error-log', maximum: u16be(b, o), stored: u16be(b, o + 2), count: u16be(b, o + 4), records };
};

/** 5-3-42: specification (2), area (1), address (3); some tools send the address in four octets. */
const force = (b: Uint8Array, o: number, end: number): FinsDetail => {
  const count = u16be(b, o);
  const size = (end - o - 2) % 7 === 0 && (end - o - 2) % 6 !== 0 ? 7 : 6;
  const items: { specification: number; point: FinsPoint }[] = [];
  for (let p = o + 2; p + size <= end; p += size)
    items.push({
      specification: u16be(b, p),
      point: { area: b[p + 2]!, word: u16be(b, p + 3 + size - 6), bit: b[p + 5 + size - 6]! },
    });
  return { kind: 'force', count, items };
};
