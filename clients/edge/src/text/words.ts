/**
 * Words: what a text looks like to the n-gram models, and how their words become text again.
 *
 * A text is cut at white space; punctuation at the ends of a piece becomes tokens of its own. Four kinds of token, all
 * plain strings:
 *
 *     word      "hello", "don't", "10:30", "-"   stands after a space (or at the start of a line)
 *     closing   "⁀,", "⁀.", "⁀)"                 sticks to what is on its left
 *     opening   "(⁀", '"⁀'                       sticks to what is on its right
 *     break     "\n", "\n\n"                     a new line, a new paragraph
 *
 * Addresses, links and long numbers become entity tokens such as "<url>", which are never suggested. It knows nothing of
 * vocabularies, capital letters or probabilities.
 */

import { Kept } from "./kept.js";
import { BLANKS, isAlpha, isBlank, lastPoints, numPoints, pieces } from "./letters.js";
import { ENTITIES, MAX_WORD_CHARS, opening, opensAlone, parts, pieceWords, TIE } from "./pieces.js";

export { ENTITIES, TIE };

export const LINE = "\n";
export const PARAGRAPH = "\n\n";
export const START = "<s>"; // stands before every message
export const END = "</s>"; // and after it
const SPECIAL: ReadonlySet<string> = new Set([...ENTITIES, START, END]);

const MAX_LINE_CHARS = 4000; // of a line, only this much before the caret is looked at
const MAX_CACHED_CHARS = 1000; // longer lines are split anew
const MAX_CACHED_LINES = 512; // of one message and what it answers: what a page writes at a time

const BREAKS = new RegExp(`\\n[${BLANKS}]*`, "gu");
const lines = new Kept<string, readonly string[]>(MAX_CACHED_LINES);

/**
 * The text before a caret, as words: what is settled, and what is being typed.
 *
 * `typed` is the beginning of the word under the caret, "" between words. `spaceDue` tells that a word that follows needs
 * a space first; `afterSpace` that one was typed already (so no punctuation can follow).
 */
export interface Caret {
  readonly words: readonly string[];
  readonly typed: string;
  readonly spaceDue: boolean;
  readonly afterSpace: boolean;
}

/** Cut a text into tokens. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (const found of text.matchAll(BREAKS)) {
    addAll(words, lineWords(text.slice(start, found.index)));
    if (words.length) words.push(found[0].indexOf("\n", 1) > 0 ? PARAGRAPH : LINE);
    start = found.index + found[0].length;
  }
  addAll(words, lineWords(text.slice(start)));
  return words;
}

/** The text of some tokens that follow the token `before` (null: at the start of a text). */
export function joinWords(words: Iterable<string>, before: string | null = null): string {
  let text = "";
  for (const word of words) {
    text += shown(word, before);
    before = word;
  }
  return text;
}

/** A token as it appears after the token `before`, with the space it needs. */
export const shown = (word: string, before: string | null): string =>
  wantsSpace(word, before) ? ` ${bare(word)}` : bare(word);

/** A token's characters, without the tie. */
export const bare = (word: string): string => (word.includes(TIE) ? word.replaceAll(TIE, "") : word);

/** Whether a space stands between `before` and `word`. */
export function wantsSpace(word: string, before: string | null): boolean {
  if (before === null || before === START || isBreak(word) || isClosing(word)) return false;
  return !isBreak(before) && !isOpening(before);
}

export const isBreak = (word: string): boolean => word.startsWith("\n");
export const isClosing = (word: string): boolean => word.startsWith(TIE);
export const isOpening = (word: string): boolean => word.endsWith(TIE);

/** Whether a token is a word that may be shown: no break, no mark, no entity. */
export const isWord = (word: string): boolean =>
  !isBreak(word) && !isClosing(word) && !isOpening(word) && !SPECIAL.has(word);

/** Whether the next word begins a sentence: after a break, a full stop, ! or ?. */
export const endsSentence = (word: string): boolean =>
  isBreak(word) || word === START || (isClosing(word) && ".!?…".includes(word[1] ?? " "));

/** The last `count` tokens, with START before a shorter text. */
export const lastWords = (words: readonly string[], count: number): readonly string[] =>
  words.length >= count ? words.slice(-count) : [START, ...words];

/** Split the text before a caret into settled words, those that `splitWords` gives, and the letters being typed. */
export function readCaret(whole: string): Caret {
  const text = fromLineStart(whole);
  if (!text || isBlank(text.at(-1)!)) {
    const words = splitWords(text);
    return { words, typed: "", spaceDue: false, afterSpace: words.length > 0 && !isBreak(words.at(-1)!) };
  }
  const piece = lastPiece(text);
  const words = splitWords(text.slice(0, text.length - piece.length));
  if (opensAlone(piece)) return { words: [...words, ...opening(piece)], typed: "", spaceDue: false, afterSpace: false };
  const { opened, core, closed } = parts(piece);
  if (closed.length || ENTITIES.has(core)) {
    return { words: [...words, ...pieceWords(piece)], typed: "", spaceDue: true, afterSpace: false };
  }
  return { words: [...words, ...opened], typed: core, spaceDue: false, afterSpace: true };
}

/** One by one: a call takes fewer arguments than a line may have words. */
function addAll(words: string[], more: readonly string[]): void {
  for (const word of more) words.push(word);
}

function lineWords(line: string): readonly string[] {
  if (numPoints(line) > MAX_CACHED_CHARS) return splitLine(line);
  return lines.getOrMake(line, () => splitLine(line));
}

function splitLine(line: string): readonly string[] {
  return pieces(line).flatMap((piece) =>
    isAlpha(piece) && numPoints(piece) <= MAX_WORD_CHARS ? piece : pieceWords(piece),
  );
}

function lastPiece(text: string): string {
  let start = text.length;
  while (start > 0 && !isBlank(text[start - 1]!)) start--;
  return text.slice(start);
}

/** Drop what is so far back on an endless last line that no model looks at it. */
function fromLineStart(text: string): string {
  const start = text.lastIndexOf("\n") + 1;
  if (text.length - start <= MAX_LINE_CHARS || numPoints(text.slice(start)) <= MAX_LINE_CHARS) return text;
  const tail = lastPoints(text, MAX_LINE_CHARS);
  const cut = text.indexOf(" ", text.length - tail.length);
  return cut >= 0 ? text.slice(cut + 1) : tail;
}
