/**
 * Answers kept by the text they were given for, so that nothing is asked twice.
 *
 * A cache is a Map that is never changed in place; the newest entry is last. It does not know when its
 * answers stop being true: whoever changes the context begins an empty one.
 */

import type { Answer, Suggestion } from "./types.js";

export type Cache = ReadonlyMap<string, Answer>;

export const EMPTY: Cache = new Map();
const CAPACITY = 120; // a few sentences of keys; older ones are seldom met again
const KEY_TAIL = 2000; // characters before the caret in a key, so that long messages do not fill the memory
const LONGEST_WALK = 60; // characters typed through a suggestion; the longest one is about twelve words

/** The cache with one more answer; the oldest leaves when it is full. */
export function keep(cache: Cache, before: string, after: string, answer: Answer): Cache {
  const next = new Map(cache);
  const key = keyOf(before, after);
  next.delete(key);
  next.set(key, answer);
  const oldest = next.keys().next();
  if (next.size > CAPACITY && !oldest.done) next.delete(oldest.value);
  return next;
}

/** What is known for a caret between `before` and `after`, or null.
 *  An answer for a shorter text counts when its best suggestion goes on as was typed since. A lower one does not:
 *  with more letters the server knows better. */
export function find(cache: Cache, before: string, after: string): { base: string; answer: Answer } | null {
  const exact = cache.get(keyOf(before, after));
  if (exact) return { base: before, answer: exact };
  for (let typed = 1; typed <= Math.min(LONGEST_WALK, before.length); typed++) {
    const base = before.slice(0, before.length - typed);
    const answer = cache.get(keyOf(base, after));
    if (answer && goesOn(answer.suggestions[0], before.slice(-typed))) return { base, answer };
  }
  return null;
}

/** Whether a suggestion, if there is one, begins with `typed` and has more to say. */
export function goesOn(suggestion: Suggestion | undefined, typed: string): boolean {
  return suggestion !== undefined && suggestion.text.length > typed.length && suggestion.text.startsWith(typed);
}

function keyOf(before: string, after: string): string {
  return `${before.length}\u0000${before.slice(-KEY_TAIL)}\u0000${after.slice(0, KEY_TAIL)}`;
}
