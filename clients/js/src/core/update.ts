/**
 * The life of grey text: state = update(state, event), and nothing else.
 *
 * Pure: what the world should do is left in `state.outbox`, one list for each event. It does not know the page, the
 * server or the clock; times come with the events.
 */

import { EMPTY } from "./answers.js";
import { answer, due, goOn, inquire, known, stopAsking } from "./asking.js";
import { carried, cycled, followed, greyText, outcomeOf, restOf } from "./grey.js";
import { PAUSE_MS, accepted, rejected, struck } from "./rhythm.js";
import { afterCaret, beforeCaret, initial, isAsBefore, push, type State } from "./state.js";
import { LOOK_MS, lookedAt, markOf } from "./stayed.js";
import type { Event, FieldText } from "./types.js";
import { nextWord } from "./words.js";

const SETTLED_KEPT = 150; // answers come back from the cache; each is reported once

/** The state after `event`. An event that changes nothing gives an equal state with an empty outbox. */
export function update(state: State, event: Event): State {
  const quiet = state.outbox.length ? { ...state, outbox: [] } : state;
  switch (event.type) {
    case "input": return input(quiet, event);
    case "select": return select(quiet, event);
    case "compose": return compose(quiet, event.on);
    case "focus": return focus(quiet, event.on);
    case "enable": return inquire({ ...drop(quiet), enabled: event.on }, 0);
    case "context": return inquire({ ...stopAsking(drop(quiet)), cache: EMPTY }, PAUSE_MS);
    case "clear": return clear(quiet);
    case "connected": return quiet.shown || quiet.held ? quiet : inquire(quiet, 0);
    case "due": return due(quiet, event.seq);
    case "look": return look(quiet, event.id);
    case "answer": return replaced(quiet, answer(quiet, event.seq, event.answer, event.ms));
    case "failed": return quiet.asking?.seq === event.seq ? { ...quiet, asking: null } : quiet;
    default: return key(quiet, event.type);
  }
}

/** What a key does that grey text is meant by. */
function key(state: State, intent: "accept" | "word" | "dismiss" | "next" | "previous" | "ask"): State {
  const grey = greyText(state);
  switch (intent) {
    case "accept": return take(state, grey);
    case "word": return take(state, nextWord(grey));
    case "dismiss": return dismiss(state, grey);
    case "ask": return inquire({ ...drop(state), held: false, writing: true }, 0, true);
    default: return grey && state.shown ? { ...state, shown: cycled(state.shown, intent === "next" ? 1 : -1) } : state;
  }
}

function input(state: State, event: Extract<Event, { type: "input" }>): State {
  if (isAsBefore(state, event)) return state;
  const { text, start, end, kind, at } = event;
  const next = { ...state, text, start, end, writing: true, spaceAt: null, rhythm: struck(state.rhythm, at) };
  const kept = kind === "other" ? carried(state, next) : null;
  if (kept) return { ...next, shown: kept };
  if (kind !== "type") return inquire(drop(next), PAUSE_MS);
  const shown = followed(next);
  if (!shown) return goOn(drop(next));
  return restOf(shown) ? { ...next, shown } : goOn(drop({ ...next, shown }));
}

function select(state: State, { text, start, end }: FieldText): State {
  if (isAsBefore(state, { text, start, end })) return state;
  return stopAsking({ ...drop({ ...state, text, start, end }), spaceAt: null, held: false });
}

function compose(state: State, on: boolean): State {
  const next = stopAsking(drop({ ...state, composing: on, spaceAt: null }));
  return on ? next : goOn(next);
}

function focus(state: State, on: boolean): State {
  if (on === state.focused) return state;
  if (on) return goOn({ ...state, focused: true, writing: false });
  return stopAsking({ ...drop({ ...state, focused: false }), held: false });
}

function clear(state: State): State {
  const gone = stopAsking(drop(state));
  const { focused, enabled, seq, rhythm, holdMs, settled, outbox } = gone.marks.reduce(
    (next, mark) => push(next, lookedAt(mark, gone.text)),
    gone,
  );
  return { ...initial, focused, enabled, seq, rhythm, holdMs, settled, outbox };
}

function dismiss(state: State, grey: string): State {
  const rhythm = grey ? rejected(state.rhythm) : state.rhythm;
  return stopAsking({ ...drop({ ...state, rhythm }, "rejected"), held: true });
}

function look(state: State, id: string): State {
  const mark = state.marks.find((each) => each.id === id);
  if (!mark) return state;
  const marks = state.marks.filter((each) => each !== mark);
  return push({ ...state, marks }, lookedAt(mark, state.text));
}

function take(state: State, piece: string): State {
  const { shown: old } = state;
  if (!piece || !old) return state;
  const caret = state.start + piece.length;
  const shown = { ...old, done: old.done + piece.length, taken: old.taken + piece.length };
  const text = beforeCaret(state) + piece + afterCaret(state);
  const spaceAt = piece.endsWith(" ") ? caret : null;
  const next = push({ ...state, text, start: caret, end: caret, shown, spaceAt }, { do: "insert", text: piece });
  if (restOf(shown)) return next;
  const settled = drop({ ...next, rhythm: accepted(next.rhythm) });
  return known(settled) ?? inquire(settled, 0);
}

/** The state without grey text; its outcome is told, once, and what was taken is looked at again later. */
function drop(state: State, cause: "rejected" | "ignored" = "ignored"): State {
  const { shown, settled } = state;
  if (!shown) return state;
  const next = { ...state, shown: null };
  if (settled.includes(shown.id)) return next;
  const report = outcomeOf(shown, cause);
  const told = push({ ...next, settled: [...settled, shown.id].slice(-SETTLED_KEPT) }, { do: "report", ...report });
  const mark = markOf(shown, report);
  return mark ? push({ ...told, marks: [...told.marks, mark] }, { do: "look", id: mark.id, ms: LOOK_MS }) : told;
}

/** `after`, with the outcome told of what an answer of another id has taken the place of. */
function replaced(before: State, after: State): State {
  if (!before.shown || after.shown?.id === before.shown.id) return after;
  const { shown } = after;
  return { ...drop({ ...after, shown: before.shown }), shown };
}
