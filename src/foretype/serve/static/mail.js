/**
 * The fields round the body: kind, recipients, subject, the earlier message, and what they say as a context.
 *
 * It does not know who reads the context.
 */

import { byId, inputById, setText } from "./dom.js";

/** @typedef {"email" | "chat" | "note"} Kind */

const NAMES = {
  email: { subject: "Subject", earlier: "Answering an earlier message", send: "Send" },
  chat: { subject: "Subject", earlier: "What they wrote last", send: "Send" },
  note: { subject: "Title", earlier: "", send: "Save" },
};
const EXAMPLE = {
  to: "Susan Miller <susan@example.com>",
  subject: "Re: Draft of the quarterly report",
  previous: [
    "Hi,\n\nCould you send me the draft of the quarterly report before Friday? I would like to go through the numbers",
    "with Mark before the meeting.\n\nThanks,\nSusan",
  ].join(" "),
};
const FIELDS = /** @type {const} */ (["to", "subject", "previous"]);
const KINDS = 'input[name="kind"]';

/** What surrounds the body now, as a composer takes it. */
export function contextNow() {
  const kind = kindNow();
  const value = (/** @type {string} */ id) => (isHidden(kind, id) ? "" : inputById(id).value);
  const to = value("to").split(/[,;]/).map((name) => name.trim()).filter(Boolean);
  return { kind, subject: value("subject"), previous: value("previous"), to, sent_at: null, locale: navigator.language || "en-US" };
}

/**
 * Call `onChange` when a field has changed, and fill in the example when asked.
 * @param {() => void} onChange
 */
export function watchFields(onChange) {
  for (const id of FIELDS) byId(id).addEventListener("change", onChange);
  for (const radio of document.querySelectorAll(KINDS)) radio.addEventListener("change", () => turn(onChange));
  byId("example").addEventListener("click", () => fillIn(onChange));
}

/**
 * Call `send` for the button, for Ctrl or ⌘ with Enter in the body, and in a chat for Enter alone.
 * @param {() => void} send
 */
export function watchSending(send) {
  const sends = (/** @type {Event} */ event) => {
    event.preventDefault();
    send();
  };
  byId("mail").addEventListener("submit", sends);
  byId("body").addEventListener("keydown", (event) => isSending(event) && sends(event));
}

/** Name the keys as they are on a Mac. */
export function nameTheKeys() {
  if (!/Mac|iPhone|iPad/.test(navigator.platform)) return;
  for (const key of document.querySelectorAll("[data-on-mac]")) setText(key, key.getAttribute("data-on-mac") ?? "");
}

/** @param {KeyboardEvent} event */
function isSending({ key, ctrlKey, altKey, metaKey, shiftKey, isComposing }) {
  return key === "Enter" && !isComposing && !altKey && !shiftKey && (ctrlKey || metaKey || kindNow() === "chat");
}

/** @returns {Kind} */
function kindNow() {
  const checked = /** @type {HTMLInputElement | null} */ (document.querySelector(`${KINDS}:checked`));
  return /** @type {Kind} */ (checked?.value ?? "email");
}

/** @param {() => void} onChange */
function turn(onChange) {
  const kind = kindNow();
  byId("mail").dataset.kind = kind;
  setText(byId("subject-label"), NAMES[kind].subject);
  setText(byId("earlier-label"), NAMES[kind].earlier);
  setText(byId("send"), NAMES[kind].send);
  onChange();
}

/** @param {() => void} onChange */
function fillIn(onChange) {
  for (const id of FIELDS) inputById(id).value = EXAMPLE[id];
  byId("earlier").setAttribute("open", "");
  onChange();
  byId("body").focus();
}

/**
 * @param {Kind} kind
 * @param {string} id
 */
function isHidden(kind, id) {
  return (kind === "chat" && id !== "previous") || (kind === "note" && id !== "subject");
}
