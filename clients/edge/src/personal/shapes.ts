/**
 * Words that look like secrets all by themselves: keys, random runs, card numbers, links with tokens.
 *
 * A random run changes between small letters, capitals and digits every one or two characters; words, names, file names and
 * camelCase keep to one kind for longer. The rules and numbers are those of src/foretype/privacy/shapes.py. It does not know
 * the words around, so it cannot tell that "hunter2" is a password: secrets.ts does.
 */

import { BLANKS, hasAlpha, isAlpha, numDigits, numPoints, WORD_LETTERS } from "../text/letters.js";

const MEAN_RUN_RANDOM = 2; // characters; random base64 has 1.4, "Tr0ub4dor" 1.8, "McDonaldsJan01" 3.5
const MIN_RUNS = 4; // "233MHz" and "SunOS4" have three
const MIN_RANDOM_CHARS = 8;
const MIN_MIXED_CHARS = 6; // small letters, capitals and digits together
const MEAN_RUN_LONG = 3; // of 20 characters and more, where chance has less to say
const MIN_LETTERS_CHARS = 12; // letters only: initials and names such as "DeVaMcKay" stay below
const MIN_DIGITS = 8; // of a bare number: no year, price or page has as many

const W = `[${WORD_LETTERS}]`;
const WD = `[${WORD_LETTERS}\\-]`;
const S = `[^${BLANKS}]`; // U+FEFF is no blank here, as it is to \S
const KEY = new RegExp(
  "^(?:" +
    [
      `(?:sk|pk|rk)[-_]${WD}{16,}`, // OpenAI, Stripe and those who copy them
      `gh[pousr]_${W}{16,}|github_pat_${W}{16,}|glpat-${WD}{16,}`,
      `xox[abeoprs]-${WD}{10,}`, // Slack
      "(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}", // AWS
      `AIza${WD}{20,}|ya29\\.${WD}+|SG\\.${WD}{16,}|hf_${W}{16,}|npm_${W}{16,}|pypi-${WD}{16,}`,
      `dop_v1_${W}+|shpat_${W}+|whsec_${W}+|AGE-SECRET-KEY-1${W}+|AAAA[BCE]3NzaC1${S}+`,
      `eyJ${WD}{8,}(?:\\.${WD}*){1,4}`, // JSON web token
      `-----BEGIN .*KEY.*|Bearer[:=]${S}+`,
      `${W}{8}-${W}{4}-${W}{4}-${W}{4}-${W}{12}`, // UUID
      "\\p{Nd}{3}-\\p{Nd}{2}-\\p{Nd}{4}", // US social security number
    ].join("|") +
    ")$",
  "u",
);
const NAMED = new RegExp(`^${WD}*(?:passw(?:or)?[dt]|passwd|pwd|pass|pin|token|secret|api[-_]?key)[=:]${S}+$`, "iu");
const TOKEN_LINK = new RegExp(
  `:\\/\\/[^\\/${BLANKS}]+:[^\\/${BLANKS}]+@|[?&;#\\/](?:access_?token|token|key|api_?key|sig(?:nature)?|auth|code|pwd|` +
    `password|secret|session(?:id)?|sid|invite|reset|pw)[=\\/][^&${BLANKS}]+`,
  "iu",
);
const LINK = new RegExp(`^(?:${W}+:\\/\\/|www\\.|${WD}+(?:\\.${WD}+)+\\/)`, "iu");
const PARTS = /[-_./:,&+='’()"?\\]+/;
const RUNS = new RegExp(`[A-Z]?[a-z]+|[A-Z]+|\\p{Nd}+|[^${WORD_LETTERS}${BLANKS}]|${W}`, "gu");
const QUANTITY = /^(?:\p{Nd}+(?:h|m|s|d|x|k|st|nd|rd|th|am|pm|min|sec|ms|kg|g|cm|mm|ft|in|lb)?)+$/iu;
const LONG_RUN = /^[A-Za-z0-9+/=]{20,}$/; // base64; no dash: "Meeting-2001-05-12-Rm3A-v2" is a title
const HEX = /^(?=\P{Nd}*\p{Nd})(?=\p{Nd}*[a-fA-F])(?:[0-9a-f]{12,}|[0-9A-F]{12,})$/u;
const SYMBOLS = "!#$%^*~@|{}[]<>";
const IBAN = /^[A-Z]{2}\p{Nd}{2}[A-Z0-9]{11,30}$/u;
const ASCII = /^[\x00-\x7f]*$/;
const ASCII_DIGITS = /^[0-9]+$/;
const DATE = /^(\d{4})(\d\d)(\d\d)$/;

/** Whether a word, seen alone, must not be learned. */
export function isSecret(word: string): boolean {
  if (isAlpha(word) && numPoints(word) < MIN_LETTERS_CHARS) return false;
  if (KEY.test(word) || NAMED.test(word) || isPrivateLink(word) || isLongRandom(word)) return true;
  return isNumberSecret(word) || isMixedWithSymbols(word) || word.split(PARTS).some(isRandom);
}

/** Whether digits, perhaps with blanks and dashes, are a card, an IBAN or a long bare number. */
export function isNumberSecret(text: string): boolean {
  const packed = text.replace(/[ -]/g, "");
  if (ASCII_DIGITS.test(packed)) return isCard(packed) || (text === packed && packed.length >= MIN_DIGITS && !isDate(packed));
  return IBAN.test(packed) && isIban(packed);
}

/** Whether a word has digits or signs among its letters, or capitals inside: likely a password. */
export function isHard(word: string): boolean {
  const letters = [...word];
  const innerCapital = /\p{Uppercase}/u.test(letters.slice(1).join("")) && /\p{Lowercase}/u.test(word);
  return hasAlpha(word) && (innerCapital || letters.some((letter) => numDigits(letter) > 0 || SYMBOLS.includes(letter)));
}

/** Whether 13 to 19 digits carry a card's check digit (Luhn; ISO/IEC 7812-1). */
function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || new Set(digits).size === 1) return false;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Whether kinds of characters change so often that nobody reads it as a word. */
function isRandom(part: string): boolean {
  const numRuns = part.match(RUNS)?.length ?? 0;
  const kinds = numKinds(part);
  if (!ASCII.test(part) || kinds < 2 || numRuns < MIN_RUNS || QUANTITY.test(part)) return false;
  if (part.length > MEAN_RUN_RANDOM * numRuns) return false;
  if (numDigits(part) === 0) return part.length >= MIN_LETTERS_CHARS;
  return part.length >= (kinds === 3 ? MIN_MIXED_CHARS : MIN_RANDOM_CHARS);
}

function isLongRandom(word: string): boolean {
  if (HEX.test(word)) return true;
  return LONG_RUN.test(word) && numKinds(word) === 3 && word.length <= MEAN_RUN_LONG * word.match(RUNS)!.length;
}

/** How many of small letters, capitals and digits occur. */
function numKinds(part: string): number {
  return Number(/\p{Lowercase}/u.test(part)) + Number(/\p{Uppercase}/u.test(part)) + Number(numDigits(part) > 0);
}

function isMixedWithSymbols(word: string): boolean {
  const letters = [...word];
  const numSymbols = letters.slice(0, -1).filter((letter) => SYMBOLS.includes(letter)).length;
  if (!numSymbols || letters.length < MIN_MIXED_CHARS || numDigits(word) === 0) return false;
  return numKinds(word) === 3 || (numSymbols >= 2 && numKinds(word) === 2);
}

function isPrivateLink(word: string): boolean {
  return LINK.test(word) && (TOKEN_LINK.test(word) || word.split(PARTS).some(isRandom));
}

/** ISO 13616: country and check digits moved to the end, letters as 10 to 35, the rest modulo 97 is 1. */
function isIban(packed: string): boolean {
  const moved = packed.slice(4) + packed.slice(0, 4);
  const digits = [...moved].map((letter) => String(parseInt(letter, 36))).join("");
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}

function isDate(digits: string): boolean {
  const [, year, month, day] = DATE.exec(digits) ?? [];
  if (!year || Number(year) < 1900) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
