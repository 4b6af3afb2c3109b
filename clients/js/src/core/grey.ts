/**
 * Grey text as a value: what is shown for a state, what follows when a key agrees, what is taken.
 *
 * Pure. It does not know when to ask.
 */

import { goesOn } from "./answers.js";
import { afterCaret, beforeCaret, mayAsk, type State } from "./state.js";
import type { Answer, Report, Shown } from "./types.js";
import { fitBefore } from "./words.js";

/** The grey text to draw now, "" for none. */
export function greyText(state: State): string {
  return state.shown && mayAsk(state) && !state.held ? restOf(state.shown) : "";
}

/** What of the chosen suggestion is not in the text yet. */
export function restOf(shown: Shown): string {
  return chosen(shown).slice(shown.done);
}

/** `shown` moved on by what was typed since it was drawn, or null when the text went another way. */
export function followed(state: State): Shown | null {
  const { shown } = state;
  if (!shown || !mayAsk(state) || state.held || afterCaret(state) !== shown.after) return null;
  const before = beforeCaret(state);
  if (!before.startsWith(shown.base)) return null;
  const typed = before.slice(shown.base.length);
  return chosen(shown).startsWith(typed) ? { ...shown, done: typed.length } : null;
}

/** What is shown in `old`, after a change that left the caret's own line as it was, such as another writer's; else null. */
export function carried(old: State, next: State): Shown | null {
  const { shown } = old;
  const before = beforeCaret(next);
  const typed = shown ? chosen(shown).slice(0, shown.done) : "";
  if (!shown || !mayAsk(next) || !before.endsWith(typed) || lineOf(old) !== lineOf(next)) return null;
  return { ...shown, base: before.slice(0, before.length - typed.length), after: afterCaret(next) };
}

/** `shown` with the next (`step` 1) or the previous (-1) suggestion that agrees with the text. */
export function cycled(shown: Shown, step: 1 | -1): Shown {
  const typed = chosen(shown).slice(0, shown.done);
  const count = shown.suggestions.length;
  for (let i = 1; i < count; i++) {
    const other = (shown.index + step * i + count * i) % count;
    if (goesOn(shown.suggestions[other], typed)) return { ...shown, index: other };
  }
  return shown;
}

/** What is shown when `answer`, given for `base`, is there: null when its best suggestion does not fit the text. */
export function revealed(state: State, base: string, answer: Answer): Shown | null {
  const before = beforeCaret(state);
  const typed = before.slice(base.length);
  const { id, suggestions } = answer;
  if (state.held || !before.startsWith(base) || !goesOn(suggestions[0], typed)) return null;
  return { id, base, after: afterCaret(state), suggestions, index: 0, done: typed.length, taken: 0 };
}

/** What is shown after a part of an answer: grey text grows, and what stands there is never unsaid by a part. */
export function grown(state: State, fresh: Shown | null): Shown | null {
  const { shown } = state;
  if (!shown) return fresh;
  return fresh && restOf(fresh).startsWith(restOf(shown)) ? fresh : shown;
}

/** An answer whose suggestions may stand before `after`; those with nothing left to say are gone. */
export function fitted(answer: Answer, after: string): Answer {
  const suggestions = answer.suggestions
    .map((suggestion) => ({ ...suggestion, text: fitBefore(suggestion.text, after) }))
    .filter(({ text }) => text);
  return { ...answer, suggestions };
}

/** What became of `shown` when it goes for this reason. */
export function outcomeOf(shown: Shown, cause: "rejected" | "ignored"): Report {
  const { id, done, taken } = shown;
  const complete = !restOf(shown).trim();
  if (taken) return { id, outcome: complete ? "accepted" : "partly", characters: taken };
  return { id, outcome: complete && done ? "typed" : cause, characters: done };
}

function chosen({ suggestions, index }: Shown): string {
  return suggestions[index]?.text ?? "";
}

/** The line that the caret is in, with a mark where it stands. */
function lineOf(state: State): string {
  const [before, after] = [beforeCaret(state), afterCaret(state)];
  return `${before.slice(before.lastIndexOf("\n") + 1)}\u0000${after.split("\n", 1)[0] ?? ""}`;
}
