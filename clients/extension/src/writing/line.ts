/**
 * A field's transport: its questions over the frame's desk, to whatever engine the worker has.
 *
 * It opens again by itself after the worker was away. It does not know the engine's address, nor whose words it carries.
 */

import type { Context, Question, Report } from "../../../js/src/core/types.js";
import type { Hello, Listener, Transport, TransportEvent } from "../../../js/src/transport/transport.js";
import type { Desk, Listening } from "./desk.js";

export class Line implements Transport, Listening {
  readonly #desk: Pick<Desk, "say" | "remove">;
  readonly #line: number;
  #hello: Hello | null = null;
  #listener: Listener = () => undefined;
  #isOpen = false;
  #asked: number | null = null; // seq of the question under way

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#line = desk.add(this);
  }

  open(hello: Hello, listener: Listener): void {
    this.#shut();
    this.#hello = hello;
    this.#listener = listener;
  }

  setContext(context: Context): void {
    if (this.#hello) this.#hello = { ...this.#hello, context };
    if (this.#isOpen) this.#desk.say({ do: "context", line: this.#line, context });
  }

  ask(question: Question): void {
    this.#asked = question.seq;
    if (!this.#isOpen) this.#openUp();
    if (this.#isOpen) this.#desk.say({ do: "ask", line: this.#line, question });
  }

  cancel(): void {
    this.#asked = null;
    if (this.#isOpen) this.#desk.say({ do: "cancel", line: this.#line });
  }

  report(report: Report): void {
    this.#desk.say({ do: "report", line: this.#line, report });
  }

  /** The message is over. What is learned of it goes another way: nobody knows yet whether it went out. */
  sent(): void {
    this.close();
  }

  /** Nothing is held for this field any more, until it asks again. */
  close(): void {
    this.#shut();
  }

  /** Nothing comes for this line any more. */
  leave(): void {
    this.#desk.remove(this.#line);
  }

  hear(event: TransportEvent): void {
    if (event.type === "answer" && event.answer.final !== false) this.#asked = null;
    this.#listener(event);
  }

  lose(): void {
    const seq = this.#asked;
    this.#isOpen = false;
    this.#asked = null;
    if (seq !== null) this.#listener({ type: "failed", seq });
  }

  #shut(): void {
    if (this.#isOpen) this.#desk.say({ do: "close", line: this.#line });
    this.#isOpen = false;
    this.#asked = null;
  }

  #openUp(): void {
    if (!this.#hello) return;
    this.#isOpen = true; // a loss while it is said takes this back
    this.#desk.say({ do: "open", line: this.#line, hello: this.#hello });
  }
}
