/** What CDP says: a Cisco (or compatible) device describes itself. Unchanged descriptions are said again once a minute. */
import type { Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';
import type { Cdp } from './wire.ts';

/** An unchanged description is said again after this long. */
export const REPEAT_US = 60_000_000;
/** Senders remembered; at the limit the memory is emptied and everything is said again. */
export const MAX_SENDERS = 1024;

export interface CdpState {
  readonly said: Map<number, { text: string; tsUs: number }>;
}
export const openCdp = (): CdpState => ({ said: new Map() });

const roleOf = (capabilities: number): readonly [string, number] | undefined =>
  capabilities & 0x80
    ? ['phone', 0.8]
    : capabilities & 0x01
      ? ['router', 0.6]
      : capabilities & 0x0a
        ? ['switch', 0.7]
        : undefined;

export const observeCdp = (t: Transaction<Cdp>, sink: ObservationSink, state: CdpState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  if (m.cut) sink.weird(at, { code: 'cdp.cut', detail: 'a TLV does not fit the frame' });
  const text = JSON.stringify(m);
  const said = state.said.get(at.sender);
  if (said !== undefined && said.text === text && Math.abs(at.tsUs - said.tsUs) < REPEAT_US) return;
  if (state.said.size >= MAX_SENDERS) state.said.clear();
  state.said.set(at.sender, { text, tsUs: at.tsUs });
  const endpoint = at.sender;
  const say = (attribute: Attribute, value: string, confidence: number) => {
    if (value !== '') sink.identity(at, { endpoint, attribute, value, confidence, via: 'CDP' });
  };
  const name = m.systemName === '' ? m.deviceId : m.systemName;
  say('hostname', name, 0.9);
  if (name !== '') sink.name(at, { endpoint, kind: 'other', name, via: 'CDP device id' });
  // Platform is `cisco WS-C3560-24TS`: maker and model.
  const isCisco = /^cisco /i.test(m.platform);
  if (isCisco) say('vendor', 'Cisco', 0.9);
  say('model', isCisco ? m.platform.slice(6) : m.platform, 0.9);
  const version = /Version ([\w.()-]{1,40})/.exec(m.softwareVersion)?.[1];
  if (version !== undefined) say('firmware', version, 0.9);
  say('description', m.softwareVersion, 0.8);
  say('location', m.location, 0.8);
  say('domain', m.vtpDomain, 0.4);
  const role = roleOf(m.capabilities);
  if (role !== undefined) say('role', role[0], role[1]);
  for (const ip of new Set([...m.addresses, ...m.managementAddresses]))
    if (ip !== '0.0.0.0' && ip !== '::') sink.name(at, { endpoint, kind: 'ip', name: ip, via: 'CDP address' });
};
