/**
 * Ways up from a field through shadow roots to the page. It does not know what is looked for.
 */

/** `element` and everything that holds it, hosts of shadow roots included, from the inside out. */
export function* holdersOf(element: Element): Generator<Element> {
  for (let at: Element | null = element; at; at = parentOf(at)) yield at;
}

/** The nearest of `holdersOf(element)` that matches, or null. */
export function closestAcross(element: Element, selector: string): Element | null {
  for (const holder of holdersOf(element)) if (holder.matches(selector)) return holder;
  return null;
}

/** The element that is edited as a whole, of an editable element inside it; in a document in design mode that is the body. */
export function editingHost(element: HTMLElement): HTMLElement {
  const isBody = element === element.ownerDocument.body;
  return !isBody && element.parentElement?.isContentEditable ? editingHost(element.parentElement) : element;
}

function parentOf(element: Element): Element | null {
  if (element.assignedSlot) return element.assignedSlot;
  const root = element.parentElement ? null : element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}
