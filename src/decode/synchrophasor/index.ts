/**
 * Synchrophasors (IEEE C37.118) over TCP and UDP: measurements of the grid from phasor measurement units. Configuration
 * and data of one stream may take different connections between two hosts.
 */
import type { Decoder } from '../../core/decoder.ts';
import { commandText, observeSynchrophasor, SynchrophasorState } from './observe.ts';
import { COMMAND, decodeFrame, FRAME, probeFrame, type SynchrophasorMessage } from './wire.ts';

export type { SynchrophasorMessage } from './wire.ts';

const PORTS = [4712, 4713];

/** The frame that answers a command; -1 where there is none. */
const answerTo = (command: number): number =>
  command === COMMAND.HEADER
    ? FRAME.HEADER
    : command === COMMAND.CFG1
      ? FRAME.CFG1
      : command === COMMAND.CFG2
        ? FRAME.CFG2
        : command === COMMAND.CFG3
          ? FRAME.CFG3
          : -1;

export const synchrophasor: Decoder<SynchrophasorMessage, SynchrophasorState> = {
  name: 'synchrophasor',
  title: 'Synchrophasor (IEEE C37.118)',
  family: 'ot',
  codes: { '.command': commandText },
  attach: [
    { over: 'tcp', ports: PORTS },
    { over: 'udp', ports: PORTS },
  ],
  cyclic: true,
  probe: (b, start, end) => probeFrame(b, start, end),
  open: () => new SynchrophasorState(),
  decode: (b, start, end, _, state) => decodeFrame(b, start, end, state.streams),
  pairing: {
    scope: 'hosts',
    role: (m) => {
      if (m.frameType === FRAME.COMMAND) return answerTo(m.command) < 0 ? 'single' : 'request';
      return m.frameType === FRAME.DATA ? 'single' : 'response';
    },
    // A concentrator's stream and its configuration carry the same id; the command may carry another.
    key: (m) => (m.frameType === FRAME.COMMAND ? answerTo(m.command) : m.frameType),
  },
  observe: observeSynchrophasor,
};
