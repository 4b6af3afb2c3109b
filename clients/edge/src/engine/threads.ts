/** How many threads the language model takes; it does not know whether the page may have them. */

/** From so many cores on a second thread pays; with fewer it takes the page's own (clients/edge/bench/lm.mjs). */
export const MANY_CORES = 4;

export function usefulThreads(): number {
  return navigator.hardwareConcurrency >= MANY_CORES ? 2 : 1;
}
