/**
 * The view of what was learned: list, search, delete a phrase, export, import, forget all.
 *
 * It does not know how phrases are found or kept.
 */

import type { Engine, Export, Phrase } from "../engine/index.js";
import { byId, counted, day, make, setText } from "./dom.js";

const SHOWN = 200; // phrases in the list; the search narrows it down
const SEARCH_PAUSE_MS = 150;

export class Learned {
  readonly #engine: Engine;
  readonly #changed: () => void;
  #round = 0; // only the newest list is drawn

  /** `changed` follows whatever was forgotten or brought in. */
  constructor(engine: Engine, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
    this.#listen();
  }

  /** Fetch and draw everything. */
  async show(): Promise<void> {
    await this.#try(async () => {
      await this.#drawSummary();
      await this.#drawPhrases();
    });
  }

  #listen(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    byId("search").addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.#try(() => this.#drawPhrases()), SEARCH_PAUSE_MS);
    });
    byId("export").addEventListener("click", () => void this.#try(() => this.#export()));
    byId("import").addEventListener("click", () => byId("import-file").click());
    byId("import-file").addEventListener("change", () => void this.#try(() => this.#import()));
    byId("forget").addEventListener("click", () => byId<HTMLDialogElement>("confirm-forget").showModal());
    byId("confirm-forget").addEventListener("close", () => void this.#decided());
  }

  async #drawSummary(): Promise<void> {
    const kept = await this.#engine.summary();
    const { words = 0, messages = 0, last = null } = kept ?? {};
    const sentence = `${counted(words, "word")} from ${counted(messages, "message")}${last ? `, last on ${day(last)}` : ""}`;
    const where = this.#engine.state.memory === "kept" ? "in this browser only" : "until this page is closed";
    setText(byId("learned-summary"), kept ? `${sentence}; kept ${where}.` : `Nothing yet. What you send is learned at once, ${where}.`);
    const gone = `${counted(words, "word")} from ${counted(messages, "message")} will be deleted from this browser. This cannot be undone.`;
    setText(byId("confirm-words"), gone);
    for (const id of ["export", "forget"]) byId<HTMLButtonElement>(id).disabled = !kept;
  }

  async #drawPhrases(): Promise<void> {
    const round = ++this.#round;
    const query = byId<HTMLInputElement>("search").value.trim();
    const { phrases, total } = await this.#engine.phrases({ query, limit: SHOWN });
    if (round !== this.#round) return;
    byId("phrases").replaceChildren(...phrases.map((phrase) => this.#row(phrase)));
    setText(byId("phrases-note"), noteOn(phrases.length, total, query));
  }

  #row({ phrase, count, last }: Phrase): HTMLElement {
    const remove = make("button", { type: "button", class: "quiet", "aria-label": `Forget “${phrase}”` }, "Forget");
    remove.addEventListener("click", () => void this.#try(() => this.#forgetPhrase(phrase, remove)));
    const used = make("span", { class: "count" }, `${count} ×, ${day(last)}`);
    return make("li", {}, make("span", { class: "phrase" }, phrase), used, remove);
  }

  async #forgetPhrase(phrase: string, button: HTMLElement): Promise<void> {
    const row = button.closest("li");
    await this.#engine.forgetPhrase(phrase);
    const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
    (neighbour?.querySelector("button") ?? byId("search")).focus();
    this.#changed();
    await this.show();
  }

  async #decided(): Promise<void> {
    const dialog = byId<HTMLDialogElement>("confirm-forget");
    const decision = dialog.returnValue;
    dialog.returnValue = ""; // Escape next time must not repeat an old decision
    if (decision !== "forget") return;
    await this.#try(async () => {
      await this.#engine.forget();
      this.#changed();
      await this.show();
      setText(byId("phrases-note"), "Everything is forgotten.");
    });
  }

  async #export(): Promise<void> {
    const kept = await this.#engine.exportUser();
    const address = URL.createObjectURL(new Blob([JSON.stringify(kept, null, 1)], { type: "application/json" }));
    make("a", { href: address, download: `foretype-${this.#engine.user}.json` }).click();
    URL.revokeObjectURL(address);
  }

  async #import(): Promise<void> {
    const field = byId<HTMLInputElement>("import-file");
    const file = field.files?.[0];
    if (!file) return;
    const told = JSON.parse(await file.text().finally(() => (field.value = ""))) as Export;
    const { messages, words, known } = await this.#engine.importUser(told);
    this.#changed();
    await this.show();
    const again = known ? `, ${counted(known, "message")} known already` : "";
    setText(byId("phrases-note"), `${counted(words, "word")} learned from ${counted(messages, "message")}${again}.`);
  }

  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const why = error instanceof SyntaxError ? "This file is no JSON; choose one that Export made." : (error as Error).message;
      setText(byId("phrases-note"), why);
    }
  }
}

function noteOn(shown: number, total: number, query: string): string {
  if (!total) return query ? "No phrase holds these letters." : "";
  return shown < total ? `${shown} of ${total} phrases. Search to narrow them down.` : counted(total, "phrase");
}
