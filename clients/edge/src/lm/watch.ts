/**
 * Notices a worker that hangs: an answer is owed, and for some seconds nothing comes while this thread itself gets its turns.
 *
 * Seconds count only where the clock here is on time. A thread that was frozen with its tab, or finds no turn on a busy machine,
 * is late, and so the worker had no time either. It does not know what is owed.
 */

const TICK_MS = 1000;
const LATE_MS = 500; // a tick that comes later than this says that there was no time, not that nobody answered
const ASK_AT = 4; // seconds of silence, then the worker is asked whether it is there
const GIVE_UP_AT = 10; // six more; a pass takes some 0.03, on a busy machine up to 0.5

export interface Watched {
  /** Ask the worker for a sign of life. */
  readonly ask: () => void;
  /** It hangs. Called once. */
  readonly hung: () => void;
}

export class Watch {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #numSilent = 0;
  #dueMs = 0;

  /** `patience`: seconds of silence until it is given up. */
  constructor(
    private readonly watched: Watched,
    private readonly patience = GIVE_UP_AT,
  ) {}

  /** Something is owed; no matter how often that is said. */
  begin(): void {
    if (this.#timer !== undefined) return;
    this.#numSilent = 0;
    this.#wait();
  }

  /** The worker did something. */
  heard(): void {
    this.#numSilent = 0;
  }

  /** Nothing is owed any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#dueMs = performance.now() + TICK_MS;
    this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const isLate = performance.now() - this.#dueMs > LATE_MS;
    this.#numSilent = isLate ? Math.min(this.#numSilent, ASK_AT - 1) : this.#numSilent + 1;
    if (this.#numSilent >= this.patience) {
      this.end();
      return this.watched.hung();
    }
    if (this.#numSilent === ASK_AT) this.watched.ask();
    this.#wait();
  }
}
