/** A line of pieces, read off at one place, with the roundings of numpy's. It does not know what it tells. */

/** The value at `x` of the line through the points (xs, ys), xs rising; flat beyond its ends. */
export function interpolated(x: number, xs: readonly number[], ys: readonly number[]): number {
  const last = xs.length - 1;
  if (!(x > xs[0]!)) return ys[0]!;
  if (x >= xs[last]!) return ys[last]!;
  let at = 0;
  while (xs[at + 1]! <= x) at++;
  if (xs[at] === x) return ys[at]!;
  const slope = (ys[at + 1]! - ys[at]!) / (xs[at + 1]! - xs[at]!);
  return slope * (x - xs[at]!) + ys[at]!;
}
