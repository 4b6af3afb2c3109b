/**
 * Keys saved: in this message, and over all messages sent from this browser.
 *
 * Pure; counts only, never a text. It does not know who keeps the totals between visits.
 */

export const fresh = Object.freeze({ saved: 0, accepts: 0, total: Object.freeze({ saved: 0, characters: 0, messages: 0 }) });

/** One key put `characters` into the text. */
export function took(tally, characters) {
  return { ...tally, saved: tally.saved + characters - 1, accepts: tally.accepts + 1 };
}

/** The message of `characters` is finished: its counts move into the totals. */
export function finished({ saved, total }, characters) {
  if (!characters) return { ...fresh, total };
  const sum = { saved: total.saved + saved, characters: total.characters + characters, messages: total.messages + 1 };
  return { ...fresh, total: sum };
}

/** Keys saved of a hundred characters, 0 for an empty text. An accept can put in a single character, so never
 *  below zero either. */
export function percent(saved, characters) {
  return characters ? Math.max(0, Math.round((100 * saved) / characters)) : 0;
}
