/**
 * Why nothing is shown, in plain words.
 *
 * Pure. It does not know how sure the model must be; the server decides that.
 */

const SILENCES = {
  unsure: "Not sure enough to be worth a look.",
  empty: "Nothing is written yet, and nothing known to begin with.",
  sensitive: "This looks like a secret: nothing is suggested, nothing is learned.",
  "inside-word": "The caret stands inside a word.",
  deadline: "No answer in time for this key.",
  stale: "A newer key has overtaken the answer.",
};
const LINKS = {
  off: "The server cannot be reached. Your text is safe here; trying again.",
  lost: "The connection was lost. Your text is safe here; trying again.",
};

/** One sentence on why there is no grey text; `link` is the state of the connection. */
export function reasonFor(state, link) {
  return ofWriter(state) ?? LINKS[link] ?? ofAnswer(state);
}

function ofWriter({ enabled, focused, composing, start, end, held }) {
  if (!enabled) return "Suggestions are switched off in the settings.";
  if (!focused) return "Go to the message and write.";
  if (composing) return "Your input method is composing.";
  if (start !== end) return "Text is selected.";
  return held ? "Hidden until the next word." : null;
}

function ofAnswer({ asking, answer }) {
  if (asking?.sent) return "Asking.";
  if (asking || !answer) return "Waiting for you to go on.";
  const { silence } = answer;
  return SILENCES[silence] ?? (silence ? `The server keeps quiet: ${silence}.` : "Waiting for you to go on.");
}
