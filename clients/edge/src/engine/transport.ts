/**
 * The engine as one field's line to a composer: what @foretype/client asks of a transport, with no network in it.
 *
 * It does not know workers nor what they hold; questions go to the engine it was made by.
 */

import type { Answer, Context as FieldContext, Question, Report } from "../../../js/src/core/types.js";
import { clipped } from "../../../js/src/core/delta.js";
import type { Hello, Listener, Transport } from "../../../js/src/transport/transport.js";
import type { Request } from "../contracts.js";
import type { House } from "./house.js";
import { LostError } from "./line.js";

/** What a transport needs of its engine. */
export interface Behind {
  readonly house: Pick<House, "answer" | "withdraw" | "release" | "feedback">;
  readonly user: string | null;
  readonly deadlineMs: number;
  isReady(): boolean;
  learn(text: string, user: string, context: FieldContext): Promise<unknown>;
  /** Tell `listener` of every change of `isReady`, until the function that is given back is called. */
  watch(listener: (isReady: boolean) => void): () => void;
  answered(answer: Answer, ms: number): void;
}

export class EngineTransport implements Transport {
  readonly #engine: Behind;
  readonly #learns: () => boolean;
  #hello: Hello | null = null;
  #listener: Listener = () => undefined;
  #asked: number | null = null; // seq of the question under way
  #unwatch: () => void = () => undefined;

  /** `learns`: whether what is sent is learned, asked each time. */
  constructor(engine: Behind, learns: () => boolean) {
    this.#engine = engine;
    this.#learns = learns;
  }

  open(hello: Hello, listener: Listener): void {
    this.#end();
    this.#hello = hello;
    this.#listener = listener;
    this.#unwatch = this.#engine.watch((isReady) => this.#link(isReady));
    if (this.#engine.isReady()) queueMicrotask(() => this.#listener === listener && this.#link(true));
  }

  setContext(context: FieldContext): void {
    if (this.#hello) this.#hello = { ...this.#hello, context };
  }

  ask({ seq, text, suffix }: Question): void {
    if (!this.#hello) return;
    const { session, context, n } = this.#hello;
    this.#asked = seq;
    if (!this.#engine.isReady()) return this.#fail(seq); // it is asked again once the link is live
    const deadline_ms = this.#engine.deadlineMs;
    void this.#answer(seq, { ...clipped(text, suffix), session, context, n, deadline_ms, user: this.#user() });
  }

  cancel(): void {
    this.#asked = null; // the answer is withdrawn when it comes
  }

  report(report: Report): void {
    this.#engine.house.feedback(report).catch(() => undefined); // a lost count is no loss to the writer
  }

  sent(text: string): void {
    const user = this.#user();
    const { context = {} } = this.#hello ?? {};
    const listener = this.#listener;
    this.#end();
    if (user === null || !this.#learns()) return;
    this.#engine.learn(text, user, context).catch((error: unknown) => listener({ type: "problem", problem: problemOf(error) }));
  }

  close(): void {
    this.#end();
    this.#listener = () => undefined;
  }

  #user(): string | null {
    return this.#hello?.user ?? this.#engine.user;
  }

  async #answer(seq: number, request: Request): Promise<void> {
    const began = performance.now();
    try {
      const answer = await this.#engine.house.answer(request);
      if (!answer) return;
      if (seq !== this.#asked) return void this.#engine.house.withdraw(answer.id).catch(() => undefined);
      this.#asked = null;
      this.#engine.answered(answer, performance.now() - began);
      this.#listener({ type: "answer", seq, answer });
    } catch (error) {
      if (seq !== this.#asked) return;
      this.#fail(seq);
      if (!(error instanceof LostError)) this.#listener({ type: "problem", problem: problemOf(error) });
    }
  }

  #fail(seq: number): void {
    this.#asked = null;
    this.#listener({ type: "failed", seq });
  }

  #link(isReady: boolean): void {
    this.#listener({ type: "link", link: isReady ? "live" : "off" });
  }

  #end(): void {
    if (this.#hello) this.#engine.house.release(this.#hello.session).catch(() => undefined);
    this.#unwatch();
    this.#unwatch = () => undefined;
    this.#hello = this.#asked = null;
  }
}

function problemOf(error: unknown): { title: string; detail: string; status: null } {
  const detail = error instanceof Error ? error.message : String(error);
  return { title: "The engine in this page", detail, status: null };
}
