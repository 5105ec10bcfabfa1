/**
 * Zeek's ntp.log: a row per message. After a packet that it cannot read Zeek leaves the connection alone,
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

/**
 * A number that Zeek prints with seven digits and an exponent is as near as that. Zeek reads every time as of era 0, from
 * 1900; a small number of seconds is of era 1, from 2036 (RFC 4330 section 3): 2^32 seconds later.
 */
const time = (value: (m: NtpMessage) => number) => ({
  value: (s: M) => (timed(s) ? (value(s.message) / 1e6).toFixed(6) : undefined),
  same: (ours: string, theirs: string) => {
    const apart = Number(ours) - Number(theirs);
    return Math.min(Math.abs(apart), Math.abs(apart - 2 ** 32)) <= (theirs.includes('e') ? 1000 : 2e-6);
  },
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
    ref_id: {
      value: (s) => s.message.referenceId || '\\x00\\x00\\x00\\x00',
      same: (ours, theirs) => ours === theirs.replace(/(\\x00)+$/, ''),
      complete: false,
    },
    ref_time: time((m) => m.referenceUs),
    org_time: time((m) => m.originUs),
    rec_time: time((m) => m.receiveUs),
    xmt_time: time((m) => m.transmitUs),
  },
});
