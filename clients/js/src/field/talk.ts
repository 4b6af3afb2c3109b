/**
 * What a field and its transport say to each other: a message opened with its first question, how long answers took.
 *
 * It does not know what an answer does to the field.
 */

import type { Context, Event, Order } from "../core/types.js";
import type { Hello, Link, Problem, Transport, TransportEvent } from "../transport/transport.js";

const SUGGESTIONS_WANTED = 3; // what the keys for next and previous walk through

export interface TalkOptions {
  readonly transport: Transport;
  readonly user?: string;
  readonly adapter?: string;
  readonly context?: Context;
  readonly onLink?: (link: Link) => void;
  /** What went wrong at the server; said on the console, once, when nobody listens. */
  readonly onProblem?: (problem: Problem) => void;
}

export class Talk {
  readonly #options: TalkOptions;
  readonly #tell: (event: Event) => void;
  readonly #askedAt = new Map<number, number>();
  #context: Context;
  #isOpen = false;
  #link: Link = "off";
  #problem = "";

  /** `tell` hears answers, failures and that a line is there, as events of the core. */
  constructor(options: TalkOptions, tell: (event: Event) => void) {
    this.#options = options;
    this.#context = options.context ?? {};
    this.#tell = tell;
  }

  send({ seq, text, suffix }: Extract<Order, { do: "send" }>): void {
    if (!this.#isOpen) this.#open();
    this.#askedAt.clear();
    this.#askedAt.set(seq, performance.now());
    this.#options.transport.ask({ seq, text, suffix });
  }

  /** Begin the message now; where there is no line to the composer, try for one now. */
  connect(): void {
    if (!this.#isOpen || this.#link !== "live") this.#open();
  }

  setContext(context: Context): void {
    this.#context = context;
    if (this.#isOpen) this.#options.transport.setContext(context);
  }

  /** The message is over; `text` is learned, null for nothing. */
  end(text: string | null): void {
    if (this.#isOpen && text !== null) this.#options.transport.sent(text);
    this.#isOpen = false;
  }

  #open(): void {
    const { user, adapter, transport } = this.#options;
    const names: Partial<Hello> = { ...(user && { user }), ...(adapter && { adapter }) };
    const session = crypto.randomUUID?.() ?? `m-${Math.random().toString(36).slice(2)}`; // none on plain http
    this.#isOpen = true;
    transport.open({ ...names, session, context: this.#context, n: SUGGESTIONS_WANTED }, (event) => this.#hear(event));
  }

  #hear(event: TransportEvent): void {
    switch (event.type) {
      case "answer": {
        const ms = performance.now() - (this.#askedAt.get(event.seq) ?? performance.now());
        return this.#tell({ ...event, ms });
      }
      case "failed": return this.#tell(event);
      case "problem": return this.#complain(event.problem);
      case "link":
        this.#link = event.link;
        this.#options.onLink?.(event.link);
        if (event.link === "live") this.#tell({ type: "connected" });
    }
  }

  #complain(problem: Problem): void {
    if (this.#options.onProblem) return this.#options.onProblem(problem);
    if (problem.detail !== this.#problem) console.warn(`foretype: ${problem.detail}`);
    this.#problem = problem.detail;
  }
}
