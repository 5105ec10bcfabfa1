/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalEthercat } from './ipal/ethercat.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkEthercat } from './tshark/ethercat.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkProfinetCm } from './tshark/profinet-cm.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import { zeekCotp } from './zeek/cotp.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekProfinetCm } from './zeek/profinet-cm.ts';
import { zeekS7comm, zeekS7Szl, zeekS7Transfer } from './zeek/s7comm.ts';
import { zeekS7commPlus } from './zeek/s7comm-plus.ts';

export const MAPS: readonly Mapping[] = [
  tsharkIec104, //
  tsharkModbus,
  tsharkAds,
  tsharkFins,
  tsharkModbus, //
  ipalModbus, //
  ipalS7comm,
  suricataModbus,
  tsharkCotp,
  tsharkS7comm,
  zeekCotp,
  zeekModbus,
  zeekS7Szl,
  zeekS7Transfer,
  zeekS7comm,
  ipalEthercat,
  tsharkEthercat,
  tsharkProfinetCm,
  zeekProfinetCm,
  zeekS7commPlus,
];
