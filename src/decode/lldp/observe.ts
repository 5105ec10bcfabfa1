/**
 * What LLDP says: a device describes itself and the port it is plugged in with. It is repeated every few seconds, so an
 * unchanged description is said again only once a minute.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';
import type { Lldp } from './wire.ts';

/** An unchanged description is said again after this long. */
export const REPEAT_US = 60_000_000;
/** Senders remembered; at the limit the memory is emptied and everything is said again. */
export const MAX_SENDERS = 1024;

export interface LldpState {
  readonly said: Map<number, { text: string; tsUs: number }>;
}
export const openLldp = (): LldpState => ({ said: new Map() });

/** From the enabled capabilities (IEEE 802.1AB 8.5.8.1), the most telling first. */
const roleOf = (enabled: number): readonly [string, number] | undefined =>
  enabled & 0x20 ? ['phone', 0.8] : enabled & 0x10 ? ['router', 0.6] : enabled & 0x04 ? ['switch', 0.7] : undefined;

const INVENTORY: readonly (readonly [string, Attribute])[] = [
  ['manufacturer', 'vendor'],
  ['model', 'model'],
  ['hardwareRevision', 'hardware'],
  ['firmwareRevision', 'firmware'],
  ['softwareRevision', 'software'],
  ['serialNumber', 'serial'],
];

export const observeLldp = (t: Transaction<Lldp>, sink: ObservationSink, state: LldpState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  if (m.cut) sink.weird(at, { code: 'lldp.cut', detail: 'a TLV runs beyond the frame' });
  if (m.dropped > 0) sink.weird(at, { code: 'lldp.tlvs', detail: 'more TLVs than are read' });
  const text = JSON.stringify(m);
  const said = state.said.get(at.sender);
  if (said !== undefined && said.text === text && Math.abs(at.tsUs - said.tsUs) < REPEAT_US) return;
  if (state.said.size >= MAX_SENDERS) state.said.clear();
  state.said.set(at.sender, { text, tsUs: at.tsUs });

  const endpoint = at.sender;
  const say = (attribute: Attribute, value: string | number | undefined, confidence: number, via: string) => {
    if (value !== undefined && value !== '')
      sink.identity(at, { endpoint, attribute, value: String(value), confidence, via });
  };
  say('hostname', m.systemName, 0.9, 'LLDP system name');
  say('description', m.systemDescription, 0.9, 'LLDP system description');
  if (m.systemName !== '') sink.name(at, { endpoint, kind: 'lldp', name: m.systemName, via: 'LLDP' });
  const role = roleOf(m.enabled);
  if (role !== undefined) say('role', role[0], role[1], 'LLDP capabilities');
  for (const [name, attribute] of INVENTORY) say(attribute, m.details[name], 1, 'LLDP-MED inventory');
  if (m.details.mudUrl !== undefined) say('description', `MUD URL ${m.details.mudUrl}`, 0.9, 'LLDP MUD URL');
  // A PROFINET device announces `port-001.name-of-station` as port id, or its name of station as chassis id
  // (IEC 61158-6-10, LLDP usage); only together with PROFINET's own TLVs it is taken for one.
  const isProfinet =
    m.details.rtClass2PortStatus !== undefined ||
    m.details.chassisMac !== undefined ||
    m.details.profinetAlias !== undefined;
  if (isProfinet && m.chassisKind === 'local' && m.chassisId !== '') {
    say('station-name', m.chassisId, 0.9, 'LLDP chassis id');
    sink.name(at, { endpoint, kind: 'profinet', name: m.chassisId, via: 'LLDP' });
  }
  if (m.chassisKind === 'mac') sink.name(at, { endpoint, kind: 'mac', name: m.chassisId, via: 'LLDP chassis id' });
  if (typeof m.details.chassisMac === 'string')
    sink.name(at, { endpoint, kind: 'mac', name: m.details.chassisMac, via: 'LLDP chassis MAC' });
  for (const ip of m.managementAddresses)
    if (/^\d+\.\d+\.\d+\.\d+$|::|^[0-9a-f]+:[0-9a-f:]+$/.test(ip) && ip.length !== 17 && ip !== '0.0.0.0')
      sink.name(at, { endpoint, kind: 'ip', name: ip, via: 'LLDP management address' });
};
