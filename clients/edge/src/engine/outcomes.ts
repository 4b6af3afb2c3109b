/**
 * What became of suggestions, counted by user: numbers only, kept on the shelf, where two tabs add to the same sums.
 *
 * Counting is at once, keeping comes after; a count that is lost with a tab is no loss to the writer. It does not know how an end is
 * seen.
 */

import type { Ended, Outcomes } from "../compose/outcomes.js";
import type { Rates } from "../compose/situation.js";
import type { Seen } from "../private/day.js";
import type { Shelf } from "../store/shelf.js";
import type { Tally } from "./house.js";

export const NO_TALLY: Tally = { shown: 0, accepted: 0, partly: 0, typed: 0, rejected: 0, ignored: 0, keysSaved: 0 };
const TAKEN = ["accepted", "partly"];

/** Where a user's counts lie on the shelf. */
export const tallyKey = (user: string): string => `tally ${user}`;

export class CountedOutcomes implements Outcomes {
  readonly #tallies = new Map<string, Tally>();

  /** `seen` hears of every suggestion that has ended, whoever it was shown to. */
  constructor(
    private readonly shelf: Shelf,
    private readonly seen: (what: Seen) => void,
  ) {}

  /** What was counted before, by this tab or others. */
  async load(user: string): Promise<Tally> {
    const kept = await this.shelf.update<Tally>(tallyKey(user), (tally) => tally).catch(() => undefined);
    const tally = kept ?? this.#tallies.get(user) ?? NO_TALLY;
    this.#tallies.set(user, tally);
    return tally;
  }

  /** Whether `load` was called for the user. */
  knows(user: string): boolean {
    return this.#tallies.has(user);
  }

  record(ended: Ended): void {
    this.seen(seenOf(ended));
    const { user } = ended;
    if (user === null) return;
    this.#tallies.set(user, added(this.#tallies.get(user), ended));
    this.shelf.update<Tally>(tallyKey(user), (tally) => added(tally, ended)).catch(() => undefined);
  }

  settle(): void {
    // a rate counts what was taken, whether it stayed or not
  }

  rates(user: string): Rates {
    const { shown, accepted, partly } = this.#tallies.get(user) ?? NO_TALLY;
    return { shown, taken: accepted + partly };
  }

  /** Forgets what is held; the shelf's counts go with the user's messages. */
  forget(user: string): boolean {
    return this.#tallies.delete(user);
  }
}

function added(tally: Tally = NO_TALLY, { outcome, characters }: Ended): Tally {
  const saved = TAKEN.includes(outcome) ? Math.max(0, characters - 1) : 0; // the key that took it
  return { ...tally, shown: tally.shown + 1, [outcome]: tally[outcome] + 1, keysSaved: tally.keysSaved + saved };
}

function seenOf({ outcome, path, situation }: Ended): Seen {
  const { kind = "email", locale = "en-US" } = situation.context;
  const words = path.text.trim().split(/\s+/).length;
  return { outcome, kind, locale, words, hour: new Date().getHours(), client: "browser" };
}
