/**
 * DCE/RPC over TCP (C706 chapter 12, [MS-RPCE]): the endpoint mapper on port 135 and the ports that it hands out, so that a
 * Bind is known by content alone. Carries OPC Classic, Windows remote administration and DCOM.
 */
import type { Decoder, Probe } from '../../core/decoder.ts';
import { CO_HEADER, isCoHeader, PTYPE, readCoHeader } from '../shared/dcerpc.ts';
import { observeRpc } from './observe.ts';
import { decodeRpc, type RpcMessage, type RpcState } from './wire.ts';

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== 5) return 'no';
  const here = end - start;
  if (here < CO_HEADER) return here < 2 || b[start + 1]! <= 1 ? 'more' : 'no';
  if (!isCoHeader(b, start)) return 'no';
  const { fragmentLength, authenticationLength, packetType } = readCoHeader(b, start);
  return fragmentLength >= CO_HEADER &&
    fragmentLength <= 0x4000 &&
    authenticationLength + CO_HEADER <= fragmentLength &&
    (packetType <= PTYPE.RESPONSE || packetType === PTYPE.FAULT || packetType >= PTYPE.BIND)
    ? 'sure'
    : 'no';
};

const ANSWERS = new Set<number>([
  PTYPE.RESPONSE,
  PTYPE.FAULT,
  PTYPE.BIND_ACK,
  PTYPE.BIND_NAK,
  PTYPE.ALTER_CONTEXT_RESP,
]);
const ASKS = new Set<number>([PTYPE.REQUEST, PTYPE.BIND, PTYPE.ALTER_CONTEXT]);

export const dcerpc: Decoder<RpcMessage, RpcState> = {
  name: 'dcerpc',
  title: 'DCE/RPC',
  family: 'it',
  attach: [{ over: 'tcp', ports: [135, 593] }],
  isEncrypted: (state) => state.sealed,
  probe,
  open: () => ({ bound: new Map(), sealed: false, user: '' }),
  decode: (b, start, end, _context, state) => decodeRpc(b, start, end, state),
  pairing: {
    scope: 'flow',
    role: (m) => (ASKS.has(m.packetType) ? 'request' : ANSWERS.has(m.packetType) ? 'response' : 'single'),
    key: (m) => m.callId,
    timeoutUs: 60_000_000,
  },
  observe: observeRpc,
};
