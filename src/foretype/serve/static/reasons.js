/**
 * Why nothing is shown, in plain words.
 *
 * Pure. It does not know how sure a model must be; the composer decides that.
 */

/** @import { State } from "@foretype/client" */

/** @type {Readonly<Record<string, string>>} */
const SILENCES = {
  unsure: "Not sure enough to be worth a look.",
  empty: "Nothing is written yet, and nothing known to begin with.",
  sensitive: "This looks like a secret: nothing is suggested, nothing is learned.",
  "inside-word": "The caret stands inside a word.",
  deadline: "No answer in time for this key.",
  stale: "A newer key has overtaken the answer.",
};
const WAITING = "Waiting for you to go on.";

/**
 * One sentence on why there is no grey text; `trouble` is what is wrong with the way to the composer, if anything is.
 * @param {State} state
 * @param {string | null} trouble
 */
export function reasonFor(state, trouble = null) {
  return ofWriter(state) ?? trouble ?? ofAnswer(state);
}

/** @param {State} state */
function ofWriter({ enabled, focused, composing, start, end, held }) {
  if (!enabled) return "Suggestions are switched off in the settings.";
  if (!focused) return "Go to the message and write.";
  if (composing) return "Your input method is composing.";
  if (start !== end) return "Text is selected.";
  return held ? "Hidden until the next word." : null;
}

/** @param {State} state */
function ofAnswer({ asking, latest }) {
  if (asking?.sent) return "Asking.";
  if (asking || !latest) return WAITING;
  const { silence } = latest.answer;
  return silence ? (SILENCES[silence] ?? `Nothing is suggested: ${silence}.`) : WAITING;
}
