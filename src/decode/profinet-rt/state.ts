/** What is remembered of PROFINET RT: the layout of frames as their connections announced it, and what each provider sent last. */
import type { EndpointId } from '../../core/endpoint.ts';
import { OctetSlab } from '../shared/octet-slab.ts';
import type { RtAnnouncement, RtFrames, RtPlace, RtSafety } from '../shared/rt-announcement.ts';

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

/** What stands where in the frames of one provider, and which way they go. */
export interface Layout {
  readonly isInput: boolean;
  readonly places: readonly Place[];
}

/** What one sender sends one receiver under one FrameID. */
export interface Provider {
  /** DataStatus that was said last, -1 before. */
  said: number;
  layout: Layout | undefined;
  /** `RtState.version` at which the layout was looked up, -1 before. */
  looked: number;
  /** Data that were told last, and when; an object that is handed out: do not write to it. */
  last: Uint8Array;
  toldUs: number;
}

/** Frames as their connection announced them; laid out when the first of them is seen. */
interface Announced {
  readonly frames: RtFrames;
  readonly safety: readonly RtSafety[];
  layout: Layout | undefined;
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
  /** Rises with every announcement. */
  version = 0;
  readonly #providers = new Map<number, Provider>();
  /** By connection: its frames, and its submodules that got F-parameters. */
  readonly #connections = new Map<string, { frames: readonly RtFrames[]; safety: RtSafety[] }>();
  /** The same by who sends whom what. */
  readonly #announced = new Map<string, Announced>();

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

  /** The layout of frames from one address to another; undefined where no connection was seen. */
  layout(from: string, to: string, frameId: number): Layout | undefined {
    const announced = this.#announced.get(endsOf({ from, to, frameId }));
    if (announced === undefined) return undefined;
    const { frames, safety } = announced;
    const { isInput, places } = frames;
    announced.layout ??= { isInput, places: places.map((p) => placeOf(p, isInput, safety)) };
    return announced.layout;
  }

  announce(a: RtAnnouncement): void {
    this.version++;
    if ('frames' in a) {
      this.#forget(a.ar);
      if (this.#connections.size >= MAX_LAYOUTS) {
        this.#forget(this.#connections.keys().next().value as string);
        this.forgotten++;
      }
      const safety: RtSafety[] = [];
      this.#connections.set(a.ar, { frames: a.frames, safety });
      // Two stations use a FrameID for one connection at a time: the latest.
      for (const frames of a.frames) this.#announced.set(endsOf(frames), { frames, safety, layout: undefined });
      return;
    }
    const known = this.#connections.get(a.ar);
    if (known === undefined) return;
    known.safety.push(...a.safety.filter((s) => !known.safety.some((k) => isSame(k, s))));
    for (const frames of known.frames) {
      const announced = this.#announced.get(endsOf(frames));
      if (announced?.frames === frames) announced.layout = undefined;
    }
  }

  #forget(ar: string): void {
    for (const frames of this.#connections.get(ar)?.frames ?? []) {
      const ends = endsOf(frames);
      if (this.#announced.get(ends)?.frames === frames) this.#announced.delete(ends);
    }
    this.#connections.delete(ar);
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

/** Endpoints are fewer. */
const MAX_IDS = 2 ** 18 + 1;
const endsOf = ({ from, to, frameId }: Pick<RtFrames, 'from' | 'to' | 'frameId'>): string => `${from} ${to} ${frameId}`;

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
