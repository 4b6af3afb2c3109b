/**
 * One order of n-grams in flat arrays, and the look-ups that need no more than that. Arrays of order k:
 *
 *     words.k     last word; ascending inside a context           (of order 1, the place is the word)
 *     alphas.k    code of alpha(w | h): exp(-code / 16), 255 is zero; or float32, exact
 *     contexts.k  places of the n-grams of order k that something follows, ascending
 *     children.k  one more than contexts: bounds into order k + 1, what follows contexts.k[i]
 *     gammas.k    code of gamma, the mass left to shorter contexts; or float32
 *     evidence.k  code of the times the context was counted: exp(code / 16)
 *
 * It does not know other orders.
 */

import type { Numbers } from "./arrays.js";
import { firstPlace, type Range } from "./lexicon.js";

const STEP = 1 / 16; // of a coded probability, in nats
const ZERO = 255;

/** Probabilities by code, as 32-bit floats. */
const decode = Float32Array.from({ length: 256 }, (_, code) => (code === ZERO ? 0 : Math.exp(-STEP * code)));

/** One order; see the file's text. Read-only. */
export class Level {
  constructor(
    readonly words: Numbers,
    private readonly alphas: Numbers,
    private readonly contexts: Numbers,
    private readonly children: Numbers,
    private readonly gammas: Numbers,
    private readonly evidence: Numbers,
  ) {}

  get size(): number {
    return this.alphas.length;
  }

  /** Throws a RangeError where lengths disagree among themselves or with `numLonger` n-grams above. */
  check(numLonger: number): void {
    const numContexts = this.contexts.length;
    const agree =
      (this.words.length === 0 || this.words.length === this.alphas.length) &&
      this.children.length - 1 === numContexts &&
      this.gammas.length === numContexts &&
      this.evidence.length === numContexts;
    if (!agree) throw new RangeError(`${numContexts} contexts with ${this.children.length} bounds`);
    if (this.children.at(-1) !== numLonger) throw new RangeError(`bounds end at ${this.children.at(-1)}, wanted ${numLonger}`);
  }

  /** alpha of the n-gram at `place`. */
  alpha(place: number): number {
    return decoded(this.alphas, place);
  }

  /** Summed alpha of the n-grams at places first .. last - 1. */
  alphaSum([first, last]: Range): number {
    let sum = 0;
    for (let place = first; place < last; place++) sum += decoded(this.alphas, place);
    return sum;
  }

  /** Which context the n-gram at `place` is; null where nothing follows it. */
  contextAt(place: number): number | null {
    const at = lowerBound(this.contexts, place, 0, this.contexts.length);
    return this.contexts[at] === place ? at : null;
  }

  /** First and one past the last place, one order up, of what follows context `at`. */
  childrenOf(at: number): Range {
    return [this.children[at]!, this.children[at + 1]!];
  }

  gamma(at: number): number {
    return decoded(this.gammas, at);
  }

  timesCounted(at: number): number {
    return Math.exp(this.evidence[at]! / 16);
  }

  /** Place of the n-gram that ends in `word` among places first .. last - 1, null for none. */
  placeOf(word: number, [first, last]: Range): number | null {
    const place = lowerBound(this.words, word, first, last);
    return place < last && this.words[place] === word ? place : null;
  }

  /** Places among first .. last - 1 whose words have ids low .. high - 1. */
  between([first, last]: Range, [low, high]: Range): Range {
    const start = lowerBound(this.words, low, first, last);
    return [start, lowerBound(this.words, high, start, last)];
  }
}

/** The arrays of order k out of a file's. Throws a RangeError where the n-grams are not there. */
export function levelFrom(arrays: ReadonlyMap<string, Numbers>, k: number): Level {
  const none = new Uint8Array(0);
  const alphas = arrays.get(`alphas.${k}`);
  const words = k > 1 ? arrays.get(`words.${k}`) : none;
  if (!alphas || !words) throw new RangeError(`no n-grams of order ${k}`);
  return new Level(
    words,
    alphas,
    arrays.get(`contexts.${k}`) ?? none,
    arrays.get(`children.${k}`) ?? new Uint8Array(1),
    arrays.get(`gammas.${k}`) ?? none,
    arrays.get(`evidence.${k}`) ?? none,
  );
}

/** The first place among first .. last - 1 whose number is not below `wanted`, or `last`. */
export function lowerBound(numbers: Numbers, wanted: number, first: number, last: number): number {
  return firstPlace(first, last, (place) => numbers[place]! >= wanted);
}

function decoded(stored: Numbers, at: number): number {
  return stored instanceof Uint8Array ? decode[stored[at]!]! : stored[at]!;
}
