/**
 * Commit messages: subject and body; comments, and all below git's scissors, are not the writer's.
 *
 * It does not know a core.commentChar other than #.
 */

import { sheet, splitLines, type Sheet } from "./sheet.js";

const COMMENT = "#";
const SCISSORS = /^# -+ >8 -+/;

/** The sheet of a commit message; the diff that `git commit -v` shows below is never read. */
export function readCommit(text: string): Sheet {
  const lines = splitLines(text);
  const scissors = lines.findIndex((line) => SCISSORS.test(line));
  const end = scissors < 0 ? lines.length : scissors;
  return sheet(lines, (number) => number < end && !lines[number]?.startsWith(COMMENT), { kind: "note" });
}
