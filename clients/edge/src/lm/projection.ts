/**
 * A hidden state as a few numbers: signs by chance, the same on every machine, and length one.
 *
 * Random directions serve as well as the principal ones of mail (docs/why/edge-lm.md), and need not be downloaded. It does not
 * know what the numbers are used for.
 */

export const RANK = 32;
const SEED = 2026;

const signs = new Map<number, Int8Array>(); // by hidden size

/** `hidden` on RANK directions. */
export function projection(hidden: Float32Array): Float32Array {
  const matrix = signsOf(hidden.length);
  const found = new Float32Array(RANK);
  for (let i = 0, at = 0; i < hidden.length; i++) {
    const value = hidden[i]!;
    for (let rank = 0; rank < RANK; rank++, at++) found[rank]! += value * matrix[at]!;
  }
  const length = Math.hypot(...found) || 1;
  return found.map((value) => value / length);
}

function signsOf(size: number): Int8Array {
  const known = signs.get(size);
  if (known) return known;
  const chance = xorshift(SEED);
  const made = Int8Array.from({ length: size * RANK }, () => (chance() < 0 ? -1 : 1));
  signs.set(size, made);
  return made;
}

/** Marsaglia's 32-bit generator: whole numbers, negative ones half of the time. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    return (state ^= state << 5);
  };
}
