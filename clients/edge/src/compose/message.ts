/**
 * A message as the models see it: settled words before the caret, letters being typed, what is around.
 *
 * It does not know any probabilities.
 */

import type { Context } from "../contracts.js";
import type { Automaton } from "../ngram/automaton.js";
import { Memory } from "../ngram/memory.js";
import { foldWords } from "../text/casing.js";
import { firstPoint, firstPoints, hasAlpha, isAlpha, isUpper, stripEnd } from "../text/letters.js";
import { bare, type Caret, END, endsSentence, isWord, readCaret, splitWords, START, TIE } from "../text/words.js";

const MAX_PREVIOUS_CHARS = 4000; // of the message being answered
const STYLE_SENTENCES = 8; // last sentences that tell whether a writer uses capitals
const APOSTROPHES = [`${TIE}'`, `${TIE}’`];
const OPEN_QUOTES = [`'${TIE}`, `‘${TIE}`];

/** What is known of a message at one moment. `words` are folded, START first; `typed` is under the caret. */
export interface Draft extends Caret {
  readonly capitalises: boolean;
  readonly settledText: string; // all before the word under the caret, without blanks at its end
}

/** Read the text before the caret. Lines that did not change are read from a cache. */
export function readDraft(text: string, background: Automaton): Draft {
  const caret = insideApostrophe(readCaret(text));
  return {
    ...caret,
    words: [START, ...foldWords(caret.words, (word) => background.isLower(word))],
    capitalises: capitalises(caret),
    settledText: settledText(text, caret),
  };
}

/** What this message and what it answers have said so far, as counts. */
export function messageMemory(draft: Draft, context: Context, background: Automaton): Memory {
  const memory = new Memory(background.lexicon);
  for (const text of [firstPoints(context.previous ?? "", MAX_PREVIOUS_CHARS), context.subject ?? ""]) {
    if (text) memory.append([START, ...foldWords(splitWords(text), (word) => background.isLower(word)), END]);
  }
  memory.append(draft.words);
  return memory;
}

/** After "don'" the word goes on, as in "don't"; a quotation that "'" opened ends instead. */
function insideApostrophe(caret: Caret): Caret {
  if (!caret.spaceDue || caret.words.length < 2 || !APOSTROPHES.includes(caret.words.at(-1)!)) return caret;
  const [before, word, mark] = [START, ...caret.words.slice(-3)].slice(-3) as [string, string, string];
  if (!isAlpha(lastLetter(word)) || OPEN_QUOTES.includes(before)) return caret;
  return { words: caret.words.slice(0, -2), typed: word + bare(mark), spaceDue: false, afterSpace: true };
}

/** Whether the writer begins sentences with capitals: as in the last few of this message; yes at first. */
function capitalises(caret: Caret): boolean {
  const starts: boolean[] = [];
  let before = START;
  for (const word of caret.words) {
    const first = firstPoint(word);
    if (endsSentence(before) && isWord(word) && hasAlpha(first)) starts.push(isUpper(first));
    before = word;
  }
  const recent = starts.slice(-STYLE_SENTENCES);
  return recent.filter(Boolean).length * 2 >= recent.length;
}

function settledText(text: string, caret: Caret): string {
  return stripEnd(text.slice(0, text.length - caret.typed.length), " \t");
}

const lastLetter = (word: string): string => [...word].at(-1) ?? "";
