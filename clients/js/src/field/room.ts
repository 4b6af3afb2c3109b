/**
 * Whether grey text may stand on the line. Pure; it does not know how the line is laid out.
 */

/** Whether grey text on these lines covers nothing: nothing follows, or only later lines and it stays on its own. */
export function hasRoom(after: string, grey: readonly DOMRect[]): boolean {
  if (!after.trim()) return true;
  const [first, last] = [grey[0], grey.at(-1)];
  return /^[^\S\n]*\n/.test(after) && first !== undefined && last !== undefined && last.top - first.top < 1;
}
