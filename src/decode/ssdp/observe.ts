/** What SSDP says: which software a device runs, what kind of device it says it is, and who searches. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import type { SsdpMessage } from './wire.ts';

export interface SsdpState {
  /** Last value reported, so that periodic advertisements say it once. */
  server: string;
  device: string;
  userAgent: string;
}
export const openSsdp = (): SsdpState => ({ server: '', device: '', userAgent: '' });

/** `urn:schemas-upnp-org:device:MediaRenderer:1`: the kind of device, '' for services and uuids. */
const deviceOf = (target: string): string => {
  const parts = target.split(':');
  return parts[0] === 'urn' && parts[2] === 'device' ? (parts[3] ?? '') : '';
};

export const observeSsdp = (transaction: Transaction<SsdpMessage>, sink: ObservationSink, state: SsdpState): void => {
  const { at } = transaction;
  const m = transaction.request ?? transaction.response;
  if (m === undefined) return;
  const endpoint = at.sender;
  if (m.type === 'SSDP M-SEARCH') {
    sink.command(at, {
      verb: 'discover',
      operation: 'SSDP M-SEARCH',
      target: at.receiver,
      object: m.target,
      outcome: outcomeOf(transaction, false),
    });
    if (m.userAgent !== '' && m.userAgent !== state.userAgent) {
      state.userAgent = m.userAgent;
      const via = 'SSDP User-Agent';
      sink.identity(at, { endpoint, attribute: 'software', value: m.userAgent, confidence: 0.5, via });
    }
    return;
  }
  if (m.server !== '' && m.server !== state.server) {
    state.server = m.server;
    const via = 'SSDP Server';
    sink.identity(at, { endpoint, attribute: 'software', value: m.server, confidence: 0.6, via });
  }
  const device = deviceOf(m.target);
  if (device !== '' && device !== state.device) {
    state.device = device;
    const via = 'SSDP device type';
    sink.identity(at, { endpoint, attribute: 'device-type', value: device, confidence: 0.6, via });
  }
};
