/**
 * Whether a field is where a chat goes on, and what was said last.
 *
 * A chat is where a log of messages stands near the field, or where a lone field asks for a message. It does not know who
 * said what: the last message may be the writer's own.
 */

import type { Context } from "../../../js/src/core/types.js";
import { nearest, scopeOf } from "./near.js";
import { seenText } from "./seen.js";

const LOG = '[role="log"], [role="feed"]';
const ENTRY = '[role="listitem"], [role="article"], [role="row"], li';
const ASKS = /^(?:(?:type|write|send|enter|schreib\w*|écri\w+|envoyer|escrib\w+|scriv\w+)\b.{0,20})?\b(?:message|chat|nachricht|mensaje|messaggio)\b/i;
const WRITTEN = 'input:not([type]), input[type="text"], input[type="email"], input[type="tel"], textarea';

/** The context of a chat's field, or null when `field` is none. */
export function chatOf(field: HTMLElement): Context | null {
  const logs = [...scopeOf(field).querySelectorAll(LOG)].filter((each) => !each.contains(field));
  const asks = asksForMessage(field);
  const log = nearest(logs, field)?.part ?? (asks ? logs[0] : undefined);
  if (!log && !asks) return null;
  return { kind: "chat", previous: log ? lastIn(log) : "" };
}

/** Whether its label asks for a message, and its form for nothing else. */
function asksForMessage(field: HTMLElement): boolean {
  const labels = ["aria-label", "placeholder", "data-placeholder", "aria-placeholder"].map((name) => field.getAttribute(name) ?? "");
  const isAlone = [...(field.closest("form")?.querySelectorAll(WRITTEN) ?? [])].every((each) => each === field);
  return isAlone && labels.some((label) => ASKS.test(label.trim()));
}

function lastIn(log: Element): string {
  const entries = [...log.querySelectorAll(ENTRY)].filter((entry) => entry.textContent?.trim());
  return seenText(entries.at(-1) ?? log.lastElementChild);
}
