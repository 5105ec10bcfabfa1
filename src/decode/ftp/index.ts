/** FTP control connections over TCP 21 (RFC 959): logins in clear, files read, written and deleted. */
import {
  type Decoded,
  type Decoder,
  outcomeOf,
  type PduContext,
  type Probe,
  type Transaction,
} from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { ascii, indexOfByte, utf8 } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';
import { dataAddress, decodeCommand, type FtpMessage, MAX_LINE, replyLine } from './wire.ts';

const PORT = 21;
/** Lines of one reply that are waited for. */
const MAX_REPLY_LINES = 200;

export interface FtpState {
  commands: number;
  replies: number;
  /** The reply to AUTH TLS was positive: the rest belongs to TLS. */
  secured: boolean;
  asksTls: boolean;
  /** Code of a reply of several lines whose end is awaited, and its first text. */
  open: number;
  openText: string;
  lines: number;
  user: string | undefined;
  directory: string;
  renameFrom: string;
}

const VERB = tableOf<Verb>({
  RETR: 'read',
  STOR: 'write',
  STOU: 'write',
  APPE: 'write',
  MKD: 'write',
  XMKD: 'write',
  RNTO: 'write',
  DELE: 'delete',
  RMD: 'delete',
  XRMD: 'delete',
  LIST: 'discover',
  NLST: 'discover',
  MLSD: 'discover',
  SITE: 'invoke',
});

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  afterGap: boolean,
  state: FtpState,
): Decoded<FtpMessage> => {
  if (state.secured) return { kind: 'carries', child: 'tls', bytes: b, start, end, consumed: end - start };
  if (afterGap && !toServer) {
    // The last command is the likeliest to be answered now.
    state.open = 0;
    state.replies = Math.max(state.replies, state.commands - 1);
  }
  const newline = indexOfByte(b, 0x0a, start, Math.min(end, start + MAX_LINE));
  if (newline < 0) {
    if (end - start < MAX_LINE) return { kind: 'incomplete', missing: 1 };
    return { kind: 'malformed', code: 'ftp.line', detail: 'line without end', consumed: 0 };
  }
  const consumed = newline + 1 - start;
  let stop = newline;
  while (stop > start && b[stop - 1] === 0x0d) stop--;
  if (toServer) {
    // Telnet commands (RFC 959 section 4.1.3: IAC IP, IAC DM before ABOR) may stand in front.
    let from = start;
    while (from + 1 < stop && b[from] === 0xff) from += 2;
    const message = decodeCommand(b, from, stop, state.commands + 1);
    if (!message)
      return stop === from
        ? { kind: 'skip', consumed }
        : { kind: 'malformed', code: 'ftp.command', detail: 'unknown command', consumed };
    state.commands++;
    state.asksTls = message.command === 'AUTH';
    return { kind: 'message', message, consumed };
  }
  const line = replyLine(utf8(b, start, stop));
  if (state.open !== 0) {
    state.lines++;
    const last = line !== undefined && line.code === state.open && !line.more;
    if (!last && state.lines < MAX_REPLY_LINES) return { kind: 'skip', consumed };
  } else if (!line) return { kind: 'malformed', code: 'ftp.reply', detail: 'no reply code', consumed };
  else if (line.more) {
    state.open = line.code;
    state.openText = line.text;
    state.lines = 1;
    return { kind: 'skip', consumed };
  }
  const code = state.open === 0 ? line!.code : state.open;
  const text = state.open === 0 ? line!.text : state.openText;
  state.open = 0;
  // The greeting answers nothing; a preliminary reply (1yz) is followed by another to the same command.
  const sequence =
    state.replies === 0 && (code === 220 || code === 120) && state.commands === 0
      ? 0
      : Math.min(state.commands, state.replies + 1);
  if (code >= 200 && sequence > 0) state.replies = sequence;
  if (state.asksTls && code === 234) state.secured = true;
  return { kind: 'message', message: { type: 'FTP reply', sequence, code, text }, consumed };
};

const pathOf = (state: FtpState, argument: string): string =>
  argument.startsWith('/') || state.directory === '' ? argument : `${state.directory.replace(/\/$/, '')}/${argument}`;

const observe = (transaction: Transaction<FtpMessage>, sink: ObservationSink, state: FtpState): void => {
  const { at } = transaction;
  const request = transaction.request?.type === 'FTP command' ? transaction.request : undefined;
  const reply =
    transaction.response?.type === 'FTP reply'
      ? transaction.response
      : transaction.request?.type === 'FTP reply'
        ? transaction.request
        : undefined;
  if (reply?.code === 220 && !request) {
    if (reply.text.trim() !== '')
      sink.identity(at, {
        endpoint: at.server,
        attribute: 'software',
        value: reply.text.trim(),
        confidence: 0.6,
        via: 'FTP greeting',
      });
    return;
  }
  if (!request || (reply && reply.code < 200)) return;
  const refused = reply !== undefined && reply.code >= 400;
  const outcome = outcomeOf(transaction, refused);
  const user = state.user === undefined ? {} : { user: state.user };
  switch (request.command) {
    case 'USER':
      state.user = request.argument;
      // 230: no password needed; 331 asks for it.
      if (reply?.code === 230 || refused)
        sink.session(at, { phase: 'authenticate', outcome, user: request.argument, detail: 'FTP without password' });
      return;
    case 'PASS':
      sink.session(at, {
        phase: 'authenticate',
        outcome,
        ...user,
        clearCredential: true,
        detail: refused ? `FTP ${reply.code}` : 'FTP',
      });
      return;
    case 'AUTH':
      sink.session(at, { phase: 'open', outcome, detail: `FTP AUTH ${request.argument}` });
      return;
    case 'QUIT':
      sink.session(at, { phase: 'close', outcome, ...user });
      return;
    case 'CWD':
      if (!refused) state.directory = pathOf(state, request.argument).slice(0, 1024);
      return;
    case 'RNFR':
      state.renameFrom = pathOf(state, request.argument);
      return;
    case 'SYST':
      if (reply?.code === 215)
        sink.identity(at, {
          endpoint: at.server,
          attribute: 'os',
          value: reply.text.trim(),
          confidence: 0.5,
          via: 'FTP SYST',
        });
      return;
    case 'PORT':
    case 'EPRT': {
      // A PORT to a third host makes the server send files there (bounce).
      const where = dataAddress(request);
      if (where?.ip !== undefined) {
        const endpoint = sink.mention(at, undefined, where.ip);
        if (endpoint !== at.client)
          sink.weird(at, { code: 'ftp.third-party', detail: `data connection to ${where.ip}:${where.port}` });
      }
      return;
    }
  }
  const verb = VERB[request.command];
  if (!verb) return;
  const rename = request.command === 'RNTO';
  sink.command(at, {
    verb,
    operation: rename ? 'FTP rename' : `FTP ${request.command}`,
    target: at.server,
    object: rename
      ? state.renameFrom
      : request.argument === ''
        ? state.directory || '.'
        : pathOf(state, request.argument),
    value: rename ? pathOf(state, request.argument) : undefined,
    outcome,
    reason: refused ? `${reply.code} ${reply.text}`.trim().slice(0, 128) : undefined,
    ...user,
  });
};

/** Replies begin with a digit; commands that tell on another port with a letter of USER, AUTH, FEAT, SYST, OPTS, PASS. */
const mayBegin = (octet: number, toServer: boolean, listed: boolean): boolean => {
  if (!toServer) return octet >= 0x30 && octet <= 0x39;
  const letter = octet & 0xdf;
  return (
    listed ||
    letter === 0x55 ||
    letter === 0x41 ||
    letter === 0x46 ||
    letter === 0x53 ||
    letter === 0x4f ||
    letter === 0x50
  );
};

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  const listed = context.serverPort === PORT;
  // Most payloads that are offered here are something else: their first octet tells without making a text.
  if (!mayBegin(b[start]!, context.toServer, listed)) return 'no';
  const text = ascii(b, start, Math.min(end, start + 64));
  if (context.toServer) {
    if (/^(USER|AUTH|FEAT|SYST|OPTS|PASS)( |\.)/i.test(text))
      return listed || /^USER .*\.\.$/.test(text) ? (listed ? 'sure' : 'maybe') : 'no';
    return listed ? 'maybe' : 'no';
  }
  if (text.length < 4) return /^[1-6]?[0-5]?\d?$/.test(text) ? 'more' : 'no';
  // 220 greets in SMTP too.
  if (!/^\d{3}[ -]/.test(text)) return 'no';
  return /^220[ -].*ftp/i.test(text) ? 'sure' : listed ? 'maybe' : 'no';
};

export const ftp: Decoder<FtpMessage, FtpState> = {
  name: 'ftp',
  title: 'FTP',
  family: 'it',
  attach: [{ over: 'tcp', ports: [PORT] }],
  probe,
  open: () => ({
    commands: 0,
    replies: 0,
    secured: false,
    asksTls: false,
    open: 0,
    openText: '',
    lines: 0,
    user: undefined,
    directory: '',
    renameFrom: '',
  }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, context.afterGap, state),
  pairing: {
    scope: 'flow',
    role: (message) => {
      if (message.type === 'FTP command') return 'request';
      return message.sequence === 0 ? 'single' : message.code < 200 ? 'partial' : 'response';
    },
    key: (message) => message.sequence,
    timeoutUs: 60_000_000,
  },
  observe,
};
