/**
 * Text of MAC and IPv4 addresses, kept by number: protocols that name the same few addresses again and again (ARP, DHCP)
 * build each text once. The table is emptied when full, so that a flood of invented addresses costs time, not memory.
 */
import { ipv4Text, macText } from '../../lib/address.ts';
import { i32be, u16be, u32be } from '../../lib/bytes.ts';

/** Addresses kept of each kind. */
export const MAX_ADDRESS_TEXTS = 4096;

export class AddressText {
  readonly #macs = new Map<number, string>();
  readonly #ips = new Map<number, string>();

  /** MAC address at `o` as a safe integer (48 bits). */
  static macNumber(b: Uint8Array, o: number): number {
    return u16be(b, o) * 4294967296 + u32be(b, o + 2);
  }

  mac(b: Uint8Array, o: number): string {
    const key = AddressText.macNumber(b, o);
    let text = this.#macs.get(key);
    if (text === undefined) {
      if (this.#macs.size >= MAX_ADDRESS_TEXTS) this.#macs.clear();
      text = macText(b, o);
      this.#macs.set(key, text);
    }
    return text;
  }

  ipv4(b: Uint8Array, o: number): string {
    const key = i32be(b, o);
    let text = this.#ips.get(key);
    if (text === undefined) {
      if (this.#ips.size >= MAX_ADDRESS_TEXTS) this.#ips.clear();
      text = ipv4Text(key);
      this.#ips.set(key, text);
    }
    return text;
  }
}
