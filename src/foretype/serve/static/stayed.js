/**
 * What was taken and is looked at again half a minute later: is it still in the text?
 *
 * Pure. A mark is {id, outcome, characters, text}: the report that was made, and what should still stand there. Marks live
 * in this page only; the server hears yes or no. It does not know the clock.
 */

export const LOOK_MS = 30_000;
const BEFORE = 12; // characters before what was taken that tell its place from others like it

/** The mark of a suggestion that is gone, or null when nothing of it was taken. */
export function markOf({ id, base, suggestions, index, done, taken }, { outcome, characters }) {
  if (!taken) return null;
  return { id, outcome, characters, text: base.slice(-BEFORE) + suggestions[index].text.slice(0, done).trimEnd() };
}

/** The order to report a mark, as the text stands now. */
export function lookedAt({ id, outcome, characters, text }, now) {
  return { do: "report", id, outcome, characters, persisted: now.includes(text) };
}
