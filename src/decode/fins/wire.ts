/**
 * FINS frames on UDP (one datagram each) and in FINS/TCP frames. Header: OMRON W342 section 5-1-2; FINS/TCP: W421
 * section 7-4. Everything is big-endian.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { i32be, u16be, u32be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { commandBody, responseBody } from './body.ts';
import { commandOf, isCommand } from './commands.ts';
import type { FinsMessage, FinsTcp } from './message.ts';

/** Ten octets of header and the command code. */
const HEADER = 12;
const ICF_RESPONSE = 0x40;
/** `FINS`, length, command, error code. */
const TCP_HEADER = 16;
const MAGIC = 0x46494e53;
/** A FINS frame has at most 2012 octets; more in a FINS/TCP frame means that this is none. */
export const MAX_TCP_LENGTH = 8 + 2048;
const TCP_FRAME = 2;

const FOREIGN = { kind: 'foreign' } as const;

/**
 * Bit 7 (gateway) is always set on IP networks, bits 5..1 are reserved, RSV is 0 and the gateway count small. With a
 * command code of the table chance is excluded; a frame with an unknown one is plausible where the port hints.
 */
export const probeUdp = (b: Uint8Array, start: number, end: number): Probe => {
  if (end - start < HEADER || (b[start]! & 0xbe) !== 0x80 || b[start + 1] !== 0 || b[start + 2]! > 7) return 'no';
  if ((b[start]! & ICF_RESPONSE) !== 0 && end - start < HEADER + 2) return 'no';
  return isCommand(u16be(b, start + 10)) ? 'sure' : 'maybe';
};

export const probeTcp = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  const magic = [0x46, 0x49, 0x4e, 0x53];
  for (let i = 0; i < 4 && i < available; i++) if (b[start + i] !== magic[i]) return 'no';
  if (available < 8) return 'more';
  const length = u32be(b, start + 4);
  return length >= 8 && length <= MAX_TCP_LENGTH ? 'sure' : 'no';
};

/** One datagram; code `fins.short`: no room for a header. */
export const decodeUdp = (b: Uint8Array, start: number, end: number): Decoded<FinsMessage> => {
  if (end - start < HEADER)
    return {
      kind: 'malformed',
      code: 'fins.short',
      detail: 'datagram shorter than a FINS header',
      consumed: end - start,
    };
  if ((b[start]! & 0x3e) !== 0 || b[start + 1] !== 0) return FOREIGN;
  return { kind: 'message', message: frame(b, start, end, undefined), consumed: end - start };
};

/** One FINS/TCP frame; code `fins.tcp-length`: the length leaves no room for the frame it announces. */
export const decodeTcp = (b: Uint8Array, start: number, end: number): Decoded<FinsMessage> => {
  const available = end - start;
  if (available < 4)
    return probeTcp(b, start, end) === 'no' ? FOREIGN : { kind: 'incomplete', missing: TCP_HEADER - available };
  if (i32be(b, start) !== MAGIC) return FOREIGN;
  if (available < TCP_HEADER) return { kind: 'incomplete', missing: TCP_HEADER - available };
  const length = u32be(b, start + 4);
  if (length < 8 || length > MAX_TCP_LENGTH) return FOREIGN;
  const total = 8 + length;
  if (available < total) return { kind: 'incomplete', missing: total - available };
  const command = u32be(b, start + 8);
  const at = start + TCP_HEADER;
  const tcp: FinsTcp = {
    length,
    command,
    errorCode: u32be(b, start + 12),
    clientNode: command <= 1 && length >= 12 ? u32be(b, at) : -1,
    serverNode: command === 1 && length >= 16 ? u32be(b, at + 4) : -1,
  };
  if (command !== TCP_FRAME) return { kind: 'message', message: link(tcp), consumed: total };
  if (length < 8 + HEADER)
    return { kind: 'malformed', code: 'fins.tcp-length', detail: 'frame without a FINS header', consumed: total };
  return { kind: 'message', message: frame(b, at, start + total, tcp), consumed: total };
};

const LINK_TYPES: readonly string[] = [
  'FINS/TCP node address request',
  'FINS/TCP node address response',
  '',
  'FINS/TCP error notification',
  '',
  '',
  'FINS/TCP connection confirmation',
];
const link = (tcp: FinsTcp): FinsMessage => ({
  type: LINK_TYPES[tcp.command] || 'FINS/TCP unknown command',
  tcp,
  icf: -1,
  gct: 0,
  dna: 0,
  da1: 0,
  da2: 0,
  sna: 0,
  sa1: 0,
  sa2: 0,
  sid: 0,
  command: -1,
  response: tcp.command === 1,
  endCode: -1,
  detail: undefined,
  defect: '',
});

const frame = (b: Uint8Array, o: number, end: number, tcp: FinsTcp | undefined): FinsMessage => {
  const code = u16be(b, o + 10);
  const response = (b[o]! & ICF_RESPONSE) !== 0;
  const known = commandOf(code);
  const body = o + HEADER;
  const short = response && end - body < 2;
  const endCode = response && !short ? u16be(b, body) : -1;
  const detail = short ? 'short' : response ? responseBody(code, b, body + 2, end) : commandBody(code, b, body, end);
  return {
    type: response ? known.response : known.request,
    tcp,
    icf: b[o]!,
    gct: b[o + 2]!,
    dna: b[o + 3]!,
    da1: b[o + 4]!,
    da2: b[o + 5]!,
    sna: b[o + 6]!,
    sa1: b[o + 7]!,
    sa2: b[o + 8]!,
    sid: b[o + 9]!,
    command: code,
    response,
    endCode,
    detail: detail === 'short' ? undefined : detail,
    defect: detail === 'short' ? 'length' : '',
  };
};

export interface FinsAddress {
  readonly network?: number;
  readonly node?: number;
  readonly unit?: number;
}
/** A command as a datagram; source node 1, gateway count 2. */
export const encodeCommand = (
  command: number,
  sid: number,
  body: ArrayLike<number>,
  to: FinsAddress = {},
): Uint8Array =>
  new OctetWriter()
    .u8(0x80, 0, 2, to.network ?? 0, to.node ?? 0, to.unit ?? 0, 0, 1, 0, sid)
    .u16(command)
    .bytes(body)
    .done();
/** The answer to a command made by `encodeCommand`. */
export const encodeResponse = (command: Uint8Array, endCode: number, body: ArrayLike<number>): Uint8Array =>
  new OctetWriter()
    .u8(0xc0, 0, 2, command[6]!, command[7]!, command[8]!, command[3]!, command[4]!, command[5]!)
    .bytes(command.subarray(9, 12))
    .u16(endCode)
    .bytes(body)
    .done();
/** A FINS/TCP frame around `payload`. */
export const encodeTcp = (command: number, payload: ArrayLike<number>, errorCode = 0): Uint8Array =>
  new OctetWriter()
    .text('FINS')
    .u32(8 + payload.length)
    .u32(command)
    .u32(errorCode)
    .bytes(payload)
    .done();
