/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { tsharkOpcua } from './tshark/opcua.ts';
import { zeekModbus } from './zeek/modbus.ts';
import { zeekOpcua } from './zeek/opcua.ts';

export const MAPS: readonly Mapping[] = [tsharkModbus, tsharkOpcua, zeekModbus, ...zeekOpcua];
