/**
 * A Modbus controller and its panel by `modbus-serial`: the server answers from the memory of a controller of the physics,
 * the client polls it, writes a set point, and asks for what is not there.
 */

import type ModbusClient from 'modbus-serial';
import type { ServerTCP } from 'modbus-serial';
import { octetsOf, rawOf } from '../../plant/network/masters/master.ts';
import { modbusPlace } from '../../plant/network/masters/modbus.ts';
import type { PointDefinition } from '../../plant/world.ts';
import { ADDRESS, type LiveStack, load, PORT, type StackContext } from './truth.ts';

const UNIT = 1;
const COUNT = 40;
const COILS = 16;
/** Illegal data address and value (MODBUS Application Protocol V1.1b3, section 7). */
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

const refusal = (code: number): Error => Object.assign(new Error(`exception ${code}`), { modbusErrorCode: code });
const codeOf = (error: unknown): string => {
  const { modbusCode, errno } = error as { readonly modbusCode?: number; readonly errno?: string };
  return String(modbusCode ?? errno ?? error);
};

export const startModbus = async ({ world, note }: StackContext): Promise<LiveStack> => {
  const { default: Client, ServerTCP: Server } = load('modbus-serial') as {
    default: new () => ModbusClient;
    ServerTCP: new (...given: ConstructorParameters<typeof ServerTCP>) => ServerTCP;
  };
  const controller = world.controllers.find((c) => c.family === 'modbus')!;
  const registers = new Map<number, { readonly point: PointDefinition; readonly high: boolean }>();
  const coils = new Map<number, PointDefinition>();
  for (const point of controller.points) {
    const { area, address } = modbusPlace(point);
    if (area === 'coil') coils.set(address, point);
    else if (octetsOf(point) === 2) registers.set(address, { point, high: false });
    else {
      registers.set(address, { point, high: true });
      registers.set(address + 1, { point, high: false });
    }
  }
  const wordAt = (address: number): number => {
    const held = registers.get(address);
    if (held === undefined) return 0;
    const raw = rawOf(held.point, controller.read(held.point.name));
    return (held.high ? raw >>> 16 : raw) & 0xffff;
  };
  const take = (point: PointDefinition | undefined, raw: number): void => {
    if (point === undefined) throw refusal(ILLEGAL_ADDRESS);
    const outcome = controller.write(point.name, raw / point.scale);
    if (outcome !== 'accepted') throw refusal(outcome === 'out-of-range' ? ILLEGAL_VALUE : ILLEGAL_ADDRESS);
  };
  const last = Math.max(...registers.keys());
  const say = (kind: 'read' | 'write', path: string, value: number): void =>
    note({ stack: 'modbus', by: 'server', kind, path, value, refused: '' });
  const server = new Server(
    {
      getMultipleHoldingRegisters: (address, length) => {
        if (address + length - 1 > last) throw refusal(ILLEGAL_ADDRESS);
        return Array.from({ length }, (_, i) => {
          const value = wordAt(address + i);
          say('read', `holding ${address + i}`, value);
          return value;
        });
      },
      getCoil: (address) => {
        const point = coils.get(address);
        const value = point !== undefined && controller.read(point.name) !== 0;
        say('read', `coil ${address}`, value ? 1 : 0);
        return value;
      },
      setRegister: (address, value) => {
        take(registers.get(address)?.point, value);
        say('write', `holding ${address}`, value);
      },
      setCoil: (address, value) => {
        take(coils.get(address), value ? 1 : 0);
        say('write', `coil ${address}`, value ? 1 : 0);
      },
    },
    { host: ADDRESS.modbus, port: PORT.modbus, unitID: UNIT },
  );
  await new Promise<void>((resolve, reject) => server.on('initialized', resolve).on('serverError', reject));
  const client = new Client();
  await client.connectTCP(ADDRESS.modbus, { port: PORT.modbus, localAddress: ADDRESS.panel });
  client.setID(UNIT);
  client.setTimeout(1_000);

  const told = (kind: 'read' | 'write', path: string, value: number, refused = ''): void =>
    note({ stack: 'modbus', by: 'client', kind, path, value, refused });
  const write = async (path: string, value: number, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      told('write', path, value);
    } catch (error) {
      told('write', path, value, codeOf(error));
    }
  };
  const setPoint = controller.points.find((p) => p.nature === 'set-point' && p.writable && octetsOf(p) === 2)!;
  const at = modbusPlace(setPoint).address;
  const firstCoil = Math.min(...coils.keys());
  return {
    round: async (n) => {
      const { data } = await client.readHoldingRegisters(0, Math.min(COUNT, last + 1));
      for (const [i, value] of data.entries()) told('read', `holding ${i}`, value);
      const bits = await client.readCoils(firstCoil, COILS);
      for (const [i, value] of bits.data.slice(0, COILS).entries())
        told('read', `coil ${firstCoil + i}`, value ? 1 : 0);
      if (n % 3 === 1) {
        const raw = rawOf(setPoint, controller.read(setPoint.name)) + (n % 2 === 0 ? 1 : -1);
        await write(`holding ${at}`, raw, () => client.writeRegister(at, raw));
      }
      // Far beyond what it may be: the controller refuses it.
      if (n % 5 === 2) await write(`holding ${at}`, 65_535, () => client.writeRegister(at, 65_535));
      if (n % 5 === 3)
        try {
          await client.readHoldingRegisters(last + 1_000, 1);
        } catch (error) {
          told('read', `holding ${last + 1_000}`, 0, codeOf(error));
        }
    },
    stop: async () => {
      await new Promise<void>((resolve) => client.close(resolve));
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
};
