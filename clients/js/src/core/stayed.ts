/**
 * What was taken and is looked at again half a minute later: is it still in the text?
 *
 * Pure. Marks live in the page only; the server hears yes or no. It does not know the clock.
 */

import type { Order, Report, Shown } from "./types.js";

export const LOOK_MS = 30_000;
const BEFORE = 12; // characters before what was taken that tell its place from others like it

/** A report that was made, and what should still stand in the text. */
export interface Mark extends Report {
  readonly text: string;
}

/** The mark of a suggestion that is gone, or null when nothing of it was taken. */
export function markOf(shown: Shown, report: Report): Mark | null {
  if (!shown.taken) return null;
  const suggested = shown.suggestions[shown.index]?.text ?? "";
  return { ...report, text: shown.base.slice(-BEFORE) + suggested.slice(0, shown.done).trimEnd() };
}

/** The order to report a mark, as the text stands now. */
export function lookedAt({ id, outcome, characters, text }: Mark, now: string): Order {
  return { do: "report", id, outcome, characters, persisted: now.includes(text) };
}
