/** tshark's ff.* columns: the header, the trailer, identities, and which object is read, written or reported. */
import type { FfMessage } from '../../../../src/decode/ff-hse/index.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';
import { padded } from '../text.ts';

type M = Seen<FfMessage>;
const [REQUEST, RESPONSE, ERROR] = [0, 1, 2];
const of =
  (service: number, type: number, read: (m: FfMessage) => Cell) =>
  (s: M): Cell =>
    s.message.service === service && s.message.messageType === type ? read(s.message) : undefined;
/** Blanks at the end of texts of fixed length. */
const text = (value: (s: M) => Cell) => ({ value, same: padded });
const errorOf = (part: (code: readonly string[]) => Cell) => (service: number) =>
  of(service, ERROR, (m) => {
    // `access, code 2 (5)`: class, code and additional code.
    const found = /code (\d+) \((-?\d+)\)$/.exec(m.errorText);
    return found === null ? undefined : part(found);
  });
const code = errorOf((x) => x[1]);
const additional = errorOf((x) => x[2]);
const index = (service: number) => of(service, REQUEST, (m) => m.index);
const subindex = (service: number) => of(service, REQUEST, (m) => m.subindex);

export const tsharkFfHse = frameMap<FfMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ff-hse',
  columns: {
    'ff.hdr.fda_addr': (s) => `0x${s.message.fdaAddress.toString(16).padStart(8, '0')}`,
    'ff.hdr.len': (s) => s.octets,
    'ff.hdr.proto_id': (s) => s.message.service >> 8,
    'ff.hdr.confirm_msg_type': (s) => s.message.messageType,
    'ff.trailer.msg_num': (s) => (s.message.messageNumber < 0 ? undefined : s.message.messageNumber),
    'ff.trailer.invoke_id': (s) => (s.message.invokeId < 0 ? undefined : s.message.invokeId),
    'ff.sm.id.rsp.dev_id': text(of(0x283, RESPONSE, (m) => m.deviceId)),
    'ff.sm.id.rsp.pd_tag': text(of(0x283, RESPONSE, (m) => m.pdTag)),
    'ff.sm.id.err.err_code': code(0x283),
    'ff.sm.dev_annunc.req.dev_id': text(of(0x210, REQUEST, (m) => m.deviceId)),
    'ff.sm.dev_annunc.req.pd_tag': text(of(0x210, REQUEST, (m) => m.pdTag)),
    'ff.fms.id.rsp.vendor_name': text(of(0x381, RESPONSE, (m) => m.vendor)),
    'ff.fms.id.rsp.model_name': text(of(0x381, RESPONSE, (m) => m.model)),
    'ff.fms.id.rsp.revision': text(of(0x381, RESPONSE, (m) => m.revision)),
    'ff.fms.read.req.idx': index(0x382),
    'ff.fms.read.err.err_code': code(0x382),
    'ff.fms.read.err.additional_code': additional(0x382),
    'ff.fms.read_with_subidx.req.idx': index(0x3d2),
    'ff.fms.read_with_subidx.req.subidx': subindex(0x3d2),
    'ff.fms.write.req.idx': index(0x383),
    'ff.fms.write.err.err_code': code(0x383),
    'ff.fms.write.err.additional_code': additional(0x383),
    'ff.fms.write_with_subidx.req.idx': index(0x3d3),
    'ff.fms.write_with_subidx.req.subidx': subindex(0x3d3),
    'ff.fms.info_report.req.idx': index(0x300),
    'ff.fms.info_report_with_subidx.req.idx': index(0x310),
    'ff.fms.info_report_with_subidx.req.subidx': subindex(0x310),
  },
});
