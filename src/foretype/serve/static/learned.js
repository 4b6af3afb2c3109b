/**
 * The view of what was learned: list, search, delete a phrase, export, forget all.
 *
 * It does not know how phrases are found, nor where they are kept.
 */

import { byId, dialogById, inputById, make, setText } from "./dom.js";
import { counted, day } from "./written.js";

/**
 * A person's memory, at a server or in this browser. Each call may throw an Error whose message a person can read.
 * @typedef {object} Memory
 * @property {string | null} user
 * @property {string} place  where it is kept: "this server"
 * @property {string} lasting  how: "on this server only"
 * @property {() => Promise<{ words: number, messages: number, bytes?: number, last?: string | null } | null>} summary
 * @property {(wanted: { query: string, limit: number }) => Promise<{ phrases: readonly Phrase[], total: number }>} phrases
 * @property {(phrase: string) => Promise<unknown>} forgetPhrase
 * @property {() => Promise<unknown>} forget
 * @property {() => Promise<object | null>} exportUser
 */

/** @typedef {{ readonly phrase: string, readonly count: number, readonly last: string | null }} Phrase */

const SHOWN = 200; // phrases in the list; the search narrows it down
const SEARCH_PAUSE_MS = 150;

export class Learned {
  #memory;
  #say;
  #changed;
  #round = 0; // only the newest list is drawn

  /**
   * `say` tells the live region, `changed` follows whatever was forgotten.
   * @param {Memory} memory
   * @param {{ say: (sentence: string) => void, changed: () => void }} told
   */
  constructor(memory, { say, changed }) {
    this.#memory = memory;
    this.#say = say;
    this.#changed = changed;
    this.#listen();
  }

  /** Fetch and draw everything. */
  show() {
    return this.attempt(async () => {
      await this.#drawSummary();
      await this.#drawPhrases();
    });
  }

  /**
   * Do something; what goes wrong is told in the list's note.
   * @param {() => Promise<void>} action
   */
  async attempt(action) {
    try {
      await action();
    } catch (problem) {
      setText(byId("phrases-note"), /** @type {Error} */ (problem).message);
    }
  }

  #listen() {
    let timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
    byId("search").addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.attempt(() => this.#drawPhrases()), SEARCH_PAUSE_MS);
    });
    byId("export").addEventListener("click", () => this.attempt(() => this.#export()));
    byId("forget").addEventListener("click", () => dialogById("confirm-forget").showModal());
    byId("confirm-forget").addEventListener("close", () => this.#decided());
  }

  async #drawSummary() {
    const kept = await this.#memory.summary();
    const { place, lasting } = this.#memory;
    const { words = 0, messages = 0, bytes = 0, last = null } = kept ?? {};
    const much = `${counted(words, "word")} from ${counted(messages, "message")}`;
    const size = (bytes ? `, ${sizeOf(bytes)}` : "") + (last ? `, last on ${day(last)}` : "");
    const nothing = `Nothing yet. What you send is learned at once, ${lasting}.`;
    setText(byId("learned-summary"), kept ? `${much}${size}; kept ${lasting}.` : nothing);
    setText(byId("confirm-words"), `${much} will be deleted from ${place}. This cannot be undone.`);
    for (const id of ["export", "forget"]) inputById(id).disabled = !kept;
  }

  async #drawPhrases() {
    const round = ++this.#round;
    const query = inputById("search").value.trim();
    const { phrases, total } = await this.#memory.phrases({ query, limit: SHOWN });
    if (round !== this.#round) return;
    byId("phrases").replaceChildren(...phrases.map((phrase) => this.#row(phrase)));
    setText(byId("phrases-note"), noteOn(phrases.length, total, query));
  }

  /** @param {Phrase} found */
  #row({ phrase, count, last }) {
    const remove = make("button", { type: "button", class: "quiet", "aria-label": `Forget “${phrase}”` }, "Forget");
    const used = make("span", { class: "count" }, `${count} ×, ${day(last)}`);
    const row = make("li", {}, make("span", { class: "phrase" }, phrase), used, remove);
    remove.addEventListener("click", () => this.attempt(() => this.#forgetPhrase(phrase, row)));
    return row;
  }

  /**
   * @param {string} phrase
   * @param {HTMLElement} row
   */
  async #forgetPhrase(phrase, row) {
    await this.#memory.forgetPhrase(phrase);
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    (neighbour?.querySelector("button") ?? byId("search")).focus();
    this.#say(`Forgotten: ${phrase}`);
    this.#changed();
    await this.show();
  }

  async #decided() {
    const dialog = dialogById("confirm-forget");
    const decision = dialog.returnValue;
    dialog.returnValue = ""; // Escape next time must not repeat an old decision
    if (decision !== "forget") return;
    await this.attempt(async () => {
      await this.#memory.forget();
      this.#changed();
      await this.show();
      setText(byId("phrases-note"), "Everything is forgotten.");
    });
  }

  async #export() {
    const kept = JSON.stringify(await this.#memory.exportUser(), null, 1);
    const address = URL.createObjectURL(new Blob([kept], { type: "application/json" }));
    make("a", { href: address, download: `foretype-${this.#memory.user}.json` }).click();
    URL.revokeObjectURL(address);
  }
}

/**
 * @param {number} shown
 * @param {number} total
 * @param {string} query
 */
function noteOn(shown, total, query) {
  if (!total) return query ? "No phrase holds these letters." : "";
  return shown < total ? `${shown} of ${total} phrases. Search to narrow them down.` : counted(total, "phrase");
}

/** @param {number} bytes */
function sizeOf(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;
}
