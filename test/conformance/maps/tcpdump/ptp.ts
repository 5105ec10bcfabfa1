/** tcpdump's lines about PTP: `name: value` pairs, in an order that depends on the message. */
import type { PtpMessage } from '../../../../src/decode/ptp/index.ts';
import { readDump } from '../../readers.ts';
import { type PeerLog, rowMap, type Seen } from '../../types.ts';

type M = Seen<PtpMessage>;

const TYPES: Record<number, string> = {
  0: 'sync msg',
  1: 'delay req msg',
  2: 'peer delay req msg',
  3: 'peer delay resp msg',
  8: 'follow up msg',
  9: 'delay resp msg',
  10: 'pdelay resp fup msg',
  11: 'announce msg',
  12: 'signaling msg',
  13: 'management msg',
};
const CONTROLS: Record<number, string> = {
  0: 'Sync',
  1: 'Delay_Req',
  2: 'Follow_Up',
  3: 'Delay_Resp',
  4: 'Management',
  5: 'Other',
};
/** flagField in the order of tcpdump. */
const FLAGS: readonly (readonly [number, string])[] = [
  [0x0001, 'l1 61'],
  [0x0002, 'l1 59'],
  [0x0004, 'utc reasonable'],
  [0x0008, 'timescale'],
  [0x0010, 'time tracable'],
  [0x0020, 'frequency tracable'],
  [0x0100, 'alternate master'],
  [0x0200, 'two step'],
  [0x0400, 'unicast'],
  // The names of the profile specific bits are one bit too low there, but they are those bits that are set.
  [0x1000, 'profile specific 1'],
  [0x2000, 'profile specific 2'],
  [0x4000, 'security mask'],
];

/** A line's pairs; `clock identity` and `port id` come twice where another port is named. */
const read = (text: string): PeerLog => {
  const columns = new Set<string>();
  const rows = readDump(text)
    .filter((block) => /PTPv[12]/.test(block.head))
    .map((block) => {
      const row: Record<string, string> = {};
      const put = (key: string, value: string) => {
        const name = key in row ? `${key} 2` : key;
        columns.add(name);
        row[name] = value;
      };
      const from = block.head.indexOf('PTPv');
      for (const part of block.head.slice(from).split(/, (?![^[]*\])/)) {
        const version = /^PTPv([\d.]+)/.exec(part);
        const flags = /^Flags \[(.*)\]$/.exec(part);
        const pair = /^([^:]+): ?(.*)$/.exec(part);
        if (version) put('version', version[1]!);
        else if (flags) put('flags', flags[1]!.replaceAll(',', ';'));
        else if (pair) put(pair[1]!.trim(), pair[2]!.trim());
      }
      return row;
    });
  return { columns: [...columns], rows };
};

const identity = (text: string): string => (text === '' ? '' : `0x${text.replace(/^0+(?=.)/, '')}`);
const stamp = (s: M): string => `${s.message.seconds}.${String(s.message.nanoseconds).padStart(9, '0')} seconds`;
const has =
  (...types: readonly number[]) =>
  (s: M) =>
    types.includes(s.message.messageType);
const withPort = has(2, 3, 9, 10, 12, 13);
const stamped = (types: readonly number[]) => (s: M) => (types.includes(s.message.messageType) ? stamp(s) : undefined);

export const tcpdumpPtp = rowMap<M>({
  shape: 'rows',
  peer: 'tcpdump',
  protocol: 'ptp',
  log: /ptp.*\.out$/,
  read,
  rows: (capture) => capture.of<PtpMessage>('ptp'),
  columns: {
    version: (s) =>
      s.message.minorVersionPTP > 0 ? `${s.message.versionPTP}.${s.message.minorVersionPTP}` : s.message.versionPTP,
    majorSdoId: (s) => `0x${s.message.majorSdoId.toString(16)}`,
    'msg type': (s) => TYPES[s.message.messageType] ?? 'Reserved',
    length: (s) => s.message.messageLength,
    domain: (s) => s.message.domainNumber,
    reserved1: (s) => s.message.minorSdoId,
    flags: (s) => {
      const on = FLAGS.filter(([mask]) => (s.message.flagField & mask) !== 0).map(([, name]) => name);
      return on.length > 0 ? on.join('; ') : 'none';
    },
    'NS correction': (s) => s.message.correctionNs,
    'sub NS correction': (s) => s.message.correctionSubNs,
    reserved2: (s) => s.message.messageTypeSpecific,
    'clock identity': (s) => identity(s.message.clockIdentity),
    'port id': (s) => s.message.portNumber,
    'seq id': (s) => s.message.sequenceId,
    control: (s) => `${s.message.controlField} (${CONTROLS[s.message.controlField] ?? 'Reserved'})`,
    'log message interval': (s) => s.message.logMessageInterval & 0xff,
    originTimeStamp: stamped([0, 1, 11]),
    // tcpdump has three names for the timestamps of all messages.
    preciseOriginTimeStamp: stamped([2, 8, 10]),
    receiveTimeStamp: stamped([3, 9]),
    'port identity': (s) => (withPort(s) ? identity(s.message.otherIdentity) : undefined),
    'port id 2': (s) => (withPort(s) ? s.message.otherPort : undefined),
    'origin cur utc': (s) => s.message.announce?.currentUtcOffset,
    rsvd: (s) => (s.message.announce ? 0 : undefined),
    'gm priority_1': (s) => s.message.announce?.grandmasterPriority1,
    'gm clock class': (s) => s.message.announce?.grandmasterClockClass,
    'gm clock accuracy': (s) => s.message.announce?.grandmasterClockAccuracy,
    'gm clock variance': (s) => s.message.announce?.grandmasterVariance,
    'gm priority_2': (s) => s.message.announce?.grandmasterPriority2,
    'gm clock id': (s) => (s.message.announce ? identity(s.message.announce.grandmasterIdentity) : undefined),
    'steps removed': (s) => s.message.announce?.stepsRemoved,
    'time source': (s) => (s.message.announce ? `0x${s.message.announce.timeSource.toString(16)}` : undefined),
  },
});
