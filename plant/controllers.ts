/** What the controllers of the sample plant hold: registers, data blocks and tags over the one physical process. */
import { CELL_A, CELL_B, modbusIdentity } from './devices.ts';
import type { Process } from './process.ts';
import { BOOL, DINT, REAL, type TagValue } from './speak/cip.ts';
import { gatewayServer, type ModbusServer, registerServer } from './speak/modbus.ts';
import { AREA, reals, type S7Memory, TYPE, words } from './speak/s7.ts';

const whole = (value: number): number => Math.max(0, Math.min(65_535, Math.round(value)));
const bit = (value: boolean): number => (value ? 1 : 0);
const high = (value: number): number => Math.floor(value / 65_536) & 0xffff;

/** Intake: holding 0..7 levels (mm), openings and speed (0.1 %), flow (0.1 m3/h), set point, alarm limits; coils 0..3. */
export const intakeServer = (p: Process): ModbusServer =>
  registerServer({
    identity: modbusIdentity.intake,
    areas: {
      1: () => [1, bit(p.inletOpen), bit(p.rawLevelM > 2.9), bit(p.rawLevelM < 1.8)],
      3: () => [
        whole(p.measured(p.rawLevelM, 0.003) * 1000),
        whole(p.measured(p.treatedLevelM, 0.003) * 1000),
        p.inletOpen ? 1000 : 80,
        whole(p.pumpSpeed * 1000),
        whole(p.measured(p.flowM3h, 0.15) * 10),
        whole(p.treatedLevelSetPointM * 1000),
        2900,
        1800,
      ],
    },
    write: (area, address, value) => {
      if (area !== 3 || address !== 5 || value < 1000 || value > 2600) return false;
      p.treatedLevelSetPointM = value / 1000;
      return true;
    },
  });

/** Dosing: input 0..4 chlorine (ug/l), turbidity (mNTU), pH (0.01), stroke (0.1 %), flow; holding 0..2 set point, limits. */
export const dosingServer = (p: Process): ModbusServer =>
  registerServer({
    identity: modbusIdentity.dosing,
    areas: {
      3: () => [whole(p.chlorineSetPointMgL * 1000), 800, 200],
      4: () => [
        whole(p.measured(p.chlorineMgL, 0.004) * 1000),
        whole(p.measured(p.turbidityNtu, 0.01) * 1000),
        whole(p.measured(7.32, 0.01) * 100),
        whole(p.doseStroke * 1000),
        whole(p.measured(p.flowM3h, 0.15) * 10),
      ],
    },
    write: (area, address, value) => {
      // The dosing controller takes set points of drinking water only: 0.1 to 0.8 mg/l.
      if (area !== 3 || address !== 0 || value < 100 || value > 800) return false;
      p.chlorineSetPointMgL = value / 1000;
      return true;
    },
  });

/** Behind the gateway: unit 1 flow meter, unit 2 energy meter; unit 3 was taken away and is still polled. */
export const meterGateway = (p: Process): ModbusServer =>
  gatewayServer({
    1: registerServer({
      identity: undefined,
      areas: {
        4: () => [whole(p.measured(p.flowM3h, 0.1) * 100), high(p.totalM3 * 10), whole(p.totalM3 * 10) & 0xffff],
      },
    }),
    2: registerServer({
      identity: undefined,
      areas: {
        3: () => [
          whole(p.measured(2300, 6)),
          whole(p.measured(2304, 6)),
          whole(p.measured(2297, 6)),
          whole((24 + 30 * p.pumpSpeed) * 10),
          high(p.energyKWh * 10),
          Math.floor(p.energyKWh * 10) & 0xffff,
        ],
      },
    }),
    255: registerServer({ identity: modbusIdentity.gateway, areas: {} }),
  });

type Item = Parameters<S7Memory>[0];
/** The octets that `item` names out of a data block. */
const part = (block: Uint8Array, item: Item, size: number): Uint8Array | undefined => {
  const from = item.address >> 3;
  return from + size * item.count <= block.length ? block.slice(from, from + size * item.count) : undefined;
};
const sizeOf = (item: Item): number =>
  item.elementType === TYPE.REAL ? 4 : item.elementType === TYPE.BYTE || item.elementType === TYPE.BOOL ? 1 : 2;

/** Heater: DB10 temperature, set point, valve (%), flow as REAL from 0; status WORD at 16. */
export const heaterMemory =
  (p: Process): S7Memory =>
  (item) => {
    if (item.area !== AREA.DB || item.db !== 10) return undefined;
    const values = reals(
      p.measured(p.temperatureC, 0.06),
      p.temperatureSetPointC,
      p.steamValve * 100,
      p.measured(p.flowM3h, 0.15),
    );
    return part(Uint8Array.from([...values, ...words(p.heaterRuns ? 1 : 0)]), item, sizeOf(item));
  };

/** Washer: DB1 caustic temperature, conductivity as REAL from 0; step INT at 8. */
export const washerMemory =
  (p: Process): S7Memory =>
  (item) => {
    if (item.area !== AREA.DB || item.db !== 1) return undefined;
    const values = reals(p.measured(p.washerC, 0.08), p.measured(82.5, 0.4));
    return part(Uint8Array.from([...values, ...words(p.washerStep)]), item, sizeOf(item));
  };

const real = (value: number): TagValue => ({ type: REAL, value });
const dint = (value: number): TagValue => ({ type: DINT, value: Math.floor(value) });
const bool = (value: boolean): TagValue => ({ type: BOOL, value: bit(value) });

/** Tags of the filler (cell A) and of the packer (cell B). */
export const cellTags = (p: Process, cell: number): Readonly<Record<string, () => TagValue>> =>
  cell === CELL_A
    ? {
        Filler_Speed: () => real(p.measured(p.bottlesPerMinute, 0.5)),
        Filler_FillVolume: () => real(p.fillMl),
        Filler_Bottles: () => dint(p.bottles),
        Filler_Rejects: () => dint(p.rejected),
        Filler_Running: () => bool(p.bottlesPerMinute > 5),
      }
    : cell === CELL_B
      ? {
          Capper_Torque: () => real(p.capTorqueNm),
          Capper_Running: () => bool(p.bottlesPerMinute > 5),
          Packer_Cases: () => dint(p.cases),
          Packer_Speed: () => real(p.measured(p.bottlesPerMinute / 12, 0.05)),
        }
      : {};
