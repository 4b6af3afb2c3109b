/**
 * Short numbers that the words around make secret: one-time codes, PINs, account numbers.
 *
 * The rules are those of src/foretype/privacy/secrets.py. It does not know secrets that tell themselves by their shape.
 */

import { isDigits, numPoints } from "../text/letters.js";
import { endsSentence, isBreak } from "../text/words.js";
import * as cues from "./cues.js";
import type { Told } from "./told.js";

const CODE_REACH = 5; // tokens between "code" and the code
const ASCII_ALNUM = /^[0-9A-Za-z]+$/;

/** Short numbers that a cue makes one-time codes, PINs or account numbers. */
export function* codes(told: Told): Generator<number> {
  for (const [at, cue] of told.folded.entries()) {
    if (cues.ONE_TIME.has(cue) || cue.endsWith("-pin") || (cue.endsWith("code") && !cues.CODE.has(cue))) {
      yield* codeAfter(told, at, false);
      yield* codeBefore(told, at);
    } else if (cues.CODE.has(cue) && !(at && cues.PLAIN_CODE.has(told.folded[at - 1]!))) {
      yield* codeAfter(told, at, true);
      yield* codeBefore(told, at);
    } else if (cues.ACCOUNT.has(cue)) {
      yield* accountAfter(told, at);
    }
  }
}

function* codeAfter(told: Told, cue: number, needsTell: boolean): Generator<number> {
  const { words, folded: small } = told;
  let isTold = false;
  for (let at = cue + 1; at < Math.min(cue + 1 + CODE_REACH, words.length); at++) {
    const word = words[at]!;
    if (endsSentence(word) && !(isTold && isBreak(word))) return;
    isTold ||= cues.TELLS.has(small[at]!);
    if (isCode(word) && (isTold || at === cue + 1 || (!needsTell && !isYear(word)))) {
      yield at;
      yield* digitsFrom(words, at + 1);
      return;
    }
  }
}

/** As in "4821 is your code" and "use 4821 as the PIN". */
function* codeBefore({ words, folded: small }: Told, cue: number): Generator<number> {
  for (let at = cue - 1; at > Math.max(-1, cue - 1 - CODE_REACH); at--) {
    if (endsSentence(words[at]!)) return;
    if (isCode(words[at]!) && cues.TELLS.has(small[at + 1]!)) yield at;
  }
}

function* accountAfter({ words, folded: small }: Told, cue: number): Generator<number> {
  let at = cue + 1;
  while (at < words.length && (cues.ACCOUNT_FILL.has(small[at]!) || cues.TELLS.has(small[at]!))) at++;
  const word = words[at];
  if (word !== undefined && isCode(word) && !(at === cue + 1 && isYear(word))) yield* digitsFrom(words, at);
}

function* digitsFrom(words: readonly string[], start: number): Generator<number> {
  for (let at = start; at < words.length; at++) {
    if (!isDigits(words[at]!) && words[at] !== "-") return;
    yield at;
  }
}

/** Three to eight digits, or four to ten capitals and digits: "4821", "G-4821", "4821#". */
function isCode(word: string): boolean {
  const packed = word.replaceAll("-", "").replace(/#+$/, "");
  if (!ASCII_ALNUM.test(packed) || packed !== packed.toUpperCase() || !/\d/.test(packed)) return false;
  return packed.length >= (/^\d+$/.test(packed) ? 3 : 4) && packed.length <= 10;
}

const isYear = (word: string): boolean => numPoints(word) === 4 && isDigits(word) && /^(?:19|20)/.test(word);
