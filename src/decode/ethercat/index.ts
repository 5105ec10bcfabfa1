/**
 * EtherCAT on EtherType 0x88a4 and on UDP: cyclic process data, the state machine of the slaves, and their mailboxes. The
 * master's frame and its return are one transaction; frames of every cycle are not paired.
 */
import type { Decoder } from '../../core/decoder.ts';
import { type EcatState, observeEcat, openEcat } from './observe.ts';
import { COMMANDS, decodeEcat, type EcatMessage, ETHERTYPE, keyOf, PORT, probeEcat } from './wire.ts';

export type { EcatMessage } from './wire.ts';

export const ethercat: Decoder<EcatMessage, EcatState> = {
  name: 'ethercat',
  title: 'EtherCAT',
  family: 'ot',
  codes: { 'datagrams[].command': (code) => COMMANDS[code] },
  attach: [
    { over: 'ethertype', types: [ETHERTYPE] },
    { over: 'udp', ports: [PORT] },
  ],
  probe: (b, start, end) => probeEcat(b, start, end),
  open: openEcat,
  decode(b, start, end) {
    const message = decodeEcat(b, start, end);
    if (typeof message === 'string')
      return { kind: 'malformed', code: message, detail: `${end - start} octets`, consumed: end - start };
    return { kind: 'message', message, consumed: end - start };
  },
  pairing: {
    scope: 'segment',
    role: (m) => (m.isCyclic || m.datagrams.length === 0 ? 'single' : m.isProcessed ? 'response' : 'request'),
    key: (m) => keyOf(m),
    timeoutUs: 1_000_000,
  },
  observe: observeEcat,
  cyclic: true,
};
