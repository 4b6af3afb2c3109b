/**
 * A path in the words of an answer: its text, how sure it is word by word, and whose it is.
 *
 * It does not know why it was chosen.
 */

import type { Suggestion } from "../contracts.js";
import { pieces } from "../text/letters.js";
import { wantsSpace } from "../text/words.js";
import type { Path } from "./path.js";
import type { Hypothesis } from "./hypothesis.js";

/** What is said of a path. */
export function suggestionOf(path: Path): Suggestion {
  const words = pieces(path.text).length;
  const ends = wholeWordEnds(path.hypotheses).slice(-words); // without a first word that was typed already
  const confidences = path.confidences;
  return {
    text: path.text,
    confidence: confidences.at(-1)!,
    words,
    sources: mean(path.hypotheses.map((hypothesis) => hypothesis.sources)),
    word_confidences: ends.map((at) => confidences[at]!),
  };
}

/** The last hypothesis of each word as it is read: marks belong to the word they stick to. */
function wholeWordEnds(hypotheses: readonly Hypothesis[]): number[] {
  const ends: number[] = [];
  hypotheses.forEach((hypothesis, at) => {
    const begins = at === 0 || wantsSpace(hypothesis.word, hypotheses[at - 1]!.word);
    if (begins) ends.push(at);
    else ends[ends.length - 1] = at;
  });
  return ends;
}

function mean(sources: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const names = new Set(sources.flatMap((each) => Object.keys(each)));
  const share = (name: string): number => sources.reduce((sum, each) => sum + (each[name] ?? 0), 0) / sources.length;
  return Object.fromEntries([...names].map((name) => [name, share(name)]));
}
