/**
 * An S7 client and controller on one connection of the sample plant: COTP set-up (RFC 1006, ISO 8073 class 0), S7comm
 * set-up, variables, system status lists, upload, stop and start.
 */
import { encodeConnection, encodeData, TPDU } from '../../src/decode/cotp/wire.ts';
import {
  AREA,
  anyItem,
  encodeS7,
  encodeUserdata,
  FUNCTION,
  ROSCTR,
  type S7Message,
  s7Message,
  TYPE,
} from '../../src/decode/s7comm/wire.ts';
import type { S7Identity } from '../devices.ts';
import type { Channel } from '../network/stream.ts';

const PDU_LENGTH = 480;
/** Octets of a block in one Upload answer: PDU less header (12), parameter (2) and length (4). */
const UPLOAD_PIECE = PDU_LENGTH - 18;
const SUCCESS = 0xff;

export { AREA, anyItem, TYPE };

type Item = ReturnType<typeof anyItem>;
/** Octets of an item as the controller holds them; undefined: there is nothing at this address. */
export type S7Memory = (item: Item) => Uint8Array | undefined;

/** REAL, INT and WORD values as the big-endian octets of a data block. */
export const reals = (...values: readonly number[]): Uint8Array => {
  const out = new Uint8Array(4 * values.length);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value);
  });
  return out;
};
export const words = (...values: readonly number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));

/** Data transport size of an element: 3 bit, 4 octets counted in bits, 7 real. */
const transportOf = (item: Item): number =>
  item.elementType === TYPE.BOOL ? 3 : item.elementType === TYPE.REAL ? 7 : 4;

export class S7Client {
  readonly connection: Channel;
  readonly #memory: S7Memory;
  readonly #identity: S7Identity;
  readonly #latencyUs: () => number;
  #reference = 0;

  constructor(connection: Channel, memory: S7Memory, identity: S7Identity, latencyUs: () => number) {
    this.connection = connection;
    this.#memory = memory;
    this.#identity = identity;
    this.#latencyUs = latencyUs;
  }

  #exchange(tsUs: number, question: Uint8Array, answer: Uint8Array): number {
    const later = tsUs + 400 + this.#latencyUs();
    for (const packet of encodeData(question)) this.connection.send(tsUs, true, packet);
    for (const packet of encodeData(answer)) this.connection.send(later, false, packet);
    return later + 400;
  }

  #job(tsUs: number, job: Partial<S7Message>, answer: Partial<S7Message>): number {
    this.#reference = (this.#reference + 0x100) & 0xffff;
    const common = { pduReference: this.#reference, functionCode: job.functionCode ?? -1 };
    return this.#exchange(
      tsUs,
      encodeS7(s7Message({ ...job, ...common, rosctr: ROSCTR.JOB })),
      encodeS7(s7Message({ ...answer, ...common, rosctr: ROSCTR.ACK_DATA })),
    );
  }

  /** TCP, COTP and S7 set-up. `connectionType`: 1 programming device, 2 operator panel, 3 other. */
  open(tsUs: number, connectionType: 1 | 2 | 3): number {
    this.connection.open(tsUs);
    const tpdu = (code: number, destinationReference: number, sourceReference: number) =>
      encodeConnection({
        type: '',
        code,
        destinationReference,
        sourceReference,
        transportClass: 0,
        tpduSize: 1024,
        callingTsap: '0100',
        calledTsap: `0${connectionType}0${this.#identity.slot}`,
        reason: -1,
      });
    this.connection.send(tsUs + 1000, true, tpdu(TPDU.CR, 0, 1));
    this.connection.send(tsUs + 2000, false, tpdu(TPDU.CC, 1, 0x4431));
    const detail = { kind: 'setup', maxCalling: 1, maxCalled: 1, pduLength: PDU_LENGTH } as const;
    return this.#job(tsUs + 3000, { functionCode: FUNCTION.SETUP, detail }, { detail });
  }

  close(tsUs: number): void {
    this.connection.close(tsUs);
  }

  read(tsUs: number, items: readonly Item[]): number {
    const octets: number[] = [];
    const data = items.map((item) => {
      const value = this.#memory(item);
      if (value === undefined) return { returnCode: 0x0a, transportSize: 0, start: 0, length: 0 };
      const start = octets.push(...value) - value.length;
      return { returnCode: SUCCESS, transportSize: transportOf(item), start, length: value.length };
    });
    return this.#job(tsUs, { functionCode: FUNCTION.READ_VAR, items }, { data, payload: Uint8Array.from(octets) });
  }

  write(tsUs: number, item: Item, value: Uint8Array): number {
    const data = [{ returnCode: 0, transportSize: transportOf(item), start: 0, length: value.length }];
    const done = [{ returnCode: SUCCESS, transportSize: 0, start: 0, length: 0 }];
    return this.#job(tsUs, { functionCode: FUNCTION.WRITE_VAR, items: [item], data, payload: value }, { data: done });
  }

  /** CPU function Read SZL; the answer's list has entries of one length. */
  #szl(tsUs: number, id: number, index: number, entries: readonly Uint8Array[]): number {
    this.#reference = (this.#reference + 0x100) & 0xffff;
    const common = { pduReference: this.#reference, group: 4, subfunction: 1 };
    const list = [...words(id, index, entries[0]?.length ?? 0, entries.length), ...entries.flatMap((e) => [...e])];
    return this.#exchange(
      tsUs,
      encodeUserdata({ ...common, kindOfUserdata: 4, sequence: 0, payload: words(id, index) }),
      encodeUserdata({ ...common, kindOfUserdata: 8, sequence: 1, payload: Uint8Array.from(list) }),
    );
  }

  /** Module and component identification, as an engineering station reads them when it goes online. */
  identify(tsUs: number): number {
    const { orderNumber, firmware, station, module, model, serial } = this.#identity;
    const padded = (text: string, length: number, fill: number) =>
      Array.from({ length }, (_, i) => (i < text.length ? text.charCodeAt(i) & 127 : fill));
    // List 0x11: index, order number (20), type, version (2 + 2); 0x56 is `V`.
    const module11 = (index: number, version: readonly number[]) =>
      Uint8Array.from([0, index, ...padded(orderNumber, 20, 0x20), 0, 0xc0, ...version]);
    const [major, minor, patch] = firmware;
    const t = this.#szl(tsUs, 0x0011, 0, [
      module11(1, [0, 3, 0, 1]),
      module11(6, [0, 3, 0, 1]),
      module11(7, [0x56, major, minor, patch]),
    ]);
    // List 0x1C: index, 32 octets of text.
    const component = (index: number, text: string) => Uint8Array.from([0, index, ...padded(text, 32, 0)]);
    return this.#szl(t, 0x001c, 0, [
      component(1, station),
      component(2, module),
      component(3, 'Water and bottling'),
      component(4, 'Original Siemens Equipment'),
      component(5, serial),
      component(7, model),
    ]);
  }

  /** Reads a block out of the controller: Start Upload, pieces, End Upload. `name` as `_0800001A` (OB 1, active). */
  upload(tsUs: number, name: string, block: Uint8Array): number {
    const session = 7;
    const transfer = { kind: 'transfer', status: 0, session, file: undefined, blockLength: -1 } as const;
    let t = this.#job(
      tsUs,
      {
        functionCode: FUNCTION.START_UPLOAD,
        detail: { ...transfer, session: 0, file: { name, block: '', destination: 'A' } },
      },
      { detail: { ...transfer, blockLength: block.length } },
    );
    for (let o = 0; o < block.length; o += UPLOAD_PIECE) {
      const payload = block.subarray(o, o + UPLOAD_PIECE);
      const status = o + UPLOAD_PIECE < block.length ? 1 : 0;
      t = this.#job(
        t,
        { functionCode: FUNCTION.UPLOAD, detail: transfer },
        { detail: { ...transfer, session: -1, status }, payload },
      );
    }
    return this.#job(t, { functionCode: FUNCTION.END_UPLOAD, detail: transfer }, {});
  }

  stop(tsUs: number): number {
    const detail = { kind: 'pi', service: 'P_PROGRAM', argument: '', blocks: [] } as const;
    return this.#job(tsUs, { functionCode: FUNCTION.PLC_STOP, detail }, {});
  }

  start(tsUs: number): number {
    const detail = { kind: 'pi', service: 'P_PROGRAM', argument: '', blocks: [] } as const;
    return this.#job(tsUs, { functionCode: FUNCTION.PI_SERVICE, detail }, {});
  }
}
