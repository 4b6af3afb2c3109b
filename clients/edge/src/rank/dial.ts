/**
 * The coverage dial: which price of a wrong look, and which least utility, show something at a given share of keys.
 *
 * Utility of a proposal, in keys: u = P * (characters - 1 - RIGHT_LOOK) - (1 - P) * wrongLook. The best proposal of a key is
 * shown if u is at least `least`. It does not know rankers.
 */

import { InputError } from "../errors.js";

const RIGHT_LOOK = 0.05; // keys: 10 ms of the 200 that a key takes

/** What decides at one coverage, the share of keys at which something is shown. */
export interface Turn {
  readonly coverage: number;
  readonly wrongLook: number; // keys
  readonly least: number; // keys; may be below zero: more is shown than pays at this price
}

/** Expected keys saved by a proposal, looks paid; in 32-bit floats, as on the server. */
export function utility(prob: number, numChars: number, wrongLook: number): number {
  const { fround } = Math;
  const right = fround(prob * fround(numChars - fround(1 + RIGHT_LOOK)));
  return fround(right - fround(fround(1 - prob) * fround(wrongLook)));
}

/** Turns at several coverages, and what lies between them. */
export class Dial {
  /** Turns in rising order of coverage, one at least. */
  constructor(private readonly turns: readonly Turn[]) {}

  /** The turn for a share of keys in (0, 1]; beyond the ends the nearest one's. Throws an InputError. */
  at(coverage: number): Turn {
    if (!(coverage > 0 && coverage <= 1)) {
      throw new InputError(`coverage: found ${coverage}, wanted a share of keys above 0 and up to 1`);
    }
    const above = this.turns.findIndex((turn) => turn.coverage > coverage);
    const upper = this.turns[above] ?? this.turns.at(-1)!;
    const lower = above < 0 ? upper : (this.turns[above - 1] ?? upper);
    const span = upper.coverage - lower.coverage;
    const part = span ? Math.min(Math.max((coverage - lower.coverage) / span, 0), 1) : 0;
    return {
      coverage,
      wrongLook: lower.wrongLook + part * (upper.wrongLook - lower.wrongLook),
      least: lower.least + part * (upper.least - lower.least),
    };
  }
}
