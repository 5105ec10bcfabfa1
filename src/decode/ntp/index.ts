/** NTP over UDP 123 (RFC 5905): who gives time to whom, and the control modes that configure or map a server. */
import { type Decoder, outcomeOf, type PduContext, type Probe, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { decodeNtp, type NtpMessage } from './wire.ts';

const PORT = 123;

export interface NtpState {
  /** What was said of the server of this flow: once is enough. */
  said: string;
}

/** Mode 6 (RFC 9327 section 3.2) and mode 7 (ntpd's ntp_request.h, REQ_PEER_LIST and following). */
const CONTROL: Readonly<Record<number, string>> = {
  1: 'read status',
  2: 'read variables',
  3: 'write variables',
  4: 'read clock variables',
  5: 'write clock variables',
  8: 'configure',
  10: 'read most recently used list',
};
const MONITOR_LIST: readonly number[] = [20, 42];
const LISTS: readonly number[] = [0, 1, 20, 42];

const observe = (transaction: Transaction<NtpMessage>, sink: ObservationSink, state: NtpState): void => {
  const { request, response, at } = transaction;
  const known = request ?? response;
  if (!known) return;
  if (known.mode === 'control' || known.mode === 'private') {
    const control = known.mode === 'control';
    const writes = control && (known.opcode === 3 || known.opcode === 5 || known.opcode === 8);
    const lists = control ? known.opcode === 10 : LISTS.includes(known.opcode);
    sink.command(at, {
      verb: writes ? 'configure' : lists ? 'discover' : 'read',
      operation: control ? 'NTP control' : 'NTP private',
      target: at.server,
      object: control
        ? (CONTROL[known.opcode] ?? `opcode ${known.opcode}`)
        : MONITOR_LIST.includes(known.opcode)
          ? 'monitor list'
          : `request ${known.opcode}`,
      outcome: outcomeOf(transaction, (response?.error ?? 0) !== 0),
    });
    return;
  }
  const told = response ?? (known.mode === 'broadcast' || known.mode === 'symmetric active' ? known : undefined);
  if (!told || told.stratum === 0 || told.stratum > 15) return;
  const text = `stratum ${told.stratum}, reference ${told.referenceId}`;
  if (state.said === text) return;
  state.said = text;
  sink.identity(at, {
    endpoint: at.sender,
    attribute: 'role',
    value: 'time server',
    confidence: 0.7,
    via: `NTP ${text}`,
  });
};

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  const listed = context.serverPort === PORT || context.clientPort === PORT;
  const version = (b[start]! >> 3) & 7;
  if (!listed || version === 0 || version > 4) return 'no';
  const message = decodeNtp(b, start, end);
  if (!message) return 'no';
  if (message.mode === 'control' || message.mode === 'private') return 'maybe';
  // Extension fields and a MAC come in words of four octets (section 7.5).
  return message.stratum <= 16 && (end - start) % 4 === 0 ? 'sure' : 'maybe';
};

export const ntp: Decoder<NtpMessage, NtpState> = {
  name: 'ntp',
  title: 'NTP',
  family: 'network',
  attach: [{ over: 'udp', ports: [PORT] }],
  probe,
  open: () => ({ said: '' }),
  decode: (b, start, end) => {
    const message = decodeNtp(b, start, end);
    return message
      ? { kind: 'message', message, consumed: end - start }
      : { kind: 'malformed', code: 'ntp.malformed', detail: `${end - start} octets`, consumed: end - start };
  },
  pairing: {
    scope: 'flow',
    role: (message) => {
      if (message.mode === 'broadcast' || message.mode === 'symmetric active') return 'single';
      return message.response ? 'response' : 'request';
    },
    key: (message) => message.pairing,
  },
  observe,
};
