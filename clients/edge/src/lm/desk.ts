/**
 * The worker's desk: orders that come in after the start, and whose language it speaks.
 *
 * What a person's messages taught is dropped with the person: a lesson that is under way then tells nothing any more. It does
 * not know where orders come from.
 */

import { Held } from "./held.js";
import type { Order, Reply, Start } from "./messages.js";
import { Network } from "./network.js";
import { PersonalHead, type PersonalState } from "./personal.js";
import { Reader } from "./reader.js";
import { reason } from "./reason.js";
import { Scheduler } from "./scheduler.js";
import { lesson, type Sent } from "./student.js";

export class Desk {
  #head: PersonalHead | null = null;
  readonly #scheduler: Scheduler;
  readonly #held: Held;

  constructor(
    private readonly network: Network,
    private readonly start: Start,
    private readonly line: { readonly reply: (reply: Reply) => void; readonly pause: () => Promise<void> },
  ) {
    this.#held = new Held(network.nothing, { cellBytes: Network.cellBytes(start.shape), budgetBytes: start.cacheBytes });
    const reader = new Reader(network, this.#held, (row, hidden) => {
      if (this.#head?.isOn) this.#head.apply(row, hidden);
    });
    this.#scheduler = new Scheduler(reader, line.reply, line.pause);
  }

  take(order: Order): void {
    if (order.do === "ask") this.#scheduler.ask(order);
    else if (order.do === "cancel") this.#scheduler.cancel(order.id);
    else if (order.do === "release") this.#scheduler.release(order.session);
    else if (order.do === "show life") this.#scheduler.showLife();
    else if (order.do === "learn") this.#scheduler.later(this.#learning(order));
    else if (order.do === "speak") this.#speak(order.id, order.state);
    else if (order.do === "nobody") this.#head = null;
  }

  #speak(id: number, state: PersonalState | null): void {
    try {
      this.#head = new PersonalHead(this.start.digest, state);
      this.#tell(id, this.#head);
    } catch (error) {
      this.#head = null;
      this.#fail(id, error);
    }
  }

  async *#learning({ id, ...sent }: { readonly id: number } & Sent): AsyncGenerator<void, void> {
    const head = this.#head;
    try {
      for await (const _ of head ? lesson(sent, { network: this.network, held: this.#held, head }) : []) {
        if (this.#head !== head) break;
        yield;
      }
    } catch (error) {
      return this.#fail(id, error);
    }
    if (head && this.#head === head) this.#tell(id, head);
    else this.line.reply({ is: "cancelled", id });
  }

  #tell(id: number, { report, state }: PersonalHead): void {
    this.line.reply({ is: "learned", id, report, state });
  }

  #fail(id: number, error: unknown): void {
    this.line.reply({ is: "error", id, why: reason(error) });
  }
}
