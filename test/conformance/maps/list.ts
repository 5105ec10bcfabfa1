/** Every mapping, one line each, sorted. */
import type { Mapping } from '../types.ts';
import { ipalIec104 } from './ipal/iec104.ts';
import {
  opendnp3Application,
  opendnp3Headers,
  opendnp3Link,
  opendnp3Objects,
  opendnp3Transport,
} from './opendnp3/dnp3.ts';
import { suricataDnp3 } from './suricata/dnp3.ts';
import { tsharkDnp3 } from './tshark/dnp3.ts';
import { tsharkIec104 } from './tshark/iec104.ts';
import { tsharkModbus } from './tshark/modbus.ts';
import { zeekDnp3, zeekDnp3Control, zeekDnp3Objects } from './zeek/dnp3.ts';
import { zeekModbus } from './zeek/modbus.ts';

export const MAPS: readonly Mapping[] = [
  ipalIec104,
  opendnp3Application,
  opendnp3Headers,
  opendnp3Link,
  opendnp3Objects,
  opendnp3Transport,
  suricataDnp3,
  tsharkDnp3,
  tsharkIec104,
  tsharkModbus,
  zeekDnp3,
  zeekDnp3Control,
  zeekDnp3Objects,
  zeekModbus,
];
