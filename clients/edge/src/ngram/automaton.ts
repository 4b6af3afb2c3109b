/**
 * The packed background model: flat arrays in one buffer, asked without unpacking.
 *
 * N-grams of an order are sorted by (context, word id), and word ids by spelling, so what may follow a context is one slice,
 * and what may follow it and begins with some letters is a smaller slice of that. It does not smooth, and it does not mix
 * itself with anybody's counts.
 */

import { ModelError } from "../errors.js";
import { readArrays, type Arrays } from "./arrays.js";
import { largestPlaces } from "./largest.js";
import { type Level, levelFrom } from "./level.js";
import { Lexicon, type Range } from "./lexicon.js";

const NUM_COMMON = 4096; // most frequent words, looked at when nothing is typed yet

/**
 * One context of some length `order` that the model knows: its places in order + 1. `gamma` is the probability mass left to
 * the shorter context, `evidence` the times it was counted.
 */
export interface Match {
  readonly order: number;
  readonly places: Range;
  readonly gamma: number;
  readonly evidence: number;
}

/** A background n-gram model, read-only. */
export class Automaton {
  private readonly sums: Float64Array; // of the alphas of the words before each id
  private readonly common: Uint16Array; // the most frequent words, most frequent first

  /** `lower`: a bit a word, the highest first: capitalised only where a sentence begins. */
  constructor(
    readonly lexicon: Lexicon,
    private readonly levels: readonly Level[],
    private readonly lower: Uint8Array,
    private readonly unigram: Match,
  ) {
    this.sums = sumsOf(this.first, lexicon.size);
    this.common = commonOf(this.first, lexicon.size);
  }

  get order(): number {
    return this.levels.length;
  }

  /** Whether a small-letter word is capitalised only where a sentence begins. */
  isLower(word: string): boolean {
    if (!this.lexicon.knows(word)) return false;
    const id = this.lexicon.id(word);
    return ((this.lower[id >> 3]! >> (7 - (id & 7))) & 1) === 1;
  }

  /** The empty context and every longer end of `context` that something follows, shortest first. */
  match(context: Uint32Array): Match[] {
    const found = [this.unigram];
    const words = this.order > 1 ? context.slice(-(this.order - 1)) : context.slice(0, 0);
    for (let length = 1; length <= words.length; length++) {
      const match = this.descend(words.subarray(words.length - length));
      if (!match) break;
      found.push(match);
    }
    return found;
  }

  /** alpha(w | context) of some words, 0 where it was never seen there. */
  alphas(match: Match, ids: Uint32Array): Float64Array {
    const level = this.levels[match.order]!;
    const found = new Float64Array(ids.length);
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at]!;
      const place = match.order === 0 ? (id < level.size ? id : null) : level.placeOf(id, match.places);
      if (place !== null) found[at] = level.alpha(place);
    }
    return found;
  }

  /** The `limit` likeliest words after a context among the ids of `range`, rising; of equals the first. */
  top(match: Match, range: Range, limit: number): number[] {
    if (match.order === 0) return this.topUnigrams(range, limit);
    const level = this.levels[match.order]!;
    const [first, last] = level.between(match.places, range);
    return largestPlaces((place) => level.alpha(place), first, last, limit).map((place) => level.words[place]!);
  }

  /** Summed alpha of the words with ids of `range` after a context. */
  rangeAlpha(match: Match, range: Range): number {
    if (match.order === 0) return this.sums[range[1]]! - this.sums[range[0]]!;
    const level = this.levels[match.order]!;
    return level.alphaSum(level.between(match.places, range));
  }

  private get first(): Level {
    return this.levels[0]!;
  }

  private topUnigrams([low, high]: Range, limit: number): number[] {
    const inside: number[] = [];
    for (let at = 0; at < this.common.length && inside.length < limit; at++) {
      const id = this.common[at]!;
      if (id >= low && id < high) inside.push(id);
    }
    if (inside.length === limit || high - low <= inside.length) return inside;
    return largestPlaces((id) => this.first.alpha(id), low, high, limit);
  }

  /** Walk from the first word of `context` to its last; null where the path ends. */
  private descend(context: Uint32Array): Match | null {
    let node = context[0]!;
    for (let depth = 1; depth <= context.length; depth++) {
      const level = this.levels[depth - 1]!;
      const at = level.contextAt(node);
      if (at === null) return null;
      const places = level.childrenOf(at);
      if (depth === context.length) {
        return { order: depth, places, gamma: level.gamma(at), evidence: level.timesCounted(at) };
      }
      const place = this.levels[depth]!.placeOf(context[depth]!, places);
      if (place === null) return null;
      node = place;
    }
    return null;
  }
}

/** The background model in a buffer. `check` compares its checksum. Throws a ModelError for a truncated or foreign file. */
export function openBackground(buffer: ArrayBuffer, options: { check?: boolean } = {}): Automaton {
  const parts = readArrays(buffer, { kind: "background", check: options.check ?? false });
  try {
    return assembled(parts);
  } catch (error) {
    throw new ModelError(`background file: its parts do not fit (${error}); fetch it again`, { cause: error });
  }
}

function assembled({ header, arrays }: Arrays): Automaton {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(arrays.get("lexicon"));
  const lexicon = new Lexicon(text.split("\0"));
  const levels = Array.from({ length: Number(header["order"]) }, (_, at) => levelFrom(arrays, at + 1));
  levels.forEach((level, at) => level.check(levels[at + 1]?.size ?? 0));
  const lower = arrays.get("lower");
  if (levels[0]?.size !== lexicon.size || !(lower instanceof Uint8Array)) throw new RangeError("words and unigrams differ");
  const [gamma, evidence] = [Number(header["gamma"]), Number(header["evidence"])];
  return new Automaton(lexicon, levels, lower, { order: 0, places: [0, lexicon.size], gamma, evidence });
}

function sumsOf(level: Level, size: number): Float64Array {
  const sums = new Float64Array(size + 1);
  for (let id = 0; id < size; id++) sums[id + 1] = sums[id]! + level.alpha(id);
  return sums;
}

function commonOf(level: Level, size: number): Uint16Array {
  const alphas = new Float32Array(size);
  for (let id = 0; id < size; id++) alphas[id] = level.alpha(id);
  const least = alphas.slice().sort()[Math.max(0, size - NUM_COMMON)] ?? 0;
  const often: number[] = [];
  for (let id = 0; id < size; id++) if (alphas[id]! >= least) often.push(id);
  often.sort((left, right) => alphas[right]! - alphas[left]! || left - right);
  return Uint16Array.from(often.slice(0, NUM_COMMON));
}
