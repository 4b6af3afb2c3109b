/**
 * The language model's voice at one place: what it says of whole words, though it speaks in tokens.
 *
 * A word that is one token has that token's probability. Of words that begin with the same token and go on, the token's
 * probability is shared out as the counts would share it: one step of the model answers for every word and every letter
 * typed. It does not know the counts, the text, or when a step is worth its time.
 */

import type { LanguageModel } from "../contracts.js";
import { utf8 } from "../ngram/crc32.js";
import { largestPlaces } from "../ngram/largest.js";
import { firstPlace, type Range } from "../ngram/lexicon.js";
import { Kept } from "../text/kept.js";
import { numPoints, trim, withoutHalves } from "../text/letters.js";

const MAX_WORDS = 20_000; // whose tokens are kept: one person's, not a server's
const MAX_VOICES = 48; // 4 bytes a token of the vocabulary each: the places of a few messages
const LEFT_FOR_OTHERS = 0.25; // of a shared token's probability: words of that beginning that are no candidates

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A vocabulary sorted by bytes, and words' tokens; one a model, shared by all places. */
export class TokenTable {
  /** Token ids in the order of their bytes. */
  readonly order: Uint32Array;
  /** Of each token, its place in that order. */
  readonly place: Uint32Array;
  private readonly sorted: readonly string[]; // the bytes as letters U+0000 to U+00FF, so that strings compare like bytes
  private readonly words = new Kept<string, readonly number[]>(MAX_WORDS);

  constructor(private readonly model: LanguageModel) {
    const bytes = model.tokenBytes.map(binary);
    const ids = bytes.map((_, id) => id);
    ids.sort((left, right) => (bytes[left]! < bytes[right]! ? -1 : bytes[left]! > bytes[right]! ? 1 : left - right));
    this.order = Uint32Array.from(ids);
    this.place = new Uint32Array(ids.length);
    ids.forEach((id, place) => (this.place[id] = place));
    this.sorted = ids.map((id) => bytes[id]!);
  }

  encode(text: string): readonly number[] {
    return this.words.getOrMake(text, () => encoded(this.model, text));
  }

  /** Places of the tokens that begin with `prefix`. */
  prefixRange(prefix: string): Range {
    const low = this.firstFrom(prefix);
    return [low, firstPlace(low, this.sorted.length, (at) => !this.sorted[at]!.startsWith(prefix))];
  }

  /** Place of the token with just these bytes, null for none. */
  placeOf(bytes: string): number | null {
    const at = this.firstFrom(bytes);
    return this.sorted[at] === bytes ? at : null;
  }

  /** A token's text, without blanks around it and bytes that are no whole letters. */
  text(place: number): string {
    const bytes = this.model.tokenBytes[this.order[place]!]!;
    return trim(decoder.decode(bytes).replaceAll("\ufffd", ""));
  }

  private firstFrom(bytes: string): number {
    return firstPlace(0, this.sorted.length, (at) => this.sorted[at]! >= bytes);
  }
}

/** Tokens of a text; half a surrogate pair, which no model can read, counts as "?". */
export const encoded = (model: LanguageModel, text: string): number[] => model.encode(withoutHalves(text));

/** One distribution over tokens, asked about words. Holds 4 bytes a token of the vocabulary. */
export class LmVoice {
  private readonly likely: Float32Array; // probabilities, sorted like the table

  constructor(
    logProbs: Float32Array,
    private readonly table: TokenTable,
  ) {
    const { order } = table;
    this.likely = new Float32Array(order.length);
    for (let at = 0; at < order.length; at++) this.likely[at] = Math.exp(logProbs[order[at]!]!);
  }

  /** Probability of each word as it is shown; `weights` share out what several words have in common. */
  probs(shown: readonly string[], weights: Float64Array, space: readonly boolean[]): Float64Array {
    const tokens = shown.map((word, at) => this.table.encode(space[at] ? ` ${word}` : word));
    const shared = new Map<number, number>(); // weight of the longer words by their first token
    tokens.forEach((ids, at) => {
      if (ids.length !== 1) shared.set(ids[0] ?? 0, (shared.get(ids[0] ?? 0) ?? 0) + weights[at]!);
    });
    return Float64Array.from(tokens, (ids, at) => {
      const first = ids[0] ?? 0;
      const prob = this.likely[this.table.place[first]!]!;
      if (ids.length === 1) return prob;
      return (prob * ((1 - LEFT_FOR_OTHERS) * weights[at]!)) / Math.max(shared.get(first)!, 1e-300);
    });
  }

  /** Probability of all tokens that begin with the letters typed, or with which those begin. */
  mass(typed: string, space: boolean): number {
    const prefix = prefixOf(typed, space);
    if (!prefix) return 1;
    const [low, high] = this.table.prefixRange(prefix);
    let mass = 0;
    for (let at = low; at < high; at++) mass += this.likely[at]!;
    return typed ? mass + this.shorter(prefix) * agreeing(typed) : mass;
  }

  /** Texts of the likeliest tokens that begin with the letters typed, without the space. */
  topWords(typed: string, space: boolean, limit: number): string[] {
    const [low, high] = this.table.prefixRange(prefixOf(typed, space));
    const places = largestPlaces((at) => this.likely[at]!, low, high, limit);
    return places.map((at) => this.table.text(at)).filter(Boolean);
  }

  /** Probability of the tokens that are a proper beginning of the prefix, longer than its space. */
  private shorter(prefix: string): number {
    let sum = 0;
    for (let length = prefix.startsWith(" ") ? 2 : 1; length < prefix.length; length++) {
      const at = this.table.placeOf(prefix.slice(0, length));
      if (at !== null) sum += this.likely[at]!;
    }
    return sum;
  }
}

/** Recent voices of all messages, by who speaks and the tokens they follow: equal beginnings are read once. */
export class VoiceCache {
  readonly table: TokenTable;
  private readonly voices = new Kept<string, LmVoice>(MAX_VOICES);

  constructor(model: LanguageModel) {
    this.table = new TokenTable(model);
  }

  /** The voice that follows the tokens of a key (lm_reader.ts), if it is known. */
  get(key: string): LmVoice | null {
    return this.voices.get(key) ?? null;
  }

  /** Keep what follows; the voice used longest ago goes if there are too many. */
  put(key: string, logProbs: Float32Array): LmVoice {
    const voice = new LmVoice(logProbs, this.table);
    this.voices.set(key, voice);
    return voice;
  }
}

const prefixOf = (typed: string, space: boolean): string => binary(utf8((space ? " " : "") + typed));

/** About how much of a shorter token's mass goes on with the letters typed. */
const agreeing = (typed: string): number => Math.exp(-numPoints(typed));

function binary(bytes: Uint8Array): string {
  let found = "";
  for (const byte of bytes) found += String.fromCharCode(byte);
  return found;
}
