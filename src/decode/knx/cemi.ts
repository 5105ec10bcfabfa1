/**
 * cEMI frames (KNX Standard 03_06_03, clause 4.1): additional information, control fields, the transport layer's control (03_03_04) and
 * application services (03_03_07), and the property services of local device management (4.1.7).
 */
import { hex, u16be } from '../../lib/bytes.ts';
import { MASKED_OCTETS } from '../../lib/masked.ts';

/** Elements of additional information that are read. */
const MAX_INFO = 8;

export interface Cemi {
  /** 0x11 request, 0x29 indication, 0x2e confirmation; properties 0xfc, 0xfb, 0xf6, 0xf5; reset 0xf1. */
  readonly code: number;
  /** Type and octets, as hexadecimal, of the additional information: time stamps, radio addresses. */
  readonly info: readonly (readonly [type: number, octets: string])[];
  readonly source: string;
  /** `1/2/3` or `1.1.5`. */
  readonly destination: string;
  readonly group: boolean;
  /** Confirmation says that it could not be sent. */
  readonly failed: boolean;
  /** Both control fields; -1 without. */
  readonly control: number;
  readonly priority: '' | 'system' | 'normal' | 'urgent' | 'low';
  readonly hops: number;
  /** Octets behind the transport control, as the frame says; -1 without. */
  readonly length: number;
  /** Transport layer: data to a group or a device, numbered data, or its control (0 connect, 1 disconnect, 2 ack, 3 nak). */
  readonly transport: '' | 'data' | 'numbered data' | 'connect' | 'disconnect' | 'ack' | 'nak';
  /** Sequence number of numbered data, ack and nak; -1 without. */
  readonly number: number;
  /** Application service, 10 bits, what belongs to data cleared; -1 where the frame has none. */
  readonly service: number;
  readonly data: Uint8Array;
  /** Six bits inside the service, for values so small; -1 otherwise. */
  readonly small: number;
  /** Interface object (type where the service names it, otherwise index), instance, property, elements and first element. */
  readonly property: PropertyAccess | undefined;
  /** Address and octets of memory services; -1 without. */
  readonly memory: number;
  readonly memoryOctets: number;
}
export interface PropertyAccess {
  /** Type of the object (local device management) or its index (through the bus). */
  readonly object: number;
  readonly instance: number;
  readonly id: number;
  readonly count: number;
  readonly start: number;
}

export const individual = (n: number): string => `${n >> 12}.${(n >> 8) & 15}.${n & 255}`;
export const groupText = (n: number): string => `${n >> 11}/${(n >> 8) & 7}/${n & 255}`;

const EMPTY = new Uint8Array(0);
const PRIORITIES = ['system', 'normal', 'urgent', 'low'] as const;
const CONTROLS = ['connect', 'disconnect', 'ack', 'nak'] as const;
const bare = (code: number): Cemi => ({
  code,
  info: [],
  source: '',
  destination: '',
  group: false,
  failed: false,
  control: -1,
  priority: '',
  hops: -1,
  length: -1,
  transport: '',
  number: -1,
  service: -1,
  data: EMPTY,
  small: -1,
  property: undefined,
  memory: -1,
  memoryOctets: -1,
});

/** M_PropRead.req .con, M_PropWrite.req .con, M_PropInfo.ind. */
const isProperty = (code: number): boolean =>
  code === 0xfc || code === 0xfb || code === 0xf6 || code === 0xf5 || code === 0xf7;
/** interface object type (2), instance, property, elements (4 bits) and first element (12 bits), data. */
const management = (b: Uint8Array, start: number, end: number, code: number): Cemi => {
  const at = start + 1;
  if (!isProperty(code) || at + 6 > end) return { ...bare(code), data: b.slice(at, end) };
  const span = u16be(b, at + 4);
  return {
    ...bare(code),
    property: { object: u16be(b, at), instance: b[at + 2]!, id: b[at + 3]!, count: span >> 12, start: span & 0xfff },
    data: b.slice(at + 6, end),
  };
};

/** Services of 4 bits: group values, individual addresses, ADC, memory; the other bits of the APCI are data. */
/** A_Authorize_Request and A_Key_Write (03_03_07 sections 3.5.6 and 3.5.7): a key of four octets opens the device. */
const CARRIES_KEY: ReadonlySet<number> = new Set([0x3d1, 0x3d3]);
const isShort = (apci: number): boolean => apci < 0x2c0;
const ADC_READ = 0x180;
const ADC_RESPONSE = 0x1c0;
const MEMORY = [0x200, 0x240, 0x280] as const;
/** A_UserMemory_Read .. _Write and A_PropertyValue_Read .. _Write, A_PropertyDescription. */
const USER_MEMORY = [0x2c0, 0x2c1, 0x2c2] as const;
const PROPERTY_VALUE = [0x3d5, 0x3d6, 0x3d7] as const;

/** The arguments of the services that say where: memory and properties. `at` lies behind the APCI. */
const arguments_ = (b: Uint8Array, at: number, stop: number, service: number, low: number): Partial<Cemi> => {
  if ((MEMORY as readonly number[]).includes(service) && at + 2 <= stop)
    return { memory: u16be(b, at), memoryOctets: low & 15, data: b.slice(at + 2, stop) };
  if ((USER_MEMORY as readonly number[]).includes(service) && at + 3 <= stop)
    return {
      memory: ((b[at]! & 0xf0) << 12) | u16be(b, at + 1),
      memoryOctets: b[at]! & 15,
      data: b.slice(at + 3, stop),
    };
  if ((PROPERTY_VALUE as readonly number[]).includes(service) && at + 4 <= stop) {
    const span = u16be(b, at + 2);
    return {
      property: { object: b[at]!, instance: -1, id: b[at + 1]!, count: span >> 12, start: span & 0xfff },
      data: b.slice(at + 4, stop),
    };
  }
  return {};
};

/** cEMI at `start`..`end`; undefined where it is cut. */
export const readCemi = (b: Uint8Array, start: number, end: number): Cemi | undefined => {
  if (end - start < 1) return undefined;
  const code = b[start]!;
  if (code >= 0xf0) return management(b, start, end, code);
  if (end - start < 2) return undefined;
  const at = start + 2 + b[start + 1]!;
  if (at + 7 > end) return undefined;
  const info: (readonly [number, string])[] = [];
  for (let o = start + 2; o + 2 <= at && info.length < MAX_INFO; ) {
    const to = o + 2 + b[o + 1]!;
    if (to > at) break;
    info.push([b[o]!, hex(b, o + 2, to)]);
    o = to;
  }
  const group = (b[at + 1]! & 0x80) !== 0;
  const target = u16be(b, at + 4);
  const length = b[at + 6]!;
  const base: Cemi = {
    ...bare(code),
    info,
    source: individual(u16be(b, at + 2)),
    destination: group ? groupText(target) : individual(target),
    group,
    failed: code === 0x2e && (b[at]! & 1) !== 0,
    control: u16be(b, at),
    priority: PRIORITIES[(b[at]! >> 2) & 3]!,
    hops: (b[at + 1]! >> 4) & 7,
    length,
  };
  if (at + 8 > end) return base;
  const tpci = b[at + 7]!;
  const numbered = (tpci & 0x40) !== 0;
  const number = numbered ? (tpci >> 2) & 15 : -1;
  // Control frames of the transport layer have no application service.
  if ((tpci & 0x80) !== 0) return { ...base, transport: CONTROLS[tpci & 3]!, number };
  const transport = numbered ? 'numbered data' : 'data';
  if (length === 0 || at + 9 > end) return { ...base, transport, number };
  const apci = u16be(b, at + 7) & 0x3ff;
  const service = isShort(apci) ? apci & 0x3c0 : apci;
  const short = apci >> 6;
  const stop = at + 8 + length < end ? at + 8 + length : end;
  const channel = service === ADC_READ || service === ADC_RESPONSE;
  return {
    ...base,
    transport,
    number,
    service: service,
    small: (length === 1 && (short === 1 || short === 2)) || channel ? apci & 0x3f : -1,
    data: CARRIES_KEY.has(service) ? MASKED_OCTETS : b.slice(at + 9, stop),
    ...arguments_(b, at + 9, stop, service, apci),
  };
};
