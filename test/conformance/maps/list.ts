/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalMqtt } from './ipal/mqtt.ts';
import { suricataMqtt } from './suricata/mqtt.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkMqtt } from './tshark/mqtt.ts';
import { tsharkSsdp } from './tshark/ssdp.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekMqttConnect, zeekMqttPublish, zeekMqttSubscribe } from './zeek/mqtt.ts';
import { zeekRadius } from './zeek/radius.ts';

export const MAPS: readonly Mapping[] = [
  ipalMqtt,
  suricataMqtt,
  tsharkModbus,
  tsharkMqtt,
  tsharkSsdp,
  zeekModbus,
  zeekMqttConnect,
  zeekMqttPublish,
  zeekMqttSubscribe,
  zeekRadius,
];
