/** ICSNPP's genisys.log: one row per message. */
import type { GenisysMessage } from '../../../../src/decode/genisys/wire.ts';
import { genisysCrc } from '../../../../src/decode/genisys/wire.ts';
import { rowMap, type Seen } from '../../types.ts';

const hexOf = (n: number): string => `0x${n.toString(16)}`;

export const zeekGenisys = rowMap<Seen<GenisysMessage>>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'genisys',
  log: 'genisys',
  rows: (capture) => capture.of<GenisysMessage>('genisys'),
  columns: {
    header: (s) => s.message.type,
    server: (s) => s.message.station,
    direction: (s) => (s.message.response ? 'response' : 'request'),
    crc_transmitted: (s) => (s.message.crc < 0 ? undefined : hexOf(s.message.crc)),
    // The plug-in starts the CRC with 0, the equipment with all ones.
    crc_calculated: (s) =>
      s.message.crc < 0 ? undefined : hexOf(genisysCrc(s.message.content, s.message.content.length, 0)),
    payload: { value: (s) => s.message.pairs.map(([address, data]) => `${address}=${data}`), list: true },
  },
});
