/** What happens to the world, at its time. */
import type { Happening } from '../world.ts';
import type { Site } from './site.ts';

export class Happenings {
  readonly #site: Site;
  constructor(site: Site) {
    this.#site = site;
  }
  add(happening: Happening, nowS: number): void {
    void this.#site;
    void nowS;
    throw new Error(`unknown kind of happening ${happening.kind}`);
  }
  step(_timeS: number): void {}
  record(): void {}
}
