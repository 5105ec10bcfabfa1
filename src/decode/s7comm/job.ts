/**
 * Parameters of jobs and their answers: variables, block transfer, PI services, stop, set-up. No public specification;
 * layouts as SIMATIC controllers and engineering tools send them.
 */
import { ascii, hex, u16be, u32be } from '../../lib/bytes.ts';
import { itemsAt, type S7Item } from './address.ts';
import { fileOf, listedBlock } from './blocks.ts';
import type { S7Detail } from './message.ts';
import { FUNCTION, PI_WITH_CREDENTIAL } from './names.ts';

/** Parameter blocks with their decoded items, kept per flow: polling asks the same again and again. */
export const MAX_CACHED_JOBS = 128;
export interface CachedJob {
  readonly octets: Uint8Array;
  readonly items: readonly S7Item[];
}
export type JobCache = Map<number, CachedJob>;

const same = (a: Uint8Array, b: Uint8Array, start: number): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[start + i]) return false;
  return true;
};

/** Items of a Read Var or Write Var parameter (`o`: function code). The same array for the same octets. */
export const jobItems = (b: Uint8Array, o: number, end: number, cache: JobCache): readonly S7Item[] | undefined => {
  if (end - o < 2) return undefined;
  // FNV-1a; a hit is confirmed octet by octet, so that a forged collision costs time only.
  let key = 0x811c9dc5 | 0;
  for (let i = o + 1; i < end; i++) key = Math.imul(key ^ b[i]!, 0x01000193);
  const known = cache.get(key);
  if (known !== undefined && known.octets.length === end - o - 1 && same(known.octets, b, o + 1)) return known.items;
  const items = itemsAt(b, o + 2, end, b[o + 1]!);
  if (items !== undefined && cache.size < MAX_CACHED_JOBS) cache.set(key, { octets: b.slice(o + 1, end), items });
  return items;
};

/** Detail of the parameter at `o`..`end` (function code first), with the data up to `stop` behind it; undefined for functions without one or cut parameters. */
export const jobDetail = (
  b: Uint8Array,
  o: number,
  end: number,
  stop: number,
  isJob: boolean,
): S7Detail | undefined => {
  const length = end - o;
  switch (b[o]) {
    case FUNCTION.SETUP:
      if (length < 8) return undefined;
      return {
        kind: 'setup',
        reserved: b[o + 1]!,
        maxCalling: u16be(b, o + 2),
        maxCalled: u16be(b, o + 4),
        pduLength: u16be(b, o + 6),
      };
    case FUNCTION.REQUEST_DOWNLOAD:
    case FUNCTION.DOWNLOAD_BLOCK:
    case FUNCTION.DOWNLOAD_ENDED:
    case FUNCTION.START_UPLOAD:
    case FUNCTION.UPLOAD:
    case FUNCTION.END_UPLOAD:
      return transfer(b, o, end, stop, isJob);
    case FUNCTION.PI_SERVICE:
      return isJob ? piService(b, o, end) : rest(b, o, end);
    case FUNCTION.PLC_STOP: {
      // five octets, then length and name: P_PROGRAM
      if (!isJob) return rest(b, o, end);
      if (length < 7) return undefined;
      const nameEnd = Math.min(end, o + 7 + b[o + 6]!);
      return {
        kind: 'pi',
        service: ascii(b, o + 7, nameEnd),
        argument: '',
        blocks: [],
        prefix: hex(b, o + 1, o + 6),
      };
    }
    case FUNCTION.READ_VAR:
    case FUNCTION.WRITE_VAR:
      return undefined;
    default:
      return rest(b, o, end);
  }
};

/** What stands behind a function code whose parameter nobody explains. */
const rest = (b: Uint8Array, o: number, end: number): S7Detail | undefined =>
  end - o > 1 ? { kind: 'octets', octets: b.slice(o + 1, end) } : undefined;

/** Function, status, two octets, session (4), then name (length before it) and lengths as decimal text. */
const transfer = (b: Uint8Array, o: number, end: number, stop: number, isJob: boolean): S7Detail | undefined => {
  if (end - o < 2) return undefined;
  const status = b[o + 1]!;
  const session = end - o >= 8 ? u32be(b, o + 4) : -1;
  const none = {
    kind: 'transfer',
    status,
    session,
    file: undefined,
    blockLength: -1,
    reserved: end - o >= 4 ? u16be(b, o + 2) : 0,
    ...(stop - end >= 4 && { octets: u16be(b, end), marker: u16be(b, end + 2) }),
  } as const;
  if (end - o < 9) return none;
  const textEnd = o + 9 + b[o + 8]!;
  if (textEnd > end) return none;
  // The answer to Start Upload has the block's length where jobs have the name.
  if (!isJob) return { ...none, blockLength: decimal(b, o + 9, textEnd) };
  const file = fileOf(b, o + 9, textEnd);
  // Request Download: another length, `1`, load memory (6 digits), work memory (6 digits)
  const blockLength = textEnd + 8 <= end ? decimal(b, textEnd + 2, textEnd + 8) : -1;
  return {
    ...none,
    file,
    blockLength,
    ...(textEnd < end && { lengths: ascii(b, textEnd + 1, Math.min(end, textEnd + 1 + b[textEnd]!)) }),
  };
};
const decimal = (b: Uint8Array, start: number, end: number): number => {
  const value = Number.parseInt(ascii(b, start, end), 10);
  return Number.isNaN(value) ? -1 : value;
};

/** Seven octets, length of the argument (2), argument, length of the name (1), name. */
const piService = (b: Uint8Array, o: number, end: number): S7Detail | undefined => {
  if (end - o < 10) return undefined;
  const argumentEnd = o + 10 + u16be(b, o + 8);
  if (argumentEnd + 1 > end) return undefined;
  const service = ascii(b, argumentEnd + 1, Math.min(end, argumentEnd + 1 + b[argumentEnd]!));
  const prefix = hex(b, o + 1, o + 8);
  if (PI_WITH_CREDENTIAL.has(service)) return { kind: 'pi', service, argument: '(masked)', blocks: [], prefix };
  if (service === '_INSE' || service === '_INS2' || service === '_DELE') {
    // number of blocks, 0, then eight characters for each
    const blocks: string[] = [];
    for (let i = 0, at = o + 12; i < b[o + 10]! && at + 8 <= argumentEnd; i++, at += 8)
      blocks.push(listedBlock(ascii(b, at, at + 8)));
    return { kind: 'pi', service, argument: hex(b, o + 10, argumentEnd), blocks, prefix };
  }
  return { kind: 'pi', service, argument: ascii(b, o + 10, argumentEnd), blocks: [], prefix };
};
