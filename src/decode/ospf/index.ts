/** OSPF versions 2 and 3 (RFC 2328 appendix A, RFC 5340 appendix A) on IP protocol 89: header and hello only. */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { ipv4Text } from '../../lib/address.ts';
import { i32be, u16be } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';

export interface OspfMessage extends Message {
  readonly type:
    | 'OSPF hello'
    | 'OSPF database description'
    | 'OSPF link state request'
    | 'OSPF link state update'
    | 'OSPF link state acknowledgment';
  readonly version: number;
  readonly routerId: string;
  readonly areaId: string;
  /** Version 2: 0 none, 1 a password in clear text (not kept), 2 cryptographic. */
  readonly authType: number;
  readonly password: typeof MASKED | '';
  /** Of a hello; `0.0.0.0` where there is none. */
  readonly designatedRouter: string;
  readonly networkMask: string;
}
export interface OspfState {
  said: string;
}

const TYPE: readonly (OspfMessage['type'] | undefined)[] = [
  undefined,
  'OSPF hello',
  'OSPF database description',
  'OSPF link state request',
  'OSPF link state update',
  'OSPF link state acknowledgment',
];

const decodeOspf = (b: Uint8Array, o: number, end: number): OspfMessage | undefined => {
  const version = b[o]!;
  const type = TYPE[b[o + 1]!];
  const length = u16be(b, o + 2);
  if (end - o < 16 || (version !== 2 && version !== 3) || type === undefined || length < 16 || length > end - o)
    return undefined;
  const hello = type === 'OSPF hello';
  return {
    type,
    version,
    routerId: ipv4Text(i32be(b, o + 4)),
    areaId: ipv4Text(i32be(b, o + 8)),
    authType: version === 2 ? u16be(b, o + 14) : 0,
    password: version === 2 && u16be(b, o + 14) === 1 ? MASKED : '',
    networkMask: hello && version === 2 && length >= 44 ? ipv4Text(i32be(b, o + 24)) : '',
    designatedRouter: !hello ? '' : version === 2 && length >= 44 ? ipv4Text(i32be(b, o + 36)) : '',
  };
};

const observe = (t: Transaction<OspfMessage>, sink: ObservationSink, state: OspfState): void => {
  const m = t.request;
  if (m === undefined || m.type !== 'OSPF hello') return;
  const key = `${m.routerId} ${m.areaId} ${m.designatedRouter}`;
  if (state.said === key) return;
  state.said = key;
  const { at } = t;
  const via = `OSPFv${m.version} hello`;
  const value = `OSPF router ${m.routerId} in area ${m.areaId}`;
  sink.identity(at, { endpoint: at.sender, attribute: 'role', value, confidence: 0.9, via });
  if (m.networkMask !== '')
    sink.identity(at, { endpoint: at.sender, attribute: 'netmask', value: m.networkMask, confidence: 0.9, via });
  if (m.password !== '')
    sink.session(at, { phase: 'authenticate', outcome: 'unconfirmed', clearCredential: true, detail: via });
};

export const ospf: Decoder<OspfMessage, OspfState> = {
  name: 'ospf',
  title: 'OSPF',
  family: 'network',
  attach: [{ over: 'ip', protocols: [89] }],
  probe: () => 'sure',
  open: () => ({ said: '' }),
  decode(b, start, end) {
    const message = decodeOspf(b, start, end);
    const consumed = end - start;
    return message
      ? { kind: 'message', message, consumed }
      : { kind: 'malformed', code: 'ospf.malformed', detail: `${consumed} octets`, consumed };
  },
  observe,
};
