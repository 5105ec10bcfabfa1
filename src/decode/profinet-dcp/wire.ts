/**
 * PROFINET DCP (Discovery and basic Configuration Protocol): octets <-> message. Source: IEC 61158-6-10 section 4.3.
 * A PDU is FrameID, ServiceID, ServiceType, Xid, ResponseDelay, DCPDataLength and blocks padded to even length.
 */
import { ipv4Text, macText } from '../../lib/address.ts';
import { ascii, hex, i32be, isZero, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { blockName } from './names.ts';

export const FRAME_HELLO = 0xfefc;
export const FRAME_GET_SET = 0xfefd;
export const FRAME_IDENTIFY_REQUEST = 0xfefe;
export const FRAME_IDENTIFY_RESPONSE = 0xfeff;
export const SERVICE_GET = 3;
export const SERVICE_SET = 4;
export const SERVICE_IDENTIFY = 5;
export const SERVICE_HELLO = 6;
/** FrameID to DCPDataLength. */
export const DCP_HEADER = 12;
/** Blocks kept of one PDU; more are counted in `dropped`. A frame can hold some 370 empty ones, real devices send ten. */
export const MAX_BLOCKS = 64;
/** Octets of text kept: NameOfStation has at most 240 (IEC 61158-6-10 4.3.1.4.15). */
export const MAX_TEXT = 255;

export type DcpType =
  | 'DCP Identify request'
  | 'DCP Identify response'
  | 'DCP Get request'
  | 'DCP Get response'
  | 'DCP Set request'
  | 'DCP Set response'
  | 'DCP Hello request'
  | 'DCP unknown service';

export interface DcpBlock {
  readonly option: number;
  readonly suboption: number;
  readonly name: string;
  /** BlockInfo of responses and Hello, BlockQualifier of Set requests; -1 where the block has none. */
  readonly qualifier: number;
  /** Names, the type of station, hexadecimal of blocks without structure. */
  readonly text?: string;
  readonly mac?: string;
  readonly ip?: string;
  readonly netmask?: string;
  readonly gateway?: string;
  readonly dns?: readonly string[];
  readonly vendorId?: number;
  readonly deviceId?: number;
  /** Role bits, signal value, device instance, initiative. */
  readonly number?: number;
  /** Options a device has: option * 256 + suboption. */
  readonly options?: readonly number[];
  /** In a `response` block: which block of the Set request is answered (option * 256 + suboption), and how. */
  readonly answers?: number;
  readonly error?: number;
  /** The octet behind the role, where it is not zero. */
  readonly reserved?: number;
}

export interface DcpMessage {
  readonly type: DcpType;
  readonly frameId: number;
  readonly service: number;
  /** 0 request, 1 success, 5 service not supported. */
  readonly serviceType: number;
  readonly xid: number;
  /** Identify requests: the answer comes within this many times 10 ms at random. */
  readonly responseDelay: number;
  readonly blocks: readonly DcpBlock[];
  readonly dropped: number;
  /** A block ran beyond DCPDataLength or DCPDataLength beyond the frame. */
  readonly cut: boolean;
  /** Padding of blocks, or-ed together, where it is not zero. */
  readonly reserved?: number;
  /** What fills the frame up behind the PDU, where it is not zero: some senders put there what lies in their memory. */
  readonly filling?: string;
}

export const isDcpFrameId = (frameId: number): boolean => frameId >= FRAME_HELLO && frameId <= FRAME_IDENTIFY_RESPONSE;

const typeOf = (frameId: number, service: number, serviceType: number): DcpType => {
  const request = (serviceType & 1) === 0 && serviceType !== 5;
  if (service === SERVICE_IDENTIFY)
    return frameId === FRAME_IDENTIFY_REQUEST ? 'DCP Identify request' : 'DCP Identify response';
  if (service === SERVICE_GET) return request ? 'DCP Get request' : 'DCP Get response';
  if (service === SERVICE_SET) return request ? 'DCP Set request' : 'DCP Set response';
  return service === SERVICE_HELLO ? 'DCP Hello request' : 'DCP unknown service';
};

/** Whether blocks of this PDU start with BlockInfo or BlockQualifier. */
const hasQualifier = (type: DcpType): boolean =>
  type === 'DCP Identify response' ||
  type === 'DCP Get response' ||
  type === 'DCP Hello request' ||
  type === 'DCP Set request';

/** Text without the NULs that some devices put behind it. */
const text = (b: Uint8Array, o: number, end: number): string => {
  let stop = Math.min(end, o + MAX_TEXT);
  while (stop > o && b[stop - 1] === 0) stop--;
  return utf8(b, o, stop);
};

const readBlock = (
  b: Uint8Array,
  option: number,
  suboption: number,
  from: number,
  end: number,
  qualified: boolean,
): DcpBlock => {
  const key = option * 256 + suboption;
  const base = { option, suboption, name: blockName(option, suboption) };
  // The control block "response" has no BlockInfo: option, suboption and BlockError follow (4.3.1.4.21).
  if (key === 0x0504 && end - from >= 3)
    return { ...base, qualifier: -1, answers: u16be(b, from), error: b[from + 2]! };
  const qualifier = qualified && end - from >= 2 ? u16be(b, from) : -1;
  const o = qualifier >= 0 ? from + 2 : from;
  const n = end - o;
  const at = { ...base, qualifier };
  if (n <= 0) return at;
  switch (key) {
    case 0x0101:
      return n >= 6 ? { ...at, mac: macText(b, o) } : at;
    case 0x0102:
    case 0x0103: {
      if (n < 12) return at;
      const ip = {
        ...at,
        ip: ipv4Text(i32be(b, o)),
        netmask: ipv4Text(i32be(b, o + 4)),
        gateway: ipv4Text(i32be(b, o + 8)),
      };
      if (key === 0x0102 || n < 28) return ip;
      return { ...ip, dns: [12, 16, 20, 24].map((x) => ipv4Text(i32be(b, o + x))) };
    }
    case 0x0203:
    case 0x0208:
      return n >= 4 ? { ...at, vendorId: u16be(b, o), deviceId: u16be(b, o + 2) } : at;
    case 0x0204:
      return { ...at, number: b[o]!, ...(n >= 2 && b[o + 1] !== 0 && { reserved: b[o + 1]! }) };
    case 0x0205: {
      const options: number[] = [];
      for (let p = o; p + 2 <= end && options.length < MAX_BLOCKS; p += 2) options.push(u16be(b, p));
      return { ...at, options };
    }
    case 0x0207:
    case 0x020a:
    case 0x0503:
    case 0x0601:
      return n >= 2 ? { ...at, number: u16be(b, o) } : at;
    case 0x0209:
      return n >= 4 ? { ...at, gateway: ipv4Text(i32be(b, o)) } : at;
    case 0x0201:
    case 0x0202:
    case 0x0206:
      return { ...at, text: text(b, o, end) };
    case 0x030c:
    case 0x033c:
    case 0x0351:
      // DHCP blocks carry DHCPParameterLength before the data.
      return { ...at, text: ascii(b, o + 1, Math.min(end, o + 1 + b[o]!)) };
    default:
      return { ...at, text: hex(b, o, Math.min(end, o + 64)) };
  }
};

/** Reads a PDU from the FrameID on; the caller checked the FrameID and that the header is there. */
export const decodeDcp = (b: Uint8Array, o: number, end: number): DcpMessage => {
  const frameId = u16be(b, o);
  const service = b[o + 2]!;
  const serviceType = b[o + 3]!;
  const type = typeOf(frameId, service, serviceType);
  const stop = Math.min(end, o + DCP_HEADER + u16be(b, o + 10));
  let cut = o + DCP_HEADER + u16be(b, o + 10) > end;
  const blocks: DcpBlock[] = [];
  let dropped = 0;
  let reserved = 0;
  const qualified = hasQualifier(type);
  for (let p = o + DCP_HEADER; p + 2 <= stop; ) {
    const option = b[p]!;
    const suboption = b[p + 1]!;
    let block: DcpBlock;
    if (type === 'DCP Get request') {
      // A Get request lists option and suboption only (4.3.1.3.2).
      block = { option, suboption, name: blockName(option, suboption), qualifier: -1 };
      p += 2;
    } else {
      if (p + 4 > stop) {
        cut = true;
        break;
      }
      const length = u16be(b, p + 2);
      if (p + 4 + length > stop) cut = true;
      block = readBlock(b, option, suboption, p + 4, Math.min(stop, p + 4 + length), qualified);
      p += 4 + length;
      // Padded to even length.
      if ((length & 1) !== 0 && p < stop) reserved |= b[p]!;
      p += length & 1;
    }
    if (blocks.length < MAX_BLOCKS) blocks.push(block);
    else dropped++;
  }
  return {
    type,
    frameId,
    service,
    serviceType,
    xid: u32be(b, o + 4),
    responseDelay: u16be(b, o + 8),
    blocks,
    dropped,
    cut,
    ...(reserved !== 0 && { reserved }),
    ...(!isZero(b, stop, end) && { filling: hex(b, stop, Math.min(end, stop + MAX_TEXT)) }),
  };
};

const blockData = (block: Partial<DcpBlock> & { option: number; suboption: number }): Uint8Array => {
  const w = new OctetWriter();
  if (block.answers !== undefined)
    return w
      .u16(block.answers)
      .u8(block.error ?? 0)
      .done();
  if (block.qualifier !== undefined && block.qualifier >= 0) w.u16(block.qualifier);
  if (block.mac !== undefined) w.mac(block.mac);
  if (block.ip !== undefined)
    w.ipv4(block.ip)
      .ipv4(block.netmask ?? '0.0.0.0')
      .ipv4(block.gateway ?? '0.0.0.0');
  else if (block.gateway !== undefined) w.ipv4(block.gateway);
  for (const dns of block.dns ?? []) w.ipv4(dns);
  if (block.vendorId !== undefined) w.u16(block.vendorId).u16(block.deviceId ?? 0);
  if (block.number !== undefined) {
    // DeviceRoleDetails is one octet and a reserved one; the others are 16 bits.
    if (block.option === 2 && block.suboption === 4) w.u8(block.number, 0);
    else w.u16(block.number);
  }
  for (const option of block.options ?? []) w.u16(option);
  if (block.text !== undefined) {
    const octets = new TextEncoder().encode(block.text);
    if (block.option === 3) w.u8(octets.length);
    w.bytes(octets);
  }
  return w.done();
};

export interface DcpFields {
  readonly frameId: number;
  readonly service: number;
  readonly serviceType?: number;
  readonly xid: number;
  readonly responseDelay?: number;
  readonly blocks: readonly (Partial<DcpBlock> & { readonly option: number; readonly suboption: number })[];
}

/** Octets from the FrameID on (without Ethernet padding). A name stays UTF-8; `text` of blocks without structure is not written back. */
export const encodeDcp = (m: DcpFields): Uint8Array => {
  const w = new OctetWriter()
    .u16(m.frameId)
    .u8(m.service, m.serviceType ?? 0)
    .u32(m.xid)
    .u16(m.responseDelay ?? 0)
    .u16(0);
  const get = m.service === SERVICE_GET && (m.serviceType ?? 0) === 0;
  for (const block of m.blocks) {
    w.u8(block.option, block.suboption);
    if (get) continue;
    const data = blockData(block);
    w.u16(data.length).bytes(data);
    if (data.length & 1) w.u8(0);
  }
  return w.patch16(10, w.length - DCP_HEADER).done();
};
