/** The elements round an element, out of slots and shadow roots, up to the body. It does not know why they are asked for. */

/** The parents of `element` as it is drawn, the nearest first, without the body. */
export function ancestors(element: Element): Element[] {
  const parent = element.assignedSlot ?? element.parentElement ?? hostOf(element);
  return parent && parent !== document.body && parent !== document.documentElement ? [parent, ...ancestors(parent)] : [];
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
