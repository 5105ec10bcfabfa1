/**
 * SMB 1 messages: [MS-CIFS] section 2.2.4 and [MS-SMB]. Read far enough to know who logs in where and which files are
 * opened; the protocol itself is a finding on a plant network.
 */
import { ascii, hex, i16le, u8, u16le, u32le, utf16le } from '../../lib/bytes.ts';
import { blank, type Draft, readToken, type SmbMessage } from './wire.ts';

export const SMB1_HEADER = 32;
const MAX_TEXT = 512;
const UNICODE = 0x8000;
const EXTENDED_SECURITY = 0x0800;
const NT_STATUS = 0x4000;

/** A string at `o` (aligned to two octets from the header in Unicode); returns it with the offset behind it. */
const text = (b: Uint8Array, start: number, o: number, end: number, unicode: boolean): readonly [string, number] => {
  if (unicode) {
    if ((o - start) % 2 === 1) o++;
    let stop = o;
    while (stop + 1 < end && u16le(b, stop) !== 0 && stop - o < MAX_TEXT) stop += 2;
    return [utf16le(b, o, stop), stop + 2];
  }
  let stop = o;
  while (stop < end && b[stop] !== 0 && stop - o < MAX_TEXT) stop++;
  return [ascii(b, o, stop), stop + 1];
};

/** Octets of the message that are wanted: data of reads and writes is passed over. */
export const wantedSmb1 = (command: number): number => (command === 46 || command === 47 ? 96 : 16_384);

/** One message with its header at `start`, as far as it is there; undefined when the header is cut. */
export const decodeSmb1 = (b: Uint8Array, start: number, end: number): SmbMessage | undefined => {
  if (end - start < SMB1_HEADER + 3) return undefined;
  // 2.2.3.1: Protocol(4) Command(1) Status(4) Flags(1) Flags2(2) PIDHigh(2) Security(8) Reserved(2) TID PIDLow UID MID
  const flags2 = u16le(b, start + 10);
  const response = (u8(b, start + 9) & 0x80) !== 0;
  const unicode = (flags2 & UNICODE) !== 0;
  const status = u32le(b, start + 5);
  const m: Draft = {
    ...blank,
    version: 1,
    type: response ? 'SMB response' : 'SMB request',
    command: u8(b, start + 4),
    response,
    id: `${u16le(b, start + 26)}.${u16le(b, start + 30)}`,
    // Old error classes are lifted to "unsuccessful": only that it failed matters.
    status: !response ? 0 : (flags2 & NT_STATUS) !== 0 ? status : status === 0 ? 0 : 0xc0000001,
    sessionId: String(u16le(b, start + 28)),
    treeId: u16le(b, start + 24),
  };
  const words = u8(b, start + 32);
  const w = start + 33;
  const data = w + words * 2 + 2;
  if (data > end) return m;
  if (response) readResponse(m, b, start, w, words, data, end, flags2);
  else readRequest(m, b, start, w, words, data, end, unicode);
  return m;
};

const readRequest = (
  m: Draft,
  b: Uint8Array,
  start: number,
  w: number,
  words: number,
  data: number,
  end: number,
  unicode: boolean,
): void => {
  switch (m.command) {
    case 114: {
      // 2.2.4.52.1: dialects as 0x02 and a string
      const texts: string[] = [];
      for (let o = data; o < end && b[o] === 2 && texts.length < 16; ) {
        const [dialect, next] = text(b, start, o + 1, end, false);
        texts.push(dialect);
        o = next;
      }
      m.texts = texts;
      return;
    }
    case 115: {
      if (words === 12) {
        // [MS-SMB] 2.2.4.6.1: SecurityBlobLength at word 7
        const length = u16le(b, w + 14);
        readToken(m, b, data, Math.min(end, data + length));
        const [os, next] = text(b, start, data + length, end, unicode);
        const [manager] = text(b, start, next, end, unicode);
        m.texts = [os, manager];
      } else if (words === 13) {
        // [MS-CIFS] 2.2.4.53.1: two responses (never copied), then AccountName, PrimaryDomain, NativeOS, NativeLanMan
        let o = data + u16le(b, w + 14) + u16le(b, w + 16);
        const texts: string[] = [];
        for (let i = 0; i < 4 && o < end; i++) {
          const [value, next] = text(b, start, o, end, unicode);
          texts.push(value);
          o = next;
        }
        m.texts = [texts[2] ?? '', texts[3] ?? '', texts[0] ?? '', texts[1] ?? ''];
      }
      return;
    }
    case 117:
      // 2.2.4.55.1: PasswordLength at word 3, then Password (never copied), Path, Service
      if (words >= 4) [m.name] = text(b, start, data + u16le(b, w + 6), end, unicode);
      return;
    case 162:
      // 2.2.4.64.1: NameLength at 5, DesiredAccess at 15, CreateDisposition 35, CreateOptions 39
      if (words < 24) return;
      m.access = u32le(b, w + 15);
      m.disposition = u32le(b, w + 35);
      m.options = u32le(b, w + 39);
      [m.name] = text(b, start, data, end, unicode);
      return;
    case 45:
      if (words >= 15) [m.name] = text(b, start, data, end, unicode);
      return;
    case 4:
      m.fileId = hex(b, w, w + 2);
      return;
    case 46:
    case 47:
      m.fileId = hex(b, w + 4, w + 6);
      m.length = u16le(b, w + (m.command === 46 ? 10 : 20));
      return;
    case 0:
    case 1:
    case 6:
    case 7:
      // Buffer format 0x04 before the name (2.2.4.7.1)
      if (b[data] === 4) [m.name] = text(b, start, data + 1, end, unicode);
      return;
    case 37:
    case 50:
      m.code = i16le(b, w + 28); // first setup word: the subcommand
      return;
    default:
      return;
  }
};

const readResponse = (
  m: Draft,
  b: Uint8Array,
  start: number,
  w: number,
  words: number,
  data: number,
  end: number,
  flags2: number,
): void => {
  const unicode = (flags2 & UNICODE) !== 0;
  switch (m.command) {
    case 114:
      // 2.2.4.52.2 and [MS-SMB] 2.2.4.5.2: DialectIndex, SecurityMode(1), Capabilities at 19; GUID in the data
      if (words !== 17) return;
      m.dialect = u16le(b, w);
      m.security = (u8(b, w + 2) & 0x0c) >> 2;
      m.capabilities = u32le(b, w + 19);
      if ((flags2 & EXTENDED_SECURITY) !== 0) m.guid = hex(b, data, Math.min(end, data + 16));
      else if (data + u8(b, w + 33) < end) {
        const [domain, next] = text(b, start, data + u8(b, w + 33), end, true);
        const [server] = text(b, start, next, end, true);
        m.texts = [domain, server];
      }
      return;
    case 115: {
      if (words < 3) return;
      // Bit 0 of Action: logged in as guest.
      m.sessionFlags = u16le(b, w + 4) & 1;
      const length = words >= 4 ? u16le(b, w + 6) : 0;
      if (length > 0) readToken(m, b, data, Math.min(end, data + length));
      const [os, next] = text(b, start, data + length, end, unicode);
      const [manager, after] = text(b, start, next, end, unicode);
      const [domain] = text(b, start, after, end, unicode);
      m.texts = [os, manager, domain];
      return;
    }
    case 117:
      [m.name] = text(b, start, data, end, false); // Service: A:, IPC, LPT1:
      return;
    case 162:
      if (words >= 34) m.fileId = hex(b, w + 5, w + 7);
      return;
    case 45:
      if (words >= 15) m.fileId = hex(b, w + 4, w + 6);
      return;
    default:
      return;
  }
};
