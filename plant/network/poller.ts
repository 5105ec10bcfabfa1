/**
 * A master that polls: it keeps its connection, loses it when the controller is off, tries again and again, and connects
 * anew when the controller is back, as panels and servers do.
 */
import type { Master } from './masters/master.ts';
import type { Scene } from './scene.ts';

export class Poller {
  readonly master: Master;
  /** False ends it at its next turn. */
  isEnabled = true;
  readonly #scene: Scene;
  #wasLost = false;

  constructor(scene: Scene, master: Master) {
    this.#scene = scene;
    this.master = master;
  }

  /** Connects at `firstUs`, then polls every `periodUs`, late by up to `jitterUs`. */
  start(firstUs: number, periodUs: number, jitterUs: number): void {
    this.#scene.clock.every(firstUs, periodUs, jitterUs, (tsUs) => this.#turn(tsUs));
  }

  /** Stops polling and closes the connection. */
  stop(tsUs: number): void {
    this.isEnabled = false;
    if (this.master.stream.isOpen) this.master.stream.close(tsUs);
  }

  #turn(tsUs: number): boolean {
    if (!this.isEnabled) return true;
    const { stream } = this.master;
    const { silent } = this.#scene.packets;
    if (silent.has(stream.client)) {
      // The master itself is off; it forgets its connection.
      stream.isOpen = false;
      this.#wasLost = true;
      return false;
    }
    if (silent.has(stream.server)) {
      if (stream.isOpen) {
        stream.lost(tsUs, this.master.question());
        stream.isOpen = false;
        this.#wasLost = true;
      } else {
        stream.again(this.#scene.random.bits());
        stream.unanswered(tsUs, 1);
      }
      return false;
    }
    if (!stream.isOpen) {
      if (this.#wasLost) stream.again(this.#scene.random.bits());
      this.#wasLost = true;
      this.master.open(tsUs);
      return false;
    }
    this.master.poll(tsUs);
    return false;
  }

  /** What the controller's restart does to it: the connection is reset by the server. */
  reset(tsUs: number): void {
    if (!this.master.stream.isOpen) return;
    this.master.stream.reset(tsUs, true);
  }
}
