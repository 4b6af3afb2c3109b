/**
 * Whether an element stands upright on the screen: grey text is laid out along the window's own lines.
 *
 * It does not know where the element stands.
 */

import { ancestors } from "./ancestors.js";

const SLACK = 0.01; // of a scale: what rounding to pixels makes of it

/** Whether no transform of `element` or of what holds it turns, slants, mirrors or bends it, or stretches it one way only. */
export function isUpright(element: HTMLElement): boolean {
  const { width, height } = element.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = element;
  const isEven = Math.abs(width * offsetHeight - height * offsetWidth) <= SLACK * width * offsetHeight + width + height;
  return isEven && [element, ...ancestors(element), document.body, document.documentElement].every(turnsNothing);
}

function turnsNothing(element: Element): boolean {
  const { transform, rotate, scale } = getComputedStyle(element);
  if (!/^(none|0deg)$/.test(rotate) || scale.includes("-")) return false;
  if (transform === "none") return true;
  const { is2D, a, b, c, d } = new DOMMatrixReadOnly(transform);
  return is2D && a > 0 && d > 0 && Math.abs(b) < SLACK && Math.abs(c) < SLACK;
}
