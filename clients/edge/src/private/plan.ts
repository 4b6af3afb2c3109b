/**
 * The questions of private statistics, as src/foretype/privacy/ldp/plan.py has them, and how a symbol is drawn.
 *
 * The numbers are version 1 of the plan: both ends must agree on them. It does not know a browser's counts, nor who takes a report.
 */

export const VERSION = 1;
export const SEASON_DAYS = 28;
export const REPORT_EPSILON = 1;
export const SEASON_EPSILON = 2;
export const NONE = "none"; // nothing was shown that day
export const NUM_ROWS = 16; // of a sketch
export const WIDTH = 128; // bits of a row
const ONE = 2 ** 32; // a chance of 1

/** 32 random bits. */
export type Word = () => number;

/** A question; `season` and `report` are chances to keep a symbol, of 2 ** 32. `values` null: a sketch, any answer. */
export interface Statistic {
  readonly name: string;
  readonly values: readonly string[] | null;
  readonly size: number;
  readonly rows: number;
  readonly season: number;
  readonly report: number;
}

/** The questions in order. */
export const STATISTICS: readonly Statistic[] = [
  choice("taken", ["no", "yes"], 3271021992, 2606083649),
  choice("shown", ["0", "1-9", "10-49", "50-199", "200+"], 2409399581, 1958155022),
  choice("share", [NONE, "0%", "under 10%", "10-29%", "30%+"], 2409399581, 1958155022),
  choice("outcome", [NONE, "accepted", "partly", "typed", "rejected", "ignored"], 2214921522, 1854108494),
  choice("kind", [NONE, "email", "chat", "note"], 2641316663, 2098592384),
  choice("hour", [NONE, "0-3", "4-7", "8-11", "12-15", "16-19", "20-23"], 2049493765, 1773930553),
  choice("length", [NONE, "1", "2", "3-4", "5+"], 2409399581, 1958155022),
  choice("client", [NONE, "server", "browser", "editor"], 2641316663, 2098592384),
  { name: "locale", values: null, size: 2, rows: NUM_ROWS, season: 1984778077, report: 2276300779 },
];

/** 32 bits of the browser's generator. */
export function secureWord(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] as number;
}

/** A number from 0 to `size` - 1, each exactly as likely: words of the last, incomplete round are thrown away. */
export function below(size: number, word: Word): number {
  const limit = ONE - (ONE % size);
  let found = word();
  while (found >= limit) found = word();
  return found % size;
}

/** Each symbol with chance `keep`, else one of all, each as likely. */
export function drawn(statistic: Statistic, truth: readonly number[], keep: number, word: Word): number[] {
  return truth.map((symbol) => {
    const isKept = word() < keep;
    const other = below(statistic.size, word); // drawn in any case: a draw takes as long whatever it gives
    return isKept ? symbol : other;
  });
}

/** Where `value` stands in a row of the sketch: FNV-1a of "row:value" in UTF-8, mixed as Murmur3 ends. */
export function position(row: number, value: string): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${row}:${value}`)) state = Math.imul(state ^ byte, 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) % WIDTH;
}

function choice(name: string, values: readonly string[], season: number, report: number): Statistic {
  return { name, values, size: values.length, rows: 1, season, report };
}
