/**
 * How long to wait before asking: from the last latencies, the typing rhythm and rejections.
 *
 * Pure; times are handed in, in milliseconds. It does not know what is asked.
 */

export const MAX_DELAY_MS = 20; // one screen frame: longer waits are seen
export const PAUSE_MS = 350; // after erasing, pasting, undo: a person thinks again before this is over
const FAST_MS = 12; // an answer within this costs nothing to throw away
const BURST_GAP_MS = 70; // keys closer than this come in rolls: the next is on its way
const SMOOTHING = 0.3;
const LONGEST_GAP_MS = 1000; // a pause is not a rhythm
const PATIENT_REJECTIONS = 2; // so many Esc in a row mean these suggestions; more mean suggestions
const FIRST_REST_MS = 150;
const LONGEST_REST_MS = 3000; // then only a writer who pauses sees any

export interface Rhythm {
  readonly latencyMs: number;
  readonly gapMs: number;
  readonly rejections: number; // in a row
  readonly lastKeyAt: number | null;
}

export const calm: Rhythm = { latencyMs: 0, gapMs: 200, rejections: 0, lastKeyAt: null };

/** A key was struck at `at` ms. */
export function struck(rhythm: Rhythm, at: number): Rhythm {
  if (rhythm.lastKeyAt === null) return { ...rhythm, lastKeyAt: at };
  const gap = Math.min(LONGEST_GAP_MS, at - rhythm.lastKeyAt);
  return { ...rhythm, lastKeyAt: at, gapMs: blend(rhythm.gapMs, gap) };
}

/** An answer took `ms`, as the field saw it. */
export function answered(rhythm: Rhythm, ms: number): Rhythm {
  return { ...rhythm, latencyMs: rhythm.latencyMs ? blend(rhythm.latencyMs, ms) : ms };
}

export function rejected(rhythm: Rhythm): Rhythm {
  return { ...rhythm, rejections: rhythm.rejections + 1 };
}

export function accepted(rhythm: Rhythm): Rhythm {
  return { ...rhythm, rejections: 0 };
}

/** Milliseconds to wait before the next question: one frame at most, until suggestions were rejected in a row. */
export function delayMs({ latencyMs, gapMs, rejections }: Rhythm): number {
  const slow = Math.max(0, latencyMs - FAST_MS) / 4;
  const burst = gapMs < BURST_GAP_MS && latencyMs > FAST_MS ? 4 : 0;
  return Math.min(MAX_DELAY_MS, Math.round(slow + burst)) + restMs(rejections);
}

function restMs(rejections: number): number {
  if (rejections <= PATIENT_REJECTIONS) return 0;
  return Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (rejections - PATIENT_REJECTIONS - 1));
}

function blend(old: number, fresh: number): number {
  return (1 - SMOOTHING) * old + SMOOTHING * fresh;
}
