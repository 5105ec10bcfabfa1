/** SSDP (UPnP Device Architecture 2.0 section 1) on UDP 1900: devices announce what they are, and are searched for. */
import type { Decoder, Message, Probe, Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { headerLines, startsWith } from '../shared/header-lines.ts';

/** Statements remembered for each flow, so that each is made once; at the limit the memory is emptied. */
const MAX_SAID = 256;

export interface SsdpMessage extends Message {
  readonly type: 'SSDP search' | 'SSDP alive' | 'SSDP byebye' | 'SSDP update' | 'SSDP response' | 'SSDP notify';
  /** Search target or notification type: `upnp:rootdevice`, `urn:schemas-upnp-org:device:Basic:1`. */
  readonly target: string;
  /** Unique service name. */
  readonly usn: string;
  /** Where the device describes itself. */
  readonly location: string;
  /** Operating system, UPnP version, product. */
  readonly server: string;
  readonly userAgent: string;
  readonly host: string;
}
export interface SsdpState {
  readonly said: Set<string>;
}

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  const first = b[start];
  if (first === 0x4d) return startsWith(b, start, end, 'M-SEARCH * HTTP/1.1') ? 'sure' : 'no';
  if (first === 0x4e) return startsWith(b, start, end, 'NOTIFY * HTTP/1.') ? 'sure' : 'no';
  if (first === 0x48) return startsWith(b, start, end, 'HTTP/1.1 200 OK') ? 'sure' : 'no';
  return 'no';
};

const decodeSsdp = (b: Uint8Array, start: number, end: number): SsdpMessage => {
  const { fields } = headerLines(b, start, end);
  const of = (name: string): string => fields.get(name) ?? '';
  const nts = of('nts');
  return {
    type:
      b[start] === 0x4d
        ? 'SSDP search'
        : b[start] === 0x48
          ? 'SSDP response'
          : nts === 'ssdp:alive'
            ? 'SSDP alive'
            : nts === 'ssdp:byebye'
              ? 'SSDP byebye'
              : nts === 'ssdp:update'
                ? 'SSDP update'
                : 'SSDP notify',
    target: fields.get('nt') ?? of('st'),
    usn: of('usn'),
    location: of('location'),
    server: of('server'),
    userAgent: of('user-agent'),
    host: of('host'),
  };
};

const fresh = (state: SsdpState, key: string): boolean => {
  if (state.said.has(key)) return false;
  if (state.said.size >= MAX_SAID) state.said.clear();
  state.said.add(key);
  return true;
};

/** `urn:schemas-upnp-org:device:InternetGatewayDevice:1` is an InternetGatewayDevice. */
const deviceType = (target: string): string | undefined => {
  const parts = target.split(':');
  return parts[0] === 'urn' && parts[2] === 'device' && parts[3] ? parts[3] : undefined;
};

const announced = (at: At, m: SsdpMessage, sink: ObservationSink, state: SsdpState): void => {
  const endpoint = at.sender;
  const via = m.type;
  if (m.server !== '' && fresh(state, m.server)) {
    sink.identity(at, { endpoint, attribute: 'software', value: m.server, confidence: 0.7, via: 'SSDP SERVER' });
    const os = /^([A-Za-z][\w .-]{1,30})\/([\w.+-]{1,30})/.exec(m.server);
    if (os && os[1] !== 'UPnP')
      sink.identity(at, { endpoint, attribute: 'os', value: `${os[1]} ${os[2]}`, confidence: 0.5, via: 'SSDP SERVER' });
  }
  const device = deviceType(m.target);
  if (device !== undefined && fresh(state, m.target))
    sink.identity(at, { endpoint, attribute: 'device-type', value: device, confidence: 0.8, via });
  if (m.location !== '' && fresh(state, m.location))
    sink.identity(at, { endpoint, attribute: 'description', value: m.location, confidence: 0.6, via: 'SSDP LOCATION' });
};

const observe = (t: Transaction<SsdpMessage>, sink: ObservationSink, state: SsdpState): void => {
  const m = t.request;
  if (m === undefined) return;
  const { at } = t;
  if (m.type === 'SSDP search') {
    if (m.userAgent !== '' && fresh(state, m.userAgent))
      sink.identity(at, {
        endpoint: at.sender,
        attribute: 'software',
        value: m.userAgent,
        confidence: 0.5,
        via: 'SSDP USER-AGENT',
      });
    sink.command(at, {
      verb: 'discover',
      operation: 'SSDP M-SEARCH',
      target: at.receiver,
      object: m.target,
      outcome: 'unconfirmed',
    });
  } else if (m.type === 'SSDP alive' || m.type === 'SSDP response' || m.type === 'SSDP update')
    announced(at, m, sink, state);
};

export const ssdp: Decoder<SsdpMessage, SsdpState> = {
  name: 'ssdp',
  title: 'SSDP (UPnP discovery)',
  family: 'it',
  attach: [{ over: 'udp', ports: [1900] }],
  probe,
  open: () => ({ said: new Set() }),
  decode: (b, start, end) =>
    probe(b, start, end) === 'sure'
      ? { kind: 'message', message: decodeSsdp(b, start, end), consumed: end - start }
      : { kind: 'foreign' },
  // Every announcement comes from another port: what was said is remembered for the two hosts, not for the flow.
  pairing: { scope: 'hosts', role: () => 'single', key: () => 0 },
  observe,
};
