/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { zeekModbus } from './zeek/modbus.ts';

export const MAPS: readonly Mapping[] = [
  tsharkIec104, //
  tsharkModbus,
  tsharkAds,
  tsharkFins,
  tsharkModbus, //
  zeekModbus,
];
