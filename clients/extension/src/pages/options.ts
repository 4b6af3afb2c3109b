/**
 * The settings page: shows what is set, checks what is typed, asks the browser for the one address that is meant.
 *
 * Nothing is kept unless all of it can be. It does not know how the engine is reached.
 */

import { defaultKeys, withKeys, type Intent, type Keys } from "../../../js/src/field/keys.js";
import type { Problem } from "../../../js/src/transport/transport.js";
import type { FromPage, Standing } from "../messages.js";
import { api } from "../platform.js";
import { changeSettings, loadSettings, onSettings } from "../worker/drawer.js";
import { DEFAULTS, hasEngine, serverOf, withSite, type Engine, type Settings } from "../worker/settings.js";
import { made, part } from "./parts.js";

const INTENTS: Readonly<Record<Intent, string>> = {
  accept: "Take the suggestion", word: "Take one word", dismiss: "Not now", next: "Next suggestion", previous: "Previous suggestion",
  ask: "Suggest now",
};
const isMac = /Mac/.test(navigator.platform);
const form = part("form", HTMLFormElement);
const server = part("server", HTMLInputElement);
const token = part("token", HTMLInputElement);
const user = part("user", HTMLInputElement);
const learns = part("learns", HTMLInputElement);
const inside = part("inside", HTMLInputElement);
const forget = part("forget", HTMLButtonElement);

part("origin", HTMLElement).textContent = location.origin;
part("keys", HTMLElement).append(...Object.entries(INTENTS).flatMap(([intent, label]) => keyRow(intent as Intent, label)));
void loadSettings().then(show);
onSettings((settings) => showSites(settings));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void keep();
});
user.addEventListener("input", () => allowLearning());
form.addEventListener("change", () => showEngine());
forget.addEventListener("click", () => void forgetAll());
part("engines", HTMLElement).hidden = !hasEngine;

function show(settings: Settings): void {
  [server.value, token.value, user.value, learns.checked] = [settings.server, settings.token, settings.user, settings.learns];
  part(settings.engine === "inside" ? "inside" : "elsewhere", HTMLInputElement).checked = true;
  forget.disabled = !settings.user;
  const keys = withKeys(defaultKeys(isMac), settings.keys);
  for (const intent of Object.keys(INTENTS) as Intent[]) keyInput(intent).value = keys[intent].join(", ");
  allowLearning();
  showEngine();
  showSites(settings);
  form.hidden = false; // whoever typed before that would lose it
}

function showEngine(): void {
  part("address", HTMLElement).hidden = inside.checked;
}

function allowLearning(): void {
  learns.disabled = !user.value.trim();
}

async function keep(): Promise<void> {
  try {
    const chosen = await chosenSettings();
    const before = await loadSettings();
    await changeSettings((settings) => ({ ...settings, ...chosen }));
    await giveBack(before.server, chosen.server);
    server.value = chosen.server;
    forget.disabled = !chosen.user;
    tell("Saved. Looking for the engine …", "busy");
    const { state, detail } = await ask<Standing>({ to: "worker", do: "standing" });
    tell(`Saved. ${detail}`, state);
  } catch (error) {
    tell(`Not saved: ${error instanceof Error ? error.message : String(error)}.`, "refused");
  }
}

/** All that was learned under the name that is kept, not the one that may just be typed. */
async function forgetAll(): Promise<void> {
  const { user: name } = await loadSettings();
  if (!confirm(`Forget all that was learned for “${name}”? It cannot be brought back.`)) return;
  const problem = await ask<Problem | null>({ to: "worker", do: "forget" });
  tell(problem ? `Not forgotten: ${problem.detail}.` : "Forgotten.", problem ? "refused" : "ready");
}

function ask<Reply>(question: FromPage): Promise<Reply> {
  return api.runtime.sendMessage<FromPage, Reply>(question);
}

/** What the form says; throws a TypeError that names the wrong part. */
async function chosenSettings(): Promise<Omit<Settings, "isOn" | "sitesOff">> {
  const engine: Engine = inside.checked ? "inside" : "server";
  const origin = within("engine address", () => serverOf(server.value));
  const keys = within("keys", chosenKeys);
  if (engine === "server") await mayReach(origin); // first of all that waits: the browser asks only while the click is fresh
  const name = user.value.trim();
  return { engine, server: origin, token: token.value.trim(), user: name, learns: learns.checked && name !== "", keys };
}

/** Only keys that differ from the platform's own are kept. */
function chosenKeys(): Partial<Keys> {
  const defaults = defaultKeys(isMac);
  const typed = (Object.keys(INTENTS) as Intent[]).map((intent) => [intent, chordsOf(keyInput(intent).value)] as const);
  const changed = Object.fromEntries(typed.filter(([intent, chords]) => chords.join() !== defaults[intent].join()));
  withKeys(defaults, changed);
  return changed;
}

async function mayReach(origin: string): Promise<void> {
  if (await api.permissions.request({ origins: [patternOf(origin)] })) return; // granted already: it does not ask again
  throw new TypeError(`engine address: the browser was not allowed to reach ${origin}`);
}

/** Only one address may be reached, and the one that the extension was built for. */
async function giveBack(before: string, now: string): Promise<void> {
  const [old, ...kept] = [before, now, DEFAULTS.server].map(patternOf);
  if (old && !kept.includes(old)) await api.permissions.remove({ origins: [old] });
}

function patternOf(origin: string): string {
  const { protocol, host, hostname } = new URL(origin);
  const isFirefox = location.protocol === "moz-extension:"; // its patterns know no ports
  return `${protocol}//${isFirefox ? hostname : host}/*`;
}

function showSites({ sitesOff }: Settings): void {
  part("none", HTMLElement).hidden = sitesOff.length > 0;
  part("sites", HTMLElement).replaceChildren(...sitesOff.map(siteRow));
}

function siteRow(host: string): HTMLElement {
  const button = made("button", "Switch on", { type: "button", "aria-label": `Switch on ${host}` });
  button.addEventListener("click", () => void changeSettings((settings) => withSite(settings, host, true)));
  const row = made("li", "");
  row.append(made("span", host), button);
  return row;
}

function keyRow(intent: Intent, label: string): HTMLElement[] {
  const id = `key-${intent}`;
  return [made("label", label, { for: id }), made("input", "", { id, type: "text", spellcheck: "false", autocomplete: "off" })];
}

function keyInput(intent: Intent): HTMLInputElement {
  return part(`key-${intent}`, HTMLInputElement);
}

function chordsOf(typed: string): string[] {
  return typed.split(",").map((chord) => chord.trim()).filter(Boolean);
}

function within<Value>(where: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new TypeError(`${where}: ${(error as Error).message.replace(/^keys: /, "")}`, { cause: error });
  }
}

function tell(sentence: string, state: string): void {
  const status = part("status", HTMLElement);
  status.dataset["state"] = state;
  status.textContent = sentence;
}
