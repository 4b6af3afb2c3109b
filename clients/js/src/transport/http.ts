/**
 * The way over HTTP: one call a question, the one before it aborted.
 *
 * It does not know how to be told of a key before it is asked about; a WebSocket sends less and answers sooner.
 */

import { clipped } from "../core/delta.js";
import type { Answer, Context, Question, Report } from "../core/types.js";
import { wellFormed } from "../core/words.js";
import { CallError, post, type Place } from "./calls.js";
import type { Hello, Listener, Transport } from "./transport.js";

export class HttpTransport implements Transport {
  readonly #place: Place;
  #hello: Hello | null = null;
  #listener: Listener = () => undefined;
  #running: AbortController | null = null;

  constructor(place: Place) {
    this.#place = place;
  }

  open(hello: Hello, listener: Listener): void {
    this.#hello = hello;
    this.#listener = listener;
  }

  setContext(context: Context): void {
    if (this.#hello) this.#hello = { ...this.#hello, context };
  }

  ask({ seq, text, suffix }: Question): void {
    this.cancel();
    this.#running = new AbortController();
    const body = { ...this.#hello, ...clipped(text, suffix) };
    void this.#answer(seq, body, this.#running.signal);
  }

  cancel(): void {
    this.#running?.abort();
    this.#running = null;
  }

  report(report: Report): void {
    post(this.#place, "/v1/feedback", report).catch(() => undefined); // a lost count is no loss to the writer
  }

  sent(text: string): void {
    const { user, context } = this.#hello ?? {};
    this.close();
    if (!user) return;
    post(this.#place, "/v1/learn", { user, text: wellFormed(text), context }).catch((error: unknown) => this.#tell(error));
  }

  close(): void {
    this.cancel();
    this.#hello = null;
  }

  async #answer(seq: number, body: object, signal: AbortSignal): Promise<void> {
    try {
      const answer = await post<Answer>(this.#place, "/v1/suggest", body, signal);
      if (signal.aborted) return;
      this.#listener({ type: "link", link: "http" });
      this.#listener({ type: "answer", seq, answer });
    } catch (error) {
      if (signal.aborted) return;
      this.#listener({ type: "failed", seq });
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!(error instanceof CallError)) throw error;
    if (error.status === null) this.#listener({ type: "link", link: "off" });
    this.#listener({ type: "problem", problem: error });
  }
}
