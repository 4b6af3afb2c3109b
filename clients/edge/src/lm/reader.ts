/**
 * Answers questions by reading as few tokens as possible: rewinds, shared beginnings, chunks and trees.
 *
 * It does not know who waits, nor for how long: scheduler.ts does.
 */

import type { Held, Slot } from "./held.js";
import type { Question } from "./messages.js";
import type { Network } from "./network.js";
import { isChain, merge, type TokenTree } from "./token_tree.js";
import { CHUNK_TOKENS } from "./window.js";

const TREE_TOKENS = 8; // of a pass for several questions: some 19 ms, and the next key may come in any of them

/** What has been run since the model was opened. */
export interface Counts {
  numPasses: number;
  numComputedTokens: number;
  numAnswers: number;
}

export class Reader {
  readonly counts: Counts = { numPasses: 0, numComputedTokens: 0, numAnswers: 0 };

  /** `correct` changes log probabilities in place, given the state that they come from. */
  constructor(
    private readonly network: Network,
    private readonly held: Held,
    private readonly correct: (row: Float32Array, hidden: Float32Array) => void,
  ) {}

  /** Read one chunk if the question is long; false when it is short enough to be answered. */
  async readAhead({ session, tokens, numWanted }: Question): Promise<boolean> {
    const slot = this.held.rewound(session, tokens);
    const numRead = slot.tokens.length;
    // The first token of all is read alone: networks park huge activations there, which drown the others where 8-bit
    // products share one scale (docs/why/runtime.md). Sessions begin alike, so it happens once.
    const chunk = numRead === 0 ? 1 : CHUNK_TOKENS;
    const numLeft = tokens.length - numWanted - numRead;
    if (numLeft < chunk) return false;
    const known = tokens.subarray(0, numRead + chunk);
    await this.#run(slot, { session, tree: merge([known.subarray(numRead)]), wanted: [], known });
    return true;
  }

  /** Can the candidate be answered in the group's pass, and does it pay? */
  fits(group: readonly Question[], candidate: Question): boolean {
    const first = group[0];
    if (first?.session !== candidate.session) return false;
    const { tree } = this.#planned([...group, candidate]);
    if (!isChain(tree) && !this.network.readsTrees) return false;
    return tree.tokens.length <= Math.max(TREE_TOKENS, this.#planned(group).tree.tokens.length);
  }

  /** One pass; log probabilities for each question of one session. The first one's tokens stay read. */
  async answer(group: readonly Question[]): Promise<Float32Array[]> {
    const [first] = group;
    if (!first) return [];
    const { slot, tree } = this.#planned(group);
    const wanted = group.map(({ numWanted }, at) => (tree.paths[at] ?? []).slice(-numWanted));
    const rows = await this.#run(slot, { session: first.session, tree, wanted: wanted.flat(), known: first.tokens });
    this.counts.numAnswers += group.length;
    let end = 0;
    return wanted.map((cells) => joined(rows.slice(end, (end += cells.length))));
  }

  drop(session: string): void {
    this.held.drop(session);
  }

  /** What of the session's past all of them share and need not read again, and the rest as a tree. */
  #planned(group: readonly Question[]): { slot: Slot; tree: TokenTree } {
    const slots = group.map(({ session, tokens, numWanted }) => {
      const slot = this.held.rewound(session, tokens);
      return { ...slot, tokens: slot.tokens.subarray(0, tokens.length - numWanted) };
    });
    const slot = slots.reduce((shortest, each) => (each.tokens.length < shortest.tokens.length ? each : shortest));
    return { slot, tree: merge(group.map(({ tokens }) => tokens.subarray(slot.tokens.length))) };
  }

  async #run(slot: Slot, { session, tree, wanted, known }: {
    readonly session: string;
    readonly tree: TokenTree;
    readonly wanted: readonly number[];
    readonly known: Int32Array; // what has been read afterwards
  }): Promise<readonly Float32Array[]> {
    const { tokens, depths } = tree;
    const sees = isChain(tree) ? null : tree.sees;
    const { past, rows, hidden } = await this.network.run({ past: slot.past, numPast: slot.tokens.length, tokens, depths, sees, wanted });
    this.held.keep(session, { tokens: known, past });
    this.counts.numPasses += 1;
    this.counts.numComputedTokens += tokens.length;
    rows.forEach((row, at) => this.correct(row, hidden[at] ?? new Float32Array()));
    return rows;
  }
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  rows.forEach((row, at) => whole.set(row, at * row.length));
  return whole;
}
