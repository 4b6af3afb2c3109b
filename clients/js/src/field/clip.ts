/**
 * What can be seen of an element's lines: what scrolled boxes round it leave, and where somebody else's text stands.
 *
 * It does not know what is drawn.
 */

import type { Box } from "./layer.js";

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

/** What two boxes share. */
export function overlap(one: Box, other: Box): Box {
  const [left, top] = [Math.max(one.left, other.left), Math.max(one.top, other.top)];
  const right = Math.min(one.left + one.width, other.left + other.width);
  const bottom = Math.min(one.top + one.height, other.top + other.height);
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

function ancestors(element: Element): Element[] {
  const parent = element.assignedSlot ?? element.parentElement ?? hostOf(element);
  return parent && parent !== document.body && parent !== document.documentElement ? [parent, ...ancestors(parent)] : [];
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function clips(element: Element): boolean {
  const { overflowX, overflowY } = getComputedStyle(element);
  return overflowX !== "visible" || overflowY !== "visible";
}

function boxOf(element: Element): Box {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left, top, width, height };
}
