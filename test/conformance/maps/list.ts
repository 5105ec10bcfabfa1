/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalModbus } from './ipal/modbus.ts';
import { suricataModbus } from './suricata/modbus.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { zeekModbus } from './zeek/modbus.ts';

export const MAPS: readonly Mapping[] = [
  ipalModbus, //
  suricataModbus,
  tsharkModbus,
  zeekModbus,
];
