/**
 * OPC UA PubSub with the UADP mapping (OPC 10000-14 section 7.2.4): network messages on UDP 4840 and on EtherType 0xB62C.
 * Publishers send without being asked; their fields have no names on the wire, only positions.
 */
import type { Decoded, Decoder, Message, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { type DataValue, dataValue, type Variant, variant } from './builtin.ts';
import { byte, dateTime, guid, Reader, string, uint16, uint32, uint64 } from './codec.ts';
import { sayValue } from './values.ts';

/** Data set messages of one network message that are read; one octet counts them. */
const MAX_DATA_SETS = 255;
/** Publishers told apart per host pair; others are not announced again. */
const MAX_PUBLISHERS = 256;
const ETHERTYPE = 0xb62c;

export interface UadpField {
  readonly index: number;
  readonly value: DataValue;
}
/** Section 7.2.4.5.4. */
export interface UadpDataSetMessage {
  readonly writerId: number | undefined;
  readonly valid: boolean;
  /** 0 key frame, 1 delta frame, 2 event, 3 keep-alive. */
  readonly messageType: number;
  /** 0 variants, 1 raw octets (not read: their layout is only in the configuration), 2 data values. */
  readonly fieldEncoding: number;
  readonly sequenceNumber: number | undefined;
  readonly timestamp: number | undefined;
  readonly status: number | undefined;
  readonly majorVersion: number | undefined;
  readonly minorVersion: number | undefined;
  readonly fields: readonly UadpField[];
}
/** Section 7.2.4.4.2. */
export interface UadpMessage extends Message {
  readonly type: 'UADP data' | 'UADP discovery request' | 'UADP discovery response' | 'UADP chunk';
  readonly publisherId: number | string | bigint | undefined;
  readonly dataSetClassId: string | undefined;
  readonly writerGroupId: number | undefined;
  readonly groupVersion: number | undefined;
  readonly networkMessageNumber: number | undefined;
  readonly sequenceNumber: number | undefined;
  readonly timestamp: number | undefined;
  /** 1 signed, 2 encrypted, 4 with footer, 8 key reset; 0 without security. */
  readonly securityFlags: number;
  readonly securityTokenId: number | undefined;
  readonly writerIds: readonly number[];
  readonly dataSets: readonly UadpDataSetMessage[];
}

const r = new Reader();
const TYPES = ['UADP data', 'UADP discovery request', 'UADP discovery response'] as const;

const readPublisherId = (form: number): number | string | bigint | undefined => {
  switch (form) {
    case 0:
      return byte.read(r);
    case 1:
      return uint16.read(r);
    case 2:
      return uint32.read(r);
    case 3:
      return uint64.read(r);
    case 4:
      return string.read(r) ?? '';
    default:
      r.broken = true;
      return undefined;
  }
};

const bare = (value: Variant): DataValue => ({
  mask: 1,
  value,
  status: undefined,
  sourceTimestamp: undefined,
  sourcePicoseconds: undefined,
  serverTimestamp: undefined,
  serverPicoseconds: undefined,
});

/** One data set message up to the reader's end. */
const readDataSet = (writerId: number | undefined): UadpDataSetMessage => {
  const flags1 = byte.read(r);
  const flags2 = (flags1 & 0x80) === 0 ? 0 : byte.read(r);
  const sequenceNumber = (flags1 & 0x08) === 0 ? undefined : uint16.read(r);
  const timestamp = (flags2 & 0x10) === 0 ? undefined : dateTime.read(r);
  if (flags2 & 0x20) r.take(2); // picoseconds
  const status = (flags1 & 0x10) === 0 ? undefined : uint16.read(r);
  const majorVersion = (flags1 & 0x20) === 0 ? undefined : uint32.read(r);
  const minorVersion = (flags1 & 0x40) === 0 ? undefined : uint32.read(r);
  const messageType = flags2 & 0x0f;
  const fieldEncoding = (flags1 >> 1) & 3;
  const fields: UadpField[] = [];
  if (messageType <= 2 && fieldEncoding !== 1 && r.offset < r.end) {
    const count = uint16.read(r);
    for (let i = 0; i < count && !r.broken; i++) {
      const index = messageType === 1 ? uint16.read(r) : i;
      fields.push({ index, value: fieldEncoding === 2 ? dataValue.read(r) : bare(variant.read(r)) });
    }
  }
  return {
    writerId,
    valid: (flags1 & 1) === 1,
    messageType,
    fieldEncoding,
    sequenceNumber,
    timestamp,
    status,
    majorVersion,
    minorVersion,
    fields,
  };
};

/** The network message in `start`..`end`; undefined when it is none or is cut. */
const decodeUadp = (b: Uint8Array, start: number, end: number): UadpMessage | undefined => {
  r.open(b, start, end);
  const flags = byte.read(r);
  if ((flags & 0x0f) !== 1) return undefined;
  const extended1 = (flags & 0x80) === 0 ? 0 : byte.read(r);
  const extended2 = (extended1 & 0x80) === 0 ? 0 : byte.read(r);
  const kind = (extended2 >> 2) & 7;
  if (extended2 & 0xe0 || kind > 2) return undefined;
  const publisherId = (flags & 0x10) === 0 ? undefined : readPublisherId(extended1 & 7);
  const dataSetClassId = (extended1 & 0x08) === 0 ? undefined : guid.read(r);
  const group = (flags & 0x20) === 0 ? 0 : byte.read(r);
  if (group & 0xf0) return undefined;
  const writerGroupId = (group & 1) === 0 ? undefined : uint16.read(r);
  const groupVersion = (group & 2) === 0 ? undefined : uint32.read(r);
  const networkMessageNumber = (group & 4) === 0 ? undefined : uint16.read(r);
  const sequenceNumber = (group & 8) === 0 ? undefined : uint16.read(r);
  const writerIds: number[] = [];
  const chunked = (extended2 & 1) !== 0;
  if ((flags & 0x40) !== 0 && kind === 0) {
    const count = chunked ? 1 : byte.read(r);
    for (let i = 0; i < count && !r.broken; i++) writerIds.push(uint16.read(r));
  }
  const timestamp = (extended1 & 0x20) === 0 ? undefined : dateTime.read(r);
  if (extended1 & 0x40) r.take(2); // picoseconds
  if (extended2 & 2) r.take(uint16.read(r)); // promoted fields: copies of fields of the payload
  let securityFlags = 0;
  let securityTokenId: number | undefined;
  if (extended1 & 0x10) {
    securityFlags = byte.read(r);
    securityTokenId = uint32.read(r);
    r.take(byte.read(r)); // nonce
    if (securityFlags & 4) r.take(2); // size of the footer
  }
  if (r.broken) return undefined;
  const dataSets: UadpDataSetMessage[] = [];
  if (kind === 0 && !chunked && (securityFlags & 2) === 0 && r.offset < end) {
    const count = Math.min(Math.max(1, writerIds.length), MAX_DATA_SETS);
    const sizes: number[] = [];
    if (count > 1) for (let i = 0; i < count; i++) sizes.push(uint16.read(r));
    for (let i = 0; i < count && !r.broken; i++) {
      const from = r.offset;
      const to = count > 1 ? from + sizes[i]! : end;
      if (to > end) return undefined;
      r.end = to;
      dataSets.push(readDataSet(writerIds[i]));
      if (r.broken) return undefined;
      r.end = end;
      r.offset = to;
    }
  }
  return {
    type: chunked ? 'UADP chunk' : TYPES[kind]!,
    publisherId,
    dataSetClassId,
    writerGroupId,
    groupVersion,
    networkMessageNumber,
    sequenceNumber,
    timestamp,
    securityFlags,
    securityTokenId,
    writerIds,
    dataSets,
  };
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  if (end - start < 3 || (b[start]! & 0x0f) !== 1) return 'no';
  // A publisher is named in every message that means anything to more than one subscriber.
  if ((b[start]! & 0x70) === 0) return 'no';
  return decodeUadp(b, start, end) === undefined ? 'no' : 'maybe';
};

interface UadpState {
  /** The payload of the last message was. */
  encrypted: boolean;
  /** Publishers that were announced. */
  readonly publishers: Set<string>;
  /** Names of points by publisher, writer and field. */
  readonly paths: Map<string, string[]>;
}

const observe = (transaction: Transaction<UadpMessage>, sink: ObservationSink, state: UadpState): void => {
  const message = transaction.request ?? transaction.response;
  if (message === undefined) return;
  const { at } = transaction;
  const id = String(message.publisherId ?? 'unnamed');
  if (message.type === 'UADP discovery request') {
    sink.command(at, {
      verb: 'discover',
      operation: 'UADP discovery',
      target: at.receiver,
      outcome: 'unconfirmed',
      native: message,
    });
    return;
  }
  if (!state.publishers.has(id) && state.publishers.size < MAX_PUBLISHERS) {
    state.publishers.add(id);
    const via = 'OPC UA PubSub';
    sink.identity(at, { endpoint: at.sender, attribute: 'role', value: 'OPC UA publisher', confidence: 0.9, via });
    if (message.publisherId !== undefined)
      sink.identity(at, {
        endpoint: at.sender,
        attribute: 'description',
        value: `publisher ${id}`,
        confidence: 0.6,
        via,
      });
  }
  for (const set of message.dataSets) {
    if (!set.valid) continue;
    const key = `${id} ${message.writerGroupId ?? ''} ${set.writerId ?? ''}`;
    let paths = state.paths.get(key);
    if (paths === undefined) {
      if (state.paths.size >= MAX_PUBLISHERS) state.paths.clear();
      paths = [];
      state.paths.set(key, paths);
    }
    for (const { index, value } of set.fields) {
      paths[index] ??= `publisher ${id} writer ${set.writerId ?? message.writerGroupId ?? 0} field ${index}`;
      sayValue(sink, at, at.sender, paths[index], null, value, 'read');
    }
  }
};

export const uadp: Decoder<UadpMessage, UadpState> = {
  name: 'uadp',
  title: 'OPC UA PubSub',
  family: 'ot',
  cyclic: true,
  attach: [
    { over: 'udp', ports: [4840] },
    { over: 'ethertype', types: [ETHERTYPE] },
  ],
  probe,
  open: () => ({ encrypted: false, publishers: new Set(), paths: new Map() }),
  isEncrypted: (state) => state.encrypted,
  decode(b, start, end, _, state): Decoded<UadpMessage> {
    const message = decodeUadp(b, start, end);
    if (message !== undefined) state.encrypted = (message.securityFlags & 2) !== 0;
    if (message !== undefined) return { kind: 'message', message, consumed: end - start };
    // Another version, or not this protocol at all.
    if ((b[start]! & 0x0f) !== 1) return { kind: 'foreign' };
    return { kind: 'malformed', code: 'uadp.message', detail: 'network message is cut', consumed: end - start };
  },
  observe,
};
