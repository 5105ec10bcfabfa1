/**
 * PROFINET IO context management: connectionless DCE/RPC datagrams to messages. Source: IEC 61158-6-10 sections 4.10
 * (RPC) and 5.2 (IO application); C706 chapter 12. The interfaces are recognised by their UUIDs, so ports do not matter.
 */
import type { Decoded, PduContext, Probe } from '../../core/decoder.ts';
import { tableOf } from '../../lib/table.ts';
import {
  CL_FLAG,
  CL_HEADER,
  type ClHeader,
  type FackBody,
  isFormatLabel,
  PTYPE,
  readClHeader,
  readFack,
  u32of,
} from '../shared/dcerpc.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { isError, type PnioStatus, statusOf } from '../shared/pnio-status.ts';
import { announceRt, PROFINET_RT, type RtAnnouncement, type RtSafety } from '../shared/rt-announcement.ts';
import { type Block, Budget, type Entry, type Field, num, str } from './block.ts';
import { readBlocks, readRecord } from './blocks.ts';
import { type EpmAnswer, readInquiry, readLookupAnswer } from './epm.ts';
import { OPNUM } from './names.ts';
import { arOfResponse, framesOf, planOf } from './plan.ts';
import { readFParameters } from './safety.ts';
import { type CmState, joinFragment, keepPlan } from './state.ts';

/** Interface UUIDs (4.10.3.2): the last digit of the first group tells which. */
const INTERFACES = tableOf<string>({
  'dea00001-6c97-11d1-8271-00a02442df7d': 'device',
  'dea00002-6c97-11d1-8271-00a02442df7d': 'controller',
  'dea00003-6c97-11d1-8271-00a02442df7d': 'supervisor',
  'dea00004-6c97-11d1-8271-00a02442df7d': 'parameter server',
  'e1af8308-5d1f-11c9-91a4-08002b14a0fa': 'endpoint mapper',
});
export const EPM = 'endpoint mapper';

const REQUESTS = [
  'Connect request',
  'Release request',
  'Read request',
  'Write request',
  'Control request',
  'Read Implicit request',
] as const;
const RESPONSES = [
  'Connect response',
  'Release response',
  'Read response',
  'Write response',
  'Control response',
  'Read Implicit response',
] as const;
const EPM_REQUESTS = [
  'Endpoint Mapper Insert request',
  'Endpoint Mapper Delete request',
  'Endpoint Mapper Lookup request',
  'Endpoint Mapper Map request',
  'Endpoint Mapper Lookup Handle Free request',
  'Endpoint Mapper Inquire Object request',
  'Endpoint Mapper Management Delete request',
] as const;
const EPM_RESPONSES = [
  'Endpoint Mapper Insert response',
  'Endpoint Mapper Delete response',
  'Endpoint Mapper Lookup response',
  'Endpoint Mapper Map response',
  'Endpoint Mapper Lookup Handle Free response',
  'Endpoint Mapper Inquire Object response',
  'Endpoint Mapper Management Delete response',
] as const;
const OTHERS: Readonly<Record<number, string>> = {
  [PTYPE.PING]: 'Ping',
  [PTYPE.FAULT]: 'Fault',
  [PTYPE.WORKING]: 'Working',
  [PTYPE.NOCALL]: 'No Call',
  [PTYPE.REJECT]: 'Reject',
  [PTYPE.ACK]: 'Acknowledge',
  [PTYPE.CL_CANCEL]: 'Cancel',
  [PTYPE.FACK]: 'Fragment Acknowledge',
  [PTYPE.CANCEL_ACK]: 'Cancel Acknowledge',
};

export interface CmMessage {
  readonly type: string;
  readonly header: ClHeader;
  /** `device`, `controller`, `supervisor`, `parameter server`, `endpoint mapper`. */
  readonly interface: string;
  /** A part of a call that is not complete yet; its blocks come with the last one. */
  readonly isFragment: boolean;
  /** NDR of requests; -1 where there is none. */
  readonly argsMaximum: number;
  readonly argsLength: number;
  /** The array of octets in NDR: its maximum, offset (0) and number of octets; absent where there are no arguments. */
  readonly arrayMaximum?: number;
  readonly arrayOffset?: number;
  readonly arrayLength?: number;
  /** Of responses. */
  readonly status?: PnioStatus;
  /** Of Fault and Reject. */
  readonly rpcStatus?: number;
  readonly fack?: FackBody;
  readonly blocks: readonly Block[];
  /** Blocks and entries beyond the bound. */
  readonly dropped: number;
  /** Parts that counts announce and that are not there. */
  readonly missing?: number;
  /** Padding and reserved octets or-ed together, where they are not zero. */
  readonly reserved?: number;
  /** What an endpoint mapper is asked and answers. */
  readonly inquiry?: string;
  readonly epm?: EpmAnswer;
}

type Mutable = { -readonly [K in keyof CmMessage]: CmMessage[K] };

/** Octets 24..39 of both encodings of PNIO interfaces: 6c97-11d1-8271-00a02442df7d behind the first group. */
const isPnioInterface = (b: Uint8Array, o: number, little: boolean): boolean =>
  b[o + 8] === 0x82 &&
  b[o + 9] === 0x71 &&
  b[o + 10] === 0x00 &&
  b[o + 11] === 0xa0 &&
  b[o + 12] === 0x24 &&
  b[o + 13] === 0x42 &&
  (u32of(b, o, little) & ~7) >>> 0 === 0xdea00000;
const isEpmInterface = (b: Uint8Array, o: number, little: boolean): boolean =>
  b[o + 8] === 0x91 && b[o + 9] === 0xa4 && b[o + 10] === 0x08 && u32of(b, o, little) === 0xe1af8308;

/** Version 4, a type, a format label, and the UUID of a PROFINET interface or the endpoint mapper. */
export const probeCm = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== 4 || end - start < CL_HEADER) return 'no';
  if ((b[start + 1]! & 0x1f) > PTYPE.CANCEL_ACK || !isFormatLabel(b, start + 4)) return 'no';
  const little = (b[start + 4]! & 0x10) !== 0;
  return isPnioInterface(b, start + 24, little) || isEpmInterface(b, start + 24, little) ? 'sure' : 'no';
};

const malformed = (code: string, detail: string, consumed: number) =>
  ({ kind: 'malformed', code, detail, consumed }) as const;

/** Codes: `profinet-cm.body-length`, `profinet-cm.args`, `profinet-cm.call-too-long`. */
export const decodeCm = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: CmState,
): Decoded<CmMessage> => {
  if (probeCm(b, start, end) === 'no') return { kind: 'foreign' };
  const consumed = end - start;
  const header = readClHeader(b, start);
  const name = INTERFACES[header.interface] ?? '';
  const body = start + CL_HEADER;
  if (header.bodyLength > end - body)
    return malformed('profinet-cm.body-length', `${header.bodyLength} of ${end - body} octets`, consumed);
  const stop = body + header.bodyLength;
  const base = { header, interface: name, isFragment: false, argsMaximum: -1, argsLength: -1, blocks: [], dropped: 0 };
  const { packetType, little } = header;
  if (packetType !== PTYPE.REQUEST && packetType !== PTYPE.RESPONSE) {
    const type = OTHERS[packetType]!;
    if (packetType === PTYPE.FACK) {
      const fack = readFack(b, body, stop, little);
      return { kind: 'message', message: { type, ...base, ...(fack && { fack }) }, consumed };
    }
    const hasStatus = (packetType === PTYPE.FAULT || packetType === PTYPE.REJECT) && stop - body >= 4;
    return {
      kind: 'message',
      message: { type, ...base, ...(hasStatus && { rpcStatus: u32of(b, body, little) }) },
      consumed,
    };
  }
  let bytes = b;
  let from = body;
  let to = stop;
  if ((header.flags1 & CL_FLAG.FRAGMENT) !== 0) {
    const joined = joinFragment(state, header, b, body, stop, context.tsUs);
    if (joined === 'too-long') return malformed('profinet-cm.call-too-long', 'more octets than are kept', consumed);
    if (joined === undefined) {
      const type = packetType === PTYPE.REQUEST ? 'Request fragment' : 'Response fragment';
      return { kind: 'message', message: { type, ...base, isFragment: true }, consumed };
    }
    bytes = joined;
    from = 0;
    to = joined.length;
  }
  const message =
    name === EPM
      ? epmCall(bytes, from, to, header, base)
      : ioCall(bytes, from, to, header, base, context.lean === true);
  if (message === undefined)
    return malformed('profinet-cm.args', `${to - from} octets are too few or contradict themselves`, consumed);
  const announcement = name === EPM ? undefined : announcementOf(message, state);
  if (announcement === undefined) return { kind: 'message', message, consumed };
  const told = announceRt(announcement);
  return { kind: 'carries', child: PROFINET_RT, bytes: told, start: 0, end: told.length, consumed, message };
};

/** What the decoder of cyclic frames must know: their layout, and the submodules whose data are made safe. */
const announcementOf = (m: CmMessage, state: CmState): RtAnnouncement | undefined => {
  const isRequest = m.header.packetType === PTYPE.REQUEST;
  if (m.header.opnum === OPNUM.WRITE && isRequest) {
    const safety = m.blocks.flatMap(({ fields }) => safetyOf(fields));
    const ar = m.blocks[0];
    return ar === undefined || safety.length === 0 ? undefined : { ar: str(ar.fields, 'arUuid'), safety };
  }
  if (m.header.opnum !== OPNUM.CONNECT) return undefined;
  if (isRequest) {
    const planned = planOf(m.blocks);
    if (planned !== undefined) keepPlan(state, planned.ar, planned.plan);
    return undefined;
  }
  const ar = arOfResponse(m.blocks);
  const plan = state.plans.get(ar);
  if (plan === undefined || m.status === undefined || isError(m.status)) return undefined;
  state.plans.delete(ar);
  const frames = framesOf(plan, m.blocks);
  return frames.length === 0 ? undefined : { ar, frames };
};

/** How the cyclic frames are laid out is said once, and controllers stay connected for months. */
export const laysOut = (m: CmMessage): boolean =>
  m.header.opnum === OPNUM.CONNECT
    ? m.blocks.length > 0
    : m.header.opnum === OPNUM.WRITE && m.blocks.some(({ fields }) => safetyOf(fields).length > 0);

const safetyOf = (fields: Entry): RtSafety[] => {
  const parameters = fields.data instanceof Uint8Array ? readFParameters(fields.data) : undefined;
  if (parameters === undefined) return [];
  const { crcOctets } = parameters;
  return [{ slot: num(fields, 'slotNumber'), subslot: num(fields, 'subslotNumber'), crcOctets }];
};

type Base = Omit<CmMessage, 'type'>;

const epmCall = (b: Uint8Array, o: number, end: number, header: ClHeader, base: Base): CmMessage => {
  if (header.packetType === PTYPE.REQUEST) {
    const type = EPM_REQUESTS[header.opnum] ?? 'Endpoint Mapper request';
    return header.opnum === 2 ? { type, ...base, inquiry: readInquiry(b, o, end, header.little) } : { type, ...base };
  }
  const type = EPM_RESPONSES[header.opnum] ?? 'Endpoint Mapper response';
  const epm = header.opnum === 2 ? readLookupAnswer(b, o, end, header.little) : undefined;
  return { type, ...base, ...(epm && { epm }) };
};

/** Status or maximum, then the length of the arguments, then a conformant varying array of octets: the blocks. */
const ioCall = (
  b: Uint8Array,
  o: number,
  end: number,
  header: ClHeader,
  base: Base,
  lean: boolean,
): CmMessage | undefined => {
  if (end - o < 20) return undefined;
  const isRequest = header.packetType === PTYPE.REQUEST;
  const first = u32of(b, o, header.little);
  const argsLength = u32of(b, o + 4, header.little);
  const from = o + 20;
  if (argsLength > end - from) return undefined;
  const stop = from + argsLength;
  const budget = new Budget(lean);
  const blocks: Block[] = [];
  if (header.opnum === OPNUM.READ || header.opnum === OPNUM.WRITE || header.opnum === OPNUM.READ_IMPLICIT)
    readRecords(b, from, stop, blocks, budget);
  else readBlocks(b, from, stop, blocks, budget);
  const type = (isRequest ? REQUESTS : RESPONSES)[header.opnum] ?? (isRequest ? 'Request' : 'Response');
  // Written out: every spread object has a hidden class of its own, which costs more than the call's arguments.
  const { interface: name, isFragment } = base;
  const { dropped, missing, reserved } = budget;
  const message: Mutable = {
    type,
    header,
    interface: name,
    isFragment,
    argsMaximum: isRequest ? first : -1,
    argsLength,
    arrayMaximum: u32of(b, o + 8, header.little),
    arrayOffset: u32of(b, o + 12, header.little),
    arrayLength: u32of(b, o + 16, header.little),
    blocks,
    dropped,
  };
  if (!isRequest) message.status = statusOf(first);
  if (missing > 0) message.missing = missing;
  if (reserved !== 0) message.reserved = reserved;
  return message;
};

/** BlockType of record headers, and the octets they take with their padding. */
const isRecordHeader = (type: number): boolean => (type & 0x7fff) === 8 || (type & 0x7fff) === 9;
const RECORD_HEADER = 64;
const MULTIPLE_WRITE = 0xe040;

/**
 * Headers with their record data, one after the other: a MultipleWrite holds many, each aligned to four octets. Blocks of
 * a record follow its header in the list; octets that are not blocks are `data` of the header.
 */
const readRecords = (b: Uint8Array, start: number, end: number, out: Block[], budget: Budget): void => {
  let o = start;
  while (o + RECORD_HEADER <= end) {
    const type = (b[o]! << 8) | b[o + 1]!;
    const at = out.length;
    if (!isRecordHeader(type) || readBlocks(b, o, o + RECORD_HEADER, out, budget) <= o) break;
    const fields = out[at]!.fields as Record<string, Field>;
    const length = fields.recordDataLength;
    // A header cut short by its own length: what follows cannot be placed.
    if (typeof length !== 'number') break;
    o += RECORD_HEADER;
    if (fields.index === MULTIPLE_WRITE) continue;
    // Only writing requests and reading responses carry data; the other lengths say what was asked for or taken.
    if (type !== 0x0008 && type !== 0x8009) {
      if (type === 0x0009 && o < end) readBlocks(b, o, end, out, budget);
      continue;
    }
    const stop = Math.min(end, o + length);
    readRecord(b, o, stop, fields.index as number, out, fields, budget, 0);
    o = start + ((stop - start + 3) & ~3);
  }
};

/** What `encodeCm` needs; big-endian unless `little`. */
export interface CmFields {
  readonly packetType: number;
  readonly opnum: number;
  readonly interface: string;
  readonly object?: string;
  readonly activity: string;
  readonly sequence?: number;
  readonly flags1?: number;
  readonly fragment?: number;
  readonly body: Uint8Array;
}
const uuidOctets = (text: string): number[] =>
  (text.replaceAll('-', '').match(/../g) ?? []).map((x) => Number.parseInt(x, 16));

/** A big-endian datagram; `body` is the stub with its NDR head. */
export const encodeCm = (m: CmFields): Uint8Array =>
  new OctetWriter()
    .u8(4, m.packetType, m.flags1 ?? CL_FLAG.IDEMPOTENT, 0, 0, 0, 0, 0)
    .bytes(uuidOctets(m.object ?? 'dea00000-6c97-11d1-8271-000100010001'))
    .bytes(uuidOctets(m.interface))
    .bytes(uuidOctets(m.activity))
    .u32(0)
    .u32(1)
    .u32(m.sequence ?? 0)
    .u16(m.opnum)
    .u16(0xffff)
    .u16(0xffff)
    .u16(m.body.length)
    .u16(m.fragment ?? 0)
    .u16(0)
    .bytes(m.body)
    .done();

/** The NDR head of a call: `first` is the maximum of a request or the status of a response. */
export const encodeArgs = (first: number, blocks: Uint8Array): Uint8Array =>
  new OctetWriter().u32(first).u32(blocks.length).u32(blocks.length).u32(0).u32(blocks.length).bytes(blocks).done();
