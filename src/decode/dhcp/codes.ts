/**
 * What the numbers in the fields of a DHCP message stand for. Sources: RFC 2131 section 2, RFC 2132, RFC 2563 (116), RFC 4578
 * section 2.1 with IANA's processor architecture types (93), IANA ARP hardware types.
 */
import type { FieldCodes } from '../../core/decoder.ts';

const OPERATIONS: Readonly<Record<number, string>> = { 1: 'BOOTREQUEST', 2: 'BOOTREPLY' };
const HARDWARE: Readonly<Record<number, string>> = {
  1: 'Ethernet',
  6: 'IEEE 802',
  7: 'ARCNET',
  15: 'Frame Relay',
  16: 'ATM',
  18: 'Fibre Channel',
  20: 'serial line',
  24: 'IEEE 1394',
  27: 'EUI-64',
  32: 'InfiniBand',
};
const SWITCH: Readonly<Record<number, string>> = { 0: 'off', 1: 'on' };
/** By option. */
const VALUES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  19: SWITCH,
  31: SWITCH,
  46: { 1: 'B-node', 2: 'P-node', 4: 'M-node', 8: 'H-node' },
  52: { 1: 'file holds options', 2: 'sname holds options', 3: 'both hold options' },
  53: {
    1: 'DISCOVER',
    2: 'OFFER',
    3: 'REQUEST',
    4: 'DECLINE',
    5: 'ACK',
    6: 'NAK',
    7: 'RELEASE',
    8: 'INFORM',
    9: 'FORCERENEW',
    10: 'LEASEQUERY',
    11: 'LEASEUNASSIGNED',
    12: 'LEASEUNKNOWN',
    13: 'LEASEACTIVE',
  },
  93: {
    0: 'x86 BIOS',
    2: 'EFI Itanium',
    6: 'x86 UEFI',
    7: 'x64 UEFI',
    9: 'EBC',
    10: 'ARM 32-bit UEFI',
    11: 'ARM 64-bit UEFI',
    15: 'x86 UEFI over HTTP',
    16: 'x64 UEFI over HTTP',
    19: 'ARM 64-bit UEFI over HTTP',
  },
  116: { 0: 'do not configure an address of your own', 1: 'configure an address of your own' },
};

export const dhcpCodes: FieldCodes = {
  '.op': (code) => OPERATIONS[code],
  '.hardwareType': (code) => HARDWARE[code],
  'options[].value': (value, sibling) => VALUES[sibling('code')]?.[value],
};
