/** The summary of a flow for the rest of the product, and its name for other tools (Community ID). */
import type { At, FlowSummary } from '../core/observation.ts';
import { communityId } from './community-id.ts';
import type { EndpointTable } from './endpoints.ts';
import type { FlowState } from './flow-state.ts';
import {
  BYTES_A,
  BYTES_B,
  D,
  DECODED,
  EP_A,
  EP_B,
  type FlowTable,
  I,
  IP_A,
  IP_B,
  L2_FLAG,
  LAST_US,
  META,
  MISSING,
  PACKETS_A,
  PACKETS_B,
  PAYLOAD,
  PORTS,
  RETRANSMISSIONS,
  TCP_STATE,
  TCP_STATES,
} from './flows.ts';

/** Two IPv4 addresses of a flow, for the call in hand. */
const [ipA, ipB] = [new Uint8Array(4), new Uint8Array(4)];
const octets = (into: Uint8Array, ip: number): Uint8Array => {
  into[0] = ip >>> 24;
  into[1] = ip >> 16;
  into[2] = ip >> 8;
  into[3] = ip;
  return into;
};

const flowId = (flows: FlowTable, f: number, endpoints: EndpointTable): string => {
  const o = f * I;
  const meta = flows.i[o + META]!;
  if (meta >= L2_FLAG) return '';
  const ports = flows.i[o + PORTS]!;
  const a = flows.i[o + IP_A]!;
  const b = flows.i[o + IP_B]!;
  return meta >> 8 === 6
    ? communityId(endpoints.ipv6Octets(a), endpoints.ipv6Octets(b), meta & 255, ports >>> 16, ports & 0xffff)
    : communityId(octets(ipA, a), octets(ipB, b), meta & 255, ports >>> 16, ports & 0xffff);
};

/** The innermost protocol that spoke in a flow; '' while nothing recognised it. Of several side by side it is what carries them. */
export const serviceOf = (state: FlowState | undefined): string => {
  let session = state?.session;
  if (session === undefined) return '';
  for (let child = session.children?.[0]; child !== undefined; child = session.children?.[0]) {
    if (child.messages === 0 || child.conversation !== '') break;
    session = child;
  }
  return session.decoder.name;
};

const transportOf = (l2: boolean, protocol: number): FlowSummary['transport'] => {
  if (l2) return 'ethernet';
  if (protocol === 6) return 'tcp';
  if (protocol === 17) return 'udp';
  return protocol === 1 || protocol === 58 ? 'icmp' : 'ip';
};

export const flowSummary = (
  flows: FlowTable,
  f: number,
  endpoints: EndpointTable,
  state: FlowState | undefined,
  final: boolean,
): FlowSummary => {
  const o = f * I;
  const d = f * D;
  const meta = flows.i[o + META]!;
  const l2 = meta >= L2_FLAG;
  const protocol = l2 ? meta & 0xffff : meta & 255;
  const swapped = flows.clientIsB(f);
  const ports = flows.i[o + PORTS]!;
  const i = flows.i;
  const x = flows.d;
  let id = state?.communityId;
  if (id === undefined) {
    id = flowId(flows, f, endpoints);
    if (state) state.communityId = id;
  }
  return {
    flow: flows.serial[f]!,
    client: i[o + (swapped ? EP_B : EP_A)]!,
    server: i[o + (swapped ? EP_A : EP_B)]!,
    transport: transportOf(l2, protocol),
    protocolNumber: protocol,
    clientPort: swapped ? ports & 0xffff : ports >>> 16,
    serverPort: swapped ? ports >>> 16 : ports & 0xffff,
    service: serviceOf(state),
    communityId: id,
    firstUs: flows.firstUs[f]!,
    lastUs: x[d + LAST_US]!,
    firstFrame: flows.firstFrame[f]!,
    clientPackets: x[d + (swapped ? PACKETS_B : PACKETS_A)]!,
    clientBytes: x[d + (swapped ? BYTES_B : BYTES_A)]!,
    serverPackets: x[d + (swapped ? PACKETS_A : PACKETS_B)]!,
    serverBytes: x[d + (swapped ? BYTES_A : BYTES_B)]!,
    decodedBytes: x[d + DECODED]!,
    undecodedBytes: Math.max(0, x[d + PAYLOAD]! - x[d + DECODED]!),
    missingBytes: x[d + MISSING]!,
    retransmissions: i[o + RETRANSMISSIONS]!,
    tcpState: protocol === 6 && !l2 ? TCP_STATES[i[o + TCP_STATE]!]! : '',
    encrypted: state?.session?.encrypted === true,
    final,
  };
};

/** Where a summary stands: its first frame, its last time. */
export const placeSummary = (at: At, s: FlowSummary): void => {
  at.frame = s.firstFrame;
  at.requestFrame = s.firstFrame;
  at.firstFrame = s.firstFrame;
  at.tsUs = s.lastUs;
  at.requestTsUs = s.firstUs;
  at.flow = s.flow;
  at.client = s.client;
  at.server = s.server;
  at.sender = s.client;
  at.receiver = s.server;
  at.protocol = s.service;
};
