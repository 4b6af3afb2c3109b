/**
 * When a language model that failed is opened again: later each time, and in the end not at all; one that the network kept away, for
 * as long as the page is open.
 *
 * One that has answered for a while begins with a clean slate: a tab stays open for weeks. It does not know what failed.
 */

const WAITS_MS = [500, 4_000, 30_000]; // then counts go on alone
const FIRST_ASK_MS = 2_000; // of a file that did not arrive; then twice as long each time
const LONGEST_ASK_MS = 60_000;
const STEADY_MS = 600_000; // ten minutes: what failed before was something else

export class Restarts {
  #numUsed = 0;
  #joinedMs = 0;
  #askMs = FIRST_ASK_MS;

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** It answers. */
  joined(): void {
    this.#joinedMs = this.clock();
  }

  /** It failed: milliseconds until it is opened again, null for never. */
  next(): number | null {
    if (this.clock() - this.#joinedMs > STEADY_MS) this.#numUsed = 0;
    return WAITS_MS[this.#numUsed++] ?? null;
  }

  /** Its files did not arrive: milliseconds until they are asked for again. */
  unreached(): number {
    const waitMs = this.#askMs;
    this.#askMs = Math.min(2 * waitMs, LONGEST_ASK_MS);
    return waitMs;
  }
}
