/** CoAP over UDP (RFC 7252) and TCP (RFC 8323), with OMA LwM2M. */
import type { Decoder, PduContext, Probe } from '../../core/decoder.ts';
import { MASKED_OCTETS } from '../../lib/masked.ts';
import { type CoapState, observeCoap } from './observe.ts';
import { type CoapMessage, coapFrame, decodeCoap, decodeReliable, isSecretPath } from './wire.ts';

const PORTS = [5683, 5685, 5783, 61616];
/** From here on systems hand ports out by themselves (RFC 6335, section 6): that a client has one of them says nothing. */
const DYNAMIC_PORT = 49_152;
const isHinted = ({ serverPort, clientPort }: PduContext): boolean =>
  PORTS.includes(serverPort) || (clientPort < DYNAMIC_PORT && PORTS.includes(clientPort));

/** Longest message over TCP that is waited for; RFC 8323 section 5.3.1 starts at 1,152 octets. */
const MAX_FRAME = 65_536;
/** Capabilities and Settings, the first message of either side (RFC 8323 section 5.3). */
const CSM = 0xe1;
/** Its options: Max-Message-Size of up to four octets, Block-Wise-Transfer, empty (section 5.3), and Extended-Token-Length of up to three (RFC 8974). */
const CSM_OPTIONS: readonly number[] = [2, 4, 6];
const MAX_CSM_OPTIONS = 5 + 1 + 4;

const probeReliable = (b: Uint8Array, start: number, end: number, hinted: boolean): Probe => {
  if ((b[start]! & 15) > 8) return 'no';
  const frame = coapFrame(b, start, end);
  if (frame === undefined) return 'more';
  const { code, end: to } = frame;
  if (to - start > MAX_FRAME || (code !== CSM && !hinted)) return 'no';
  if (to > end) return 'more';
  const message = decodeReliable(b, start, to);
  if (message === undefined || typeof message === 'string') return 'no';
  // With its Max-Message-Size it is no chance; without it is two octets.
  const [size] = message.options;
  const isSettings =
    code === CSM &&
    message.payloadLength === 0 &&
    to - start <= 2 + (b[start]! & 15) + MAX_CSM_OPTIONS &&
    message.options.every(({ number }) => CSM_OPTIONS.includes(number));
  if (isSettings && size?.name === 'Max-Message-Size' && Number(size.value) >= 1152) return 'sure';
  return hinted ? 'maybe' : 'no';
};

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  if (context.carrier === 'tcp') return probeReliable(b, start, end, isHinted(context));
  if (end - start < 4 || b[start]! >> 6 !== 1 || (b[start]! & 15) > 8) return 'no';
  const hinted = isHinted(context);
  const code = b[start + 1]!;
  // Elsewhere only a request with a path tells enough.
  if (!hinted && (code === 0 || code > 7)) return 'no';
  const message = decodeCoap(b, start, end);
  if (message === undefined || typeof message === 'string') return 'no';
  const clear =
    message.type === 'CoAP request' &&
    message.path.length > 3 &&
    message.token !== '' &&
    /^[\x20-\x7e]+$/.test(message.path);
  return clear ? 'sure' : hinted ? 'maybe' : 'no';
};

/** Requests whose answers may hold keys; emptied when full. */
const MAX_KEY_TOKENS = 64;

/** The answer to a request for a secret is not kept either. */
const guarded = (m: ReturnType<typeof decodeCoap>, state: CoapState): ReturnType<typeof decodeCoap> => {
  if (m === undefined || typeof m === 'string') return m;
  if (m.type === 'CoAP request') {
    if (isSecretPath(m.path)) {
      if (state.keys.size >= MAX_KEY_TOKENS) state.keys.clear();
      state.keys.add(m.token);
    } else if (state.keys.size > 0) state.keys.delete(m.token);
  } else if (state.keys.size > 0 && state.keys.has(m.token))
    return m.payload.length === 0 ? m : { ...m, payload: MASKED_OCTETS };
  return m;
};

export const coap: Decoder<CoapMessage, CoapState> = {
  name: 'coap',
  title: 'CoAP (with LwM2M)',
  family: 'iiot',
  attach: [
    { over: 'udp', ports: PORTS },
    { over: 'tcp', ports: [5683] },
  ],
  probe,
  open: () => ({ observed: new Set(), keys: new Set(), bodies: new Map() }),
  decode(b, start, end, context, state) {
    let consumed = end - start;
    if (context.carrier === 'tcp') {
      const frame = (b[start]! & 15) > 8 ? undefined : coapFrame(b, start, end);
      if (frame === undefined) return (b[start]! & 15) > 8 ? { kind: 'foreign' } : { kind: 'incomplete', missing: 1 };
      consumed = frame.end - start;
      if (consumed > MAX_FRAME)
        return { kind: 'malformed', code: 'coap.length', detail: `message of ${consumed} octets`, consumed: 0 };
      if (frame.end > end) return { kind: 'incomplete', missing: frame.end - end };
    }
    const to = start + consumed;
    const message = guarded(context.carrier === 'tcp' ? decodeReliable(b, start, to) : decodeCoap(b, start, to), state);
    if (message === undefined) return { kind: 'foreign' };
    return typeof message === 'string'
      ? { kind: 'malformed', code: 'coap.malformed', detail: message, consumed }
      : { kind: 'message', message, consumed };
  },
  pairing: {
    scope: 'flow',
    role: (m) => {
      if (m.type === 'CoAP request') return 'request';
      // A notification may be followed by others (RFC 7641 section 3.2).
      return m.type === 'CoAP response' ? (m.observe >= 0 ? 'partial' : 'response') : 'single';
    },
    // Requests and their answers share the token (section 5.3.1); an empty one means one at a time.
    key: (m) => m.token,
    timeoutUs: 100_000_000,
  },
  observe: observeCoap,
};
