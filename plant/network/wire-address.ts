/** Where a point is on the wire, in the words of the decoders: `holding 12`, `DB10.DBD4 REAL`, `LT_101`, `ns=2;s=LT-101`. */
import type { Controller, PointDefinition } from '../world.ts';
import { tagOf } from './masters/cip.ts';
import { modbusPlace } from './masters/modbus.ts';
import { opcuaPath } from './masters/opcua.ts';
import { s7Path } from './masters/s7.ts';

/** A Modbus point of 32 bits stands at two registers; the address is that of the first, its high word. */
export const addressOf = (family: Controller['family'], p: PointDefinition): string => {
  switch (family) {
    case 'modbus':
      return `${modbusPlace(p).area} ${modbusPlace(p).address}`;
    case 'cip':
      return tagOf(p.name);
    case 'opcua':
      return opcuaPath(p);
    case 's7':
    case 'profinet':
      return s7Path(p);
  }
};
