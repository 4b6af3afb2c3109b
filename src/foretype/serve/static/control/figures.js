/**
 * Replies of the server as figures: shares, sums and how they are written.
 *
 * Pure. A figure that nothing is known for is null, and written as a dash. It does not know where figures stand.
 */

const DASH = "–";
const TAKEN = ["accepted", "partly"];
const RIGHT = ["accepted", "typed"];

/** `part` of `whole` in [0, 1]; null where there is no whole. */
export const share = (part, whole) => (whole ? part / whole : null);

export const sum = (rows, of) => rows.reduce((total, row) => total + of(row), 0);

/** How figures are written. */
export const written = {
  count: (value) => (value === null ? DASH : value.toLocaleString("en-US")),
  percent: (value) => (value === null ? DASH : `${(100 * value).toFixed(value && value < 0.0995 ? 1 : 0)} %`),
  ms: (value) => (value === null ? DASH : `${value.toFixed(value && value < 10 ? 1 : 0)} ms`),
  number: (value) => (value === null ? DASH : value.toFixed(2)),
  megabytes: (value) => (value === null ? DASH : `${Math.round(value / 1e6).toLocaleString("en-US")} MB`),
  duration,
};

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** What happened since the start of the server, all kinds and locales together. */
export function sinceStart(live) {
  const rows = live.by_writing;
  const answers = sum(rows, (row) => row.answers);
  const of = (names) => sum(rows, (row) => sum(names, (name) => row.outcomes[name] ?? 0));
  const ended = sum(rows, (row) => sum(Object.values(row.outcomes), (count) => count));
  const saved = sum(rows, (row) => row.keys_saved);
  return {
    answers,
    saved,
    coverage: share(sum(rows, (row) => row.shown), answers),
    taken: share(of(TAKEN), ended),
    right: share(of(RIGHT), ended),
    stepsPerKey: share(live.lm_steps, answers),
    withoutStep: share(live.answers_without_lm_step, answers),
  };
}

/** Groups of the journal (days, kinds, ...) as one. */
export function summed(groups) {
  const shown = sum(groups, (group) => group.shown);
  const stayed = sum(groups, (group) => group.persisted);
  const undone = sum(groups, (group) => group.undone);
  return {
    shown,
    saved: sum(groups, (group) => group.keys_saved),
    taken: share(sum(groups, (group) => group.accepted + group.partly), shown),
    right: share(sum(groups, (group) => group.accepted + group.typed), shown),
    rejected: share(sum(groups, (group) => group.rejected), shown),
    stayed: share(stayed, stayed + undone),
  };
}

export const takenShare = (group) => share(group.accepted + group.partly, group.shown);
export const rightShare = (group) => share(group.accepted + group.typed, group.shown);

/** Seconds since 1970 at a chart's axis, as the reader's clock and calendar say. */
export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
export const dayMonth = (seconds) => new Date(seconds * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" });

/** Every day from `since` (the server's midnight, ISO) to `until`, as YYYY-MM-DD: a day without a suggestion is a gap. */
export function daysBetween(since, until) {
  const days = [];
  for (const at = new Date(`${since.slice(0, 10)}T12:00:00`); isoDay(at) <= isoDay(until); at.setDate(at.getDate() + 1)) days.push(isoDay(at));
  return days;
}

/** A day of the reader's calendar as YYYY-MM-DD. */
export function isoDay(at) {
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Rows found by `key`, one for each of `keys`, null where there is none. */
export function aligned(keys, rows, key) {
  const found = new Map(rows.map((row) => [row[key], row]));
  return keys.map((each) => found.get(each) ?? null);
}

/** Groups whose names are numbers (hours, words), ascending. */
export const byNumber = (groups) => [...groups].sort((one, two) => Number(one.name) - Number(two.name));
