/**
 * What engineering tools do to controllers, in the protocol of each make: read a program, load one, stop, start, update
 * firmware. The wire alone: what it does to the process is the caller's business (`world.happen`).
 */
import { encodeData } from '../../src/decode/cotp/wire.ts';
import { encodeEpath } from '../../src/decode/enip/wire.ts';
import { FUNCTION as MODBUS } from '../../src/decode/modbus/wire.ts';
import { encodeS7, FUNCTION, ROSCTR, s7Message } from '../../src/decode/s7comm/wire.ts';
import type { Controller } from '../world.ts';
import type { Activity } from './clockwork.ts';
import { ascii, be16, be32, le16, le32 } from './it/octets.ts';
import { CipMaster } from './masters/cip.ts';
import type { Master } from './masters/master.ts';
import { ModbusMaster } from './masters/modbus.ts';
import { OpcuaMaster } from './masters/opcua.ts';
import { S7Master } from './masters/s7.ts';
import type { Scene } from './scene.ts';
import type { Station } from './station.ts';

/** Octets of program in one PDU. */
const S7_PIECE = 220;
const UMAS_PIECE = 200;
const CIP_PIECE = 400;
/** UMAS functions as public research names them. */
const UMAS = {
  INIT: 1,
  RESERVE: 0x10,
  RELEASE: 0x11,
  BEGIN: 0x30,
  BLOCK: 0x31,
  END: 0x32,
  START: 0x40,
  STOP: 0x41,
} as const;
const UMAS_DONE = 0xfe;
/** Logix object classes and services as engineering tools are seen to use them. */
const LOCK = encodeEpath({ cls: 0x74, instance: 1 });
const PROGRAM = encodeEpath({ cls: 0x68, instance: 1 });
const MODE = encodeEpath({ cls: 0x8e, instance: 1 });
const FIRMWARE = encodeEpath({ cls: 0xa1, instance: 1 });
const TAKE = 0x4b;
const GIVE_BACK = 0x4c;
const WRITE_PART = 0x4d;
const START = 6;
const STOP = 7;
/** OPC 10000-5: FileType.Write; ServerConfiguration's request for another state stands for the controller's mode. */
const FILE_WRITE = 11_588;
const REQUEST_STATE = 12_886;
const NOTHING = new Uint8Array(0);

/** A tool at `from`, connected to the controller. The caller closes its stream. */
export function* connect(scene: Scene, from: Station, controller: Controller): Generator<number, Master, void> {
  const master = scene.master(from, controller, 1);
  const t = master.open(scene.nowUs);
  yield t - scene.nowUs + 50_000;
  return master;
}

const umas = (m: ModbusMaster, tsUs: number, code: number, octets: ArrayLike<number> = [], key = 0): number => {
  const question = {
    detail: { kind: 'umas', pairingKey: key, umasFunction: code, octets: withHead(key, code, octets) },
  } as const;
  const answer = {
    detail: { kind: 'umas', pairingKey: key, umasFunction: UMAS_DONE, octets: withHead(key, UMAS_DONE, [key]) },
  } as const;
  return m.ask(tsUs, MODBUS.UMAS, question, answer);
};
const withHead = (key: number, code: number, octets: ArrayLike<number>): Uint8Array =>
  Uint8Array.from([key, code, ...Array.from(octets)]);

/** A job that the controller asks of the client: block transfer is turned round in a download. */
const s7Fetch = (
  m: S7Master,
  tsUs: number,
  functionCode: number,
  name: string,
  payload: Uint8Array,
  isLast: boolean,
  reference: number,
): number => {
  const transfer = { kind: 'transfer', session: 0, blockLength: -1 } as const;
  const file = { name, block: '', destination: 'P' };
  const job = encodeS7(
    s7Message({
      rosctr: ROSCTR.JOB,
      functionCode,
      pduReference: reference,
      detail: { ...transfer, status: 0, file },
    }),
  );
  const done = encodeS7(
    s7Message({
      rosctr: ROSCTR.ACK_DATA,
      functionCode,
      pduReference: reference,
      detail: { ...transfer, session: -1, status: isLast ? 0 : 1, file: undefined },
      payload,
    }),
  );
  m.stream.send(tsUs, false, encodeData(job)[0]!);
  m.stream.send(tsUs + 1_500, true, encodeData(done)[0]!);
  return tsUs + 3_000;
};

const s7Job = (
  m: S7Master,
  tsUs: number,
  job: Parameters<typeof s7Message>[0],
  answer: Omit<Parameters<typeof s7Message>[0], 'rosctr'>,
  reference: number,
): number => {
  const common = { pduReference: reference, functionCode: job.functionCode ?? -1 };
  m.stream.send(tsUs, true, encodeData(encodeS7(s7Message({ ...job, ...common })))[0]!);
  m.stream.send(
    tsUs + 3_000,
    false,
    encodeData(encodeS7(s7Message({ ...answer, ...common, rosctr: ROSCTR.ACK_DATA })))[0]!,
  );
  return tsUs + 5_000;
};

/** Loads a program of `octets`; the controller's own logic is the caller's business. Ends when it was taken over. */
export function* downloadProgram(scene: Scene, master: Master, octets: number): Activity {
  let t = scene.nowUs;
  if (master instanceof S7Master) {
    let reference = 0x2000 + scene.random.integer(0, 0xfff);
    for (const [block, part] of [
      ['0800001', 0.2],
      ['0C00010', 0.8],
    ] as const) {
      const size = Math.max(64, Math.round(octets * part));
      const name = `_${block}P`;
      const file = { name, block: '', destination: 'P' };
      const transfer = { kind: 'transfer', status: 0, session: 0 } as const;
      t = s7Job(
        master,
        t,
        {
          rosctr: ROSCTR.JOB,
          functionCode: FUNCTION.REQUEST_DOWNLOAD,
          detail: { ...transfer, file, blockLength: size },
        },
        {
          functionCode: FUNCTION.REQUEST_DOWNLOAD,
          detail: { ...transfer, session: -1, file: undefined, blockLength: -1 },
        },
        ++reference,
      );
      for (let at = 0; at < size; at += S7_PIECE) {
        const piece = scene.octets(Math.min(S7_PIECE, size - at));
        t = s7Fetch(master, t, FUNCTION.DOWNLOAD_BLOCK, name, piece, at + S7_PIECE >= size, ++reference);
        yield t - scene.nowUs + 4_000;
        t = scene.nowUs;
      }
      t = s7Fetch(master, t, FUNCTION.DOWNLOAD_ENDED, name, NOTHING, true, ++reference);
      // _INSE: one block, 0, its name; the controller takes it over.
      const argument = `\u0001\u0000${block}P`;
      t = s7Job(
        master,
        t,
        {
          rosctr: ROSCTR.JOB,
          functionCode: FUNCTION.PI_SERVICE,
          detail: { kind: 'pi', service: '_INSE', argument, blocks: [] },
        },
        { functionCode: FUNCTION.PI_SERVICE },
        ++reference,
      );
      yield t - scene.nowUs + 20_000;
      t = scene.nowUs;
    }
  } else if (master instanceof ModbusMaster) {
    const key = 0x21;
    t = umas(master, t, UMAS.INIT, [0]);
    const host = ascii(master.stream.client.name.toUpperCase());
    t = umas(master, t, UMAS.RESERVE, [...le32(0x2d41), host.length, ...host]);
    t = umas(master, t, UMAS.BEGIN, [...le16(1)], key);
    for (let at = 0, block = 1; at < octets; at += UMAS_PIECE, block++) {
      const piece = scene.octets(Math.min(UMAS_PIECE, octets - at));
      t = umas(master, t, UMAS.BLOCK, [...le16(1), ...le16(block), ...le16(piece.length), ...piece], key);
      yield t - scene.nowUs + 4_000;
      t = scene.nowUs;
    }
    t = umas(master, t, UMAS.END, [...le16(1)], key);
    t = umas(master, t, UMAS.RELEASE, [], key);
    yield t - scene.nowUs;
  } else if (master instanceof CipMaster) {
    t = master.ask(t, TAKE, LOCK, Uint8Array.from(le32(0x1122)));
    t = master.ask(t, STOP, MODE, NOTHING);
    for (let at = 0; at < octets; at += CIP_PIECE) {
      t = master.ask(
        t,
        WRITE_PART,
        PROGRAM,
        Uint8Array.from([...le32(at), ...scene.octets(Math.min(CIP_PIECE, octets - at))]),
      );
      yield t - scene.nowUs + 4_000;
      t = scene.nowUs;
    }
    t = master.ask(t, START, MODE, NOTHING);
    t = master.ask(t, GIVE_BACK, LOCK, NOTHING);
    yield t - scene.nowUs;
  } else if (master instanceof OpcuaMaster) {
    for (let at = 0; at < octets; at += 1_024) {
      t = master.call(t, FILE_WRITE, scene.octets(Math.min(1_024, octets - at)));
      yield t - scene.nowUs + 4_000;
      t = scene.nowUs;
    }
  }
}

/** Stops or starts the controller, on the wire. */
export const changeMode = (scene: Scene, master: Master, run: boolean): number => {
  const t = scene.nowUs;
  if (master instanceof S7Master) return run ? master.client.start(t) : master.client.stop(t);
  if (master instanceof ModbusMaster) return umas(master, t, run ? UMAS.START : UMAS.STOP, [0xff, 0], 0x21);
  if (master instanceof CipMaster) return master.ask(t, run ? START : STOP, MODE, NOTHING);
  if (master instanceof OpcuaMaster) return master.call(t, REQUEST_STATE, Uint8Array.of(run ? 0 : 3));
  return t;
};

/** Puts another firmware on the communication module of a CIP controller: announces length and offset, then blocks. */
export function* updateFirmware(scene: Scene, master: CipMaster, octets: number): Activity {
  let t = master.ask(scene.nowUs, TAKE, FIRMWARE, Uint8Array.from([...be16(1), ...be32(octets), ...be32(0)]));
  for (let at = 0; at < octets; at += CIP_PIECE) {
    const piece = scene.octets(Math.min(CIP_PIECE, octets - at));
    t = master.ask(t, WRITE_PART, FIRMWARE, Uint8Array.from([...le32(at), ...piece]));
    yield t - scene.nowUs + 3_000;
    t = scene.nowUs;
  }
}

/** Asks a controller who it is, as a tool does when it goes online. Ends when it was told. */
export function* identify(scene: Scene, master: Master): Activity {
  let t = scene.nowUs;
  if (master instanceof S7Master) t = master.client.identify(t);
  else if (master instanceof CipMaster) t = master.client.identify(t, 2);
  else if (master instanceof ModbusMaster)
    t = master.ask(
      t,
      MODBUS.ENCAPSULATED_INTERFACE,
      { detail: { kind: 'identification-request', readCode: 1, objectId: 0 } },
      master.identity,
    );
  yield t - scene.nowUs + 10_000;
}
