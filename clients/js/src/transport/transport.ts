/**
 * What carries questions to a composer and answers back: a server, or an engine inside the page.
 *
 * An engine in the browser needs no more than this interface; it does not know fields, keys or grey text.
 */

import type { Answer, Context, Question, Report } from "../core/types.js";

/** The message a field's text belongs to. Without `user` nothing personal is used or kept. */
export interface Hello {
  readonly user?: string;
  readonly session: string;
  readonly adapter?: string;
  readonly context: Context;
  readonly n: number;
}

/** How the composer is reached now: over a live line, by single calls, or not at all. */
export type Link = "live" | "http" | "off";

/** What went wrong at the other end, in words for whoever runs the page. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly status: number | null; // null: not reached
}

export type TransportEvent =
  | { readonly type: "answer"; readonly seq: number; readonly answer: Answer }
  | { readonly type: "failed"; readonly seq: number }
  | { readonly type: "link"; readonly link: Link }
  | { readonly type: "problem"; readonly problem: Problem };

export type Listener = (event: TransportEvent) => void;

/** One field's line to a composer. None of the methods throws or waits; what goes wrong is an event. */
export interface Transport {
  /** Begin a message; events go to `listener` until `close`. */
  open(hello: Hello, listener: Listener): void;
  setContext(context: Context): void;
  /** Ask; the question before it need not be answered any more. Each ends in a final answer, `failed`, or silence. */
  ask(question: Question): void;
  /** Call off the question under way. */
  cancel(): void;
  /** Tell what became of a suggestion. A lost report is no event. */
  report(report: Report): void;
  /** The message went out: `text` is learned for the user, if there is one. Then `open` begins the next. */
  sent(text: string): void;
  /** The end, without learning. `open` may begin anew. */
  close(): void;
}
