/** sv.log of the Zeek SV plug-in: a row per ASDU. */
import type { SvAsdu, SvMessage } from '../../../../src/decode/sv/index.ts';
import { rowMap, type Seen } from '../../types.ts';

interface Row {
  readonly seen: Seen<SvMessage>;
  readonly asdu: SvAsdu;
}

export const zeekSv = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'sv',
  log: 'sv',
  rows: (capture) =>
    capture
      .of<SvMessage>('sv')
      .flatMap((seen) => [seen.message, ...seen.message.further].map((asdu) => ({ seen, asdu }))),
  columns: {
    src: (r) => r.seen.senderMac,
    dst: (r) => r.seen.receiverMac,
    vlan: (r) => r.seen.vlan,
    appid: (r) => r.seen.message.appid,
    length: (r) => r.seen.message.length,
    smpCnt: (r) => r.asdu.smpCnt,
    sv_id: (r) => r.asdu.svID,
  },
});
