/**
 * The last frame of each that may fall silent: of a silence there is no frame, and where it begins can be looked at all the same. In
 * memory only; frames of a source that is not read any more are forgotten.
 */
import type { DetectorContext } from '../../core/detector.ts';

export class LastFrames {
  readonly #context: Pick<DetectorContext, 'flowKey'>;
  #frames = new Float64Array(64);
  /** Key of the source that each frame is of, and 1. */
  #sources = new Float64Array(64);

  constructor(context: Pick<DetectorContext, 'flowKey'>) {
    this.#context = context;
  }

  /** `of`: a row or an endpoint, a small number from 0. */
  note(of: number, frame: number): void {
    if (of >= this.#frames.length) this.#grow(of + 1);
    this.#frames[of] = frame;
    this.#sources[of] = this.#context.flowKey(0) + 1;
  }

  /** Frames for a statement about these; at most `most`, none of another source than the one that is read now. */
  of(list: Iterable<number>, most = 8): number[] {
    const here = this.#context.flowKey(0) + 1;
    const out: number[] = [];
    for (const of of list) {
      if (out.length >= most) break;
      if (this.#sources[of] === here) out.push(this.#frames[of]!);
    }
    return out;
  }

  #grow(least: number): void {
    const size = Math.max(least, this.#frames.length * 2);
    const [frames, sources] = [new Float64Array(size), new Float64Array(size)];
    frames.set(this.#frames);
    sources.set(this.#sources);
    [this.#frames, this.#sources] = [frames, sources];
  }
}
