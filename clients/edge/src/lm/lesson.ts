/**
 * What one message teaches, gathered place by place while the head stands still: a gradient, and the loss before and after.
 *
 * It does not know what steps are made of it.
 */

import { RANK } from "./projection.js";

export class Lesson {
  readonly uses: Float32Array;
  readonly expected: Float32Array;
  readonly features: Float32Array;
  numTokens = 0;
  nats = 0;
  gain = 0;

  constructor(readonly numRows: number) {
    this.uses = new Float32Array(numRows);
    this.expected = new Float32Array(numRows);
    this.features = new Float32Array(numRows * RANK);
  }

  /** One token took `nats` without the correction, and `gain` less with it. */
  enter(nats: number, gain: number): void {
    this.numTokens += 1;
    this.nats += nats;
    this.gain += gain;
  }

  /** At one place: how often a row's token came, and how often it was expected. */
  learn(row: number, uses: number, expected: number, features: Float32Array): void {
    this.uses[row]! += uses;
    this.expected[row]! += expected;
    for (let i = 0, at = row * RANK; i < RANK; i++, at++) this.features[at]! += (uses - expected) * features[i]!;
  }
}
