/**
 * LLDP: octets <-> message. Sources: IEEE 802.1AB clause 8 (TLVs), IEEE 802.1Q annex D and IEEE 802.3 clause 79
 * (organizational TLVs), ANSI/TIA-1057 clause 10 (LLDP-MED), IEC 61158-6-10 (PROFINET, OUI 00-0E-CF), RFC 8520 (MUD URL).
 */
import { ipv4Text, ipv6Text, macText } from '../../lib/address.ts';
import { hex, i32be, u16be, u24be, u32be, utf8 } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** TLVs read of one frame; more are counted in `dropped`. */
export const MAX_TLVS = 96;
export const OUI_8021 = 0x0080c2;
export const OUI_8023 = 0x00120f;
export const OUI_MED = 0x0012bb;
export const OUI_PROFINET = 0x000ecf;
export const OUI_IANA = 0x00005e;

export interface Lldp {
  readonly type: 'LLDPDU' | 'LLDPDU shutdown';
  /** `mac`, `address`, `name`, `local`, ... by subtype. */
  readonly chassisKind: string;
  readonly chassisId: string;
  readonly portKind: string;
  readonly portId: string;
  readonly ttlS: number;
  readonly portDescription: string;
  readonly systemName: string;
  readonly systemDescription: string;
  /** Bits of 8.5.8: 2 bridge, 3 WLAN access point, 4 router, 5 telephone, 7 station only. */
  readonly capabilities: number;
  readonly enabled: number;
  readonly managementAddresses: readonly string[];
  /** LLDP-MED inventory and other organizational TLVs by name. */
  readonly details: Readonly<Record<string, string | number>>;
  readonly dropped: number;
  readonly cut: boolean;
}

const CHASSIS_KINDS = [
  'reserved',
  'component',
  'interface alias',
  'port component',
  'mac',
  'address',
  'interface name',
  'local',
] as const;
const PORT_KINDS = [
  'reserved',
  'interface alias',
  'port component',
  'mac',
  'address',
  'interface name',
  'circuit',
  'local',
] as const;

const text = (b: Uint8Array, o: number, end: number): string => {
  let stop = end;
  while (stop > o && (b[stop - 1] === 0 || b[stop - 1] === 0x20)) stop--;
  return utf8(b, o, stop);
};

/** Network address with its IANA address family number in front. */
const address = (b: Uint8Array, o: number, end: number): string =>
  b[o] === 1 && end - o === 5
    ? ipv4Text(i32be(b, o + 1))
    : b[o] === 2 && end - o === 17
      ? ipv6Text(b, o + 1)
      : b[o] === 6 && end - o === 7
        ? macText(b, o + 1)
        : hex(b, o, end);

const identifier = (kinds: readonly string[], b: Uint8Array, o: number, end: number): readonly [string, string] => {
  const kind = kinds[b[o]!] ?? 'reserved';
  if (kind === 'mac' && end - o === 7) return [kind, macText(b, o + 1)];
  if (kind === 'address') return [kind, address(b, o + 1, end)];
  return [kind, text(b, o + 1, end)];
};

type Details = Record<string, string | number>;

const MED_INVENTORY: Readonly<Record<number, string>> = {
  5: 'hardwareRevision',
  6: 'firmwareRevision',
  7: 'softwareRevision',
  8: 'serialNumber',
  9: 'manufacturer',
  10: 'model',
  11: 'assetId',
};

const organizational = (b: Uint8Array, o: number, end: number, d: Details): void => {
  const oui = u24be(b, o);
  const subtype = b[o + 3]!;
  const p = o + 4;
  const n = end - p;
  const put = (name: string, value: string | number) => {
    d[name] = d[name] === undefined ? value : `${d[name]}, ${value}`;
  };
  if (oui === OUI_8021) {
    if (subtype === 1 && n >= 2) put('portVlan', u16be(b, p));
    else if (subtype === 2 && n >= 3) put('protocolVlan', u16be(b, p + 1));
    else if (subtype === 3 && n >= 3)
      put('vlanName', `${u16be(b, p)} ${text(b, p + 3, Math.min(end, p + 3 + b[p + 2]!))}`);
    else if (subtype === 4 && n >= 1) put('protocolIdentity', hex(b, p + 1, Math.min(end, p + 1 + b[p]!)));
    else if (subtype === 7 && n >= 5) put('linkAggregation', b[p]! & 2 ? u32be(b, p + 1) : 0);
  } else if (oui === OUI_8023) {
    if (subtype === 1 && n >= 5) {
      put('autoNegotiation', b[p]! & 2 ? 'enabled' : 'disabled');
      put('mauType', u16be(b, p + 3));
    } else if (subtype === 2 && n >= 3) put('powerClass', b[p + 2]!);
    else if (subtype === 3 && n >= 5) put('linkAggregation', b[p]! & 2 ? u32be(b, p + 1) : 0);
    else if (subtype === 4 && n >= 2) put('maximumFrame', u16be(b, p));
  } else if (oui === OUI_MED) {
    const inventory = MED_INVENTORY[subtype];
    if (inventory !== undefined) put(inventory, text(b, p, end));
    else if (subtype === 1 && n >= 3) put('medClass', b[p + 2]!);
    else if (subtype === 2 && n >= 4)
      put('networkPolicy', `application ${b[p]} VLAN ${(u24be(b, p + 1) >> 9) & 0xfff}`);
    // Location (3) can be a street address of people: that it is there is enough.
    else if (subtype === 3 && n >= 1) put('medLocation', b[p]!);
    else if (subtype === 4 && n >= 3) put('medPower', u16be(b, p + 1));
  } else if (oui === OUI_PROFINET) {
    if (subtype === 2 && n >= 4) {
      put('rtClass2PortStatus', u16be(b, p));
      put('rtClass3PortStatus', u16be(b, p + 2));
    } else if (subtype === 3) put('profinetAlias', text(b, p, end));
    else if (subtype === 4 && n >= 18) put('mrpDomain', hex(b, p, p + 16));
    else if (subtype === 5 && n >= 6) put('chassisMac', macText(b, p));
    else if (subtype === 6 && n >= 6) put('ptcpMaster', macText(b, p));
  } else if (oui === OUI_IANA && subtype === 1) put('mudUrl', text(b, p, end));
  else put('organizational', `${hex(b, o, o + 3)} ${subtype}`);
};

/** Reads TLVs up to the end TLV (or the end of the frame: padding follows it). Undefined when no chassis id opens it. */
export const decodeLldp = (b: Uint8Array, start: number, end: number): Lldp | undefined => {
  let o = start;
  let chassis: readonly [string, string] = ['', ''];
  let port: readonly [string, string] = ['', ''];
  let ttlS = -1;
  let portDescription = '';
  let systemName = '';
  let systemDescription = '';
  let capabilities = 0;
  let enabled = 0;
  const managementAddresses: string[] = [];
  const details: Details = {};
  let cut = false;
  let count = 0;
  let dropped = 0;
  while (o + 2 <= end) {
    const header = u16be(b, o);
    const type = header >> 9; // 7 bits of type, 9 bits of length (8.4)
    const p = o + 2;
    const stop = p + (header & 0x1ff);
    if (type === 0) break;
    if (o === start && type !== 1) return undefined; // the chassis id comes first (8.2)
    if (stop > end) {
      cut = true;
      break;
    }
    o = stop;
    if (++count > MAX_TLVS) {
      dropped++;
      continue;
    }
    const n = stop - p;
    switch (type) {
      case 1:
        if (n >= 2) chassis = identifier(CHASSIS_KINDS, b, p, stop);
        break;
      case 2:
        if (n >= 2) port = identifier(PORT_KINDS, b, p, stop);
        break;
      case 3:
        if (n >= 2) ttlS = u16be(b, p);
        break;
      case 4:
        portDescription = text(b, p, stop);
        break;
      case 5:
        systemName = text(b, p, stop);
        break;
      case 6:
        systemDescription = text(b, p, stop);
        break;
      case 7:
        if (n >= 4) {
          capabilities = u16be(b, p);
          enabled = u16be(b, p + 2);
        }
        break;
      case 8:
        if (n >= 2 && p + 1 + b[p]! <= stop && managementAddresses.length < 16)
          managementAddresses.push(address(b, p + 1, p + 1 + b[p]!));
        break;
      case 127:
        if (n >= 4) organizational(b, p, stop, details);
        break;
      default:
        break;
    }
  }
  return {
    type: ttlS === 0 ? 'LLDPDU shutdown' : 'LLDPDU',
    chassisKind: chassis[0],
    chassisId: chassis[1],
    portKind: port[0],
    portId: port[1],
    ttlS,
    portDescription,
    systemName,
    systemDescription,
    capabilities,
    enabled,
    managementAddresses,
    details,
    dropped,
    cut,
  };
};

export interface LldpFields {
  readonly chassisMac: string;
  readonly portName: string;
  readonly ttlS: number;
  readonly systemName?: string;
  readonly systemDescription?: string;
  readonly capabilities?: number;
  readonly enabled?: number;
  readonly managementIp?: string;
  readonly organizational?: readonly {
    readonly oui: number;
    readonly subtype: number;
    readonly data: ArrayLike<number>;
  }[];
}

/** The octets after the EtherType: mandatory TLVs, then what is given, then the end TLV. */
export const encodeLldp = (m: LldpFields): Uint8Array => {
  const w = new OctetWriter();
  const tlv = (type: number, data: ArrayLike<number>) => w.u16((type << 9) | data.length).bytes(data);
  const utf = (value: string) => new TextEncoder().encode(value);
  tlv(1, new OctetWriter().u8(4).mac(m.chassisMac).done());
  tlv(2, new OctetWriter().u8(5).bytes(utf(m.portName)).done());
  tlv(3, new OctetWriter().u16(m.ttlS).done());
  if (m.systemName !== undefined) tlv(5, utf(m.systemName));
  if (m.systemDescription !== undefined) tlv(6, utf(m.systemDescription));
  if (m.capabilities !== undefined)
    tlv(
      7,
      new OctetWriter()
        .u16(m.capabilities)
        .u16(m.enabled ?? m.capabilities)
        .done(),
    );
  if (m.managementIp !== undefined) tlv(8, new OctetWriter().u8(5, 1).ipv4(m.managementIp).u8(2).u32(1).u8(0).done());
  for (const x of m.organizational ?? []) tlv(127, new OctetWriter().u24(x.oui).u8(x.subtype).bytes(x.data).done());
  return w.u16(0).done();
};
