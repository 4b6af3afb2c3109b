/**
 * What a person has chosen on this page, kept in this browser, and the dialog in which they choose.
 *
 * No text is kept here. It does not know what the switches do.
 */

import { byId } from "./dom.js";

const KEY = "foretype.settings"; // theme.js reads the scheme before the first paint

export interface Settings {
  readonly suggest: boolean;
  readonly learn: boolean;
  readonly scheme: string;
}

const DEFAULTS: Settings = { suggest: true, learn: true, scheme: "auto" };

/** The settings kept; what is missing or of another type is the default. */
export function readSettings(): Settings {
  const kept = parsed(stored());
  const entries = Object.entries(DEFAULTS).map(([name, value]) => [name, typeof kept[name] === typeof value ? kept[name] : value]);
  return Object.fromEntries(entries) as Settings;
}

/** Wire the dialog: `settings` are shown, `onChange` gets each change, which is kept. */
export function openSettings(settings: Settings, onChange: (change: Partial<Settings>) => void): void {
  let now = settings;
  const choose = (change: Partial<Settings>): void => {
    now = { ...now, ...change };
    keep(now);
    onChange(change);
  };
  byId("open-settings").addEventListener("click", () => byId<HTMLDialogElement>("settings").showModal());
  wireSwitch("set-suggest", settings.suggest, (suggest) => choose({ suggest }));
  wireSwitch("set-learn", settings.learn, (learn) => choose({ learn }));
  wireSchemes(settings.scheme, (scheme) => {
    document.documentElement.dataset.scheme = scheme;
    choose({ scheme });
  });
}

export function wireSwitch(id: string, on: boolean, onChange: (on: boolean) => void): void {
  const box = byId<HTMLInputElement>(id);
  box.checked = on;
  box.onchange = () => onChange(box.checked);
}

function wireSchemes(scheme: string, onChange: (scheme: string) => void): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="scheme"]')) {
    radio.checked = radio.value === scheme;
    radio.addEventListener("change", () => onChange(radio.value));
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is refused: the defaults hold for this visit
  }
}

function keep(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // storage is refused: the choice holds for this visit
  }
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    return (JSON.parse(text ?? "{}") ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
