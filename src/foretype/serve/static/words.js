/**
 * Where words begin and end in grey text, and how a suggestion fits the text round it.
 *
 * Pure functions over strings. This file does not know what is shown, or to whom.
 */

const NEXT_WORD = /^\s*(?:[\p{L}\p{M}\p{N}]+(?:['’\-_.@/][\p{L}\p{M}\p{N}]+)*|[^\p{L}\p{M}\p{N}\s]+)[^\S\n]?/u;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}'’_-]$/u;
const CLOSING = new Set([".", ",", ";", ":", "!", "?", ")", "]", "}", "…", "”"]);

/** The first word of grey text with the space after it; punctuation counts as a word of its own.
 *  nextWord("nding the report. ") is "nding ", nextWord(". Best") is ". ". */
export function nextWord(grey) {
  const found = NEXT_WORD.exec(grey);
  return found ? found[0] : grey;
}

/** Whether a word is still going on at the end of `text`. */
export function endsInsideWord(text) {
  return WORD_CHARACTER.test(text);
}

/** Whether `data` closes what stands before it, so that a space in between is wrong. */
export function isClosing(data) {
  return CLOSING.has(data);
}

/** A suggestion's text as it may stand before `suffix`: no second space, nothing that follows anyway. */
export function fitBefore(text, suffix) {
  if (!suffix) return text;
  if (suffix.startsWith(text)) return "";
  return /^\s/.test(suffix) ? text.replace(/\s+$/, "") : text;
}

/** `text` cut into `count` words where that is possible, so that each can stand beside its probability.
 *  Servers count punctuation as a word or as a part of one; both are tried. */
export function pieces(text, count) {
  const spaced = text.trim().split(/\s+/).filter(Boolean);
  const parted = text.match(/[\p{L}\p{M}\p{N}'’_-]+|[^\p{L}\p{M}\p{N}\s'’_-]+/gu) ?? [];
  return parted.length === count && spaced.length !== count ? parted : spaced;
}

/** The word under the caret together with grey text, as it is read aloud. */
export function wholeWords(before, grey) {
  const begun = /[^\s]*$/.exec(before)[0];
  return (begun + grey).trim();
}

/** Text that every JSON reader takes: lone surrogates become U+FFFD, lengths stay. */
export function wellFormed(text) {
  return text.toWellFormed ? text.toWellFormed() : text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}
