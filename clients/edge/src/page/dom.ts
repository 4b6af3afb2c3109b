/**
 * Elements by id and from values; text goes in as text, never as markup. It does not know what they mean.
 *
 * Chromium ends an undo step whenever a node is added to or taken from the document, so what is drawn between two keys only changes
 * nodes that stand there: setText, attributes, hidden.
 */

/** The element with this id; it is an error of ours when there is none. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html: no element has the id ${id}; wanted by the page's scripts`);
  return found as Kind;
}

/** A new element: attributes by name, then children; strings become text nodes. */
export function make(tag: string, attributes: Record<string, string> = {}, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Set the text of an element that holds nothing but text; adds a node only the first time. */
export function setText(element: Element, text: string): void {
  const node = (element.firstChild ?? element.appendChild(new Text(""))) as Text;
  if (node.data !== text) node.data = text;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

export function day(iso: string | null): string {
  return iso ? new Date(iso).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" }) : "";
}
