/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalEnip, ipalEnipRules } from './ipal/enip.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import { suricataDhcp } from './suricata/dhcp.ts';
import { suricataEnip } from './suricata/enip.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { suricataSnmp } from './suricata/snmp.ts';
import { tsharkBacnet } from './tshark/bacnet.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkArp, tsharkCdp, tsharkDhcp, tsharkDns, tsharkHttp, tsharkLldp, tsharkNbns } from './tshark/discovery.ts';
import { tsharkEnip } from './tshark/enip.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkProfinet } from './tshark/profinet.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import { tsharkSnmp } from './tshark/snmp.ts';
import { zeekBacnet, zeekBacnetControl, zeekBacnetDiscovery, zeekBacnetProperty } from './zeek/bacnet.ts';
import { zeekCotp } from './zeek/cotp.ts';
import { zeekDhcp } from './zeek/dhcp.ts';
import { zeekDns } from './zeek/dns.ts';
import { zeekCip, zeekCipIdentity, zeekCipIo, zeekEnip } from './zeek/enip.ts';
import { zeekModbus, zeekModbusDetailed, zeekModbusMask, zeekModbusReadWrite } from './zeek/modbus.ts';
import { zeekNtp } from './zeek/ntp.ts';
import { zeekS7comm, zeekS7Szl, zeekS7Transfer } from './zeek/s7comm.ts';
import { zeekSnmp } from './zeek/snmp.ts';

export const MAPS: readonly Mapping[] = [
  ipalEnip, //
  ipalEnipRules,
  ipalModbus,
  ipalS7comm,
  suricataDhcp,
  suricataEnip,
  suricataModbus,
  suricataSnmp,
  tsharkArp,
  tsharkBacnet,
  tsharkCdp,
  tsharkCotp,
  tsharkDhcp,
  tsharkDns,
  tsharkEnip,
  tsharkHttp,
  tsharkLldp,
  tsharkModbus,
  tsharkNbns,
  tsharkProfinet,
  tsharkS7comm,
  tsharkSnmp,
  zeekBacnet,
  zeekBacnetControl,
  zeekBacnetDiscovery,
  zeekBacnetProperty,
  zeekCip,
  zeekCipIdentity,
  zeekCipIo,
  zeekCotp,
  zeekDhcp,
  zeekDns,
  zeekEnip,
  zeekModbus,
  zeekModbusDetailed,
  zeekModbusMask,
  zeekModbusReadWrite,
  zeekNtp,
  zeekS7Szl,
  zeekS7Transfer,
  zeekS7comm,
  zeekSnmp,
];
