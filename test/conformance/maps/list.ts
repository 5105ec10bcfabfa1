/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkFins } from './tshark/fins.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import { zeekCotp } from './zeek/cotp.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekS7comm, zeekS7Szl, zeekS7Transfer } from './zeek/s7comm.ts';

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
];
