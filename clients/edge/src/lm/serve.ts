/**
 * The worker's end of the line: the network starts with the first order, and a desk takes all that follow.
 *
 * It does not know whether the line leads to a page, to another worker or to a test.
 */

import { Desk } from "./desk.js";
import { openNetwork } from "./faster.js";
import type { Order, Reply, Start } from "./messages.js";
import { reason } from "./reason.js";

/** The end of a line that orders come in by. */
export interface Door {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** Answer what comes in by `door` from now on. */
export function serve(door: Door): void {
  const reply = (said: Reply): void => door.postMessage(said, said.is === "answer" ? [said.rows.buffer] : []);
  door.onmessage = ({ data }) => void begin(data as Start, door, reply);
}

async function begin(start: Start, door: Door, reply: (reply: Reply) => void): Promise<void> {
  try {
    const { network, runs } = await openNetwork(start);
    const desk = new Desk(network, start, { reply, pause: heard() });
    door.onmessage = ({ data }) => desk.take(data as Order);
    reply({ is: "ready", runs });
  } catch (error) {
    reply({ is: "failed", why: reason(error) });
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
