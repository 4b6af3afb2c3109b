/**
 * What can be seen of an element's lines: what scrolled boxes round it leave, and where somebody else's text stands.
 *
 * It does not know what is drawn.
 */

import { ancestors } from "./ancestors.js";
import { overlap, type Box } from "./box.js";

const LAYER = "foretype-layer";

/** Where lines of `element` can be seen, in viewport pixels: in all boxes that clip them. Its size is 0 for nowhere. */
export function visibleBox(element: HTMLElement): Box {
  const window = { left: 0, top: 0, width: innerWidth, height: innerHeight };
  return [element, ...ancestors(element)].filter(clips).map(boxOf).reduce(overlap, window);
}

/** Whether a line below `element` lies on what is somebody else's: an element that is no parent of this one. */
export function strays(line: DOMRect, element: HTMLElement): boolean {
  if (line.bottom <= element.getBoundingClientRect().bottom + 1) return false;
  const middle = line.top + line.height / 2;
  return [line.left, line.right].some((x) => !document.elementFromPoint(x, middle)?.contains(element));
}

/** Whether something opaque of the page, such as a header that sticks to the window, lies on the middle of a field's `line`. */
export function isCovered(line: Box, element: HTMLElement): boolean {
  const { left, right } = element.getBoundingClientRect();
  const x = Math.max(left + 1, Math.min(line.left, right - 1)); // a caret on the edge is the field's, not its neighbour's
  const hit = deepest(x, line.top + line.height / 2, document);
  if (!hit || hit.localName === LAYER) return false;
  const own = new Set([element, ...ancestors(element)]);
  const over = [hit, ...ancestors(hit)];
  const end = over.findIndex((each) => own.has(each));
  return over.slice(0, end < 0 ? over.length : end).some(isOpaque);
}

/** How many pixels of the screen a pixel of `element` is wide. */
export function scaleOf(element: HTMLElement): number {
  const { width } = element.getBoundingClientRect();
  const { offsetWidth } = element; // rounded: what differs by less than a pixel is not magnified
  return Math.abs(width - offsetWidth) < 1 ? 1 : width / offsetWidth || 1;
}

function clips(element: Element): boolean {
  const { overflowX, overflowY } = getComputedStyle(element);
  return overflowX !== "visible" || overflowY !== "visible";
}

function boxOf(element: Element): Box {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left, top, width, height };
}

function deepest(x: number, y: number, root: DocumentOrShadowRoot): Element | null {
  const hit = root.elementFromPoint(x, y);
  return hit?.shadowRoot && hit.shadowRoot !== root ? (deepest(x, y, hit.shadowRoot) ?? hit) : hit;
}

function isOpaque(element: Element): boolean {
  const { backgroundColor, backgroundImage } = getComputedStyle(element);
  return backgroundImage !== "none" || !/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor);
}
