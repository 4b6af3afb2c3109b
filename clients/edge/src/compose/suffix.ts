/** Text after the caret: never suggest what already follows. It does not know where a path came from. */

import { folded } from "../text/folding.js";
import { firstPoint, firstPoints, trim, trimEnd } from "../text/letters.js";
import { isBreak, isOpening, readCaret, splitWords } from "../text/words.js";
import type { Path } from "./path.js";

const NEAR_CHARS = 200; // of the text after the caret: enough for its first word

/**
 * The path up to the first word that stands after the caret already; null if nothing new is left. The blank at its end goes
 * too, unless a bracket follows the caret.
 */
export function withoutSuffix(path: Path, suffix: string): Path | null {
  if (!trim(path.text)) return null;
  if (!suffix) return path;
  const kept = upTo(path, firstWord(suffix));
  return kept && !opens(suffix) ? kept.withText(trimEnd(kept.text)) : kept;
}

/** The first word or mark after the caret; a mark right there sticks to what is before it. */
function firstWord(suffix: string): string | undefined {
  const near = firstPoints(suffix, NEAR_CHARS);
  const [before, ...behind] = splitWords(`a${near}`);
  return (before === "a" ? behind : splitWords(near)).find((word) => !isBreak(word));
}

/** The path before the word `follows`, in any case of letters. */
function upTo(path: Path, follows: string | undefined): Path | null {
  const wanted = follows ? folded(follows) : null;
  const at = path.hypotheses.findIndex((hypothesis) => folded(hypothesis.word) === wanted);
  return at < 0 ? path : cut(path, at);
}

function cut(path: Path, numWords: number): Path | null {
  if (numWords === 0) return null;
  const beginning = path.first(numWords);
  const text = trimEnd(beginning.text);
  return text ? beginning.withText(text) : null;
}

/** Whether a bracket or quote opens right behind the caret. */
function opens(suffix: string): boolean {
  const [first] = readCaret(firstPoint(suffix)).words;
  return first !== undefined && isOpening(first);
}
