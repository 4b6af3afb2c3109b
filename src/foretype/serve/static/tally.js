/**
 * Keys saved: in this message, and over all messages sent from this browser.
 *
 * Counts only, never a text. It does not know when a message is sent.
 */

import { keep, recall } from "./settings.js";

const KEY = "foretype.keys-saved";

/** @typedef {{ saved: number, total: { saved: number, characters: number, messages: number } }} Tally */

/**
 * The counts of a message that begins, and the totals that this browser keeps: whole numbers.
 * @returns {Tally}
 */
export function readTally() {
  const kept = recall(KEY);
  const count = (/** @type {string} */ name) => (Number.isInteger(kept[name]) ? Number(kept[name]) : 0);
  return { saved: 0, total: { saved: count("saved"), characters: count("characters"), messages: count("messages") } };
}

/**
 * One key put `characters` into the text.
 * @param {Tally} tally
 * @param {number} characters
 * @returns {Tally}
 */
export function took(tally, characters) {
  return { ...tally, saved: tally.saved + characters - 1 };
}

/**
 * The message of `characters` is finished: its counts move into the totals, which are kept.
 * @param {Tally} tally
 * @param {number} characters
 * @returns {Tally}
 */
export function finished({ saved, total }, characters) {
  const sum = { saved: total.saved + saved, characters: total.characters + characters, messages: total.messages + 1 };
  keep(KEY, sum);
  return { saved: 0, total: sum };
}

/**
 * Keys saved of a hundred characters, 0 for an empty text. An accept can put in a single character, so never
 * below zero either.
 * @param {number} saved
 * @param {number} characters
 */
export function percent(saved, characters) {
  return characters ? Math.max(0, Math.round((100 * saved) / characters)) : 0;
}
