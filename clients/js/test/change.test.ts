/** How a text came to change, told from the two texts. It does not know editors. */

import { expect, test } from "vitest";
import { changeKind } from "../src/core/change.js";
import type { ChangeKind, FieldText } from "../src/core/types.js";

/** A text with its caret at "|", or its selection between two. */
function at(marked: string): FieldText {
  const [before = "", chosen = "", after] = marked.split("|");
  const text = before + chosen + (after ?? "");
  return { text, start: before.length, end: after === undefined ? before.length : before.length + chosen.length };
}

test.each<[string, string, ChangeKind, string]>([
  ["Th|", "Tha|", "type", "a letter at the end"],
  ["a|s", "as|s", "type", "a letter before the same letter"],
  ["Hi|", "Hi😀|", "type", "an emoji"],
  ["Hi|", "Hi\n|", "type", "a line"],
  ["  Hi|", "  Hi\n      |", "type", "a line that an editor indents"],
  ["Hi |all| there", "Hi x| there", "type", "a letter over a selection"],
  ["again |", "again!|", "type", "a mark over the space before it"],
  ["Than|", "Tha|", "erase", "a letter taken back"],
  ["Hi |there", "Hi |here", "erase", "a letter taken from behind the caret"],
  ["Hi |all| there", "Hi | there", "erase", "a selection taken away"],
  ["Hi|", "Hi there and all|", "other", "a paste"],
  ["Hi|", "Hi()|", "type", "two letters of one key"],
  ["Hi|", "Hi(|)", "other", "what an editor closes by itself"],
  ["Hi| there", "Hi| you there", "other", "another writer's words behind the caret"],
  ["Hi|", "Oh! Hi|", "other", "another writer's words before the caret"],
])("from %j to %j is %s: %s", (old, now, kind) => {
  expect(changeKind(at(old), at(now))).toBe(kind);
});
