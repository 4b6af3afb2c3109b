/**
 * Who decides what is shown, as interfaces: the fixed gate (gate.ts) or a ranker that has learned from outcomes.
 *
 * A decider also says how far paths are grown, since it can only choose among what there is. It does not know how paths are
 * found.
 */

import type { Path } from "./path.js";
import type { Situation } from "./situation.js";

/** How far a first word is grown into a path. */
export interface Reach {
  /** Probability of a first word from which it is asked what follows it. */
  readonly phraseFrom: number;
  /** Whether a path that inserts `numChars` so far takes in one more word. */
  goesFurther(numChars: number, nextProb: number): boolean;
}

/** Chooses among proposals and lengths, or silence. */
export interface Decider extends Reach {
  /**
   * At most `n` paths worth showing, best first, no text twice; none: silence. `paths` come likeliest first word first and
   * are grown while they are asked for, so whoever stops early saves the work.
   */
  choose(paths: AsyncIterable<Path>, situation: Situation, n: number): Promise<Path[]>;
  /** The same decider, showing something at about this share of keys in (0, 1]; null: as it was made. */
  atCoverage(coverage: number | null): Decider;
}
