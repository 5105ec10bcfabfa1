/** tshark's ams.* columns. */
import type { AdsMessage, AnyAdsMessage } from '../../../../src/decode/ads/index.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';

const READ_WRITE = 9;
const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
const packet = (pick: (m: AdsMessage) => Cell) => (s: Seen<AnyAdsMessage>) =>
  s.message.kind === 'ads' ? pick(s.message) : undefined;

export const tsharkAds = frameMap<AnyAdsMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ads',
  columns: {
    'ams.sendernetid': packet((m) => m.sourceNetId),
    'ams.senderport': packet((m) => m.sourcePort),
    'ams.targetnetid': packet((m) => m.targetNetId),
    'ams.targetport': packet((m) => m.targetPort),
    'ams.cmdid': packet((m) => m.command),
    'ams.invokeid': packet((m) => hex32(m.invokeId)),
    'ams.errorcode': packet((m) => hex32(m.errorCode)),
    'ams.ads_indexgroup': packet((m) => (m.indexGroup < 0 ? undefined : hex32(m.indexGroup))),
    'ams.ads_indexoffset': packet((m) => (m.indexOffset < 0 ? undefined : hex32(m.indexOffset))),
    'ams.ads_devicename': packet((m) => (m.detail?.kind === 'device' ? m.detail.name : undefined)),
    // Of an answer to ReadWrite tshark reads the result only where two octets of data follow it and their length.
    'ams.adsresult': packet((m) =>
      m.result < 0 || (m.response && m.command === READ_WRITE && m.data.length < 2) ? undefined : hex32(m.result),
    ),
  },
});
