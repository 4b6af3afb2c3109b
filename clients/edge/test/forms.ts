/** What the vectors hold, file by file: see vectors/{text,count,answer}_vectors.py, which write them. */

import type { Context } from "../src/contracts.js";
import type { Exported } from "../src/personal/messages.js";

/** Unix seconds and tokens. */
export type SaidForm = readonly [sentS: number, words: string[]];
export type PhraseForm = readonly [text: string, count: number, lastS: number, words: number];

export interface TextVectors {
  readonly splits: readonly {
    readonly text: string;
    readonly words: string[];
    readonly joined: string;
    readonly folded: string[];
    readonly carets: readonly unknown[][];
  }[];
  readonly cases: readonly (readonly [word: string, lower: string | null, upper: string, folded: string])[];
  readonly ids: readonly (readonly [word: string, id: number])[];
  readonly ranges: readonly (readonly [prefix: string, low: number, high: number])[];
  readonly lower: readonly (readonly [word: string, isLower: boolean])[];
  readonly prompts: readonly Readonly<Record<"text" | "recent" | "previous" | "subject" | "context", string>>[];
  readonly cues: Readonly<Record<string, string[]>>;
  readonly secrets: readonly (readonly [text: string, kept: string[], numRefused: number])[];
  readonly phrases: readonly PhraseForm[];
  readonly said: readonly SaidForm[];
  readonly exported: Exported;
  readonly cuts: readonly (readonly [phrase: string, numCut: number, kept: SaidForm[]])[];
  readonly letters: {
    readonly ranges: readonly (readonly [first: number, last: number])[];
    readonly classes: Readonly<Record<string, number>>;
    readonly folds: number;
  };
  readonly dial: {
    readonly turns: readonly (readonly [coverage: number, wrongLook: number, least: number])[];
    readonly utilities: readonly (readonly [prob: number, numChars: number, utility: number])[];
  };
}

export interface MatchForm {
  readonly at: readonly [order: number, first: number, last: number];
  readonly gamma: number;
  readonly evidence: number;
  readonly alphas: number[];
  readonly masses: number[];
  readonly tops: number[][];
}

export type FollowForm = readonly [ids: number[], counts: number[], total: number];

export interface CountVectors {
  readonly asked: string[];
  readonly prefixes: string[];
  readonly limits: number[];
  readonly contexts: readonly { readonly words: string[]; readonly matches: readonly MatchForm[] }[];
  readonly learned: string[];
  readonly memory: {
    readonly tokens: number;
    readonly strange: string[];
    readonly begins: readonly (readonly [prefix: string, words: string[]])[];
    readonly follows: readonly (readonly [context: string[], found: FollowForm[]])[];
  };
}

/** Members as vectors/answer_vectors.py explains them. */
export interface Scenario {
  readonly name: string;
  readonly text: string;
  readonly decider: "gate" | "ranker";
  readonly coverage?: number;
  readonly lm?: "markers" | "words";
  readonly user?: string;
  readonly sent?: readonly string[];
  readonly tenant?: readonly string[];
  readonly session?: boolean;
  readonly rejects?: readonly number[];
  readonly blocked?: readonly string[];
  readonly suffix?: string;
  readonly context?: Context;
  readonly n?: number;
  readonly max_words?: number;
}

/** Text, confidence in its first 1, 2, ... words, and shares. */
export type SuggestionForm = readonly [text: string, confidences: number[], sources: Readonly<Record<string, number>>];

export interface Answers {
  readonly name: string;
  readonly steps: readonly (readonly [typed: number, answer: readonly SuggestionForm[] | string])[];
}
