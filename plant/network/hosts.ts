/**
 * Who is in the simulated plant: segments, routers, controllers with what they say about themselves, servers, stations,
 * office. MAC prefixes are those of the makers in the IEEE registry; order numbers and versions are of products that
 * exist; serial numbers are invented. Variant `b` is another plant: other networks, other numbering, other makers first.
 */

import type { CipIdentity, S7Identity } from '../devices.ts';
import { macOctets } from '../net.ts';
import type { Controller } from '../world.ts';
import { type Leg, type Segment, STACK, type Stack, Station, Topology, type Zone } from './station.ts';

export type Variant = 'a' | 'b';

/** Devices of the plant as it is drawn: fewer leaves office hosts out, more adds machine cells with meters. */
export const REFERENCE_HOSTS = 100;
/** Devices that can be asked for; more is refused by the command. Each takes some kilobytes. */
export const MAX_HOSTS = 5_000;
const OFFICE_HOSTS = 40;
/** Meters behind one cell's switch. */
const METERS_PER_CELL = 200;

interface Plan {
  readonly control: readonly [vlan: number, prefix: string];
  readonly operations: readonly [number, string];
  readonly dmz: readonly [number, string];
  readonly office: readonly [number, string];
  readonly cellVlan: number;
  readonly cellPrefix: (cell: number) => string;
  /** Last number of the first controller, and the step between two. */
  readonly first: number;
  readonly step: number;
  readonly domain: string;
}
const PLANS: Readonly<Record<Variant, Plan>> = {
  a: {
    control: [10, '10.20.10'],
    operations: [30, '10.20.30'],
    dmz: [35, '10.20.35'],
    office: [40, '10.10.40'],
    cellVlan: 100,
    cellPrefix: (cell) => `10.21.${cell}`,
    first: 11,
    step: 1,
    domain: 'works.example',
  },
  b: {
    control: [205, '172.16.5'],
    operations: [208, '172.16.8'],
    dmz: [212, '172.16.12'],
    office: [260, '192.168.60'],
    cellVlan: 300,
    cellPrefix: (cell) => `172.17.${cell}`,
    first: 104,
    step: 3,
    domain: 'brewery.example',
  },
};

const MAKER = {
  schneider: '00:80:f4',
  wago: '00:30:de',
  siemens: '28:63:36',
  rockwell: '00:1d:9c',
  beckhoff: '00:01:05',
  festo: '00:0e:f0',
  hirschmann: '00:80:63',
  moxa: '00:90:e8',
  vmware: '00:50:56',
  dell: '00:14:22',
  hp: '00:1b:78',
  cisco: '00:1b:54',
  fortinet: '00:09:0f',
  lexmark: '00:20:00',
  raspberry: 'b8:27:eb',
} as const;

/** A device on a fieldbus of a controller: remote I/O or a drive. */
export interface FieldDevice {
  readonly station: Station;
  readonly controller: Controller;
  readonly name: string;
  readonly type: string;
  readonly vendorId: number;
  readonly deviceId: number;
  readonly isDrive: boolean;
}

export interface Plant {
  readonly variant: Variant;
  readonly domain: string;
  readonly segments: Readonly<Record<Exclude<Zone, 'cell'>, Segment>>;
  readonly topology: Topology;
  readonly firewall: Readonly<Record<'operations' | 'dmz' | 'office', Station>>;
  readonly core: Readonly<Record<'control' | 'operations', Station>>;
  readonly switches: readonly Station[];
  /** By the id of the controller. */
  readonly controllers: ReadonlyMap<string, Station>;
  readonly fieldDevices: readonly FieldDevice[];
  readonly hmis: readonly Station[];
  readonly scada: Station;
  readonly engineering: Station;
  readonly historian: Station;
  readonly gateway: Station;
  readonly backup: Station;
  readonly jumpHost: Station;
  readonly patchServer: Station;
  readonly mirror: Station;
  readonly broker: Station;
  readonly vpn: Station;
  readonly domainController: Station;
  readonly fileServer: Station;
  readonly printers: readonly Station[];
  readonly office: readonly Station[];
  readonly internet: Readonly<Record<'resolver' | 'web' | 'updates' | 'time' | 'vendor' | 'evil' | 'drop', Station>>;
  /** Meters of added machine cells, with the cell's segment in `station.segment`. */
  readonly meters: readonly Station[];
  /** A device that nobody announced: used by the attacker, silent otherwise. */
  readonly rogue: Station;
  /** A spare panel: the new HMI of a disturbance. */
  readonly spareHmi: Station;
}

/** The `n`-th device of a maker; the last three octets are its number in this plant. */
const macOf = (maker: keyof typeof MAKER, variant: Variant, n: number): string =>
  `${MAKER[maker]}:${variant === 'a' ? '1a' : '7c'}:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`;

const MAKER_OF: Readonly<Record<Controller['family'], readonly (keyof typeof MAKER)[]>> = {
  modbus: ['schneider', 'wago'],
  s7: ['siemens'],
  profinet: ['siemens'],
  cip: ['rockwell'],
  opcua: ['beckhoff'],
};

export const layout = (variant: Variant, controllers: readonly Controller[], hosts = REFERENCE_HOSTS): Plant => {
  const plan = PLANS[variant];
  const segment = (zone: Zone, [vlan, prefix]: readonly [number, string]): Segment => ({ zone, vlan, prefix });
  const segments = {
    control: segment('control', plan.control),
    operations: segment('operations', plan.operations),
    dmz: segment('dmz', plan.dmz),
    office: segment('office', plan.office),
    internet: segment('internet', [0, '']),
  };
  let number = 0;
  const station = (name: string, maker: keyof typeof MAKER, on: Segment, host: number, stack: Stack): Station =>
    new Station(name, macOf(maker, variant, ++number), `${on.prefix}.${host}`, on, stack);
  const outside = (name: string, ip: string, ttl: number): Station =>
    new Station(name, macOf('cisco', variant, ++number), ip, segments.internet, { ...STACK.linux, ttl });

  const firewall = {
    operations: station('fw-plant', 'fortinet', segments.operations, 254, STACK.network),
    dmz: station('fw-plant', 'fortinet', segments.dmz, 1, STACK.network),
    office: station('fw-plant', 'fortinet', segments.office, 1, STACK.network),
  };
  const core = {
    control: station('core-01', 'hirschmann', segments.control, 1, STACK.network),
    operations: station('core-01', 'hirschmann', segments.operations, 1, STACK.network),
  };
  const leg = (at: Station): Leg => ({ segment: at.segment, mac: at.macBytes });
  const provider: Leg = {
    segment: segments.internet,
    mac: Uint8Array.from(macOctets(macOf('cisco', variant, ++number))),
  };
  const coreLegs = [leg(core.control), leg(core.operations)];

  const own = new Map<string, Station>();
  const fieldDevices: FieldDevice[] = [];
  controllers.forEach((c, i) => {
    const makers = MAKER_OF[c.family];
    const maker = makers[(i + (variant === 'b' ? 1 : 0)) % makers.length]!;
    own.set(c.id, station(c.id, maker, segments.control, plan.first + plan.step * i, STACK.controller));
  });
  controllers.forEach((c, i) => {
    const place = (k: number): number => 200 + ((2 * i + k) % 50);
    if (c.family === 's7' || c.family === 'profinet') {
      const short = c.id.replace(/^[a-z]+-/, '');
      fieldDevices.push({
        station: station(`io-${short}`, 'siemens', segments.control, place(0), STACK.embedded),
        controller: c,
        name: `io-${short}`,
        type: 'ET200SP',
        vendorId: 0x002a,
        deviceId: 0x0313,
        isDrive: false,
      });
      fieldDevices.push({
        station: station(`drive-${short}`, 'siemens', segments.control, place(1), STACK.embedded),
        controller: c,
        name: `drive-${short}`,
        type: 'SINAMICS G120',
        vendorId: 0x002a,
        deviceId: 0x0501,
        isDrive: true,
      });
    } else if (c.family === 'cip') {
      fieldDevices.push({
        station: station(`io-${c.id}`, 'rockwell', segments.control, place(0), STACK.embedded),
        controller: c,
        name: `io-${c.id}`,
        type: '1734-AENT/B',
        vendorId: 1,
        deviceId: 108,
        isDrive: false,
      });
    }
  });

  const extra = Math.max(0, hosts - REFERENCE_HOSTS);
  const officeCount = Math.max(4, OFFICE_HOSTS - Math.max(0, REFERENCE_HOSTS - hosts));
  const meters: Station[] = [];
  for (let i = 0; i < extra; i++) {
    const cell = Math.floor(i / METERS_PER_CELL);
    const on = meters[cell * METERS_PER_CELL]?.segment ?? {
      zone: 'cell' as const,
      vlan: plan.cellVlan + cell,
      prefix: plan.cellPrefix(cell),
    };
    if (i % METERS_PER_CELL === 0)
      coreLegs.push({ segment: on, mac: Uint8Array.from(macOctets(macOf('hirschmann', variant, ++number))) });
    meters.push(
      station(
        `meter-${cell + 1}-${(i % METERS_PER_CELL) + 1}`,
        'schneider',
        on,
        10 + (i % METERS_PER_CELL),
        STACK.embedded,
      ),
    );
  }

  const { control, operations, dmz, office } = segments;
  return {
    variant,
    domain: plan.domain,
    segments,
    topology: new Topology([[leg(firewall.operations), leg(firewall.dmz), leg(firewall.office), provider], coreLegs]),
    firewall,
    core,
    switches: [
      station('sw-control-01', 'hirschmann', control, 2, STACK.network),
      station('sw-control-02', 'hirschmann', control, 3, STACK.network),
      station('sw-operations-01', 'hirschmann', operations, 2, STACK.network),
      station('sw-dmz-01', 'cisco', dmz, 2, STACK.network),
      station('sw-office-01', 'cisco', office, 2, STACK.network),
    ],
    controllers: own,
    fieldDevices,
    hmis: [1, 2, 3].map((n) => station(`hmi-0${n}`, 'siemens', control, 80 + n, STACK.windows)),
    scada: station('scada-01', 'dell', control, 90, STACK.windows),
    engineering: station('es-01', 'dell', control, 95, STACK.windows),
    historian: station('historian-01', 'vmware', operations, 20, STACK.windows),
    gateway: station('iiot-gw-01', 'moxa', operations, 30, STACK.linux),
    backup: station('backup-01', 'vmware', operations, 40, STACK.windows),
    jumpHost: station('jump-01', 'vmware', dmz, 10, STACK.windows),
    patchServer: station('wsus-01', 'vmware', dmz, 20, STACK.windows),
    mirror: station('historian-dmz', 'vmware', dmz, 30, STACK.windows),
    broker: station('broker-01', 'vmware', dmz, 40, STACK.linux),
    vpn: station('vpn-01', 'fortinet', dmz, 50, STACK.linux),
    domainController: station('dc-01', 'vmware', office, 10, STACK.windows),
    fileServer: station('files-01', 'vmware', office, 20, STACK.windows),
    printers: [1, 2].map((n) => station(`printer-0${n}`, 'lexmark', office, 30 + n, STACK.embedded)),
    office: Array.from({ length: officeCount }, (_, i) =>
      station(`pc-${String(i + 1).padStart(2, '0')}`, i % 3 === 0 ? 'dell' : 'hp', office, 101 + i, STACK.windows),
    ),
    internet: {
      resolver: outside('resolver', '9.9.9.9', 57),
      web: outside('web', '198.51.100.24', 52),
      updates: outside('updates', '198.51.100.80', 54),
      time: outside('time', '198.51.100.123', 51),
      vendor: outside('vendor', '203.0.113.40', 49),
      evil: outside('evil', variant === 'a' ? '192.0.2.66' : '192.0.2.131', 47),
      drop: outside('drop', variant === 'a' ? '192.0.2.99' : '192.0.2.140', 47),
    },
    meters,
    rogue: station('rogue', 'raspberry', control, 199, STACK.linux),
    spareHmi: station('hmi-04', 'siemens', control, 84, STACK.windows),
  };
};

const MODELS = {
  schneider: ['Schneider Electric', 'BMX P34 2020', 'v2.70'],
  wago: ['WAGO', '750-881', '01.09.22'],
} as const;
/** Read Device Identification of a Modbus controller: vendor, product code, revision. */
export const modbusIdentityOf = (at: Station): readonly [string, string, string] =>
  at.mac.startsWith(MAKER.wago) ? MODELS.wago : MODELS.schneider;

/** Order numbers and models of S7-300 and S7-1200; the controller of the safety functions has a fail-safe CPU. */
const S7_MODELS = [
  ['6ES7 315-2EH14-0AB0', 'CPU 315-2 PN/DP'],
  ['6ES7 214-1AG40-0XB0', 'CPU 1214C DC/DC/DC'],
] as const;
const S7_SAFE_MODELS = [
  ['6ES7 317-2FK14-0AB0', 'CPU 317F-2 PN/DP'],
  ['6ES7 214-1AF40-0XB0', 'CPU 1214FC DC/DC/DC'],
] as const;

export const s7IdentityOf = (c: Controller, n: number): S7Identity => ({
  orderNumber: (c.safety ? S7_SAFE_MODELS : S7_MODELS)[n % 2 === 0 ? 0 : 1][0],
  firmware: n % 2 === 0 ? [3, 2, 7] : [4, 2, 1],
  station: c.cell,
  module: c.id,
  model: (c.safety ? S7_SAFE_MODELS : S7_MODELS)[n % 2 === 0 ? 0 : 1][1],
  serial: `S C-X4U4213020${String(n).padStart(2, '0')}`,
  slot: n % 2 === 0 ? 2 : 1,
});

export const cipIdentityOf = (n: number): { readonly own: CipIdentity; readonly rack: readonly CipIdentity[] } => {
  const own = {
    vendorId: 1,
    deviceType: 14,
    productCode: 107,
    major: 20,
    minor: 14,
    status: 0x3060,
    serial: 0x0060_b410 + n,
    productName: '1769-L33ER/A LOGIX5333ER',
  };
  return { own, rack: [own] };
};
