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
import { suricataDhcp } from './suricata/dhcp.ts';
import { suricataDnp3 } from './suricata/dnp3.ts';
import { suricataEnip } from './suricata/enip.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { suricataMqtt } from './suricata/mqtt.ts';
import { suricataSnmp } from './suricata/snmp.ts';
import { tcpdumpDhcp } from './tcpdump/dhcp.ts';
import { tcpdumpPtp } from './tcpdump/ptp.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkBacnet } from './tshark/bacnet.ts';
import { tsharkC1222 } from './tshark/c1222.ts';
import { tsharkCotp } from './tshark/cotp.ts';
import { tsharkArp, tsharkCdp, tsharkDhcp, tsharkDns, tsharkHttp, tsharkLldp, tsharkNbns } from './tshark/discovery.ts';
import { tsharkDnp3 } from './tshark/dnp3.ts';
import { tsharkEnip } from './tshark/enip.ts';
import { tsharkEthercat } from './tshark/ethercat.ts';
import { tsharkFfHse } from './tshark/ff-hse.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkGoose } from './tshark/goose.ts';
import { tsharkHartIp } from './tshark/hart-ip.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkMms } from './tshark/mms.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkMqtt } from './tshark/mqtt.ts';
import {
  tsharkDhcpv6,
  tsharkHsrp,
  tsharkIcmp,
  tsharkIgmp,
  tsharkKerberos,
  tsharkNtp,
  tsharkOspf,
  tsharkPtp,
  tsharkRadius,
  tsharkSmb,
  tsharkStp,
  tsharkTls,
  tsharkVrrp,
} from './tshark/network.ts';
import { tsharkOpcua } from './tshark/opcua.ts';
import { tsharkPowerlink } from './tshark/powerlink.ts';
import { tsharkProfinet } from './tshark/profinet.ts';
import { tsharkProfinetCm } from './tshark/profinet-cm.ts';
import { tsharkS7comm } from './tshark/s7comm.ts';
import { tsharkSercos } from './tshark/sercos.ts';
import {
  tsharkAmqp,
  tsharkCoap,
  tsharkDcerpc,
  tsharkKnx,
  tsharkLdap,
  tsharkRdp,
  tsharkRtps,
  tsharkSip,
  tsharkSsh,
  tsharkSyslog,
  tsharkTftp,
} from './tshark/services.ts';
import { tsharkSnmp } from './tshark/snmp.ts';
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
import { zeekConn } from './zeek/conn.ts';
import { zeekCotp } from './zeek/cotp.ts';
import { zeekDhcp } from './zeek/dhcp.ts';
import { zeekDnp3, zeekDnp3Control, zeekDnp3Objects } from './zeek/dnp3.ts';
import { zeekDns } from './zeek/dns.ts';
import { zeekCip, zeekCipIdentity, zeekCipIo, zeekEnip } from './zeek/enip.ts';
import {
  zeekEcatAddresses,
  zeekEcatAoe,
  zeekEcatArp,
  zeekEcatCoe,
  zeekEcatDevices,
  zeekEcatRegisters,
} from './zeek/ethercat.ts';
import { zeekGeSrtp } from './zeek/ge-srtp.ts';
import { zeekGenisys } from './zeek/genisys.ts';
import { zeekGoose } from './zeek/goose.ts';
import {
  zeekHartCommon,
  zeekHartDirect,
  zeekHartGeneral,
  zeekHartSessions,
  zeekHartUniversal,
} from './zeek/hart-ip.ts';
import { zeekHttp } from './zeek/http.ts';
import {
  zeekModbus,
  zeekModbusDetailed,
  zeekModbusIdentification,
  zeekModbusMask,
  zeekModbusReadWrite,
} from './zeek/modbus.ts';
import { zeekMqttConnect, zeekMqttPublish, zeekMqttSubscribe } from './zeek/mqtt.ts';
import { zeekNtp } from './zeek/ntp.ts';
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
import { zeekS7comm, zeekS7Devices, zeekS7Szl, zeekS7Transfer } from './zeek/s7comm.ts';
import { zeekS7commPlus } from './zeek/s7comm-plus.ts';
import { zeekNtlm, zeekSmbMapping } from './zeek/smb.ts';
import { zeekSnmp } from './zeek/snmp.ts';
import { zeekSsh } from './zeek/ssh.ts';
import { zeekSsl } from './zeek/ssl.ts';
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
  ipalEthercat,
  ipalGoose,
  ipalIec104,
  ipalModbus,
  ipalMqtt,
  ipalS7comm,
  opendnp3Application,
  opendnp3Headers,
  opendnp3Link,
  opendnp3Objects,
  opendnp3Transport,
  suricataDhcp,
  suricataDnp3,
  suricataEnip,
  suricataModbus,
  suricataMqtt,
  suricataSnmp,
  tcpdumpDhcp,
  tcpdumpPtp,
  tsharkAds,
  tsharkAmqp,
  tsharkArp,
  tsharkBacnet,
  tsharkC1222,
  tsharkCdp,
  tsharkCoap,
  tsharkCotp,
  tsharkDcerpc,
  tsharkDhcp,
  tsharkDhcpv6,
  tsharkDnp3,
  tsharkDns,
  tsharkEnip,
  tsharkEthercat,
  tsharkFfHse,
  tsharkFins,
  tsharkGoose,
  tsharkHartIp,
  tsharkHsrp,
  tsharkHttp,
  tsharkIcmp,
  tsharkIec104,
  tsharkIgmp,
  tsharkKerberos,
  tsharkKnx,
  tsharkLdap,
  tsharkLldp,
  tsharkMms,
  tsharkModbus,
  tsharkMqtt,
  tsharkNbns,
  tsharkNtp,
  tsharkOpcua,
  tsharkOspf,
  tsharkPowerlink,
  tsharkProfinet,
  tsharkProfinetCm,
  tsharkPtp,
  tsharkRadius,
  tsharkRdp,
  tsharkRtps,
  tsharkSip,
  tsharkS7comm,
  tsharkSercos,
  tsharkSmb,
  tsharkSnmp,
  tsharkSsdp,
  tsharkSsh,
  tsharkStp,
  tsharkSv,
  tsharkSynchrophasor,
  tsharkSyslog,
  tsharkTftp,
  tsharkTls,
  tsharkVrrp,
  zeekBacnet,
  zeekBacnetControl,
  zeekBacnetDiscovery,
  zeekBacnetProperty,
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
  zeekCip,
  zeekCipIdentity,
  zeekCipIo,
  zeekConn,
  zeekCotp,
  zeekDhcp,
  zeekDnp3,
  zeekDnp3Control,
  zeekDnp3Objects,
  zeekDns,
  zeekEnip,
  zeekEcatAddresses,
  zeekEcatAoe,
  zeekEcatArp,
  zeekEcatCoe,
  zeekEcatDevices,
  zeekEcatRegisters,
  zeekGeSrtp,
  zeekGenisys,
  zeekGoose,
  zeekHartCommon,
  zeekHartDirect,
  zeekHartGeneral,
  zeekHartSessions,
  zeekHartUniversal,
  zeekModbus,
  zeekModbusDetailed,
  zeekModbusIdentification,
  zeekModbusMask,
  zeekModbusReadWrite,
  zeekMqttConnect,
  zeekMqttPublish,
  zeekMqttSubscribe,
  zeekHttp,
  zeekNtlm,
  zeekNtp,
  zeekSmbMapping,
  zeekSsh,
  zeekSsl,
  zeekProfinetCm,
  zeekRadius,
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
  zeekS7Devices,
  zeekS7Szl,
  zeekS7Transfer,
  zeekS7comm,
  zeekS7commPlus,
  zeekSnmp,
  zeekSv,
  zeekSynchrophasor,
  zeekSynchrophasorCfg,
  zeekSynchrophasorCfgDetail,
  zeekSynchrophasorCmd,
  zeekSynchrophasorData,
  zeekSynchrophasorDataDetail,
  zeekSynchrophasorHdr,
  ...zeekOpcua,
  ...zeekOmronFins,
];
