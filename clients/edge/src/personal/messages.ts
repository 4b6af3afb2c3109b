/**
 * Messages that a person sent, as they are kept and as they are read: plain records, and the export of `foretype users export`.
 *
 * It does not know where they are kept, nor what is learned from them.
 */

import { InputError } from "../errors.js";
import { joinWords } from "../text/words.js";

/** One learned message: when it was sent (unix seconds) and its tokens. */
export interface Message {
  readonly sentS: number;
  readonly words: readonly string[];
}

/** All messages of a person as they read: the JSON of `foretype users export`. */
export interface Exported {
  readonly user: string;
  readonly messages: readonly { readonly sent_at: string; readonly text: string }[];
}

/** A message as one string, to be kept: "<unix seconds>\x1f<token> <token> ...", as a row of the server's store. */
export const rowOf = ({ sentS, words }: Message): string => `${sentS}\x1f${words.join(" ")}`;

/** The message of a row. */
export function messageOf(row: string): Message {
  const at = row.indexOf("\x1f");
  return { sentS: Number(row.slice(0, at)), words: row.slice(at + 1).split(" ") };
}

/** All messages as they read. */
export function exported(user: string, messages: readonly Message[]): Exported {
  const shown = messages.map(({ sentS, words }) => ({ sent_at: isoOf(sentS), text: joinWords(words) }));
  return { user, messages: shown };
}

/** Texts and times out of an export. Throws an InputError for what is none. */
export function readExported(json: unknown): Exported["messages"] {
  const messages = (json as Partial<Exported> | null)?.messages;
  if (!Array.isArray(messages) || !messages.every(isMessage)) {
    throw new InputError('phrases to read: found no list of messages, wanted the JSON of "foretype users export"');
  }
  return messages;
}

/** Unix seconds of an ISO time; one without a zone is taken as UTC. Throws an InputError for what is none. */
export function secondsOf(iso: string): number {
  const seconds = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(iso) || !iso.includes("T") ? iso : `${iso}Z`) / 1000;
  if (Number.isNaN(seconds)) throw new InputError(`sent_at: found ${JSON.stringify(iso)}, wanted a time as 2026-05-01T10:30:00Z`);
  return Math.trunc(seconds);
}

function isMessage(found: { sent_at?: unknown; text?: unknown } | null): boolean {
  return typeof found?.sent_at === "string" && typeof found.text === "string";
}

const isoOf = (sentS: number): string => new Date(sentS * 1000).toISOString().replace(".000Z", "+00:00");
