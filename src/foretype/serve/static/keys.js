/**
 * Which key means what in the body: a pure table from a keyboard event to an intent, or null.
 *
 * It does not know what an intent does. Null leaves the key to the browser.
 */

const REPEATED_TAB_MS = 250; // a second Tab this soon after an accept was meant for grey text, not for leaving

/** The intent of a key: "accept", "word", "hide", "next", "previous", "ask", "swallow", "send" or null.
 *  `now` says what the key meets: {grey, atEnd, mac, chat, sinceAcceptMs}. */
export function intentOf(event, now) {
  if (event.isComposing || event.keyCode === 229) return null;
  return ofCycling(event) ?? ofSending(event, now) ?? (now.grey ? ofGrey(event, now) : ofBare(event, now));
}

function ofCycling(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  if (event.code === "BracketRight" || event.key === "]") return "next";
  if (event.code === "BracketLeft" || event.key === "[") return "previous";
  return event.code === "Backslash" || event.key === "\\" ? "ask" : null;
}

function ofSending(event, now) {
  if (event.key !== "Enter" || event.altKey || event.shiftKey) return null;
  return event.ctrlKey || event.metaKey || now.chat ? "send" : null;
}

function ofGrey(event, now) {
  if (isPlain(event)) return ofPlainKey(event.key, now);
  const wordModifier = now.mac ? event.altKey && !event.ctrlKey : event.ctrlKey && !event.altKey;
  const word = event.key === "ArrowRight" && wordModifier && !event.shiftKey && !event.metaKey;
  return word ? "word" : null;
}

function ofPlainKey(key, now) {
  if (key === "Tab" || (key === "ArrowRight" && now.atEnd)) return "accept";
  return key === "Escape" ? "hide" : null;
}

function ofBare(event, now) {
  if (!isPlain(event)) return null;
  if (event.key === "Escape") return "hide";
  return event.key === "Tab" && now.sinceAcceptMs < REPEATED_TAB_MS ? "swallow" : null;
}

function isPlain(event) {
  return !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
}
