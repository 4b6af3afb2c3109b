/**
 * The part of a long text that is read: some ten thousand characters before the caret and after it.
 *
 * Its ends move by strides and not at every key, so that a key only adds to what was asked before. Pure; it does not know
 * where the text stands.
 */

const STRIDE = 8192;
const BEFORE = 11_000; // and a stride: less than what a transport sends
const AFTER = 2_000;

export interface Part {
  readonly from: number;
  readonly to: number;
}

/** Where the part begins and ends of a text of `length`, with a selection that ends at `end`. */
export function partRound(end: number, length: number): Part {
  const from = strides(end) - BEFORE;
  const to = length - strides(length - end - AFTER); // counted from the text's end, which typing does not move
  return { from: Math.max(0, from), to };
}

function strides(length: number): number {
  return Math.max(0, Math.floor(length / STRIDE)) * STRIDE;
}
