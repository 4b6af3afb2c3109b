/**
 * The view of what was learned: list, search, delete a phrase, export, forget all.
 *
 * It does not know how phrases are found or kept.
 */

import { byId, make, setText } from "./dom.js";
import { userPath } from "./http.js";

const SHOWN = 200; // phrases in the list; the search narrows it down
const SEARCH_PAUSE_MS = 150;

export class Learned {
  #call;
  #user;
  #say;
  #onForgotten;
  #round = 0; // only the newest list is drawn
  #summary = null;

  /** `user` gives the writer's name, `say` tells the live region, `onForgotten` follows each deletion. */
  constructor({ call, user, say, onForgotten }) {
    this.#call = call;
    this.#user = user;
    this.#say = say;
    this.#onForgotten = onForgotten;
    this.#listen();
  }

  /** Fetch and draw everything. */
  async show() {
    await this.#try(async () => {
      await this.#drawSummary();
      await this.#drawPhrases();
    });
  }

  #listen() {
    let timer = null;
    byId("search").addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#try(() => this.#drawPhrases()), SEARCH_PAUSE_MS);
    });
    byId("export").addEventListener("click", () => this.#try(() => this.#export()));
    byId("forget").addEventListener("click", () => byId("confirm-forget").showModal());
    byId("confirm-forget").addEventListener("close", () => this.#decided());
  }

  async #drawSummary() {
    this.#summary = await this.#unlessUnknown(this.#call("GET", userPath(this.#user())));
    const { words = 0, messages = 0, bytes = 0, last = null } = this.#summary ?? {};
    const kept = `${counted(words, "word")} from ${counted(messages, "message")}, ${size(bytes)}${last ? `, last on ${day(last)}` : ""}`;
    setText(byId("learned-summary"), this.#summary ? kept : "Nothing yet. What you send is learned at once, on this server only.");
    setText(byId("confirm-words"), `${counted(words, "word")} from ${counted(messages, "message")} will be deleted from this server. This cannot be undone.`);
    for (const id of ["export", "forget"]) byId(id).disabled = !this.#summary;
  }

  async #drawPhrases() {
    const round = ++this.#round;
    const query = byId("search").value.trim();
    const asked = new URLSearchParams({ limit: String(SHOWN), query });
    const found = await this.#unlessUnknown(this.#call("GET", `${userPath(this.#user(), "phrases")}?${asked}`));
    if (round !== this.#round) return;
    const { phrases, total } = found ?? { phrases: [], total: 0 };
    byId("phrases").replaceChildren(...phrases.map((phrase) => this.#row(phrase)));
    setText(byId("phrases-note"), noteOn(phrases.length, total, query));
  }

  #row({ phrase, count, last }) {
    const remove = make("button", { type: "button", class: "quiet", "aria-label": `Forget “${phrase}”` }, "Forget");
    remove.addEventListener("click", () => this.#try(() => this.#forgetPhrase(phrase, remove.closest("li"))));
    const used = make("span", { class: "count" }, `${count} ×, ${day(last)}`);
    return make("li", {}, make("span", { class: "phrase" }, phrase), used, remove);
  }

  async #forgetPhrase(phrase, row) {
    await this.#call("DELETE", userPath(this.#user(), "phrases", phrase));
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    (neighbour?.querySelector("button") ?? byId("search")).focus();
    this.#say(`Forgotten: ${phrase}`);
    this.#onForgotten();
    await this.show();
  }

  async #decided() {
    const dialog = byId("confirm-forget");
    const decision = dialog.returnValue;
    dialog.returnValue = ""; // Escape next time must not repeat an old decision
    if (decision !== "forget") return;
    await this.#try(async () => {
      await this.#call("DELETE", userPath(this.#user()));
      this.#say("Everything is forgotten.");
      this.#onForgotten();
      await this.show();
    });
  }

  async #export() {
    const kept = await this.#call("GET", userPath(this.#user(), "export"));
    const address = URL.createObjectURL(new Blob([JSON.stringify(kept, null, 2)], { type: "application/json" }));
    make("a", { href: address, download: `foretype-${this.#user()}.json` }).click();
    URL.revokeObjectURL(address);
  }

  async #unlessUnknown(reply) {
    try {
      return await reply;
    } catch (problem) {
      if (problem.status === 404) return null;
      throw problem;
    }
  }

  async #try(action) {
    try {
      await action();
    } catch (problem) {
      setText(byId("phrases-note"), problem.message);
      this.#say(problem.message);
    }
  }
}

function noteOn(shown, total, query) {
  if (!total) return query ? "No phrase holds these letters." : "";
  return shown < total ? `${shown} of ${total} phrases. Search to narrow them down.` : counted(total, "phrase");
}

function counted(count, noun) {
  return `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;
}

function day(iso) {
  return iso ? new Date(iso).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" }) : "";
}
