/**
 * The words of a suggestion that the text does not hold yet, as a person reads them: whole, with the letters typed before.
 *
 * Pure. It does not know what is drawn.
 */

import type { Suggestion } from "../contracts.js";

/** A word, and the probability that all up to it is right. */
export interface Word {
  readonly text: string;
  readonly sure: number;
}

/** The words of a suggestion for the text `base` that end behind what is written `now`; none when that went on otherwise. */
export function wordsLeft({ text, confidence, word_confidences: sure }: Suggestion, base: string, now: string): Word[] {
  const typed = now.slice(base.length);
  if (!now.startsWith(base) || !text.startsWith(typed)) return [];
  const begun = /\S*$/.exec(base)?.[0] ?? "";
  const words = [...(begun + text).matchAll(/\S+/g)].slice(-sure.length || undefined);
  const done = begun.length + typed.length;
  return words
    .map(({ 0: word, index }, at) => ({ text: word, sure: sure[at] ?? confidence, end: index + word.length }))
    .filter(({ end }) => end > done)
    .map(({ text, sure }) => ({ text, sure }));
}
