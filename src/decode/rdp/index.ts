/**
 * RDP over TCP ([MS-RDPBCGR]): who connects as whom with which security. When TLS is chosen, its handshake records are
 * carried to `tls`; everything after that is consumed as it comes.
 */
import type { Decoded, Decoder, PduContext, Probe, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { u16be } from '../../lib/bytes.ts';
import { decodeClientData, decodeX224, failureName, MAX_TPKT, type RdpMessage, securityName } from './wire.ts';

/** TLS record of 2^14 octets and its header. */
const MAX_RECORD = 16_389;

export interface RdpState {
  phase: 'start' | 'tls' | 'plain';
  user: string | undefined;
  readonly up: { skip: number };
  readonly down: { skip: number };
}

const tlsRecord = (b: Uint8Array, start: number, end: number, d: { skip: number }): Decoded<RdpMessage> => {
  const here = end - start;
  if (here < 5) return { kind: 'incomplete', missing: 5 - here };
  const type = b[start]!;
  const size = 5 + u16be(b, start + 3);
  if (type < 20 || type > 24 || b[start + 1] !== 3 || size > MAX_RECORD + 2048)
    // Behind a hole: noise until a record begins a segment.
    return { kind: 'skip', consumed: here };
  if (type === 23) {
    const n = Math.min(here, size);
    d.skip = size - n;
    return { kind: 'skip', consumed: n };
  }
  if (here < size) return { kind: 'incomplete', missing: size - here };
  return { kind: 'carries', child: 'tls', bytes: b, start, end: start + size, consumed: size };
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  afterGap: boolean,
  state: RdpState,
): Decoded<RdpMessage> => {
  const d = toServer ? state.up : state.down;
  const here = end - start;
  if (afterGap) d.skip = 0;
  if (d.skip > 0) {
    const n = Math.min(here, d.skip);
    d.skip -= n;
    return { kind: 'skip', consumed: n };
  }
  if (state.phase === 'tls') return tlsRecord(b, start, end, d);
  if (b[start] !== 3) {
    // Fast-path PDUs of the session (2.2.8.1.2): action and flags, then a length of one or two octets, no TPKT.
    if (state.phase === 'plain' && (b[start]! & 3) === 0) {
      if (here < 3) return { kind: 'incomplete', missing: 3 - here };
      const size = (b[start + 1]! & 0x80) === 0 ? b[start + 1]! : u16be(b, start + 1) & 0x7fff;
      if (size < 3) return { kind: 'malformed', code: 'rdp.fast-path', detail: `of ${size} octets`, consumed: here };
      d.skip = size - Math.min(here, size);
      return { kind: 'skip', consumed: Math.min(here, size) };
    }
    return { kind: 'malformed', code: 'rdp.tpkt', detail: 'no TPKT', consumed: 0 };
  }
  if (here < 4) return { kind: 'incomplete', missing: 4 - here };
  const size = u16be(b, start + 2);
  if (size < 7) return { kind: 'malformed', code: 'rdp.tpkt', detail: `TPKT of ${size} octets`, consumed: 0 };
  if (size > MAX_TPKT) {
    const n = Math.min(here, size);
    d.skip = size - n;
    return { kind: 'skip', consumed: n };
  }
  if (here < size) return { kind: 'incomplete', missing: size - here };
  const stop = start + size;
  const message = state.phase === 'start' ? decodeX224(b, start + 4, stop) : decodeClientData(b, start + 4, stop);
  if (message?.type === 'RDP connection confirm' && message.failure === 0)
    state.phase = message.selected === 0 ? 'plain' : 'tls';
  return message ? { kind: 'message', message, consumed: size } : { kind: 'skip', consumed: size };
};

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  const here = end - start;
  // ISO-TSAP: S7 and MMS live there in the same envelope.
  if (context.serverPort === 102 || b[start] !== 3) return 'no';
  if (here < 11) return here < 2 || b[start + 1] === 0 ? (here >= 4 && u16be(b, start + 2) < 11 ? 'no' : 'more') : 'no';
  const size = u16be(b, start + 2);
  if (b[start + 1] !== 0 || size < 11 || size > 512 || size !== b[start + 4]! + 5) return 'no';
  if (here < size) return 'more';
  const message = decodeX224(b, start + 4, start + size);
  if (!message) return 'no';
  // Without cookie and negotiation nothing but the port tells.
  return size > 11 ? 'sure' : 'maybe';
};

/** Client builds that name a Windows release ([MS-RDPBCGR] 2.2.1.3.2 clientBuild). */
const BUILD: Readonly<Record<number, string>> = {
  2600: 'Windows XP',
  3790: 'Windows Server 2003',
  6001: 'Windows Vista or Server 2008',
  7601: 'Windows 7 or Server 2008 R2',
  9200: 'Windows 8 or Server 2012',
  9600: 'Windows 8.1 or Server 2012 R2',
};

const observe = (transaction: Transaction<RdpMessage>, sink: ObservationSink, state: RdpState): void => {
  const message = transaction.request ?? transaction.response;
  if (!message) return;
  const { at } = transaction;
  switch (message.type) {
    case 'RDP connection request':
      state.user = message.user;
      return;
    case 'RDP connection confirm': {
      const refused = message.failure !== 0;
      sink.session(at, {
        phase: 'open',
        outcome: refused ? 'refused' : 'accepted',
        ...(state.user === undefined ? {} : { user: state.user }),
        detail: refused ? `RDP ${failureName(message.failure)}` : `RDP ${securityName(message.selected)}`,
      });
      if (!refused && message.selected === 0) sink.weird(at, { code: 'rdp.weak-security', detail: 'RDP without TLS' });
      return;
    }
    case 'RDP client data': {
      const endpoint = at.client;
      const via = 'RDP client core data';
      if (message.clientName !== '') {
        sink.name(at, { endpoint, kind: 'netbios', name: message.clientName, via });
        sink.identity(at, { endpoint, attribute: 'hostname', value: message.clientName, confidence: 0.8, via });
      }
      const os = BUILD[message.clientBuild];
      if (os) sink.identity(at, { endpoint, attribute: 'os', value: os, confidence: 0.6, via });
    }
  }
};

export const rdp: Decoder<RdpMessage, RdpState> = {
  name: 'rdp',
  title: 'Remote Desktop',
  family: 'it',
  encrypted: true,
  attach: [{ over: 'tcp', ports: [3389] }],
  probe,
  open: () => ({ phase: 'start', user: undefined, up: { skip: 0 }, down: { skip: 0 } }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, context.afterGap, state),
  observe,
};
