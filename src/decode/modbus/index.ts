/**
 * Modbus/TCP: MODBUS Application Protocol Specification V1.1b3 and Messaging on TCP/IP Implementation Guide V1.0b. Also
 * on UDP, where the same ADU is one datagram. Modbus/TCP Security (port 802) is TLS and seen as such.
 */

import type { Decoder, PduContext } from '../../core/decoder.ts';
import { modbusCodes } from './codes.ts';
import type { ModbusMessage } from './message.ts';
import { type ModbusState, observeModbus, openModbus } from './observe.ts';
import { decodeAdu, probeAdu } from './wire.ts';

export type { ModbusDetail, ModbusMessage } from './message.ts';

const PORT = 502;
/** Whoever sends from port 502 to another port answers, even where the server has opened the connection. */
const asks = (context: PduContext): boolean =>
  context.toServer && (context.clientPort !== PORT || context.serverPort === PORT);

export const modbus: Decoder<ModbusMessage, ModbusState> = {
  name: 'modbus',
  title: 'Modbus/TCP',
  family: 'ot',
  codes: modbusCodes,
  attach: [
    { over: 'tcp', ports: [PORT] },
    { over: 'udp', ports: [PORT] },
  ],
  probe: (bytes, start, end) => probeAdu(bytes, start, end),
  open: openModbus,
  decode: (bytes, start, end, context) => decodeAdu(bytes, start, end, asks(context)),
  pairing: {
    scope: 'flow',
    role: (message) => (message.response ? 'response' : 'request'),
    // Transaction and unit: gateways answer for many units and some clients never count transactions.
    key: (message) => (message.transactionId << 8) | message.unitId,
  },
  observe: observeModbus,
};
