/**
 * Draws where each word came from: a row a word, its sureness as the length of a bar, its sources as the parts.
 *
 * The rows are made once and only changed afterwards (see dom.js). It does not know how sources are reckoned.
 */

import { byId, make, setText } from "./dom.js";

/** @import { Shown, Sources } from "@foretype/client" */

/**
 * A word of a suggestion: what of it stands in the text, what is grey, and where it ends in the suggestion.
 * @typedef {{ there: string, grey: string, end: number, sure: number, origin: Sources }} Word
 */

const ROWS = 5; // as many as the panel keeps room for, so that nothing below it jumps
/** @type {Readonly<Record<string, string>>} */
const SOURCES = {
  lm: "Language model",
  background: "Background",
  tenant: "Your team",
  user: "You",
  message: "This message",
};
const ALWAYS_IN_LEGEND = ["lm", "background", "user", "message"];
const SMALLEST_SHARE = 0.005;

export class Origin {
  #rows = Array.from({ length: ROWS }, makeRow);
  /** @type {Shown | null} */
  #drawn = null;

  constructor() {
    byId("words").append(...this.#rows.map(({ item }) => item));
    byId("legend").append(...ALWAYS_IN_LEGEND.map((name) => make("li", {}, make("i", { "data-source": name }), SOURCES[name] ?? "")));
    setText(byId("more-words"), "");
  }

  /**
   * Draw the words of `shown` that are not in the text yet; null for none.
   * @param {Shown | null} shown
   */
  draw(shown) {
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    const words = shown ? wordsOf(shown).filter(({ end }) => end > shown.done) : [];
    this.#rows.forEach((row, i) => fill(row, words[i]));
    const more = words.length - ROWS;
    setText(byId("more-words"), more > 0 ? `and ${more} more ${more === 1 ? "word" : "words"}` : "");
  }
}

/**
 * `text` cut into `count` words where that is possible, so that each can stand beside its probability.
 * Composers count punctuation as a word or as a part of one; both are tried.
 * @param {string} text
 * @param {number} count
 * @returns {string[]}
 */
export function pieces(text, count) {
  const spaced = text.trim().split(/\s+/).filter(Boolean);
  const parted = text.match(/[\p{L}\p{M}\p{N}'’_-]+|[^\p{L}\p{M}\p{N}\s'’_-]+/gu) ?? [];
  return parted.length === count && spaced.length !== count ? parted : spaced;
}

/**
 * The words of what is shown. Punctuation in front that has no probability of its own belongs to the word before, and is left out.
 * @param {Shown} shown
 * @returns {Word[]}
 */
export function wordsOf({ base, suggestions, index, done }) {
  const { text = "", confidence = 0, sources = {}, word_confidences: sure = [], word_sources: origins = [] } = suggestions[index] ?? {};
  const words = pieces(text, sure.length);
  const extra = sure.length ? Math.max(0, words.length - sure.length) : 0;
  let end = 0;
  const found = words.map((word, i) => {
    const start = text.indexOf(word, end);
    end = start + word.length;
    const begun = i || start ? "" : (/\S*$/.exec(base)?.[0] ?? "");
    const typed = Math.max(0, Math.min(word.length, done - start));
    const there = begun + word.slice(0, typed);
    return { there, grey: word.slice(typed), end, sure: sure[i - extra] ?? confidence, origin: origins[i - extra] ?? sources };
  });
  return found.slice(extra);
}

/** @typedef {ReturnType<typeof makeRow>} Row */

function makeRow() {
  const there = make("b");
  const grey = make("span");
  const sure = make("span", { class: "sure" });
  const spoken = make("span", { class: "hidden" });
  const parts = Object.keys(SOURCES).map((source) => make("i", { "data-source": source }));
  const bar = make("span", { class: "bar", "aria-hidden": "true" }, ...parts);
  for (const element of [there, grey, sure, spoken]) setText(element, "");
  const item = make("li", { hidden: "" }, make("span", { class: "word" }, there, grey), sure, bar, spoken);
  return { item, there, grey, sure, spoken, parts };
}

/**
 * @param {Row} row
 * @param {Word | undefined} word
 */
function fill(row, word) {
  row.item.hidden = !word;
  if (!word) return;
  setText(row.there, word.there);
  setText(row.grey, word.grey);
  setText(row.sure, `${Math.round(100 * word.sure)} %`);
  setText(row.spoken, spokenOf(word.origin));
  for (const part of row.parts) fillPart(part, word);
}

/**
 * @param {HTMLElement} part
 * @param {Word} word
 */
function fillPart(part, { sure, origin }) {
  const { source = "" } = part.dataset;
  const share = origin[source] ?? 0;
  part.hidden = share < SMALLEST_SHARE;
  part.style.width = `${(100 * share * sure).toFixed(2)}%`;
  part.title = `${SOURCES[source]} ${Math.round(100 * share)} %`;
}

/** @param {Sources} origin */
function spokenOf(origin) {
  const named = Object.entries(SOURCES).filter(([source]) => (origin[source] ?? 0) >= SMALLEST_SHARE);
  return named.map(([source, name]) => `${name} ${Math.round(100 * (origin[source] ?? 0))} %`).join(", ");
}
