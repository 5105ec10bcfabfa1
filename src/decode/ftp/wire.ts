/**
 * FTP control connection: RFC 959 sections 4 and 5, PORT/PASV and EPRT/EPSV (RFC 2428), AUTH TLS (RFC 4217). Passwords
 * leave this file only as the constant `(masked)`.
 */
import type { Message } from '../../core/decoder.ts';
import { utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';

/** A line longer than this is not FTP (servers commonly refuse 512 to 4096 octets). */
export const MAX_LINE = 4096;

export interface FtpCommand extends Message {
  readonly type: 'FTP command';
  readonly sequence: number;
  /** Upper case. */
  readonly command: string;
  readonly argument: string;
}
export interface FtpReply extends Message {
  readonly type: 'FTP reply';
  readonly sequence: number;
  readonly code: number;
  readonly text: string;
}
export type FtpMessage = FtpCommand | FtpReply;

const COMMANDS =
  'USER PASS ACCT CWD CDUP SMNT QUIT REIN PORT PASV TYPE STRU MODE RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR DELE RMD MKD ' +
  'PWD LIST NLST SITE SYST STAT HELP NOOP AUTH PBSZ PROT ADAT MIC CONF ENC FEAT OPTS EPRT EPSV SIZE MDTM MLST MLSD LANG HOST ' +
  'XCUP XMKD XPWD XRMD CLNT MFMT';
const KNOWN = new Set(COMMANDS.split(' '));
const SECRET = new Set(['PASS', 'ACCT', 'ADAT', 'MIC', 'CONF', 'ENC']);

/** A command line without its end; undefined when it is none. */
export const decodeCommand = (b: Uint8Array, start: number, end: number, sequence: number): FtpCommand | undefined => {
  const line = utf8(b, start, end);
  const m = /^([A-Za-z]{3,4})(?: (.*))?$/.exec(line.trimEnd());
  const command = m?.[1]?.toUpperCase();
  if (!m || command === undefined || !KNOWN.has(command)) return undefined;
  const argument = SECRET.has(command) ? (m[2] ? MASKED : '') : (m[2] ?? '').slice(0, 1024);
  // Some equipment sends user and password in one SITE command: its words are not kept beyond the first.
  return {
    type: 'FTP command',
    sequence,
    command,
    argument: command === 'SITE' ? (argument.split(' ')[0] ?? '') : argument,
  };
};

/** First line of a reply: code and text; `more` when lines follow up to one with the code and a blank (section 4.2). */
export const replyLine = (line: string): { code: number; more: boolean; text: string } | undefined => {
  const m = /^([1-6][0-5]\d)([ -]|$)(.*)$/.exec(line);
  return m ? { code: Number(m[1]), more: m[2] === '-', text: m[3]!.slice(0, 512) } : undefined;
};

/** Address and port of the data connection that a command or reply announces. */
export const dataAddress = (m: FtpMessage): { ip: string | undefined; port: number } | undefined => {
  const text = m.type === 'FTP command' ? m.argument : m.text;
  if (m.type === 'FTP command' ? m.command === 'PORT' : m.code === 227) {
    const n = /(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(text)?.slice(1).map(Number);
    if (!n || n.some((x) => x > 255)) return undefined;
    return { ip: n.slice(0, 4).join('.'), port: n[4]! * 256 + n[5]! };
  }
  if (m.type === 'FTP command' ? m.command === 'EPRT' : m.code === 229) {
    const parts = /([!-~])([^|!-/]*)\1([0-9a-fA-F.:]*)\1(\d{1,5})\1/.exec(text);
    return parts ? { ip: parts[3] === '' ? undefined : parts[3], port: Number(parts[4]) & 0xffff } : undefined;
  }
  return undefined;
};
