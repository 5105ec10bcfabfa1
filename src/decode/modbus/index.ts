/**
 * Modbus/TCP: MODBUS Application Protocol Specification V1.1b3 and Messaging on TCP/IP Implementation Guide V1.0b. Also
 * on UDP, where the same ADU is one datagram. Modbus/TCP Security (port 802) is TLS and seen as such.
 */
import type { Decoder } from '../../core/decoder.ts';
import type { ModbusMessage } from './message.ts';
import { type ModbusState, observeModbus, openModbus } from './observe.ts';
import { decodeAdu, probeAdu } from './wire.ts';

export type { ModbusDetail, ModbusMessage } from './message.ts';

export const modbus: Decoder<ModbusMessage, ModbusState> = {
  name: 'modbus',
  title: 'Modbus/TCP',
  family: 'ot',
  attach: [
    { over: 'tcp', ports: [502] },
    { over: 'udp', ports: [502] },
  ],
  probe: (bytes, start, end) => probeAdu(bytes, start, end),
  open: openModbus,
  decode: (bytes, start, end, context) => decodeAdu(bytes, start, end, context.toServer),
  pairing: {
    scope: 'flow',
    role: (message) => (message.response ? 'response' : 'request'),
    // Transaction and unit: gateways answer for many units and some clients never count transactions.
    key: (message) => (message.transactionId << 8) | message.unitId,
  },
  observe: observeModbus,
};
