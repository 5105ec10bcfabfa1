/**
 * SLMP and the MC protocol of MELSEC controllers (1E, 3E, 4E; binary and ASCII), with CC-Link IE Field Network Basic
 * (UDP 61450, 61451) and the acyclic side of CC-Link IE TSN (UDP 45238, 45239). Ports are set by people: found by content.
 */

import type { Decoder } from '../../core/decoder.ts';
import { slmpCodes } from './codes.ts';
import { COMMAND } from './commands.ts';
import type { SlmpMessage } from './message.ts';
import { observeSlmp, openSlmp, type SlmpState } from './observe.ts';
import { decodeSlmp, probeSlmp } from './wire.ts';

export type { SlmpDetail, SlmpMessage } from './message.ts';

/** Common in manuals and examples: 5000 to 5010 of modules, 1025 and above of built-in ports (0x0401, 0x1000, 0x1388). */
const PORTS = [
  5000, 5001, 5002, 5003, 5004, 5005, 5006, 5007, 5008, 5009, 5010, 1025, 1026, 1027, 1280, 2000, 4096, 4999, 6000,
  8192, 5557,
];

export const slmp: Decoder<SlmpMessage, SlmpState> = {
  name: 'slmp',
  title: 'SLMP / MC protocol',
  family: 'ot',
  codes: slmpCodes,
  attach: [
    { over: 'tcp', ports: [...PORTS, 61451] },
    { over: 'udp', ports: [...PORTS, 61450, 61451, 45238, 45239] },
  ],
  probe: (bytes, start, end, context) => probeSlmp(bytes, start, end, context.carrier !== 'udp'),
  open: openSlmp,
  decode: decodeSlmp,
  pairing: {
    scope: 'flow',
    role: (m) => {
      // Cyclic frames answer a broadcast, on-demand data comes unasked.
      if (m.command === COMMAND.CYCLIC || m.command === COMMAND.ON_DEMAND) return 'single';
      return m.response ? 'response' : 'request';
    },
    // 3E and 1E have no number: one request at a time.
    key: (m) => (m.serial < 0 ? -1 : m.serial),
  },
  observe: observeSlmp,
};
