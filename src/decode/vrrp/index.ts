/** VRRP versions 2 and 3 (RFC 3768, RFC 5798) on IP protocol 112: which router holds a shared gateway address. */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { ipv4Text, ipv6Text } from '../../lib/address.ts';
import { i32be, u16be } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';

export interface VrrpMessage extends Message {
  readonly type: 'VRRP advertisement' | 'VRRP other';
  readonly version: number;
  readonly virtualRouter: number;
  /** 255 is the owner of the addresses, 0 a master that gives up. */
  readonly priority: number;
  /** Hundredths of a second. */
  readonly interval: number;
  /** Version 2: 1 is a password in clear text, which is not kept. */
  readonly authType: number;
  readonly password: typeof MASKED | '';
  readonly addresses: readonly string[];
}
export interface VrrpState {
  said: string;
}

/** The packet at `o`, at least eight octets; undefined when its addresses do not fit. */
const decodeVrrp = (b: Uint8Array, o: number, end: number): VrrpMessage | undefined => {
  const version = b[o]! >> 4;
  const count = b[o + 3]!;
  // VRRP over IPv6 is version 3 with addresses of 16 octets (section 5.2.9): the length of the packet tells.
  const wide = version === 3 && count > 0 && o + 8 + count * 16 <= end;
  const size = wide ? 16 : 4;
  if ((version !== 2 && version !== 3) || o + 8 + count * size > end) return undefined;
  const addresses: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = o + 8 + i * size;
    addresses.push(wide ? ipv6Text(b, at) : ipv4Text(i32be(b, at)));
  }
  return {
    type: (b[o]! & 15) === 1 ? 'VRRP advertisement' : 'VRRP other',
    version,
    virtualRouter: b[o + 1]!,
    priority: b[o + 2]!,
    interval: version === 2 ? b[o + 5]! * 100 : u16be(b, o + 4) & 0xfff,
    authType: version === 2 ? b[o + 4]! : 0,
    password: version === 2 && b[o + 4] === 1 ? MASKED : '',
    addresses,
  };
};

const observe = (t: Transaction<VrrpMessage>, sink: ObservationSink, state: VrrpState): void => {
  const m = t.request;
  if (m?.type !== 'VRRP advertisement') return;
  const { at } = t;
  const key = `${m.virtualRouter} ${m.priority} ${m.addresses.join()}`;
  if (state.said === key) return;
  state.said = key;
  const { sender: endpoint } = at;
  const via = `VRRPv${m.version} group ${m.virtualRouter}`;
  const value = m.priority === 0 ? 'router leaving its VRRP group' : `VRRP master of group ${m.virtualRouter}`;
  sink.identity(at, { endpoint, attribute: 'role', value, confidence: 0.9, via });
  // Section 7.3: the addresses answer at this MAC address, whichever router is master.
  const mac = `00:00:5e:00:0${m.addresses[0]?.includes(':') ? 2 : 1}:${m.virtualRouter.toString(16).padStart(2, '0')}`;
  const virtual = sink.mention(at, mac, undefined);
  for (const name of m.addresses) sink.name(at, { endpoint: virtual, kind: 'ip', name, via });
  if (m.password !== '')
    sink.session(at, { phase: 'authenticate', outcome: 'unconfirmed', clearCredential: true, detail: via });
};

export const vrrp: Decoder<VrrpMessage, VrrpState> = {
  name: 'vrrp',
  title: 'VRRP',
  family: 'network',
  attach: [{ over: 'ip', protocols: [112] }],
  // CARP shares the number; its version nibble is 2 as well, but it has seven words of counter and digest.
  probe: (b, start, end) => (end - start >= 8 && decodeVrrp(b, start, end) !== undefined ? 'sure' : 'no'),
  open: () => ({ said: '' }),
  decode(b, start, end) {
    const message = end - start >= 8 ? decodeVrrp(b, start, end) : undefined;
    const consumed = end - start;
    return message
      ? { kind: 'message', message, consumed }
      : { kind: 'malformed', code: 'vrrp.malformed', detail: `${consumed} octets`, consumed };
  },
  observe,
};
