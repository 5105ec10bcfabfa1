/**
 * What the vendor class of a DHCP client tells about its software (DHCPv4 option 60, DHCPv6 option 16). The strings are
 * built into the clients; they are defaults that can be changed, so the confidence stays below 0.8.
 */
import type { Attribute } from '../../core/observation.ts';

export interface HostHint {
  readonly attribute: Attribute;
  readonly value: string;
  readonly confidence: number;
}

const KNOWN: readonly (readonly [RegExp, (m: RegExpExecArray) => HostHint])[] = [
  [/^MSFT 5\.0/, () => ({ attribute: 'os', value: 'Windows', confidence: 0.7 })],
  [/^MSFT 98/, () => ({ attribute: 'os', value: 'Windows 98', confidence: 0.7 })],
  [/^android-dhcp-?([\w.]{0,16})/, (m) => ({ attribute: 'os', value: `Android ${m[1]}`.trim(), confidence: 0.75 })],
  [/^dhcpcd[ -][\w.]+:Linux-([\w.-]{1,40})/, (m) => ({ attribute: 'os', value: `Linux ${m[1]}`, confidence: 0.75 })],
  [/^(?:udhcp|dhcpcd)[ -]?[\w.]*/, () => ({ attribute: 'os', value: 'Linux', confidence: 0.5 })],
  [/^PXEClient/, () => ({ attribute: 'software', value: 'PXE boot client', confidence: 0.7 })],
  [/^(Arista|Cisco|HUAWEI|Juniper|Siemens|Rockwell)/i, (m) => ({ attribute: 'vendor', value: m[1]!, confidence: 0.6 })],
];

/** The hint in a vendor class, besides the class itself as a description. */
export const vendorClassHint = (text: string): HostHint | undefined => {
  for (const [pattern, hint] of KNOWN) {
    const m = pattern.exec(text);
    if (m !== null) return hint(m);
  }
  return undefined;
};
