/**
 * The Identity object (class 1): who a CIP device is. Source: The CIP Networks Library Volume 1, section 5A-2 (attributes,
 * Get Attributes All response), Volume 2, table 2-4.4 (List Identity item).
 */

import { ipv4Text } from '../../lib/address.ts';
import { ascii, i32be, u16be, u16le, u32le } from '../../lib/bytes.ts';
import { deviceTypeName, vendorName } from './vendors.ts';

export interface IdentityRecord {
  readonly vendorId: number;
  readonly vendor: string;
  readonly deviceTypeId: number;
  readonly deviceType: string;
  readonly productCode: number;
  /** `16.20`: major.minor as decimal numbers. */
  readonly revision: string;
  readonly status: number;
  /** `0x0051823f`. */
  readonly serial: string;
  readonly productName: string;
  /** Attribute 8, -1 where the message does not carry it. */
  readonly state: number;
}

export interface ListIdentityRecord extends IdentityRecord {
  readonly encapsulationVersion: number;
  readonly socketAddress: string;
  readonly socketPort: number;
}

const STATE: readonly string[] = [
  'nonexistent',
  'self testing',
  'standby',
  'operational',
  'major recoverable fault',
  'major unrecoverable fault',
];
/** Attribute 8; 255 is the default of Get Attributes All. */
export const stateName = (state: number): string => STATE[state] ?? (state === 255 ? 'default' : `state ${state}`);

/** Status bits of attribute 5 in words: `owned, configured, minor recoverable fault`. Bits 4-7 are an extended state. */
export const statusFlags = (status: number): string => {
  const words: string[] = [];
  if (status & 0x0001) words.push('owned');
  if (status & 0x0004) words.push('configured');
  if (status & 0x0100) words.push('minor recoverable fault');
  if (status & 0x0200) words.push('minor unrecoverable fault');
  if (status & 0x0400) words.push('major recoverable fault');
  if (status & 0x0800) words.push('major unrecoverable fault');
  return words.join(', ');
};

/**
 * `run` or `program` of a Logix controller, empty for any other status. Bits 12-13 (key switch: run, program, remote) are
 * set by controllers only; bits 4-7 then tell the mode (1756-PM020, controller status: 6 run, 7 program).
 */
export const controllerMode = (status: number): string => {
  if ((status & 0x3000) === 0) return '';
  const mode = (status >> 4) & 15;
  return mode === 6 ? 'run' : mode === 7 ? 'program' : '';
};

const serialText = (serial: number): string => `0x${(serial >>> 0).toString(16).padStart(8, '0')}`;

/** Attributes 1 to 7 in order (and 8 where it follows), as in Get Attributes All. Undefined when the data is too short. */
export const decodeIdentity = (b: Uint8Array, start: number, end: number): IdentityRecord | undefined => {
  // 2 vendor, 2 device type, 2 product code, 1+1 revision, 2 status, 4 serial, 1+n product name
  if (end - start < 15) return undefined;
  const length = b[start + 14]!;
  const nameEnd = start + 15 + length;
  if (nameEnd > end) return undefined;
  const vendorId = u16le(b, start);
  const deviceTypeId = u16le(b, start + 2);
  return {
    vendorId,
    vendor: vendorName(vendorId),
    deviceTypeId,
    deviceType: deviceTypeName(deviceTypeId),
    productCode: u16le(b, start + 4),
    revision: `${b[start + 6]!}.${b[start + 7]!}`,
    status: u16le(b, start + 8),
    serial: serialText(u32le(b, start + 10)),
    productName: ascii(b, start + 15, nameEnd).trim(),
    state: nameEnd < end ? b[nameEnd]! : -1,
  };
};

/** Volume 2, table 2-4.4: protocol version, socket address (big-endian sockaddr_in), identity, state. */
export const decodeListIdentity = (b: Uint8Array, start: number, end: number): ListIdentityRecord | undefined => {
  if (end - start < 33) return undefined;
  const identity = decodeIdentity(b, start + 18, end);
  if (identity === undefined) return undefined;
  return {
    ...identity,
    encapsulationVersion: u16le(b, start),
    socketPort: u16be(b, start + 4),
    socketAddress: ipv4Text(i32be(b, start + 6)),
  };
};

/** What the simulated plant says about itself. */
export interface IdentityParts {
  readonly vendorId: number;
  readonly deviceType: number;
  readonly productCode: number;
  readonly major: number;
  readonly minor: number;
  readonly status: number;
  readonly serial: number;
  readonly productName: string;
}

/** Attributes 1 to 7, the data of a Get Attributes All response. */
export const encodeIdentity = (p: IdentityParts): Uint8Array => {
  const name = [...p.productName].map((c) => c.charCodeAt(0) & 127);
  const w = (x: number) => [x & 255, (x >> 8) & 255];
  return Uint8Array.from([
    ...w(p.vendorId),
    ...w(p.deviceType),
    ...w(p.productCode),
    p.major,
    p.minor,
    ...w(p.status),
    ...w(p.serial),
    ...w(p.serial >>> 16),
    name.length,
    ...name,
  ]);
};

/** One attribute of Get Attribute Single in words, undefined where the data does not fit. */
export const identityAttribute = (
  attribute: number,
  b: Uint8Array,
):
  | { readonly attribute: 'mode' | 'vendor' | 'device-type' | 'firmware' | 'serial' | 'model'; readonly value: string }
  | undefined => {
  switch (attribute) {
    case 1:
      return b.length === 2 ? { attribute: 'vendor', value: vendorName(u16le(b, 0)) } : undefined;
    case 2:
      return b.length === 2 ? { attribute: 'device-type', value: deviceTypeName(u16le(b, 0)) } : undefined;
    case 4:
      return b.length === 2 ? { attribute: 'firmware', value: `${b[0]!}.${b[1]!}` } : undefined;
    case 5: {
      const mode = b.length === 2 ? controllerMode(u16le(b, 0)) : '';
      return mode === '' ? undefined : { attribute: 'mode', value: mode };
    }
    case 6:
      return b.length === 4 ? { attribute: 'serial', value: serialText(u32le(b, 0)) } : undefined;
    case 7:
      return b.length > 1 && b[0]! === b.length - 1
        ? { attribute: 'model', value: ascii(b, 1, b.length).trim() }
        : undefined;
    default:
      return undefined;
  }
};

/** Octets of each Identity attribute in a Get Attribute List answer; 0 where the length is in the data. */
export const IDENTITY_SIZE: Readonly<Record<number, number>> = {
  1: 2,
  2: 2,
  3: 2,
  4: 2,
  5: 2,
  6: 4,
  7: 0,
  8: 1,
  9: 2,
  10: 1,
};
