/**
 * The page as a whole: one engine, one field, and what is known of both on the screen.
 *
 * How grey text lives is @foretype/client's business, how it is found the engine's. It joins them, and sends nothing anywhere.
 */

import { attach } from "../../../js/src/index.js";
import type { Answer } from "../contracts.js";
import { openEngine, type Learned as Kept, type State } from "../engine/index.js";
import { byId, counted, megabytes, setText } from "./dom.js";
import { Learned } from "./learned.js";
import { contextNow, watchFields } from "./mail.js";
import { Panel } from "./panel.js";
import { isInFront, stepInFront } from "./offline.js";
import { openSettings, readSettings } from "./settings.js";
import { Speed } from "./speed.js";
import { Statistics } from "./statistics.js";
import { keptWords, lineOf, modelWords, nextVisitWords, personalWords } from "./words.js";

const TALLY_PAUSE_MS = 400;

await stepInFront();
const speed = new Speed();
const panel = new Panel();
let settings = readSettings();
const engine = openEngine("./", { onState: drawState, onAnswer: drawAnswer, onLearned: drawLearned });
const body = byId<HTMLTextAreaElement>("body");
const transport = engine.transport({ learns: () => settings.learn });
const attached = attach(body, { transport, context: contextNow(), onProblem: ({ detail }) => say(detail) });
const learned = new Learned(engine, () => attached.setContext(contextNow()));
const statistics = new Statistics(engine);
let tallyTimer: ReturnType<typeof setTimeout> | undefined;

function drawState(state: State): void {
  const { link, words } = lineOf(state, navigator.onLine);
  if (byId("link").dataset.link !== link) setText(byId("live"), words); // not every megabyte is worth a sentence
  byId("link").dataset.link = link;
  setText(byId("link-words"), words);
  const bar = byId<HTMLProgressElement>("loading");
  bar.value = state.totalBytes ? state.loadedBytes / state.totalBytes : 0;
  bar.classList.toggle("is-over", state.phase === "ready" || state.phase === "failed");
  setText(byId("fact-model"), modelWords(state));
  setText(byId("fact-loaded"), state.totalBytes ? megabytes(state.loadedBytes) : "–");
  setText(byId("fact-kept"), keptWords(state));
  setText(byId("fact-offline"), nextVisitWords(state, isInFront()));
  if (state.problem ?? state.storeProblem) setText(byId("engine-note"), (state.problem ?? state.storeProblem) as string);
}

function drawAnswer(answer: Answer, ms: number): void {
  speed.add(ms);
  panel.draw(answer, body.value.slice(0, body.selectionStart), ms, speed);
  drawTallySoon();
}

function drawTallySoon(): void {
  clearTimeout(tallyTimer);
  tallyTimer = setTimeout(async () => {
    panel.drawSaved(await engine.tally());
    await drawPersonal();
  }, TALLY_PAUSE_MS);
}

function send(): void {
  if (!body.value.trim()) return body.focus();
  say(settings.learn ? "" : "Sent nowhere, and not learned.");
  attached.sent();
  body.value = "";
  body.dispatchEvent(new Event("input", { bubbles: true }));
  body.focus();
}

function drawLearned({ words, refused }: Kept): void {
  const left = refused ? `, ${refused} left out because they look like secrets` : "";
  void navigator.storage?.persist?.(); // what a person taught is not to be cleared with what may be loaded again
  say(`Sent nowhere: this is a page to try. ${counted(words, "word")} learned${left}.`);
}

async function drawPersonal(): Promise<void> {
  const report = await engine.personal();
  byId("personal").hidden = report === null;
  if (report) setText(byId("fact-personal"), personalWords(report));
}

function say(sentence: string): void {
  setText(byId("said"), sentence);
}

/** Ctrl or ⌘ with Enter sends; in a chat Enter does. */
function isSending({ key, ctrlKey, metaKey, shiftKey, isComposing }: KeyboardEvent): boolean {
  const isChat = byId("mail").dataset.kind === "chat";
  return key === "Enter" && !isComposing && !shiftKey && (ctrlKey || metaKey || isChat);
}

function turnTo(view: string): void {
  for (const name of ["write", "learned"]) byId(name).hidden = name !== view;
  for (const tab of document.querySelectorAll<HTMLElement>("[data-view]")) {
    if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (view === "learned") void learned.show();
  else body.focus();
}

/** Browsers tell only isolated pages how much they hold, some seconds later. */
async function drawMemory(): Promise<void> {
  if (!crossOriginIsolated || !("measureUserAgentSpecificMemory" in performance)) return;
  const measure = performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
  setText(byId("fact-memory"), megabytes((await measure.measureUserAgentSpecificMemory()).bytes));
  byId("memory").hidden = false;
}

function listen(): void {
  body.addEventListener("input", () => panel.follow(body.value.slice(0, body.selectionStart)));
  watchFields(() => attached.setContext(contextNow()));
  byId("mail").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  body.addEventListener("keydown", (event) => {
    if (!isSending(event)) return;
    event.preventDefault();
    send();
  });
  addEventListener("hashchange", () => turnTo(location.hash === "#learned" ? "learned" : "write"));
  for (const change of ["online", "offline"]) addEventListener(change, () => drawState(engine.state));
  navigator.serviceWorker?.addEventListener("controllerchange", () => drawState(engine.state));
}

if (/Mac|iPhone|iPad/.test(navigator.platform)) setText(byId("word-keys"), "⌥ →");
openSettings(settings, (change) => {
  settings = { ...settings, ...change };
  attached.enable(settings.suggest);
});
attached.enable(settings.suggest);
listen();
turnTo(location.hash === "#learned" ? "learned" : "write");
void engine.complete.then(async () => {
  drawTallySoon();
  await statistics.show();
  await drawMemory();
});
