/**
 * What is worth showing: expected keystrokes saved, less the cost of a look. The fixed rule among deciders.
 *
 * A look at a right suggestion costs about 10 ms, at a wrong one about 50, a key about 200 ms; so the costs below are in
 * keys. Below the coverage dial nothing is shown. It does not know where probabilities come from.
 */

import { interpolated } from "../rank/interpolated.js";
import { numPoints } from "../text/letters.js";
import type { Decider } from "./decider.js";
import type { Path } from "./path.js";
import type { Situation } from "./situation.js";

// shares of keys with something shown, and the expected keys from which so many have it: as src/foretype/compose/gate.py
const COVERAGES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
const SAVINGS = [4.95, 3.77, 2.48, 1.84, 1.38, 0.96, 0.82, 0.61, 0.39, 0.16, 0.0];

const WRONG_LOOK = 0.1; // keys: 50 ms, as a glance is shared by the keys of a word
const RIGHT_LOOK = 0.05; // keys: 10 ms of 200
const MIN_PROB = 0.02; // prefer nothing to nonsense
const PHRASE_FROM = 0.25; // probability of a word from which it is asked what follows it: half the time of a key
const CAUTION = 0.8; // share of a word's saving that is lost where a wrong word follows it

/** The fixed rule. */
export class Gate implements Decider {
  readonly phraseFrom = PHRASE_FROM;

  /** `minSaving`: keys; the coverage dial, higher shows less. */
  constructor(private readonly minSaving = 0) {}

  async choose(paths: AsyncIterable<Path>, _situation: Situation, n: number): Promise<Path[]> {
    const chosen: Path[] = [];
    for await (const path of paths) {
      if (!this.isWorthShowing(path) || chosen.some((other) => other.text === path.text)) continue;
      chosen.push(path);
      if (chosen.length === n) break;
    }
    return chosen;
  }

  atCoverage(coverage: number | null): Gate {
    return coverage === null ? this : new Gate(interpolated(coverage, COVERAGES, SAVINGS));
  }

  /** Whether to show one more word: one key saved if right, the words before it lost if wrong. */
  goesFurther(numChars: number, nextProb: number): boolean {
    return nextProb > CAUTION * (1 - nextProb) * Math.max(numChars - 1, 1);
  }

  private isWorthShowing(path: Path): boolean {
    return path.prob >= MIN_PROB && saving(path) > this.minSaving;
  }
}

/** Expected keys saved by showing this path, looks paid. */
function saving(path: Path): number {
  const gain = numPoints(path.text) - 1 - RIGHT_LOOK;
  return path.prob * gain - (1 - path.prob) * WRONG_LOOK;
}
