/**
 * Notes: plain text and Markdown. All lines are the writer's but those of fenced code.
 *
 * It does not know other marks of Markdown: they are typed like words.
 */

import { sheet, splitLines, type Sheet } from "./sheet.js";

const FENCE = /^ {0,3}(```+|~~~+)/;

/** The sheet of a note. */
export function readNote(text: string): Sheet {
  const lines = splitLines(text);
  const code = codeLines(lines);
  return sheet(lines, (number) => !code.has(number), { kind: "note" });
}

/** Numbers of the lines from each opening fence to the one that closes it. */
function codeLines(lines: readonly string[]): Set<number> {
  const found = new Set<number>();
  let opened = "";
  lines.forEach((line, number) => {
    const mark = FENCE.exec(line)?.[1] ?? "";
    if (opened || mark) found.add(number);
    if (mark) opened = opened && mark.startsWith(opened) ? "" : opened || mark;
  });
  return found;
}
