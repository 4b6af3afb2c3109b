/**
 * Which part of an element can be seen: what its own box and the boxes of all that scrolls round it leave of it.
 *
 * It does not know what else lies above it.
 */

import type { Box } from "./layer.js";

/** The part of `element` that no scrolled ancestor hides, in viewport pixels; its size is 0 where nothing is left. */
export function visibleBox(element: HTMLElement): Box {
  return ancestors(element).filter(clips).map(boxOf).reduce(overlap, boxOf(element));
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
