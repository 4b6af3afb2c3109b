/**
 * Says a suggestion to a screen reader, after a pause, politely.
 *
 * It does not know whether anybody listens; the switch in the settings turns it off.
 */

import { setText } from "./dom.js";
import { wholeWords } from "./words.js";

const PAUSE_MS = 700; // while somebody types, keys are read out; grey text waits until they have stopped

export class Announcer {
  #region;
  #timer = null;
  #said = "";

  constructor(region) {
    this.#region = region;
    setText(region, "");
  }

  /** Say `grey`, which goes on after `before`, once the writer pauses; "" takes back what was said. */
  announce(before, grey) {
    const words = grey && wholeWords(before, grey);
    if (words === this.#said) return;
    this.#said = words;
    clearTimeout(this.#timer);
    setText(this.#region, "");
    if (words) this.#timer = setTimeout(() => this.say(sentenceFor(words)), PAUSE_MS);
  }

  /** Say something at once: what a key or a button has done. */
  say(sentence) {
    setText(this.#region, sentence);
  }
}

function sentenceFor(words) {
  return `Suggestion: ${words}${/[.!?…]$/.test(words) ? "" : "."} Tab to accept.`;
}
