/**
 * Capital letters: one form of a word inside sentences, the writer's form on the screen.
 *
 * Models count "thanks" and the "Thanks" that begins a sentence as one word. It does not know which words exist.
 */

import { firstPoint, isUpper, numPoints } from "./letters.js";
import { endsSentence, isWord, START } from "./words.js";

/** The word with a small first letter; null if it has none that is one letter, or is written in capitals. */
export function lowerFirst(word: string): string | null {
  const first = firstPoint(word);
  const rest = word.slice(first.length);
  if (!isUpper(first) || !rest || isUpper(firstPoint(rest))) return word === "A" ? "a" : null;
  const small = first.toLowerCase();
  return numPoints(small) === 1 ? small + rest : null;
}

/** The word with a capital first letter; as it is where the capital takes two letters. */
export function upperFirst(word: string): string {
  const first = firstPoint(word);
  const capital = first.toUpperCase();
  return numPoints(capital) <= 1 ? capital + word.slice(first.length) : word;
}

/**
 * Words as the models count them: capitals that only begin a sentence are lowered. `isLower(word)` tells whether a
 * small-letter word is written so inside sentences.
 */
export function foldWords(words: readonly string[], isLower: (word: string) => boolean): string[] {
  let before = START;
  return words.map((word) => {
    const lowered = endsSentence(before) && isWord(word) ? lowerFirst(word) : null;
    before = word;
    return lowered !== null && isLower(lowered) ? lowered : word;
  });
}
