/**
 * The panel as a whole: which view is open, when it is drawn anew, and what to do while the server is away.
 *
 * It does not know what a view shows.
 */

import { byId, setText } from "../dom.js";
import { openHttp, readToken } from "../http.js";
import { Learned } from "../learned.js";
import { serverMemory } from "../memory.js";
import { Alarms } from "./alarms.js";
import { Choices } from "./choices.js";
import { Now } from "./now.js";
import { Webhooks } from "./webhooks.js";
import { Weeks } from "./weeks.js";

const LIVE_MS = 2000;
const ALARMS_MS = 30_000; // the server looks once a minute
const WEEKS_MS = 60_000;
const LINK_WORDS = { live: "Live", lost: "No connection; trying again", off: "Connecting", token: "Waiting for a token" };

const token = readToken(location, history, sessionStorage);
const call = openHttp(token);
const say = (sentence) => setText(byId("live"), sentence);
const now = new Now();
const alarms = new Alarms(call);
let asking = false; // one poll at a time, however slow the server is

const VIEWS = {
  now: { show: drawNow, everyMs: LIVE_MS },
  weeks: { show: () => weeks.show(), everyMs: WEEKS_MS },
  alarms: { show: () => alarms.show(), everyMs: ALARMS_MS },
  webhooks: { show: () => webhooks.show() },
  learned: { show: () => byId("whose-user").focus() },
  settings: { show: () => choices.show() },
};
const weeks = new Weeks(call);
const webhooks = new Webhooks(call, say);
const choices = new Choices(call);
const learned = new Learned(serverMemory(call, () => byId("whose-user").value), { say, changed: () => {} });

const opened = () => (location.hash.slice(1) in VIEWS ? location.hash.slice(1) : "now");

async function drawNow() {
  now.draw(await call("GET", "/v1/panel/live"));
}

/** Show the view that the address names. */
async function turn() {
  for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.id !== `view-${opened()}`;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === opened()) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const view = opened();
  await tried(VIEWS[view].show);
  document.querySelector("main").dataset.drawn = view;
}

async function tried(show) {
  try {
    await show();
    link("live");
  } catch (problem) {
    if (problem.status === 401) askForToken();
    else if (problem.status === null || problem.status === 503) link("lost");
    else tell(problem);
  }
}

/** A problem that another try will not mend; a script's own error goes to the console. */
function tell(problem) {
  if (!("status" in problem)) throw problem;
  link("lost");
  setText(byId("link-words"), problem.message);
}

function link(state) {
  byId("link").dataset.link = state;
  setText(byId("link-words"), LINK_WORDS[state]);
}

function askForToken() {
  link("token");
  if (token) setText(byId("token-note"), "The one that was given is not this server's. It is the one that the server was started with.");
  byId("token-form").hidden = false;
  for (const view of document.querySelectorAll("[data-view]")) view.hidden = true;
}

/** Every `everyMs` of the open view, while the tab is looked at and the view is one that moves. */
function keepDrawing() {
  let drawnAt = performance.now();
  let alarmsAt = -Infinity;
  setInterval(async () => {
    const { show, everyMs } = VIEWS[opened()];
    const at = performance.now();
    if (asking || document.hidden || !byId("token-form").hidden) return;
    asking = true;
    if (everyMs && at - drawnAt >= everyMs - 100) {
      drawnAt = at;
      await tried(show);
    }
    if (at - alarmsAt >= ALARMS_MS) {
      alarmsAt = at;
      await tried(async () => alarms.drawBadge((await call("GET", "/v1/alarms?limit=1")).firing));
    }
    asking = false;
  }, LIVE_MS / 4);
}

function listen() {
  addEventListener("hashchange", turn);
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = `token=${encodeURIComponent(byId("token").value)}`;
    location.reload();
  });
  byId("whose").addEventListener("submit", (event) => {
    event.preventDefault();
    byId("learned-of").hidden = false;
    tried(() => learned.show());
  });
}

setText(byId("welcome-address"), location.origin);
setText(byId("welcome-token"), token ? '-H "authorization: Bearer $FORETYPE_TOKEN" ' : "");
listen();
turn();
keepDrawing();
