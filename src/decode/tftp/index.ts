/**
 * TFTP requests (RFC 1350, options RFC 2347): who reads or writes which file. Transfers go on between other ports, where
 * nothing on the wire says TFTP; so nothing is said about how they ended.
 */
import type { Decoder, Message, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { u16be, utf8 } from '../../lib/bytes.ts';

const MAX_NAME = 255;
const MAX_OPTIONS = 16;

export interface TftpMessage extends Message {
  readonly type:
    | 'TFTP read request'
    | 'TFTP write request'
    | 'TFTP data'
    | 'TFTP acknowledgment'
    | 'TFTP error'
    | 'TFTP option acknowledgment';
  readonly file: string;
  /** `octet`, `netascii`. */
  readonly mode: string;
  readonly options: readonly (readonly [string, string])[];
  /** Block number, or error code. */
  readonly number: number;
  readonly errorText: string;
}

const TYPES: readonly (TftpMessage['type'] | undefined)[] = [
  undefined,
  'TFTP read request',
  'TFTP write request',
  'TFTP data',
  'TFTP acknowledgment',
  'TFTP error',
  'TFTP option acknowledgment',
];

/** Texts that end with NUL. */
const texts = (b: Uint8Array, start: number, end: number): string[] => {
  const out: string[] = [];
  let from = start;
  for (let i = start; i < end && out.length < 2 + 2 * MAX_OPTIONS; i++)
    if (b[i] === 0) {
      out.push(utf8(b, from, Math.min(i, from + MAX_NAME)));
      from = i + 1;
    }
  return out;
};

const decodeTftp = (b: Uint8Array, start: number, end: number): TftpMessage | undefined => {
  if (end - start < 4 || b[start] !== 0) return undefined;
  const opcode = b[start + 1]!;
  const type = TYPES[opcode];
  if (type === undefined) return undefined;
  const request = opcode <= 2;
  const all = request || opcode === 6 ? texts(b, start + 2, end) : [];
  const [file, mode] = request ? all : ['', ''];
  if (request && (file === undefined || file === '' || mode === undefined || !/^(octet|netascii|mail)$/i.test(mode)))
    return undefined;
  const options: [string, string][] = [];
  for (let i = request ? 2 : 0; i + 1 < all.length; i += 2) options.push([all[i]!, all[i + 1]!]);
  return {
    type,
    file: file ?? '',
    mode: (mode ?? '').toLowerCase(),
    options,
    number: opcode >= 3 && opcode <= 5 ? u16be(b, start + 2) : 0,
    errorText: opcode === 5 ? (texts(b, start + 4, end)[0] ?? '') : '',
  };
};

/** Options of RFC 2348, 2349 and 7440, with a number. */
const OPTION = /^(?:blksize|tsize|timeout|windowsize|multicast)$/i;
/** Opcode, block number and a whole block (RFC 1350 section 5). */
const WHOLE_BLOCK = 4 + 512;

/**
 * The server answers from a port of its own (RFC 1350 section 4), so that what follows a request is known by content: accepted
 * options, an error with its text, a first block that is whole.
 */
const probe = (b: Uint8Array, start: number, end: number): Probe => {
  if (end - start < 4 || b[start] !== 0 || b[start + 1] === 0 || b[start + 1]! > 6) return 'no';
  const opcode = b[start + 1]!;
  const message = decodeTftp(b, start, end);
  if (opcode <= 2) return message ? 'sure' : 'no';
  const isSure =
    opcode === 6
      ? message!.options.length > 0 &&
        message!.options.every(([name, value]) => OPTION.test(name) && /^\d+$/.test(value))
      : opcode === 5
        ? u16be(b, start + 2) <= 8 && b.indexOf(0, start + 4) === end - 1 && /^[ -~]{4,}$/.test(message!.errorText)
        : opcode === 3 && u16be(b, start + 2) === 1 && end - start === WHOLE_BLOCK;
  return isSure ? 'sure' : 'maybe';
};

/** Names that firmware images have. */
const FIRMWARE = /\.(?:bin|img|fw|fwu|upd|hex|s19|srec|rom|frm|dmk|ros|trx|chk|swu|signed|spk)$|firmware/i;

const observe = (t: Transaction<TftpMessage>, sink: ObservationSink): void => {
  const m = t.request;
  if (m === undefined || m.file === '') return;
  const { at } = t;
  const read = m.type === 'TFTP read request';
  const firmware = FIRMWARE.test(m.file);
  sink.command(at, {
    verb: firmware ? 'firmware-update' : read ? 'read' : 'write',
    operation: m.type,
    // A device that fetches its image is the one that changes.
    target: firmware && read ? at.client : at.server,
    object: m.file,
    outcome: 'unseen',
  });
};

export const tftp: Decoder<TftpMessage, undefined> = {
  name: 'tftp',
  title: 'TFTP',
  family: 'it',
  attach: [{ over: 'udp', ports: [69] }],
  probe,
  open: () => undefined,
  decode(b, start, end) {
    const message = decodeTftp(b, start, end);
    return message ? { kind: 'message', message, consumed: end - start } : { kind: 'foreign' };
  },
  observe,
};
