/**
 * Where a caret stands on the screen, by the characters and elements beside it, and the box that its lines have.
 *
 * It does not know how a range came to be where it is.
 */

import { scaleOf } from "./clip.js";
import type { Box } from "./box.js";

const NORMAL_LINE = 1.2; // line-height: normal, roughly, in font sizes

/** What grey text is laid out by: the caret, what can be seen of the field, and how it is magnified. */
export interface Spot {
  readonly caret: Box;
  readonly clip: Box;
  readonly holder: HTMLElement;
  readonly scale: number;
}

/** The box, without width, of a caret at the start of `range`; null for one that has no place. */
export function caretBox(range: Range): Box | null {
  const { startContainer: node, startOffset: offset } = range;
  const own = range.getClientRects()[0];
  if (own) return sideOf(own, own.left);
  if (!(node instanceof HTMLElement)) return null;
  const isRtl = getComputedStyle(node).direction === "rtl";
  return behind(node.childNodes[offset - 1], isRtl) ?? before(node.childNodes[offset], isRtl) ?? edge(node, isRtl);
}

/** The box of a block's lines, without padding and borders, in viewport pixels. */
export function contentBox(block: HTMLElement, scale: number): Box {
  const { left, top, width, height } = block.getBoundingClientRect();
  const { paddingLeft, paddingRight, borderLeftWidth, borderRightWidth } = getComputedStyle(block);
  const [start, end] = [parseFloat(paddingLeft) + parseFloat(borderLeftWidth), parseFloat(paddingRight) + parseFloat(borderRightWidth)];
  return { left: left + start * scale, top, width: width - (start + end) * scale, height };
}

function behind(node: Node | undefined, isRtl: boolean): Box | null {
  const rect = node && node.nodeName !== "BR" ? rectsOf(node).at(-1) : undefined;
  return rect ? sideOf(rect, isRtl ? rect.left : rect.right) : null;
}

function before(node: Node | undefined, isRtl: boolean): Box | null {
  const rect = node && rectsOf(node)[0];
  return rect ? sideOf(rect, isRtl ? rect.right : rect.left) : null;
}

/** The first line of an element in which nothing stands. */
function edge(element: HTMLElement, isRtl: boolean): Box {
  const scale = scaleOf(element);
  const { left, top, width } = contentBox(element, scale);
  const { paddingTop, borderTopWidth, lineHeight, fontSize } = getComputedStyle(element);
  const height = (parseFloat(lineHeight) || NORMAL_LINE * parseFloat(fontSize)) * scale;
  const inset = (parseFloat(paddingTop) + parseFloat(borderTopWidth)) * scale;
  return { left: isRtl ? left + width : left, top: top + inset, width: 0, height };
}

function rectsOf(node: Node): DOMRect[] {
  const range = document.createRange();
  range.selectNode(node);
  return [...range.getClientRects()];
}

function sideOf({ top, height }: DOMRect, left: number): Box {
  return { left, top, width: 0, height };
}
