/**
 * The fields round the body: kind, recipients, subject, the earlier message, and what they say as a context.
 *
 * It does not know who reads the context.
 */

import type { Context } from "../contracts.js";
import { byId, setText } from "./dom.js";

type Kind = "email" | "chat" | "note";

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
const FIELDS = ["to", "subject", "previous"] as const;

/** What surrounds the body now. */
export function contextNow(): Context {
  const kind = kindNow();
  const value = (id: string): string => (isHidden(kind, id) ? "" : byId<HTMLInputElement>(id).value);
  const to = value("to").split(/[,;]/).map((name) => name.trim()).filter(Boolean);
  return { kind, subject: value("subject"), previous: value("previous"), to, sent_at: null, locale: navigator.language || "en-US" };
}

/** Call `onChange` when a field has changed, and fill in the example when asked. */
export function watchFields(onChange: () => void): void {
  for (const id of FIELDS) byId(id).addEventListener("change", onChange);
  for (const radio of document.querySelectorAll('input[name="kind"]')) radio.addEventListener("change", () => turn(onChange));
  byId("example").addEventListener("click", () => fillIn(onChange));
}

function kindNow(): Kind {
  return document.querySelector<HTMLInputElement>('input[name="kind"]:checked')?.value as Kind;
}

function turn(onChange: () => void): void {
  const kind = kindNow();
  byId("mail").dataset.kind = kind;
  setText(byId("subject-label"), NAMES[kind].subject);
  setText(byId("earlier-label"), NAMES[kind].earlier);
  setText(byId("send"), NAMES[kind].send);
  onChange();
}

function fillIn(onChange: () => void): void {
  for (const id of FIELDS) byId<HTMLInputElement>(id).value = EXAMPLE[id];
  byId<HTMLDetailsElement>("earlier").open = true;
  onChange();
  byId("body").focus();
}

function isHidden(kind: Kind, id: string): boolean {
  return (kind === "chat" && id !== "previous") || (kind === "note" && id !== "subject");
}
