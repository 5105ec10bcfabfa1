/** SNMP over UDP (RFC 3417), versions 1, 2c and 3. */
import type { Decoder, PduContext, Probe } from '../../core/decoder.ts';
import { observeSnmp } from './observe.ts';
import { decodeSnmp, errorName, type SnmpMessage } from './wire.ts';

export interface SnmpState {
  /** What this flow has said once: facts and logins, at most 64. */
  readonly said: Set<string>;
}

const VERSIONS: readonly string[] = ['', 'SNMPv1', 'SNMPv2c', 'SNMPv3'];
const AGENT = 161;
const TRAPS = 162;

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  if (end - start < 8 || b[start] !== 0x30) return 'no';
  const message = decodeSnmp(b, start, end);
  if (message === undefined) return 'no';
  if (typeof message === 'object') return 'sure';
  return context.serverPort === AGENT || context.serverPort === TRAPS ? 'maybe' : 'no';
};

export const snmp: Decoder<SnmpMessage, SnmpState> = {
  name: 'snmp',
  title: 'SNMP',
  family: 'network',
  attach: [{ over: 'udp', ports: [AGENT, TRAPS] }],
  codes: {
    '.version': (code) => VERSIONS[code],
    '.errorStatus': (code) => (code > 0 ? errorName(code) : undefined),
  },
  heading: (m) => `SNMP ${m.pdu}${m.errorStatus > 0 ? `: ${errorName(m.errorStatus)}` : ''}`,
  probe,
  open: () => ({ said: new Set() }),
  decode: (b, start, end) => {
    const message = decodeSnmp(b, start, end);
    if (message === undefined) return { kind: 'foreign' };
    if (typeof message === 'string')
      return { kind: 'malformed', code: 'snmp.malformed', detail: message, consumed: end - start };
    return { kind: 'message', message, consumed: end - start };
  },
  pairing: {
    scope: 'flow',
    role: (message, context) => {
      switch (message.pdu) {
        case 'get':
        case 'get-next':
        case 'get-bulk':
        case 'set':
        case 'inform':
          return 'request';
        case 'response':
        case 'report':
          return 'response';
        case 'encrypted':
          return context.toServer ? 'request' : 'response';
        default:
          return 'single';
      }
    },
    key: (message) => message.id,
    timeoutUs: 5_000_000,
  },
  observe: observeSnmp,
};
