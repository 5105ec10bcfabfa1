/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { zeekModbus } from './zeek/modbus.ts';

export const MAPS: readonly Mapping[] = [
  tsharkModbus, //
  zeekModbus,
];
