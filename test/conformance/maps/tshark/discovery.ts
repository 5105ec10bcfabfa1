/** tshark's columns of ARP, LLDP, CDP, DHCP, DNS, HTTP and NBNS. */
import { type Cell, frameMap, type Seen } from '../../types.ts';

interface Arp {
  readonly type: string;
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
}
export const tsharkArp = frameMap<Arp>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'arp',
  columns: {
    'arp.opcode': (s) => s.message.operation,
    'arp.src.hw_mac': (s) => s.message.senderMac,
    'arp.src.proto_ipv4': (s) => s.message.senderIp,
  },
});

interface Lldp {
  readonly type: string;
  readonly chassisKind: string;
  readonly chassisId: string;
  readonly portKind: string;
  readonly portId: string;
  readonly systemName: string;
  readonly systemDescription: string;
  readonly managementAddresses: readonly string[];
}
const isMac = (text: string): boolean => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text);
/** tshark writes line ends as `\\r` and `\\n`, we as a dot each; at the end we drop them. */
const sameText = (ours: string, theirs: string): boolean =>
  ours === theirs.replace(/(\\[rn]|\s)+$/, '').replace(/\\[rnt]/g, '.');

export const tsharkLldp = frameMap<Lldp>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'lldp',
  columns: {
    'lldp.chassis.id': {
      value: ({ message: { chassisId, chassisKind } }) =>
        // What a device assigns itself may be any octets, and is shown as octets.
        isMac(chassisId) ? undefined : chassisKind === 'local' ? Buffer.from(chassisId).toString('hex') : chassisId,
      whole: true,
    },
    'lldp.chassis.id.mac': (s) => [isMac(s.message.chassisId) ? s.message.chassisId : undefined],
    'lldp.port.id': { value: (s) => (isMac(s.message.portId) ? undefined : s.message.portId), whole: true },
    'lldp.tlv.system.name': { value: (s) => s.message.systemName, whole: true },
    'lldp.tlv.system.desc': { value: (s) => s.message.systemDescription, whole: true, same: sameText },
    'lldp.mgn.addr.ip4': (s) => s.message.managementAddresses.filter((a) => /^[\d.]+$/.test(a)),
  },
});

interface Cdp {
  readonly type: string;
  readonly deviceId: string;
  readonly platform: string;
  readonly portId: string;
}
export const tsharkCdp = frameMap<Cdp>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'cdp',
  columns: {
    'cdp.deviceid': { value: (s) => s.message.deviceId, whole: true },
    'cdp.platform': { value: (s) => s.message.platform, whole: true },
    'cdp.portid': { value: (s) => s.message.portId, whole: true },
  },
});

interface Dhcp {
  readonly type: string;
  readonly chaddr: string;
  readonly options: readonly { readonly code: number; readonly value: string | number | readonly string[] }[];
}
const option = (s: Seen<Dhcp>, code: number): Cell => s.message.options.find((o) => o.code === code)?.value as Cell;
export const tsharkDhcp = frameMap<Dhcp>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'dhcp',
  columns: {
    'dhcp.option.hostname': { value: (s) => option(s, 12), whole: true },
    'dhcp.option.vendor_class_id': { value: (s) => option(s, 60), whole: true },
    'dhcp.option.dhcp': (s) => option(s, 53),
    // Also the hardware address that a client identifier may hold.
    'dhcp.hw.mac_addr': (s) => [
      s.message.chaddr,
      /([0-9a-f]{2}:){5}[0-9a-f]{2}$/.exec(String(option(s, 61) ?? ''))?.[0],
    ],
  },
});

interface Dns {
  readonly type: string;
  readonly questions: readonly { readonly name: string }[];
  readonly answers: readonly Record[];
  readonly authorities: readonly Record[];
  readonly additionals: readonly Record[];
}
interface Record {
  readonly type: number;
  readonly target: string | undefined;
  readonly data: string;
}
const PTR = 12;
export const tsharkDns = frameMap<Dns>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'dns',
  of: ['dns', 'mdns', 'llmnr'],
  columns: {
    'dns.qry.name': (s) => s.message.questions.map((q) => q.name),
    'dns.ptr.domain_name': (s) =>
      [...s.message.answers, ...s.message.authorities, ...s.message.additionals]
        .filter((r) => r.type === PTR)
        .map((r) => r.target ?? r.data),
  },
});

interface Http {
  readonly type: string;
  readonly server?: string;
  readonly userAgent?: string;
  readonly host?: string;
}
export const tsharkHttp = frameMap<Http>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'http',
  of: ['http', 'ssdp'],
  columns: {
    'http.server': { value: (s) => s.message.server, whole: true },
    'http.user_agent': { value: (s) => s.message.userAgent, whole: true },
    'http.host': { value: (s) => s.message.host, whole: true },
  },
});

interface NetbiosName {
  readonly name: string;
  readonly suffix: number;
}
interface Nbns {
  readonly type: string;
  readonly questions: readonly { readonly name: NetbiosName }[];
  readonly answers: readonly { readonly name: NetbiosName }[];
  readonly additionals: readonly { readonly name: NetbiosName }[];
}
const SUFFIXES: { readonly [suffix: number]: string } = {
  0: 'Workstation/Redirector',
  1: 'Browser',
  3: 'Messenger service/Main name',
  5: 'Forwarded name',
  6: 'RAS Server service',
  27: 'Domain Master Browser',
  28: 'Domain Controllers',
  29: 'Local Master Browser',
  30: 'Browser Election Service',
  31: 'Net DDE Service',
  32: 'Server service',
  33: 'RAS client service',
  190: 'Network Monitor Agent',
  191: 'Network Monitor Utility',
};
/** The wildcard (a node status request) is filled up with NUL, which tshark writes out; other names with blanks (RFC 1002, 4.2.1.3). */
const WILDCARD = `*${'<00>'.repeat(15)}`;
const netbios = (n: NetbiosName): string =>
  n.name === '*' && n.suffix === 0 ? WILDCARD : `${n.name}<${n.suffix.toString(16).padStart(2, '0')}>`;
const described = (n: NetbiosName): string =>
  netbios(n) + (SUFFIXES[n.suffix] === undefined || netbios(n) === WILDCARD ? '' : ` (${SUFFIXES[n.suffix]})`);
export const tsharkNbns = frameMap<Nbns>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'nbns',
  columns: {
    'nbns.name': (s) => [
      ...s.message.questions.map((q) => netbios(q.name)),
      ...[...s.message.answers, ...s.message.additionals].map((r) => described(r.name)),
    ],
  },
});
