/** tshark's synphasor.* columns. */
import type { SynchrophasorMessage } from '../../../../src/decode/synchrophasor/index.ts';
import { frameMap } from '../../types.ts';
import { hex, nanosecondsText } from '../text.ts';

export const tsharkSynchrophasor = frameMap<SynchrophasorMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'synchrophasor',
  columns: {
    'synphasor.frtype': (s) => hex(s.message.frameType, 4),
    'synphasor.frsize': (s) => s.message.frameSize,
    'synphasor.idcode_stream_source': (s) => s.message.idcode,
    'synphasor.command': (s) => (s.message.command < 0 ? undefined : hex(s.message.command, 4)),
    'synphasor.conf.numpmu': (s) => s.message.configuration?.numPmu,
    'synphasor.num_phasors': (s) => s.message.configuration?.pmus.map((p) => p.phasorNames.length),
  },
  framed: {
    'synphasor.soc': {
      value: (all) => all.map((s) => nanosecondsText(s.message.soc, 0)).join(','),
      whole: true,
    },
  },
});
