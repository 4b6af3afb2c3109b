/**
 * Draws what is known of the last answer: each word's sureness and sources, what it took, keys saved.
 *
 * Rows are made once and only changed afterwards (see dom.ts). It does not know how a suggestion is found.
 */

import type { Answer, Suggestion } from "../contracts.js";
import type { Tally } from "../engine/house.js";
import { byId, counted, make, setText } from "./dom.js";
import { wordsLeft, type Word } from "./grey.js";
import type { Speed } from "./speed.js";
import { silenceWords } from "./words.js";

const ROWS = 5; // as many as the panel keeps room for, so that nothing below it jumps
const SOURCES: Readonly<Record<string, string>> = {
  lm: "Language model",
  background: "Background",
  user: "You",
  message: "This message",
};
const SMALLEST_SHARE = 0.005;

interface Row {
  readonly item: HTMLElement;
  readonly word: HTMLElement;
  readonly sure: HTMLElement;
  readonly parts: readonly HTMLElement[];
}

export class Panel {
  readonly #rows = Array.from({ length: ROWS }, makeRow);
  #base = "";
  #best: Suggestion | undefined;

  constructor() {
    byId("words").append(...this.#rows.map(({ item }) => item));
    const legend = Object.entries(SOURCES).map(([source, name]) => make("li", {}, make("i", { "data-source": source }), name));
    byId("legend").append(...legend);
  }

  /** Draw an answer to the text before the caret, and how long it took. */
  draw(answer: Answer, before: string, ms: number, speed: Speed): void {
    this.#base = before;
    this.#best = answer.suggestions[0];
    this.follow(before);
    setText(byId("reason"), this.#best ? "" : silenceWords(answer.silence));
    setText(byId("fact-ms"), inMs(ms));
    setText(byId("fact-steps"), String(answer.lm_steps));
    setText(byId("fact-p50"), inMs(speed.percentile(0.5)));
    setText(byId("fact-p90"), inMs(speed.percentile(0.9)));
  }

  /** The text before the caret is this now: draw the words that it does not hold yet. */
  follow(before: string): void {
    const words = this.#best ? wordsLeft(this.#best, this.#base, before) : [];
    this.#rows.forEach((row, at) => fill(row, words[at], this.#best));
  }

  drawSaved(tally: Tally): void {
    setText(byId("saved-keys"), tally.keysSaved.toLocaleString("en"));
    setText(byId("saved-words"), `${tally.keysSaved === 1 ? "key" : "keys"} so far`);
    const taken = tally.accepted + tally.partly;
    setText(byId("saved-total"), tally.shown ? `${counted(taken, "suggestion")} taken of ${tally.shown.toLocaleString("en")} shown` : "");
  }
}

function makeRow(): Row {
  const word = make("span", { class: "word" });
  const sure = make("span", { class: "sure" });
  const parts = Object.keys(SOURCES).map((source) => make("i", { "data-source": source }));
  for (const element of [word, sure]) setText(element, "");
  const bar = make("span", { class: "bar", "aria-hidden": "true" }, ...parts);
  return { item: make("li", { hidden: "" }, word, sure, bar), word, sure, parts };
}

function fill(row: Row, word: Word | undefined, suggestion: Suggestion | undefined): void {
  row.item.hidden = word === undefined;
  if (!word || !suggestion) return;
  setText(row.word, word.text);
  setText(row.sure, `${Math.round(100 * word.sure)} %`);
  for (const part of row.parts) fillPart(part, word.sure, suggestion.sources);
}

function fillPart(part: HTMLElement, sure: number, sources: Readonly<Record<string, number>>): void {
  const share = sources[part.dataset.source ?? ""] ?? 0;
  part.hidden = share < SMALLEST_SHARE;
  part.style.width = `${(100 * share * sure).toFixed(2)}%`;
}

function inMs(ms: number | null): string {
  return ms === null ? "–" : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
