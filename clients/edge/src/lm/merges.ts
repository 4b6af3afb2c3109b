/**
 * Byte-pair merging of one piece of text: the lowest rank first, and of equal ranks the leftmost.
 *
 * It knows ids and ranks, not how a text is cut into pieces.
 */

const NO_MERGE = 0x7fffffff;
const SHIFT = 2 ** 24; // of the left id in a pair's key; a vocabulary is smaller

/** What two neighbours become, and how early. */
interface Merge {
  readonly rank: number;
  readonly id: number;
}

export class Merges {
  readonly #merges = new Map<number, Merge>();

  add(left: number, right: number, merge: Merge): void {
    this.#merges.set(left * SHIFT + right, merge);
  }

  /** The ids after all merges; `ids` itself is left alone. */
  apply(ids: readonly number[]): number[] {
    const left = [...ids];
    const ranks = left.map((_, at) => this.#rank(left, at));
    for (let at = lowest(ranks); at >= 0; at = lowest(ranks)) {
      left.splice(at, 2, this.#of(left, at)?.id ?? 0);
      ranks.splice(at, 1);
      ranks[at] = this.#rank(left, at);
      if (at > 0) ranks[at - 1] = this.#rank(left, at - 1);
    }
    return left;
  }

  #rank(ids: readonly number[], at: number): number {
    return this.#of(ids, at)?.rank ?? NO_MERGE;
  }

  #of(ids: readonly number[], at: number): Merge | undefined {
    return this.#merges.get((ids[at] ?? 0) * SHIFT + (ids[at + 1] ?? SHIFT - 1));
  }
}

/** Where the lowest rank stands, the leftmost of equals; -1 when nothing can be merged. */
function lowest(ranks: readonly number[]): number {
  let best = -1;
  let rank = NO_MERGE;
  for (let at = 0; at < ranks.length; at++) {
    const found = ranks[at] ?? NO_MERGE;
    if (found < rank) [best, rank] = [at, found];
  }
  return best;
}
