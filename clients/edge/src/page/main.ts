/**
 * The page as a whole: one engine, one field, and what is known of both on the screen.
 *
 * How grey text lives is @foretype/client's business, how it is found the engine's. It joins them, and sends nothing anywhere.
 */

import { byId, inputById, setText } from "page/dom.js";
import { Learned } from "page/learned.js";
import { contextNow, nameTheKeys, watchFields, watchSending } from "page/mail.js";
import { openSettings, readSettings } from "page/settings.js";
import { openViews } from "page/views.js";
import { counted } from "page/written.js";
import { attach, type State as FieldState } from "../../../js/src/index.js";
import { openEngine, type Learned as Kept, type State } from "../engine/index.js";
import { watchImport } from "./bring.js";
import { engineMemory } from "./memory.js";
import { isInFront, stepInFront } from "./offline.js";
import { Panel } from "./panel.js";
import { Statistics } from "./statistics.js";
import { keptWords, lineOf, megabytes, modelWords, nextVisitWords, noteWords } from "./words.js";

const TALLY_PAUSE_MS = 400;
const DEFAULTS = { suggest: true, learn: true, scheme: "auto" };

const body = inputById("body");
await stepInFront(() => body.value !== "");
const panel = new Panel();
let settings = readSettings(DEFAULTS);
const engine = openEngine("./", { onState: drawState, onLearned: drawLearned });
const transport = engine.transport({ learns: () => settings.learn });
const attached = attach(body, { transport, context: contextNow(), onState: drawField, onProblem: ({ detail }) => tell(detail) });
const learned = new Learned(engineMemory(engine), { say, changed: () => attached.setContext(contextNow()) });
const statistics = new Statistics(engine);
let tallyTimer: ReturnType<typeof setTimeout> | undefined;

function drawState(state: State): void {
  const { link, words } = lineOf(state, navigator.onLine);
  if (byId("link").dataset.link !== link) say(words); // not every megabyte is worth a sentence
  byId("link").dataset.link = link;
  setText(byId("link-words"), words);
  const bar = byId("loading") as HTMLProgressElement;
  bar.value = state.totalBytes ? state.loadedBytes / state.totalBytes : 0;
  bar.classList.toggle("is-over", state.phase === "ready" || state.phase === "failed");
  setText(byId("fact-model"), modelWords(state));
  setText(byId("fact-loaded"), state.totalBytes ? megabytes(state.loadedBytes) : "–");
  setText(byId("fact-kept"), keptWords(state));
  setText(byId("fact-offline"), nextVisitWords(state, isInFront()));
  setText(byId("engine-note"), noteWords(state));
}

function drawField(state: FieldState, grey: string): void {
  if (panel.draw(state, grey, engine.state.problem)) drawTallySoon();
}

function drawTallySoon(): void {
  clearTimeout(tallyTimer);
  tallyTimer = setTimeout(async () => {
    panel.drawSaved(await engine.tally());
  }, TALLY_PAUSE_MS);
}

function send(): void {
  if (!body.value.trim()) return body.focus();
  tell(settings.learn ? "" : "Sent nowhere, and not learned.");
  body.value = "";
  attached.sent(); // of the text it knows
  body.focus();
}

function drawLearned({ words, refused }: Kept): void {
  const left = refused ? `, ${refused} left out because they look like secrets` : "";
  void navigator.storage?.persist?.(); // what a person taught is not to be cleared with what may be loaded again
  tell(`Sent nowhere: this is a page to try. ${counted(words, "word")} learned${left}.`);
}

function tell(sentence: string): void {
  setText(byId("said"), sentence);
  say(sentence);
}

function say(sentence: string): void {
  setText(byId("live"), sentence);
}

/** Browsers tell only isolated pages how much they hold, some seconds later. */
async function drawMemory(): Promise<void> {
  if (!crossOriginIsolated || !("measureUserAgentSpecificMemory" in performance)) return;
  const measure = performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
  setText(byId("fact-memory"), megabytes((await measure.measureUserAgentSpecificMemory()).bytes));
  byId("memory").hidden = false;
}

nameTheKeys();
openSettings(DEFAULTS, (now) => {
  settings = now;
  attached.enable(settings.suggest);
});
attached.enable(settings.suggest);
watchFields(() => attached.setContext(contextNow()));
watchSending(send);
watchImport(engine, (action) => learned.attempt(action), () => {
  attached.setContext(contextNow());
  return learned.show();
});
for (const change of ["online", "offline"]) addEventListener(change, () => drawState(engine.state));
navigator.serviceWorker?.addEventListener("controllerchange", () => drawState(engine.state));
openViews({ learned: () => void learned.show(), write: () => body.focus() });
void engine.complete.then(async () => {
  drawTallySoon();
  await statistics.show();
  await drawMemory();
});
