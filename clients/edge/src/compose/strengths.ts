/**
 * How much each voice counts: the numbers of the blend, learned on held-out messages and stored with the model.
 *
 * It does not know how they are learned or used (blend.ts).
 */

import { ModelError } from "../errors.js";

export const MAX_CONTEXT = 4; // words of context that anything looks at

/** Memories that join the background's counts, order by order. */
export const VOICES = ["tenant", "user", "message"] as const;
export type Voice = (typeof VOICES)[number];

/**
 * Numbers of the blend; lists over context lengths 0 .. MAX_CONTEXT. A context that the background counted n times weighs
 * `floor + scale * n ** power`; one count of a memory weighs its entry; `discount` is taken from every different word a
 * memory saw, and goes to shorter contexts. `unknown` is the share of words that nobody knows that may agree with letters
 * typed, lessened by `unknown_per_letter` nats each; `lm` gives the logit of the language model's share.
 */
export interface Strengths extends Readonly<Record<Voice, readonly number[]>> {
  readonly floor: readonly number[];
  readonly scale: readonly number[];
  readonly power: number;
  readonly discount: number;
  readonly unknown: number;
  readonly unknown_per_letter: number;
  readonly lm: readonly number[];
}

const LISTS = { floor: 5, scale: 5, tenant: 5, user: 5, message: 5, lm: 4 } as const;
const NUMBERS = ["power", "discount", "unknown", "unknown_per_letter"] as const;

/** The strengths in a parsed strengths.json. Throws a ModelError for a foreign one. */
export function openStrengths(json: unknown): Strengths {
  const found = (json as { strengths?: Record<string, unknown> } | null)?.strengths ?? {};
  for (const [name, length] of Object.entries(LISTS)) {
    const list = found[name];
    if (!Array.isArray(list) || list.length !== length || !list.every(Number.isFinite)) throw unfit(name, list);
  }
  for (const name of NUMBERS) if (!Number.isFinite(found[name])) throw unfit(name, found[name]);
  return found as unknown as Strengths;
}

function unfit(name: string, found: unknown): ModelError {
  return new ModelError(`strengths file: ${name} is ${JSON.stringify(found)}, wanted numbers; build the folder again`);
}
