/**
 * Words and phrases that are never suggested: a path is cut before the first of them.
 *
 * Whole words in any case of letters, also across the caret: with "kind regards" blocked, nothing shows "regards" behind a
 * typed "kind". It does not know who chose them.
 */

import { folded } from "../text/folding.js";
import { BLANKS, comparePoints, firstPoint, lastPoints, numPoints, pieces, trimEnd, WORD_LETTERS } from "../text/letters.js";
import type { Path } from "./path.js";

const SPARE_CHARS = 20; // before the caret, for words that stand further apart than in the entry
const APOSTROPHES = /[’ʼ]/g;
const SIGNS = /[\\^$.*+?()[\]{}|/-]/g;

/** A set of entries, compiled once. Never changes. */
export class Blocked {
  private readonly pattern: RegExp | null;
  private readonly reach: number;

  /** Entries of white space alone are left out. */
  constructor(entries: Iterable<string> = []) {
    const phrases = new Set([...entries].map((entry) => pieces(plain(entry)).join(" ")));
    phrases.delete("");
    this.pattern = phrases.size ? patternOf([...phrases]) : null;
    this.reach = Math.max(0, ...[...phrases].map(numPoints)) + SPARE_CHARS;
  }

  /** The path up to the first entry; null if nothing new is left. `before` is the text before the caret. */
  without(path: Path, before: string): Path | null {
    const at = this.firstMatch(before, path.text);
    if (at === null) return path;
    return path.beginnings().filter((each) => plain(trimEnd(each.text)).length <= at).at(-1) ?? null;
  }

  /** Where in the folded `text`, which follows `before`, the first entry begins; 0 if it began before it. */
  firstMatch(before: string, text: string): number | null {
    if (!this.pattern) return null;
    const head = plain(lastPoints(before, this.reach));
    const whole = head + plain(text);
    this.pattern.lastIndex = 0;
    let found = this.pattern.exec(whole);
    while (found && found.index + found[0].length <= head.length) {
      this.pattern.lastIndex = found.index + firstPoint(found[0]).length; // entries may overlap
      found = this.pattern.exec(whole);
    }
    return found ? Math.max(0, found.index - head.length) : null;
  }
}

export const NOTHING_BLOCKED = new Blocked();

/** Letter for letter: what a beginning becomes is the beginning of what the whole becomes. */
const plain = (text: string): string => folded(text.replace(APOSTROPHES, "'"));

/** Any phrase as whole words, however they are spaced; longer ones first. */
function patternOf(phrases: readonly string[]): RegExp {
  const any = [...phrases].sort((left, right) => comparePoints(right, left)).map(spaced).join("|");
  return new RegExp(`(?<![${WORD_LETTERS}])(?:${any})(?![${WORD_LETTERS}])`, "gu");
}

const spaced = (phrase: string): string => phrase.split(" ").map(escaped).join(`[${BLANKS}]+`);
const escaped = (word: string): string => word.replace(SIGNS, (sign) => (sign === "-" ? "\\x2d" : `\\${sign}`));
