/**
 * Where words begin and end in grey text, and how a suggestion fits the text round it.
 *
 * Pure functions over strings. It does not know what is shown, or to whom.
 */

const NEXT_WORD = /^\s*(?:[\p{L}\p{M}\p{N}]+(?:['’\-_.@/][\p{L}\p{M}\p{N}]+)*|[^\p{L}\p{M}\p{N}\s]+)[^\S\n]?/u;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}'’_-]$/u;
const CLOSING = new Set([".", ",", ";", ":", "!", "?", ")", "]", "}", "…", "”"]);

/** The first word of grey text with the space after it; punctuation counts as a word of its own. */
export function nextWord(grey: string): string {
  return NEXT_WORD.exec(grey)?.[0] ?? grey;
}

/** Whether a word is still going on at the end of `text`. */
export function endsInsideWord(text: string): boolean {
  return WORD_CHARACTER.test(text);
}

/** Whether `data` closes what stands before it, so that a space in between is wrong. */
export function isClosing(data: string): boolean {
  return CLOSING.has(data);
}

/** A suggestion's text as it may stand before `suffix`: no second space, nothing that follows anyway. */
export function fitBefore(text: string, suffix: string): string {
  if (!suffix) return text;
  if (suffix.startsWith(text)) return "";
  return /^\s/.test(suffix) ? text.replace(/\s+$/, "") : text;
}

/** The word under the caret together with grey text, as it is read aloud, and stands on a chip. */
export function wholeWords(before: string, grey: string): string {
  const begun = /\S*$/.exec(before)?.[0] ?? "";
  return (begun + grey).trim();
}

/** Text that every JSON reader takes: lone surrogates become U+FFFD, lengths stay. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}
