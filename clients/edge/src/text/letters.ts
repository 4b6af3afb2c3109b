/**
 * Kinds of characters as the server sees them, and strings counted in code points.
 *
 * JavaScript's `\s`, lengths and order of strings are its own; here they are those of Python, so that both sides cut and
 * sort alike (checked over all of Unicode 14: test/text). It does not know words.
 */

/** Inside a class of a regular expression: white space as `str.isspace` has it. No U+FEFF, but U+001C to U+001F. */
export const BLANKS = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
/** Inside a class: `\w` as Python has it. */
export const WORD_LETTERS = "\\p{L}\\p{N}_";
// digits that are no decimal digits: superscripts, circled and the like
const ODD_DIGITS =
  "\\xb2\\xb3\\xb9\\u1369-\\u1371\\u19da\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468\\u2474-\\u247c" +
  "\\u2488-\\u2490\\u24ea\\u24f5-\\u24fd\\u24ff\\u2776-\\u277e\\u2780-\\u2788\\u278a-\\u2792\\u{10a40}-\\u{10a43}" +
  "\\u{10e60}-\\u{10e68}\\u{11052}-\\u{1105a}\\u{1f100}-\\u{1f10a}";

const PIECES = new RegExp(`[^${BLANKS}]+`, "gu");
const BLANK = new RegExp(`^[${BLANKS}]$`, "u");
const LETTERS = /^\p{L}+$/u;
const LETTER = /\p{L}/u;
const LETTERS_OR_NUMBERS = /^[\p{L}\p{N}]+$/u;
const DIGIT = new RegExp(`[\\p{Nd}${ODD_DIGITS}]`, "gu");
const ALL_DIGITS = new RegExp(`^[\\p{Nd}${ODD_DIGITS}]+$`, "u");
const CAPITAL = /\p{Uppercase}/u;
const SMALL = /\p{Lowercase}/u;
const SMALL_OR_TITLE = /[\p{Lowercase}\p{Lt}]/u;
const CAPITAL_OR_TITLE = /[\p{Uppercase}\p{Lt}]/u;
const HALF = /\p{Cs}/gu;

export const isBlank = (letter: string): boolean => BLANK.test(letter);
export const isAlpha = (text: string): boolean => LETTERS.test(text);
export const hasAlpha = (text: string): boolean => LETTER.test(text);
export const isAlnum = (text: string): boolean => LETTERS_OR_NUMBERS.test(text);
export const isDigits = (text: string): boolean => ALL_DIGITS.test(text);
export const numDigits = (text: string): number => text.match(DIGIT)?.length ?? 0;
export const isUpper = (text: string): boolean => CAPITAL.test(text) && !SMALL_OR_TITLE.test(text);
export const isLower = (text: string): boolean => SMALL.test(text) && !CAPITAL_OR_TITLE.test(text);

/** What stands between blanks. */
export function pieces(text: string): string[] {
  return text.match(PIECES) ?? [];
}

export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && isBlank(text[start]!)) start++;
  return text.slice(start);
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text[end - 1]!)) end--;
  return text.slice(0, end);
}

export const trim = (text: string): string => trimStart(trimEnd(text));

/** The text without letters of `marks` at its beginning. */
export function stripStart(text: string, marks: string): string {
  let start = 0;
  while (start < text.length && marks.includes(text[start]!)) start++;
  return text.slice(start);
}

/** The text without letters of `marks` at its end. */
export function stripEnd(text: string, marks: string): string {
  let end = text.length;
  while (end > 0 && marks.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Length in code points. */
export function numPoints(text: string): number {
  let count = text.length;
  for (let at = 0; at + 1 < text.length; at++) {
    if (isPairAt(text, at)) {
      count--;
      at++;
    }
  }
  return count;
}

/** Where the code point number `count` begins; the text's end where there are fewer. */
export function placeOfPoint(text: string, count: number): number {
  let at = 0;
  for (let left = count; left > 0 && at < text.length; left--) at += isPairAt(text, at) ? 2 : 1;
  return at;
}

/** The first `count` code points. */
export const firstPoints = (text: string, count: number): string =>
  text.length <= count ? text : text.slice(0, placeOfPoint(text, count));

/** The last `count` code points. */
export function lastPoints(text: string, count: number): string {
  if (text.length <= count) return text;
  let at = text.length;
  for (let left = count; left > 0 && at > 0; left--) at -= at > 1 && isPairAt(text, at - 2) ? 2 : 1;
  return text.slice(at);
}

/** The first code point as text, "" of an empty one. */
export const firstPoint = (text: string): string => text.slice(0, isPairAt(text, 0) ? 2 : 1);

/** Whether a whole surrogate pair begins at `at`. */
export function isPairAt(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** Below, at or above zero as `left` sorts before, with or behind `right`, by code points. */
export function comparePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return raised(a) - raised(b);
  }
  return left.length - right.length;
}

/** The text with "?" for each half of a surrogate pair that stands alone: nobody can write those as UTF-8. */
export const withoutHalves = (text: string): string => text.replace(HALF, "?");
export const hasHalves = (text: string): boolean => text.search(HALF) >= 0;

/** UTF-16 units in the order of the code points that they begin: surrogates come last. */
function raised(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
