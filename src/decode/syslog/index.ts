/** Syslog over UDP: RFC 5424 and the older form of RFC 3164. Devices name themselves and their programs. */
import type { Decoder, Message, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { utf8 } from '../../lib/bytes.ts';

/** Octets of a message that are looked at, and senders remembered for each flow; at the limit the memory is emptied. */
const MAX_TEXT = 2048;
const MAX_SAID = 64;

export interface SyslogMessage extends Message {
  readonly type: 'Syslog RFC 5424' | 'Syslog RFC 3164';
  readonly facility: number;
  readonly severity: number;
  readonly timestamp: string;
  /** Empty where the message has none. */
  readonly host: string;
  readonly app: string;
  readonly processId: string;
  readonly messageId: string;
  /** The text's length; what devices write is not kept, because it may hold anything. */
  readonly textLength: number;
}
export interface SyslogState {
  readonly said: Set<string>;
}

/** Digits of `<PRI>` at `o`: its value, -1 when there is none. `end` is bounded by the caller. */
const priority = (b: Uint8Array, o: number, end: number): number => {
  if (b[o] !== 0x3c) return -1;
  let value = 0;
  for (let i = 1; i <= 4 && o + i < end; i++) {
    const c = b[o + i]!;
    if (c === 0x3e) return i > 1 && value <= 191 ? value : -1;
    if (c < 0x30 || c > 0x39) return -1;
    value = value * 10 + c - 0x30;
  }
  return -1;
};

/** `<PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID` (RFC 5424 section 6). */
const FORM_5424 = /^<\d{1,3}>1 (\S{1,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32})(?: |$)/;
/** `<PRI>Mmm dd hh:mm:ss HOSTNAME TAG[pid]:` (RFC 3164 section 4.1). */
const FORM_3164 =
  /^<\d{1,3}>([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (\S{1,64}) (?:([\w./-]{1,48})(?:\[(\d{1,10})\])?:)?/;
const nil = (text: string | undefined): string => (text === undefined || text === '-' ? '' : text);

const decodeSyslog = (b: Uint8Array, start: number, end: number): SyslogMessage | undefined => {
  const pri = priority(b, start, end);
  if (pri < 0) return undefined;
  const text = utf8(b, start, Math.min(end, start + MAX_TEXT));
  const common = { facility: pri >> 3, severity: pri & 7, textLength: end - start };
  const new_ = FORM_5424.exec(text);
  if (new_)
    return {
      type: 'Syslog RFC 5424',
      ...common,
      timestamp: nil(new_[1]),
      host: nil(new_[2]),
      app: nil(new_[3]),
      processId: nil(new_[4]),
      messageId: nil(new_[5]),
    };
  const old = FORM_3164.exec(text);
  return {
    type: 'Syslog RFC 3164',
    ...common,
    timestamp: nil(old?.[1]),
    host: nil(old?.[2]),
    app: nil(old?.[3]),
    processId: nil(old?.[4]),
    messageId: '',
  };
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  if (priority(b, start, end) < 0) return 'no';
  // Unhinted only with the version of RFC 5424 and a year behind it.
  const close = b.indexOf(0x3e, start);
  return b[close + 1] === 0x31 && b[close + 2] === 0x20 && b[close + 3] === 0x32 && b[close + 4] === 0x30
    ? 'sure'
    : 'maybe';
};

const observe = (t: Transaction<SyslogMessage>, sink: ObservationSink, state: SyslogState): void => {
  const m = t.request;
  if (m === undefined) return;
  const key = `${m.host} ${m.app}`;
  if (state.said.has(key)) return;
  if (state.said.size >= MAX_SAID) state.said.clear();
  state.said.add(key);
  const { at } = t;
  // A relay sends in the name of others: the name is a hint.
  if (m.host !== '' && !/^[\d.:]+$/.test(m.host))
    sink.identity(at, {
      endpoint: at.sender,
      attribute: 'hostname',
      value: m.host,
      confidence: 0.6,
      via: 'syslog HOSTNAME',
    });
  if (m.app !== '')
    sink.identity(at, {
      endpoint: at.sender,
      attribute: 'software',
      value: m.app,
      confidence: 0.4,
      via: 'syslog APP-NAME',
    });
};

export const syslog: Decoder<SyslogMessage, SyslogState> = {
  name: 'syslog',
  title: 'Syslog',
  family: 'it',
  attach: [{ over: 'udp', ports: [514] }],
  probe,
  open: () => ({ said: new Set() }),
  decode(b, start, end) {
    const message = decodeSyslog(b, start, end);
    return message ? { kind: 'message', message, consumed: end - start } : { kind: 'foreign' };
  },
  observe,
};
