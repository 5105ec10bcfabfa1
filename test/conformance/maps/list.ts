/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalGoose } from './ipal/goose.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { tcpdumpPtp } from './tcpdump/ptp.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkGoose } from './tshark/goose.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkMms } from './tshark/mms.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import { tsharkSv } from './tshark/sv.ts';
import { tsharkSynchrophasor } from './tshark/synchrophasor.ts';
import { zeekCotp } from './zeek/cotp.ts';
import { zeekGoose } from './zeek/goose.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekS7comm, zeekS7Szl, zeekS7Transfer } from './zeek/s7comm.ts';
import { zeekSv } from './zeek/sv.ts';
import {
  zeekSynchrophasor,
  zeekSynchrophasorCfg,
  zeekSynchrophasorCfgDetail,
  zeekSynchrophasorCmd,
  zeekSynchrophasorData,
  zeekSynchrophasorDataDetail,
  zeekSynchrophasorHdr,
} from './zeek/synchrophasor.ts';

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
  ipalGoose,
  tcpdumpPtp,
  tsharkGoose,
  tsharkMms,
  tsharkSv,
  tsharkSynchrophasor,
  zeekCotp,
  zeekGoose,
  zeekSv,
  zeekSynchrophasor,
  zeekSynchrophasorCfg,
  zeekSynchrophasorCfgDetail,
  zeekSynchrophasorCmd,
  zeekSynchrophasorData,
  zeekSynchrophasorDataDetail,
  zeekSynchrophasorHdr,
  zeekModbus,
  zeekS7Szl,
  zeekS7Transfer,
  zeekS7comm,
];
