/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalEnip, ipalEnipRules } from './ipal/enip.ts';
import { ipalEthercat } from './ipal/ethercat.ts';
import { ipalGoose } from './ipal/goose.ts';
import { ipalIec104 } from './ipal/iec104.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalMqtt } from './ipal/mqtt.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import {
  opendnp3Application,
  opendnp3Headers,
  opendnp3Link,
  opendnp3Objects,
  opendnp3Transport,
} from './opendnp3/dnp3.ts';
import { suricataDnp3 } from './suricata/dnp3.ts';
import { suricataEnip } from './suricata/enip.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { suricataMqtt } from './suricata/mqtt.ts';
import { tcpdumpPtp } from './tcpdump/ptp.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkBacnet } from './tshark/bacnet.ts';
import { tsharkC1222 } from './tshark/c1222.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkDnp3 } from './tshark/dnp3.ts';
import { tsharkEnip } from './tshark/enip.ts';
import { tsharkEthercat } from './tshark/ethercat.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkGoose } from './tshark/goose.ts';
import { tsharkHartIp } from './tshark/hart-ip.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkMms } from './tshark/mms.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkMqtt } from './tshark/mqtt.ts';
import { tsharkOpcua } from './tshark/opcua.ts';
import { tsharkProfinetCm } from './tshark/profinet-cm.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import { tsharkSsdp } from './tshark/ssdp.ts';
import { tsharkSv } from './tshark/sv.ts';
import { tsharkSynchrophasor } from './tshark/synchrophasor.ts';
import { zeekBacnet, zeekBacnetControl, zeekBacnetDiscovery, zeekBacnetProperty } from './zeek/bacnet.ts';
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
import { zeekDnp3, zeekDnp3Control, zeekDnp3Objects } from './zeek/dnp3.ts';
import { zeekCip, zeekCipIdentity, zeekCipIo, zeekEnip } from './zeek/enip.ts';
import { zeekGenisys } from './zeek/genisys.ts';
import { zeekGoose } from './zeek/goose.ts';
import {
  zeekHartCommon,
  zeekHartDirect,
  zeekHartGeneral,
  zeekHartSessions,
  zeekHartUniversal,
} from './zeek/hart-ip.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekMqttConnect, zeekMqttPublish, zeekMqttSubscribe } from './zeek/mqtt.ts';
import { zeekOmronFins } from './zeek/omron-fins.ts';
import { zeekOpcua } from './zeek/opcua.ts';
import { zeekProfinetCm } from './zeek/profinet-cm.ts';
import { zeekRadius } from './zeek/radius.ts';
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
import { zeekS7commPlus } from './zeek/s7comm-plus.ts';
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
  ipalEnip,
  ipalEnipRules,
  ipalModbus,
  ipalS7comm,
  suricataEnip,
  suricataModbus,
  tsharkCotp,
  tsharkEnip,
  tsharkModbus,
  tsharkS7comm,
  zeekCip,
  zeekCipIdentity,
  zeekCipIo,
  zeekCotp,
  zeekEnip,
  zeekModbus,
  zeekS7Szl,
  zeekS7Transfer,
  zeekS7comm,
  ipalIec104,
  opendnp3Application,
  opendnp3Headers,
  opendnp3Link,
  opendnp3Objects,
  opendnp3Transport,
  suricataDnp3,
  tsharkAds,
  tsharkDnp3,
  tsharkFins,
  tsharkIec104,
  zeekDnp3,
  zeekDnp3Control,
  zeekDnp3Objects,
  ipalGoose,
  tcpdumpPtp,
  tsharkGoose,
  tsharkMms,
  tsharkSv,
  tsharkSynchrophasor,
  zeekGoose,
  zeekSv,
  zeekSynchrophasor,
  zeekSynchrophasorCfg,
  zeekSynchrophasorCfgDetail,
  zeekSynchrophasorCmd,
  zeekSynchrophasorData,
  zeekSynchrophasorDataDetail,
  zeekSynchrophasorHdr,
  tsharkOpcua,
  ...zeekOpcua,
  ipalEthercat,
  tsharkEthercat,
  tsharkProfinetCm,
  zeekProfinetCm,
  zeekS7commPlus,
  ipalMqtt,
  suricataMqtt,
  tsharkMqtt,
  tsharkSsdp,
  zeekMqttConnect,
  zeekMqttPublish,
  zeekMqttSubscribe,
  zeekRadius,
  ...zeekOmronFins,
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
  tsharkBacnet,
  zeekBacnet,
  zeekBacnetControl,
  zeekBacnetDiscovery,
  zeekBacnetProperty,
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
