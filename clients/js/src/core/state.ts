/**
 * What the core knows of one field between two events.
 *
 * Invariant: while `shown` is set, the text before the caret is `shown.base` followed by the first `shown.done`
 * characters of the chosen suggestion. Grey text is the rest of it and never part of `text`. It does not know how
 * one state becomes the next.
 */

import { EMPTY, type Cache } from "./answers.js";
import { calm, type Rhythm } from "./rhythm.js";
import type { Mark } from "./stayed.js";
import type { FieldText, Latest, Order, Shown } from "./types.js";

/** A question, perhaps not sent yet; `urgent`: a key asked for it, so no delay holds its answer back. */
export interface Asking {
  readonly seq: number;
  readonly before: string;
  readonly after: string;
  readonly sent: boolean;
  readonly urgent: boolean;
}

export interface State extends FieldText {
  readonly focused: boolean;
  readonly writing: boolean; // since the focus came
  readonly composing: boolean; // an input method is
  readonly enabled: boolean;
  readonly held: boolean; // Esc: quiet until the next word
  readonly seq: number;
  readonly asking: Asking | null;
  readonly holdMs: number; // the server's delay: how long after the last key grey text may appear
  readonly shown: Shown | null;
  readonly latest: Latest | null; // of this message
  readonly cache: Cache;
  readonly rhythm: Rhythm;
  readonly spaceAt: number | null; // caret just after a space that came with an accept
  readonly settled: readonly string[]; // ids whose outcome was told
  readonly marks: readonly Mark[];
  readonly outbox: readonly Order[]; // of the last event
}

export const initial: State = {
  text: "",
  start: 0,
  end: 0,
  focused: false,
  writing: false,
  composing: false,
  enabled: true,
  held: false,
  seq: 0,
  asking: null,
  holdMs: 0,
  shown: null,
  latest: null,
  cache: EMPTY,
  rhythm: calm,
  spaceAt: null,
  settled: [],
  marks: [],
  outbox: [],
};

/** Text before the caret. */
export const beforeCaret = (state: FieldText): string => state.text.slice(0, state.start);

/** Text after the caret. */
export const afterCaret = (state: FieldText): string => state.text.slice(state.end);

/** Whether text and selection are the state's already. */
export function isAsBefore(state: FieldText, { text, start, end }: FieldText): boolean {
  return text === state.text && start === state.start && end === state.end;
}

/** Whether a suggestion has a place: a lone caret, no composition, not switched off. An empty field that nobody has written
 *  in is left alone: whoever passes through a form with Tab must find Tab free. */
export function mayAsk(state: State): boolean {
  const { enabled, focused, writing, composing, start, end } = state;
  return enabled && focused && !composing && start === end && (writing || beforeCaret(state).trim() !== "");
}

/** The state with one more order to carry out. */
export function push(state: State, order: Order): State {
  return { ...state, outbox: [...state.outbox, order] };
}
