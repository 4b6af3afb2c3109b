/**
 * The values that travel between a field, the core and a transport. All are frozen by type.
 *
 * It does not know what anybody does with them.
 */

/** What surrounds the text; members left out take the server's defaults. */
export interface Context {
  readonly kind?: "email" | "chat" | "note";
  readonly subject?: string;
  readonly previous?: string;
  readonly to?: readonly string[];
  readonly sent_at?: string | null;
  readonly locale?: string;
  readonly sensitive?: boolean;
}

/** What may come next, and what a composer tells of how it was found, word by word. */
export interface Suggestion {
  readonly text: string;
  readonly confidence?: number;
  readonly sources?: Sources;
  readonly word_confidences?: readonly number[]; // that all up to this word is right
  readonly word_sources?: readonly Sources[];
}

/** Shares, which add up to one, by the name of who proposed: "lm", "background", "user" and others. */
export type Sources = Readonly<Record<string, number>>;

/** The reply to one question. `final` false: a part of it, more follows. */
export interface Answer {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly silence?: string | null;
  readonly final?: boolean;
  readonly delay_ms?: number;
  readonly model?: string;
  readonly elapsed_ms?: number;
  readonly lm_steps?: number;
}

/** The newest answer, shown or not, and how many milliseconds the field waited for it; null: it was known already. */
export interface Latest {
  readonly answer: Answer;
  readonly ms: number | null;
}

/** What became of a suggestion. */
export type OutcomeKind = "accepted" | "partly" | "typed" | "rejected" | "ignored";

/** `characters` of the suggestion that came into the text; `persisted` is told half a minute later. */
export interface Report {
  readonly id: string;
  readonly outcome: OutcomeKind;
  readonly characters: number;
  readonly persisted?: boolean;
}

/** One question: `text` before the caret, `suffix` after it. `seq` grows. */
export interface Question {
  readonly seq: number;
  readonly text: string;
  readonly suffix: string;
}

/** A field's text and selection, in UTF-16 code units; `start` equals `end` for a lone caret. */
export interface FieldText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Grey text being shown: the text before the caret is `base` and the first `done` characters of the suggestion. */
export interface Shown {
  readonly id: string;
  readonly base: string;
  readonly after: string;
  readonly suggestions: readonly Suggestion[];
  readonly index: number;
  readonly done: number;
  readonly taken: number; // of `done`, by an accept
}

/** What the core wants done. */
export type Order =
  | { readonly do: "send"; readonly seq: number; readonly text: string; readonly suffix: string }
  | { readonly do: "wait"; readonly seq: number; readonly ms: number }
  | { readonly do: "cancel" }
  | { readonly do: "insert"; readonly text: string }
  | ({ readonly do: "report" } & Report)
  | { readonly do: "look"; readonly id: string; readonly ms: number };

/** How a text came to change: by typing, by erasing, or otherwise (paste, undo, a script). */
export type ChangeKind = "type" | "erase" | "other";

/** What the writer, a key or the world says. Times are milliseconds on one clock. */
export type Event =
  | ({ readonly type: "input"; readonly kind: ChangeKind; readonly at: number } & FieldText)
  | ({ readonly type: "select" } & FieldText)
  | { readonly type: "compose" | "focus" | "enable"; readonly on: boolean }
  | { readonly type: "context" | "clear" | "connected" }
  | { readonly type: "accept" | "word" | "dismiss" | "next" | "previous" | "ask" }
  | { readonly type: "due"; readonly seq: number }
  | { readonly type: "look"; readonly id: string }
  | { readonly type: "answer"; readonly seq: number; readonly answer: Answer; readonly ms: number }
  | { readonly type: "failed"; readonly seq: number };
