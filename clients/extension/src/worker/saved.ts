/**
 * Keys saved, today and in all: numbers, kept on this machine only.
 *
 * Pure; the day is handed in. A suggestion saves the characters it put in, less the key that took it. It does not know any text.
 */

import type { Report } from "../../../js/src/core/types.js";

export interface Saved {
  readonly total: number;
  readonly today: number;
  readonly day: string; // that `today` is about, such as 2026-03-01
}

export const NOTHING: Saved = { total: 0, today: 0, day: "" };

/** Keys that a report tells were saved. The second look at a suggestion, half a minute later, counts nothing anew. */
export function keysSavedBy({ outcome, characters, persisted }: Report): number {
  const isTaken = outcome === "accepted" || outcome === "partly";
  return isTaken && persisted === undefined ? Math.max(0, characters - 1) : 0;
}

/** The count on `day` with `keys` more. */
export function withMore(saved: Saved, keys: number, day: string): Saved {
  return { total: saved.total + keys, today: onDay(saved, day) + keys, day };
}

/** The keys saved on `day`. */
export function onDay(saved: Saved, day: string): number {
  return saved.day === day ? saved.today : 0;
}

/** The day of `now` where the person is. */
export function dayOf(now: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
