/**
 * A mail being written: headers, the writer's own lines, and the quoted message that it answers.
 *
 * The subject and the quoted text become the context; headers, quotes, the line that introduces them and the signature
 * are not the writer's. It does not know MIME: a draft in an editor is plain text.
 */

import { bare, sheet, splitLines, type Sheet } from "./sheet.js";
import { decoded, headersOf, recipients } from "./headers.js";

const SIGNATURE = "-- "; // RFC 3676
const QUOTE = ">";
const HEADER = /^(?:[A-Za-z][A-Za-z0-9-]*:|From )/;

/** The sheet of a mail; a draft without headers is all body. */
export function readMail(text: string): Sheet {
  const lines = splitLines(text);
  const body = bodyStart(lines);
  const end = lines.findIndex((line, number) => number >= body && bare(line) === SIGNATURE);
  const headers = headersOf(lines.slice(0, body).map(bare));
  const isOwn = (number: number) =>
    number >= body && (end < 0 || number < end) && !lines[number]?.startsWith(QUOTE) && !introduces(lines, number);
  return sheet(lines, isOwn, {
    kind: "email",
    subject: decoded(headers.get("subject")?.[0] ?? ""),
    previous: quoted(lines.slice(body)),
    to: recipients([...(headers.get("to") ?? []), ...(headers.get("cc") ?? [])]),
  });
}

/** Number of the first line behind the headers and the blank line that ends them. */
function bodyStart(lines: readonly string[]): number {
  if (!HEADER.test(lines[0] ?? "")) return 0;
  const blank = lines.findIndex((line) => !line.trim());
  return (blank < 0 ? lines.length - 1 : blank) + 1;
}

/** Whether a line such as "Ann wrote:" stands before a quote. */
function introduces(lines: readonly string[], number: number): boolean {
  if (!lines[number]?.trimEnd().endsWith(":")) return false;
  const following = lines.slice(number + 1).find((line) => line.trim());
  return following?.startsWith(QUOTE) ?? false;
}

/** What is answered, without what it quoted itself. */
function quoted(lines: readonly string[]): string {
  const inside = lines.filter((line) => line.startsWith(QUOTE)).map((line) => line.slice(1).replace(/^ /, ""));
  return inside.filter((line) => !line.startsWith(QUOTE)).join("").trim();
}
