/**
 * What a page may ask of the engine's worker, and what the worker tells of its own accord.
 *
 * Only values that travel between threads. It does not know who answers.
 */

import type { Answer, Context, Request } from "../contracts.js";
import type { Processor, PersonalReport } from "../lm/index.js";
import type { Facts } from "../private/facts.js";

/** How far the engine is. */
export interface State {
  /** loading: nothing answers yet; counts: answers come without the language model; ready: all there is; failed: see `problem`. */
  readonly phase: "loading" | "counts" | "ready" | "failed";
  readonly loadedBytes: number;
  readonly totalBytes: number;
  readonly version: string | null;
  /** The language model's name, if the folder has one, and whether it answers. */
  readonly model: string | null;
  readonly lm: "none" | "loading" | "ready" | "failed";
  /** What runs it while it answers: the processor, or the GPU. */
  readonly runsOn: Processor | null;
  /** Whether what is learned outlives this page; `storeProblem` says why not. */
  readonly memory: "kept" | "session";
  readonly storeProblem: string | null;
  /** Whether the next visit needs no network for the large files. */
  readonly filesKept: boolean;
  readonly problem: string | null;
}

export const LOADING: State = {
  phase: "loading",
  loadedBytes: 0,
  totalBytes: 0,
  version: null,
  model: null,
  lm: "none",
  runsOn: null,
  memory: "session",
  storeProblem: null,
  filesKept: false,
  problem: null,
};

export type OutcomeKind = "accepted" | "partly" | "typed" | "rejected" | "ignored";

/** What became of a suggestion; `persisted` is told half a minute later. */
export interface Report {
  readonly id: string;
  readonly outcome: OutcomeKind;
  readonly characters: number;
  readonly persisted?: boolean;
}

/** A message to learn. `isAgain`: a worker was lost while it learned it; what it kept by then counts. */
export interface Sent {
  readonly user: string;
  readonly text: string;
  readonly context: Context & { readonly sent_at: string };
  readonly isAgain: boolean;
}

export interface Learned {
  readonly words: number;
  readonly refused: number; // words that look like secrets
  readonly isKept: boolean; // durable; false where the browser keeps nothing
}

export interface Phrase {
  readonly phrase: string;
  readonly count: number;
  readonly last: string; // ISO 8601
  readonly words: number;
}

export interface Phrases {
  readonly phrases: readonly Phrase[];
  readonly total: number;
}

/** What is kept of a user, in numbers. */
export interface Summary {
  readonly user: string;
  readonly messages: number;
  readonly words: number;
  readonly last: string | null;
}

/** All messages of a user as they read: the form of `foretype users export`. */
export interface Export {
  readonly user: string;
  readonly messages: readonly { readonly sent_at: string; readonly text: string }[];
}

export interface Imported {
  readonly messages: number;
  readonly words: number;
  readonly known: number; // messages that were there already
}

/** Suggestions of a user so far, in numbers. */
export interface Tally {
  readonly shown: number;
  readonly accepted: number;
  readonly partly: number;
  readonly typed: number;
  readonly rejected: number;
  readonly ignored: number;
  readonly keysSaved: number;
}

/** Share of keys at which something may be shown (null: the ranker's own), and words that never are. */
export interface Dials {
  readonly coverage: number | null;
  readonly blocked: readonly string[];
}

export interface Opening {
  readonly base: string;
  readonly threads: number | null; // null: as many as help
  readonly gpu: boolean | null; // null: where it was measured to be faster
  readonly lmLearns: boolean;
  readonly dials: Dials;
}

/** What suggests. A question that a newer one of its session overtakes is answered with null. */
export interface Answering {
  open(opening: Opening): Promise<void>;
  answer(request: Request): Promise<Answer | null>;
  /** The answer of this id never reached the writer: nothing became of it. */
  withdraw(id: string): Promise<void>;
  release(session: string): Promise<void>;
  feedback(report: Report): Promise<void>;
  turn(dials: Dials): Promise<void>;
  statistics(change: boolean | null): Promise<Facts>;
  close(): Promise<void>;
}

/** What is kept of people. */
export interface Remembering {
  learn(sent: Sent): Promise<Learned>;
  summary(user: string): Promise<Summary | null>;
  phrases(user: string, query: string, limit: number): Promise<Phrases>;
  exportUser(user: string): Promise<Export | null>;
  importUser(user: string, kept: Export): Promise<Imported>;
  forgetPhrase(user: string, phrase: string): Promise<number>;
  forget(user: string): Promise<boolean>;
  tally(user: string): Promise<Tally>;
  /** What the language model learned of the user brought; null where it does not learn. */
  personal(user: string): Promise<PersonalReport | null>;
}

/** All that lives in the worker. */
export type House = Answering & Remembering;
