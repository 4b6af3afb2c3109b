/**
 * What of a field its writer wrote: no quoted message, no signature. It does not know whether it is kept.
 */

import { textOf } from "../../../js/src/adapters/domtext.js";
import { beforeQuotedLines, foreignPartOf } from "./quote.js";

/** The text of a field up to what others, or a program, put there. */
export function ownText(field: HTMLElement): string {
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return beforeQuotedLines(field.value);
  const foreign = foreignPartOf(field);
  const end = placeBefore(foreign) ?? { node: field, offset: field.childNodes.length };
  const all = textOf(field, end, end);
  return beforeQuotedLines(all?.text.slice(0, all.start) ?? "");
}

function placeBefore(element: Element | null): { node: Node; offset: number } | null {
  const parent = element?.parentNode;
  return element && parent ? { node: parent, offset: [...parent.childNodes].indexOf(element) } : null;
}
