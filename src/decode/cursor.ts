/**
 * Where we are in the current frame: the one object that link, IP and transport parsing write and read, reused for every
 * frame. Offsets are into `bytes`; addresses are integers.
 */
export class PacketCursor {
  bytes: Uint8Array = new Uint8Array(0);
  /** First octet not to be read. */
  end = 0;
  /** Octets of the frame on the wire. */
  wire = 0;
  frame = 0;
  /** Begins as a double, which it stays: see `freshAt`. */
  tsUs = -0;
  segment = 0;

  hasMac = false;
  srcHigh = 0;
  srcLow = 0;
  dstHigh = 0;
  dstLow = 0;
  /** Outer VLAN | inner VLAN << 12 | tunnel << 24. */
  place = 0;
  /** EtherType of the payload; for 802.2 frames `llc` says what it is. */
  etherType = 0;
  /** -1: Ethernet II. Otherwise DSAP, or (OUI << 16 | PID) + 0x1_0000_0000 for SNAP: a double from the start. */
  llc = -0;
  l3 = 0;
  /** Sequence number and size that HSR or PRP gave the frame, to know its copy by; -1 without redundancy. */
  redundancy = -1;

  /** 0 (none), 4, 6. */
  version = 0;
  /** IPv4 as signed 32 bits, or the index of an interned IPv6 address. */
  srcIp = 0;
  dstIp = 0;
  protocol = 0;
  ttl = 0;
  ipId = 0;
  l4 = 0;
  /** End of the IP payload (Ethernet padding excluded). */
  l4End = 0;
  /** IP payload octets that the snapshot length cut off. */
  l4Missing = 0;
  /** Of a datagram that was joined from fragments (`l4` is 0): some overlapped with different octets. */
  isOverlapped = false;

  srcPort = 0;
  dstPort = 0;
}
