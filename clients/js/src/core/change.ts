/**
 * How a text came to change, judged by the two texts: for editors that tell that it changed, but not why.
 *
 * Pure. It does not know keys.
 */

import { difference } from "./delta.js";
import { afterCaret, beforeCaret } from "./state.js";
import type { ChangeKind, FieldText } from "./types.js";

const LONGEST_KEY = 4; // code units that one key puts in: an emoji, a dash made of two
const NEW_LINE = /^\n[^\S\n]*$/; // with the indentation that an editor adds

/** "type" for what a key puts in at the caret, "erase" for what only takes away, "other" for the rest. */
export function changeKind(old: FieldText, now: FieldText): ChangeKind {
  const after = afterCaret(now);
  if (now.start !== now.end || !old.text.endsWith(after)) return "other";
  const { at, delete: gone, insert } = difference(old.text.slice(0, old.text.length - after.length), beforeCaret(now));
  if (!insert) return "erase";
  const isKey = at + insert.length === now.start && (insert.length <= LONGEST_KEY || NEW_LINE.test(insert));
  return isKey && gone <= Math.max(1, old.end - old.start) ? "type" : "other";
}
