/**
 * Growing a first word into a path: further words while they are sure, then the blank that saves a key.
 *
 * It does not decide what is shown.
 */

import { numPoints } from "../text/letters.js";
import { END, endsSentence, isBreak, isOpening, isWord, wantsSpace } from "../text/words.js";
import type { Reach } from "./decider.js";
import { Path } from "./path.js";
import type { Hypothesis } from "./hypothesis.js";
import type { Place } from "./place.js";
import type { Session } from "./session.js";

const BLANK_FROM = 0.5; // probability that a word follows, from which the blank before it is shown too

/** How far a path may grow, and until when (ms of the session's clock) the language model may be waited for. */
export interface Bounds {
  readonly reach: Reach;
  readonly maxWords: number;
  readonly deadline: number;
}

/** The path that begins with `first` and goes on while `reach` agrees; never over a line's end. */
export async function grow(session: Session, first: Hypothesis, bounds: Bounds): Promise<Path> {
  const { typed, spaceDue, words } = session.draft;
  let text = typed ? first.shown.slice(typed.length) : joined(first, words.at(-1)!, !spaceDue);
  if (text && first.prob < bounds.reach.phraseFrom) return new Path([first], text + usualBlank(first), [first.prob]);
  const hypotheses = [first];
  const probs = [first.prob];
  let place = await session.verified(first, bounds.deadline);
  while (hypotheses.length < bounds.maxWords && !endsSentence(hypotheses.at(-1)!.word)) {
    const [following] = place.hypotheses("", { marks: true, limit: 1 });
    if (!following || (text && !bounds.reach.goesFurther(numPoints(text), following.prob))) break;
    text += joined(following, hypotheses.at(-1)!.word, false);
    hypotheses.push(following);
    probs.push(probs.at(-1)! * following.prob);
    place = session.after(place, following);
  }
  return new Path(hypotheses, text + blank(place, hypotheses.at(-1)!), probs);
}

function joined(hypothesis: Hypothesis, before: string, blankTyped: boolean): string {
  return wantsSpace(hypothesis.word, before) && !blankTyped ? ` ${hypothesis.shown}` : hypothesis.shown;
}

/** The blank after a word that is too unsure to ask what follows it: most words have one. */
const usualBlank = (last: Hypothesis): string => (isWord(last.word) ? " " : "");

/** The blank after the path, where a word is likely to follow. */
function blank(place: Place, last: Hypothesis): string {
  if (isOpening(last.word) || isBreak(last.word) || last.word === END) return "";
  const { goesOn, ends } = place.goesOn();
  const wanted = isWord(last.word) ? goesOn >= BLANK_FROM : ends < 1 - BLANK_FROM;
  return wanted ? " " : "";
}
