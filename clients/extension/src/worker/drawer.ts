/**
 * The browser's store: settings and counts, each under one name, readable by the extension's own pages only.
 *
 * Changes to one name follow each other, so none is lost. It does not know what the values mean.
 */

import { api } from "../platform.js";
import { NOTHING, type Saved } from "./saved.js";
import { readSettings, type Settings } from "./settings.js";

let turn: Promise<unknown> = Promise.resolve();

/** Keep scripts in pages from reading what is kept here, the token above all. */
export function lock(): void {
  void api.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
}

export async function loadSettings(): Promise<Settings> {
  return readSettings((await api.storage.local.get("settings"))["settings"]);
}

export function changeSettings(change: (settings: Settings) => Settings): Promise<void> {
  return inTurn(async () => api.storage.local.set({ settings: change(await loadSettings()) }));
}

/** Call `listener` with the settings, whenever and wherever they were changed. */
export function onSettings(listener: (settings: Settings) => void): void {
  api.storage.onChanged.addListener((changes, area) => {
    const { settings } = changes;
    if (area === "local" && settings) listener(readSettings(settings.newValue));
  });
}

export async function loadSaved(): Promise<Saved> {
  return { ...NOTHING, ...(await api.storage.local.get("saved"))["saved"] as Partial<Saved> | undefined };
}

export function changeSaved(change: (saved: Saved) => Saved): Promise<void> {
  return inTurn(async () => api.storage.local.set({ saved: change(await loadSaved()) }));
}

function inTurn(job: () => Promise<void>): Promise<void> {
  const done = turn.then(job);
  turn = done.catch(() => undefined); // whoever asked hears of it; the next one's turn comes all the same
  return done;
}
