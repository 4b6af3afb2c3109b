/**
 * What changed between two texts, as the smallest edit, and the message that carries it.
 *
 * Offsets are UTF-16 code units. Pure; it does not know how the message travels.
 */

import { wellFormed } from "./words.js";

const LONGEST_TEXT = 20_000; // characters before the caret that are sent; a model reads far fewer
const LONGEST_SUFFIX = 2_000;

export interface Sent {
  readonly text: string;
  readonly suffix: string;
}

export interface Change {
  readonly at: number;
  readonly delete: number;
  readonly insert: string;
}

/** The change that makes `fresh` out of `old`. */
export function difference(old: string, fresh: string): Change {
  const shorter = Math.min(old.length, fresh.length);
  let at = 0;
  while (at < shorter && old[at] === fresh[at]) at++;
  let same = 0;
  while (same < shorter - at && old[old.length - 1 - same] === fresh[fresh.length - 1 - same]) same++;
  return { at, delete: old.length - at - same, insert: fresh.slice(at, fresh.length - same) };
}

/** What is sent of a text and of what follows the caret. */
export function clipped(text: string, suffix: string): Sent {
  return { text: wellFormed(text.slice(-LONGEST_TEXT)), suffix: wellFormed(suffix.slice(0, LONGEST_SUFFIX)) };
}

/** The edit message from `last`, what the server holds (null: nothing), to `now`. */
export function editMessage(seq: number, last: Sent | null, now: Sent): object {
  if (!last || last.suffix !== now.suffix) return { type: "edit", seq, ...now };
  const change = difference(last.text, now.text);
  const whole = splitsPair(now.text, change) || splitsPair(last.text, change);
  return whole ? { type: "edit", seq, ...now } : { type: "edit", seq, ...change };
}

/** Whether a boundary of the change lies inside a surrogate pair: half a character cannot be sent. */
function splitsPair(text: string, change: Change): boolean {
  const bounds = [change.at, change.at + change.delete, change.at + change.insert.length];
  return bounds.some((i) => /[\ud800-\udbff]/.test(text[i - 1] ?? "") && /[\udc00-\udfff]/.test(text[i] ?? ""));
}
