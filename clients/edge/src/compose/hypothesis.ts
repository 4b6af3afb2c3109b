/**
 * Words that may stand at a place, the likeliest listed: each as it is counted and shown, how likely, and whose it is.
 *
 * It does not know how any of the numbers were found.
 */

import { SOURCES } from "./blend.js";
import { fallingPlaces } from "./columns.js";

export const LEAST = 1e-12; // of a probability or a share, where one is divided by or taken to a root
const NAMES = [...SOURCES, "lm"] as const;

/** A word that may stand here: as models count it, as it is shown, how likely, and whose it is (shares of 1). */
export interface Hypothesis {
  readonly word: string;
  readonly shown: string;
  readonly prob: number;
  readonly sources: Readonly<Record<string, number>>;
}

/** The likeliest words, at most `limit`. */
export function listed(
  words: readonly string[],
  shown: ReadonlyMap<string, string>,
  probs: Float64Array,
  shares: readonly Float64Array[],
  limit: number,
): Hypothesis[] {
  const places = fallingPlaces(probs).slice(0, limit);
  return places.map((at) => hypothesisOf(words[at]!, shown.get(words[at]!)!, probs[at]!, shares.map((row) => row[at]!)));
}

function hypothesisOf(word: string, shown: string, prob: number, shares: readonly number[]): Hypothesis {
  const whole = Math.max(shares.reduce((total, share) => total + share, 0), LEAST);
  const sources: Record<string, number> = {};
  shares.forEach((share, at) => {
    if (share > 0) sources[NAMES[at]!] = share / whole;
  });
  return { word, shown, prob: Math.min(1, prob), sources };
}
