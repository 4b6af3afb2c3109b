/**
 * The page as a whole: one field at this server, and what is known of both on the screen.
 *
 * How grey text lives is the business of @foretype/client, which the server has at /client.js. It does not know how suggestions are found.
 */

import { attach } from "/client.js";
import { byId, inputById, setText } from "./dom.js";
import { openHttp, readToken } from "./http.js";
import { Learned } from "./learned.js";
import { contextNow, nameTheKeys, watchFields, watchSending } from "./mail.js";
import { serverMemory } from "./memory.js";
import { Panel } from "./panel.js";
import { openSettings, readSettings } from "./settings.js";
import { finished, readTally, took } from "./tally.js";
import { openViews } from "./views.js";
import { counted } from "./written.js";

/** @import { Link, Problem, State } from "@foretype/client" */

const DEFAULTS = { user: "me", suggest: true, announce: true, learn: true, scheme: "auto" };
const LINK_WORDS = { live: "Connected", http: "Connected, without a live line", lost: "Reconnecting", off: "No connection" };

const token = readToken(location, history, sessionStorage);
const call = openHttp(token);
const body = inputById("body");
const button = inputById("send");
const panel = new Panel();
let settings = readSettings(DEFAULTS);
/** @type {keyof typeof LINK_WORDS} */
let link = "off";
let tally = readTally();
/** @type {{ state: State, grey: string } | null} */
let seen = null; // the newest
let attached = attachBody();
const memory = serverMemory(call, () => settings.user);
const learned = new Learned(memory, { say, changed: () => attached.setContext(contextNow()) });

function attachBody() {
  const { user, announce, suggest } = settings;
  const told = { onState: see, onTaken, onLink: drawLink, onProblem };
  const made = attach(body, { ...(token && { token }), user, context: contextNow(), ...told, ...(!announce && { announce: false }) });
  made.enable(suggest);
  made.connect();
  return made;
}

/**
 * @param {State} state
 * @param {string} grey
 */
function see(state, grey) {
  seen = { state, grey };
  draw();
}

function draw() {
  if (seen) panel.draw(seen.state, seen.grey, link, tally);
}

/** @param {number} characters */
function onTaken(characters) {
  tally = took(tally, characters);
}

/** @param {Link} now */
function drawLink(now) {
  link = now === "off" && link !== "off" ? "lost" : now;
  byId("link").dataset.link = link;
  setText(byId("link-words"), LINK_WORDS[link]);
  if (link === "live" && byId("said").classList.contains("is-problem")) tell(""); // it is over
  draw();
}

/**
 * What the server refused; that it is not reached, the link tells.
 * @param {Problem} problem
 */
function onProblem({ detail, status }) {
  if (status !== null) tell(detail, true);
}

async function send() {
  const { value: text } = body;
  if (!text.trim() || button.disabled) return body.focus();
  button.disabled = true;
  try {
    tell(settings.learn ? await teach(text) : "Sent, and not learned.");
    beginAfter(text);
  } catch (problem) {
    tell(`${/** @type {Error} */ (problem).message} Your message is still here.`, true);
  } finally {
    button.disabled = false;
  }
  return body.focus();
}

/** @param {string} text */
async function teach(text) {
  const whole = text.replace(/[\ud800-\udfff]/gu, "\ufffd"); // no JSON reader takes half a character
  const message = { user: settings.user, text: whole, context: contextNow() };
  /** @type {{ learned: { words: number, refused: number } }} */
  const { learned: { words, refused } } = await call("POST", "/v1/learn", message);
  const left = refused ? `, ${refused} left out because they look like secrets` : "";
  return `Sent. ${counted(words, "word")} learned${left}.`;
}

/**
 * The message is out: the next one, with what was typed meanwhile.
 * @param {string} sent
 */
function beginAfter(sent) {
  const { value } = body;
  body.value = value.startsWith(sent) ? value.slice(sent.length) : value;
  attached.discard(); // it was taught already
  tally = finished(tally, sent.length);
  attached.connect();
  draw();
}

/** @param {string} sentence */
function tell(sentence, isProblem = false) {
  setText(byId("said"), sentence);
  byId("said").classList.toggle("is-problem", isProblem);
  say(sentence);
}

/** @param {string} sentence */
function say(sentence) {
  setText(byId("live"), sentence);
}

/**
 * @param {typeof DEFAULTS} now
 * @param {Partial<typeof DEFAULTS>} change
 */
function choose(now, change) {
  settings = now;
  if ("suggest" in change) attached.enable(settings.suggest);
  if ("user" in change || "announce" in change) attached = attachBody();
  if ("user" in change && !byId("learned").hidden) learned.show();
}

nameTheKeys();
openSettings(DEFAULTS, choose);
watchFields(() => attached.setContext(contextNow()));
watchSending(send);
addEventListener("online", () => attached.connect());
document.addEventListener("visibilitychange", () => document.hidden || attached.connect());
openViews({ learned: () => learned.show(), write: () => body.focus() });
