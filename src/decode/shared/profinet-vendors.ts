/**
 * PROFINET vendor ids of some makers (assigned by PROFIBUS & PROFINET International). Not complete: an id that is not
 * here stays a number.
 */
export const PROFINET_VENDORS: ReadonlyMap<number, string> = new Map([
  [0x001a, 'ABB'],
  [0x002a, 'Siemens'],
  [0x005d, 'Pepperl+Fuchs'],
  [0x00b0, 'Phoenix Contact'],
  [0x0101, 'SICK'],
  [0x010c, 'HMS Industrial Networks'],
  [0x011d, 'WAGO'],
  [0x011e, 'Hilscher'],
  [0x0120, 'Beckhoff'],
  [0x014d, 'Festo'],
  [0x0493, 'RT-Labs'],
]);
