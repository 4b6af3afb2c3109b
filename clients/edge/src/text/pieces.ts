/**
 * One piece of text, what stands between two blanks, cut into punctuation and a word or an entity.
 *
 * Which marks stick to a word, and what is masked, is decided here. It does not know lines, breaks or carets.
 */

import { numDigits, numPoints, stripEnd, stripStart } from "./letters.js";

export const TIE = "⁀"; // marks the side on which punctuation sticks to its neighbour
export const ENTITIES: ReadonlySet<string> = new Set(["<email>", "<url>", "<phone>", "<num>", "<name>"]);

const MAX_DIGITS = 4; // longer numbers are entities: account, phone and card numbers; a year is not
export const MAX_WORD_CHARS = 48; // longer pieces are noise or keys

const OPEN = "([{<\"'“‘«*_#$€£~";
const CLOSE = ".,;:!?)]}>\"'”’»…*_%";
const OPENS_ALONE = '([{"“‘«'; // right behind these alone a caret takes them for an opening; "*" may become a bullet
const MASK = /<(?:email|url|phone|num|name|address|date|password)>/g;
const OPENED_MASK = /^([([{<"'“‘«*_#$€£~]*?)(<(?:email|url|phone|num|name|address|date|password)>)/;
const RUNS = /(.)\1{0,47}/gsu;

/** A piece as opening tokens, what is between, and closing tokens. */
export interface Parts {
  readonly opened: readonly string[];
  readonly core: string;
  readonly closed: readonly string[];
}

/** Tokens of a piece. */
export function pieceWords(piece: string): string[] {
  const { opened, core, closed } = parts(piece);
  return [...opened, entityOf(core) ?? core, ...closed];
}

/** Punctuation alone, such as "-" or ":-)", is a word. */
export function parts(piece: string): Parts {
  if (piece.includes(TIE)) return { opened: [], core: "<num>", closed: [] };
  const masked = OPENED_MASK.exec(piece);
  if (masked) return maskedParts(piece, masked);
  const rest = stripStart(piece, OPEN);
  const core = stripEnd(rest, CLOSE);
  if (!core) return { opened: [], core: piece, closed: [] };
  const marks = piece.slice(0, piece.length - rest.length);
  return { opened: opening(marks), core, closed: closing(rest.slice(core.length)) };
}

/** Opening tokens, one a run of equal marks. */
export function opening(marks: string): string[] {
  return runs(marks).map((run) => run + TIE);
}

/** Whether all letters open something. */
export function opensAlone(piece: string): boolean {
  return [...piece].every((mark) => OPENS_ALONE.includes(mark));
}

/** A piece whose address or number is masked already: letters that stick to the mask are part of it. */
function maskedParts(piece: string, masked: RegExpExecArray): Parts {
  const mask = masked[2]!;
  const rest = piece.slice(masked[0].length).replace(MASK, "");
  const core = ENTITIES.has(mask) ? mask : "<num>";
  return { opened: opening(masked[1]!), core, closed: closing(rest.slice(stripEnd(rest, CLOSE).length)) };
}

const closing = (marks: string): string[] => runs(marks).map((run) => TIE + run);
const runs = (marks: string): string[] => marks.match(RUNS) ?? [];

/** The entity token for an address, a link or a long number; null for an ordinary word. */
function entityOf(core: string): string | null {
  if (core.slice(1, -1).includes("@")) return "<email>";
  if (core.includes("://") || core.startsWith("www.")) return "<url>";
  return numPoints(core) > MAX_WORD_CHARS || numDigits(core) > MAX_DIGITS ? "<num>" : null;
}
