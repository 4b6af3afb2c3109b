/** Numbers in rows of equal length: sums, and which are largest. It does not know what they measure. */

/** Places of numbers, the largest first; equals stay in order. */
export function fallingPlaces(numbers: Float64Array): number[] {
  return Array.from(numbers.keys()).sort((left, right) => numbers[right]! - numbers[left]!);
}

/** One row: each column added up. */
export function columnSums(rows: readonly Float64Array[]): Float64Array {
  const sums = rows[0]!.slice();
  for (const row of rows.slice(1)) for (let at = 0; at < sums.length; at++) sums[at]! += row[at]!;
  return sums;
}

/** All numbers added up. */
export const sum = (numbers: Float64Array): number => numbers.reduce((total, each) => total + each, 0);
