/**
 * The page as a whole: events into the reducer, its orders out to the world, the state onto the screen.
 *
 * It holds the one state. What a key means, what is shown and how it travels stands in the modules it joins.
 */

import { Announcer } from "./announce.js";
import { Channel, socketAddress } from "./channel.js";
import { openChoices } from "./choices.js";
import { initial, update } from "./compose.js";
import { byId, setText } from "./dom.js";
import { Editor } from "./editor.js";
import { afterCaret, beforeCaret, greyText } from "./grey.js";
import { openHttp, readToken } from "./http.js";
import { Learned } from "./learned.js";
import { contextNow, kindNow, watchFields } from "./mail.js";
import { Mirror } from "./mirror.js";
import { Panel } from "./panel.js";
import { readSettings, readTotals, writeSettings, writeTotals } from "./settings.js";
import { wellFormed } from "./words.js";

const SUGGESTIONS_WANTED = 3; // what Alt+] and Alt+[ walk through
const LINK_WORDS = { live: "Connected", http: "Connected, without a live line", lost: "Reconnecting", off: "No connection" };
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const token = readToken(location, history, sessionStorage);
const call = openHttp(token);
let settings = readSettings(localStorage);
let link = "off";
let state = { ...initial, enabled: settings.suggest, tally: { ...initial.tally, total: readTotals(localStorage) } };

const mirror = new Mirror(byId("body-shell"));
const panel = new Panel();
const announcer = new Announcer(byId("live"));
const channel = new Channel({ emit: hear, call, address: socketAddress(location, token) });
const editor = new Editor(byId("body"), { dispatch, now: whatAKeyMeets, onSend: send });
const learned = new Learned({
  call,
  user: () => settings.user,
  say: (sentence) => announcer.say(sentence),
  onForgotten: () => dispatch({ type: "context" }),
});

const ORDERS = {
  send: (order) => channel.edit(order),
  report: (order) => channel.report(order),
  insert: ({ text }) => editor.insert(text),
  look: ({ id, ms }) => setTimeout(() => dispatch({ type: "look", id }), ms),
  wait: ({ seq, ms }) => setTimeout(() => dispatch({ type: "due", seq }), ms),
};

function dispatch(event) {
  state = update(state, event);
  for (const order of state.outbox) ORDERS[order.do](order);
  draw();
}

/** What the channel says: of the line itself, of a problem, or to the reducer. */
function hear(event) {
  if (event.type === "link") return drawLink(event);
  if (event.type === "problem") return tell(event.problem.message, true);
  return dispatch(event);
}

function draw() {
  const grey = greyText(state);
  const before = beforeCaret(state);
  mirror.draw(before, grey, afterCaret(state));
  byId("body-shell").classList.toggle("has-grey", Boolean(grey));
  byId("chip").hidden = !grey;
  setText(byId("chip-words"), grey.trim());
  announcer.announce(before, settings.announce ? grey : "");
  panel.draw(state, link);
}

function drawLink({ link: now, model }) {
  link = now;
  byId("link").dataset.link = now;
  setText(byId("link-words"), LINK_WORDS[now]);
  if (model) setText(byId("fact-model"), model);
  draw();
}

function whatAKeyMeets() {
  return { grey: greyText(state), chat: kindNow() === "chat", spaceAt: state.spaceAt, text: state.text };
}

async function send() {
  const { text } = state;
  if (!text.trim()) return editor.focus();
  byId("send").disabled = true;
  try {
    tell(settings.learn ? await teach(text) : "Sent, and not learned.");
    finish();
  } catch (problem) {
    tell(`${problem.message} Your message is still here.`, true);
  } finally {
    byId("send").disabled = false;
  }
  return editor.focus();
}

async function teach(text) {
  const { user } = settings;
  const { learned: count } = await call("POST", "/v1/learn", { user, text: wellFormed(text), context: contextNow() });
  const refused = count.refused ? `, ${count.refused} left out because they look like secrets` : "";
  return `Sent. ${count.words} ${count.words === 1 ? "word" : "words"} learned${refused}.`;
}

function finish() {
  editor.clear();
  dispatch({ type: "clear" });
  writeTotals(localStorage, state.tally.total);
  begin();
}

function begin() {
  channel.open({ user: settings.user, session: crypto.randomUUID?.() ?? `m-${Date.now()}`, context: contextNow(), n: SUGGESTIONS_WANTED });
}

function tell(sentence, isProblem = false) {
  setText(byId("said"), sentence);
  byId("said").classList.toggle("is-problem", isProblem);
  announcer.say(sentence);
}

function choose(change) {
  settings = { ...settings, ...change };
  writeSettings(localStorage, settings);
  if ("scheme" in change) document.documentElement.dataset.scheme = settings.scheme;
  if ("suggest" in change) dispatch({ type: "enable", on: settings.suggest });
  if ("user" in change) startOver();
}

function startOver() {
  dispatch({ type: "context" });
  begin();
  if (!byId("learned").hidden) learned.show();
}

function turnTo(view) {
  for (const name of ["write", "learned"]) byId(name).hidden = name !== view;
  for (const tab of document.querySelectorAll("[data-view]")) {
    if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (view === "learned") learned.show();
  else editor.focus();
}

function listen() {
  watchFields(() => {
    channel.setContext(contextNow());
    dispatch({ type: "context" });
  });
  byId("mail").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  byId("chip").addEventListener("pointerdown", (event) => event.preventDefault()); // the body keeps the focus
  byId("chip").addEventListener("click", () => dispatch({ type: "accept" }));
  window.addEventListener("hashchange", () => turnTo(location.hash === "#learned" ? "learned" : "write"));
  window.addEventListener("online", () => channel.retry());
  document.addEventListener("visibilitychange", () => document.hidden || channel.retry());
}

function nameTheKeys() {
  if (!IS_MAC) return;
  for (const key of [byId("word-keys"), document.querySelector("[data-word-keys]")]) setText(key, "⌥ →");
  setText(document.querySelector("[data-send-keys]"), "⌘ ↵");
}

nameTheKeys();
openChoices(settings, choose);
listen();
begin();
turnTo(location.hash === "#learned" ? "learned" : "write");
