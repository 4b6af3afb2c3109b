/** Counts and days as a person reads them. It does not know what is counted. */

const NUMBERS = new Intl.NumberFormat("en"); // made once: it is used at every key

/**
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${NUMBERS.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * The day of an instant in ISO 8601, "" for none.
 * @param {string | null} iso
 */
export function day(iso) {
  return iso ? new Date(iso).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" }) : "";
}

/** @param {number} ms */
export function milliseconds(ms) {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
