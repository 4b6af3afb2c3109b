/**
 * What the toolbar button opens: the switches, the keys saved, how the engine stands.
 *
 * It learns the site from the tab that it was opened on, and from no other. It does not know what was written there.
 */

import type { FromPage, Standing } from "../messages.js";
import { api } from "../platform.js";
import { changeSettings, loadSaved, loadSettings } from "../worker/drawer.js";
import { dayOf, onDay } from "../worker/saved.js";
import { withSite } from "../worker/settings.js";
import { part } from "./parts.js";

const LOOK_EVERY_MS = 500;

const everywhere = part("everywhere", HTMLInputElement);
const here = part("here", HTMLInputElement);

void showSwitches();
void showSaved();
void showStanding();
part("options", HTMLButtonElement).addEventListener("click", () => void api.runtime.openOptionsPage().then(() => close()));

async function showSwitches(): Promise<void> {
  const [settings, host] = [await loadSettings(), await currentHost()];
  everywhere.checked = settings.isOn;
  everywhere.addEventListener("change", () => void changeSettings((now) => ({ ...now, isOn: everywhere.checked })));
  part("site", HTMLElement).hidden = !host;
  if (!host) return;
  part("host", HTMLElement).textContent = host;
  here.checked = !settings.sitesOff.includes(host);
  here.addEventListener("change", () => void changeSettings((now) => withSite(now, host, here.checked)));
}

async function showSaved(): Promise<void> {
  const saved = await loadSaved();
  part("today", HTMLElement).textContent = onDay(saved, dayOf(new Date())).toLocaleString();
  part("total", HTMLElement).textContent = saved.total.toLocaleString();
}

/** Shown again and again while the engine starts. */
async function showStanding(): Promise<void> {
  const question: FromPage = { to: "worker", do: "standing" };
  const { state, detail } = (await api.runtime.sendMessage(question)) as Standing;
  const standing = part("standing", HTMLElement);
  standing.dataset["state"] = state;
  standing.textContent = detail;
  if (state === "starting") setTimeout(() => void showStanding(), LOOK_EVERY_MS);
}

/** The host of the page under the button, "" for a page that extensions may not write on. */
async function currentHost(): Promise<string> {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  return tab?.url && /^https?:/.test(tab.url) ? new URL(tab.url).hostname : "";
}
