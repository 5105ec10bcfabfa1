/**
 * SMB 2 and 3 messages: [MS-SMB2] section 2.2. One message per command: a chain of compounded commands is taken apart.
 * Only heads are read; the data of reads and writes is counted, not looked at.
 */
import type { Message } from '../../core/decoder.ts';
import { hex, u8, u16le, u32le, utf16le } from '../../lib/bytes.ts';
import { decodeNtlm, findNtlm, type Ntlm } from '../shared/ntlm.ts';

/** Longest path kept, in octets. */
const MAX_PATH = 1024;
/** Octets of a security token searched for NTLM. */
const MAX_TOKEN = 16_384;
export const SMB2_HEADER = 64;

export interface SmbMessage extends Message {
  readonly type: 'SMB request' | 'SMB response' | 'SMB encrypted' | 'SMB compressed' | 'NetBIOS session request';
  /** 0: NetBIOS session service itself. */
  readonly version: 0 | 1 | 2;
  readonly command: number;
  readonly response: boolean;
  /** Message id of SMB2 as text (64 bits), or PID and MID of SMB1. */
  readonly id: string;
  readonly status: number;
  readonly sessionId: string;
  readonly treeId: number;
  /** `RELATED` where a compounded command means the file opened before it. */
  readonly fileId: string;
  /** Path of Create, share of Tree Connect, new name of a rename, file of an SMB1 command. */
  readonly name: string;
  readonly disposition: number;
  /** DesiredAccess of Create. */
  readonly access: number;
  readonly options: number;
  /** Octets read or written. */
  readonly length: number;
  /** Set Info class, Ioctl code. */
  readonly code: number;
  /** Set Info: the file is to be deleted when closed. */
  readonly deletes: boolean;
  readonly dialects: readonly number[];
  readonly dialect: number;
  /** SecurityMode of Negotiate: bit 0 signing enabled, bit 1 required. */
  readonly security: number;
  readonly capabilities: number;
  readonly guid: string;
  readonly ntlm: Ntlm | undefined;
  /** Authentication by Kerberos was carried. */
  readonly kerberos: boolean;
  /** SessionFlags of a Session Setup response: 1 guest, 2 null session. */
  readonly sessionFlags: number;
  /** SMB1: native operating system and LAN manager of a Session Setup, dialect names of a Negotiate. */
  readonly texts: readonly string[];
}

const NONE: readonly never[] = [];
export type Draft = { -readonly [K in keyof SmbMessage]: SmbMessage[K] };
/** An empty message. A literal, not a copy: the engine gives it one shape and no look-ups. */
export const fresh = (): Draft => ({
  type: 'SMB request',
  version: 2,
  command: 0,
  response: false,
  id: '',
  status: 0,
  sessionId: '',
  treeId: 0,
  fileId: '',
  name: '',
  disposition: 0,
  access: 0,
  options: 0,
  length: 0,
  code: 0,
  deletes: false,
  dialects: NONE,
  dialect: 0,
  security: 0,
  capabilities: 0,
  guid: '',
  ntlm: undefined,
  kerberos: false,
  sessionFlags: 0,
  texts: NONE,
});
export const blank: SmbMessage = fresh();

/** Whole octets of a little-endian id as text, short for the small numbers that they usually are. */
export const idText = (b: Uint8Array, o: number): string => {
  const high = u32le(b, o + 4);
  return high === 0 ? String(u32le(b, o)) : `${high}:${u32le(b, o)}`;
};

/** FileId (2.2.14.1): a persistent and a volatile half. */
export const fileIdText = (b: Uint8Array, o: number): string => `${idText(b, o)}/${idText(b, o + 8)}`;
/** All ones: the file that the same compound opened (3.2.4.1.4). */
export const RELATED = '4294967295:4294967295/4294967295:4294967295';

/** NTLM or Kerberos in a security token ([MS-SPNG], RFC 4178). */
export const readToken = (m: Draft, b: Uint8Array, start: number, end: number): void => {
  const stop = Math.min(end, start + MAX_TOKEN);
  const at = findNtlm(b, start, stop);
  if (at >= 0) m.ntlm = decodeNtlm(b, at, stop);
  // Kerberos 5 mechanism 1.2.840.113554.1.2.2 as mechToken header (RFC 4121 section 4.1): 06 09 2a864886f71201 02 02 then 0100.
  else
    for (let o = start; o + 13 <= stop; o++)
      if (
        b[o] === 0x06 &&
        b[o + 1] === 0x09 &&
        b[o + 2] === 0x2a &&
        b[o + 6] === 0xf7 &&
        b[o + 11] === 1 &&
        b[o + 12] === 0
      ) {
        m.kerberos = true;
        return;
      }
};

const NEGOTIATE = 0;
const SESSION_SETUP = 1;
const TREE_CONNECT = 3;
const CREATE = 5;
const CLOSE = 6;
const READ = 8;
const WRITE = 9;
const IOCTL = 11;
const SET_INFO = 17;

/** Octets from the header's start that `decodeSmb2` wants to see of this command; the rest may be passed over. */
export const wanted = (command: number, response: boolean): number => {
  switch (command) {
    case READ:
    case WRITE:
    case IOCTL:
      return SMB2_HEADER + 72; // the longest fixed part (2.2.31) and what a DCE/RPC PDU begins with
    case NEGOTIATE:
    case SESSION_SETUP:
    case TREE_CONNECT:
      return 16_384;
    case CREATE:
      return response ? SMB2_HEADER + 88 : SMB2_HEADER + 56 + MAX_PATH;
    case SET_INFO:
      return SMB2_HEADER + 32 + 24 + MAX_PATH;
    default:
      return SMB2_HEADER + 32;
  }
};

const path = (b: Uint8Array, start: number, offset: number, length: number, end: number): string => {
  const from = start + offset;
  const stop = Math.min(end, from + Math.min(MAX_PATH, length));
  return length > 0 && stop > from ? utf16le(b, from, stop) : '';
};

/**
 * One command whose header begins at `start`; `end` is the end of what is there of it (offsets in SMB2 count from the
 * header). Undefined when the header itself is cut.
 */
export const decodeSmb2 = (b: Uint8Array, start: number, end: number): SmbMessage | undefined => {
  if (end - start < SMB2_HEADER) return undefined;
  // [MS-SMB2] 2.2.1: ProtocolId(4) StructureSize(2) CreditCharge(2) Status(4) Command(2) Credits(2) Flags(4) NextCommand(4)
  // MessageId(8) Reserved/AsyncId(4) TreeId(4) SessionId(8) Signature(16)
  const flags = u32le(b, start + 16);
  const response = (flags & 1) !== 0;
  const command = u16le(b, start + 12);
  const m = fresh();
  m.type = response ? 'SMB response' : 'SMB request';
  m.command = command;
  m.response = response;
  m.id = idText(b, start + 24);
  m.status = response ? u32le(b, start + 8) : 0;
  m.sessionId = idText(b, start + 40);
  // An asynchronous command has no tree id.
  m.treeId = (flags & 2) !== 0 ? 0 : u32le(b, start + 36);
  const o = start + SMB2_HEADER;
  const size = u16le(b, o);
  // An error response has nine octets of its own (2.2.2).
  if (end - o < 4 || (response && size === 9 && m.status !== 0 && command !== SESSION_SETUP)) return m;
  if (response) readResponse(m, b, start, o, end);
  else readRequest(m, b, start, o, end);
  return m;
};

const readRequest = (m: Draft, b: Uint8Array, start: number, o: number, end: number): void => {
  const has = end - o;
  switch (m.command) {
    case NEGOTIATE: {
      // 2.2.3: size, DialectCount, SecurityMode, reserved, Capabilities, ClientGuid(16), contexts(8), Dialects
      if (has < 36) return;
      m.security = u16le(b, o + 4);
      m.capabilities = u32le(b, o + 8);
      m.guid = hex(b, o + 12, o + 28);
      const dialects: number[] = [];
      for (let i = 0; i < Math.min(16, u16le(b, o + 2)) && 38 + 2 * i <= has; i++)
        dialects.push(u16le(b, o + 36 + 2 * i));
      m.dialects = dialects;
      return;
    }
    case SESSION_SETUP: {
      // 2.2.5: size, Flags(1) SecurityMode(1) Capabilities(4) Channel(4) offset, length
      if (has < 16) return;
      m.security = u8(b, o + 3);
      const from = start + u16le(b, o + 12);
      readToken(m, b, from, Math.min(end, from + u16le(b, o + 14)));
      return;
    }
    case TREE_CONNECT:
      if (has >= 8) m.name = path(b, start, u16le(b, o + 4), u16le(b, o + 6), end); // 2.2.9
      return;
    case CREATE:
      // 2.2.13: DesiredAccess at 24, ShareAccess 32, CreateDisposition 36, CreateOptions 40, name offset 44 and length 46
      if (has < 48) return;
      m.access = u32le(b, o + 24);
      m.disposition = u32le(b, o + 36);
      m.options = u32le(b, o + 40);
      m.name = path(b, start, u16le(b, o + 44), u16le(b, o + 46), end);
      return;
    case CLOSE:
      if (has >= 24) m.fileId = fileIdText(b, o + 8); // 2.2.15
      return;
    case READ:
      if (has < 32) return; // 2.2.19: Length 4, Offset 8, FileId 16
      m.length = u32le(b, o + 4);
      m.fileId = fileIdText(b, o + 16);
      return;
    case WRITE:
      if (has < 32) return; // 2.2.21: DataOffset 2, Length 4, Offset 8, FileId 16
      m.length = u32le(b, o + 4);
      m.fileId = fileIdText(b, o + 16);
      return;
    case IOCTL:
      if (has < 24) return; // 2.2.31: CtlCode 4, FileId 8
      m.code = u32le(b, o + 4);
      m.fileId = fileIdText(b, o + 8);
      return;
    case SET_INFO: {
      // 2.2.39: InfoType 2, FileInfoClass 3, BufferLength 4, BufferOffset 8, FileId 16
      if (has < 32) return;
      m.code = u8(b, o + 2) === 1 ? u8(b, o + 3) : 0;
      m.fileId = fileIdText(b, o + 16);
      const data = start + u16le(b, o + 8);
      // FileDispositionInformation ([MS-FSCC] 2.4.11) and its extended form (2.4.12).
      if ((m.code === 13 || m.code === 64) && data < end) m.deletes = (u8(b, data) & 1) !== 0;
      // FileRenameInformation for SMB2 (2.4.42.2): Replace(1) reserved(7) Root(8) length(4) name
      if (m.code === 10 && data + 20 <= end) m.name = path(b, data, 20, u32le(b, data + 16), end);
      return;
    }
    default:
      return;
  }
};

const readResponse = (m: Draft, b: Uint8Array, start: number, o: number, end: number): void => {
  const has = end - o;
  switch (m.command) {
    case NEGOTIATE: {
      // 2.2.4: SecurityMode 2, DialectRevision 4, ServerGuid 8, Capabilities 24, security buffer offset 56 and length 58
      if (has < 64) return;
      m.security = u16le(b, o + 2);
      m.dialect = u16le(b, o + 4);
      m.guid = hex(b, o + 8, o + 24);
      m.capabilities = u32le(b, o + 24);
      return;
    }
    case SESSION_SETUP: {
      if (has < 8) return; // 2.2.6: SessionFlags 2, offset 4, length 6
      m.sessionFlags = u16le(b, o + 2);
      const from = start + u16le(b, o + 4);
      readToken(m, b, from, Math.min(end, from + u16le(b, o + 6)));
      return;
    }
    case TREE_CONNECT:
      m.code = u8(b, o + 2); // 2.2.10: ShareType: 1 disk, 2 pipe, 3 print
      return;
    case CREATE:
      if (has >= 80) m.fileId = fileIdText(b, o + 64); // 2.2.14
      return;
    case READ:
      if (has >= 8) m.length = u32le(b, o + 4); // 2.2.20
      return;
    case WRITE:
      if (has >= 8) m.length = u32le(b, o + 4); // 2.2.22
      return;
    default:
      return;
  }
};

/** A Negotiate request or response behind its session header, for speakers of the protocol (2.2.3, 2.2.4). */
export const encodeNegotiate = (draft: {
  readonly messageId: number;
  readonly guid: Uint8Array;
  readonly signingRequired: boolean;
  /** A request offers these; a response chooses the first. */
  readonly dialects: readonly number[];
  readonly response: boolean;
}): Uint8Array => {
  const body = draft.response ? 64 : 36 + 2 * draft.dialects.length;
  const out = new Uint8Array(4 + SMB2_HEADER + body);
  const view = new DataView(out.buffer);
  view.setUint32(0, SMB2_HEADER + body);
  out.set([0xfe, 0x53, 0x4d, 0x42, 64, 0], 4);
  view.setUint16(4 + 14, 1, true);
  view.setUint32(4 + 16, draft.response ? 1 : 0, true);
  view.setUint32(4 + 24, draft.messageId, true);
  const o = 4 + SMB2_HEADER;
  const security = draft.signingRequired ? 3 : 1;
  if (draft.response) {
    view.setUint16(o, 65, true);
    view.setUint16(o + 2, security, true);
    view.setUint16(o + 4, draft.dialects[0] ?? 0x0202, true);
    out.set(draft.guid.subarray(0, 16), o + 8);
    for (const at of [28, 32, 36]) view.setUint32(o + at, 1 << 20, true); // MaxTransact, MaxRead, MaxWrite
    view.setUint16(o + 56, SMB2_HEADER + 64, true);
  } else {
    view.setUint16(o, 36, true);
    view.setUint16(o + 2, draft.dialects.length, true);
    view.setUint16(o + 4, security, true);
    out.set(draft.guid.subarray(0, 16), o + 12);
    draft.dialects.forEach((d, i) => {
      view.setUint16(o + 36 + 2 * i, d, true);
    });
  }
  return out;
};
