/**
 * What all guests share: the settings, the way to the engine, the count of keys saved.
 *
 * It does not know fields or pages, and of a text only that it has to be learned.
 */

import type { Report } from "../../../js/src/core/types.js";
import type { Problem, Transport } from "../../../js/src/transport/transport.js";
import type { Letter } from "../messages.js";
import { changeSaved, loadSettings } from "./drawer.js";
import { engineFor } from "./engine.js";
import { dayOf, withMore } from "./saved.js";
import type { Settings } from "./settings.js";

export class House {
  #problem = "";

  settings(): Promise<Settings> {
    return loadSettings();
  }

  /** A way to the engine for one field. */
  transport(settings: Settings): Promise<Transport> {
    return engineFor(settings).transport();
  }

  /** Pass a report on, by the field's own line while it is open. */
  async report(report: Report, line: Transport | null, settings: Settings): Promise<void> {
    const way = line ?? (await this.transport(settings));
    way.report(report);
  }

  count(keys: number): Promise<void> {
    return changeSaved((saved) => withMore(saved, keys, dayOf(new Date())));
  }

  /** Have a letter learned for the person who set a name, if learning is on. */
  async learn(letter: Letter, settings: Settings): Promise<void> {
    if (!settings.learns || !settings.user) return;
    const problem = await engineFor(settings).learn(letter, settings.user);
    if (problem) this.note(problem);
  }

  /** Say what the engine refused in the worker's console, once in a row. It holds no text. */
  note({ detail }: Problem): void {
    if (detail !== this.#problem) console.warn(`foretype: ${detail}`);
    this.#problem = detail;
  }
}
