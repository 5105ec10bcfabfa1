/**
 * What controllers and their remote I/O and drives say to each other cyclically: PROFINET RT (IEC 61158-6-10) and CIP I/O
 * (The CIP Networks Library volume 2, 3-2.2). The mirror samples it: a frame every few seconds stands for the hundreds that
 * the wire carries. The data are the points of the controller in the order of its memory, inputs from the I/O device,
 * outputs to it.
 */
import { encodeIo } from '../../src/decode/cip-io/wire.ts';
import {
  encodeEpath,
  encodeForwardOpen,
  encodeForwardOpened,
  encodeRegisterSession,
  encodeRequest,
  encodeResponse,
  encodeUnconnected,
} from '../../src/decode/enip/wire.ts';
import { encodeRt } from '../../src/decode/profinet-rt/wire.ts';
import type { Controller } from '../world.ts';
import { PROFINET } from './chatter.ts';
import type { FieldDevice } from './hosts.ts';
import { octetsOf, Slot } from './masters/master.ts';
import { type Scene, SECOND_US } from './scene.ts';

/** Period at which the mirror shows a frame of each direction, seconds. */
const SAMPLED_S = 10;
/** PROFINET counts cycles of 31.25 us. */
const CYCLE_US = 31.25;
const RT_CLASS_1_FIRST = 0x8000;
/** DataStatus: primary, valid, provider runs, no problem. */
const STATUS_RUN = 0x35;
const STATUS_STOP = 0x25;
const IO_PORT = 2222;
const ENIP_PORT = 44_818;
const FORWARD_OPEN = 0x54;
const MAX_IO_OCTETS = 96;

/** Points as they stand in a cyclic frame. */
class Image {
  readonly bytes: Uint8Array;
  readonly #slots: readonly Slot[];

  /** `at`: where the data begin in the frame that `update` fills. */
  constructor(controller: Controller, isInput: boolean, little: boolean, at: number) {
    const wanted = controller.points.filter((p) => (isInput ? p.nature === 'measured' : p.nature === 'output'));
    const slots: Slot[] = [];
    let size = 0;
    for (const p of wanted) {
      if (size + octetsOf(p) > MAX_IO_OCTETS) break;
      slots.push(new Slot(controller, p, at + size, little));
      size += octetsOf(p);
    }
    this.#slots = slots;
    this.bytes = new Uint8Array(Math.max(2, size));
  }

  update(out: Uint8Array): Uint8Array {
    for (const slot of this.#slots) slot.put(out);
    return out;
  }
}

/** Cycle counter and data status stand at the end, before the transfer status. */
const stamp = (frame: Uint8Array, cycle: number, status: number): void => {
  frame[frame.length - 4] = cycle >> 8;
  frame[frame.length - 3] = cycle & 255;
  frame[frame.length - 2] = status;
};

const profinet = (scene: Scene, device: FieldDevice, n: number): void => {
  const controller = scene.station(device.controller);
  const input = new Image(device.controller, true, false, 2);
  const output = new Image(device.controller, false, false, 2);
  const { segment } = device.station;
  const frameOf = (frameId: number, data: Uint8Array): Uint8Array =>
    encodeRt({ frameId, data, cycleCounter: 0, dataStatus: 0 });
  const up = frameOf(RT_CLASS_1_FIRST + 2 * n, input.bytes);
  const down = frameOf(RT_CLASS_1_FIRST + 2 * n + 1, output.bytes);
  scene.clock.every(scene.at(2 + n * 0.37), SAMPLED_S * SECOND_US, 30_000, (tsUs) => {
    if (scene.packets.silent.has(controller)) return;
    const cycle = Math.floor(tsUs / CYCLE_US) & 0xffff;
    const isRunning = device.controller.mode === 'run';
    stamp(input.update(up), cycle, STATUS_RUN);
    scene.frame(tsUs, segment, controller.macBytes, device.station.macBytes, PROFINET, up);
    stamp(output.update(down), cycle, isRunning ? STATUS_RUN : STATUS_STOP);
    scene.frame(tsUs + 210, segment, device.station.macBytes, controller.macBytes, PROFINET, down);
  });
};

const cipIo = (scene: Scene, device: FieldDevice, n: number): void => {
  const controller = scene.station(device.controller);
  const adapter = device.station;
  const otId = 0x0041_0000 + n;
  const toId = 0x0042_0000 + n;
  const session = 0x0100_0000 + n;
  const input = new Image(device.controller, true, true, 2);
  const output = new Image(device.controller, false, true, 6);
  // Sequence count (2) and, to the device, the run/idle header (4) stand before the data.
  const up = new Uint8Array(2 + input.bytes.length);
  const down = new Uint8Array(6 + output.bytes.length);
  scene.clock.once(scene.at(1.2 + n * 0.11), (tsUs) => {
    const stream = scene.stream(controller, adapter, ENIP_PORT);
    stream.open(tsUs);
    let t = stream.exchange(tsUs + 1_000, encodeRegisterSession(), encodeRegisterSession({ session }), scene.latency());
    const open = {
      otId: 0,
      toId,
      serial: 0x300 + n,
      vendor: 1,
      originator: 0x0060_b410 + n,
      otRpiUs: 20_000,
      toRpiUs: 20_000,
      otSize: down.length,
      toSize: up.length,
      transportClass: 1,
    };
    const path = encodeEpath({ cls: 4, instance: 100 });
    t = stream.exchange(
      t,
      encodeUnconnected(
        encodeRequest(FORWARD_OPEN, encodeEpath({ cls: 6, instance: 1 }), encodeForwardOpen(open, path)),
        { session },
      ),
      encodeUnconnected(encodeResponse(FORWARD_OPEN, 0, encodeForwardOpened({ ...open, otId })), { session }),
      scene.latency(),
    );
  });
  let sequence = 0;
  scene.clock.every(scene.at(3 + n * 0.41), SAMPLED_S * SECOND_US, 30_000, (tsUs) => {
    if (scene.packets.silent.has(controller)) return;
    // 200 packets pass unseen between two that the mirror shows.
    sequence += (SAMPLED_S * SECOND_US) / 20_000;
    down[0] = up[0] = sequence & 255;
    down[1] = up[1] = (sequence >> 8) & 255;
    down[2] = device.controller.mode === 'run' ? 1 : 0;
    scene.packets.udp(tsUs, controller, adapter, IO_PORT, IO_PORT, encodeIo(otId, sequence >>> 0, output.update(down)));
    scene.packets.udp(
      tsUs + 300,
      adapter,
      controller,
      IO_PORT,
      IO_PORT,
      encodeIo(toId, sequence >>> 0, input.update(up)),
    );
  });
};

/** Begins all cyclic traffic. */
export const fieldbuses = (scene: Scene): void => {
  for (const [n, device] of scene.plant.fieldDevices.entries())
    if (device.controller.family === 'cip') cipIo(scene, device, n);
    else profinet(scene, device, n);
};
