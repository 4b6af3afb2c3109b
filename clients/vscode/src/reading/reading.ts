/**
 * What of a document its writer writes, and what surrounds it: one question for every kind of document.
 *
 * It does not know how a kind is recognised inside: mail.ts, commit.ts and note.ts do.
 */

import { readCommit } from "./commit.js";
import { readMail } from "./mail.js";
import { readNote } from "./note.js";
import { holdsSecrets } from "./secrets.js";
import { passageAt as around, whole, type Passage, type Sheet } from "./sheet.js";

/** What a document is, as the setting `foretype.learn` names it. */
export type Kind = "mail" | "commit" | "note";

/** A document as an editor has it: the last part of its path, its language, and what it says. */
export interface Draft {
  readonly name: string;
  readonly language: string;
  readonly text: string;
}

export const MAX_CHARS = 1_000_000; // of a document; longer ones are data
const RECENT_CHARS = 10_000; // of the text before the caret: twice this at most is asked about, cut at multiples of it
const READERS: Readonly<Record<Kind, (text: string) => Sheet>> = { mail: readMail, commit: readCommit, note: readNote };
const COMMIT_NAMES = new Set(["COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG"]);
const COMMIT_LANGUAGES = new Set(["git-commit", "gitcommit", "scminput"]);
const MAIL_LANGUAGES = new Set(["mail", "eml", "email"]);

/** What a document is, by its name and language, or null where nothing is said: secrets, and languages not in `wanted`.
 *  Mails are always wanted. */
export function kindOf({ name, language }: Omit<Draft, "text">, wanted: readonly string[]): Kind | null {
  if (holdsSecrets(name)) return null;
  if (name.toLowerCase().endsWith(".eml") || MAIL_LANGUAGES.has(language)) return "mail";
  if (!wanted.includes(language)) return null;
  return COMMIT_NAMES.has(name) || COMMIT_LANGUAGES.has(language) ? "commit" : "note";
}

/** What stands around the caret, or null where nothing is to be suggested. */
export function passageAt(kind: Kind, text: string, offset: number): Passage | null {
  const found = text.length > MAX_CHARS ? null : around(READERS[kind](text), offset);
  return found && { ...found, text: recent(found.text) };
}

/** All that the writer wrote of a document; lines that stood in it when it was `opened` were written before. */
export function ownText(kind: Kind, text: string, opened = ""): Passage {
  const found = whole(READERS[kind](text));
  const was = opened ? countOf(whole(READERS[kind](opened)).text.split("\n")) : new Map<string, number>();
  const lines = found.text.split("\n").filter((line) => !line.trim() || !took(was, line));
  return { ...found, text: lines.join("\n").trim() };
}

function countOf(lines: readonly string[]): Map<string, number> {
  const count = new Map<string, number>();
  for (const line of lines) count.set(line, (count.get(line) ?? 0) + 1);
  return count;
}

/** Whether `line` is among `lines`; it is taken out then. */
function took(lines: Map<string, number>, line: string): boolean {
  const left = (lines.get(line) ?? 0) - 1;
  if (left >= 0) lines.set(line, left);
  return left >= 0;
}

/** The last part of a long text, cut at steps, so that most keys only add to it. */
function recent(text: string): string {
  if (text.length <= 2 * RECENT_CHARS) return text;
  const start = (Math.floor(text.length / RECENT_CHARS) - 1) * RECENT_CHARS;
  const line = text.indexOf("\n", start);
  return text.slice(line < 0 ? start : line + 1);
}
