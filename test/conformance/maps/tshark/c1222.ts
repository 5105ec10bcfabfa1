/** tshark's c1222.* columns. */
import type { C1222Message } from '../../../../src/decode/c1222/wire.ts';
import { frameMap } from '../../types.ts';
import { hex } from '../text.ts';

const integer = (b: Uint8Array): number | undefined =>
  b.length === 0 ? undefined : b.reduce((n, x) => n * 256 + x, 0);

export const tsharkC1222 = frameMap<C1222Message>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'c1222',
  columns: {
    'c1222.cmd': (s) => s.message.services.filter((x) => x.code >= 0x20).map((x) => hex(x.code, 2)),
    'c1222.err': (s) => s.message.services.filter((x) => x.code < 0x20).map((x) => hex(x.code, 2)),
    'c1222.called_AP_invocation_id': (s) => integer(s.message.calledInvocation),
    'c1222.calling_AP_invocation_id': (s) => integer(s.message.callingInvocation),
    // tshark names the table of a whole read, not that of a read by index.
    'c1222.read.table': {
      value: (s) => s.message.services.filter((x) => x.table >= 0 && x.code < 0x40).map((x) => x.table),
      complete: false,
    },
    'c1222.logon.user': (s) =>
      s.message.services.flatMap((x) => (typeof x.fields.user === 'string' ? [x.fields.user] : [])),
    'c1222.epsem.flags': (s) => (s.message.control < 0 ? undefined : hex(s.message.control, 2)),
  },
});
