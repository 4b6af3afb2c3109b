/**
 * Hides what a script has drawn once the script is gone: a browser may end an extension's without a word, and leaves its elements.
 *
 * The browser itself hides them after some seconds, unless the script keeps putting that off. It does not know what they are.
 */

const TERM_MS = 4000;
const RENEW_MS = 1500;

export class Lease {
  readonly #ends: readonly Animation[];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(elements: readonly Element[]) {
    const hidden = { visibility: ["hidden", "hidden"] };
    this.#ends = elements.map((each) => each.animate(hidden, { delay: TERM_MS, duration: 1, fill: "forwards" }));
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
  }

  /** Nothing is drawn any more. */
  end(): void {
    clearInterval(this.#timer);
    for (const each of this.#ends) each.cancel();
  }

  #renew(): void {
    for (const each of this.#ends) each.currentTime = 0;
  }
}
