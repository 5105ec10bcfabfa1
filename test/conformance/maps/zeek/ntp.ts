/**
 * Zeek's ntp.log: a row per message. Times are left out. After a packet that it cannot read Zeek leaves the connection alone,
 * so that the log is not complete.
 */
import type { NtpMessage } from '../../../../src/decode/ntp/wire.ts';
import { rowMap, type Seen } from '../../types.ts';
import { near } from '../text.ts';

type M = Seen<NtpMessage>;
const MODES: Record<string, number> = {};
['reserved', 'symmetric active', 'symmetric passive', 'client', 'server', 'broadcast', 'control', 'private'].forEach(
  (name, i) => {
    MODES[name] = i;
    MODES[name.replace(' ', '-')] = i;
  },
);
const timed = (s: M): boolean => MODES[s.message.mode]! < 6;
const seconds = (value: (m: NtpMessage) => number) => ({
  value: (s: M) => (timed(s) ? value(s.message).toFixed(6) : undefined),
  same: near(2e-6),
  complete: false,
});

export const zeekNtp = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'ntp',
  log: 'ntp',
  rows: (capture) => capture.of<NtpMessage>('ntp').filter(timed),
  columns: {
    version: { value: (s) => s.message.version, complete: false },
    mode: { value: (s) => MODES[s.message.mode], complete: false },
    stratum: { value: (s) => s.message.stratum, complete: false },
    poll: seconds((m) => m.pollS),
    precision: seconds((m) => m.precisionS),
    root_delay: seconds((m) => m.rootDelayS),
    root_disp: seconds((m) => m.rootDispersionS),
  },
});
