/**
 * Grey text as a value: what is shown for a state, what follows when a key agrees, what is taken.
 *
 * Pure. `shown` is {id, base, after, suggestions, index, done, taken}: `done` characters of the chosen
 * suggestion already stand in the text, `taken` of them by an accept. It does not know when to ask.
 */

import { goesOn } from "./answers.js";
import { fitBefore } from "./words.js";

/** Text before the caret. */
export const beforeCaret = (state) => state.text.slice(0, state.start);

/** Text after the caret. */
export const afterCaret = (state) => state.text.slice(state.end);

/** Whether a suggestion has a place: a lone caret in the body, no composition, not switched off. */
export function mayAsk({ enabled, focused, composing, start, end }) {
  return enabled && focused && !composing && start === end;
}

/** The grey text to draw now, "" for none. */
export function greyText(state) {
  return state.shown && mayAsk(state) && !state.held ? restOf(state.shown) : "";
}

/** What of the chosen suggestion is not in the text yet. */
export function restOf({ suggestions, index, done }) {
  return suggestions[index].text.slice(done);
}

/** `shown` moved on by what was typed since it was drawn, or null when the text went another way. */
export function followed(state) {
  const { shown } = state;
  if (!shown || !mayAsk(state) || state.held || afterCaret(state) !== shown.after) return null;
  const before = beforeCaret(state);
  if (!before.startsWith(shown.base)) return null;
  const typed = before.slice(shown.base.length);
  return shown.suggestions[shown.index].text.startsWith(typed) ? { ...shown, done: typed.length } : null;
}

/** `shown` with the next (`step` 1) or the previous (-1) suggestion that agrees with the text. */
export function cycled(shown, step) {
  const { suggestions, index, done } = shown;
  const typed = suggestions[index].text.slice(0, done);
  const count = suggestions.length;
  for (let i = 1; i < count; i++) {
    const other = (index + step * i + count * i) % count;
    if (goesOn(suggestions[other], typed)) return { ...shown, index: other };
  }
  return shown;
}

/** What is shown when `answer`, given for `base`, arrives: null when its best suggestion does not fit the text. */
export function revealed(state, base, answer) {
  const typed = beforeCaret(state).slice(base.length);
  const { id, suggestions } = answer;
  if (state.held || !goesOn(suggestions[0], typed)) return null;
  return { id, base, after: afterCaret(state), suggestions, index: 0, done: typed.length, taken: 0 };
}

/** An answer whose suggestions may stand before `after`; those with nothing left to say are gone. */
export function fitted(answer, after) {
  const suggestions = answer.suggestions
    .map((suggestion) => ({ ...suggestion, text: fitBefore(suggestion.text, after) }))
    .filter(({ text }) => text);
  return { ...answer, suggestions };
}

/** What became of `shown` when it goes: {outcome, characters}. `cause` is "rejected" or "ignored". */
export function outcomeOf({ suggestions, index, done, taken }, cause) {
  const complete = !suggestions[index].text.slice(done).trim();
  if (taken) return { outcome: complete ? "accepted" : "partly", characters: taken };
  return { outcome: complete && done ? "typed" : cause, characters: done };
}
