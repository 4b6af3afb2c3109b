/**
 * Draws the panel: where each word came from or why there is none, what it took, keys saved.
 *
 * It only draws; it does not know how a suggestion is found nor when it is shown.
 */

import { byId, setText } from "./dom.js";
import { Origin } from "./origin.js";
import { reasonFor } from "./reasons.js";
import { percent } from "./tally.js";
import { counted, milliseconds } from "./written.js";

/** @import { Latest, Shown, State } from "@foretype/client" */
/** @import { Tally } from "./tally.js" */

/** @type {Readonly<Record<string, string>>} */
const TROUBLES = {
  off: "The server cannot be reached. Your text is safe here; trying again.",
  lost: "The connection was lost. Your text is safe here; trying again.",
};

export class Panel {
  #origin = new Origin();

  /**
   * Draw the field's state, the grey text that is seen, the link to the server, keys saved.
   * @param {State} state
   * @param {string} grey
   * @param {string} link
   * @param {Tally} tally
   */
  draw(state, grey, link, tally) {
    const shown = grey ? state.shown : null;
    this.#origin.draw(shown);
    setText(byId("reason"), shown ? "" : reasonFor(state, TROUBLES[link] ?? null));
    drawFacts(state.latest, shown);
    drawSaved(tally, state.text.length);
  }
}

/**
 * @param {Latest | null} latest
 * @param {Shown | null} shown
 */
function drawFacts(latest, shown) {
  setText(byId("fact-ms"), latest ? timeOf(latest) : "–");
  setText(byId("fact-steps"), latest ? String(latest.ms === null ? 0 : (latest.answer.lm_steps ?? 0)) : "–");
  setText(byId("fact-choice"), shown ? `${shown.index + 1} of ${shown.suggestions.length}` : "–");
  if (latest?.answer.model) setText(byId("fact-model"), latest.answer.model);
}

/** @param {Latest} latest */
function timeOf({ answer, ms }) {
  return ms === null ? "0 ms, known already" : milliseconds(answer.elapsed_ms ?? ms);
}

/**
 * @param {Tally} tally
 * @param {number} length
 */
function drawSaved({ saved, total }, length) {
  setText(byId("saved-percent"), `${percent(saved, length)} %`);
  setText(byId("saved-message"), `${counted(saved, "key")} in this message`);
  const past = `${counted(total.saved, "key")}, ${percent(total.saved, total.characters)} %, over ${counted(total.messages, "sent message")}`;
  setText(byId("saved-total"), total.messages ? past : "");
}
