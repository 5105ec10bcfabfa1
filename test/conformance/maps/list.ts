/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalIec104 } from './ipal/iec104.ts';
import { ipalEthercat } from './ipal/ethercat.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { ipalS7comm } from './ipal/s7comm.ts';
import {
  opendnp3Application,
  opendnp3Headers,
  opendnp3Link,
  opendnp3Objects,
  opendnp3Transport,
} from './opendnp3/dnp3.ts';
import { suricataDnp3 } from './suricata/dnp3.ts';
import { ipalEnip, ipalEnipRules } from './ipal/enip.ts';
import { suricataEnip } from './suricata/enip.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkDnp3 } from './tshark/dnp3.ts';
import { tsharkEthercat } from './tshark/ethercat.ts';
import { tsharkC1222 } from './tshark/c1222.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkEnip } from './tshark/enip.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkProfinetCm } from './tshark/profinet-cm.ts';
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
import { zeekDnp3, zeekDnp3Control, zeekDnp3Objects } from './zeek/dnp3.ts';
import { zeekGenisys } from './zeek/genisys.ts';
import { zeekCip, zeekCipIdentity, zeekCipIo, zeekEnip } from './zeek/enip.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekProfinetCm } from './zeek/profinet-cm.ts';
import { zeekS7comm, zeekS7Szl, zeekS7Transfer } from './zeek/s7comm.ts';
import { zeekS7commPlus } from './zeek/s7comm-plus.ts';
import { zeekOmronFins } from './zeek/omron-fins.ts';

export const MAPS: readonly Mapping[] = [
  ipalIec104,
  ipalModbus,
  ipalS7comm,
  opendnp3Application,
  opendnp3Headers,
  opendnp3Link,
  opendnp3Objects,
  opendnp3Transport,
  suricataDnp3,
  ipalEnip, //
  ipalEnipRules,
  suricataEnip,
  suricataModbus,
  tsharkAds,
  tsharkCotp,
  tsharkDnp3,
  tsharkFins,
  tsharkIec104,
  tsharkEnip,
  tsharkModbus,
  tsharkS7comm,
  zeekCip,
  zeekCipIdentity,
  zeekCipIo,
  zeekCotp,
  zeekDnp3,
  zeekDnp3Control,
  zeekDnp3Objects,
  zeekEnip,
  zeekModbus,
  zeekS7Szl,
  zeekS7Transfer,
  zeekS7comm,
  ipalEthercat,
  tsharkEthercat,
  tsharkProfinetCm,
  zeekProfinetCm,
  zeekS7commPlus,
import { ipalMqtt } from './ipal/mqtt.ts';
import { suricataMqtt } from './suricata/mqtt.ts';
import { tsharkMqtt } from './tshark/mqtt.ts';
import { tsharkSsdp } from './tshark/ssdp.ts';
import { zeekMqttConnect, zeekMqttPublish, zeekMqttSubscribe } from './zeek/mqtt.ts';
import { zeekRadius } from './zeek/radius.ts';
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
];
import { tsharkOpcua } from './tshark/opcua.ts';
import { zeekOpcua } from './zeek/opcua.ts';
export const MAPS: readonly Mapping[] = [tsharkModbus, tsharkOpcua, zeekModbus, ...zeekOpcua];
