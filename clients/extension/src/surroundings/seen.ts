/**
 * Text of parts of a page, as a reader sees it, at bounded length. It does not know what the parts are.
 */

const LONGEST = 4000; // characters; a model reads fewer

/** The text of `element`, its beginning if it is long. */
export function seenText(element: Element | null): string {
  const text = element instanceof HTMLElement ? element.innerText : (element?.textContent ?? "");
  return tidy(text);
}

/** `text` without doubled blanks and empty lines in a row, cut to what is of use. */
export function tidy(text: string): string {
  const lines = text.replaceAll("\u00a0", " ").replace(/[^\S\n]+/g, " ").replace(/ ?\n ?/g, "\n");
  return lines.replace(/\n{3,}/g, "\n\n").trim().slice(0, LONGEST);
}

/** What stands in a field of one line, or in an editable element. */
export function valueOf(field: Element | null): string {
  const isField = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  return isField ? tidy(field.value) : seenText(field);
}
