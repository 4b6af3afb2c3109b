/**
 * A path: words that follow each other from the caret on, and its beginnings, any of which may be shown instead.
 *
 * It does not know whether it is worth showing.
 */

import { trimEnd } from "../text/letters.js";
import { isOpening, wantsSpace } from "../text/words.js";
import type { Hypothesis } from "./hypothesis.js";

/** Words that follow each other from the caret on; `text` is what would be inserted. */
export class Path {
  /**
   * `probs`: that the first 1, 2, ... words are right, by the blend. `belief`: that all of it is, by whoever decided to show
   * it; null: nobody asked further.
   */
  constructor(
    readonly hypotheses: readonly Hypothesis[],
    readonly text: string,
    readonly probs: readonly number[],
    readonly belief: number | null = null,
  ) {}

  get prob(): number {
    return this.probs.at(-1)!;
  }

  /** What is said to the writer of the first 1, 2, ... words: the blend's, bent to the belief in the whole. */
  get confidences(): readonly number[] {
    const { belief, prob: whole } = this;
    if (belief === null || !whole) return this.probs;
    return this.probs.map((prob) => Math.min((prob / whole) * belief, 1));
  }

  /**
   * The first 1, 2, ... words and marks, as far as they say something new; the last is the whole path. Each has the blank
   * that the word behind it needs. None ends behind an opening bracket.
   */
  beginnings(): Path[] {
    const ends = this.ends();
    const found: Path[] = [];
    for (let num = 1; num < this.hypotheses.length; num++) {
      if (ends[num - 1]! > 0 && !isOpening(this.hypotheses[num - 1]!.word)) found.push(this.upTo(num, ends));
    }
    return [...found, this];
  }

  /** The path's beginning; all of it for as many hypotheses as it has. */
  first(numHypotheses: number): Path {
    return numHypotheses >= this.hypotheses.length ? this : this.upTo(numHypotheses, this.ends());
  }

  /** The same words with another text. */
  withText(text: string): Path {
    return new Path(this.hypotheses, text, this.probs, this.belief);
  }

  /** The same path, believed in as a whole with this probability. */
  believed(belief: number): Path {
    return new Path(this.hypotheses, this.text, this.probs, belief);
  }

  private upTo(num: number, ends: readonly number[]): Path {
    const [before, following] = [this.hypotheses[num - 1]!, this.hypotheses[num]!];
    const blank = wantsSpace(following.word, before.word) ? " " : "";
    const end = ends[num - 1]!;
    return new Path(this.hypotheses.slice(0, num), end > 0 ? this.text.slice(0, end) + blank : "", this.probs.slice(0, num));
  }

  /** Where each hypothesis ends in the text: at most 0 for one that was typed already. */
  private ends(): number[] {
    let end = trimEnd(this.text).length;
    const found = [end];
    for (let at = this.hypotheses.length - 1; at > 0; at--) {
      const following = this.hypotheses[at]!;
      end -= following.shown.length + (wantsSpace(following.word, this.hypotheses[at - 1]!.word) ? 1 : 0);
      found.push(end);
    }
    return found.reverse();
  }
}
