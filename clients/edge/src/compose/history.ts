/**
 * What became of what was shown in one message: read off the text as it grows, or told by the writer's client.
 *
 * A suggestion that the writer types along stays one suggestion, however many answers repeat it. Each ends exactly once:
 *
 *     accepted   all of it was taken: more than a letter came at once, up to a word's end, or the client says so
 *     partly     words of it were taken, and the text went on otherwise
 *     typed      all of it was written, letter by letter
 *     rejected   the client says so (Esc)
 *     ignored    the text went on otherwise, or the message ended
 *
 * It does not know time, nor where outcomes go.
 */

import { firstPoint, isAlnum, isPairAt, numPoints, trimEnd } from "../text/letters.js";

export const OUTCOMES = ["accepted", "partly", "typed", "rejected", "ignored"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Told once: what a suggestion became, and how many of its characters are in the text. */
export type End = (outcome: Outcome, characters: number) => void;

/** What happened in this message so far, in numbers; `onScreen` is grey text that the letters typed agree with. */
export interface Past {
  readonly shown: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly charsSinceShown: number | null; // since a suggestion last appeared; null before the first
  readonly run: number; // letters typed along what is on the screen
  readonly onScreen: string;
}

/** One suggestion from its appearance to its end. `rest` follows `base`, the text before the caret. */
interface Shown {
  readonly key: string; // id of the answer that showed it first
  readonly end: End;
  base: string;
  rest: string;
  run: number; // letters of it that were typed
  taken: number;
}

/** One message's suggestions. */
export class History {
  private readonly counts: Record<Outcome, number> = { accepted: 0, partly: 0, typed: 0, rejected: 0, ignored: 0 };
  private now: Shown | null = null;
  private numShown = 0;
  private shownAt: number | null = null; // length of the text when one last appeared
  private numChars = 0;

  /** The text before the caret is now `text`. */
  read(text: string): void {
    this.numChars = numPoints(text);
    const shown = this.now;
    if (!shown || text === shown.base) return;
    if (text.startsWith(shown.base)) this.goOn(shown, text.slice(shown.base.length), text);
    else this.finishAsItStands(shown);
  }

  /**
   * Grey `text` stands now behind `after`, the text that was last read; the key that it goes by: `key`, or that of the
   * suggestion that it goes on with; then `end` is not needed.
   */
  show(text: string, key: string, after: string, end: End): string {
    const shown = this.now;
    if (shown && (text.startsWith(shown.rest) || shown.rest.startsWith(text))) {
      shown.rest = text;
      return shown.key;
    }
    this.leave();
    this.now = { key, end, base: after, rest: text, run: 0, taken: 0 };
    this.numShown++;
    this.shownAt = numPoints(after);
    return key;
  }

  /** The writer's client says what became of a suggestion; one that has ended already stays as it is. */
  told(key: string, outcome: Outcome, characters: number): void {
    const shown = this.now;
    if (shown?.key !== key) return;
    const isAll = outcome === "accepted" && !characters; // who does not say how many, took all
    this.finish(shown, outcome, isAll ? shown.run + shown.taken + numPoints(shown.rest) : characters);
  }

  /** What the answer `key` showed first never reached the writer: it has no end, and was not shown. */
  withdraw(key: string): void {
    if (this.now?.key !== key) return;
    this.now = null;
    this.numShown--;
  }

  /** Nothing is shown any more: silence, or the end of the message. */
  leave(): void {
    if (this.now) this.finishAsItStands(this.now);
  }

  /** What has happened up to the text that was last read. */
  get past(): Past {
    return {
      shown: this.numShown,
      counts: { ...this.counts },
      charsSinceShown: this.shownAt === null ? null : Math.max(0, this.numChars - this.shownAt),
      run: this.now?.run ?? 0,
      onScreen: this.now?.rest ?? "",
    };
  }

  private goOn(shown: Shown, more: string, text: string): void {
    const agreed = numCommon(shown.rest, more);
    const count = numPoints(more.slice(0, agreed));
    if (numPoints(more) > 1 && endsWord(shown.rest, agreed)) shown.taken += count;
    else shown.run += count;
    if (agreed >= trimEnd(shown.rest).length) {
      this.finish(shown, shown.taken ? "accepted" : "typed", shown.run + shown.taken);
    } else if (agreed < more.length) {
      this.finishAsItStands(shown);
    } else {
      shown.base = text;
      shown.rest = shown.rest.slice(agreed);
    }
  }

  private finishAsItStands(shown: Shown): void {
    this.finish(shown, shown.taken ? "partly" : "ignored", shown.run + shown.taken);
  }

  private finish(shown: Shown, outcome: Outcome, characters: number): void {
    this.now = null;
    this.counts[outcome]++;
    shown.end(outcome, characters);
  }
}

/** Length of the common beginning, whole letters. */
function numCommon(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at > 0 && isPairAt(left, at - 1) ? at - 1 : at;
}

/** Whether a word of `text`, or the text, ends at `at`. */
function endsWord(text: string, at: number): boolean {
  if (at === 0) return false;
  const before = text.slice(at > 1 && isPairAt(text, at - 2) ? at - 2 : at - 1, at);
  return !(isAlnum(before) && isAlnum(firstPoint(text.slice(at, at + 2))));
}
