/**
 * What a plant network says besides control: ARP, LLDP, PROFINET DCP, names, leases, time, web pages. Each function puts
 * one exchange on the wire.
 */
import { encodeArp } from '../src/decode/arp/wire.ts';
import { type DhcpFields, encodeDhcp } from '../src/decode/dhcp/wire.ts';
import { encodeDns, TYPE } from '../src/decode/dns/wire.ts';
import { encodeFrame, encodeIdentity, encodeListIdentity } from '../src/decode/enip/wire.ts';
import { encodeRequest, encodeResponse } from '../src/decode/http/wire.ts';
import { encodeLldp } from '../src/decode/lldp/wire.ts';
import { encodeNtp } from '../src/decode/ntp/wire.ts';
import {
  encodeDcp,
  FRAME_HELLO,
  FRAME_IDENTIFY_REQUEST,
  FRAME_IDENTIFY_RESPONSE,
  SERVICE_HELLO,
  SERVICE_IDENTIFY,
} from '../src/decode/profinet-dcp/wire.ts';
import { encodeNegotiate } from '../src/decode/smb/wire.ts';
import type { CipIdentity, ProfinetDevice } from './devices.ts';
import { BROADCAST, Connection, type Host, ipOctets, type Wire } from './net.ts';

const ARP = 0x0806;
const LLDP = 0x88cc;
const PROFINET = 0x8892;
const LLDP_GROUP = '01:80:c2:00:00:0e';
const DCP_GROUP = '01:0e:cf:00:00:00';
const MDNS_GROUP: Host = { mac: '01:00:5e:00:00:fb', ip: '224.0.0.251' };
const NOBODY = '00:00:00:00:00:00';

/** `asker` resolves the address of `holder`. */
export const arp = (wire: Wire, tsUs: number, asker: Host, holder: Host): void => {
  const sides = { senderMac: asker.mac, senderIp: asker.ip, targetIp: holder.ip };
  wire.frame(tsUs, BROADCAST, asker.mac, ARP, encodeArp({ ...sides, operation: 1, targetMac: NOBODY }));
  wire.frame(
    tsUs + 180,
    asker.mac,
    holder.mac,
    ARP,
    encodeArp({
      operation: 2,
      senderMac: holder.mac,
      senderIp: holder.ip,
      targetMac: asker.mac,
      targetIp: asker.ip,
    }),
  );
};

/** A switch introduces itself. Capabilities: bit 2 bridge. */
export const lldp = (wire: Wire, tsUs: number, host: Host, name: string, description: string, port: string): void =>
  wire.frame(
    tsUs,
    LLDP_GROUP,
    host.mac,
    LLDP,
    encodeLldp({
      chassisMac: host.mac,
      portName: port,
      ttlS: 120,
      systemName: name,
      systemDescription: description,
      capabilities: 4,
      managementIp: host.ip,
    }),
  );

const dcpBlocks = (device: ProfinetDevice, mask = '255.255.255.0') => [
  { option: 2, suboption: 1, qualifier: 0, text: device.type },
  { option: 2, suboption: 2, qualifier: 0, text: device.name },
  { option: 2, suboption: 3, qualifier: 0, vendorId: device.vendorId, deviceId: device.deviceId },
  { option: 2, suboption: 4, qualifier: 0, number: 1 },
  { option: 1, suboption: 2, qualifier: 1, ip: device.host.ip, netmask: mask, gateway: '0.0.0.0' },
];

/** A controller asks who is there; every device answers. Option 0xff asks all. */
export const dcpIdentify = (
  wire: Wire,
  tsUs: number,
  asker: Host,
  xid: number,
  devices: readonly ProfinetDevice[],
): void => {
  const ask = { service: SERVICE_IDENTIFY, xid, responseDelay: 128, blocks: [{ option: 255, suboption: 255 }] };
  wire.frame(tsUs, DCP_GROUP, asker.mac, PROFINET, encodeDcp({ ...ask, frameId: FRAME_IDENTIFY_REQUEST }));
  devices.forEach((device, i) => {
    wire.frame(
      tsUs + 9_000 + 11_000 * i,
      asker.mac,
      device.host.mac,
      PROFINET,
      encodeDcp({
        frameId: FRAME_IDENTIFY_RESPONSE,
        service: SERVICE_IDENTIFY,
        serviceType: 1,
        xid,
        blocks: dcpBlocks(device),
      }),
    );
  });
};

/** A device that was switched on says so. */
export const dcpHello = (wire: Wire, tsUs: number, xid: number, device: ProfinetDevice): void =>
  wire.frame(
    tsUs,
    DCP_GROUP,
    device.host.mac,
    PROFINET,
    encodeDcp({ frameId: FRAME_HELLO, service: SERVICE_HELLO, xid, blocks: dcpBlocks(device) }),
  );

/** A host announces its name by multicast DNS. */
export const announceName = (wire: Wire, tsUs: number, host: Host, name: string): void =>
  wire.udp(
    tsUs,
    { ...host, ttl: 255 },
    MDNS_GROUP,
    5353,
    5353,
    encodeDns({
      id: 0,
      response: true,
      authoritative: true,
      answers: [{ name: `${name}.local`, type: TYPE.A, ttl: 120, data: ipOctets(host.ip) }],
    }),
  );

/** A question and its answer from a name server. */
export const dnsQuery = (
  wire: Wire,
  tsUs: number,
  client: Host,
  server: Host,
  port: number,
  name: string,
  address: string,
): void => {
  const questions = [{ name, type: TYPE.A }];
  const id = (port * 7919) & 0xffff;
  wire.udp(tsUs, client, server, port, 53, encodeDns({ id, questions }));
  wire.udp(
    tsUs + 4_000,
    server,
    client,
    53,
    port,
    encodeDns({ id, response: true, questions, answers: [{ name, type: TYPE.A, ttl: 300, data: ipOctets(address) }] }),
  );
};

/** Discover, offer, request, acknowledge (RFC 2131 section 3.1). */
export const dhcpLease = (wire: Wire, tsUs: number, client: Host, server: Host, name: string, xid: number): void => {
  const anyone: Host = { mac: client.mac, ip: '0.0.0.0', ttl: 128 };
  const everyone: Host = { mac: BROADCAST, ip: '255.255.255.255' };
  const say = (t: number, fromClient: boolean, fields: Omit<DhcpFields, 'xid' | 'chaddr' | 'op'>) => {
    const octets = encodeDhcp({ ...fields, op: fromClient ? 1 : 2, xid, chaddr: client.mac });
    if (fromClient) wire.udp(t, anyone, everyone, 68, 67, octets, BROADCAST);
    else wire.udp(t, server, client, 67, 68, octets);
  };
  const mine = [
    { code: 12, value: name },
    { code: 60, value: 'MSFT 5.0' },
    { code: 55, value: Uint8Array.of(1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252) },
  ];
  const lease = [
    { code: 54, value: server.ip },
    { code: 51, value: 28_800 },
    { code: 1, value: '255.255.255.0' },
    { code: 3, value: '10.10.5.1' },
    { code: 6, value: server.ip },
    { code: 15, value: 'works.example' },
  ];
  const kind = (type: number) => ({ code: 53, value: Uint8Array.of(type) });
  say(tsUs, true, { options: [kind(1), ...mine] });
  say(tsUs + 2_000, false, { yiaddr: client.ip, options: [kind(2), ...lease] });
  const wanted = [
    { code: 50, value: client.ip },
    { code: 54, value: server.ip },
  ];
  say(tsUs + 5_000, true, { options: [kind(3), ...wanted, ...mine] });
  say(tsUs + 7_000, false, { yiaddr: client.ip, options: [kind(5), ...lease] });
};

export const ntp = (wire: Wire, tsUs: number, client: Host, server: Host): void => {
  wire.udp(tsUs, client, server, 123, 123, encodeNtp({ mode: 'client', transmitUs: tsUs }));
  wire.udp(
    tsUs + 900,
    server,
    client,
    123,
    123,
    encodeNtp({
      mode: 'server',
      stratum: 3,
      originUs: tsUs,
      receiveUs: tsUs + 400,
      transmitUs: tsUs + 500,
    }),
  );
};

export interface Page {
  readonly host: string;
  readonly path: string;
  readonly agent: string;
  readonly server: string;
  readonly body: string;
}
/** One page over a connection of its own. */
export const httpGet = (
  wire: Wire,
  tsUs: number,
  client: Host,
  server: Host,
  port: number,
  page: Page,
  isn: number,
): void => {
  const c = new Connection(wire, client, server, port, 80, isn);
  c.open(tsUs);
  c.send(tsUs + 1_000, true, encodeRequest('GET', page.path, { Host: page.host, 'User-Agent': page.agent }));
  const headers = { Server: page.server, 'Content-Type': 'text/html; charset=utf-8' };
  c.send(tsUs + 9_000, false, encodeResponse(200, 'OK', headers, new TextEncoder().encode(page.body)));
  c.close(tsUs + 40_000);
};

/** Two hosts agree on an SMB dialect; the server insists on signing. */
export const smbNegotiate = (wire: Wire, tsUs: number, client: Host, server: Host, port: number, isn: number): void => {
  const c = new Connection(wire, client, server, port, 445, isn);
  const guid = (host: Host) => Uint8Array.from({ length: 16 }, (_, i) => (ipOctets(host.ip)[i & 3]! * (i + 3)) & 255);
  const common = { messageId: 0, dialects: [0x0302, 0x0300, 0x0210] };
  c.open(tsUs);
  c.send(
    tsUs + 1_000,
    true,
    encodeNegotiate({ ...common, guid: guid(client), signingRequired: false, response: false }),
  );
  c.send(
    tsUs + 3_000,
    false,
    encodeNegotiate({ ...common, guid: guid(server), signingRequired: true, response: true }),
  );
  c.close(tsUs + 60_000);
};

/** List Identity by broadcast; `answers` from those who serve EtherNet/IP. */
export const listIdentity = (
  wire: Wire,
  tsUs: number,
  asker: Host,
  port: number,
  answers: readonly { readonly host: Host; readonly identity: CipIdentity }[],
): void => {
  const context = Uint8Array.of(0xc1, 0xde, 0xbe, 0xd1, 0, 0, 0, port & 255);
  const everyone: Host = { mac: BROADCAST, ip: '255.255.255.255' };
  wire.udp(tsUs, asker, everyone, port, 44818, encodeFrame(0x63, new Uint8Array(0), { context }), BROADCAST);
  answers.forEach(({ host, identity }, i) => {
    const octets = encodeListIdentity(encodeIdentity(identity), Uint8Array.from(ipOctets(host.ip)), 3, context);
    wire.udp(tsUs + 3_000 + 2_000 * i, host, asker, 44818, port, octets);
  });
};
