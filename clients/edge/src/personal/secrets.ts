/**
 * Secrets in a text: words that must not be learned, found by their shape and by the words around them.
 *
 * "hunter2" alone may be a nickname; after "password:" it is a password. A refused word leaves a boundary, so that no n-gram
 * joins what stood on its two sides. The rules are those of src/foretype/privacy/secrets.py. It does not know what the text is
 * for.
 */

import { folded } from "../text/folding.js";
import { isAlnum, isUpper, numDigits, numPoints } from "../text/letters.js";
import { endsSentence, isBreak, isOpening, isWord } from "../text/words.js";
import { codes } from "./codes.js";
import * as cues from "./cues.js";
import { isHard, isNumberSecret, isSecret } from "./shapes.js";
import type { Told } from "./told.js";

export const BOUNDARY = "<num>"; // the entity token that models see and never suggest
const REACH = 8; // tokens between "password" and "is": "the password for the guest network in room 12 is"
const VALUE_REACH = 6;
const MAX_PHRASE_WORDS = 24; // of a recovery phrase
const MIN_PIECE_DIGITS = 3;
const MIN_GROUPS = 3; // of digits, to be a number told in pieces

/** Words of splitWords with a boundary for what looks like a secret, and how many were refused. */
export function dropSecrets(words: readonly string[]): { kept: string[]; numRefused: number } {
  const refused = findSecrets(words);
  const kept: string[] = [];
  words.forEach((word, at) => {
    if (!refused.has(at)) kept.push(word);
    else if (kept.at(-1) !== BOUNDARY) kept.push(BOUNDARY);
  });
  return { kept: refused.size ? kept : [...words], numRefused: [...refused].filter((at) => isWord(words[at]!)).length };
}

/** The places of all that must not be learned. */
export function findSecrets(words: readonly string[]): Set<number> {
  const told = { words, folded: words.map(folded) };
  const finders = [byShape, keyBlocks, numbersInPieces, announced, codes];
  return new Set(finders.flatMap((finder) => [...finder(told)]));
}

function* byShape({ words }: Told): Generator<number> {
  for (const [at, word] of words.entries()) if (isWord(word) && isSecret(word)) yield at;
}

/** All of a PEM block, to its end line or to the end of the text. */
function* keyBlocks({ words }: Told): Generator<number> {
  let state: "out" | "in" | "end" = "out";
  for (const [at, word] of words.entries()) {
    if (word.startsWith("-----BEGIN") && words.slice(at, at + 5).some((name) => name.startsWith("KEY"))) state = "in";
    if (state === "end" && isBreak(word)) state = "out";
    if (state !== "out") yield at;
    if (word.startsWith("-----END")) state = "end";
  }
}

/** Cards, IBANs and long numbers that blanks and dashes cut into several tokens. */
function* numbersInPieces({ words }: Told): Generator<number> {
  for (const group of digitGroups(words)) {
    const parts = group.map((at) => words[at]!).filter((word) => !isDash(word));
    if (parts.length >= MIN_GROUPS && (isHalfMasked(parts) || isNumberSecret(parts.join(" ")))) {
      yield* group.filter((at) => words[at] !== BOUNDARY);
    }
  }
}

/** Whether some pieces were long enough to be masked already and no other is a day or an hour. */
function isHalfMasked(parts: readonly string[]): boolean {
  return parts.includes(BOUNDARY) && parts.every((part) => numPoints(part) >= MIN_PIECE_DIGITS);
}

function digitGroups(words: readonly string[]): number[][] {
  const groups: number[][] = [[]];
  words.forEach((word, at) => {
    const last = groups.at(-1)!;
    if (isPiece(word) || (last.length && isDash(word))) last.push(at);
    else if (last.length) groups.push([]);
  });
  return groups;
}

const isDash = (word: string): boolean => word === "-" || word === "–";

function isPiece(word: string): boolean {
  if (word === BOUNDARY || /^[0-9]+$/.test(word)) return true;
  return numPoints(word) === 4 && isAlnum(word) && isUpper(word) && numDigits(word) > 0;
}

/** Values after "password is", "pw:", "passphrase:", and hard words right after or before such a cue. */
function* announced(told: Told): Generator<number> {
  for (const [at, cue] of told.folded.entries()) {
    const before = told.folded[at - 1] ?? "";
    if (cues.PHRASE.has(cue) || (cue === "phrase" && ["seed", "recovery", "backup"].includes(before))) {
      yield* restOfLine(told, afterTell(told, at, REACH), MAX_PHRASE_WORDS);
    } else if (isPasswordCue(told.folded, at)) {
      yield* passwordValues(told, at);
    } else if (cues.NAMED_ONLY.has(cue)) {
      for (const value of restOfLine(told, afterTell(told, at, 1), 4)) if (isHard(told.words[value]!)) yield value;
    }
  }
}

function isPasswordCue(words: readonly string[], at: number): boolean {
  const word = words[at]!.replace(/=+$/, "");
  if (word === "passe") return words.slice(Math.max(0, at - 2), at).join(" ") === "mot de";
  if (word === "pass") return word !== words[at] || cues.SIGNS.has(words[at + 1] ?? "");
  return cues.PASSWORD.has(word) || ["password", "passwort", "kennwort", "passcode"].some((end) => word.endsWith(end));
}

function* passwordValues(told: Told, cue: number): Generator<number> {
  const { words, folded: small } = told;
  const value = afterTell(told, cue, REACH);
  if (value !== null && !cues.NO_VALUE.has(small[value]!)) yield value;
  for (const at of restOfLine(told, value ?? cue + 1, 4)) if (isHard(words[at]!)) yield at;
  if (!small.slice(Math.max(0, cue - 4), cue).some((word) => cues.TELLS.has(word))) return;
  for (let at = Math.max(0, cue - 5); at < cue; at++) if (isWord(words[at]!) && isHard(words[at]!)) yield at;
}

/** The first word after "is", ":" or "=" that follows a cue in its sentence; a break may follow those. */
function afterTell(told: Told, cue: number, reach: number): number | null {
  const words = told.folded;
  if (words[cue]!.endsWith("=")) return firstWord(words, cue + 1);
  for (let at = cue + 1; at < Math.min(cue + 1 + reach, words.length); at++) {
    if (cues.TELLS.has(words[at]!)) return firstWord(words, at + 1);
    if (endsSentence(words[at]!)) return null;
  }
  return null;
}

/** The first word that may be a value: past breaks, quotes, and the "now", "set to" of "is now set to". */
function firstWord(words: readonly string[], start: number): number | null {
  for (let at = start; at < Math.min(start + VALUE_REACH, words.length); at++) {
    const word = words[at]!;
    if (isBreak(word) || isOpening(word) || cues.TELLS.has(word) || cues.SKIPPED.has(word)) continue;
    return isWord(word) ? at : null;
  }
  return null;
}

/** Words from `start` on, at most `limit`, in one line. */
function* restOfLine({ words }: Told, start: number | null, limit: number): Generator<number> {
  if (start === null) return;
  for (let at = start; at < Math.min(start + limit, words.length); at++) {
    if (isBreak(words[at]!)) return;
    if (isWord(words[at]!)) yield at;
  }
}
