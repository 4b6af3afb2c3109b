/**
 * What a language model reads before and of a message: the same tokens in training and at a keystroke.
 *
 * A model of our own is told by special tokens what is what; any other model reads words. It does not know how texts become
 * tokens: `encode` does.
 */

import type { Markers } from "../contracts.js";
import { firstPoints, lastPoints, numPoints, placeOfPoint, trim } from "./letters.js";

export type Encode = (text: string) => readonly number[];

const MAX_SUBJECT_CHARS = 80;
const MAX_PREVIOUS_CHARS = 160; // more context costs a first answer more than it brings
const MAX_TEXT_CHARS = 1500; // of a long message, the last part is read, from a multiple of this

/** What stands around a text. */
export interface Around {
  readonly kind: string;
  readonly previous: string;
  readonly subject: string;
}

/** Everything before the first token of the text, the text's marker included. */
export function contextTokens(encode: Encode, markers: Markers, { kind, previous, subject }: Around): number[] {
  const tokens = [markers.start, kindMarker(markers, kind)];
  const fields: readonly [number, string][] = [
    [markers.previous, previousEnd(previous)],
    [markers.subject, subjectStart(subject)],
  ];
  for (const [marker, field] of fields) if (field) tokens.push(marker, ...encode(field));
  return [...tokens, markers.text];
}

/** The same for a model that knows no markers: text before the text. */
export function contextWords({ previous, subject }: Around): string {
  const short = subjectStart(subject);
  const parts = [previousEnd(previous), short ? `Subject: ${short}` : ""];
  return parts.map((part) => (part ? `${part}\n\n` : "")).join("");
}

/** The end of the message that is answered, from the beginning of a word on. */
export function previousEnd(text: string): string {
  const whole = trim(text);
  if (numPoints(whole) <= MAX_PREVIOUS_CHARS) return whole;
  const end = lastPoints(whole, MAX_PREVIOUS_CHARS);
  return end.slice(end.indexOf(" ") + 1); // all of it where no word begins
}

/** The beginning of the subject. */
export const subjectStart = (text: string): string => firstPoints(trim(text), MAX_SUBJECT_CHARS);

/** The last part of a long text, cut at steps so that most keys share the beginning. */
export function recent(text: string): string {
  if (text.length <= 2 * MAX_TEXT_CHARS) return text;
  const length = numPoints(text);
  if (length <= 2 * MAX_TEXT_CHARS) return text;
  const start = placeOfPoint(text, (Math.floor(length / MAX_TEXT_CHARS) - 1) * MAX_TEXT_CHARS);
  const blank = text.indexOf(" ", start);
  return text.slice(blank >= 0 ? blank + 1 : start);
}

/** Tokens of a text that goes on: a line's end is cut as it is where letters follow. */
export function textTokens(encode: Encode, text: string): readonly number[] {
  return text.endsWith("\n") ? encode(`${text}A`).slice(0, -1) : encode(text);
}

/** The marker of a kind of message; a kind that was not trained reads as a note. */
function kindMarker(markers: Markers, kind: string): number {
  if (kind === "email") return markers.email;
  return kind === "chat" ? markers.chat : markers.note;
}
