/**
 * Draws the panel: where each word came from or why there is none, what it took, keys saved.
 *
 * It only draws; it does not know how a suggestion is found nor when it is shown.
 */

import { byId, setText } from "./dom.js";
import { greyText } from "./grey.js";
import { Origin } from "./origin.js";
import { reasonFor } from "./reasons.js";
import { percent } from "./tally.js";

export class Panel {
  #origin = new Origin();

  /** Draw `state`; `link` is the state of the connection. */
  draw(state, link) {
    const shown = greyText(state) ? state.shown : null;
    this.#origin.draw(shown);
    setText(byId("reason"), shown ? "" : reasonFor(state, link));
    drawFacts(state, shown);
    drawSaved(state);
  }
}

function drawFacts({ answer }, shown) {
  setText(byId("fact-ms"), answer ? timeOf(answer) : "–");
  setText(byId("fact-steps"), answer ? String(answer.cached ? 0 : (answer.lm_steps ?? 0)) : "–");
  setText(byId("fact-choice"), shown ? `${shown.index + 1} of ${shown.suggestions.length}` : "–");
  if (answer?.model) setText(byId("fact-model"), answer.model);
}

function timeOf({ cached, elapsed_ms: elapsed }) {
  return cached ? "0 ms, known already" : `${elapsed.toFixed(elapsed < 10 ? 1 : 0)} ms`;
}

function drawSaved({ tally, text }) {
  setText(byId("saved-percent"), `${percent(tally.saved, text.length)} %`);
  setText(byId("saved-message"), `${counted(tally.saved, "key")} in this message`);
  const { saved, characters, messages } = tally.total;
  const past = `${counted(saved, "key")}, ${percent(saved, characters)} %, over ${counted(messages, "sent message")}`;
  setText(byId("saved-total"), messages ? past : "");
}

function counted(count, noun) {
  return `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;
}
