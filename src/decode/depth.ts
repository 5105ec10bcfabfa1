/**
 * How deep each protocol is understood, and what is not known of it: said on the coverage page, in the reference and in
 * the README. A: to the last field of its public specification. B: messages with their fields, commands and values as far
 * as used on plants. C: recognised, with the identity that its first frames show.
 */
import { tableOf } from '../lib/table.ts';
export type Tier = 'A' | 'B' | 'C';

export interface Depth {
  readonly tier: Tier;
  /** One sentence; '' where nothing is known to be missing. */
  readonly unknown: string;
}

const a = (unknown = ''): Depth => ({ tier: 'A', unknown });
const b = (unknown = ''): Depth => ({ tier: 'B', unknown });
const c = (unknown = ''): Depth => ({ tier: 'C', unknown });
const SEALED = 'The content is encrypted; only what is said before that is read.';
const FACTS = 'No public specification: decoded as far as facts are known.';

export const DEPTHS = tableOf<Depth>({
  modbus: a('UMAS (function 90) has no public specification: decoded as far as facts are known.'),
  cotp: a(),
  s7comm: a('No public specification: some userdata subfunctions are named and not read.'),
  's7comm-plus': a('Values of integrity-protected sessions are read where they stand in clear; keys are not known.'),
  mms: a(),
  enip: a('Objects of vendors are named by number where no public list has them.'),
  'cip-io': a('Assemblies are octets: what a bit means stands in the project of the engineer.'),
  bacnet: a('BACnet/SC is TLS and seen as such.'),
  dnp3: a('Messages of secure authentication are read, their signatures not checked.'),
  iec104: a(),
  goose: a('Names of data set members stand in the SCL file, not on the wire.'),
  sv: a('Layouts other than 9-2 LE are octets without a meaning.'),
  opcua: a('Structures of vendors are octets; encrypted channels are seen only until they are sealed.'),
  uadp: b('Fields have no names without the writer’s configuration.'),
  'profinet-dcp': a(),
  'profinet-rt': a(
    'Process data are words of each submodule where the start of the connection was seen, told ten times a second at most; what a bit means stands in the project of the engineer.',
  ),
  'profinet-cm': a('Records of vendors are octets.'),
  slmp: a('Labels are read; remote passwords are masked.'),
  fins: a(),
  mqtt: a(),
  melsoft: b(FACTS),
  ads: b('Symbols have names once their handle was asked for by name.'),
  ethercat: b(
    'Process data are octets: what a bit means stands in the project of the engineer. Safety over EtherCAT (FSoE) is found in it ' +
      'by its CRCs; how these are made was checked on frames of our own, no capture of it was at hand.',
  ),
  'cclink-ie': b('Cyclic data are octets.'),
  srtp: b(FACTS),
  sbus: b('Files and the web server of the controller are named and not read.'),
  tristation: b(FACTS),
  codesys: b(
    'No public specification: services of the device, applications, files, monitoring and shell by name; others by number; contents of downloads are not read.',
  ),
  'ff-hse': b('Values are octets: their types stand in the object dictionary of the device.'),
  rtde: b(),
  'ur-dashboard': b(),
  hses: b('Positions and several variables at once are octets; contents of jobs are not read.'),
  'kuka-proxy': b('Functions of newer servers beyond reading and writing one variable are not known.'),
  'fanuc-rmi': b('Written from the manual and public descriptions; no capture was at hand.'),
  'abb-egm': b('Written from its published message definitions; no capture was at hand.'),
  'kuka-rsi': b('Which elements there are is configured: only numbers are read.'),
  deltav: c('The wrapper and who connects to whom, as found by PLC4X; the content is not published.'),
  vnetip: c('Recognised by its ports; the content is not published.'),
  'hart-ip': b('Commands of single devices are octets.'),
  'roc-plus': b(),
  bsap: b(),
  genisys: b(),
  knx: b('Types of group objects stand in the project of the engineer; KNX IP Secure is sealed.'),
  dlms: b(
    'Ciphered services are sealed: their security header is read. Rows of profiles stand in the message and are no values of now.',
  ),
  c1222: b('Tables of manufacturers are octets; encrypted services are sealed.'),
  fox: b(FACTS),
  synchrophasor: b(),
  ptp: b(),
  mrp: b(),
  dlr: b(),
  'prp-supervision': b(),
  powerlink: b('Process data are octets.'),
  sercos: c('Telegrams, phases and the slaves of the ring; what drives exchange is not read.'),
  coap: b(),
  amqp: b(),
  rtps: b('Data of topics are octets without their types.'),
  websocket: b(),
  arp: a(),
  dhcp: a(),
  dhcpv6: b(),
  dns: a(),
  mdns: a(),
  llmnr: a(),
  nbns: a(),
  nbdgm: b(),
  snmp: a('Version 3 with privacy is sealed.'),
  ntp: a(),
  tls: b(SEALED),
  http: b('Bodies are not kept.'),
  smb: b('Contents of files are not kept; version 3 may be sealed.'),
  ssh: b(SEALED),
  rdp: b(SEALED),
  ftp: b(),
  telnet: b('What is typed is not kept.'),
  lldp: a(),
  cdp: a(),
  icmp: a(),
  icmpv6: a(),
  igmp: a(),
  stp: a(),
  vrrp: b(),
  hsrp: b(),
  ospf: c('Only the header and who it is from.'),
  ssdp: b(),
  radius: b(),
  syslog: b(),
  tftp: b(),
  kerberos: b('Tickets are sealed.'),
  ldap: b(),
  dcerpc: c(
    'Interfaces, operations, users and outcomes, also in the pipes of SMB; arguments are not read, so OPC Classic shows no values.',
  ),
  vnc: c(),
  teamviewer: c(SEALED),
  anydesk: c(SEALED),
  sip: c(),
  stun: c(),
  tacacs: c(SEALED),
  dtls: c(SEALED),
  quic: c(SEALED),
  wireguard: c(SEALED),
  openvpn: c(SEALED),
  ike: c(SEALED),
  esp: c(SEALED),
});
