/** tshark's hart_ip.* columns. It takes only messages of pass-through and sessions for HART-IP. */
import type { HartIpMessage } from '../../../../src/decode/hart-ip/wire.ts';
import { frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

type M = Seen<HartIpMessage>;
const head = (s: M): boolean => s.message.messageId <= 3;
const command = (s: M) => (s.message.token === undefined ? undefined : s.message.commands[0]);
const extended = (s: M): number | undefined => {
  const number = command(s)?.number;
  return number !== undefined && number > 255 ? number : undefined;
};

export const tsharkHartIp = frameMap<HartIpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'hart-ip',
  columns: {
    'hart_ip.version': (s) => (head(s) ? s.message.version : undefined),
    'hart_ip.message_type': (s) => (head(s) ? s.message.messageType : undefined),
    'hart_ip.message_id': (s) => (head(s) ? s.message.messageId : undefined),
    'hart_ip.status': (s) => (head(s) ? s.message.status : undefined),
    'hart_ip.transaction_id': (s) => (head(s) ? s.message.sequence : undefined),
    // The octet of the frame is 31 where a number of two octets follows.
    'hart_ip.pt.command': (s) => (extended(s) === undefined ? command(s)?.number : 31),
    'hart_ip.pt.rsp.command_number': extended,
    'hart_ip.pt.length': (s) => command(s)?.byteCount,
    'hart_ip.pt.response_code': (s) => {
      const c = command(s);
      return c === undefined || c.responseCode < 0 ? undefined : c.responseCode;
    },
    'hart_ip.pt.device_status': (s) => {
      const c = command(s);
      return c === undefined || c.deviceStatus < 0 ? undefined : hex(c.deviceStatus, 2);
    },
  },
});
