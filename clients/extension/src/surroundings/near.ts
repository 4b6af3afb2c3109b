/**
 * The nearest of several parts of a page to a field: the one that shares the smallest part of the page with it.
 *
 * It does not know what the parts are.
 */

import { holdersOf } from "../writing/trees.js";

/** A part, and the smallest part of the page that holds it and the field. */
export interface Near {
  readonly part: Element;
  readonly holder: Element;
}

/** Where to look for what belongs to `field`: its dialog, else its document or shadow root. */
export function scopeOf(field: Element): ParentNode {
  return field.closest('dialog, [role="dialog"]') ?? (field.getRootNode() as Document | ShadowRoot);
}

/** The nearest of `parts` to `field`; null when there is none, or only the whole page holds both. */
export function nearest(parts: readonly Element[], field: Element): Near | null {
  if (!parts.length) return null;
  for (const holder of holdersOf(field)) {
    if (holder === document.body) return null;
    const part = parts.find((each) => holder.contains(each));
    if (part) return { part, holder };
  }
  return null;
}
