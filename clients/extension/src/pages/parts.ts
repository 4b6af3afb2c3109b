/**
 * Small help for the extension's own pages. It does not know what they show.
 */

/** The element of this id and kind; throws when the page has none, for then page and script do not belong together. */
export function part<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`#${id}: found ${found?.localName ?? "nothing"}, wanted ${kind.name}`);
}

/** An element with text and attributes. */
export function made(tag: string, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
