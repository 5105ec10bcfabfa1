/**
 * Telnet over TCP 23 (RFC 854): option negotiation, the banner, and logins by their prompts. The password is recognised
 * by its place and forgotten at once.
 */
import type { Decoded, Decoder, PduContext, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { commandLength, IAC, SB, type TelnetMessage } from './wire.ts';

/** Text of the server kept to look for prompts, and of the client to find a user name. */
const MAX_TAIL = 160;
const MAX_USER = 64;
const MAX_BANNER = 400;

export interface TelnetState {
  /** What is being typed now. */
  phase: 'text' | 'user' | 'password' | 'verdict';
  tail: string;
  typed: string;
  user: string;
  banner: string;
  bannerSaid: boolean;
  optionsSaid: boolean;
}

const LOGIN = /(login|user ?name|user|account) ?[:>]$/i;
const PASSWORD = /(password|passcode|passwd)( for [^:]{1,32})? ?[:>]$/i;
/** Longest prompt looked at. */
const MAX_PROMPT = 48;
/** The end of the text when it may be a prompt for a name or a password; '' otherwise. */
const promptOf = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) <= 0x20) end--;
  const last = text[end - 1];
  return last === ':' || last === '>' ? text.slice(Math.max(0, end - MAX_PROMPT), end) : '';
};
const REFUSED = /incorrect|invalid|denied|failed|failure|bad password|error/i;

const skip = (consumed: number): Decoded<TelnetMessage> => ({ kind: 'skip', consumed });

/** Octets of the server: prompts decide what the client types next. */
const heard = (state: TelnetState, text: string): TelnetMessage | undefined => {
  state.tail = (state.tail + text).slice(-MAX_TAIL);
  if (!state.bannerSaid) state.banner = (state.banner + text).slice(0, MAX_BANNER);
  const prompt = promptOf(state.tail);
  if (state.phase === 'verdict') {
    const again = LOGIN.test(prompt) || PASSWORD.test(prompt);
    const refused = again || REFUSED.test(state.tail);
    // A shell prompt ends the wait; until then the answer is not complete.
    if (!refused && !/[#$>%\]] ?$/.test(state.tail)) return undefined;
    const message: TelnetMessage = { type: 'Telnet login', user: state.user, accepted: !refused };
    state.phase = LOGIN.test(prompt) ? 'user' : PASSWORD.test(prompt) ? 'password' : 'text';
    state.tail = '';
    state.typed = '';
    return message;
  }
  if (PASSWORD.test(prompt)) {
    if (state.phase === 'user') state.user = state.typed.trim();
    state.phase = 'password';
    state.typed = '';
  } else if (LOGIN.test(prompt) && state.phase !== 'user') {
    state.phase = 'user';
    state.typed = '';
    state.user = '';
  } else return undefined;
  if (state.bannerSaid) return undefined;
  state.bannerSaid = true;
  const banner = state.banner
    .replace(/[^!-~]+/g, ' ')
    .trim()
    .replace(LOGIN, '')
    .replace(PASSWORD, '')
    .trim();
  return banner === '' ? undefined : { type: 'Telnet banner', text: banner };
};

const typed = (state: TelnetState, b: Uint8Array, start: number, end: number): void => {
  for (let i = start; i < end; i++) {
    const c = b[i]!;
    if (c === 0x0d || c === 0x0a || c === 0) {
      if (state.phase === 'password' && c !== 0) {
        state.phase = 'verdict';
        state.tail = '';
      }
      continue;
    }
    // Only a user name is collected; a password and everything typed later is not.
    if (state.phase !== 'user') continue;
    if (c === 0x08 || c === 0x7f) state.typed = state.typed.slice(0, -1);
    else if (c > 0x20 && c < 0x7f && state.typed.length < MAX_USER) state.typed += String.fromCharCode(c);
  }
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  state: TelnetState,
): Decoded<TelnetMessage> => {
  if (b[start] === IAC) {
    const length = commandLength(b, start, end);
    if (length === 0) return { kind: 'incomplete', missing: 1 };
    if (state.optionsSaid) return skip(length);
    state.optionsSaid = true;
    return { kind: 'message', message: { type: 'Telnet options' }, consumed: length };
  }
  let stop = start;
  while (stop < end && b[stop] !== IAC) stop++;
  if (toServer) {
    typed(state, b, start, stop);
    return skip(stop - start);
  }
  let text = '';
  for (let i = Math.max(start, stop - MAX_BANNER); i < stop; i++) text += String.fromCharCode(b[i]! & 0x7f);
  const message = heard(state, text);
  return message ? { kind: 'message', message, consumed: stop - start } : skip(stop - start);
};

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  const listed = context.serverPort === 23;
  if (b[start] !== IAC) return listed ? 'maybe' : 'no';
  if (end - start < 3) return 'more';
  // Two commands in a row, each with an option number of the registry.
  let commands = 0;
  let o = start;
  while (o < end && b[o] === IAC && commands < 3) {
    const length = commandLength(b, o, end);
    if (length === 0 || b[o + 1]! < SB || b[o + 1] === IAC || (b[o + 2]! > 49 && b[o + 2]! !== 255)) break;
    commands++;
    o += length;
  }
  return commands >= 2 || (commands === 1 && listed) ? 'sure' : listed ? 'maybe' : 'no';
};

const observe = (transaction: Transaction<TelnetMessage>, sink: ObservationSink): void => {
  const message = transaction.request ?? transaction.response;
  if (!message) return;
  const { at } = transaction;
  if (message.type === 'Telnet banner')
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'description',
      value: message.text,
      confidence: 0.6,
      via: 'Telnet banner',
    });
  if (message.type === 'Telnet login')
    sink.session(at, {
      phase: 'authenticate',
      outcome: message.accepted ? 'accepted' : 'refused',
      ...(message.user === '' ? {} : { user: message.user }),
      clearCredential: true,
      detail: 'Telnet',
    });
};

export const telnet: Decoder<TelnetMessage, TelnetState> = {
  name: 'telnet',
  title: 'Telnet',
  family: 'it',
  attach: [{ over: 'tcp', ports: [23] }],
  probe,
  open: () => ({
    phase: 'text',
    tail: '',
    typed: '',
    user: '',
    banner: '',
    bannerSaid: false,
    optionsSaid: false,
  }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, state),
  observe,
};
