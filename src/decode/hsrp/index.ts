/** HSRP, Cisco's hot standby protocol (RFC 2281 for version 1; version 2 in its group state TLV), on UDP 1985. */
import type { Decoder, Message, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { ipv4Text, ipv6Text, macText } from '../../lib/address.ts';
import { i32be, isZero, u16be, u32be } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';

export interface HsrpMessage extends Message {
  readonly type: 'HSRP hello' | 'HSRP coup' | 'HSRP resign' | 'HSRP advertise';
  readonly version: 1 | 2;
  readonly state: string;
  readonly group: number;
  readonly priority: number;
  /** Seconds in version 1, milliseconds in version 2. */
  readonly helloTime: number;
  readonly holdTime: number;
  readonly virtualIp: string;
  /** Version 1 has a password in clear in every message, `cisco` unless it was set: `(masked)`. */
  readonly password: typeof MASKED | '';
  /** Of the sender, version 2 only. */
  readonly identifier: string;
}
export interface HsrpState {
  said: string;
}

const OPCODE: readonly HsrpMessage['type'][] = ['HSRP hello', 'HSRP coup', 'HSRP resign', 'HSRP advertise'];
/** RFC 2281 section 5.1, by the value on the wire. */
const STATE_1: Readonly<Record<number, string>> = {
  0: 'initial',
  1: 'learn',
  2: 'listen',
  4: 'speak',
  8: 'standby',
  16: 'active',
};
const STATE_2: readonly string[] = ['disabled', 'initial', 'learn', 'listen', 'speak', 'standby', 'active'];

const decodeHsrp = (b: Uint8Array, o: number, end: number): HsrpMessage | undefined => {
  const n = end - o;
  if (n >= 20 && b[o] === 0) {
    const type = OPCODE[b[o + 1]!];
    const state = STATE_1[b[o + 2]!];
    if (type === undefined) return undefined;
    if (type === 'HSRP advertise')
      return {
        type,
        version: 1,
        state: '',
        group: 0,
        priority: 0,
        helloTime: 0,
        holdTime: 0,
        virtualIp: '',
        password: '',
        identifier: '',
      };
    if (state === undefined) return undefined;
    return {
      type,
      version: 1,
      state,
      group: b[o + 6]!,
      priority: b[o + 5]!,
      helloTime: b[o + 3]!,
      holdTime: b[o + 4]!,
      virtualIp: ipv4Text(i32be(b, o + 16)),
      // Eight octets of authentication data follow the group.
      password: isZero(b, o + 8, o + 16) ? '' : MASKED,
      identifier: '',
    };
  }
  // Version 2: TLV 1, group state, 40 octets.
  if (n < 42 || b[o] !== 1 || b[o + 1] !== 40 || b[o + 2] !== 2) return undefined;
  const type = OPCODE[b[o + 3]!];
  const state = STATE_2[b[o + 4]!];
  if (type === undefined || state === undefined) return undefined;
  return {
    type,
    version: 2,
    state,
    group: u16be(b, o + 6),
    priority: u32be(b, o + 14),
    helloTime: u32be(b, o + 18),
    holdTime: u32be(b, o + 22),
    virtualIp: b[o + 5] === 6 ? ipv6Text(b, o + 26) : ipv4Text(i32be(b, o + 26)),
    password: '',
    identifier: macText(b, o + 8),
  };
};

const probe = (b: Uint8Array, start: number, end: number): Probe =>
  end - start >= 20 && (b[start] === 0 || b[start] === 1) && decodeHsrp(b, start, end) ? 'maybe' : 'no';

const observe = (t: Transaction<HsrpMessage>, sink: ObservationSink, state: HsrpState): void => {
  const m = t.request;
  if (m === undefined || m.state === '') return;
  const key = `${m.group} ${m.state} ${m.virtualIp}`;
  if (state.said === key) return;
  state.said = key;
  const { at } = t;
  const via = `HSRP version ${m.version}`;
  const value = `HSRP ${m.state} router of group ${m.group}`;
  sink.identity(at, { endpoint: at.sender, attribute: 'role', value, confidence: 0.9, via });
  if (m.virtualIp !== '0.0.0.0') sink.mention(at, undefined, m.virtualIp);
  if (m.password !== '')
    sink.session(at, { phase: 'authenticate', outcome: 'unconfirmed', clearCredential: true, detail: via });
};

export const hsrp: Decoder<HsrpMessage, HsrpState> = {
  name: 'hsrp',
  title: 'HSRP',
  family: 'network',
  attach: [{ over: 'udp', ports: [1985, 2029] }],
  probe,
  open: () => ({ said: '' }),
  decode(b, start, end) {
    const message = decodeHsrp(b, start, end);
    return message ? { kind: 'message', message, consumed: end - start } : { kind: 'foreign' };
  },
  observe,
};
