/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { tsharkAds } from './tshark/ads.ts';
import { tsharkFins } from './tshark/fins.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekOmronFins } from './zeek/omron-fins.ts';

export const MAPS: readonly Mapping[] = [
  tsharkAds,
  tsharkFins,
  tsharkModbus, //
  zeekModbus,
  ...zeekOmronFins,
];
