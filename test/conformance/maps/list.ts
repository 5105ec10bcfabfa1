/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkC1222 } from './tshark/c1222.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkHartIp } from './tshark/hart-ip.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import {
  zeekBsapHeader,
  zeekBsapRdb,
  zeekBsapSerialExt,
  zeekBsapSerialHeader,
  zeekBsapSerialRdb,
} from './zeek/bsap.ts';
import {
  zeekC1222,
  zeekC1222Authentication,
  zeekC1222Error,
  zeekC1222Identification,
  zeekC1222Logon,
  zeekC1222ReadWrite,
  zeekC1222Register,
  zeekC1222Resolve,
  zeekC1222Trace,
  zeekC1222User,
  zeekC1222Wait,
} from './zeek/c1222.ts';
import { zeekCotp } from './zeek/cotp.ts';
import { zeekGenisys } from './zeek/genisys.ts';
import {
  zeekHartCommon,
  zeekHartDirect,
  zeekHartGeneral,
  zeekHartSessions,
  zeekHartUniversal,
} from './zeek/hart-ip.ts';
import { zeekModbus } from './zeek/modbus.ts';
import {
  zeekRoc,
  zeekRocClock,
  zeekRocConfig,
  zeekRocData,
  zeekRocFile,
  zeekRocForward,
  zeekRocHistory,
  zeekRocLogin,
  zeekRocMinMax,
  zeekRocPeriods,
  zeekRocPoint,
  zeekRocSingle,
  zeekRocTable,
  zeekRocTransactions,
  zeekRocUnknown,
  zeekRocUser,
} from './zeek/roc-plus.ts';
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
  tsharkC1222,
  zeekGenisys,
  zeekBsapHeader,
  zeekBsapRdb,
  zeekBsapSerialExt,
  zeekBsapSerialHeader,
  zeekBsapSerialRdb,
  zeekC1222,
  zeekC1222Authentication,
  zeekC1222Error,
  zeekC1222Identification,
  zeekC1222Logon,
  zeekC1222ReadWrite,
  zeekC1222Register,
  zeekC1222Resolve,
  zeekC1222Trace,
  zeekC1222User,
  zeekC1222Wait,
  tsharkHartIp,
  zeekHartCommon,
  zeekHartDirect,
  zeekHartGeneral,
  zeekHartSessions,
  zeekHartUniversal,
  zeekRoc,
  zeekRocClock,
  zeekRocConfig,
  zeekRocData,
  zeekRocFile,
  zeekRocForward,
  zeekRocHistory,
  zeekRocLogin,
  zeekRocMinMax,
  zeekRocPeriods,
  zeekRocPoint,
  zeekRocSingle,
  zeekRocTable,
  zeekRocTransactions,
  zeekRocUnknown,
  zeekRocUser,
];
