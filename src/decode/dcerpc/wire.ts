/**
 * DCE/RPC over TCP: headers, contexts, results, faults and the identity in the security trailer. Stubs (the arguments) are
 * not read. Source: The Open Group C706 section 12.6 (connection-oriented PDUs), [MS-RPCE] 2.2.2 (extensions, security
 * trailer), [MS-NLMP] by way of `shared/ntlm.ts`.
 */
import type { Decoded, Message } from '../../core/decoder.ts';
import { u8 } from '../../lib/bytes.ts';
import {
  CO_FLAG,
  CO_HEADER,
  type CoContext,
  type CoHeader,
  isCoHeader,
  PTYPE,
  readBindContexts,
  readCoHeader,
  readCoRequest,
  u16of,
  u32of,
} from '../shared/dcerpc.ts';
import { decodeNtlm, type Ntlm } from '../shared/ntlm.ts';
import { INTERFACES } from './interfaces.ts';

const TYPES: Readonly<Record<number, string>> = {
  [PTYPE.REQUEST]: 'Request',
  [PTYPE.RESPONSE]: 'Response',
  [PTYPE.FAULT]: 'Fault',
  [PTYPE.BIND]: 'Bind',
  [PTYPE.BIND_ACK]: 'Bind Ack',
  [PTYPE.BIND_NAK]: 'Bind Nak',
  [PTYPE.ALTER_CONTEXT]: 'Alter Context',
  [PTYPE.ALTER_CONTEXT_RESP]: 'Alter Context Response',
  [PTYPE.AUTH3]: 'Auth3',
  [PTYPE.SHUTDOWN]: 'Shutdown',
  [PTYPE.CO_CANCEL]: 'Cancel',
  [PTYPE.ORPHANED]: 'Orphaned',
};

/** [MS-RPCE] 2.2.1.1.7. */
const SECURITY: Readonly<Record<number, string>> = {
  9: 'SPNEGO',
  10: 'NTLM',
  14: 'TLS',
  16: 'Kerberos',
  68: 'Netlogon',
};
/** [MS-RPCE] 2.2.1.1.8: level 6 seals the stubs. */
export const PRIVACY = 6;

export interface RpcMessage extends Message {
  readonly packetType: number;
  readonly callId: number;
  readonly firstFragment: boolean;
  readonly lastFragment: boolean;
  /** Contexts of Bind and Alter Context; empty otherwise. */
  readonly contexts: readonly CoContext[];
  /** Results of Bind Ack in the order of the contexts: 0 acceptance, 2 provider rejection; empty otherwise. */
  readonly results: readonly number[];
  /** Port or pipe that the server names in its Bind Ack: `135`, `\PIPE\svcctl`; '' otherwise. */
  readonly secondaryAddress: string;
  /** Request, Response, Fault: which context; -1 otherwise. */
  readonly contextId: number;
  readonly opnum: number;
  /** UUID of the interface where its Bind was seen; '' otherwise. */
  readonly interface: string;
  /** The published name; '' for interfaces that are not in the list. */
  readonly interfaceName: string;
  readonly operation: string;
  readonly object: string;
  /** Of a Fault; of a Bind Nak the reason; 0 otherwise. */
  readonly status: number;
  readonly authentication: string;
  /** 1 none ... 5 integrity, 6 privacy; 0 without trailer. */
  readonly authenticationLevel: number;
  readonly user: string;
  readonly workstation: string;
  readonly osVersion: string;
  readonly stubLength: number;
}

export interface RpcState {
  /** Context number -> interface, as bound in this connection; at most MAX_BOUND. */
  readonly bound: Map<number, string>;
  sealed: boolean;
  user: string;
}

/** Contexts remembered per connection; further ones are not known by name. */
const MAX_BOUND = 64;
const TRAILER = 8;
/** C706 12.6.3.1: implementations must take 1432 octets; Windows sends at most 5840. Anything up to the field's size is taken. */
const MIN_FRAGMENT = CO_HEADER;

const textOf = (b: Uint8Array, start: number, end: number): string => {
  let text = '';
  for (let i = start; i < end && b[i] !== 0; i++) text += b[i]! >= 32 && b[i]! < 127 ? String.fromCharCode(b[i]!) : '.';
  return text;
};

/** Bind Ack (12.6.4.4): the secondary address, padding to four octets, then the results. */
const readAck = (b: Uint8Array, o: number, end: number, little: boolean): { address: string; results: number[] } => {
  if (end - o < 26) return { address: '', results: [] };
  const length = u16of(b, o + 24, little);
  const after = o + 26 + length;
  if (after > end) return { address: '', results: [] };
  const address = textOf(b, o + 26, after);
  const at = after + ((4 - ((after - o) & 3)) & 3);
  const results: number[] = [];
  if (at + 4 <= end) {
    const count = Math.min(u8(b, at), MAX_BOUND);
    for (let i = 0; i < count && at + 4 + 24 * (i + 1) <= end; i++) results.push(u16of(b, at + 4 + 24 * i, little));
  }
  return { address, results };
};

const trailerOf = (
  b: Uint8Array,
  o: number,
  end: number,
  header: CoHeader,
): { type: number; level: number; token: number } | undefined => {
  if (header.authenticationLength === 0) return undefined;
  const at = end - header.authenticationLength - TRAILER;
  return at < o + CO_HEADER ? undefined : { type: u8(b, at), level: u8(b, at + 1), token: at + TRAILER };
};

const ntlmIn = (b: Uint8Array, start: number, end: number): Ntlm | undefined => {
  const direct = decodeNtlm(b, start, end);
  if (direct !== undefined) return direct;
  // SPNEGO wraps the token; its signature is looked for in the first octets only.
  for (let i = start; i + 12 <= end && i < start + 128; i++)
    if (b[i] === 0x4e && b[i + 1] === 0x54 && b[i + 2] === 0x4c) return decodeNtlm(b, i, end);
  return undefined;
};

/** One PDU at `start`. */
export const decodeRpc = (b: Uint8Array, start: number, end: number, state: RpcState): Decoded<RpcMessage> => {
  const here = end - start;
  if (here < CO_HEADER)
    return here < 8 || isCoHeader(b, start) ? { kind: 'incomplete', missing: CO_HEADER - here } : { kind: 'foreign' };
  if (!isCoHeader(b, start)) return { kind: 'foreign' };
  const header = readCoHeader(b, start);
  const size = header.fragmentLength;
  const type = TYPES[header.packetType];
  if (type === undefined)
    return { kind: 'malformed', code: 'dcerpc.packet-type', detail: `type ${header.packetType}`, consumed: 0 };
  if (size < MIN_FRAGMENT || header.authenticationLength + CO_HEADER > size)
    return { kind: 'malformed', code: 'dcerpc.length', detail: `fragment of ${size} octets`, consumed: 0 };
  if (here < size) return { kind: 'incomplete', missing: size - here };
  const stop = start + size;
  const { little, packetType } = header;
  const first = (header.flags & CO_FLAG.FIRST) !== 0;
  // Later fragments of a call say nothing that the first did not.
  if (!first && (packetType === PTYPE.REQUEST || packetType === PTYPE.RESPONSE))
    return { kind: 'skip', consumed: size };

  const binds = packetType === PTYPE.BIND || packetType === PTYPE.ALTER_CONTEXT;
  const contexts = binds ? readBindContexts(b, start, stop, little) : [];
  for (const c of contexts)
    if (state.bound.size < MAX_BOUND || state.bound.has(c.id)) state.bound.set(c.id, c.interface);
  const acks = packetType === PTYPE.BIND_ACK || packetType === PTYPE.ALTER_CONTEXT_RESP;
  const ack = acks ? readAck(b, start, stop, little) : undefined;
  const request = packetType === PTYPE.REQUEST ? readCoRequest(b, start, stop, header) : undefined;
  if (packetType === PTYPE.REQUEST && request === undefined)
    return { kind: 'malformed', code: 'dcerpc.length', detail: `request of ${size} octets`, consumed: size };
  const answers = packetType === PTYPE.RESPONSE || packetType === PTYPE.FAULT;
  const contextId = request?.contextId ?? (answers && size >= 24 ? u16of(b, start + 20, little) : -1);
  const uuid = contextId < 0 ? '' : (state.bound.get(contextId) ?? '');
  const known = INTERFACES.get(uuid);
  const trailer = trailerOf(b, start, stop, header);
  if (trailer?.level === PRIVACY) state.sealed = true;
  const ntlm =
    trailer !== undefined && (binds || acks || packetType === PTYPE.AUTH3) ? ntlmIn(b, trailer.token, stop) : undefined;
  const who = ntlm?.step === 'authenticate' ? ntlm : undefined;
  return {
    kind: 'message',
    consumed: size,
    message: {
      type,
      packetType,
      callId: header.callId,
      firstFragment: first,
      lastFragment: (header.flags & CO_FLAG.LAST) !== 0,
      contexts,
      results: ack?.results ?? [],
      secondaryAddress: ack?.address ?? '',
      contextId,
      opnum: request?.opnum ?? -1,
      interface: uuid,
      interfaceName: known?.name ?? '',
      operation: request === undefined ? '' : (known?.operations.get(request.opnum)?.name ?? ''),
      object: request?.object ?? '',
      status:
        packetType === PTYPE.FAULT && size >= 28
          ? u32of(b, start + 24, little)
          : packetType === PTYPE.BIND_NAK && size >= 18
            ? u16of(b, start + 16, little)
            : 0,
      authentication: trailer === undefined ? '' : (SECURITY[trailer.type] ?? `type ${trailer.type}`),
      authenticationLevel: trailer?.level ?? 0,
      user: who === undefined || who.user === '' ? '' : who.domain === '' ? who.user : `${who.domain}\\${who.user}`,
      workstation: who?.workstation ?? '',
      osVersion: (ntlm?.step === 'challenge' || ntlm?.step === 'authenticate' ? ntlm.osVersion : '') ?? '',
      stubLength:
        request === undefined
          ? 0
          : Math.max(0, stop - request.stub - (trailer === undefined ? 0 : TRAILER + header.authenticationLength)),
    },
  };
};

/** The first bound interface, as its own object reference: what a Bind is for. */
export const interfaceTitle = (uuid: string): string => {
  const known = INTERFACES.get(uuid);
  return known === undefined ? uuid : `${known.name} (${known.title})`;
};
