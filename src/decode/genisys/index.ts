/** Genisys over TCP, by custom on port 10001 (serial servers); any other port where the CRC proves it. */
import type { Decoder } from '../../core/decoder.ts';
import { genisysCodes } from './codes.ts';
import { type GenisysState, observeGenisys, openGenisys } from './observe.ts';
import { decodeGenisys, type GenisysMessage, HEADER, probeGenisys } from './wire.ts';

export const genisys: Decoder<GenisysMessage, GenisysState> = {
  name: 'genisys',
  title: 'Genisys',
  family: 'ot',
  codes: genisysCodes,
  attach: [{ over: 'tcp', ports: [10001] }],
  probe: probeGenisys,
  open: openGenisys,
  decode: decodeGenisys,
  pairing: {
    scope: 'flow',
    role: (m) => {
      if (m.response) return 'response';
      // A common control goes to all stations and nobody answers.
      return m.header === HEADER.COMMON_CONTROL_DATA && m.station === 0 ? 'single' : 'request';
    },
    key: (m) => m.station,
  },
  observe: observeGenisys,
};
