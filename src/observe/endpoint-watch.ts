/**
 * What changed at the endpoints since somebody looked, as far as the picture of the devices follows from it: nobody says so
 * when a frame arrives, so all are compared with what was seen last.
 */
import type { Endpoint, EndpointView } from '../core/endpoint.ts';
import { f64, u8 } from './context.ts';

export interface Seen {
  /** Endpoints that appeared, began to speak, or whose hop count or first time is another now. */
  readonly changed: readonly number[];
  /** Frames came: times are others now. */
  readonly traffic: boolean;
  /** An address is no longer what it was (of a carried baseline, when the device itself was seen): nothing holds. */
  readonly replaced: boolean;
}

export class EndpointWatch {
  count = 0;
  lastUs = new Float64Array(256);
  private readonly known: (Endpoint | undefined)[] = [];
  private firstUs = new Float64Array(256);
  /** Highest hop count. */
  private maxTtl = new Float64Array(256);
  private spoken = new Uint8Array(256);
  private traffic = Number.NaN;

  look(view: EndpointView): Seen {
    const changed: number[] = [];
    let traffic = 0;
    let replaced = false;
    if (view.count >= this.lastUs.length) {
      this.lastUs = f64(this.lastUs, view.count * 2);
      this.firstUs = f64(this.firstUs, view.count * 2);
      this.maxTtl = f64(this.maxTtl, view.count * 2);
      this.spoken = u8(this.spoken, view.count * 2);
    }
    for (let id = 1; id <= view.count; id++) {
      const e = view.get(id);
      const t = view.traffic(id);
      const spoke = view.spoke(id) ? 1 : 0;
      if (this.known[id] !== e) {
        if (this.known[id] !== undefined) replaced = true;
        this.known[id] = e;
        changed.push(id);
      } else if (this.spoken[id] !== spoke || this.maxTtl[id] !== t.maxTtl || this.firstUs[id] !== t.firstUs)
        changed.push(id);
      this.spoken[id] = spoke;
      this.maxTtl[id] = t.maxTtl;
      this.firstUs[id] = t.firstUs;
      this.lastUs[id] = t.lastUs;
      if (spoke === 1) traffic += t.lastUs / 1e3 + t.framesSent;
    }
    this.count = view.count;
    const moved = traffic !== this.traffic;
    this.traffic = traffic;
    return { changed, traffic: moved, replaced };
  }
}
