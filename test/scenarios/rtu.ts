/** An outstation by IEC 60870-5-104 and its master: an interrogation at the start, values as they change, single commands. */

import { type Scene, SECOND_US } from '../../plant/network/scene.ts';
import type { Station } from '../../plant/network/station.ts';
import type { Stream } from '../../plant/network/stream.ts';
import { encodeControl, encodeInformation } from '../../src/decode/iec104/wire.ts';

/** IEC 60870-5-104 section 5.3 and 60870-5-101 section 7.2: U frames, types and causes. */
const START = [0x07, 0x0b] as const;
const TEST = [0x43, 0x83] as const;
const MEASURED_FLOAT = 13;
const SINGLE_POINT = 1;
const SINGLE_COMMAND = 45;
const INTERROGATION = 100;
const CAUSE = { SPONTANEOUS: 3, ACTIVATION: 6, CONFIRMATION: 7, TERMINATION: 10, INTERROGATED: 20 } as const;
const IEC104_PORT = 2404;
const MEASURED_FROM = 4_000;
/** Single points, each with its breaker's command 1000 above. */
const SWITCHED_FROM = 1;
export const COMMANDS_FROM = 1_001;
export const BREAKERS = 8;

export class Rtu {
  readonly station: Station;
  readonly #scene: Scene;
  readonly #common: number;
  readonly state = Array.from({ length: BREAKERS }, () => 1);
  readonly #values = [20.1, 0.4, 50, 110.2];

  constructor(scene: Scene, station: Station, common: number) {
    this.#scene = scene;
    this.station = station;
    this.#common = common;
  }

  /** A master's connection, started. */
  connect(master: Station): Link {
    const stream = this.#scene.stream(master, this.station, IEC104_PORT);
    stream.open(this.#scene.nowUs);
    const endUs = stream.exchange(this.#scene.nowUs + 1_000, encodeControl(START[0]), encodeControl(START[1]), 2_000);
    return new Link(this.#scene, stream, this, this.#common, endUs);
  }

  measured(): { address: number; elements: Uint8Array }[] {
    return this.#values.map((value, i) => {
      this.#values[i] = value * (1 + 0.001 * this.#scene.random.normal());
      const elements = new Uint8Array(5);
      new DataView(elements.buffer).setFloat32(0, this.#values[i]!, true);
      return { address: MEASURED_FROM + i, elements };
    });
  }
}

export class Link {
  readonly stream: Stream;
  readonly #scene: Scene;
  readonly #rtu: Rtu;
  readonly #common: number;
  /** Counted by both: sent by the master, sent by the outstation. */
  #up = 0;
  #down = 0;
  #freeUs: number;

  constructor(scene: Scene, stream: Stream, rtu: Rtu, common: number, freeUs: number) {
    this.#scene = scene;
    this.stream = stream;
    this.#rtu = rtu;
    this.#common = common;
    this.#freeUs = freeUs;
  }

  #ask(typeId: number, address: number, element: number): void {
    const objects = [{ address, elements: Uint8Array.of(element) }];
    const frame = (cause: number, sent: number, received: number): Uint8Array =>
      encodeInformation(sent, received, { typeId, cause, commonAddress: this.#common, objects });
    let t = Math.max(this.#scene.nowUs, this.#freeUs);
    t = this.stream.say(t, true, frame(CAUSE.ACTIVATION, this.#up++, this.#down));
    t = this.stream.say(t + 4_000, false, frame(CAUSE.CONFIRMATION, this.#down++, this.#up));
    if (typeId === INTERROGATION) {
      this.#freeUs = t;
      this.report(CAUSE.INTERROGATED);
      t = this.#freeUs;
    }
    t = this.stream.say(t + 4_000, false, frame(CAUSE.TERMINATION, this.#down++, this.#up));
    this.stream.acknowledge(t + 20_000, true);
    this.#freeUs = t + 21_000;
  }

  interrogate(): void {
    this.#ask(INTERROGATION, 0, 20);
  }
  /** A breaker, at once; of addresses beyond them the outstation says the same. */
  command(address: number, isOn: boolean): void {
    const breaker = address - COMMANDS_FROM;
    if (breaker >= 0 && breaker < BREAKERS) this.#rtu.state[breaker] = isOn ? 1 : 0;
    this.#ask(SINGLE_COMMAND, address, isOn ? 1 : 0);
  }
  test(): void {
    const t = Math.max(this.#scene.nowUs, this.#freeUs);
    this.#freeUs = this.stream.exchange(t, encodeControl(TEST[0]), encodeControl(TEST[1]), 1_000);
  }
  report(cause: number = CAUSE.SPONTANEOUS): void {
    let t = Math.max(this.#scene.nowUs, this.#freeUs);
    const say = (typeId: number, objects: readonly { address: number; elements: Uint8Array }[]): void => {
      const fields = { typeId, cause, commonAddress: this.#common, objects };
      t = this.stream.say(t, false, encodeInformation(this.#down++, this.#up, fields)) + 1_000;
    };
    say(MEASURED_FLOAT, this.#rtu.measured());
    if (cause === CAUSE.INTERROGATED)
      say(
        SINGLE_POINT,
        this.#rtu.state.map((on, i) => ({ address: SWITCHED_FROM + i, elements: Uint8Array.of(on) })),
      );
    this.stream.acknowledge(t + 20_000, true);
    this.#freeUs = t + 21_000;
  }
}

/** What a control centre does all day: values every ten seconds, everything every hour, a breaker now and then. */
export const dispatch = (
  scene: Scene,
  rtu: Rtu,
  centre: Station,
): { readonly link: () => Link | undefined; stop(): void } => {
  let link: Link | undefined;
  let isOver = false;
  scene.clock.once(scene.at(25), () => {
    link = rtu.connect(centre);
    link.interrogate();
  });
  scene.clock.every(scene.at(40), 10 * SECOND_US, 200_000, () => {
    if (isOver) return true;
    link?.report();
    return false;
  });
  scene.clock.every(scene.at(3_600), 3_600 * SECOND_US, SECOND_US, () => {
    if (!isOver) link?.interrogate();
    return isOver;
  });
  // Two breakers are worked with every day.
  scene.clock.every(scene.at(600), 1_500 * SECOND_US, 60 * SECOND_US, (t) => {
    if (!isOver) link?.command(COMMANDS_FROM + (Math.round(t / (1_500 * SECOND_US)) & 1), rtu.state[0] === 0);
    return isOver;
  });
  return {
    link: () => link,
    stop: () => {
      isOver = true;
      link?.stream.close(scene.nowUs);
    },
  };
};
