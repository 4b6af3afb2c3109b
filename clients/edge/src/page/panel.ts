/**
 * Draws what is known of the grey text beside the message: its words, what the last answers took, keys saved.
 *
 * It does not know how a suggestion is found.
 */

import { byId, setText } from "page/dom.js";
import { Origin } from "page/origin.js";
import { reasonFor } from "page/reasons.js";
import { counted, milliseconds } from "page/written.js";
import type { State } from "../../../js/src/index.js";
import type { Tally } from "../engine/house.js";
import { Speed } from "./speed.js";

export class Panel {
  readonly #origin = new Origin();
  readonly #speed = new Speed();
  #latest: State["latest"] = null;

  /** Draw the field's state and the grey text that is seen, or why there is none; `trouble` is the engine's. Says whether an
   *  answer is new. */
  draw(state: State, grey: string, trouble: string | null): boolean {
    const shown = grey ? state.shown : null;
    this.#origin.draw(shown);
    setText(byId("reason"), shown ? "" : reasonFor(state, trouble));
    const isNew = state.latest !== this.#latest;
    this.#latest = state.latest;
    if (isNew) this.#drawCost();
    return isNew;
  }

  drawSaved({ keysSaved, accepted, partly, shown }: Tally): void {
    setText(byId("saved-keys"), keysSaved.toLocaleString("en"));
    setText(byId("saved-words"), `${keysSaved === 1 ? "key" : "keys"} so far`);
    setText(byId("saved-total"), shown ? `${counted(accepted + partly, "suggestion")} taken of ${shown.toLocaleString("en")} shown` : "");
  }

  #drawCost(): void {
    if (!this.#latest) return;
    const { answer, ms } = this.#latest;
    if (ms !== null) this.#speed.add(ms);
    setText(byId("fact-ms"), ms === null ? "0 ms, known already" : milliseconds(ms));
    setText(byId("fact-steps"), String(ms === null ? 0 : (answer.lm_steps ?? 0)));
    setText(byId("fact-p50"), this.#share(0.5));
    setText(byId("fact-p90"), this.#share(0.9));
  }

  #share(share: number): string {
    const ms = this.#speed.percentile(share);
    return ms === null ? "–" : milliseconds(ms);
  }
}
