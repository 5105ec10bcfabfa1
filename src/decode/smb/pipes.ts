/**
 * Remote procedure calls in the named pipes of an SMB connection: services, tasks, users and the registry of a Windows host are
 * administered through them. A pipe is known by its opening or, where that was not seen, by a DCE/RPC header that fits.
 * Source: [MS-SMB2] 2.2.19 to 2.2.22, 2.2.31, 2.2.32 (FSCTL_PIPE_TRANSCEIVE, [MS-FSCC] 2.3.49), [MS-CIFS] 2.2.4.42, 2.2.4.43,
 * 2.2.5.6 (TRANS_TRANSACT_NMPIPE), [MS-RPCE] 2.1.1.2.
 */
import { hex, u8, u16le, u32le } from '../../lib/bytes.ts';
import { CO_HEADER, isCoHeader, readCoHeader } from '../shared/dcerpc.ts';
import type { SmbState } from './index.ts';
import { SMB1_HEADER } from './smb1.ts';
import { fileIdText, idText, SMB2_HEADER } from './wire.ts';

/** Longest piece of a pipe that is waited for; of a longer one nothing is read. Windows sends at most 5,840 octets at once. */
const MAX_PIECE = 65_536;
/** Reads and transactions of pipes remembered for their answers, in one connection; the oldest leaves. */
const MAX_ASKED = 64;
/** Octets from the header's start in which all that is looked at here stands. */
const SEEN = SMB2_HEADER + 52;
const FSCTL_PIPE_TRANSCEIVE = 0x0011_c017;
const TRANSACT_NMPIPE = 0x26;

/** Ids of SMB1 come again: what is read from elsewhere takes the place of what was read from a pipe. */
const ask = (state: SmbState, id: string, file: string): void => {
  state.asked.delete(id);
  if (state.files.get(file)?.pipe === false) return;
  if (state.asked.size >= MAX_ASKED) state.asked.delete(state.asked.keys().next().value!);
  state.asked.set(id, file);
};
const asked = (state: SmbState, id: string): string => state.asked.get(id) ?? '';

/** Offsets in the octets at hand: what was said in which pipe. `end` may lie beyond what is there. Reused. */
const piece = { file: '', start: 0, end: 0 };
const pieceOf = (
  b: Uint8Array,
  o: number,
  there: number,
  size: number,
  state: SmbState,
  file: string,
  offset: number,
  length: number,
): typeof piece | undefined => {
  if (file === '' || length === 0 || offset < SMB1_HEADER || offset + length > size || length > MAX_PIECE)
    return undefined;
  const known = state.files.get(file);
  if (known !== undefined && !known.pipe) return undefined;
  const start = o + offset;
  if (known === undefined && !(there - offset >= CO_HEADER && isCoHeader(b, start) && fits(b, start, length)))
    return undefined;
  piece.file = file;
  piece.start = start;
  piece.end = start + length;
  return piece;
};
const fits = (b: Uint8Array, o: number, length: number): boolean => {
  const { fragmentLength, authenticationLength } = readCoHeader(b, o);
  return fragmentLength <= length && authenticationLength + CO_HEADER <= fragmentLength;
};

/** What the SMB2 command whose header begins at `o` says in a pipe; `there` octets of its `size` are at hand. */
export const pipe2 = (
  b: Uint8Array,
  o: number,
  there: number,
  size: number,
  state: SmbState,
): typeof piece | undefined => {
  if (there < Math.min(SEEN, size) || size < SMB2_HEADER + 16) return undefined;
  const command = u16le(b, o + 12);
  const at = o + SMB2_HEADER;
  const response = (u8(b, o + 16) & 1) !== 0;
  if (command === 8) {
    const id = idText(b, o + 24);
    if (response) {
      const file = asked(state, id);
      return u16le(b, at) === 17 ? pieceOf(b, o, there, size, state, file, u8(b, at + 2), u32le(b, at + 4)) : undefined;
    }
    const file = size < SMB2_HEADER + 32 ? '' : fileIdText(b, at + 16);
    ask(state, id, file);
    return undefined;
  }
  if (command === 9)
    return response || size < SMB2_HEADER + 48
      ? undefined
      : pieceOf(b, o, there, size, state, fileIdText(b, at + 16), u16le(b, at + 2), u32le(b, at + 4));
  if (command !== 11 || size < SMB2_HEADER + 48 || u32le(b, at + 4) !== FSCTL_PIPE_TRANSCEIVE) return undefined;
  const from = response ? 32 : 24;
  return pieceOf(b, o, there, size, state, fileIdText(b, at + 8), u32le(b, at + from), u32le(b, at + from + 4));
};

/** The same of an SMB1 command, whose files have two octets. */
export const pipe1 = (
  b: Uint8Array,
  o: number,
  there: number,
  size: number,
  state: SmbState,
): typeof piece | undefined => {
  const words = there > SMB1_HEADER ? u8(b, o + SMB1_HEADER) : 0;
  const w = o + SMB1_HEADER + 1;
  if (words < 10 || there < SMB1_HEADER + 1 + words * 2) return undefined;
  const command = u8(b, o + 4);
  const response = (u8(b, o + 9) & 0x80) !== 0;
  const id = `${u16le(b, o + 26)}.${u16le(b, o + 30)}`;
  if (command === 47)
    return response || words < 12
      ? undefined
      : pieceOf(b, o, there, size, state, hex(b, w + 4, w + 6), u16le(b, w + 22), u16le(b, w + 20));
  if (command === 46) {
    if (response)
      return words < 12
        ? undefined
        : pieceOf(b, o, there, size, state, asked(state, id), u16le(b, w + 12), u16le(b, w + 10));
    const file = hex(b, w + 4, w + 6);
    ask(state, id, file);
    return undefined;
  }
  if (command !== 37) return undefined;
  if (response) return pieceOf(b, o, there, size, state, asked(state, id), u16le(b, w + 14), u16le(b, w + 12));
  if (words < 16 || u16le(b, w + 28) !== TRANSACT_NMPIPE) return undefined;
  const file = hex(b, w + 30, w + 32);
  ask(state, id, file);
  return pieceOf(b, o, there, size, state, file, u16le(b, w + 24), u16le(b, w + 22));
};
