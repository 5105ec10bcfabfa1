/**
 * Endpoints: an address where it was seen (segment + VLAN + MAC/IP, or a sub-address behind a gateway). Immutable: a
 * device that moves gets another endpoint; which asset an endpoint belongs to is decided in `observe/`.
 */

/** Small integer, dense from 1, valid in one site. 0 is "none". */
export type EndpointId = number;

/** What a sub-address is: the address space behind a gateway. */
export type SubAddressKind =
  | 'modbus-unit'
  | 'cip-path'
  | 's7-slot'
  | 'bacnet-mac'
  | 'dnp3-address'
  | 'iec104-address'
  | 'sparkplug-node'
  | 'ethercat-slave'
  | 'other';

export interface Endpoint {
  readonly id: EndpointId;
  readonly segment: number;
  /** Outer VLAN id, 0 where untagged. */
  readonly vlan: number;
  /** Inner VLAN id of QinQ, 0 where there is none. */
  readonly innerVlan: number;
  /** `00:11:22:33:44:55`; absent on links without MAC addresses. */
  readonly mac?: string;
  readonly ip?: string;
  /** The tunnel it was seen in (`vxlan 42 10.0.0.1>10.0.0.2`), absent outside of tunnels. */
  readonly tunnel?: string;
  /** Set on sub-addresses: the endpoint that serves them. */
  readonly parent?: EndpointId;
  readonly sub?: { readonly kind: SubAddressKind; readonly address: string };
}

/** Read access to the endpoints of a site, with what was counted at the wire. Implemented by `decode/`. */
export interface EndpointView {
  /** Endpoints have ids 1..count. */
  readonly count: number;
  /** Grows with everything that changes here, counters included; absent where nobody counts. */
  readonly changes?: number | undefined;
  /** Throws on an id that does not exist (a programmer's error). */
  get(id: EndpointId): Endpoint;
  /** True when a frame with this source address was seen. A sub-address spoke when an answer came from it. */
  spoke(id: EndpointId): boolean;
  /** Frames and octets sent from it, first and last time (microseconds). */
  traffic(id: EndpointId): EndpointTraffic;
}

export interface EndpointTraffic {
  readonly framesSent: number;
  readonly bytesSent: number;
  readonly framesReceived: number;
  readonly bytesReceived: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** Lowest and highest IPv4 TTL / IPv6 hop limit sent; 0 when none was seen. Tells hosts behind a router. */
  readonly minTtl: number;
  readonly maxTtl: number;
}
