/** Management messages of PTP: what is asked or set, and the description of a clock. Source: IEEE 1588-2019 clause 15. */
import { u16be, utf8 } from '../../lib/bytes.ts';

/** actionField (15.4.1.6). */
export const ACTION = { GET: 0, SET: 1, RESPONSE: 2, COMMAND: 3, ACKNOWLEDGE: 4 } as const;

export const CLOCK_DESCRIPTION = 0x0001;
export const INITIALIZE = 0x0005;

/** managementId (table 59). */
const IDS: Readonly<Record<number, string>> = {
  0: 'NULL_PTP_MANAGEMENT',
  1: 'CLOCK_DESCRIPTION',
  2: 'USER_DESCRIPTION',
  3: 'SAVE_IN_NON_VOLATILE_STORAGE',
  4: 'RESET_NON_VOLATILE_STORAGE',
  5: 'INITIALIZE',
  6: 'FAULT_LOG',
  7: 'FAULT_LOG_RESET',
  8192: 'DEFAULT_DATA_SET',
  8193: 'CURRENT_DATA_SET',
  8194: 'PARENT_DATA_SET',
  8195: 'TIME_PROPERTIES_DATA_SET',
  8196: 'PORT_DATA_SET',
  8197: 'PRIORITY1',
  8198: 'PRIORITY2',
  8199: 'DOMAIN',
  8200: 'SLAVE_ONLY',
  8201: 'LOG_ANNOUNCE_INTERVAL',
  8202: 'ANNOUNCE_RECEIPT_TIMEOUT',
  8203: 'LOG_SYNC_INTERVAL',
  8204: 'VERSION_NUMBER',
  8205: 'ENABLE_PORT',
  8206: 'DISABLE_PORT',
  8207: 'TIME',
  8208: 'CLOCK_ACCURACY',
  8209: 'UTC_PROPERTIES',
  8210: 'TRACEABILITY_PROPERTIES',
  8211: 'TIMESCALE_PROPERTIES',
  8212: 'UNICAST_NEGOTIATION_ENABLE',
  8213: 'PATH_TRACE_LIST',
  8214: 'PATH_TRACE_ENABLE',
  8215: 'GRANDMASTER_CLUSTER_TABLE',
  8216: 'UNICAST_MASTER_TABLE',
  8217: 'UNICAST_MASTER_MAX_TABLE_SIZE',
  8218: 'ACCEPTABLE_MASTER_TABLE',
  8219: 'ACCEPTABLE_MASTER_TABLE_ENABLED',
  8220: 'ACCEPTABLE_MASTER_MAX_TABLE_SIZE',
  8221: 'ALTERNATE_MASTER',
  8222: 'ALTERNATE_TIME_OFFSET_ENABLE',
  8223: 'ALTERNATE_TIME_OFFSET_NAME',
  8224: 'ALTERNATE_TIME_OFFSET_MAX_KEY',
  8225: 'ALTERNATE_TIME_OFFSET_PROPERTIES',
  16384: 'TRANSPARENT_CLOCK_DEFAULT_DATA_SET',
  16385: 'TRANSPARENT_CLOCK_PORT_DATA_SET',
  16386: 'PRIMARY_DOMAIN',
  24576: 'DELAY_MECHANISM',
  24577: 'LOG_MIN_PDELAY_REQ_INTERVAL',
};
export const managementName = (id: number): string => IDS[id] ?? 'managementId';

/** managementErrorId (table 109). */
const ERRORS: Readonly<Record<number, string>> = {
  1: 'RESPONSE_TOO_BIG',
  2: 'NO_SUCH_ID',
  3: 'WRONG_LENGTH',
  4: 'WRONG_VALUE',
  5: 'NOT_SETABLE',
  6: 'NOT_SUPPORTED',
  65534: 'GENERAL_ERROR',
};
export const managementErrorText = (id: number): string => `${ERRORS[id] ?? 'error'} (${id})`;

/** Texts of CLOCK_DESCRIPTION (15.5.3.1.2): fields are separated by semicolons. */
export interface ClockDescription {
  /** `vendor;model;instance`. */
  readonly product: string;
  /** `hardware;firmware;software`. */
  readonly revision: string;
  /** `name;location`. */
  readonly user: string;
}

export interface Management {
  readonly startingBoundaryHops: number;
  readonly boundaryHops: number;
  readonly action: number;
  /** -1 where there is no management TLV. */
  readonly managementId: number;
  /** managementErrorId of MANAGEMENT_ERROR_STATUS; -1 elsewhere. */
  readonly error: number;
  readonly description: ClockDescription | undefined;
}

/** PTPText: one octet of length, UTF-8; `next` behind it, -1 when it runs out of the message. */
let next = 0;
const textAt = (b: Uint8Array, o: number, end: number): string => {
  if (o < 0 || o >= end || o + 1 + b[o]! > end) {
    next = -1;
    return '';
  }
  next = o + 1 + b[o]!;
  return utf8(b, o + 1, next);
};

const describe = (b: Uint8Array, start: number, end: number): ClockDescription | undefined => {
  // clockType, physicalLayerProtocol, physical address, protocol address, manufacturer, three texts.
  textAt(b, start + 2, end);
  if (next < 0 || next + 2 > end) return undefined;
  let at = next + 2 + u16be(b, next);
  if (at + 4 > end) return undefined;
  at += 4 + u16be(b, at + 2) + 4;
  const product = textAt(b, at, end);
  const revision = textAt(b, next, end);
  const user = textAt(b, next, end);
  return next < 0 ? undefined : { product, revision, user };
};

/** Behind the target port identity: hops, action, then the TLV. */
export const readManagement = (b: Uint8Array, o: number, end: number): Management => {
  const tlv = o + 4;
  const type = tlv + 4 <= end ? u16be(b, tlv) : 0;
  const stop = type === 0 ? end : Math.min(end, tlv + 4 + u16be(b, tlv + 2));
  const isError = type === 2;
  const managementId =
    type === 1 && tlv + 6 <= stop ? u16be(b, tlv + 4) : isError && tlv + 8 <= stop ? u16be(b, tlv + 6) : -1;
  const action = b[o + 2]! & 15;
  return {
    startingBoundaryHops: b[o]!,
    boundaryHops: b[o + 1]!,
    action,
    managementId,
    error: isError && tlv + 6 <= stop ? u16be(b, tlv + 4) : -1,
    description:
      managementId === CLOCK_DESCRIPTION && action === ACTION.RESPONSE && !isError
        ? describe(b, tlv + 6, stop)
        : undefined,
  };
};
