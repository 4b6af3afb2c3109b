/**
 * Which session has read which tokens, within a budget of bytes.
 *
 * A session keeps the common prefix of what it had and what it asks now; one that has less than another takes the other's,
 * which costs nothing because what was read is never changed. The least recently used go first. It does not know the network.
 */

import type { Past } from "./past.js";

/** Invariant: the first cells of `past` hold keys and values of exactly `tokens`. */
export interface Slot {
  readonly tokens: Int32Array;
  readonly past: Past;
}

export class Held {
  readonly #slots = new Map<string, Slot>(); // least recently used first

  constructor(
    private readonly nothing: Past,
    private readonly limits: { readonly cellBytes: number; readonly budgetBytes: number },
  ) {}

  /** Memory that all sessions take; what several of them share counts for each. */
  get numBytes(): number {
    const cells = [...this.#slots.values()].reduce((sum, { past }) => sum + past.numCells, 0);
    return cells * this.limits.cellBytes;
  }

  /** The most of `tokens` that was read: the session's own, or any other's if that is more. */
  rewound(session: string, tokens: Int32Array): Slot {
    let [best, most]: [Slot | undefined, number] = [this.#slots.get(session), 0];
    if (best) most = commonPrefix(best.tokens, tokens);
    for (const slot of this.#slots.values()) {
      const shared = commonPrefix(slot.tokens, tokens);
      if (shared > most) [best, most] = [slot, shared];
    }
    return { tokens: tokens.subarray(0, most), past: most && best ? best.past : this.nothing };
  }

  /** The session has read `slot.tokens`; others are forgotten when memory runs out. */
  keep(session: string, slot: Slot): void {
    slot.past.hold();
    this.drop(session);
    this.#slots.set(session, slot);
    for (const oldest of [...this.#slots.keys()]) {
      if (oldest === session || this.numBytes <= this.limits.budgetBytes) return;
      this.drop(oldest);
    }
  }

  drop(session: string): void {
    this.#slots.get(session)?.past.letGo();
    this.#slots.delete(session);
  }
}

export function commonPrefix(one: Int32Array, other: Int32Array): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at++) if (one[at] !== other[at]) return at;
  return shorter;
}
