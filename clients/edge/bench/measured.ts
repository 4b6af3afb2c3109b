/**
 * What a key costs, measured in whichever engine runs this: opening, and `answer` for every letter of some messages.
 *
 * It does not know where files come from, nor who prints the figures.
 */

import { Composer } from "../src/compose/composer.js";
import type { Decider } from "../src/compose/decider.js";
import { Gate } from "../src/compose/gate.js";
import { openStrengths } from "../src/compose/strengths.js";
import type { Context } from "../src/contracts.js";
import { openBackground } from "../src/ngram/automaton.js";
import { HeldMemories } from "../src/personal/store.js";
import { openRanker } from "../src/rank/ranker.js";

/** The engine's files, and messages to type: those of vectors/scenarios.json. */
export interface Given {
  readonly background: ArrayBuffer;
  readonly strengths: unknown;
  readonly ranker: unknown;
  readonly messages: readonly { readonly text: string; readonly context?: Context }[];
  readonly memoryWords: number;
}

/** Milliseconds; of `keys`, half take at most `p50`. */
export interface Figures {
  readonly openMs: number;
  readonly deciders: Readonly<Record<string, { keys: number; p50: number; p90: number; p99: number; max: number }>>;
}

const USER = "u1";

/** Opens everything, lets the user learn so many words, types every message twice, and measures the second time. */
export async function measured(given: Given): Promise<Figures> {
  const began = performance.now();
  const background = openBackground(given.background);
  const ranker = openRanker(given.ranker);
  const openMs = performance.now() - began;
  const store = new HeldMemories(background);
  for (let words = 0; words < given.memoryWords; words = store.memory(USER)!.length) {
    for (const { text } of given.messages) if (text) store.learn(USER, text, {});
  }
  const strengths = openStrengths(given.strengths);
  const typing = async (decider: Decider) => {
    await typed(new Composer(background, { store, strengths, decider }), given); // warm
    return typed(new Composer(background, { store, strengths, decider }), given);
  };
  return { openMs, deciders: { gate: figures(await typing(new Gate())), ranker: figures(await typing(ranker)) } };
}

async function typed(composer: Composer, { messages }: Given): Promise<number[]> {
  const times: number[] = [];
  for (const [session, { text, context = {} }] of messages.entries()) {
    for (let at = 1; at <= text.length; at++) {
      const began = performance.now();
      await composer.answer({ text: text.slice(0, at), user: USER, session: String(session), context });
      times.push(performance.now() - began);
    }
  }
  return times;
}

function figures(times: number[]): Figures["deciders"][string] {
  times.sort((left, right) => left - right);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { keys: times.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: times.at(-1)! };
}
