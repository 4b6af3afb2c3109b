/**
 * The document that holds the engine inside the extension: opens its folder, serves the worker's lines, learns and forgets.
 *
 * The engine's folder is made by `foretype edge build` and copied here by the build. It does not know pages or settings.
 */

import type { Problem } from "../../js/src/transport/transport.js";
import { openFolder, type EngineState } from "./folder.js";
import { brokenDown, INSIDE, type FromFrame, type Standing, type ToInside } from "./messages.js";
import { api } from "./platform.js";
import { Lines } from "./worker/lines.js";

const MEGABYTE = 1e6;

const engine = openFolder(api.runtime.getURL("engine/"));

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
    case "open": return lines.open(message.line, message.hello, (await engine).transport({ learns: () => false }));
    case "report": return lines.get(message.line)?.report(message.report);
    case "hello": case "saved": case "learn": return; // letters come with their writer's name, another way
    default: return lines.say(message);
  }
}

async function answer(message: ToInside): Promise<Standing | Problem | null> {
  const { state } = await engine;
  switch (message.do) {
    case "standing": return standing(state);
    case "learn": return tried((await engine).learn(message.letter.text, { user: message.user, context: message.letter.context }));
    case "forget": return tried((await engine).forget(message.user));
  }
}

function standing({ phase, lm, model, loadedBytes, totalBytes, problem }: EngineState): Standing {
  const told = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
  switch (phase) {
    case "failed": return { state: "off", detail: `The engine in this browser did not start: ${problem ?? "no reason was given"}` };
    case "loading": return { state: "starting", detail: `The engine in this browser is loading: ${told(loadedBytes)} of ${told(totalBytes)} MB.` };
    default: return { state: "ready", detail: `The engine runs in this browser${lm === "ready" ? `, with ${model}` : ""}.` };
  }
}

async function tried(work: Promise<unknown>): Promise<Problem | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return { title: "The engine in this browser", detail: error instanceof Error ? error.message : String(error), status: null };
  }
}
