/** The visible list of protocols: adding one is a folder and a line here. Order matters only where two claim the same port. */
import type { Decoder } from '../core/decoder.ts';
import { arp } from './arp/index.ts';
import { bacnet } from './bacnet/index.ts';
import { cdp } from './cdp/index.ts';
import { cipIo } from './cip-io/index.ts';
import { cotp } from './cotp/index.ts';
import { dhcp } from './dhcp/index.ts';
import { dhcpv6 } from './dhcpv6/index.ts';
import { dns, llmnr, mdns } from './dns/index.ts';
import { enip } from './enip/index.ts';
import { ftp } from './ftp/index.ts';
import { http } from './http/index.ts';
import { lldp } from './lldp/index.ts';
import { modbus } from './modbus/index.ts';
import { nbdgm, nbns } from './nbns/index.ts';
import { ntp } from './ntp/index.ts';
import { profinetDcp } from './profinet-dcp/index.ts';
import { profinetRt } from './profinet-rt/index.ts';
import { rdp } from './rdp/index.ts';
import { s7comm } from './s7comm/index.ts';
import { smb } from './smb/index.ts';
import { snmp } from './snmp/index.ts';
import { ssdp } from './ssdp/index.ts';
import { ssh } from './ssh/index.ts';
import { telnet } from './telnet/index.ts';
import { tls } from './tls/index.ts';

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
  ssdp,
  rdp,
  ftp,
  telnet,
  lldp,
  cdp,
];
