/**
 * What one writer wrote, as counts for n-grams of any order: a stream of word ids, scanned.
 *
 * A context is looked up by walking the whole stream, so learning is an append and nothing is indexed. Four words of context
 * in 100,000 tokens take some 100 microseconds, once a word and not once a key. It does not know where the stream is kept,
 * nor how its counts are weighed against others.
 */

import { END, START } from "../text/words.js";
import { lowerBound } from "./level.js";
import { type Lexicon, type Range, STRANGE } from "./lexicon.js";

const GROWTH = 1.2; // of the stream when it is full
const MAX_STRANGE = 64; // words outside the lexicon that one prefix may bring

/** What followed one context: ids rising, their counts, and the counts' sum. */
export class Follow {
  constructor(
    readonly ids: Uint32Array,
    readonly counts: Uint32Array,
    readonly total: number,
  ) {}

  /** How often `id` followed. */
  countOf(id: number): number {
    const at = lowerBound(this.ids, id, 0, this.ids.length);
    return this.ids[at] === id ? this.counts[at]! : 0;
  }

  /** Places of the ids in a range. */
  between([low, high]: Range): Range {
    const first = lowerBound(this.ids, low, 0, this.ids.length);
    return [first, lowerBound(this.ids, high, first, this.ids.length)];
  }

  /** Words outside the lexicon that followed. */
  strange(): Uint32Array {
    return this.ids.subarray(lowerBound(this.ids, STRANGE, 0, this.ids.length));
  }
}

/** Counts of one writer's words. `learnOne` changes it, `follows` never does. */
export class Memory {
  private stream: Uint32Array = new Uint32Array(0);
  private numTokens = 0;
  private readonly strangeWords = new Map<number, string>(); // by id, in the order learned
  private counted: Follow | null = null;

  constructor(private readonly lexicon: Lexicon) {}

  get length(): number {
    return this.numTokens;
  }

  /** Learned words that the lexicon lacks. */
  get strange(): string[] {
    return [...this.strangeWords.values()];
  }

  /** Append one message's words; the very next `follows` knows them. */
  learnOne(words: readonly string[]): void {
    this.append([START, ...words, END]);
  }

  /** Append words as they stand. */
  append(words: readonly string[]): void {
    const ids = this.lexicon.ids(words);
    words.forEach((word, at) => {
      if (ids[at]! >= STRANGE && !this.strangeWords.has(ids[at]!)) this.strangeWords.set(ids[at]!, word);
    });
    this.reserve(ids.length);
    this.stream.set(ids, this.numTokens);
    this.numTokens += ids.length;
    this.counted = null;
  }

  /** What followed the last 0, 1, ... `maxOrder` words of `context`; stops at the first unseen one. */
  follows(context: Uint32Array, maxOrder: number): Follow[] {
    const found = [this.unigrams()];
    let hits: Uint32Array = new Uint32Array(0);
    for (let order = 1; order <= Math.min(maxOrder, context.length); order++) {
      const wanted = context[context.length - order]!;
      hits = order === 1 ? this.placesOf(wanted) : hits.filter((at) => at >= order - 1 && this.stream[at - order + 1] === wanted);
      if (!hits.length) break;
      found.push(followOf(hits.map((at) => this.stream[at + 1]!)));
    }
    return found;
  }

  /** Counts of all words. */
  unigrams(): Follow {
    this.counted ??= followOf(this.stream.slice(0, this.numTokens));
    return this.counted;
  }

  /** The word of an id, null for one never learned here and not in the lexicon. */
  word(id: number): string | null {
    return this.lexicon.word(id) ?? this.strangeWords.get(id) ?? null;
  }

  /** Learned words outside the lexicon that begin with `prefix`, the first ones learned. */
  strangeWithPrefix(prefix: string): string[] {
    const found: string[] = [];
    for (const word of this.strangeWords.values()) {
      if (found.length === MAX_STRANGE) break;
      if (word.startsWith(prefix)) found.push(word);
    }
    return found;
  }

  /** Where `wanted` stands with something behind it. */
  private placesOf(wanted: number): Uint32Array {
    const { stream } = this;
    const last = this.numTokens - 1;
    const found: number[] = [];
    for (let at = 0; at < last; at++) if (stream[at] === wanted) found.push(at);
    return Uint32Array.from(found);
  }

  private reserve(more: number): void {
    const needed = this.numTokens + more;
    if (needed <= this.stream.length) return;
    const grown = new Uint32Array(Math.max(needed, Math.floor(this.stream.length * GROWTH)));
    grown.set(this.stream);
    this.stream = grown;
  }
}

/** Counts of ids, which are sorted in place. */
function followOf(ids: Uint32Array): Follow {
  ids.sort();
  const [unique, counts] = [new Uint32Array(ids.length), new Uint32Array(ids.length)];
  let size = 0;
  for (let at = 0; at < ids.length; at++) {
    if (at === 0 || ids[at] !== ids[at - 1]) unique[size++] = ids[at]!;
    counts[size - 1]!++;
  }
  return new Follow(unique.subarray(0, size), counts.subarray(0, size), ids.length);
}
