/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalEnip, ipalEnipRules } from './ipal/enip.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import { suricataEnip } from './suricata/enip.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { tsharkBacnet } from './tshark/bacnet.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkEnip } from './tshark/enip.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import { zeekBacnet, zeekBacnetControl, zeekBacnetDiscovery, zeekBacnetProperty } from './zeek/bacnet.ts';
import { zeekCotp } from './zeek/cotp.ts';
import { zeekCip, zeekCipIdentity, zeekCipIo, zeekEnip } from './zeek/enip.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekS7comm, zeekS7Szl, zeekS7Transfer } from './zeek/s7comm.ts';

export const MAPS: readonly Mapping[] = [
  ipalEnip, //
  ipalEnipRules,
  ipalModbus,
  ipalS7comm,
  suricataEnip,
  suricataModbus,
  tsharkBacnet,
  tsharkCotp,
  tsharkEnip,
  tsharkModbus,
  tsharkS7comm,
  zeekBacnet,
  zeekBacnetControl,
  zeekBacnetDiscovery,
  zeekBacnetProperty,
  zeekCip,
  zeekCipIdentity,
  zeekCipIo,
  zeekCotp,
  zeekEnip,
  zeekModbus,
  zeekS7Szl,
  zeekS7Transfer,
  zeekS7comm,
];
