/** PROFINET DCP on EtherType 0x8892, FrameIDs 0xFEFC..0xFEFF (IEC 61158-6-10). Other FrameIDs are foreign: PROFINET RT. */
import type { Decoder } from '../../core/decoder.ts';
import { u16be } from '../../lib/bytes.ts';
import { dcpCodes } from './codes.ts';
import { observeDcp } from './observe.ts';
import { DCP_HEADER, type DcpMessage, decodeDcp, isDcpFrameId } from './wire.ts';

export const profinetDcp: Decoder<DcpMessage, undefined> = {
  name: 'profinet-dcp',
  title: 'PROFINET DCP',
  family: 'ot',
  codes: dcpCodes,
  attach: [{ over: 'ethertype', types: [0x8892] }],
  probe: (b, start, end) => (end - start >= 2 && isDcpFrameId(u16be(b, start)) ? 'sure' : 'no'),
  open: () => undefined,
  decode(b, start, end) {
    if (end - start < 2 || !isDcpFrameId(u16be(b, start))) return { kind: 'foreign' };
    if (end - start < DCP_HEADER)
      return {
        kind: 'malformed',
        code: 'profinet-dcp.short',
        detail: `${end - start} of ${DCP_HEADER} octets`,
        consumed: end - start,
      };
    return { kind: 'message', message: decodeDcp(b, start, end), consumed: end - start };
  },
  pairing: {
    scope: 'segment',
    role(m) {
      if (m.type === 'DCP Get request' || m.type === 'DCP Set request') return 'request';
      return m.type === 'DCP Get response' || m.type === 'DCP Set response' ? 'response' : 'single';
    },
    // Xid is unique only for one requester (4.3.1.3.4), so his endpoint is part of the key: below 2^53 up to 2^20 endpoints.
    key: (m, context) =>
      (m.type === 'DCP Get request' || m.type === 'DCP Set request' ? context.sender : context.receiver) * 8589934592 +
      m.xid * 2 +
      (m.service & 1),
    timeoutUs: 2_000_000,
  },
  observe: observeDcp,
};
