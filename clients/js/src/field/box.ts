/**
 * Boxes on the screen: what they share, and whether one lies within another. It does not know what is in them.
 */

/** A box in viewport pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What two boxes share. */
export function overlap(one: Box, other: Box): Box {
  const [left, top] = [Math.max(one.left, other.left), Math.max(one.top, other.top)];
  const right = Math.min(one.left + one.width, other.left + other.width);
  const bottom = Math.min(one.top + one.height, other.top + other.height);
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** Whether all lines can be read in `box`, but for an eighth of their height, and for the first one's: what cannot be read is
 *  not taken unseen. */
export function isWithin(lines: readonly Box[], box: Box): boolean {
  const [end, bottom] = [box.left + box.width + 1, box.top + box.height];
  return lines.every(({ left, top, width, height }, i) =>
    left >= box.left - 1 && left + width <= end && (i === 0 || (top + height / 8 >= box.top && top + (height * 7) / 8 <= bottom)));
}
