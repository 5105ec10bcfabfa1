/**
 * Answers on UDP that a mirror delivered before their requests. TCP says by its acknowledgements that something stands before what
 * is here; a datagram does not, so an answer nobody asked for waits a moment for the question. Where the questions are not in
 * the capture at all, waiting ends after a few.
 */
import type { Message, PduContext } from '../core/decoder.ts';
import type { Session } from './session.ts';

/** How long an answer waits for its request: what the two queues of a mirror may lie apart. */
export const EARLY_US = 100_000;
/** Answers that wait at a time; the oldest is told as it is. */
export const MAX_EARLY = 1024;
/** After so many in a scope whose request did not come, more than those whose did, no other waits there. */
const MAX_STRAYS = 8;

export interface EarlyAnswer {
  readonly session: Session;
  readonly key: number | string;
  readonly message: Message;
  /** A copy: with the request known the answer is read again. */
  readonly octets: Uint8Array;
  readonly context: PduContext;
}

export class EarlyAnswers {
  #waiting: EarlyAnswer[] = [];
  readonly #tell: (answer: EarlyAnswer) => void;

  constructor(tell: (answer: EarlyAnswer) => void) {
    this.#tell = tell;
  }

  /** May an answer of this key wait? Where every request has the same key, one that was lost would shift all answers by one. */
  mayWait({ scope }: Session, key: number | string): boolean {
    if (scope.strays >= MAX_STRAYS && scope.strays > scope.matched) return false;
    return scope.lastKey === undefined ? key !== 0 && key !== -1 && key !== '' : scope.lastKey !== key;
  }

  wait(answer: EarlyAnswer): void {
    this.overdue(answer.context.tsUs);
    if (this.#waiting.length >= MAX_EARLY) this.#tellFirst();
    answer.session.scope.early++;
    this.#waiting.push(answer);
  }

  /** The answer that came up to EARLY_US before this request of `context.sender`. */
  take(session: Session, key: number | string, context: PduContext): EarlyAnswer | undefined {
    const i = this.#waiting.findIndex(
      (a) =>
        a.session.scope === session.scope &&
        a.key === key &&
        a.context.receiver === context.sender &&
        context.tsUs - a.context.tsUs <= EARLY_US,
    );
    if (i < 0) return undefined;
    const [answer] = this.#waiting.splice(i, 1);
    session.scope.early--;
    session.scope.matched++;
    return answer;
  }

  /** Tells those whose request did not come in time. */
  overdue(nowUs: number): void {
    while (this.#waiting.length > 0 && nowUs - this.#waiting[0]!.context.tsUs > EARLY_US) this.#tellFirst();
  }

  /** The flow is over: so is waiting in it. */
  end(session: Session): void {
    const mine = this.#waiting.filter((a) => a.session.scope === session.scope);
    if (mine.length === 0) return;
    this.#waiting = this.#waiting.filter((a) => a.session.scope !== session.scope);
    for (const answer of mine) this.#done(answer);
  }

  #tellFirst(): void {
    this.#done(this.#waiting.shift()!);
  }

  #done(answer: EarlyAnswer): void {
    const { scope } = answer.session;
    scope.early--;
    scope.strays++;
    this.#tell(answer);
  }
}
