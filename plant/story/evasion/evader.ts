/**
 * What all evasions share. Each is one move of an attacker who knows the detectors: it is labelled as every move is, and a
 * ledger says how far he had come at which time, so that "found" can be told with what it cost. Source of the idea: Fogla et
 * al., Polymorphic blending attacks, USENIX Security (2006): the attacker keeps within the profile that was learned.
 */
import type { Activity } from '../../network/clockwork.ts';
import type { Control } from '../../network/control.ts';
import { MINUTE_US, type Scene, SECOND_US } from '../../network/scene.ts';
import type { Station } from '../../network/station.ts';
import type { MoveLabel } from '../../world.ts';
import type { Book, Draft } from '../book.ts';

export interface Evasion {
  /** Stable name; also the name of its move. */
  readonly name: string;
  readonly technique: string;
  /** What he does, in a sentence. */
  readonly how: string;
  /** Detectors that it is meant to get past. */
  readonly past: readonly string[];
  /** Begins while the site still learns. */
  readonly fromFirstHour?: boolean;
  /** No evasion: shows that the same act is found when it is done in the open. */
  readonly isReference?: boolean;
  readonly run: (e: Evader) => Activity;
}

/** How far the attacker had come. `amount` counts up or is the largest so far, in `unit`. */
export interface Progress {
  readonly unit: string;
  readonly entries: { readonly tsUs: number; readonly amount: number }[];
}
export type Ledger = Map<string, Progress>;

/** One evasion at work. */
export class Evader {
  readonly scene: Scene;
  readonly book: Book;
  readonly control: Control;
  readonly evasion: Evasion;
  /** The site has learned by then; everything is over by `untilUs`. */
  readonly fromUs: number;
  readonly untilUs: number;
  readonly #ledger: Ledger;

  constructor(
    scene: Scene,
    book: Book,
    control: Control,
    evasion: Evasion,
    [fromUs, untilUs]: readonly [number, number],
    ledger: Ledger,
  ) {
    this.scene = scene;
    this.book = book;
    this.control = control;
    this.evasion = evasion;
    this.fromUs = fromUs;
    this.untilUs = untilUs;
    this.#ledger = ledger;
  }

  /** Its move begins now and lasts until the end unless it is finished before. `points` are names of one controller. */
  move(actor: Station, target: Station | undefined, controller = '', points: readonly string[] = []): Draft<MoveLabel> {
    const move = this.book.move({
      technique: this.evasion.technique,
      name: this.evasion.name,
      actorIp: actor.ip,
      targetIp: target?.ip ?? '',
      points: controller === '' ? [] : this.book.points(controller, ...points),
      effect: this.evasion.how,
      touchesPlant: controller !== '',
      isCommand: false,
      variant: 'patient',
    });
    move.endUs = this.untilUs;
    return move;
  }

  /** The attacker has come to `amount` now; the largest counts. */
  reached(unit: string, amount: number): void {
    const progress = this.#ledger.get(this.evasion.name) ?? { unit, entries: [] };
    this.#ledger.set(this.evasion.name, progress);
    const before = progress.entries.at(-1)?.amount ?? 0;
    if (amount > before) progress.entries.push({ tsUs: this.scene.nowUs, amount });
  }

  /** Every ten seconds until the end: the largest true deviation of a point from the plant without the attacker. */
  watchEffect(point: string): void {
    const { clock } = this.scene;
    clock.every(this.scene.nowUs, 10 * SECOND_US, 0, () => {
      this.reached('% of span', 100 * this.book.differs(point));
      return this.scene.nowUs >= this.untilUs;
    });
  }

  /** Does something again and again until the end; `turn` gets its number, from 1. */
  *again(periodUs: () => number, turn: (n: number) => void): Activity {
    for (let n = 1; this.scene.nowUs < this.untilUs; n++) {
      turn(n);
      yield periodUs();
    }
  }
}

/** Minutes between the beginnings of two evasions, so that findings of one second belong to one of them. */
const APART_US = MINUTE_US / 2;

/** Sets the evasions to work: those of the first hour at once, the others from `fromUs` on, all over by `untilUs`. */
export const evade = (
  scene: Scene,
  book: Book,
  control: Control,
  evasions: readonly Evasion[],
  fromUs: number,
  untilUs: number,
): Ledger => {
  const ledger: Ledger = new Map();
  let next = fromUs;
  for (const evasion of evasions) {
    const evader = new Evader(scene, book, control, evasion, [fromUs, untilUs], ledger);
    const atUs = evasion.fromFirstHour === true ? scene.at(90) : next;
    if (evasion.fromFirstHour !== true) next += APART_US;
    scene.clock.begin(atUs, () => evasion.run(evader));
  }
  return ledger;
};
