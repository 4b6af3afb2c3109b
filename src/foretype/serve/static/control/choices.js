/**
 * The view of settings: coverage, delay, block-list. Saved all at once.
 *
 * It does not know how the server acts on them.
 */

import { byId, setText } from "../dom.js";

const USUAL_COVERAGE = 50; // percent; where the dial stands when it is first taken in hand

export class Choices {
  #call;

  constructor(call) {
    this.#call = call;
    byId("choices").addEventListener("submit", (event) => this.#save(event));
    byId("choices").addEventListener("input", () => this.#changed());
  }

  /** Fetch and draw. */
  async show() {
    this.#draw(await this.#call("GET", "/v1/panel/settings"));
    setText(byId("choices-said"), "");
  }

  #draw({ choices, has_dial: hasDial }) {
    byId("own-coverage").checked = choices.coverage === null;
    byId("own-coverage").disabled = !hasDial;
    byId("coverage").value = Math.round(100 * (choices.coverage ?? USUAL_COVERAGE / 100));
    byId("delay").max = Math.max(1000, choices.delay_ms);
    byId("delay").value = choices.delay_ms;
    byId("blocked").value = choices.blocked.join("\n");
    this.#tell();
  }

  #changed() {
    this.#tell();
    setText(byId("choices-said"), "Not saved yet.");
  }

  #tell() {
    const own = byId("own-coverage").checked;
    byId("coverage").disabled = own;
    setText(byId("coverage-said"), own ? "–" : `${byId("coverage").value} %`);
    setText(byId("delay-said"), byId("delay").value === "0" ? "none" : `${byId("delay").value} ms`);
  }

  async #save(event) {
    event.preventDefault();
    byId("save").disabled = true;
    try {
      this.#draw(await this.#call("PUT", "/v1/panel/settings", chosen()));
      setText(byId("choices-said"), "Saved. It holds from the next key on.");
    } catch (problem) {
      setText(byId("choices-said"), problem.message);
    } finally {
      byId("save").disabled = false;
    }
  }
}

function chosen() {
  const lines = byId("blocked").value.split("\n").map((line) => line.trim().replace(/\s+/g, " "));
  return {
    coverage: byId("own-coverage").checked ? null : Number(byId("coverage").value) / 100,
    delay_ms: Number(byId("delay").value),
    blocked: [...new Set(lines.filter(Boolean))],
  };
}
