/**
 * EtherNet/IP with CIP inside: explicit messaging on TCP and UDP 44818. Implicit I/O (UDP 2222) is the decoder `cip-io`,
 * which learns of its connections from the Forward Open seen here. Source: The CIP Networks Library Volumes 1 and 2.
 */

import type { Decoded, Decoder, PduContext } from '../../core/decoder.ts';
import { i32be, u16le, u32be, u32le } from '../../lib/bytes.ts';
import { announceIo, CIP_IO } from '../shared/cip-io-announcement.ts';
import { OctetMemo } from '../shared/octet-memo.ts';
import { isLarge } from '../shared/octet-slab.ts';
import { type CipMessage, decodeCip } from './cip.ts';
import { enipCodes } from './codes.ts';
import type { Connection, Forward } from './connection.ts';
import { headingOf } from './heading.ts';
import type { ListIdentityRecord } from './identity.ts';
import { observe } from './observe.ts';
import { EnipState } from './state.ts';
import {
  COMMAND,
  type CpfItem,
  commandName,
  type EnipMessage,
  frameLength,
  HEADER,
  ITEM,
  isReserved,
  looksLikeHeader,
  RESERVED,
  readItems,
  scanItems,
} from './wire.ts';

export type { CipMessage } from './cip.ts';
export type { EnipMessage } from './wire.ts';

const NO_IDENTITIES: readonly ListIdentityRecord[] = [];
const NO_TYPES: readonly number[] = Object.freeze([]);
const NO_ITEMS: readonly CpfItem[] = [];

/** Pairing key of unconnected messages: sender context and command folded into a safe integer. */
const contextKey = (high: number, low: number, command: number): number =>
  (high >>> 0) * 0x200000 + ((Math.imul(low, 0x9e3779b1) ^ Math.imul(command, 0x85ebca6b)) >>> 11);

/** Requests already understood, of all flows: panels and servers ask alike, and connections come again. */
const requests = new OctetMemo<CipMessage>();
/** Octets that share a chunk would keep the whole chunk. */
const isSmall = (m: CipMessage): boolean => !isLarge(m.data) && m.embedded.every(isSmall);

/** CIP octets to a message, from memory where they were seen before. */
const readCip = (b: Uint8Array, start: number, end: number): CipMessage | undefined => {
  if (start >= end) return undefined;
  // Answers hold values that change: remembering them costs more than reading them.
  if ((b[start]! & 0x80) !== 0) return decodeCip(b, start, end);
  const known = requests.find(b, start, end);
  if (known !== undefined) return known;
  const message = decodeCip(b, start, end);
  if (message !== undefined && requests.repeats && isSmall(message)) requests.keep(b, start, end, message);
  return message;
};

/** Follows Forward Open and Close. Returns the request of an I/O connection that was just opened. */
const follow = (cip: CipMessage, state: EnipState): Forward | undefined => {
  const inner = cip.embedded.length === 1 ? cip.embedded[0]! : cip;
  const forward = inner.forward;
  if (forward === undefined) return undefined;
  switch (forward.what) {
    case 'open':
      state.connections.opening(forward, cip.route);
      return undefined;
    case 'opened': {
      const request = state.connections.opened(forward);
      return request !== undefined && (request.transportClass === 0 || request.transportClass === 1)
        ? { ...request, otId: forward.otId, toId: forward.toId, otRpiUs: forward.otRpiUs, toRpiUs: forward.toRpiUs }
        : undefined;
    }
    case 'closed':
      state.connections.closed(forward);
      return undefined;
    default:
      return undefined;
  }
};

/** Which way a message without CIP goes; the header does not say it, what the command must carry does. */
const plainType = (command: number, length: number, session: number, status: number): EnipMessage['type'] => {
  if (command === COMMAND.NOP || command === COMMAND.UNREGISTER_SESSION) return 'single';
  if (status !== 0) return 'response';
  if (command === COMMAND.REGISTER_SESSION) return session !== 0 ? 'response' : 'request';
  return length === 0 ? 'request' : 'response';
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: EnipState,
): Decoded<EnipMessage> => {
  const have = end - start;
  if (have < HEADER) return { kind: 'incomplete', missing: HEADER - have };
  const command = u16le(b, start);
  const name = commandName(command) ?? (isReserved(b, start, end) ? RESERVED : undefined);
  if (name === undefined) {
    return { kind: 'malformed', code: 'enip.command', detail: `no command 0x${command.toString(16)}`, consumed: 0 };
  }
  const length = u16le(b, start + 2);
  const stop = start + frameLength(b, start);
  if (stop > end) return { kind: 'incomplete', missing: stop - end };
  const consumed = stop - start;
  const session = u32le(b, start + 4);
  const status = u32le(b, start + 8);
  const contextHigh = u32be(b, start + 12);
  const contextLow = u32be(b, start + 16);
  let type: EnipMessage['type'] =
    name === RESERVED ? (context.toServer ? 'request' : 'response') : plainType(command, length, session, status);
  let key = contextKey(contextHigh, contextLow, command);
  let interfaceHandle = -1;
  let timeout = -1;
  let connectionId = -1;
  let sequence = -1;
  let connection: Connection | undefined;
  let cip: CipMessage | undefined;
  let identities = NO_IDENTITIES;
  let items = NO_ITEMS;
  let itemTypes = NO_TYPES;
  let opened: Forward | undefined;
  if (command === COMMAND.SEND_RR_DATA || command === COMMAND.SEND_UNIT_DATA) {
    if (length > 0) {
      const scan = state.scan;
      if (length >= 6) {
        interfaceHandle = u32le(b, start + HEADER);
        timeout = u16le(b, start + HEADER + 4);
      }
      // 2-4.7: interface handle 4, timeout 2, then items
      if (!scanItems(b, start + HEADER + 6, stop, scan)) {
        return { kind: 'malformed', code: 'enip.items', detail: 'an item does not fit the packet', consumed };
      }
      connectionId = scan.connectionId;
      itemTypes = scan.types;
      let from = scan.dataStart;
      if (scan.dataType === ITEM.CONNECTED_DATA) {
        if (scan.dataEnd - from < 2) {
          return { kind: 'malformed', code: 'enip.connected-data', detail: 'no sequence count', consumed };
        }
        sequence = u16le(b, from);
        from += 2;
      }
      if (scan.dataType >= 0) {
        cip = readCip(b, from, scan.dataEnd);
        if (cip === undefined) {
          return { kind: 'malformed', code: 'enip.cip', detail: 'CIP message shorter than it says', consumed };
        }
        type = cip.kind;
        if (connectionId >= 0) {
          connection =
            type === 'request'
              ? state.connections.ofRequest(connectionId, sequence, cip.service)
              : state.connections.ofResponse(connectionId, sequence, cip.service);
          key = -(connection.index * 0x10000 + sequence + 1);
        } else opened = follow(cip, state);
        if (context.lean !== true) {
          if (type === 'request') state.asked.note(key, cip);
          else state.asked.name(key, cip);
        }
      }
      if (scan.others > 0) items = readItems(b, start + HEADER + 6, stop).items;
    }
  } else if (length >= 2 && name !== RESERVED && command !== COMMAND.NOP && command !== COMMAND.REGISTER_SESSION) {
    const read = readItems(b, start + HEADER, stop);
    items = read.items;
    identities = read.identities;
    itemTypes = read.types;
  }
  const registers = command === COMMAND.REGISTER_SESSION && length >= 4;
  const message: EnipMessage = {
    type,
    command,
    name,
    length,
    session,
    status,
    contextHigh,
    contextLow,
    options: i32be(b, start + 20) >>> 0,
    interfaceHandle,
    timeout,
    protocolVersion: registers ? u16le(b, start + HEADER) : -1,
    sessionOptions: registers ? u16le(b, start + HEADER + 2) : -1,
    connectionId,
    sequence,
    key,
    route: connection === undefined ? '' : connection.route,
    connection: connection === undefined ? 0 : connection.index,
    cip,
    identities,
    items,
    itemTypes,
  };
  if (opened !== undefined) {
    const bytes = announceIo(opened);
    return { kind: 'carries', child: CIP_IO, bytes, start: 0, end: bytes.length, consumed, message };
  }
  return { kind: 'message', message, consumed };
};

export const enip: Decoder<EnipMessage, EnipState> = {
  name: 'enip',
  title: 'EtherNet/IP',
  family: 'ot',
  codes: enipCodes,
  heading: headingOf,
  attach: [
    { over: 'tcp', ports: [44818] },
    { over: 'udp', ports: [44818] },
  ],
  probe(b, start, end, context) {
    const looks = looksLikeHeader(b, start, end);
    // A datagram is whole: what is too short is not this.
    if (looks === 'more' && context.carrier === 'udp') return 'no';
    if (
      looks === 'no' &&
      end - start >= HEADER &&
      u16le(b, start) === COMMAND.NOP &&
      u16le(b, start + 2) <= end - start - HEADER
    ) {
      return 'maybe';
    }
    return looks === 'no' && isReserved(b, start, end) ? 'maybe' : looks;
  },
  open: () => new EnipState(),
  decode,
  pairing: {
    scope: 'flow',
    role: (message) => message.type,
    key: (message) => message.key,
  },
  // Which route a connection takes, and where its I/O goes, is said once.
  opens: ({ cip }) => (cip?.embedded.length === 1 ? cip.embedded[0]! : cip)?.forward !== undefined,
  observe,
};
