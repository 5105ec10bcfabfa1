/** The visible list of protocols: adding one is a folder and a line here. Order matters only where two claim the same port. */
import type { Decoder } from '../core/decoder.ts';
import { abbEgm } from './abb-egm/index.ts';
import { ads } from './ads/index.ts';
import { amqp } from './amqp/index.ts';
import { arp } from './arp/index.ts';
import { bacnet } from './bacnet/index.ts';
import { bsap } from './bsap/index.ts';
import { c1222 } from './c1222/index.ts';
import { cclinkIe } from './cclink-ie/index.ts';
import { cdp } from './cdp/index.ts';
import { cipIo } from './cip-io/index.ts';
import { coap } from './coap/index.ts';
import { codesys } from './codesys/index.ts';
import { cotp } from './cotp/index.ts';
import { dcerpc } from './dcerpc/index.ts';
import { deltav } from './deltav/index.ts';
import { dhcp } from './dhcp/index.ts';
import { dhcpv6 } from './dhcpv6/index.ts';
import { dlms } from './dlms/index.ts';
import { dnp3 } from './dnp3/index.ts';
import { dns, llmnr, mdns } from './dns/index.ts';
import { enip } from './enip/index.ts';
import { ethercat } from './ethercat/index.ts';
import { fanucRmi } from './fanuc-rmi/index.ts';
import { ffHse } from './ff-hse/index.ts';
import { fins } from './fins/index.ts';
import { fox } from './fox/index.ts';
import { ftp } from './ftp/index.ts';
import { genisys } from './genisys/index.ts';
import { goose } from './goose/index.ts';
import { hartIp } from './hart-ip/index.ts';
import { hses } from './hses/index.ts';
import { hsrp } from './hsrp/index.ts';
import { http } from './http/index.ts';
import { icmp, icmpv6 } from './icmp/index.ts';
import { iec104 } from './iec104/index.ts';
import { igmp } from './igmp/index.ts';
import { kerberos } from './kerberos/index.ts';
import { knx } from './knx/index.ts';
import { kukaProxy, kukaRsi } from './kuka/index.ts';
import { ldap } from './ldap/index.ts';
import { lldp } from './lldp/index.ts';
import { melsoft } from './melsoft/index.ts';
import { mms } from './mms/index.ts';
import { modbus } from './modbus/index.ts';
import { mqtt } from './mqtt/index.ts';
import { nbdgm, nbns } from './nbns/index.ts';
import { ntp } from './ntp/index.ts';
import { opcua, uadp } from './opcua/index.ts';
import { ospf } from './ospf/index.ts';
import { powerlink } from './powerlink/index.ts';
import { profinetCm } from './profinet-cm/index.ts';
import { profinetDcp } from './profinet-dcp/index.ts';
import { profinetRt } from './profinet-rt/index.ts';
import { ptp } from './ptp/index.ts';
import { radius } from './radius/index.ts';
import { rdp } from './rdp/index.ts';
import {
  anydesk,
  dtls,
  esp,
  ike,
  openvpn,
  quic,
  sip,
  stun,
  tacacs,
  teamviewer,
  vnc,
  wireguard,
} from './recognised/index.ts';
import { dlr, mrp, supervision } from './redundancy/index.ts';
import { rocPlus } from './roc-plus/index.ts';
import { rtde } from './rtde/index.ts';
import { rtps } from './rtps/index.ts';
import { s7comm } from './s7comm/index.ts';
import { s7commPlus } from './s7comm-plus/index.ts';
import { sbus } from './sbus/index.ts';
import { sercos } from './sercos/index.ts';
import { slmp } from './slmp/index.ts';
import { smb } from './smb/index.ts';
import { snmp } from './snmp/index.ts';
import { srtp } from './srtp/index.ts';
import { ssdp } from './ssdp/index.ts';
import { ssh } from './ssh/index.ts';
import { stp } from './stp/index.ts';
import { sv } from './sv/index.ts';
import { synchrophasor } from './synchrophasor/index.ts';
import { syslog } from './syslog/index.ts';
import { telnet } from './telnet/index.ts';
import { tftp } from './tftp/index.ts';
import { tls } from './tls/index.ts';
import { tristation } from './tristation/index.ts';
import { urDashboard } from './ur-dashboard/index.ts';
import { vnetip } from './vnetip/index.ts';
import { vrrp } from './vrrp/index.ts';
import { websocket } from './websocket/index.ts';

export const DECODERS: readonly Decoder[] = [
  modbus,
  cotp,
  s7comm,
  enip,
  cipIo,
  bacnet,
  profinetDcp,
  profinetRt,
  arp,
  dhcp,
  dhcpv6,
  dns,
  mdns,
  llmnr,
  nbns,
  nbdgm,
  snmp,
  ntp,
  tls,
  http,
  smb,
  ssh,
  rdp,
  ftp,
  telnet,
  lldp,
  cdp,
  dnp3,
  iec104,
  fins,
  ads,
  opcua,
  profinetCm,
  goose,
  sv,
  hartIp,
  rocPlus,
  knx,
  dlms,
  genisys,
  fox,
  mqtt,
  websocket,
  icmp,
  icmpv6,
  igmp,
  stp,
  vrrp,
  hsrp,
  ospf,
  ssdp,
  radius,
  mms,
  synchrophasor,
  ptp,
  uadp,
  s7commPlus,
  ethercat,
  powerlink,
  sercos,
  slmp,
  bsap,
  c1222,
  mrp,
  dlr,
  supervision,
  coap,
  amqp,
  rtps,
  melsoft,
  cclinkIe,
  srtp,
  sbus,
  tristation,
  codesys,
  vnetip,
  deltav,
  ffHse,
  rtde,
  urDashboard,
  hses,
  kukaProxy,
  kukaRsi,
  fanucRmi,
  abbEgm,
  syslog,
  tftp,
  kerberos,
  ldap,
  dcerpc,
  vnc,
  teamviewer,
  anydesk,
  sip,
  stun,
  tacacs,
  dtls,
  quic,
  wireguard,
  openvpn,
  ike,
  esp,
];
