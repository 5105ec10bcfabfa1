/**
 * When a cell takes its rows: at equal steps of frame time, where something far from all that it was came also before, or between two.
 * And when it looks at samples between them. Frames are in order of time, nearly; a clock that steps back begins anew from there.
 */

/** Between rows that are further apart, what is far from all that it was is judged when it comes; nearer ones come soon enough. */
const EARLY_FROM_US = 30_000_000;
/**
 * Where rows are taken every second or two, each shows one poll: the next row is taken as soon as such a value came, not at the
 * end of its step, so that a person hears of it within a second of the frame. It is the row all the same, under its own time.
 */
const AHEAD_TO_US = 2_000_000;
/** Ticks come at most once in so much frame time (`ObservationSink.tick`). */
const TICK_US = 1_000_000;
/** Frames are in order of time but for so much: those of several queues, the acknowledgement of another question. */
const DISORDER_US = 100_000;

/** A row to be taken: what is seen at `seenUs`, under the time of its step. */
export interface DueRow {
  readonly seenUs: number;
  readonly tsUs: number;
}

export class RowClock {
  stepUs: number;
  /** The next row is due then. */
  nextUs = 0;
  readonly #sampleUs: number;
  /** When the row was due before which it was judged between two rows. */
  #earlyUs = 0;
  /** When the latest row was taken, where that was ahead of its time; 0 otherwise. */
  #aheadUs = 0;
  /** When samples were looked at last. */
  #lookedUs = 0;

  /** `sampleUs`: between two samples. */
  constructor(stepUs: number, sampleUs: number) {
    this.stepUs = stepUs;
    this.#sampleUs = sampleUs;
  }

  /** From here until `nextUs` the latest row stands. */
  get #rowFromUs(): number {
    return this.#aheadUs > 0 ? this.#aheadUs : this.nextUs - this.stepUs;
  }
  /** From here until `dueUs` there is nothing to do; before it the clock stepped back. */
  get restsFromUs(): number {
    return Math.max(this.#lookedUs, this.#rowFromUs);
  }
  get dueUs(): number {
    return Math.min(this.#lookedUs + this.#sampleUs / 2, this.nextUs);
  }

  /** Samples are looked at on every tick: none comes sooner than half the time of one. */
  get looksAlways(): boolean {
    return this.#sampleUs / 2 <= TICK_US;
  }
  /** Whether samples are to be looked at now: twice in the time of one. */
  isSampleDue(tsUs: number): boolean {
    if (tsUs - this.#lookedUs < this.#sampleUs / 2 && tsUs >= this.#lookedUs) return false;
    this.#lookedUs = tsUs;
    return true;
  }

  /** The row that is due; undefined where the latest stands. */
  due(tsUs: number): DueRow | undefined {
    if (tsUs < this.nextUs && tsUs >= this.#rowFromUs) return undefined;
    this.#aheadUs = 0;
    return this.#step(tsUs, Math.floor(tsUs / this.stepUs) * this.stepUs);
  }
  #step(seenUs: number, tsUs: number): DueRow {
    this.nextUs = tsUs + this.stepUs;
    return { seenUs, tsUs };
  }

  /** What is far is neither judged before the next row nor makes that come sooner. */
  get waits(): boolean {
    return this.stepUs > AHEAD_TO_US && this.stepUs < EARLY_FROM_US;
  }
  /** It makes the next row come sooner. */
  get takesAhead(): boolean {
    return this.stepUs <= AHEAD_TO_US;
  }
  /** The next row now, or the one that is due; once for each. Undefined where the clock stepped back: the tick does what is to be done. */
  ahead(tsUs: number): DueRow | undefined {
    const { nextUs, stepUs } = this;
    const latestUs = nextUs - stepUs;
    if (tsUs < (this.#aheadUs > 0 ? latestUs : latestUs - DISORDER_US)) return undefined;
    const isDue = tsUs >= nextUs;
    const seenUs = Math.max(tsUs, latestUs);
    this.#aheadUs = isDue ? 0 : seenUs;
    return this.#step(seenUs, isDue ? Math.floor(tsUs / stepUs) * stepUs : nextUs);
  }
  /** Whether it is judged as it stands between two rows: once before the next, so that what one row shows is not counted twice. */
  isEarly(tsUs: number): boolean {
    if (tsUs >= this.nextUs || tsUs < this.nextUs - this.stepUs || this.#earlyUs === this.nextUs) return false;
    this.#earlyUs = this.nextUs;
    return true;
  }
}
