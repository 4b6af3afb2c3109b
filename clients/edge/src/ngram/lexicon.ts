/**
 * Word ids: a fixed vocabulary sorted by code points, and hashes for all other words.
 *
 * Ids below `size` are places in the sorted vocabulary, so words with a common beginning have neighbouring ids. Every other
 * word has the id 2**31 + a 31-bit hash, the same as on the server. It does not know how often a word occurs.
 */

import { comparePoints } from "../text/letters.js";
import { crc32, utf8 } from "./crc32.js";

export const STRANGE = 2 ** 31;
const MAX_ASKED = 50_000; // words of which the id is remembered: more than a person uses

/** Ids first .. last - 1. */
export type Range = readonly [first: number, last: number];

/** The first place among `low` .. `high` - 1 from which on `holds` is true, or `high`. */
export function firstPlace(low: number, high: number, holds: (place: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A sorted vocabulary of at most 65,535 words. */
export class Lexicon {
  private readonly asked = new Map<string, number>(); // ids of words asked for: a map of all words takes 20 ms to make

  /** `words` rise in the order of code points; throws a RangeError where they do not. */
  constructor(readonly words: readonly string[]) {
    for (let id = 0; id < words.length; id++) {
      if (id > 0 && comparePoints(words[id - 1]!, words[id]!) >= 0) throw new RangeError(`word ${id} does not rise`);
    }
  }

  get size(): number {
    return this.words.length;
  }

  knows(word: string): boolean {
    return this.id(word) < STRANGE;
  }

  id(word: string): number {
    const known = this.asked.get(word);
    if (known !== undefined) return known;
    const id = this.placeOf(word) ?? STRANGE + (crc32(utf8(word)) >>> 1);
    if (this.asked.size === MAX_ASKED) this.asked.clear();
    this.asked.set(word, id);
    return id;
  }

  ids(words: readonly string[]): Uint32Array {
    return Uint32Array.from(words, (word) => this.id(word));
  }

  /** The word of an id; null for an id outside the vocabulary. */
  word(id: number): string | null {
    return id < this.size ? this.words[id]! : null;
  }

  /** The ids whose words begin with `prefix`. */
  prefixRange(prefix: string): Range {
    if (!prefix) return [0, this.size];
    const low = firstPlace(0, this.size, (at) => comparePoints(this.words[at]!, prefix) >= 0);
    return [low, firstPlace(low, this.size, (at) => !this.words[at]!.startsWith(prefix))];
  }

  private placeOf(word: string): number | null {
    const place = firstPlace(0, this.size, (at) => comparePoints(this.words[at]!, word) >= 0);
    return this.words[place] === word ? place : null;
  }
}
