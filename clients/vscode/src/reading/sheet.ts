/**
 * A document's lines, each the writer's own or not, and what is before and after a caret in them.
 *
 * It does not know why a line is not the writer's. The same as src/foretype/serve/lsp/sheet.py; one file of cases,
 * tests/serve/reading_cases.json, holds both to it.
 */

import type { Context } from "../../../js/src/core/types.js";

/** The writer's text before the caret and after it, and its surroundings. */
export interface Passage {
  readonly text: string;
  readonly suffix: string;
  readonly context: Context;
}

/** One line with its end, where it begins in the document, and whether the writer writes it. */
interface Line {
  readonly start: number;
  readonly text: string;
  readonly isOwn: boolean;
}

/** A whole document, line by line. */
export interface Sheet {
  readonly lines: readonly Line[];
  readonly context: Context;
}

/** The lines of a text, with their ends; a text that ends with a line end has one more line, empty. */
export function splitLines(text: string): string[] {
  return text.split(/(?<=\r\n|\n|\r(?!\n))/).concat(/[\r\n]$/.test(text) ? [""] : []);
}

/** A sheet of `lines`; `isOwn` says by its number whether a line is the writer's. */
export function sheet(lines: readonly string[], isOwn: (number: number) => boolean, context: Context): Sheet {
  let start = 0;
  const found = lines.map((text, number) => {
    const line = { start, text, isOwn: isOwn(number) };
    start += text.length;
    return line;
  });
  return { lines: found, context };
}

/** What stands around a caret; null on a line that is not the writer's. */
export function passageAt({ lines, context }: Sheet, offset: number): Passage | null {
  const number = lines.findLastIndex((line) => line.start <= offset);
  const line = lines[number];
  if (!line?.isOwn) return null;
  const column = offset - line.start;
  const before = joined(lines.slice(0, number)) + plain(bare(line.text).slice(0, column));
  return { text: before, suffix: plain(line.text.slice(column)) + joined(lines.slice(number + 1)), context };
}

/** All own lines, with nothing after them. */
export function whole({ lines, context }: Sheet): Passage {
  return { text: joined(lines).trim(), suffix: "", context };
}

/** A line without its end. */
export function bare(line: string): string {
  return line.replace(/[\r\n]+$/, "");
}

function joined(lines: readonly Line[]): string {
  return plain(lines.map((line) => (line.isOwn ? line.text : "")).join(""));
}

function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\0", " ");
}
