/**
 * What a person's sent messages teach the network's last layer: a bias and a low-rank correction for tokens they use.
 *
 * Log probability of a token at hidden state h: the network's, plus bias + features . project(h), all normalised again. Both
 * are trained by the gradient of the loss, step 1 / (strength + how often the token was expected), once a message. Bounded,
 * forgettable, and silent until it was measured to help (ledger.ts). It does not know words, nor how texts were read.
 */

import { ModelError } from "../errors.js";
import { entered, helps, meanGain, NOTHING, standardError, type Sums } from "./ledger.js";
import { Lesson } from "./lesson.js";
import { projection, RANK } from "./projection.js";

// Chosen on 26 authors of the valid split and judged on 26 others: docs/why/edge-lm.md.
const STRENGTH = 4; // expected uses by which a token's correction is held back
const FEATURE_RATE = 3;
export const MAX_ROWS = 1024; // tokens with a correction: 147 kB; 512 gain a little less
const STATE_VERSION = 1;

/** What is kept of it; IndexedDB stores it as it is. It tells which tokens the person uses. */
export interface PersonalState {
  readonly version: number;
  readonly weights: string; // checksum of the network it corrects
  readonly tokens: Int32Array;
  readonly uses: Float32Array; // messages that the token came in
  readonly expected: Float32Array; // times the network expected it since it has a row
  readonly bias: Float32Array;
  readonly features: Float32Array; // (tokens, RANK)
  readonly sums: Sums;
}

/** What it brought so far, in nats a token of messages that it had not learned from yet. */
export interface PersonalReport {
  readonly isOn: boolean;
  readonly messages: number;
  readonly tokens: number;
  readonly natsBefore: number;
  readonly natsAfter: number;
  readonly standardError: number;
}

export class PersonalHead {
  readonly #rowOf = new Map<number, number>();
  readonly #tokens = new Int32Array(MAX_ROWS);
  readonly #uses = new Float32Array(MAX_ROWS);
  readonly #expected = new Float32Array(MAX_ROWS);
  readonly #bias = new Float32Array(MAX_ROWS);
  readonly #features = new Float32Array(MAX_ROWS * RANK);
  #sums = NOTHING;

  /** `weights`: checksum of the network. Throws ModelError for a state of another network or another version. */
  constructor(private readonly weights: string, state: PersonalState | null = null) {
    if (!state) return;
    if (state.version !== STATE_VERSION || state.weights !== weights || state.tokens.length > MAX_ROWS) {
      throw new ModelError("personal state: found one of another model, wanted this model's; forget it, and it is learned anew");
    }
    state.tokens.forEach((token, row) => this.#rowOf.set(token, row));
    this.#tokens.set(state.tokens);
    this.#uses.set(state.uses);
    this.#expected.set(state.expected);
    this.#bias.set(state.bias);
    this.#features.set(state.features);
    this.#sums = state.sums;
  }

  /** Whether answers should pass through `apply`. */
  get isOn(): boolean {
    return helps(this.#sums);
  }

  get report(): PersonalReport {
    const { messages, tokens, nats } = this.#sums;
    const natsBefore = tokens ? nats / tokens : 0;
    const natsAfter = natsBefore - meanGain(this.#sums);
    return { isOn: this.isOn, messages, tokens, natsBefore, natsAfter, standardError: standardError(this.#sums) };
  }

  get state(): PersonalState {
    const length = this.#rowOf.size;
    return {
      version: STATE_VERSION,
      weights: this.weights,
      tokens: this.#tokens.slice(0, length),
      uses: this.#uses.slice(0, length),
      expected: this.#expected.slice(0, length),
      bias: this.#bias.slice(0, length),
      features: this.#features.slice(0, length * RANK),
      sums: this.#sums,
    };
  }

  /** Correct the network's log probabilities `row` (vocab) at the hidden state, in place. */
  apply(row: Float32Array, hidden: Float32Array): void {
    const shifts = this.#shifts(projection(hidden));
    const rest = this.#logSum(row, shifts);
    for (let token = 0; token < row.length; token++) row[token]! -= rest;
    shifts.forEach((shift, at) => { row[this.#tokens[at]!]! += shift; });
  }

  /** Begin a lesson: a message of these tokens was sent. */
  begin(tokens: Int32Array): Lesson {
    this.#makeRoom(tokens);
    return new Lesson(this.#rowOf.size);
  }

  /** One place of the message: `token` came where the network said `row` at the hidden state. Neither is changed. */
  read(lesson: Lesson, token: number, row: Float32Array, hidden: Float32Array): void {
    const features = projection(hidden);
    const shifts = this.#shifts(features);
    const rest = this.#logSum(row, shifts);
    const at = this.#rowOf.get(token);
    lesson.enter(-row[token]!, (at === undefined ? 0 : shifts[at]!) - rest);
    shifts.forEach((shift, other) => {
      const expected = Math.exp(row[this.#tokens[other]!]! + shift - rest);
      lesson.learn(other, other === at ? 1 : 0, expected, features);
    });
  }

  /** The message is over: what it taught holds from now on. */
  end(lesson: Lesson): void {
    for (let row = 0; row < lesson.numRows; row++) {
      this.#expected[row]! += lesson.expected[row]!;
      const step = 1 / (STRENGTH + this.#expected[row]!);
      this.#bias[row]! += step * (lesson.uses[row]! - lesson.expected[row]!);
      for (let i = row * RANK; i < (row + 1) * RANK; i++) this.#features[i]! += FEATURE_RATE * step * lesson.features[i]!;
    }
    this.#sums = entered(this.#sums, lesson.numTokens, lesson.nats, lesson.gain);
  }

  /** What each row adds at these features, in nats. */
  #shifts(features: Float32Array): Float32Array {
    return Float32Array.from({ length: this.#rowOf.size }, (_, row) => {
      let sum = this.#bias[row]!;
      for (let i = 0, at = row * RANK; i < RANK; i++, at++) sum += this.#features[at]! * features[i]!;
      return sum;
    });
  }

  /** Logarithm of what the shifted probabilities add up to; those without a row add up as before. */
  #logSum(row: Float32Array, shifts: Float32Array): number {
    let sum = 1;
    for (let at = 0; at < shifts.length; at++) sum += Math.exp(row[this.#tokens[at]!]!) * Math.expm1(shifts[at]!);
    return Math.log(sum);
  }

  /** A row for each token, those used least giving way. */
  #makeRoom(tokens: Int32Array): void {
    for (const token of new Set(tokens)) {
      const row = this.#rowOf.get(token) ?? this.#newRow(token);
      this.#uses[row]! += 1;
    }
  }

  /** A row for a token that has none; one that takes another's begins with its uses, so the next takes yet another's. */
  #newRow(token: number): number {
    const isFull = this.#rowOf.size === MAX_ROWS;
    const row = isFull ? this.#leastUsed() : this.#rowOf.size;
    if (isFull) this.#rowOf.delete(this.#tokens[row]!);
    this.#rowOf.set(token, row);
    this.#tokens[row] = token;
    this.#expected[row] = this.#bias[row] = 0;
    this.#features.fill(0, row * RANK, (row + 1) * RANK);
    return row;
  }

  #leastUsed(): number {
    let least = 0;
    for (let row = 1; row < MAX_ROWS; row++) if (this.#uses[row]! < this.#uses[least]!) least = row;
    return least;
  }
}
