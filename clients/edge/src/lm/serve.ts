/**
 * The worker's end of the line: orders come in, the scheduler answers them.
 *
 * It does not know whether the line leads to a page, to another worker or to a test.
 */

import { Held } from "./held.js";
import type { Order, Reply, Start } from "./messages.js";
import { Network } from "./network.js";
import { Reader } from "./reader.js";
import { Scheduler } from "./scheduler.js";

/** The end of a line that orders come in by. */
export interface Door {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** Answer what comes in by `door` from now on. */
export function serve(door: Door): void {
  let scheduler: Scheduler | null = null;
  const reply = (said: Reply): void => door.postMessage(said, said.is === "answer" ? [said.rows.buffer] : []);
  door.onmessage = ({ data }) => {
    const order = data as Order;
    if (order.do === "start") void begin(order).then((made) => { scheduler = made; });
    else if (order.do === "ask") scheduler?.ask(order);
    else if (order.do === "cancel") scheduler?.cancel(order.id);
    else scheduler?.release(order.session);
  };

  async function begin(start: Start): Promise<Scheduler | null> {
    try {
      const network = await Network.open(start);
      const held = new Held(network.nothing, { cellBytes: Network.cellBytes(start.shape), budgetBytes: start.cacheBytes });
      reply({ is: "ready" });
      return new Scheduler(new Reader(network, held), reply, heard());
    } catch (error) {
      reply({ is: "failed", why: error instanceof Error ? error.message : String(error) });
      return null;
    }
  }
}

/** A pause that ends when every message that has arrived by now was heard. Timers would wait 4 ms for nothing. */
function heard(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return () =>
    new Promise((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
}
