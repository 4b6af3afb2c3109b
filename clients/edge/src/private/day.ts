/**
 * A day's counts in this browser, and the true answer that they give to each question: src/foretype/privacy/ldp/day.py.
 *
 * Of all suggestions shown, one is drawn as they come, each as likely as any other. It does not know noise, nor where counts are
 * kept.
 */

import { NONE, below, secureWord, type Word } from "./plan.js";

const TAKEN = ["accepted", "partly"];

/** One suggestion that was shown, and what became of it. No member is a text. */
export interface Seen {
  readonly outcome: string;
  readonly kind: string;
  readonly hour: number; // 0 to 23, local
  readonly words: number;
  readonly locale: string;
  readonly client: string;
}

/** What is kept of a day: two counts and one suggestion. */
export interface Day {
  readonly shown: number;
  readonly taken: number;
  readonly drawn: Seen | null; // null: nothing was shown
}

export const EMPTY_DAY: Day = { shown: 0, taken: 0, drawn: null };

/** The day with one suggestion more. */
export function count(day: Day, seen: Seen, word: Word = secureWord): Day {
  const shown = day.shown + 1;
  const isDrawn = below(shown, word) === 0;
  const drawn = isDrawn || day.drawn === null ? seen : day.drawn;
  return { shown, taken: day.taken + Number(TAKEN.includes(seen.outcome)), drawn };
}

/** What the day answers, before any noise: never to be stored or sent. */
export function trueAnswer(name: string, day: Day): string {
  if (name === "taken") return day.taken ? "yes" : "no";
  if (name === "shown") return shownBucket(day.shown);
  if (name === "share") return shareBucket(day);
  return day.drawn === null ? NONE : ofDrawn(name, day.drawn);
}

/** Language and region of a locale's tag; nothing else of what an application may have put there. */
export function localeOf(tag: string): string {
  const found = /^([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}))?(?:[-_.@].*)?$/.exec(tag);
  const language = found?.[1]?.toLowerCase();
  if (!language) return "other";
  return found?.[2] ? `${language}-${found[2].toUpperCase()}` : language;
}

function shownBucket(shown: number): string {
  if (shown === 0) return "0";
  return shown < 10 ? "1-9" : shown < 50 ? "10-49" : shown < 200 ? "50-199" : "200+";
}

function shareBucket({ shown, taken }: Day): string {
  if (shown === 0) return NONE;
  if (taken === 0) return "0%";
  const percent = Math.floor((100 * taken) / shown);
  return percent < 10 ? "under 10%" : percent < 30 ? "10-29%" : "30%+";
}

function ofDrawn(name: string, seen: Seen): string {
  const first = seen.hour - (seen.hour % 4);
  switch (name) {
    case "hour": return `${first}-${first + 3}`;
    case "length": return seen.words < 3 ? String(Math.max(1, seen.words)) : seen.words < 5 ? "3-4" : "5+";
    case "locale": return localeOf(seen.locale);
    default: return String(seen[name as keyof Seen]);
  }
}
