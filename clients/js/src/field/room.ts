/**
 * Whether grey text may stand on the line. Pure; it does not know how the line is laid out.
 */

const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/; // Hebrew, Arabic and their kin
const FROM_LEFT = /[A-Za-z\u00c0-\u024f\u0370-\u052f]/; // Latin, Greek, Cyrillic

/** Whether grey text on these lines covers nothing: nothing follows, or only later lines and it stays on its own. */
export function hasRoom(after: string, grey: readonly DOMRect[]): boolean {
  if (!after.trim()) return true;
  const [first, last] = [grey[0], grey.at(-1)];
  return /^[^\S\n]*\n/.test(after) && first !== undefined && last !== undefined && last.top - first.top < 1;
}

/** Whether `grey` has letters of the other direction of writing: typed, they would push aside what they follow. */
export function runsAgainst(grey: string, isRtl: boolean): boolean {
  return (isRtl ? FROM_LEFT : FROM_RIGHT).test(grey);
}

/** Whether lines run from top to bottom. */
export function runsDown({ writingMode }: CSSStyleDeclaration): boolean {
  return writingMode !== "horizontal-tb";
}
