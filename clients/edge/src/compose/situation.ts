/**
 * The situation in which something may be shown: what is known at one key, besides the proposals themselves.
 *
 * Numbers and names of kinds, fixed at that moment; the one text is what stands on the screen already. It does not know how
 * any of it weighs: a decider does, and rank/features.ts turns it into columns.
 */

import type { Context } from "../contracts.js";
import { trimEnd } from "../text/letters.js";
import { endsSentence } from "../text/words.js";
import type { Past } from "./history.js";
import type { Draft } from "./message.js";
import type { Known } from "./place.js";

const MAX_GREETING_WORDS = 6; // a longer first line is no greeting
const MAX_SENTENCE = 64; // words looked back for its beginning
const GREETING_ENDS = [",", "!", ":"];

/** How often a user was shown something, and took at least a part of it, in all messages so far. */
export interface Rates {
  readonly shown: number;
  readonly taken: number;
}

export const UNKNOWN_RATES: Rates = { shown: 0, taken: 0 };

/** Where in the text the caret stands. */
export interface Position {
  readonly numChars: number;
  readonly numWords: number;
  readonly wordsInSentence: number;
  readonly wordsInLine: number;
  readonly numLines: number; // that are complete
  readonly isGreeted: boolean; // the first line is a greeting, and the caret stands behind it
}

/** All that is known at one key. `firstProbs` belong to the likeliest words that may stand here. */
export interface Situation {
  readonly numTyped: number; // letters of the word under the caret
  readonly isAfterSpace: boolean;
  readonly isSpaceDue: boolean;
  readonly isSentenceStart: boolean;
  readonly capitalises: boolean;
  readonly position: Position;
  readonly context: Context;
  readonly hasUser: boolean;
  readonly hasSuffix: boolean;
  readonly firstProbs: readonly number[];
  readonly known: Known;
  readonly hasLm: boolean;
  readonly memorySizes: Readonly<Record<string, number>>; // tokens of each memory, by voice
  readonly past: Past;
  readonly rates: Rates;
  readonly elapsedMs: number; // since the key arrived
}

/** Where the word under the caret stands. */
export function positionOf(draft: Draft, numChars: number): Position {
  const text = draft.settledText;
  const numLines = occurrences(text, "\n");
  return {
    numChars,
    numWords: numWords(text),
    wordsInSentence: wordsInSentence(draft.words),
    wordsInLine: numWords(text.slice(text.lastIndexOf("\n") + 1)),
    numLines,
    isGreeted: numLines > 0 && greets(text.slice(0, text.indexOf("\n"))),
  };
}

/** Words as blanks part them; a run of line breaks parts them once. */
function numWords(text: string): number {
  return text ? occurrences(text, " ") + occurrences(text, "\n") - occurrences(text, "\n\n") + 1 : 0;
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

/** Words and marks since the sentence began, at most MAX_SENTENCE. */
function wordsInSentence(words: readonly string[]): number {
  const recent = words.slice(-MAX_SENTENCE).reverse();
  const found = recent.findIndex(endsSentence);
  return found < 0 ? recent.length : found;
}

function greets(line: string): boolean {
  const end = trimEnd(line);
  return GREETING_ENDS.some((mark) => end.endsWith(mark)) && numWords(line) <= MAX_GREETING_WORDS;
}
