/**
 * The one state of a field: events into the core, its orders carried out, and drawn when it has changed.
 *
 * It does not know the field, nor how answers come.
 */

import { initial, type State } from "../core/state.js";
import type { Event, Order } from "../core/types.js";
import { update } from "../core/update.js";
import type { Transport } from "../transport/transport.js";
import type { Talk } from "./talk.js";

/** What a mind needs of what it is in. */
export interface Body {
  /** Whether the field may be asked about now. */
  mayAsk(): boolean;
  insert(text: string): void;
  draw(): void;
}

export class Mind {
  readonly #body: Body;
  readonly #talk: Talk;
  readonly #transport: Transport;
  readonly #end: AbortSignal;
  #state: State = initial;

  /** After `end` nothing that was to happen later happens. */
  constructor(body: Body, talk: Talk, transport: Transport, end: AbortSignal) {
    this.#body = body;
    this.#talk = talk;
    this.#transport = transport;
    this.#end = end;
  }

  get state(): State {
    return this.#state;
  }

  /** Take in what happened. Whether that changed anything: then it is drawn. */
  dispatch(event: Event): boolean {
    const before = this.#state;
    this.#state = update(before, event);
    if (this.#state === before) return false;
    for (const order of this.#state.outbox) this.#carryOut(order);
    this.#body.draw();
    return true;
  }

  #carryOut(order: Order): void {
    switch (order.do) {
      case "send": return this.#body.mayAsk() ? this.#talk.send(order) : undefined;
      case "cancel": return this.#transport.cancel();
      case "insert": return this.#body.insert(order.text);
      case "wait": return this.#later({ type: "due", seq: order.seq }, order.ms);
      case "look": return this.#later({ type: "look", id: order.id }, order.ms);
      case "report": {
        const { do: _, ...report } = order;
        return this.#transport.report(report);
      }
    }
  }

  #later(event: Event, ms: number): void {
    const timer = setTimeout(() => this.dispatch(event), ms);
    this.#end.addEventListener("abort", () => clearTimeout(timer));
  }
}
