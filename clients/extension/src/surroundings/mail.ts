/**
 * Whether a field is the body of a mail, and what its composer shows: subject, recipients, the message that is answered.
 *
 * It goes by roles, names and labels, so other mail programs than Gmail and Outlook are understood where they use the
 * like. It does not know addresses that are not on the page.
 */

import type { Context } from "../../../js/src/core/types.js";
import { nearest, scopeOf } from "./near.js";
import { quoteIn, quotedRange, withoutIntroduction } from "./quote.js";
import { seenText, tidy, valueOf } from "./seen.js";

const BODY_LABEL = /^(?:message body|nachrichtentext|corps du message|cuerpo del mensaje|corpo (?:del messaggio|da mensagem))/i;
const SUBJECT = /^(?:add a )?(?:subject|betreff|objet|asunto|oggetto|onderwerp|assunto|temat|тема|件名|主题)/i;
const RECIPIENT = /^(?:to|cc|bcc|an|à|para|a|aan|do|кому|宛先|收件人)(?: recipients)?:?$/i;
const ADDRESS = /[^\s<>;,"'()[\]]+@[^\s<>;,"'()[\]]+\.[^\s<>;,"'()[\]]+/g;
const WRITABLE = 'input:not([type="password"]), textarea, [role="textbox"], [role="combobox"], [contenteditable="true"]';
const MESSAGES = '[data-message-id], [role="document"], [role="article"], .a3s';
const CONVERSATION = '[role="main"], main, [role="region"], [role="complementary"]';
const MOST_RECIPIENTS = 20;

/** The context of a mail's body, or null when `field` is none. */
export function mailOf(field: HTMLElement): Context | null {
  if (field instanceof HTMLInputElement) return null;
  const others = [...scopeOf(field).querySelectorAll(WRITABLE)].filter((each) => each !== field && !field.contains(each));
  const isAddressed = isBody(field);
  const near = nearest(others.filter((each) => isNamed(each, SUBJECT) || (isAddressed && isNamed(each, RECIPIENT))), field);
  if (!near && !isAddressed) return null;
  const within = others.filter((each) => near?.holder.contains(each));
  const subject = valueOf(within.find((each) => isNamed(each, SUBJECT)) ?? null) || headingFor(field);
  const previous = quotedIn(field) || lastMessageFor(field);
  return { kind: "email", subject, previous, to: near ? recipientsIn(near.holder, field, within) : [] };
}

function isBody(field: HTMLElement): boolean {
  return field.getAttribute("g_editable") === "true" || BODY_LABEL.test(field.getAttribute("aria-label") ?? "");
}

function isNamed(element: Element, pattern: RegExp): boolean {
  return ["name", "aria-label", "placeholder"].some((name) => pattern.test(element.getAttribute(name)?.trim() ?? ""));
}

function recipientsIn(composer: Element, field: Element, others: readonly Element[]): string[] {
  const marked = [...composer.querySelectorAll("[data-hovercard-id], [email]")].filter((each) => !field.contains(each));
  const told = marked.map((each) => each.getAttribute("email") ?? each.getAttribute("data-hovercard-id") ?? "");
  const written = others.filter((each) => isNamed(each, RECIPIENT)).map(valueOf);
  const found = [...told, ...written].flatMap((text) => text.match(ADDRESS) ?? []);
  return [...new Set(found)].slice(0, MOST_RECIPIENTS);
}

/** In a conversation, its heading is the subject of what answers it. */
function headingFor(field: HTMLElement): string {
  const heading = field.closest(CONVERSATION)?.querySelector('h1, h2, [role="heading"]') ?? null;
  return seenText(heading).split("\n", 1)[0] ?? "";
}

function quotedIn(field: HTMLElement): string {
  const quote = quoteIn(field);
  return quote ? withoutIntroduction(tidy(linesOf(quotedRange(quote, field)))) : "";
}

/** A range's text; what begins or ends a line does so here too. */
function linesOf(range: Range): string {
  const holder = document.createElement("div");
  holder.append(range.cloneContents());
  for (const each of holder.querySelectorAll("br, p, div, li, blockquote, tr")) each.before("\n");
  return holder.textContent ?? "";
}

/** The last message before `field` in its conversation, else the first after it: Outlook may put an answer above. */
function lastMessageFor(field: HTMLElement): string {
  const all = [...(field.closest(CONVERSATION)?.querySelectorAll(MESSAGES) ?? [])];
  const messages = all.filter((each) => each.getClientRects().length && !each.contains(field));
  const innermost = messages.filter((each) => !messages.some((other) => other !== each && each.contains(other)));
  const isBefore = (each: Element): boolean => Boolean(field.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_PRECEDING);
  return withoutIntroduction(seenText(innermost.filter(isBefore).at(-1) ?? innermost[0] ?? null));
}
