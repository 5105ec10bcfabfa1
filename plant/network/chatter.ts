/**
 * What hosts say besides their work: ARP, LLDP, PROFINET DCP and cyclic data, names, leases, time, health. Each function
 * puts one exchange on the wire.
 */
import { encodeArp } from '../../src/decode/arp/wire.ts';
import { type DhcpFields, encodeDhcp } from '../../src/decode/dhcp/wire.ts';
import { encodeDns, TYPE } from '../../src/decode/dns/wire.ts';
import { encodeLldp } from '../../src/decode/lldp/wire.ts';
import { encodeNtp } from '../../src/decode/ntp/wire.ts';
import {
  encodeDcp,
  FRAME_HELLO,
  FRAME_IDENTIFY_REQUEST,
  FRAME_IDENTIFY_RESPONSE,
  SERVICE_HELLO,
  SERVICE_IDENTIFY,
} from '../../src/decode/profinet-dcp/wire.ts';
import { encodeSnmp } from '../../src/decode/snmp/wire.ts';
import { ipOctets } from '../net.ts';
import type { FieldDevice } from './hosts.ts';
import type { Scene } from './scene.ts';
import { STACK, type Stack, Station } from './station.ts';

const ARP = 0x0806;
const LLDP = 0x88cc;
export const PROFINET = 0x8892;
const mac = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
const BROADCAST_MAC = mac(255, 255, 255, 255, 255, 255);
const LLDP_GROUP = mac(0x01, 0x80, 0xc2, 0, 0, 0x0e);
const DCP_GROUP = mac(0x01, 0x0e, 0xcf, 0, 0, 0);
const NOBODY = '00:00:00:00:00:00';

/** A group or broadcast address, or a host without an address yet, on the segment of `near`. */
const placeholder = (near: Station, macText: string, ip: string, stack: Stack = near.stack): Station =>
  new Station('', macText, ip, near.segment, stack);

/** Made once for each station: what it says is the same every time. */
const onceFor = <V>(make: (host: Station) => V): ((host: Station) => V) => {
  const made = new WeakMap<Station, V>();
  return (host) => {
    const known = made.get(host);
    if (known !== undefined) return known;
    const value = make(host);
    made.set(host, value);
    return value;
  };
};

/** The question of `asker` for `holder` and its answer. */
const arpPair = onceFor((asker: Station) =>
  onceFor((holder: Station) => ({
    ask: encodeArp({
      operation: 1,
      senderMac: asker.mac,
      senderIp: asker.ip,
      targetMac: NOBODY,
      targetIp: holder.ip,
    }),
    answer: encodeArp({
      operation: 2,
      senderMac: holder.mac,
      senderIp: holder.ip,
      targetMac: asker.mac,
      targetIp: asker.ip,
    }),
  })),
);

/** `asker` resolves the address of `holder` on the same segment; without an answer when the holder is away. */
export const arp = (scene: Scene, tsUs: number, asker: Station, holder: Station): void => {
  const { segment } = asker;
  const { ask, answer } = arpPair(asker)(holder);
  scene.frame(tsUs, segment, BROADCAST_MAC, asker.macBytes, ARP, ask);
  if (scene.packets.silent.has(holder)) return;
  scene.frame(tsUs + 180, segment, asker.macBytes, holder.macBytes, ARP, answer);
};

/** Asks for an address that nobody may hold: what a scanner does on its own segment. */
export const arpFor = (scene: Scene, tsUs: number, asker: Station, ip: string): void => {
  const ask = { operation: 1, senderMac: asker.mac, senderIp: asker.ip, targetMac: NOBODY, targetIp: ip };
  scene.frame(tsUs, asker.segment, BROADCAST_MAC, asker.macBytes, ARP, encodeArp(ask));
};

/** How a switch introduces itself. Capabilities: bit 2 bridge. */
export const lldpOf = (host: Station, description: string, port: string): Uint8Array =>
  encodeLldp({
    chassisMac: host.mac,
    portName: port,
    ttlS: 120,
    systemName: host.name,
    systemDescription: description,
    capabilities: 4,
    managementIp: host.ip,
  });
export const lldp = (scene: Scene, tsUs: number, host: Station, said: Uint8Array): void =>
  scene.frame(tsUs, host.segment, LLDP_GROUP, host.macBytes, LLDP, said);

const dcpBlocks = (device: FieldDevice) => [
  { option: 2, suboption: 1, qualifier: 0, text: device.type },
  { option: 2, suboption: 2, qualifier: 0, text: device.name },
  { option: 2, suboption: 3, qualifier: 0, vendorId: device.vendorId, deviceId: device.deviceId },
  { option: 2, suboption: 4, qualifier: 0, number: 1 },
  { option: 1, suboption: 2, qualifier: 1, ip: device.station.ip, netmask: '255.255.255.0', gateway: '0.0.0.0' },
];

/** A controller asks who is there; every device of its fieldbus answers. Option 0xff asks all. */
export const dcpIdentify = (scene: Scene, tsUs: number, asker: Station, devices: readonly FieldDevice[]): void => {
  const xid = scene.random.bits();
  const ask = { service: SERVICE_IDENTIFY, xid, responseDelay: 128, blocks: [{ option: 255, suboption: 255 }] };
  const request = encodeDcp({ ...ask, frameId: FRAME_IDENTIFY_REQUEST });
  scene.frame(tsUs, asker.segment, DCP_GROUP, asker.macBytes, PROFINET, request);
  devices.forEach((device, i) => {
    const answer = encodeDcp({
      frameId: FRAME_IDENTIFY_RESPONSE,
      service: SERVICE_IDENTIFY,
      serviceType: 1,
      xid,
      blocks: dcpBlocks(device),
    });
    scene.frame(tsUs + 9_000 + 11_000 * i, asker.segment, asker.macBytes, device.station.macBytes, PROFINET, answer);
  });
};

/** A device that was switched on says so. */
export const dcpHello = (scene: Scene, tsUs: number, device: FieldDevice): void =>
  scene.frame(
    tsUs,
    device.station.segment,
    DCP_GROUP,
    device.station.macBytes,
    PROFINET,
    encodeDcp({ frameId: FRAME_HELLO, service: SERVICE_HELLO, xid: scene.random.bits(), blocks: dcpBlocks(device) }),
  );

/** Sender, group and octets of a host that announces its name. */
const announcement = onceFor((host: Station) => ({
  local: placeholder(host, host.mac, host.ip, STACK.network),
  group: placeholder(host, '01:00:5e:00:00:fb', '224.0.0.251'),
  octets: encodeDns({
    id: 0,
    response: true,
    authoritative: true,
    answers: [{ name: `${host.name}.local`, type: TYPE.A, ttl: 120, data: ipOctets(host.ip) }],
  }),
}));

/** A host announces its name by multicast DNS. */
export const announceName = (scene: Scene, tsUs: number, host: Station): void => {
  const { local, group, octets } = announcement(host);
  local.ipId = host.ipId++ & 0xffff;
  scene.packets.udp(tsUs, local, group, 5353, 5353, octets);
};

/** A question to a name server; `address` '' is answered by name error. `type`: A unless said otherwise. */
export const dnsQuery = (
  scene: Scene,
  tsUs: number,
  client: Station,
  server: Station,
  name: string,
  address: string,
  type: number = TYPE.A,
  latencyUs = 900,
): void => {
  const questions = [{ name, type }];
  const id = scene.random.integer(1, 65_535);
  const port = client.port();
  scene.packets.udp(tsUs, client, server, port, 53, encodeDns({ id, questions }));
  const answers =
    address === '' ? [] : [{ name, type, ttl: 300, data: type === TYPE.A ? ipOctets(address) : textData(address) }];
  scene.packets.udp(
    tsUs + latencyUs + scene.random.integer(0, 500),
    server,
    client,
    53,
    port,
    encodeDns({ id, response: true, questions, answers, ...(address === '' ? { rcode: 3 } : {}) }),
  );
};
/** A character string of a TXT record (RFC 1035 section 3.3.14). */
const textData = (text: string): number[] => {
  const cut = text.slice(0, 255);
  return [cut.length, ...Array.from(cut, (c) => c.charCodeAt(0) & 127)];
};

/** A client before it has an address, and whom it asks. */
const withoutLease = onceFor((client: Station) => {
  const anyone = placeholder(client, client.mac, '0.0.0.0');
  const everyone = placeholder(client, 'ff:ff:ff:ff:ff:ff', '255.255.255.255');
  return { anyone, everyone, firstId: anyone.ipId };
});

/** Discover, offer, request, acknowledge (RFC 2131 section 3.1). `server` hands out leases of 8 hours. */
export const dhcpLease = (scene: Scene, tsUs: number, client: Station, server: Station, domain: string): void => {
  const { anyone, everyone, firstId } = withoutLease(client);
  anyone.ipId = firstId;
  const xid = scene.random.bits();
  const say = (t: number, fromClient: boolean, fields: Omit<DhcpFields, 'xid' | 'chaddr' | 'op'>): void => {
    const octets = encodeDhcp({ ...fields, op: fromClient ? 1 : 2, xid, chaddr: client.mac });
    if (fromClient) scene.packets.udp(t, anyone, everyone, 68, 67, octets);
    else scene.packets.udp(t, server, client, 67, 68, octets);
  };
  const mine = [
    { code: 12, value: client.name },
    { code: 60, value: 'MSFT 5.0' },
    { code: 55, value: Uint8Array.of(1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252) },
  ];
  const lease = [
    { code: 54, value: server.ip },
    { code: 51, value: 28_800 },
    { code: 1, value: '255.255.255.0' },
    { code: 3, value: `${client.segment.prefix}.1` },
    { code: 6, value: server.ip },
    { code: 15, value: domain },
  ];
  const kind = (type: number) => ({ code: 53, value: Uint8Array.of(type) });
  const wanted = [
    { code: 50, value: client.ip },
    { code: 54, value: server.ip },
  ];
  say(tsUs, true, { options: [kind(1), ...mine] });
  say(tsUs + 2_000, false, { yiaddr: client.ip, options: [kind(2), ...lease] });
  say(tsUs + 5_000, true, { options: [kind(3), ...wanted, ...mine] });
  say(tsUs + 7_000, false, { yiaddr: client.ip, options: [kind(5), ...lease] });
};

/** `offsetUs`: how far the client's own clock is ahead. */
export const ntp = (scene: Scene, tsUs: number, client: Station, server: Station, offsetUs = 0): void => {
  const own = tsUs + offsetUs;
  scene.packets.udp(tsUs, client, server, 123, 123, encodeNtp({ mode: 'client', transmitUs: own }));
  const times = { originUs: own, receiveUs: tsUs + 400, transmitUs: tsUs + 500 };
  scene.packets.udp(tsUs + 900, server, client, 123, 123, encodeNtp({ mode: 'server', stratum: 3, ...times }));
};

const SYS_UPTIME = '1.3.6.1.2.1.1.3.0';
const IF_IN_OCTETS = '1.3.6.1.2.1.2.2.1.10.1';
/** A monitoring server asks a device how it is (RFC 1213: sysUpTime and ifInOctets). */
export const snmpHealth = (scene: Scene, tsUs: number, server: Station, device: Station): void => {
  const port = server.port();
  const draft = { version: 2, community: 'plantro', id: scene.random.integer(1, 0x7fff_ffff) } as const;
  const asked = [
    { oid: SYS_UPTIME, value: null },
    { oid: IF_IN_OCTETS, value: null },
  ];
  scene.packets.udp(tsUs, server, device, port, 161, encodeSnmp({ ...draft, pdu: 'get', bindings: asked }));
  const upTicks = Math.floor((tsUs - scene.options.startUs) / 10_000) + 8_640_000;
  const said = [
    { oid: SYS_UPTIME, value: upTicks },
    { oid: IF_IN_OCTETS, value: (upTicks * 13 + device.ipBytes[3]! * 65_536) & 0x7fff_ffff },
  ];
  scene.packets.udp(tsUs + 1_800, device, server, 161, port, encodeSnmp({ ...draft, pdu: 'response', bindings: said }));
};
