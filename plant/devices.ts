/**
 * Who is in the sample plant: addresses and what each device says about itself. MAC prefixes are those of the makers in
 * the IEEE registry; order numbers and versions are of products that exist; serial numbers are invented.
 */
import type { Host } from './net.ts';

/** VLANs of the mirror: plant network untagged, two machine cells with the same addresses, the office. */
export const CELL_A = 11;
export const CELL_B = 12;
export const OFFICE = 50;

export const router: Host = { mac: '00:1b:54:2a:10:01', ip: '10.20.0.1', ttl: 255 };
export const intakePlc: Host = { mac: '00:80:f4:0a:01:11', ip: '10.20.0.11' };
export const dosingPlc: Host = { mac: '00:30:de:40:02:12', ip: '10.20.0.12' };
export const heaterPlc: Host = { mac: '28:63:36:81:03:21', ip: '10.20.0.21' };
export const washerPlc: Host = { mac: '28:63:36:81:03:22', ip: '10.20.0.22' };
export const gateway: Host = { mac: '00:90:e8:5c:04:31', ip: '10.20.0.31' };
export const hmi: Host = { mac: '28:63:36:90:05:41', ip: '10.20.0.41', ttl: 128 };
export const engineering: Host = { mac: '00:14:22:6b:06:42', ip: '10.20.0.42', ttl: 128 };
export const historian: Host = { mac: '00:50:56:a1:07:43', ip: '10.20.0.43' };
export const plantSwitch: Host = { mac: '00:80:63:2f:08:02', ip: '10.20.0.2' };
export const cellSwitch: Host = { mac: '00:80:63:2f:08:03', ip: '10.20.0.3' };

/** Cell A is VLAN 11, cell B VLAN 12; the machine builder used the same addresses twice. */
export const cellController: Readonly<Record<number, Host>> = {
  [CELL_A]: { mac: '00:1d:9c:c1:0a:10', ip: '192.168.0.10' },
  [CELL_B]: { mac: '00:1d:9c:c2:0b:10', ip: '192.168.0.10' },
};
export const cellPanel: Readonly<Record<number, Host>> = {
  [CELL_A]: { mac: '00:00:bc:d1:0a:20', ip: '192.168.0.20', ttl: 128 },
  [CELL_B]: { mac: '00:00:bc:d2:0b:20', ip: '192.168.0.20', ttl: 128 },
};

export const officeServer: Host = { mac: '00:50:56:b2:0c:10', ip: '10.10.5.10', ttl: 128 };
export const officePc: Host = { mac: '00:1b:78:77:0c:57', ip: '10.10.5.57', ttl: 128 };
/** Reached through the router only: their frames carry its MAC address. */
export const shiftLeadPc: Host = { mac: '00:1b:78:77:0d:23', ip: '10.10.6.23', ttl: 127, via: router.mac };
export const publicResolver: Host = { mac: '00:00:00:00:00:00', ip: '9.9.9.9', ttl: 57, via: router.mac };

export interface ProfinetDevice {
  readonly host: Host;
  readonly name: string;
  readonly type: string;
  readonly vendorId: number;
  readonly deviceId: number;
}
export const profinetDevices: readonly ProfinetDevice[] = [
  {
    host: { mac: '28:63:36:a2:0e:51', ip: '10.20.0.51' },
    name: 'io-heater',
    type: 'ET200SP',
    vendorId: 0x002a,
    deviceId: 0x0313,
  },
  {
    host: { mac: '28:63:36:a2:0e:52', ip: '10.20.0.52' },
    name: 'drive-conveyor',
    type: 'SINAMICS G120',
    vendorId: 0x002a,
    deviceId: 0x0501,
  },
  {
    host: { mac: '00:0e:f0:33:0e:53', ip: '10.20.0.53' },
    name: 'valves-washer',
    type: 'CPX-AP-I',
    vendorId: 0x014d,
    deviceId: 0x0201,
  },
];

/** Read Device Identification: vendor, product code, revision. */
export const modbusIdentity = {
  intake: ['Schneider Electric', 'BMX P34 2020', 'v2.70'],
  dosing: ['WAGO', '750-881', '01.09.22'],
  gateway: ['Moxa Inc.', 'MGate MB3170', 'V3.4'],
} as const satisfies Readonly<Record<string, readonly [string, string, string]>>;

export interface S7Identity {
  readonly orderNumber: string;
  readonly firmware: readonly [number, number, number];
  readonly station: string;
  readonly module: string;
  readonly model: string;
  readonly serial: string;
  /** Slot of the CPU: 2 in S7-300, 1 in S7-1200. */
  readonly slot: number;
}
export const heaterIdentity: S7Identity = {
  orderNumber: '6ES7 315-2EH14-0AB0',
  firmware: [3, 2, 7],
  station: 'Heater',
  module: 'PLC_Heater',
  model: 'CPU 315-2 PN/DP',
  serial: 'S C-X4U421302009',
  slot: 2,
};
export const washerIdentity: S7Identity = {
  orderNumber: '6ES7 214-1AG40-0XB0',
  firmware: [4, 2, 1],
  station: 'Washer',
  module: 'PLC_Washer',
  model: 'CPU 1214C DC/DC/DC',
  serial: 'S C-H6S819502019',
  slot: 1,
};

export interface CipIdentity {
  readonly vendorId: number;
  readonly deviceType: number;
  readonly productCode: number;
  readonly major: number;
  readonly minor: number;
  readonly status: number;
  readonly serial: number;
  readonly productName: string;
}
const rockwell = (
  productName: string,
  deviceType: number,
  productCode: number,
  major: number,
  minor: number,
  serial: number,
  status: number,
): CipIdentity => ({ vendorId: 1, deviceType, productCode, major, minor, status, serial, productName });
/** What answers at the IP address, and the rack by slot. 0x3060: controller in run mode. */
export const cellIdentity: Readonly<Record<number, { own: CipIdentity; rack: readonly CipIdentity[] }>> = {
  [CELL_A]: {
    own: rockwell('1756-EN2T/D', 12, 166, 10, 7, 0x00c1_0a10, 0x30),
    rack: [
      rockwell('1756-L71/B LOGIX5571', 14, 92, 20, 11, 0x0051_8a01, 0x3060),
      rockwell('1756-EN2T/D', 12, 166, 10, 7, 0x00c1_0a10, 0x30),
      rockwell('1756-IB16/A DCIN', 7, 22, 3, 2, 0x0033_1702, 0x30),
      rockwell('1756-OF8/A ANALOG OUT', 10, 2, 1, 5, 0x0040_2203, 0x30),
    ],
  },
  [CELL_B]: {
    own: rockwell('1769-L33ER/A LOGIX5333ER', 14, 107, 20, 14, 0x0060_b410, 0x3060),
    rack: [rockwell('1769-L33ER/A LOGIX5333ER', 14, 107, 20, 14, 0x0060_b410, 0x3060)],
  },
};
