/**
 * The one distribution: counts of background, tenant, user and this message, met order by order.
 *
 * For a context h of k words
 *
 *     p_k(w) = (s_k * (alpha_k(w) + gamma_k * p_{k-1}(w)) + sum over memories m of weight_m,k * (count_m(h w) - discount)
 *               + freed_k * p_{k-1}(w)) / (s_k + sum of weight_m,k * total_m(h))
 *
 * alpha and gamma are the background's Kneser-Ney parts, s_k grows with how often the background saw h, and freed_k is what
 * the discount set free. It does not know the neural model: place.ts brings it in.
 */

import type { Automaton, Match } from "../ngram/automaton.js";
import { largestPlaces } from "../ngram/largest.js";
import type { Range } from "../ngram/lexicon.js";
import type { Follow, Memory } from "../ngram/memory.js";
import { MAX_CONTEXT, type Strengths, type Voice, VOICES } from "./strengths.js";

export const SOURCES = ["background", ...VOICES] as const;

/** People's memories by role. */
export type Memories = Readonly<Partial<Record<Voice, Memory>>>;

/** Probabilities of some words: `probs`, and the share of each source, a row each in the order of SOURCES. */
export interface Scored {
  readonly probs: Float64Array;
  readonly shares: readonly Float64Array[];
}

/** Words, and behind them one column for each of `masses`: that the next word's id lies in one of its ranges. */
interface Columns {
  readonly ids: Uint32Array;
  readonly masses: readonly (readonly Range[])[];
}

/** All that is known of what may follow one context; asked again for every letter typed. */
export class Anchor {
  private readonly matches: readonly Match[]; // by order
  private readonly follows: ReadonlyMap<Voice, readonly Follow[]>;
  /** Words of context that somebody has seen. */
  readonly order: number;

  constructor(
    context: Uint32Array,
    private readonly background: Automaton,
    memories: Memories,
    private readonly strengths: Strengths,
  ) {
    const near = context.slice(-MAX_CONTEXT);
    this.matches = background.match(near);
    const found = VOICES.flatMap((voice) => {
      const memory = memories[voice];
      return memory ? [[voice, memory.follows(near, MAX_CONTEXT)] as const] : [];
    });
    this.follows = new Map(found);
    this.order = Math.max(this.matches.length, ...found.map(([, follows]) => follows.length)) - 1;
  }

  /** Times the background counted the longest context it knows. */
  get evidence(): number {
    return this.matches.at(-1)!.evidence;
  }

  /** How often the memory `voice` saw the longest context it knows, at least one word long. */
  voiceEvidence(voice: Voice): number {
    const found = this.follows.get(voice) ?? [];
    return found.length > 1 ? found.at(-1)!.total : 0;
  }

  /** Ids of lexicon words in `ranges` that any voice puts forward, rising. */
  candidates(ranges: readonly Range[], limit: number): number[] {
    const found = new Set<number>();
    for (const match of this.matches) {
      for (const range of ranges) for (const id of this.background.top(match, range, limit)) found.add(id);
    }
    for (const follows of this.follows.values()) {
      for (const follow of follows) for (const range of ranges) addLargest(found, follow, range, limit);
    }
    return [...found].sort((left, right) => left - right);
  }

  /** Words outside the lexicon that followed this context (one word or more) in some memory, rising. */
  strangeFollowers(): number[] {
    const found = new Set<number>();
    for (const follows of this.follows.values()) {
      for (const follow of follows.slice(1)) for (const id of follow.strange()) found.add(id);
    }
    return [...found].sort((left, right) => left - right);
  }

  /** Probability of each word, and whose it is; then the masses. */
  score(ids: Uint32Array, masses: readonly (readonly Range[])[] = []): Scored {
    const columns = { ids, masses };
    let shares = this.uniform(columns);
    for (let order = 0; order <= this.order; order++) shares = this.shorterMet(order, columns, shares);
    const probs = new Float64Array(shares[0]!.length);
    for (const row of shares) for (let at = 0; at < probs.length; at++) probs[at]! += row[at]!;
    return { probs, shares };
  }

  /** Shares before any context is looked at: all the background's, every word of the lexicon alike. */
  private uniform({ ids, masses }: Columns): Float64Array[] {
    const shares = SOURCES.map(() => new Float64Array(ids.length + masses.length));
    const size = Math.max(this.background.lexicon.size, 1);
    shares[0]!.fill(1 / size, 0, ids.length);
    masses.forEach((ranges, at) => {
      shares[0]![ids.length + at] = ranges.reduce((sum, [low, high]) => sum + high - low, 0) / size;
    });
    return shares;
  }

  /** The shares at one more word of context, given those without it. */
  private shorterMet(order: number, columns: Columns, shorter: readonly Float64Array[]): Float64Array[] {
    const match = this.matches[order];
    let total = this.backgroundWeight(order, match);
    let passedDown = total * (match?.gamma ?? 1);
    const own: (Float64Array | null)[] = [match ? this.alphas(match, columns, total) : null];
    for (const voice of VOICES) {
      const follow = this.follows.get(voice)?.[order];
      own.push(follow ? keptCounts(follow, columns, this.strengths.discount, this.strengths[voice][order]!) : null);
      if (!follow) continue;
      const each = this.strengths[voice][order]!;
      passedDown += each * this.strengths.discount * follow.ids.length;
      total += each * follow.total;
    }
    return shorter.map((row, source) => met(own[source]!, row, passedDown, total));
  }

  /** s_k: how much the background counts at this order. */
  private backgroundWeight(order: number, match: Match | undefined): number {
    const floor = this.strengths.floor[order]!;
    return match ? floor + this.strengths.scale[order]! * match.evidence ** this.strengths.power : floor;
  }

  /** alpha of words, then of ranges, times a weight. */
  private alphas(match: Match, { ids, masses }: Columns, weight: number): Float64Array {
    const found = new Float64Array(ids.length + masses.length);
    found.set(this.background.alphas(match, ids));
    masses.forEach((ranges, at) => {
      found[ids.length + at] = ranges.reduce((sum, range) => sum + this.background.rangeAlpha(match, range), 0);
    });
    for (let at = 0; at < found.length; at++) found[at]! *= weight;
    return found;
  }
}

/** One source's shares where `own` joins what the shorter context leaves; `own` may be written to. */
function met(own: Float64Array | null, shorter: Float64Array, passedDown: number, total: number): Float64Array {
  const found = own ?? new Float64Array(shorter.length);
  for (let at = 0; at < found.length; at++) found[at] = (found[at]! + passedDown * shorter[at]!) / total;
  return found;
}

/** Counts of words, then of ranges, each less the discount of every different word in it, times a weight. */
function keptCounts(follow: Follow, { ids, masses }: Columns, discount: number, weight: number): Float64Array {
  const found = new Float64Array(ids.length + masses.length);
  const taken = Math.fround(discount); // counts of words are 32-bit floats on the server
  for (let at = 0; at < ids.length; at++) {
    const seen = follow.countOf(ids[at]!);
    if (seen) found[at] = weight * Math.fround(seen - taken);
  }
  masses.forEach((ranges, at) => {
    found[ids.length + at] = weight * ranges.reduce((sum, range) => sum + rangeCount(follow, range, discount), 0);
  });
  return found;
}

function rangeCount(follow: Follow, range: Range, discount: number): number {
  const [first, last] = follow.between(range);
  let sum = 0;
  for (let at = first; at < last; at++) sum += follow.counts[at]!;
  return sum - discount * (last - first);
}

function addLargest(found: Set<number>, follow: Follow, range: Range, limit: number): void {
  const [first, last] = follow.between(range);
  for (const at of largestPlaces((place) => follow.counts[place]!, first, last, limit)) found.add(follow.ids[at]!);
}
