/**
 * What surrounds a field: mail with subject, recipients and the message it answers; a chat with what was said last; or a note.
 *
 * Read from roles and names that pages state, at the moment a field gets the focus. It does not know the field's text.
 */

import type { Context } from "../../../js/src/core/types.js";
import { closestAcross } from "../writing/trees.js";
import { chatOf } from "./chat.js";
import { mailOf } from "./mail.js";

const LANGUAGE = /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/i;

/** The context of what is written in `field`. */
export function contextOf(field: HTMLElement): Context {
  return { locale: localeOf(field), ...(mailOf(field) ?? chatOf(field) ?? { kind: "note" }) };
}

function localeOf(field: HTMLElement): string {
  const told = closestAcross(field, "[lang]")?.getAttribute("lang") ?? "";
  return LANGUAGE.test(told) && told.includes("-") ? told : navigator.language; // "en" says less than the browser knows
}
