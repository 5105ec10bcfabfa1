/**
 * Packets that Zeek counts and we do not: the copies of a mirror that the product left out, by who sent to whom. The
 * product's own filter is listened to, so that it is judged by its own decisions.
 */
import { DuplicateFilter } from '../../src/decode/index.ts';
import { ipv4Text, ipv6Text } from '../../src/lib/address.ts';
import { i32be, u8, u16be } from '../../src/lib/bytes.ts';

/** Name of one direction of a conversation. */
export const direction = (transport: string, from: string, fromPort: number, to: string, toPort: number): string =>
  `${transport} ${from} ${fromPort} ${to} ${toPort}`;

/** Where the IP header begins: behind Ethernet with VLAN tags, or behind the four octets of a loopback's link layer. */
const ipAt = (b: Uint8Array, start: number): number => {
  let at = start + 12;
  while (u16be(b, at) === 0x8100 || u16be(b, at) === 0x88a8) at += 4;
  if (u16be(b, at) === 0x0800 || u16be(b, at) === 0x86dd) return at + 2;
  return u8(b, start + 4) === 0x45 || u8(b, start + 4) === 0x60 ? start + 4 : -1;
};

export class WatchedFilter extends DuplicateFilter {
  /** Packets of a direction that were left out. */
  readonly copies = new Map<string, number>();

  override seen(view: DataView, start: number, length: number, most: number): boolean {
    const copy = super.seen(view, start, length, most, true);
    if (copy) this.#count(new Uint8Array(view.buffer, view.byteOffset + start, length));
    return copy;
  }

  #count(b: Uint8Array): void {
    const l3 = ipAt(b, 0);
    if (l3 < 0 || b.length < l3 + 40) return;
    const v6 = b[l3]! >> 4 === 6;
    const protocol = b[l3 + (v6 ? 6 : 9)]!;
    const l4 = l3 + (v6 ? 40 : (b[l3]! & 15) * 4);
    if ((protocol !== 6 && protocol !== 17) || l4 + 4 > b.length) return;
    const from = v6 ? ipv6Text(b, l3 + 8) : ipv4Text(i32be(b, l3 + 12));
    const to = v6 ? ipv6Text(b, l3 + 24) : ipv4Text(i32be(b, l3 + 16));
    const name = direction(protocol === 6 ? 'tcp' : 'udp', from, u16be(b, l4), to, u16be(b, l4 + 2));
    this.copies.set(name, (this.copies.get(name) ?? 0) + 1);
  }
}
