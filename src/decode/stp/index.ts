/** Spanning tree on LLC 0x42, and Cisco's per-VLAN form on SNAP: which machines are switches, and which is the root. */
import type { Decoder, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { decodeStp, type StpMessage } from './wire.ts';

export interface StpState {
  /** Root and bridge told last in this flow. */
  said: string;
}

const observe = (t: Transaction<StpMessage>, sink: ObservationSink, state: StpState): void => {
  const m = t.request;
  if (m?.root === undefined || m.bridge === undefined) return;
  const { at } = t;
  const root = m.root.mac;
  // In an MST region the bridge of the outer part is the regional root; the sender names itself inside.
  const { mac } = m.region?.bridge ?? m.bridge;
  if (state.said === root + mac) return;
  state.said = root + mac;
  const endpoint = at.sender;
  const via = m.type;
  sink.identity(at, { endpoint, attribute: 'device-type', value: 'switch', confidence: 0.8, via });
  sink.identity(at, {
    endpoint,
    attribute: 'role',
    value: root === mac ? 'spanning tree root bridge' : `spanning tree bridge (root ${root})`,
    confidence: 0.9,
    via,
  });
  sink.name(at, { endpoint, kind: 'mac', name: mac, via: `${via} bridge identifier` });
  if (m.region && m.region.name !== '')
    sink.identity(at, { endpoint, attribute: 'domain', value: m.region.name, confidence: 0.6, via: 'MSTP region' });
};

export const stp: Decoder<StpMessage, StpState> = {
  name: 'stp',
  title: 'Spanning tree (STP, RSTP, MSTP, PVST+)',
  family: 'network',
  // SNAP 00-00-0C 0x010B is PVST+.
  attach: [{ over: 'llc', dsaps: [0x42], snap: [0x00000c * 65536 + 0x010b] }],
  probe: (b, start, end) => (end - start >= 4 && b[start] === 0 && b[start + 1] === 0 ? 'sure' : 'no'),
  open: () => ({ said: '' }),
  decode(b, start, end) {
    const message = decodeStp(b, start, end);
    const consumed = end - start;
    return typeof message === 'string'
      ? { kind: 'malformed', code: 'stp.malformed', detail: message, consumed }
      : { kind: 'message', message, consumed };
  },
  observe,
  cyclic: true,
};
