/**
 * tshark's columns of the network's own protocols and of IT: the fields that say what was asked of whom. The captures' tables do not hold
 * them; `oracle.ts` asks for them.
 */
import type { Dhcpv6Message } from '../../../../src/decode/dhcpv6/wire.ts';
import type { HsrpMessage } from '../../../../src/decode/hsrp/index.ts';
import type { IcmpMessage } from '../../../../src/decode/icmp/wire.ts';
import type { IgmpMessage } from '../../../../src/decode/igmp/wire.ts';
import type { KerberosMessage } from '../../../../src/decode/kerberos/wire.ts';
import { MODE, type NtpMessage } from '../../../../src/decode/ntp/wire.ts';
import type { OspfMessage } from '../../../../src/decode/ospf/index.ts';
import type { PtpMessage } from '../../../../src/decode/ptp/wire.ts';
import type { RadiusMessage } from '../../../../src/decode/radius/wire.ts';
import type { SmbMessage } from '../../../../src/decode/smb/wire.ts';
import type { BridgeId, StpMessage } from '../../../../src/decode/stp/wire.ts';
import type { TlsMessage } from '../../../../src/decode/tls/wire.ts';
import type { VrrpMessage } from '../../../../src/decode/vrrp/index.ts';
import { type Cell, type Column, frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

const known = (n: number): Cell => (n < 0 ? undefined : n);
const STP_TYPES: Readonly<Record<StpMessage['type'], number>> = {
  'STP configuration': 0x00,
  'STP topology change notification': 0x80,
  RSTP: 0x02,
  MSTP: 0x02,
};
const bridge = (
  of: (m: StpMessage) => BridgeId | undefined,
  name: string,
): Record<string, Column<Seen<StpMessage>>> => ({
  [`stp.${name}.prio`]: (s) => of(s.message)?.priority,
  [`stp.${name}.ext`]: (s) => of(s.message)?.extension,
  [`stp.${name}.hw`]: (s) => of(s.message)?.mac,
});
const configured = (value: (m: StpMessage) => Cell) => (s: Seen<StpMessage>) =>
  s.message.root === undefined ? undefined : value(s.message);
export const tsharkStp = frameMap<StpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'stp',
  columns: {
    'stp.version': (s) => s.message.version,
    'stp.type': (s) => hex(STP_TYPES[s.message.type], 2),
    'stp.flags': configured((m) => hex(m.flags, 2)),
    ...bridge((m) => m.root, 'root'),
    ...bridge((m) => m.bridge, 'bridge'),
    'stp.root.cost': configured((m) => m.rootPathCost),
    'stp.port': configured((m) => hex(m.portId, 4)),
    'stp.msg_age': configured((m) => m.messageAge),
    'stp.max_age': configured((m) => m.maxAge),
    'stp.hello': configured((m) => m.helloTime),
    'stp.forward': configured((m) => m.forwardDelay),
  },
});

const attribute = (number: number) => (s: Seen<RadiusMessage>) =>
  s.message.attributes.filter((a) => a.number === number).map((a) => a.value);
export const tsharkRadius = frameMap<RadiusMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'radius',
  columns: {
    'radius.code': (s) => s.message.code,
    'radius.id': (s) => s.message.identifier,
    'radius.length': (s) => s.message.length,
    'radius.User_Name': attribute(1),
    'radius.NAS_IP_Address': attribute(4),
    'radius.NAS_Port': attribute(5),
    'radius.Called_Station_Id': attribute(30),
    'radius.Calling_Station_Id': attribute(31),
  },
});

const mode = (s: Seen<NtpMessage>): number => MODE.indexOf(s.message.mode);
export const tsharkNtp = frameMap<NtpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ntp',
  columns: {
    'ntp.flags.vn': (s) => s.message.version,
    'ntp.flags.mode': mode,
    'ntp.stratum': (s) => (mode(s) > 5 ? undefined : s.message.stratum),
  },
});

const clock = (text: string): string => `0x${text.replace(/[^0-9a-f]/gi, '').toLowerCase()}`;
export const tsharkPtp = frameMap<PtpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ptp',
  columns: {
    'ptp.v2.messagetype': (s) => hex(s.message.messageType, 2),
    'ptp.v2.versionptp': (s) => s.message.versionPTP,
    'ptp.v2.messagelength': (s) => s.message.messageLength,
    'ptp.v2.domainnumber': (s) => s.message.domainNumber,
    'ptp.v2.correction.ns': (s) => s.message.correctionNs,
    'ptp.v2.clockidentity': (s) => clock(s.message.clockIdentity),
    'ptp.v2.sourceportid': (s) => s.message.portNumber,
    'ptp.v2.sequenceid': (s) => s.message.sequenceId,
    'ptp.v2.logmessageperiod': (s) => s.message.logMessageInterval,
    'ptp.v2.an.grandmasterclockidentity': (s) =>
      s.message.announce === undefined ? undefined : clock(s.message.announce.grandmasterIdentity),
    'ptp.v2.an.localstepsremoved': (s) => s.message.announce?.stepsRemoved,
  },
});

export const tsharkDhcpv6 = frameMap<Dhcpv6Message>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'dhcpv6',
  columns: {
    'dhcpv6.msgtype': {
      value: (s) => s.message.messageType,
      same: (ours, theirs) => theirs.split(',').at(-1) === ours,
      whole: true,
    },
    'dhcpv6.xid': (s) => hex(s.message.xid, 6),
    'dhcpv6.client_fqdn': { value: (s) => s.message.fqdn, whole: true },
  },
});

const version = (n: 4 | 6, value: (m: IcmpMessage) => Cell) => (s: Seen<IcmpMessage>) =>
  s.message.version === n ? value(s.message) : undefined;
/** The quoted packet of an error has fields of its own, which follow. */
const first = { same: (ours: string, theirs: string): boolean => theirs.split(',')[0] === ours, whole: true };
export const tsharkIcmp = frameMap<IcmpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'icmp',
  of: ['icmp', 'icmpv6'],
  columns: {
    'icmp.type': { value: version(4, (m) => m.icmpType), ...first },
    'icmp.code': { value: version(4, (m) => m.code), ...first },
    'icmpv6.type': { value: version(6, (m) => m.icmpType), ...first },
    'icmpv6.code': { value: version(6, (m) => m.code), ...first },
  },
});

export const tsharkIgmp = frameMap<IgmpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'igmp',
  columns: {
    'igmp.type': (s) => hex(s.message.igmpType, 2),
    'igmp.record_type': (s) => s.message.records.map((r) => r.recordType),
    'igmp.maddr': (s) => (s.message.records.length > 0 ? s.message.records.map((r) => r.group) : s.message.group),
  },
});

export const tsharkVrrp = frameMap<VrrpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'vrrp',
  columns: {
    'vrrp.version': (s) => s.message.version,
    'vrrp.virt_rtr_id': (s) => s.message.virtualRouter,
    'vrrp.prio': (s) => s.message.priority,
    'vrrp.ip_addr': (s) => s.message.addresses,
  },
});
export const tsharkHsrp = frameMap<HsrpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'hsrp',
  columns: {
    'hsrp.group': (s) => (s.message.version === 1 ? s.message.group : undefined),
    'hsrp.priority': (s) => (s.message.version === 1 ? s.message.priority : undefined),
    'hsrp.virt_ip': (s) => (s.message.version === 1 ? s.message.virtualIp : undefined),
    'hsrp2.group': (s) => (s.message.version === 2 ? s.message.group : undefined),
    'hsrp2.priority': (s) => (s.message.version === 2 ? s.message.priority : undefined),
  },
});
const OSPF_TYPES: Readonly<Record<OspfMessage['type'], number>> = {
  'OSPF hello': 1,
  'OSPF database description': 2,
  'OSPF link state request': 3,
  'OSPF link state update': 4,
  'OSPF link state acknowledgment': 5,
};
export const tsharkOspf = frameMap<OspfMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ospf',
  columns: {
    'ospf.msg': (s) => OSPF_TYPES[s.message.type],
    'ospf.srcrouter': (s) => s.message.routerId,
    'ospf.area_id': (s) => s.message.areaId,
  },
});

const KERBEROS: Readonly<Record<KerberosMessage['type'], number>> = {
  'AS-REQ': 10,
  'AS-REP': 11,
  'TGS-REQ': 12,
  'TGS-REP': 13,
  'AP-REQ': 14,
  'AP-REP': 15,
  'KRB-ERROR': 30,
};
export const tsharkKerberos = frameMap<KerberosMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'kerberos',
  columns: {
    // Tickets inside are messages to it.
    'kerberos.msg_type': { value: (s) => KERBEROS[s.message.type], ...first },
    'kerberos.error_code': (s) => (s.message.type === 'KRB-ERROR' ? known(s.message.errorCode) : undefined),
  },
});

const smb = (version: 1 | 2, value: (m: SmbMessage) => Cell) => (s: Seen<SmbMessage>) =>
  s.message.version === version && s.message.type.startsWith('SMB re') ? value(s.message) : undefined;
export const tsharkSmb = frameMap<SmbMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'smb',
  columns: {
    'smb.cmd': { value: smb(1, (m) => hex(m.command, 2)), ...first },
    'smb2.cmd': smb(2, (m) => m.command),
    'smb2.msg_id': smb(2, (m) => m.id),
  },
});

const TLS_TYPES: Partial<Record<TlsMessage['type'], number>> = { ClientHello: 1, ServerHello: 2, Certificate: 11 };
/** We keep what identifies the two; the other handshake messages have no message of ours. */
const KEPT = new Set(Object.values(TLS_TYPES).map(String));
const hellos = (seen: readonly Seen<TlsMessage>[]): Cell =>
  seen.map((s) => TLS_TYPES[s.message.type]).filter((n) => n !== undefined);
export const tsharkTls = frameMap<TlsMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'tls',
  columns: {
    'tls.handshake.extensions_server_name': (s) =>
      s.message.type === 'ClientHello' ? s.message.serverName : undefined,
    'tls.handshake.ja3': (s) => (s.message.type === 'ClientHello' ? s.message.ja3 : undefined),
    'tls.handshake.ja3s': (s) => (s.message.type === 'ServerHello' ? s.message.ja3s : undefined),
  },
  framed: {
    'tls.handshake.type': {
      value: hellos,
      only: (theirs) =>
        theirs
          .split(',')
          .filter((t) => KEPT.has(t))
          .join(','),
    },
  },
});
