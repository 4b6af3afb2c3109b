/**
 * The life of grey text: state = update(state, event), and nothing else.
 *
 * Pure: what the world should do is left in `state.outbox`, one list for each event: {do: "send" | "wait" |
 * "insert" | "report" | "look"}. This file does not know the page, the server or the clock; times come with the events.
 *
 * Invariant: while `shown` is set, the text before the caret is `shown.base` followed by the first `shown.done`
 * characters of the chosen suggestion. Grey text is the rest of it and never part of `text`.
 */

import { EMPTY, find, keep } from "./answers.js";
import { afterCaret, beforeCaret, cycled, fitted, followed, greyText, mayAsk, outcomeOf, restOf, revealed } from "./grey.js";
import { PAUSE_MS, accepted, answered, calm, delayMs, rejected, struck } from "./rhythm.js";
import { LOOK_MS, lookedAt, markOf } from "./stayed.js";
import * as tally from "./tally.js";
import { endsInsideWord, nextWord } from "./words.js";

const SETTLED_KEPT = 150; // answers come back from the cache; each is reported once

export const initial = Object.freeze({
  text: "",
  start: 0,
  end: 0,
  focused: false,
  composing: false,
  enabled: true,
  held: false, // Esc: quiet until the next word
  seq: 0,
  asking: null, // {seq, before, after, sent, urgent}: not sent while we wait for a pause; urgent: asked for by a key
  holdMs: 0, // the server's delay: how long after the last key grey text may appear
  shown: null,
  answer: null, // the last answer, for the panel
  cache: EMPTY,
  rhythm: calm,
  spaceAt: null, // caret just after a space that came with an accept
  settled: Object.freeze([]),
  marks: Object.freeze([]), // what was taken and will be looked at again
  tally: tally.fresh,
  outbox: Object.freeze([]),
});

const HANDLERS = {
  input, select, compose, focus, enable, context, clear, // what the writer does
  accept, word, hide, next, previous, ask, // what a key means
  due, look, answer, failed, connected, // what the world says
};

/** The state after `event`. An event that changes nothing gives an equal state with an empty outbox. */
export function update(state, event) {
  const quiet = state.outbox.length ? { ...state, outbox: [] } : state;
  return HANDLERS[event.type](quiet, event);
}

function input(state, { text, start, end, kind, at }) {
  if (text === state.text && start === state.start && end === state.end) return state;
  const next = { ...state, text, start, end, spaceAt: null, rhythm: struck(state.rhythm, at) };
  const shown = kind === "type" ? followed(next) : null;
  if (shown) return restOf(shown) ? { ...next, shown } : goOn(drop({ ...next, shown }, "ignored"));
  return kind === "type" ? goOn(drop(next, "ignored")) : inquire(drop(next, "ignored"), PAUSE_MS);
}

function select(state, { start, end }) {
  if (start === state.start && end === state.end) return state;
  return { ...drop({ ...state, start, end }, "ignored"), spaceAt: null, held: false, asking: null };
}

function compose(state, { on }) {
  const next = drop({ ...state, composing: on, asking: null, spaceAt: null }, "ignored");
  return on ? next : goOn(next);
}

function focus(state, { on }) {
  if (on === state.focused) return state;
  if (on) return goOn({ ...state, focused: true });
  return { ...drop({ ...state, focused: false }, "ignored"), asking: null, held: false };
}

function enable(state, { on }) {
  return inquire({ ...drop(state, "ignored"), enabled: on }, 0);
}

function context(state) {
  return inquire({ ...drop(state, "ignored"), cache: EMPTY }, PAUSE_MS);
}

function clear(state) {
  const gone = drop(state, "ignored");
  const done = gone.marks.reduce((next, mark) => push(next, lookedAt(mark, gone.text)), gone);
  const { focused, enabled, seq, rhythm, holdMs, settled, outbox, tally: counts, text } = done;
  const kept = { focused, enabled, seq, rhythm, holdMs, settled, outbox };
  return inquire({ ...initial, ...kept, tally: tally.finished(counts, text.length) }, PAUSE_MS);
}

function accept(state) {
  return take(state, greyText(state));
}

function word(state) {
  return take(state, nextWord(greyText(state)));
}

function hide(state) {
  const rhythm = greyText(state) ? rejected(state.rhythm) : state.rhythm;
  return { ...drop({ ...state, rhythm }, "rejected"), held: true, asking: null };
}

function next(state) {
  return greyText(state) ? { ...state, shown: cycled(state.shown, 1) } : state;
}

function previous(state) {
  return greyText(state) ? { ...state, shown: cycled(state.shown, -1) } : state;
}

function ask(state) {
  const next = inquire({ ...drop(state, "ignored"), held: false }, 0);
  return next.asking ? { ...next, asking: { ...next.asking, urgent: true } } : next;
}

function due(state, { seq }) {
  if (state.asking?.seq !== seq || state.asking.sent) return state;
  return recall(state) ?? send(state);
}

function look(state, { id }) {
  const mark = state.marks.find((each) => each.id === id);
  if (!mark) return state;
  const marks = state.marks.filter((each) => each !== mark);
  return push({ ...state, marks }, lookedAt(mark, state.text));
}

function answer(state, { seq, answer, ms }) {
  if (state.asking?.seq !== seq) return state;
  const { before, after, urgent } = state.asking;
  const found = { ...fitted(answer, after), roundTripMs: ms };
  const next = { ...state, rhythm: answered(state.rhythm, ms), holdMs: answer.delay_ms ?? 0, answer: found };
  const waitMs = urgent || state.shown ? 0 : next.holdMs - ms;
  if (waitMs > 0) return hold(next, waitMs);
  const shown = state.shown?.taken ? state.shown : revealed(state, before, found);
  if (answer.final === false) return { ...next, shown };
  return { ...next, shown, asking: null, cache: keep(state.cache, before, after, found) };
}

/** Keep the answer, and look again when the server's delay is over; a key before that begins anew. */
function hold(state, ms) {
  const { seq, before, after } = state.asking;
  const cache = keep(state.cache, before, after, state.answer);
  return push({ ...state, cache, asking: { ...state.asking, sent: false } }, { do: "wait", seq, ms });
}

function failed(state, { seq }) {
  return state.asking?.seq === seq ? { ...state, asking: null } : state;
}

function connected(state) {
  return state.shown || state.held ? state : inquire(state, 0);
}

/** Ask for what comes next, unless Esc holds or we know the answer. */
function goOn(state) {
  if (!mayAsk(state) || (state.held && endsInsideWord(beforeCaret(state)))) return { ...state, asking: null };
  const free = { ...state, held: false };
  return known(free) ?? inquire(free, delayMs(free.rhythm));
}

/** What we know already: at once, or after the server's delay; null when we have to ask. */
function known(state) {
  if (!state.holdMs) return recall(state);
  return find(state.cache, beforeCaret(state), afterCaret(state)) ? inquire(state, state.holdMs) : null;
}

function recall(state) {
  const found = find(state.cache, beforeCaret(state), afterCaret(state));
  if (!found) return null;
  const shown = revealed(state, found.base, found.answer);
  return { ...state, asking: null, shown, answer: { ...found.answer, cached: true } };
}

function inquire(state, delay) {
  if (!mayAsk(state) || state.held) return { ...state, asking: null };
  const seq = state.seq + 1;
  const asking = { seq, before: beforeCaret(state), after: afterCaret(state), sent: false };
  const next = { ...state, seq, asking };
  return delay ? push(next, { do: "wait", seq, ms: delay }) : send(next);
}

function send(state) {
  const { seq, before, after } = state.asking;
  const next = { ...state, asking: { ...state.asking, sent: true } };
  return push(next, { do: "send", seq, text: before, suffix: after });
}

function take(state, piece) {
  if (!piece) return state;
  const caret = state.start + piece.length;
  const { done, taken } = state.shown;
  const shown = { ...state.shown, done: done + piece.length, taken: taken + piece.length };
  const next = push({ ...state, shown, start: caret, end: caret }, { do: "insert", text: piece });
  next.text = beforeCaret(state) + piece + afterCaret(state);
  next.tally = tally.took(state.tally, piece.length);
  next.spaceAt = piece.endsWith(" ") ? caret : null;
  if (restOf(shown)) return next;
  const settled = drop({ ...next, rhythm: accepted(next.rhythm) }, "ignored");
  return known(settled) ?? inquire(settled, 0);
}

function drop(state, cause) {
  const { shown, settled } = state;
  if (!shown) return state;
  const next = { ...state, shown: null };
  if (settled.includes(shown.id)) return next;
  const outcome = outcomeOf(shown, cause);
  const mark = markOf(shown, outcome);
  const marks = mark ? [...next.marks, mark] : next.marks;
  const told = { ...next, marks, settled: [...settled, shown.id].slice(-SETTLED_KEPT) };
  const reported = push(told, { do: "report", id: shown.id, ...outcome });
  return mark ? push(reported, { do: "look", id: mark.id, ms: LOOK_MS }) : reported;
}

function push(state, order) {
  return { ...state, outbox: [...state.outbox, order] };
}
