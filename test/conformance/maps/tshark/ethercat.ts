/** tshark's ecatf.* and ecat.* columns. */
import type { EcatMessage } from '../../../../src/decode/ethercat/index.ts';
import { frameMap } from '../../types.ts';
import { hex } from '../text.ts';

export const tsharkEthercat = frameMap<EcatMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ethercat',
  columns: {
    'ecatf.type': (s) => hex(s.message.frameType, 4),
    'ecat.cmd': (s) => s.message.datagrams.map((d) => hex(d.command, 2)),
    'ecat.idx': (s) => s.message.datagrams.map((d) => hex(d.index, 2)),
    'ecat.adp': (s) => s.message.datagrams.filter((d) => d.adp >= 0).map((d) => hex(d.adp, 4)),
    'ecat.ado': (s) => s.message.datagrams.filter((d) => d.ado >= 0).map((d) => hex(d.ado, 4)),
    'ecat.lad': (s) => s.message.datagrams.filter((d) => d.logical >= 0).map((d) => hex(d.logical, 8)),
    'ecat.cnt': (s) => s.message.datagrams.map((d) => d.workingCounter),
  },
});
