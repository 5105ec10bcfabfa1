/** Spanning tree BPDUs: IEEE 802.1D-2004 clause 9 (STP, RSTP), IEEE 802.1Q-2018 clause 14 (MSTP), PVST+ over SNAP. */
import type { Message } from '../../core/decoder.ts';
import { macText } from '../../lib/address.ts';
import { hex, paddedAscii, u16be, u32be } from '../../lib/bytes.ts';

/** Spanning tree instances kept of one MST BPDU (IEEE 802.1Q allows 64). */
const MAX_INSTANCES = 64;

export interface BridgeId {
  /** The upper 4 bits times 4096. */
  readonly priority: number;
  /** The lower 12 bits: VLAN or MST instance. */
  readonly extension: number;
  readonly mac: string;
}
export interface StpMessage extends Message {
  readonly type: 'STP configuration' | 'STP topology change notification' | 'RSTP' | 'MSTP';
  readonly version: number;
  /** Bits 7..0: TC acknowledgement, agreement, forwarding, learning, port role (2), proposal, topology change. */
  readonly flags: number;
  readonly topologyChange: boolean;
  readonly root: BridgeId | undefined;
  readonly rootPathCost: number;
  readonly bridge: BridgeId | undefined;
  readonly portId: number;
  /** Seconds. */
  readonly messageAge: number;
  readonly maxAge: number;
  readonly helloTime: number;
  readonly forwardDelay: number;
  readonly region:
    | {
        readonly name: string;
        readonly revision: number;
        readonly digest: string;
        readonly internalRootPathCost: number;
        readonly bridge: BridgeId;
        readonly remainingHops: number;
        readonly instances: readonly { readonly root: BridgeId; readonly internalRootPathCost: number }[];
      }
    | undefined;
}

const bridgeAt = (b: Uint8Array, o: number): BridgeId => {
  const first = u16be(b, o);
  return { priority: first & 0xf000, extension: first & 0xfff, mac: macText(b, o + 2) };
};

const NOTHING = {
  flags: 0,
  topologyChange: false,
  root: undefined,
  rootPathCost: 0,
  bridge: undefined,
  portId: 0,
  messageAge: 0,
  maxAge: 0,
  helloTime: 0,
  forwardDelay: 0,
  region: undefined,
} as const;

/** A BPDU at `o` (its protocol identifier); a text says why it is none. */
export const decodeStp = (b: Uint8Array, o: number, end: number): StpMessage | string => {
  const n = end - o;
  if (n < 4 || u16be(b, o) !== 0) return 'protocol identifier';
  const version = b[o + 2]!;
  const bpdu = b[o + 3]!;
  if (bpdu === 0x80) return { type: 'STP topology change notification', version, ...NOTHING };
  if (bpdu !== 0 && bpdu !== 2) return `BPDU type ${bpdu}`;
  if (n < 35) return `${n} of 35 octets`;
  const flags = b[o + 4]!;
  let region: StpMessage['region'];
  // Version 1 length, version 3 length; then the MST configuration identifier (clause 14.6).
  if (version >= 3 && bpdu === 2 && n >= 102) {
    const instances: { root: BridgeId; internalRootPathCost: number }[] = [];
    for (let p = o + 102; p + 16 <= end && instances.length < MAX_INSTANCES; p += 16)
      instances.push({ root: bridgeAt(b, p + 1), internalRootPathCost: u32be(b, p + 9) });
    region = {
      name: paddedAscii(b, o + 39, o + 71),
      revision: u16be(b, o + 71),
      digest: hex(b, o + 73, o + 89),
      internalRootPathCost: u32be(b, o + 89),
      bridge: bridgeAt(b, o + 93),
      remainingHops: b[o + 101]!,
      instances,
    };
  }
  return {
    type: bpdu === 0 ? 'STP configuration' : region ? 'MSTP' : 'RSTP',
    version,
    flags,
    topologyChange: (flags & 1) !== 0,
    root: bridgeAt(b, o + 5),
    rootPathCost: u32be(b, o + 13),
    bridge: bridgeAt(b, o + 17),
    portId: u16be(b, o + 25),
    messageAge: u16be(b, o + 27) / 256,
    maxAge: u16be(b, o + 29) / 256,
    helloTime: u16be(b, o + 31) / 256,
    forwardDelay: u16be(b, o + 33) / 256,
    region,
  };
};
