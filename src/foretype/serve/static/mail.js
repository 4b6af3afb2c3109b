/**
 * The fields round the body: kind, recipients, subject, the earlier message, and what they say as a context.
 *
 * It does not know who reads the context.
 */

import { byId, setText } from "./dom.js";

const NAMES = {
  email: { subject: "Subject", earlier: "Answering an earlier message", send: "Send" },
  chat: { subject: "Subject", earlier: "What they wrote last", send: "Send" },
  note: { subject: "Title", earlier: "", send: "Save" },
};
const EXAMPLE = {
  to: "Susan Miller <susan@example.com>",
  subject: "Re: Draft of the quarterly report",
  previous: "Hi,\n\nCould you send me the draft of the quarterly report before Friday? I would like to go through the numbers with Mark before the meeting.\n\nThanks,\nSusan",
};
const FIELDS = ["to", "subject", "previous"];

export function kindNow() {
  return document.querySelector('input[name="kind"]:checked').value;
}

/** What surrounds the body now, as the server takes it. */
export function contextNow() {
  const kind = kindNow();
  const value = (id) => (isHidden(kind, id) ? "" : byId(id).value);
  const to = value("to").split(/[,;]/).map((name) => name.trim()).filter(Boolean);
  return { kind, subject: value("subject"), previous: value("previous"), to, sent_at: null, locale: navigator.language || "en-US" };
}

/** Call `onChange` when a field has changed, and fill in the example when asked. */
export function watchFields(onChange) {
  for (const id of FIELDS) byId(id).addEventListener("change", onChange);
  for (const radio of document.querySelectorAll('input[name="kind"]')) radio.addEventListener("change", () => turn(onChange));
  byId("example").addEventListener("click", () => fillIn(onChange));
}

function turn(onChange) {
  const kind = kindNow();
  byId("mail").dataset.kind = kind;
  setText(byId("subject-label"), NAMES[kind].subject);
  setText(byId("earlier-label"), NAMES[kind].earlier);
  setText(byId("send"), NAMES[kind].send);
  onChange();
}

function fillIn(onChange) {
  for (const id of FIELDS) byId(id).value = EXAMPLE[id];
  byId("earlier").open = true;
  onChange();
  byId("body").focus();
}

function isHidden(kind, id) {
  return (kind === "chat" && id !== "previous") || (kind === "note" && id !== "subject");
}
