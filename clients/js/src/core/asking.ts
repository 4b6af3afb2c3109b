/**
 * When to ask, and what to do with what comes back: cache first, then a pause, then the question.
 *
 * Pure. It does not know which events lead here.
 */

import { find, keep } from "./answers.js";
import { fitted, grown, revealed } from "./grey.js";
import { answered, delayMs } from "./rhythm.js";
import { afterCaret, beforeCaret, mayAsk, push, type Asking, type State } from "./state.js";
import type { Answer } from "./types.js";
import { endsInsideWord } from "./words.js";

/** Ask for what comes next, unless Esc holds or the answer is known. */
export function goOn(state: State): State {
  if (!mayAsk(state) || (state.held && endsInsideWord(beforeCaret(state)))) return stopAsking(state);
  const free = { ...state, held: false };
  return known(free) ?? inquire(free, delayMs(free.rhythm));
}

/** What is known already: at once, or after the server's delay; null when somebody has to be asked. */
export function known(state: State): State | null {
  if (!state.holdMs) return recall(state);
  return find(state.cache, beforeCaret(state), afterCaret(state)) ? inquire(state, state.holdMs) : null;
}

/** The state with a question, to be sent after `delay` ms; the same question is not asked twice at a time. */
export function inquire(state: State, delay: number, urgent = false): State {
  if (!mayAsk(state) || state.held) return stopAsking(state);
  const [before, after] = [beforeCaret(state), afterCaret(state)];
  const { asking } = state;
  if (asking?.sent && asking.before === before && asking.after === after) return state;
  const seq = state.seq + 1;
  const next = { seq, before, after, sent: false, urgent };
  if (!delay) return send({ ...state, seq, asking: next }, next); // which takes the older question's place
  return push({ ...stopAsking(state), seq, asking: next }, { do: "wait", seq, ms: delay });
}

/** No question any more; one that is under way is called off. */
export function stopAsking(state: State): State {
  if (!state.asking) return state;
  const next = { ...state, asking: null };
  return state.asking.sent ? push(next, { do: "cancel" }) : next;
}

/** The pause before question `seq` is over. */
export function due(state: State, seq: number): State {
  const { asking } = state;
  if (asking?.seq !== seq || asking.sent) return state;
  return recall(state) ?? send(state, asking);
}

/** An answer, or a part of one, has come after `ms`. Answers to other questions than the newest are dropped. */
export function answer(state: State, seq: number, raw: Answer, ms: number): State {
  const { asking } = state;
  if (asking?.seq !== seq) return state;
  const found = fitted(raw, asking.after);
  const latest = { answer: found, ms };
  const next = { ...state, latest, rhythm: answered(state.rhythm, ms), holdMs: raw.delay_ms ?? 0 };
  const waitMs = asking.urgent || state.shown ? 0 : next.holdMs - ms;
  if (waitMs > 0) return raw.final === false ? state : hold(next, asking, found, waitMs);
  const fresh = revealed(state, asking.before, found);
  if (raw.final === false) return { ...next, shown: grown(state, fresh) };
  const cache = keep(state.cache, asking.before, asking.after, found);
  return { ...next, shown: state.shown?.taken ? state.shown : fresh, asking: null, cache };
}

/** Keep the answer, and look again when the server's delay is over; a key before that begins anew. */
function hold(state: State, asking: Asking, found: Answer, ms: number): State {
  const cache = keep(state.cache, asking.before, asking.after, found);
  const waiting = { ...state, cache, asking: { ...asking, sent: false } };
  return push(waiting, { do: "wait", seq: asking.seq, ms });
}

function recall(state: State): State | null {
  const found = find(state.cache, beforeCaret(state), afterCaret(state));
  if (!found) return null;
  const { answer } = found;
  const latest = state.latest?.answer === answer ? state.latest : { answer, ms: null };
  return { ...stopAsking(state), latest, shown: revealed(state, found.base, answer) };
}

function send(state: State, asking: Asking): State {
  const { seq, before: text, after: suffix } = asking;
  return push({ ...state, asking: { ...asking, sent: true } }, { do: "send", seq, text, suffix });
}
