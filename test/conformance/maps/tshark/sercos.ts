/** tshark's siii.* columns. */
import type { SercosMessage } from '../../../../src/decode/sercos/index.ts';
import { frameMap } from '../../types.ts';
import { hex } from '../text.ts';

export const tsharkSercos = frameMap<SercosMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'sercos',
  columns: {
    'siii.channel': (s) => s.message.isSecondary,
    'siii.type': (s) => s.message.type === 'SERCOS AT',
    'siii.telno': (s) => s.message.telegram,
    'siii.cyclecntvalid': (s) => s.message.isCycleValid,
    'siii.mst.phase': (s) => hex(s.message.phase | (s.message.isSwitching ? 0x80 : 0), 2),
    'siii.mst.cyclecnt': (s) => s.message.cycle,
    'siii.mst.crc32': (s) => hex(s.message.crc, 8),
    'siii.at.cp0.num_devices': (s) => (s.message.slaves < 0 ? undefined : s.message.slaves),
    // Places that nobody took are addresses to tshark.
    'siii.at.cp0.sercos_address': {
      value: (s) => (s.message.slaves < 0 ? [] : s.message.addresses),
      only: (theirs) =>
        theirs
          .split(',')
          .filter((address) => address !== '65535')
          .join(','),
    },
  },
});
