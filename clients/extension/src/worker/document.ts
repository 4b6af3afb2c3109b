/**
 * The engine in an offscreen document, as the worker reaches it; the document is made when it is first needed.
 *
 * It outlives the worker, so the engine is loaded once a browser session. It does not know how the engine works.
 */

import type { Problem, Transport } from "../../../js/src/transport/transport.js";
import { INSIDE, type Letter, type Standing, type ToInside } from "../messages.js";
import { api } from "../platform.js";
import { Desk } from "../writing/desk.js";
import { Line } from "../writing/line.js";
import type { Engine } from "./engine.js";

const desk = new Desk(() => api.runtime.connect({ name: INSIDE }), []);
let opening: Promise<void> | null = null;

export class DocumentEngine implements Engine {
  async transport(): Promise<Transport> {
    await open();
    return new Ending(desk);
  }

  learn(letter: Letter, user: string): Promise<Problem | null> {
    return ask({ to: "inside", do: "learn", letter, user });
  }

  forget(user: string): Promise<Problem | null> {
    return ask({ to: "inside", do: "forget", user });
  }

  standing(): Promise<Standing> {
    return ask({ to: "inside", do: "standing" });
  }
}

/** A line that leaves the desk when it is closed: the worker makes a new one each time. */
class Ending extends Line {
  override close(): void {
    super.close();
    this.leave();
  }
}

/** Let the document go, with the engine in it. */
export async function closeDocument(): Promise<void> {
  if (await isOpen()) await api.offscreen.closeDocument();
}

async function ask<Reply>(question: ToInside): Promise<Reply> {
  await open();
  return api.runtime.sendMessage<ToInside, Reply>(question);
}

/** Make the document, once at a time. */
async function open(): Promise<void> {
  opening ??= create().finally(() => (opening = null));
  return opening;
}

async function create(): Promise<void> {
  if (await isOpen()) return;
  const justification = "The engine suggests in a worker of this document, so that nothing has to leave the browser.";
  await api.offscreen.createDocument({ url: "offscreen.html", reasons: [api.offscreen.Reason.WORKERS], justification });
}

async function isOpen(): Promise<boolean> {
  const kind = api.runtime.ContextType.OFFSCREEN_DOCUMENT;
  return (await api.runtime.getContexts({ contextTypes: [kind] })).length > 0;
}
