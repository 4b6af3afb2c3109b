/**
 * What is told of a suggestion that has ended, and who hears it, as an interface; and the plainest listener, who counts.
 *
 * It does not know how an end is seen (history.ts).
 */

import type { Outcome } from "./history.js";
import type { Path } from "./path.js";
import { type Rates, type Situation, UNKNOWN_RATES } from "./situation.js";

/** One suggestion's end. `path` holds words: whoever hears this may count them, and keeps none. */
export interface Ended {
  readonly answerId: string; // of the answer that showed it first
  readonly user: string | null;
  readonly outcome: Outcome;
  readonly characters: number; // of it that are in the text, taken or typed
  readonly path: Path;
  readonly situation: Situation;
}

/** Hears what becomes of suggestions. Called on the way of a keystroke: nothing here may wait. */
export interface Outcomes {
  record(ended: Ended): void;
  /** Half a minute later: whether what was taken of a recorded suggestion is still in the text. */
  settle(answerId: string, persisted: boolean): void;
  /** How often the user was shown something so far, and took it; zeros for a user never seen. */
  rates(user: string): Rates;
  /** Delete all that was counted of the user; false when there was nothing. */
  forget(user: string): boolean;
}

const TAKEN: ReadonlySet<Outcome> = new Set(["accepted", "partly"]);

/** How often each user was shown something, and took it. */
export class Tally implements Outcomes {
  private readonly counts: Map<string, Rates>;

  /** `counts`: what is known from before, as `plain` gave it. `changed` hears of every new count. */
  constructor(
    counts: Readonly<Record<string, Rates>> = {},
    private readonly changed: () => void = () => undefined,
  ) {
    this.counts = new Map(Object.entries(counts));
  }

  record({ user, outcome }: Ended): void {
    if (user === null) return;
    const { shown, taken } = this.rates(user);
    this.counts.set(user, { shown: shown + 1, taken: taken + (TAKEN.has(outcome) ? 1 : 0) });
    this.changed();
  }

  settle(): void {
    // a rate counts what was taken, whether it stayed or not
  }

  rates(user: string): Rates {
    return this.counts.get(user) ?? UNKNOWN_RATES;
  }

  forget(user: string): boolean {
    const forgotten = this.counts.delete(user);
    if (forgotten) this.changed();
    return forgotten;
  }

  /** All counts by user, ready to be kept. */
  plain(): Record<string, Rates> {
    return Object.fromEntries(this.counts);
  }
}
