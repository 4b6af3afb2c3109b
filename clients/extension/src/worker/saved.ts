/**
 * Keys saved, today and in all: numbers, kept on this machine only.
 *
 * Pure; the day is handed in. It does not know any text.
 */

export interface Saved {
  readonly total: number;
  readonly today: number;
  readonly day: string; // that `today` is about, such as 2026-03-01
}

export const NOTHING: Saved = { total: 0, today: 0, day: "" };

/** Keys that one press saved, which put in `text` in place of `replaced` characters: -1 where a comma takes back a space. */
export function keysSavedBy(text: string, replaced: number): number {
  return text.length - replaced - 1;
}

/** The count on `day` with `keys` more. */
export function withMore(saved: Saved, keys: number, day: string): Saved {
  return { total: Math.max(0, saved.total + keys), today: Math.max(0, onDay(saved, day) + keys), day };
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
