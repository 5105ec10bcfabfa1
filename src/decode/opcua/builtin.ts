/**
 * The built-in types of OPC UA that are made of parts (OPC 10000-6 section 5.2.2): NodeId, Variant, DataValue,
 * DiagnosticInfo, ExtensionObject and the names.
 */
import type { OctetWriter } from '../shared/octet-writer.ts';
import {
  boolean,
  byte,
  byteString,
  type Codec,
  dateTime,
  double,
  float,
  guid,
  int16,
  int32,
  int64,
  MAX_NESTING,
  type Reader,
  type StructureCodec,
  sbyte,
  string,
  structure,
  uint16,
  uint32,
  uint64,
} from './codec.ts';

/** Section 5.2.2.9, table 16. */
export const ID = { TWO_BYTE: 0, FOUR_BYTE: 1, NUMERIC: 2, STRING: 3, GUID: 4, OPAQUE: 5 } as const;
const NAMESPACE_URI_FLAG = 0x80;
const SERVER_INDEX_FLAG = 0x40;

/** NodeId or ExpandedNodeId. */
export interface NodeId {
  /** As on the wire: form 0..5, with 0x80 and 0x40 for the two additions of an ExpandedNodeId. */
  readonly encoding: number;
  readonly namespace: number;
  /** Number, text, GUID, or base64 of an opaque identifier. */
  readonly id: number | string;
  readonly namespaceUri: string | null | undefined;
  readonly serverIndex: number | undefined;
}

const readNodeId = (r: Reader): NodeId => {
  const encoding = byte.read(r);
  let namespace = 0;
  let id: number | string = 0;
  switch (encoding & 0x3f) {
    case ID.TWO_BYTE:
      id = byte.read(r);
      break;
    case ID.FOUR_BYTE:
      namespace = byte.read(r);
      id = uint16.read(r);
      break;
    case ID.NUMERIC:
      namespace = uint16.read(r);
      id = uint32.read(r);
      break;
    case ID.STRING:
      namespace = uint16.read(r);
      id = string.read(r) ?? '';
      break;
    case ID.GUID:
      namespace = uint16.read(r);
      id = guid.read(r);
      break;
    case ID.OPAQUE:
      namespace = uint16.read(r);
      id = Buffer.from(byteString.read(r) ?? []).toString('base64');
      break;
    default:
      r.broken = true;
  }
  return {
    encoding,
    namespace,
    id,
    namespaceUri: (encoding & NAMESPACE_URI_FLAG) === 0 ? undefined : string.read(r),
    serverIndex: (encoding & SERVER_INDEX_FLAG) === 0 ? undefined : uint32.read(r),
  };
};
const writeNodeId = (w: OctetWriter, v: NodeId): void => {
  w.u8(v.encoding);
  switch (v.encoding & 0x3f) {
    case ID.TWO_BYTE:
      w.u8(Number(v.id));
      break;
    case ID.FOUR_BYTE:
      w.u8(v.namespace).u16le(Number(v.id));
      break;
    case ID.NUMERIC:
      w.u16le(v.namespace).u32le(Number(v.id));
      break;
    case ID.STRING:
      w.u16le(v.namespace);
      string.write(w, String(v.id));
      break;
    case ID.GUID:
      w.u16le(v.namespace);
      guid.write(w, String(v.id));
      break;
    default:
      w.u16le(v.namespace);
      byteString.write(w, Buffer.from(String(v.id), 'base64'));
  }
  if (v.encoding & NAMESPACE_URI_FLAG) string.write(w, v.namespaceUri ?? null);
  if (v.encoding & SERVER_INDEX_FLAG) uint32.write(w, v.serverIndex ?? 0);
};
/** NodeId and ExpandedNodeId have the same layout; the flags only occur in the latter (section 5.2.2.10). */
export const nodeId: Codec<NodeId> = { read: readNodeId, write: writeNodeId };

/** Characters of an identifier that are put into words; OPC 10000-3 section 8.2.4 allows no more. */
const MAX_IDENTIFIER = 4096;

/** In the form of the specification's texts (section 5.1.12): `i=2258`, `ns=1;s=the.answer`. */
export const nodeIdText = (n: NodeId): string => {
  const form = n.encoding & 0x3f;
  const kind = form <= ID.NUMERIC ? 'i=' : form === ID.STRING ? 's=' : form === ID.GUID ? 'g=' : 'b=';
  const id = typeof n.id === 'string' && n.id.length > MAX_IDENTIFIER ? n.id.slice(0, MAX_IDENTIFIER) : n.id;
  const local =
    n.namespaceUri != null
      ? `nsu=${n.namespaceUri.slice(0, MAX_IDENTIFIER)};${kind}${id}`
      : n.namespace === 0
        ? `${kind}${id}`
        : `ns=${n.namespace};${kind}${id}`;
  return n.serverIndex ? `svr=${n.serverIndex};${local}` : local;
};
/** The number of a node in the namespace of the specification itself; -1 for all others. */
export const standardId = (n: NodeId): number =>
  n.namespace === 0 && n.namespaceUri == null && typeof n.id === 'number' ? n.id : -1;

/** Bits 31 and 30 say good, uncertain or bad; names are in `status-codes.ts`. */
export const statusCode: Codec<number> = uint32;

export const qualifiedName = structure('QualifiedName', { namespaceIndex: uint16, name: string });
export interface QualifiedName {
  readonly namespaceIndex: number;
  readonly name: string | null;
}

export interface LocalizedText {
  /** Bit 0: a locale is there, bit 1: a text is there. */
  readonly mask: number;
  readonly locale: string | null;
  readonly text: string | null;
}
export const localizedText: Codec<LocalizedText> = {
  read(r) {
    const mask = byte.read(r);
    return {
      mask,
      locale: (mask & 1) === 0 ? null : string.read(r),
      text: (mask & 2) === 0 ? null : string.read(r),
    };
  },
  write(w, v) {
    w.u8(v.mask);
    if (v.mask & 1) string.write(w, v.locale);
    if (v.mask & 2) string.write(w, v.text);
  },
};

/** Indexes are into the string table of the response header (section 5.2.2.12). */
export interface DiagnosticInfo {
  readonly mask: number;
  readonly symbolicId: number | undefined;
  readonly namespaceUri: number | undefined;
  readonly locale: number | undefined;
  readonly localizedText: number | undefined;
  readonly additionalInfo: string | null | undefined;
  readonly innerStatusCode: number | undefined;
  readonly innerDiagnosticInfo: DiagnosticInfo | undefined;
}
export const diagnosticInfo: Codec<DiagnosticInfo> = {
  read(r) {
    const mask = byte.read(r);
    if (++r.depth > MAX_NESTING) r.broken = true;
    const out: DiagnosticInfo = {
      mask,
      symbolicId: (mask & 0x01) === 0 ? undefined : int32.read(r),
      namespaceUri: (mask & 0x02) === 0 ? undefined : int32.read(r),
      locale: (mask & 0x04) === 0 ? undefined : int32.read(r),
      localizedText: (mask & 0x08) === 0 ? undefined : int32.read(r),
      additionalInfo: (mask & 0x10) === 0 ? undefined : string.read(r),
      innerStatusCode: (mask & 0x20) === 0 ? undefined : statusCode.read(r),
      innerDiagnosticInfo: (mask & 0x40) === 0 || r.broken ? undefined : diagnosticInfo.read(r),
    };
    r.depth--;
    return out;
  },
  write(w, v) {
    w.u8(v.mask);
    if (v.mask & 0x01) int32.write(w, v.symbolicId ?? -1);
    if (v.mask & 0x02) int32.write(w, v.namespaceUri ?? -1);
    if (v.mask & 0x04) int32.write(w, v.locale ?? -1);
    if (v.mask & 0x08) int32.write(w, v.localizedText ?? -1);
    if (v.mask & 0x10) string.write(w, v.additionalInfo ?? null);
    if (v.mask & 0x20) statusCode.write(w, v.innerStatusCode ?? 0);
    if (v.mask & 0x40 && v.innerDiagnosticInfo) diagnosticInfo.write(w, v.innerDiagnosticInfo);
  },
};

/** A structure of any type; `body` is decoded where the type is known (`typeName`), else the octets or the XML text. */
export interface ExtensionObject {
  readonly typeId: NodeId;
  /** 0: no body, 1: binary, 2: XML. */
  readonly encoding: number;
  readonly typeName: string;
  readonly body: Readonly<Record<string, unknown>> | Uint8Array | string | null;
}

/** Structures by the number of their binary encoding; filled by `structures.ts`. */
const KNOWN = new Map<number, StructureCodec<Readonly<Record<string, unknown>>>>();
/** Lets extension objects with this encoding id (namespace 0) be decoded. */
export const registerStructure = <T extends Readonly<Record<string, unknown>>>(
  encodingId: number,
  codec: StructureCodec<T>,
): void => {
  KNOWN.set(encodingId, codec as StructureCodec<Readonly<Record<string, unknown>>>);
};
/** The body of an extension object when it is of this type. */
export const bodyOf = <T>(object: ExtensionObject | undefined, codec: StructureCodec<T>): T | undefined =>
  object !== undefined && object.typeName === codec.typeName ? (object.body as T) : undefined;

export const extensionObject: Codec<ExtensionObject> = {
  read(r) {
    const typeId = readNodeId(r);
    const encoding = byte.read(r);
    if (encoding === 0) return { typeId, encoding, typeName: '', body: null };
    if (encoding > 2) r.broken = true;
    const length = int32.read(r);
    if (length < 0) return { typeId, encoding, typeName: '', body: null };
    const start = r.take(length);
    if (start < 0) return { typeId, encoding, typeName: '', body: null };
    if (encoding === 2) {
      r.offset = start - 4;
      return { typeId, encoding, typeName: '', body: string.read(r) };
    }
    const known = KNOWN.get(standardId(typeId));
    if (known !== undefined && r.depth < MAX_NESTING && !r.broken) {
      const end = r.end;
      r.offset = start;
      r.end = start + length;
      r.depth++;
      const body = known.read(r);
      r.depth--;
      r.end = end;
      r.offset = start + length;
      if (!r.broken) return { typeId, encoding, typeName: known.typeName, body };
      // Its length is right and its content is not: the message around it can still be read.
      r.broken = false;
    }
    return { typeId, encoding, typeName: '', body: r.bytes.slice(start, start + length) };
  },
  write(w, v) {
    writeNodeId(w, v.typeId);
    w.u8(v.encoding);
    if (v.encoding === 0) return;
    if (v.body === null) w.u32le(-1);
    else if (typeof v.body === 'string') string.write(w, v.body);
    else if (v.body instanceof Uint8Array) byteString.write(w, v.body);
    else {
      const at = w.length;
      w.u32le(0);
      KNOWN.get(standardId(v.typeId))?.write(w, v.body);
      const n = w.length - at - 4;
      // The writer patches 16 bits high octet first.
      w.patch16(at, ((n & 255) << 8) | ((n >> 8) & 255)).patch16(at + 2, ((n >> 16) & 255) << 8);
    }
  },
};

export type Scalar =
  | boolean
  | number
  | bigint
  | string
  | null
  | Uint8Array
  | NodeId
  | QualifiedName
  | LocalizedText
  | ExtensionObject
  | DataValue
  | DiagnosticInfo
  | Variant;

/** A value with its type (section 5.2.2.16). `values` has one element for a scalar; undefined is a null array. */
export interface Variant {
  /** Built-in type 1..25; 0 is no value at all. */
  readonly type: number;
  readonly array: boolean;
  readonly values: readonly Scalar[] | undefined;
  /** Lengths of the dimensions of a matrix, slowest first. */
  readonly dimensions: readonly number[] | undefined;
}

/** Names of the built-in types, by their number (section 5.1.2). */
export const TYPE_NAME: readonly string[] =
  'Null Boolean SByte Byte Int16 UInt16 Int32 UInt32 Int64 UInt64 Float Double String DateTime Guid ByteString XmlElement NodeId ExpandedNodeId StatusCode QualifiedName LocalizedText ExtensionObject DataValue Variant DiagnosticInfo'.split(
    ' ',
  );
export const TYPE = { DATE_TIME: 13, STATUS_CODE: 19 } as const;

export interface DataValue {
  readonly mask: number;
  readonly value: Variant | undefined;
  readonly status: number | undefined;
  readonly sourceTimestamp: number | undefined;
  /** In units of 10 ps, 0..9999 (section 5.2.2.17). */
  readonly sourcePicoseconds: number | undefined;
  readonly serverTimestamp: number | undefined;
  readonly serverPicoseconds: number | undefined;
}

const NOTHING: readonly Scalar[] = [];

export const variant: Codec<Variant> = {
  read(r) {
    const encoding = byte.read(r);
    // 26..31 are reserved and read as byte strings.
    const type = encoding & 0x3f;
    if (type === 0) return { type, array: false, values: NOTHING, dimensions: undefined };
    const codec = SCALAR[type];
    if (codec === undefined || ++r.depth > MAX_NESTING) {
      r.broken = true;
      return { type, array: false, values: NOTHING, dimensions: undefined };
    }
    const array = (encoding & 0x80) !== 0;
    let values: Scalar[] | undefined;
    if (!array) values = [codec.read(r)];
    else {
      const n = int32.read(r);
      if (n > r.end - r.offset) r.broken = true;
      else if (n >= 0) {
        values = [];
        for (let i = 0; i < n && !r.broken; i++) values.push(codec.read(r));
      }
    }
    r.depth--;
    return { type, array, values, dimensions: (encoding & 0x40) === 0 ? undefined : readDimensions(r) };
  },
  write(w, v) {
    w.u8(v.type | (v.array ? 0x80 : 0) | (v.dimensions ? 0x40 : 0));
    if (v.type === 0) return;
    const codec = SCALAR[v.type]!;
    if (!v.array) codec.write(w, v.values![0]!);
    else {
      w.u32le(v.values?.length ?? -1);
      for (const x of v.values ?? []) codec.write(w, x);
    }
    if (v.dimensions) {
      w.u32le(v.dimensions.length);
      for (const d of v.dimensions) w.u32le(d);
    }
  },
};
const readDimensions = (r: Reader): readonly number[] => {
  const n = int32.read(r);
  const out: number[] = [];
  if (n * 4 > r.end - r.offset) r.broken = true;
  else for (let i = 0; i < n; i++) out.push(int32.read(r));
  return out;
};

export const dataValue: Codec<DataValue> = {
  read(r) {
    const mask = byte.read(r);
    return {
      mask,
      value: (mask & 0x01) === 0 ? undefined : variant.read(r),
      status: (mask & 0x02) === 0 ? undefined : statusCode.read(r),
      sourceTimestamp: (mask & 0x04) === 0 ? undefined : dateTime.read(r),
      sourcePicoseconds: (mask & 0x10) === 0 ? undefined : uint16.read(r),
      serverTimestamp: (mask & 0x08) === 0 ? undefined : dateTime.read(r),
      serverPicoseconds: (mask & 0x20) === 0 ? undefined : uint16.read(r),
    };
  },
  write(w, v) {
    w.u8(v.mask);
    if (v.mask & 0x01) variant.write(w, v.value!);
    if (v.mask & 0x02) statusCode.write(w, v.status ?? 0);
    if (v.mask & 0x04) dateTime.write(w, v.sourceTimestamp ?? 0);
    if (v.mask & 0x10) uint16.write(w, v.sourcePicoseconds ?? 0);
    if (v.mask & 0x08) dateTime.write(w, v.serverTimestamp ?? 0);
    if (v.mask & 0x20) uint16.write(w, v.serverPicoseconds ?? 0);
  },
};

/** By built-in type; 26..31 as the reserved ones are to be read. */
const SCALAR: readonly (Codec<Scalar> | undefined)[] = [
  undefined,
  boolean,
  sbyte,
  byte,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float,
  double,
  string,
  dateTime,
  guid,
  byteString,
  string, // XmlElement (section 5.2.2.8): octets of UTF-8
  nodeId,
  nodeId,
  statusCode,
  qualifiedName,
  localizedText,
  extensionObject,
  dataValue,
  variant,
  diagnosticInfo,
  byteString,
  byteString,
  byteString,
  byteString,
  byteString,
  byteString,
] as readonly (Codec<Scalar> | undefined)[];
