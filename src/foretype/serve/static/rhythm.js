/**
 * How long to wait before asking: 0 to 20 ms, from the last latencies, the typing rhythm and rejections.
 *
 * Pure; times are handed in. This file does not know what is asked.
 */

export const MAX_DELAY_MS = 20; // one screen frame: longer waits are seen
export const PAUSE_MS = 350; // after backspace, paste, undo: a person thinks again before this is over
const FAST_MS = 12; // an answer within this costs nothing to throw away
const BURST_GAP_MS = 70; // keys closer than this come in rolls: the next is on its way
const SMOOTHING = 0.3;
const LONGEST_GAP_MS = 1000; // a pause is not a rhythm

export const calm = Object.freeze({ latencyMs: 0, gapMs: 200, rejections: 0, lastKeyAt: null });

/** A key was struck at `at` ms. */
export function struck(rhythm, at) {
  if (rhythm.lastKeyAt === null) return { ...rhythm, lastKeyAt: at };
  const gap = Math.min(LONGEST_GAP_MS, at - rhythm.lastKeyAt);
  return { ...rhythm, lastKeyAt: at, gapMs: blend(rhythm.gapMs, gap) };
}

/** An answer took `ms`, as the page saw it. */
export function answered(rhythm, ms) {
  return { ...rhythm, latencyMs: rhythm.latencyMs ? blend(rhythm.latencyMs, ms) : ms };
}

export function rejected(rhythm) {
  return { ...rhythm, rejections: Math.min(8, rhythm.rejections + 1) };
}

export function accepted(rhythm) {
  return { ...rhythm, rejections: 0 };
}

/** Milliseconds to wait before the next question. */
export function delayMs({ latencyMs, gapMs, rejections }) {
  const slow = Math.max(0, latencyMs - FAST_MS) / 4;
  const burst = gapMs < BURST_GAP_MS && latencyMs > FAST_MS ? 4 : 0;
  return Math.min(MAX_DELAY_MS, Math.round(slow + burst + rejections));
}

function blend(old, fresh) {
  return (1 - SMOOTHING) * old + SMOOTHING * fresh;
}
