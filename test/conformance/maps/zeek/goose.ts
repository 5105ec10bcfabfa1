/** goose.log of the Zeek GOOSE plug-in: a row per message. */
import { createHash } from 'node:crypto';
import type { GooseMessage } from '../../../../src/decode/goose/index.ts';
import { rowMap, type Seen } from '../../types.ts';
import { octets } from '../text.ts';

type M = Seen<GooseMessage>;
const failed = (s: M): boolean => s.message.defect === 'asn1';
const data = (s: M): Uint8Array | undefined =>
  s.message.allDataOctets.length > 0 ? s.message.allDataOctets : undefined;

export const zeekGoose = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'goose',
  log: 'goose',
  rows: (capture) => capture.of<GooseMessage>('goose').filter((s) => s.message.type === 'goosePdu'),
  columns: {
    src_mac: (s) => s.senderMac,
    dst_mac: (s) => s.receiverMac,
    eth_type: () => '0x88b8',
    appid: (s) => `0x${s.message.appid.toString(16)}`,
    length: (s) => s.message.length,
    gocb_ref: (s) => s.message.gocbRef,
    time_allowed_to_live: (s) => s.message.timeAllowedToLive,
    dataset: (s) => s.message.datSet,
    go_id: (s) => s.message.goID,
    timestamp: (s) =>
      s.message.tSeconds < 0 ? undefined : (s.message.tSeconds + s.message.tFraction / 0x1000000).toFixed(6),
    timestamp_quality: (s) => (s.message.tSeconds < 0 ? undefined : `0x${s.message.tQuality.toString(16)}`),
    st_num: (s) => s.message.stNum,
    sq_num: (s) => s.message.sqNum,
    simulation: (s) => s.message.simulation,
    conf_rev: (s) => s.message.confRev,
    nds_com: (s) => s.message.ndsCom,
    num_dat_set_entries: (s) => s.message.numDatSetEntries,
    all_data_hash: (s) => {
      const b = data(s);
      return b && createHash('sha256').update(b).digest('hex');
    },
    // The plug-in writes it only where it is asked to.
    all_data_raw_hex: {
      value: (s) => {
        const b = data(s);
        return b && octets(b).toUpperCase();
      },
      complete: false,
    },
    parse_status: (s) => (s.message.defect === '' ? 'ok' : failed(s) ? 'failed' : 'partial'),
    parse_error: (s) => {
      const { defect } = s.message;
      if (defect === '') return 'none';
      if (failed(s)) return 'malformed_asn1';
      return defect === 'missing-all-data' ? 'missing_all_data' : 'missing_required_field';
    },
  },
});
