/**
 * The switch for private statistics, and the exact report beside it. Nothing is shown where the folder names no address.
 *
 * It does not know how a report is made.
 */

import { byId, setText } from "page/dom.js";
import { wireSwitch } from "page/settings.js";
import type { Engine, Facts } from "../engine/index.js";

export class Statistics {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async show(): Promise<void> {
    this.#draw(await this.#engine.statistics());
  }

  #draw(facts: Facts): void {
    byId("statistics").hidden = facts.to === null;
    wireSwitch("set-statistics", facts.agreed, (on) => void this.#engine.statistics(on).then((now) => this.#draw(now)));
    setText(byId("statistics-note"), noteOn(facts));
    const report = byId("statistics-report");
    report.hidden = facts.report === null;
    setText(report, facts.report ? JSON.stringify(facts.report, null, 1) : "");
  }
}

function noteOn({ to, agreed, begins, report, isSent, problem }: Facts): string {
  const what = `Once a day one answer, made noisy here so that it tells nothing for sure about you, goes to ${to}. Never a text.`;
  if (!agreed) return what;
  if (problem) return `${what} The last report did not arrive: ${problem}.`;
  if (!report) return `${what} The first one on ${begins} or later.`;
  return `${what} ${isSent ? "The last one, exactly as it was sent:" : "The next one, exactly as it will be sent:"}`;
}
