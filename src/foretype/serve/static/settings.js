/**
 * What a person has chosen on this page, kept in this browser.
 *
 * No text is kept here: switches, the writer's name and counts. It does not know what the switches do.
 */

const KEY = "foretype.settings";
const TOTALS_KEY = "foretype.keys-saved";

export const defaults = Object.freeze({ user: "me", suggest: true, announce: true, learn: true, scheme: "auto" });

/** The settings kept in `storage`; what is missing or of another type is the default. */
export function readSettings(storage) {
  const kept = parsed(storage.getItem(KEY));
  const entries = Object.entries(defaults).map(([name, value]) => [name, typeof kept[name] === typeof value ? kept[name] : value]);
  return Object.fromEntries(entries);
}

export function writeSettings(storage, settings) {
  storage.setItem(KEY, JSON.stringify(settings));
}

/** Keys saved over all messages: {saved, characters, messages}, whole numbers. */
export function readTotals(storage) {
  const kept = parsed(storage.getItem(TOTALS_KEY));
  const count = (name) => (Number.isInteger(kept[name]) ? kept[name] : 0);
  return { saved: count("saved"), characters: count("characters"), messages: count("messages") };
}

export function writeTotals(storage, totals) {
  storage.setItem(TOTALS_KEY, JSON.stringify(totals));
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
