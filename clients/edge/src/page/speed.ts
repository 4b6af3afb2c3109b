/**
 * How long the last keys took: percentiles over a sliding window. It does not know what was asked.
 */

const NUM_KEPT = 200;

export class Speed {
  readonly #recent: number[] = [];

  add(ms: number): void {
    this.#recent.push(ms);
    if (this.#recent.length > NUM_KEPT) this.#recent.shift();
  }

  /** The time within which a share of the last keys was answered, in milliseconds; null before the first. */
  percentile(share: number): number | null {
    const sorted = [...this.#recent].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  }
}
