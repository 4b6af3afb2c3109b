/** How much of a document one question can span, and what is left out of a longer one. It does not know what is read. */

import { InputError } from "../errors.js";

export const WINDOW_TOKENS = 1024; // some 4,000 characters; a longer text keeps its head and its last part
export const CHUNK_TOKENS = 16; // some 30 ms: what a question that has just come waits for at most

export interface Fit {
  readonly numWanted: number;
  readonly window: number;
  /** First tokens that are always kept. */
  readonly numHead: number;
}

/** The tokens, or their head and last part, cut in large steps: the next key still shares its prefix. */
export function fitted(tokens: readonly number[], { numWanted, window, numHead }: Fit): readonly number[] {
  const excess = tokens.length - window;
  if (excess <= 0) return tokens;
  const step = Math.max(1, window >> 2);
  const cut = Math.ceil(excess / step) * step;
  if (tokens.length - numHead - cut < numWanted) {
    throw new InputError(`submit: found numWanted ${numWanted}, wanted at most ${window - step}; ask in parts`);
  }
  return [...tokens.slice(0, numHead), ...tokens.slice(numHead + cut)];
}
