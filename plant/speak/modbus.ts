/** A Modbus/TCP client and server on one connection of the sample plant (MODBUS Application Protocol V1.1b3). */
import { encodeAdu, exception, FUNCTION, type ModbusMessage, request, response } from '../../src/decode/modbus/wire.ts';
import type { Channel } from '../network/stream.ts';

type Fields = Parameters<typeof request>[1];
/** The server's answer to a request; an exception code refuses. */
export type ModbusServer = (question: ModbusMessage) => { readonly exceptionCode: number } | Fields;

const MEI_BASIC = 1;

export class ModbusClient {
  readonly connection: Channel;
  readonly #server: ModbusServer;
  readonly #latencyUs: () => number;
  #transaction = 0;

  constructor(connection: Channel, server: ModbusServer, latencyUs: () => number) {
    this.connection = connection;
    this.#server = server;
    this.#latencyUs = latencyUs;
  }

  /** One request and its answer; gives the time at which the exchange is over. */
  ask(tsUs: number, functionCode: number, fields: Fields): number {
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const question = request(functionCode, { ...fields, transactionId: this.#transaction });
    const answer = this.#server(question);
    const message =
      'exceptionCode' in answer && answer.exceptionCode !== undefined
        ? exception(question, answer.exceptionCode as number)
        : response(question, answer as Fields);
    const later = tsUs + 400 + this.#latencyUs();
    this.connection.send(tsUs, true, encodeAdu(question));
    this.connection.send(later, false, encodeAdu(message));
    return later + 400;
  }

  read(tsUs: number, unitId: number, functionCode: number, address: number, quantity: number): number {
    return this.ask(tsUs, functionCode, { unitId, address, quantity });
  }

  identify(tsUs: number, unitId: number): number {
    return this.ask(tsUs, FUNCTION.ENCAPSULATED_INTERFACE, {
      unitId,
      detail: { kind: 'identification-request', readCode: MEI_BASIC, objectId: 0 },
    });
  }
}

/** Basic device identification (section 6.21): vendor, product code, revision. */
export const identification = (identity: readonly [string, string, string]): Fields => ({
  detail: {
    kind: 'identification',
    readCode: MEI_BASIC,
    conformity: 1,
    moreFollows: false,
    nextObject: 0,
    objects: [
      { id: 0, name: 'VendorName', value: identity[0] },
      { id: 1, name: 'ProductCode', value: identity[1] },
      { id: 2, name: 'MajorMinorRevision', value: identity[2] },
    ],
  },
});

export interface RegisterMap {
  /** Registers and bits from address 0, by read function: 1 coils, 2 discrete inputs, 3 holding, 4 input registers. */
  readonly areas: Readonly<Partial<Record<1 | 2 | 3 | 4, () => readonly number[]>>>;
  readonly identity: readonly [string, string, string] | undefined;
  /** Takes a value; false refuses it as an illegal value. */
  readonly write?: (area: 1 | 3, address: number, value: number) => boolean;
}

const ILLEGAL_FUNCTION = { exceptionCode: 1 };
const ILLEGAL_ADDRESS = { exceptionCode: 2 };
const ILLEGAL_VALUE = { exceptionCode: 3 };

/** A server over register maps, with the exceptions of section 7. */
export const registerServer =
  (map: RegisterMap): ModbusServer =>
  (q) => {
    const code = q.functionCode;
    if (code === FUNCTION.ENCAPSULATED_INTERFACE)
      return map.identity === undefined ? ILLEGAL_FUNCTION : identification(map.identity);
    if (code >= 1 && code <= 4) {
      const values = map.areas[code as 1 | 2 | 3 | 4]?.();
      if (values === undefined) return ILLEGAL_FUNCTION;
      if (q.address + q.quantity > values.length) return ILLEGAL_ADDRESS;
      return { values: values.slice(q.address, q.address + q.quantity) };
    }
    if (code === FUNCTION.WRITE_SINGLE_REGISTER || code === FUNCTION.WRITE_SINGLE_COIL) {
      const area = code === FUNCTION.WRITE_SINGLE_COIL ? 1 : 3;
      if (q.address >= (map.areas[area]?.().length ?? 0)) return ILLEGAL_ADDRESS;
      if (map.write?.(area, q.address, q.values[0]!) !== true) return ILLEGAL_VALUE;
      return { address: q.address, values: q.values };
    }
    return ILLEGAL_FUNCTION;
  };

/** 11: "Gateway target device failed to respond" (section 7). */
const TARGET_FAILED = { exceptionCode: 11 };
/** A gateway: units by number behind it; 255 is the gateway itself. */
export const gatewayServer =
  (units: Readonly<Record<number, ModbusServer>>): ModbusServer =>
  (q) =>
    units[q.unitId]?.(q) ?? TARGET_FAILED;
