/**
 * What a person has chosen on this page, kept in this browser, and the dialog in which they choose.
 *
 * No text is kept here: switches, a scheme of colours, a name. It does not know what they do.
 */

import { byId, dialogById, inputById } from "./dom.js";

/** @typedef {Readonly<Record<string, boolean | string>>} Choices */

const KEY = "foretype.settings"; // theme.js reads the scheme before the first paint

/**
 * The settings kept; what is missing or of another type is the default.
 * @template {Choices} Kept
 * @param {Kept} defaults
 * @returns {Kept}
 */
export function readSettings(defaults) {
  const kept = recall(KEY);
  const entries = Object.entries(defaults).map(([name, value]) => [name, typeof kept[name] === typeof value ? kept[name] : value]);
  return Object.fromEntries(entries);
}

/**
 * Wire the dialog, whose fields are set-NAME, and radio buttons for the scheme: `onChange` gets all settings and what has
 * changed, which is kept. A name that is emptied is the default again.
 * @template {Choices} Kept
 * @param {Kept} defaults
 * @param {(settings: Kept, change: Partial<Kept>) => void} onChange
 */
export function openSettings(defaults, onChange) {
  let settings = readSettings(defaults);
  const choose = (/** @type {string} */ name, /** @type {boolean | string} */ value) => {
    settings = { ...settings, [name]: value };
    keep(KEY, settings);
    onChange(settings, /** @type {Partial<Kept>} */ ({ [name]: value }));
  };
  byId("open-settings").addEventListener("click", () => dialogById("settings").showModal());
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "boolean") wireSwitch(`set-${name}`, value, (on) => choose(name, on));
    else if (name === "scheme") wireSchemes(value, (scheme) => choose(name, scheme));
    else wireName(`set-${name}`, value, (written) => choose(name, written || String(defaults[name])));
  }
}

/**
 * @param {string} id
 * @param {boolean} on
 * @param {(on: boolean) => void} onChange
 */
export function wireSwitch(id, on, onChange) {
  const box = inputById(id);
  box.checked = on;
  box.onchange = () => onChange(box.checked);
}

/**
 * What this browser keeps under a name; nothing where that is not readable, or storage is refused.
 * @param {string} key
 * @returns {Record<string, unknown>}
 */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/**
 * @param {string} key
 * @param {object} value
 */
export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // storage is refused: it holds for this visit
  }
}

/**
 * @param {string} scheme
 * @param {(scheme: string) => void} onChange
 */
function wireSchemes(scheme, onChange) {
  for (const found of document.querySelectorAll('input[name="scheme"]')) {
    const radio = /** @type {HTMLInputElement} */ (found);
    radio.checked = radio.value === scheme;
    radio.addEventListener("change", () => {
      document.documentElement.dataset.scheme = radio.value;
      onChange(radio.value);
    });
  }
}

/**
 * @param {string} id
 * @param {string} name
 * @param {(name: string) => void} onChange
 */
function wireName(id, name, onChange) {
  const field = inputById(id);
  field.value = name;
  field.addEventListener("change", () => onChange(field.value.trim()));
}
