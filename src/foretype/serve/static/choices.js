/**
 * The settings dialog: shows the settings, and hands back what a person changes.
 *
 * It does not know where settings are kept nor what they do.
 */

import { byId } from "./dom.js";
import { defaults } from "./settings.js";

const SWITCHES = { "set-suggest": "suggest", "set-learn": "learn", "set-announce": "announce" };

/** Wire the dialog: `settings` are shown, `onChange` gets {name: value} for each change. */
export function openChoices(settings, onChange) {
  byId("open-settings").addEventListener("click", () => byId("settings").showModal());
  for (const [id, name] of Object.entries(SWITCHES)) wireSwitch(byId(id), settings[name], (on) => onChange({ [name]: on }));
  wireSchemes(settings.scheme, (scheme) => onChange({ scheme }));
  wireUser(settings.user, (user) => onChange({ user }));
}

function wireSwitch(box, on, onChange) {
  box.checked = on;
  box.addEventListener("change", () => onChange(box.checked));
}

function wireSchemes(scheme, onChange) {
  for (const radio of document.querySelectorAll('input[name="scheme"]')) {
    radio.checked = radio.value === scheme;
    radio.addEventListener("change", () => onChange(radio.value));
  }
}

function wireUser(user, onChange) {
  const field = byId("set-user");
  field.value = user;
  field.addEventListener("change", () => {
    field.value = field.value.trim() || defaults.user;
    onChange(field.value);
  });
}
