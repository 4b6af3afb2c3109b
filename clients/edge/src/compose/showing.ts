/**
 * Words as they are shown: which agree with the letters typed, and which look alike.
 *
 * It does not know how likely they are, but for which of two to keep.
 */

import { bare, isBreak } from "../text/words.js";
import { columnSums, fallingPlaces } from "./columns.js";
import type { Reading } from "./spelling.js";

export const UNKNOWN = "<unk>"; // stands for words that the lexicon lacks; never shown

/** How each word is shown; only those that show the letters typed as they are. */
export function shownByFirst(words: readonly string[], asked: readonly Reading[], typed: string): Map<string, string> {
  const shown = new Map<string, string>();
  for (const word of words) {
    if (shown.has(word) || isBreak(word) || word === UNKNOWN) continue;
    const reading = asked.find((each) => word.startsWith(each.prefix) && each.applies(word));
    const text = reading?.show(bare(word));
    if (text?.startsWith(typed)) shown.set(word, text); // "ß" in capitals is two letters
  }
  return shown;
}

/** Words shown alike ("thanks" and "Thanks" at a sentence's start) as one: the likeliest, with all their shares. */
export function merged(shown: ReadonlyMap<string, string>, shares: readonly Float64Array[]): { words: string[]; shares: Float64Array[] } {
  const words = [...shown.keys()];
  const sums = columnSums(shares);
  const kept = new Map<string, number>();
  for (const at of fallingPlaces(sums.subarray(0, words.length))) {
    const text = shown.get(words[at]!)!;
    const first = kept.get(text);
    if (first === undefined) kept.set(text, at);
    else for (const row of shares) row[first]! += row[at]!;
  }
  const columns = [...kept.values()];
  return { words: columns.map((at) => words[at]!), shares: shares.map((row) => Float64Array.from(columns, (at) => row[at]!)) };
}
