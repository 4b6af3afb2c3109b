/**
 * Two ways of typing the same mails, compared by author: points of keys saved, how sure that is, and whether nats foretold it.
 *
 * Intervals are those of a bootstrap over authors, with a seed. It does not know what was typed.
 */

const ROUNDS = 10_000;
const SEED = 7;

/** One author: characters, keys one way, fewer keys the other way, and the nats a token that the other way gained. */
export interface Pair {
  readonly chars: number;
  readonly keys: number;
  readonly fewer: number;
  readonly nats: number;
}

export interface Compared {
  readonly ksr: number;
  readonly points: number; // of keystrokes saved, percent
  readonly interval: readonly [number, number]; // 95 %
  readonly rankCorrelation: number; // of nats gained with keys saved a character
}

export function compared(pairs: readonly Pair[]): Compared {
  const chance = random(SEED);
  const drawn = Array.from({ length: ROUNDS }, () => pointsOf(pairs.map(() => pairs[Math.floor(chance() * pairs.length)]!)));
  drawn.sort((left, right) => left - right);
  const interval = [0.025, 0.975].map((share) => rounded(drawn[Math.floor(share * ROUNDS)]!)) as [number, number];
  const rank = correlation(ranks(pairs.map(({ nats }) => nats)), ranks(pairs.map(({ fewer, chars }) => fewer / chars)));
  const ksr = 1 - sum(pairs, ({ keys }) => keys) / sum(pairs, ({ chars }) => chars);
  return { ksr: rounded(ksr), points: rounded(pointsOf(pairs)), interval, rankCorrelation: rounded(rank) };
}

function pointsOf(pairs: readonly Pair[]): number {
  return (100 * sum(pairs, ({ fewer }) => fewer)) / sum(pairs, ({ chars }) => chars);
}

function sum(pairs: readonly Pair[], of: (pair: Pair) => number): number {
  return pairs.reduce((total, pair) => total + of(pair), 0);
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((left, right) => values[left]! - values[right]!);
  const found = new Array<number>(values.length).fill(0);
  order.forEach((at, rank) => (found[at] = rank));
  return found;
}

function correlation(left: readonly number[], right: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;
  const [meanLeft, meanRight] = [mean(left), mean(right)];
  const product = (one: readonly number[], from: number, other: readonly number[], to: number): number =>
    one.reduce((total, value, at) => total + (value - from) * (other[at]! - to), 0);
  const spread = product(left, meanLeft, left, meanLeft) * product(right, meanRight, right, meanRight);
  return product(left, meanLeft, right, meanRight) / Math.sqrt(spread);
}

/** Numbers from 0 to 1 that are the same every time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const rounded = (value: number): number => Number(value.toFixed(4));
