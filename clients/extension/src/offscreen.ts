/**
 * The document that holds the engine inside the extension where the worker has none: serves the worker's lines, learns, forgets.
 *
 * It does not know pages or settings.
 */

import type { Problem } from "../../js/src/transport/transport.js";
import { brokenDown, INSIDE, type FromFrame, type Standing, type ToInside } from "./messages.js";
import { api } from "./platform.js";
import { HomeEngine } from "./worker/home.js";
import { Lines } from "./worker/lines.js";

const engine = new HomeEngine();

api.runtime.onConnect.addListener((port) => {
  if (port.name !== INSIDE) return;
  let isHere = true;
  const lines = new Lines((message) => isHere && port.postMessage(message), ({ detail }) => console.warn(`foretype: ${detail}`));
  let turn = Promise.resolve();
  port.onMessage.addListener((message: FromFrame) => (turn = turn.then(() => take(lines, message)).catch(console.warn)));
  port.onDisconnect.addListener(() => {
    isHere = false;
    lines.closeAll();
  });
});
api.runtime.onMessage.addListener((message: ToInside, sender, reply: (answer: unknown) => void) => {
  if (message.to !== "inside" || !sender.url?.startsWith(location.origin)) return false; // the extension's worker only
  void answer(message).catch(brokenDown).then(reply);
  return true; // the reply comes later
});

async function take(lines: Lines, message: FromFrame): Promise<void> {
  switch (message.do) {
    case "open": return lines.open(message.line, message.hello, await engine.transport());
    case "report": return lines.get(message.line)?.report(message.report);
    case "hello": case "saved": case "learn": return; // the worker's own business
    default: return lines.say(message);
  }
}

async function answer(message: ToInside): Promise<Standing | Problem | null> {
  switch (message.do) {
    case "standing": return engine.standing();
    case "learn": return engine.learn(message.letter, message.user);
    case "forget": return engine.forget(message.user);
  }
}
