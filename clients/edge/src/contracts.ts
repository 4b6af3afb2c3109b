/**
 * What the parts of the engine ask of each other, as small interfaces; it imports none of them.
 *
 * `compose/` speaks to a language model and to what a person wrote through these; `engine/` puts the parts together. They
 * mirror src/foretype/compose/protocols.py and request.py, so that one set of test vectors holds for both.
 */

/** Ids of the special tokens that tell a model of our own what it reads. */
export interface Markers {
  readonly start: number;
  readonly email: number;
  readonly chat: number;
  readonly note: number;
  readonly previous: number;
  readonly subject: number;
  readonly text: number;
  readonly end: number;
}

/** An answer that comes later. `cancel` drops a question that has not begun; its promise then rejects with a CancelledError. */
export interface Pending<T> {
  readonly result: Promise<T>;
  cancel(): void;
}

export class CancelledError extends Error {}

/** A causal language model over tokens; it answers from another thread, so waiting for it blocks nobody. */
export interface LanguageModel {
  readonly name: string;
  /** UTF-8 bytes of every token, empty for control tokens; index = token id. */
  readonly tokenBytes: readonly Uint8Array[];
  readonly prelude: readonly number[];
  readonly markers: Markers | null;
  /** Differs wherever answers may, as once it has learned from a person or speaks for another; "" when left out. */
  readonly speaker?: string;
  /** Tokens of `text`, without special tokens; the same as the server's. */
  encode(text: string): number[];
  /**
   * Natural log probabilities of what follows the last `numWanted` prefixes of `tokens`, each of length vocab, the last one
   * last. `tokens` is the whole document from the prelude on; what is held for the session is not computed again.
   */
  submit(tokens: readonly number[], options: { readonly session: string; readonly numWanted: number }): Pending<Float32Array[]>;
  release(session: string): void;
  close(): void;
}

/** What surrounds a message; members left out take the defaults of the HTTP interface. */
export interface Context {
  readonly kind?: "email" | "chat" | "note";
  readonly subject?: string;
  readonly previous?: string;
  readonly to?: readonly string[];
  readonly sent_at?: string | null;
  readonly locale?: string;
  readonly sensitive?: boolean;
}

/** One question: how does `text` go on, just before `suffix`? */
export interface Request {
  readonly text: string;
  readonly suffix?: string;
  readonly user?: string | null;
  readonly session?: string | null;
  readonly context?: Context;
  readonly n?: number;
  readonly max_words?: number;
  readonly deadline_ms?: number;
}

export interface Suggestion {
  readonly text: string;
  readonly confidence: number;
  readonly words: number;
  readonly sources: Readonly<Record<string, number>>;
  readonly word_confidences: readonly number[];
}

export type Silence = "unsure" | "empty" | "sensitive" | "inside-word" | "deadline" | "stale";

/** The answer to one request: the fields of POST /v1/suggest. */
export interface Answer {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly model: string;
  readonly elapsed_ms: number;
  readonly silence: Silence | null;
  readonly lm_steps: number;
}
