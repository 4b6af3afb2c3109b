/**
 * Letters typed against words known: which words agree, and how they are then written.
 *
 * Models know "thanks"; a writer at the beginning of a sentence types "Th", in a headline "TH". Each reading says which words
 * to look for and how to show them. It does not know how likely anything is.
 */

import { lowerFirst, upperFirst } from "../text/casing.js";
import { hasHalves, isUpper, numPoints } from "../text/letters.js";
import { isClosing, isWord } from "../text/words.js";

/** Words that begin with `prefix` are shown through `show`; `applies` tells which words it holds for. */
export interface Reading {
  readonly prefix: string;
  readonly show: (word: string) => string;
  readonly applies: (word: string) => boolean;
}

/**
 * Where letters stand. `startsSentence`: the word begins one. `capitalises`: this writer begins sentences with a capital.
 * `marks`: punctuation may come next as well (nothing typed, no blank before the caret).
 */
export interface Setting {
  readonly startsSentence: boolean;
  readonly capitalises: boolean;
  readonly isLower: (word: string) => boolean;
  readonly marks: boolean;
}

/** How the typed letters may be read, the plainest first. */
export function readings(typed: string, setting: Setting): Reading[] {
  if (!typed) return [untyped(setting)];
  if (hasHalves(typed)) return []; // words are whole letters
  const found: Reading[] = [{ prefix: typed, show: asIs, applies: isWord }];
  const small = setting.startsSentence ? lowered(typed) : null;
  if (small !== null) {
    found.push({ prefix: small, show: upperFirst, applies: (word) => isWord(word) && setting.isLower(word) });
  }
  return found;
}

/** Readings for letters that no word begins with as they stand: capitals where words have none. */
export function fallbackReadings(typed: string): Reading[] {
  if (hasHalves(typed)) return [];
  const found: Reading[] = [];
  if (numPoints(typed) > 1 && isUpper(typed)) {
    found.push({ prefix: typed.toLowerCase(), show: allCapitals, applies: isWord });
    found.push({ prefix: upperFirst(typed.toLowerCase()), show: allCapitals, applies: isWord }); // names
  }
  const small = lowered(typed);
  if (small !== null) found.push({ prefix: small, show: upperFirst, applies: isWord });
  return found;
}

function untyped({ startsSentence, capitalises, isLower, marks }: Setting): Reading {
  const show = startsSentence && capitalises ? (word: string) => (isLower(word) ? upperFirst(word) : word) : asIs;
  return { prefix: "", show, applies: (word) => isWord(word) || (marks && isClosing(word)) };
}

function lowered(typed: string): string | null {
  if (numPoints(typed) !== 1) return lowerFirst(typed);
  const small = typed.toLowerCase();
  return isUpper(typed) && small !== typed ? small : null;
}

const asIs = (word: string): string => word;
const allCapitals = (word: string): string => word.toUpperCase();
