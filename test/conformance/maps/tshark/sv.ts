/** tshark's sv.* columns: those of a frame's ASDUs follow each other. */
import type { SvMessage } from '../../../../src/decode/sv/index.ts';
import { frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

type M = Seen<SvMessage>;
const asdus = (s: M) => (s.message.smpCnt < 0 ? [] : [s.message, ...s.message.further]);

export const tsharkSv = frameMap<SvMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'sv',
  columns: {
    'sv.appid': (s) => hex(s.message.appid, 4),
    'sv.svID': (s) => asdus(s).map((a) => a.svID),
    'sv.smpCnt': (s) => asdus(s).map((a) => a.smpCnt),
    'sv.confRev': (s) => asdus(s).map((a) => a.confRev),
    'sv.smpSynch': (s) => asdus(s).map((a) => a.smpSynch),
    'sv.noASDU': (s) => (s.message.noASDU < 0 ? undefined : s.message.noASDU),
  },
});
