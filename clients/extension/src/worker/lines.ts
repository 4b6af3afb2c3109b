/**
 * The lines of one port by number, each with a transport of its own.
 *
 * It does not know who is at the ends of either.
 */

import type { Hello, Problem, Transport } from "../../../js/src/transport/transport.js";
import type { FromFrame, ToFrame } from "../messages.js";

export class Lines {
  readonly #tell: (message: ToFrame) => unknown;
  readonly #note: (problem: Problem) => void;
  readonly #transports = new Map<number, Transport>();

  /** Events go to `tell`; what went wrong goes to `note`, for pages can do nothing about it. */
  constructor(tell: (message: ToFrame) => unknown, note: (problem: Problem) => void) {
    this.#tell = tell;
    this.#note = note;
  }

  get(line: number): Transport | null {
    return this.#transports.get(line) ?? null;
  }

  get isEmpty(): boolean {
    return this.#transports.size === 0;
  }

  /** Begin `line` on `transport`. */
  open(line: number, hello: Hello, transport: Transport): void {
    this.close(line);
    this.#transports.set(line, transport);
    transport.open(hello, (event) => {
      if (this.get(line) !== transport) return;
      if (event.type === "problem") this.#note(event.problem);
      else this.#tell({ is: "event", line, event });
    });
  }

  /** Pass on what is said on an open line; what is said on a closed one is nobody's. */
  say(message: Extract<FromFrame, { do: "context" | "ask" | "cancel" | "close" }>): void {
    const transport = this.get(message.line);
    switch (message.do) {
      case "context": return transport?.setContext(message.context);
      case "ask": return transport?.ask(message.question);
      case "cancel": return transport?.cancel();
      case "close": return this.close(message.line);
    }
  }

  close(line: number): void {
    this.get(line)?.close();
    this.#transports.delete(line);
  }

  closeAll(): void {
    for (const line of this.#transports.keys()) this.close(line);
  }
}
