/** What is remembered of PROFINET RT: the layout of frames as their connections announced it, and what each provider sent last. */
import type { EndpointId } from '../../core/endpoint.ts';
import { OctetSlab } from '../shared/octet-slab.ts';
import type { RtAnnouncement, RtPlace, RtSafety } from '../shared/rt-announcement.ts';

/** Providers (sender, receiver and FrameID) whose state is remembered; at the limit the memory is emptied and states are said again. */
export const MAX_PROVIDERS = 4096;
/** Connections whose layout is remembered; the one announced longest ago gives way. */
export const MAX_LAYOUTS = 1024;
/** Slots named in texts that are kept. */
const MAX_PATHS = 1024;
/**
 * A provider's data are told at most this often, microseconds. Cycles of a millisecond are usual; a value that came and went
 * between two tellings is not seen.
 */
export const LEAST_GAP_US = 100_000;
const SLAB_OCTETS = 16 * 1024;

/** One submodule in a frame. */
export interface Place extends RtPlace {
  /** `slot 1 subslot 0x0001 input`. */
  readonly area: string;
  /** Octets of process data at its beginning: all but what PROFIsafe puts behind them. */
  readonly octets: number;
  /** Path of its PROFIsafe octet; '' where it is none. */
  readonly safety: string;
  /** What the PROFIsafe octet said last, -1 before. */
  said: number;
}

export interface Layout {
  readonly from: string;
  readonly to: string;
  readonly frameId: number;
  readonly isInput: boolean;
  readonly places: readonly Place[];
  /** Rises with every layout: who looked at a later one has looked at this one. */
  readonly serial: number;
  /** Another connection has taken its place. */
  isOver: boolean;
}

/** What one sender sends one receiver under one FrameID. */
export interface Provider {
  /** DataStatus that was said last, -1 before. */
  said: number;
  layout: Layout | undefined;
  /** `serial` of the last layout that was looked at, -1 before. */
  looked: number;
  /** Data that were told last, and when; an object that is handed out: do not write to it. */
  last: Uint8Array;
  toldUs: number;
}

const NOTHING = new Uint8Array(0);

export class RtState {
  readonly paths = new Map<number, string>();
  /** By PTCP subdomain: the address of its master. */
  readonly masters = new Map<string, string>();
  readonly slab = new OctetSlab(SLAB_OCTETS);
  /** Connections forgotten at MAX_LAYOUTS. */
  forgotten = 0;
  reportedForgotten = 0;
  #serial = 0;
  readonly #providers = new Map<number, Provider>();
  /** By connection: what was announced of it, and its frames laid out from that. */
  readonly #announced = new Map<string, { frames: Frames; safety: RtSafety[]; layouts: Layout[] }>();
  readonly #byFrameId = new Map<number, Layout[]>();

  provider(sender: EndpointId, receiver: EndpointId, frameId: number): Provider {
    const key = (sender * MAX_IDS + receiver) * 65536 + frameId;
    let found = this.#providers.get(key);
    if (found === undefined) {
      if (this.#providers.size >= MAX_PROVIDERS) this.#providers.clear();
      found = { said: -1, layout: undefined, looked: -1, last: NOTHING, toldUs: Number.NEGATIVE_INFINITY };
      this.#providers.set(key, found);
    }
    return found;
  }

  /** Layouts announced for frames of this id, whoever sends them. */
  layouts(frameId: number): readonly Layout[] {
    return this.#byFrameId.get(frameId) ?? NO_LAYOUTS;
  }

  announce(a: RtAnnouncement): void {
    if ('frames' in a) {
      this.#forget(a.ar);
      // Two stations use a FrameID for one connection at a time: the latest.
      for (const { from, to, frameId } of a.frames)
        for (const layout of this.layouts(frameId)) if (layout.from === from && layout.to === to) this.#remove(layout);
      if (this.#announced.size >= MAX_LAYOUTS) {
        this.#forget(this.#announced.keys().next().value as string);
        this.forgotten++;
      }
      this.#announced.set(a.ar, { frames: a.frames, safety: [], layouts: this.#layOut(a.frames, []) });
      return;
    }
    const known = this.#announced.get(a.ar);
    if (known === undefined) return;
    known.safety.push(...a.safety.filter((s) => !known.safety.some((k) => isSame(k, s))));
    for (const layout of known.layouts) this.#remove(layout);
    known.layouts = this.#layOut(known.frames, known.safety);
  }

  #layOut(frames: Frames, safety: readonly RtSafety[]): Layout[] {
    return frames.map(({ from, to, frameId, isInput, places }) => {
      const layout: Layout = {
        from,
        to,
        frameId,
        isInput,
        places: places.map((p) => placeOf(p, isInput, safety)),
        serial: this.#serial++,
        isOver: false,
      };
      const same = this.#byFrameId.get(frameId);
      if (same === undefined) this.#byFrameId.set(frameId, [layout]);
      else same.push(layout);
      return layout;
    });
  }

  #forget(ar: string): void {
    for (const layout of this.#announced.get(ar)?.layouts ?? []) this.#remove(layout);
    this.#announced.delete(ar);
  }

  #remove(layout: Layout): void {
    layout.isOver = true;
    const rest = this.layouts(layout.frameId).filter((other) => other !== layout);
    if (rest.length === 0) this.#byFrameId.delete(layout.frameId);
    else this.#byFrameId.set(layout.frameId, rest);
  }

  /** `alarm slot 1 subslot 1`, made once. */
  path(slot: number, subslot: number): string {
    const key = slot * 65536 + subslot;
    let path = this.paths.get(key);
    if (path === undefined) {
      if (this.paths.size >= MAX_PATHS) this.paths.clear();
      path = `alarm slot ${slot} subslot ${subslot}`;
      this.paths.set(key, path);
    }
    return path;
  }
}

type Frames = Extract<RtAnnouncement, { frames: unknown }>['frames'];
/** Endpoints are fewer. */
const MAX_IDS = 2 ** 18 + 1;
const NO_LAYOUTS: readonly Layout[] = [];

const isSame = (a: { slot: number; subslot: number }, b: { slot: number; subslot: number }): boolean =>
  a.slot === b.slot && a.subslot === b.subslot;

/** Behind the data of a safe submodule: one octet of control or status, then the CRC. */
const placeOf = (p: RtPlace, isInput: boolean, safety: readonly RtSafety[]): Place => {
  const name = `slot ${p.slot} subslot 0x${p.subslot.toString(16).padStart(4, '0')}`;
  const safe = safety.find((s) => isSame(s, p));
  const octets = safe === undefined ? p.length : p.length - 1 - safe.crcOctets;
  const area = `${name} ${isInput ? 'input' : 'output'}`;
  if (safe === undefined || octets < 0) return { ...p, area, octets: p.length, safety: '', said: -1 };
  return { ...p, area, octets, safety: `${name} PROFIsafe ${isInput ? 'status' : 'control'}`, said: -1 };
};
