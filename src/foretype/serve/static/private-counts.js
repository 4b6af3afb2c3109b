/**
 * Hit and miss counts of a browser as noisy answers, under local differential privacy: the twin of privacy/ldp/ in Python.
 *
 * Built from clients/edge/src/private by clients/edge/build.mjs. It does not know where ledgers are kept, nor who sends a report.
 */

// src/private/plan.ts
var VERSION = 1;
var SEASON_DAYS = 28;
var REPORT_EPSILON = 1;
var SEASON_EPSILON = 2;
var NONE = "none";
var NUM_ROWS = 16;
var WIDTH = 128;
var ONE = 2 ** 32;
var STATISTICS = [
  choice("taken", ["no", "yes"], 3271021992, 2606083649),
  choice("shown", ["0", "1-9", "10-49", "50-199", "200+"], 2409399581, 1958155022),
  choice("share", [NONE, "0%", "under 10%", "10-29%", "30%+"], 2409399581, 1958155022),
  choice("outcome", [NONE, "accepted", "partly", "typed", "rejected", "ignored"], 2214921522, 1854108494),
  choice("kind", [NONE, "email", "chat", "note"], 2641316663, 2098592384),
  choice("hour", [NONE, "0-3", "4-7", "8-11", "12-15", "16-19", "20-23"], 2049493765, 1773930553),
  choice("length", [NONE, "1", "2", "3-4", "5+"], 2409399581, 1958155022),
  choice("client", [NONE, "server", "browser", "editor"], 2641316663, 2098592384),
  { name: "locale", values: null, size: 2, rows: NUM_ROWS, season: 1984778077, report: 2276300779 }
];
function secureWord() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
function below(size, word) {
  const limit = ONE - ONE % size;
  let found = word();
  while (found >= limit) found = word();
  return found % size;
}
function drawn(statistic, truth, keep, word) {
  return truth.map((symbol) => {
    const isKept = word() < keep;
    const other = below(statistic.size, word);
    return isKept ? symbol : other;
  });
}
function position(row, value) {
  let state = 2166136261;
  for (const byte of new TextEncoder().encode(`${row}:${value}`)) state = Math.imul(state ^ byte, 16777619);
  state = Math.imul(state ^ state >>> 16, 2246822507);
  state = Math.imul(state ^ state >>> 13, 3266489909);
  return ((state ^ state >>> 16) >>> 0) % WIDTH;
}
function choice(name, values, season, report) {
  return { name, values, size: values.length, rows: 1, season, report };
}

// src/private/day.ts
var TAKEN = ["accepted", "partly"];
var EMPTY_DAY = { shown: 0, taken: 0, drawn: null };
function count(day, seen, word = secureWord) {
  const shown = day.shown + 1;
  const isDrawn = below(shown, word) === 0;
  const drawn2 = isDrawn || day.drawn === null ? seen : day.drawn;
  return { shown, taken: day.taken + Number(TAKEN.includes(seen.outcome)), drawn: drawn2 };
}
function trueAnswer(name, day) {
  if (name === "taken") return day.taken ? "yes" : "no";
  if (name === "shown") return shownBucket(day.shown);
  if (name === "share") return shareBucket(day);
  return day.drawn === null ? NONE : ofDrawn(name, day.drawn);
}
function localeOf(tag) {
  const found = /^([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}))?(?:[-_.@].*)?$/.exec(tag);
  const language = found?.[1]?.toLowerCase();
  if (!language) return "other";
  return found?.[2] ? `${language}-${found[2].toUpperCase()}` : language;
}
function shownBucket(shown) {
  if (shown === 0) return "0";
  return shown < 10 ? "1-9" : shown < 50 ? "10-49" : shown < 200 ? "50-199" : "200+";
}
function shareBucket({ shown, taken }) {
  if (shown === 0) return NONE;
  if (taken === 0) return "0%";
  const percent = Math.floor(100 * taken / shown);
  return percent < 10 ? "under 10%" : percent < 30 ? "10-29%" : "30%+";
}
function ofDrawn(name, seen) {
  const first = seen.hour - seen.hour % 4;
  switch (name) {
    case "hour":
      return `${first}-${first + 3}`;
    case "length":
      return seen.words < 3 ? String(Math.max(1, seen.words)) : seen.words < 5 ? "3-4" : "5+";
    case "locale":
      return localeOf(seen.locale);
    default:
      return String(seen[name]);
  }
}

// src/private/device.ts
var ALLOWED_SEASONS = 13;
var MILLISECONDS_A_DAY = 864e5;
var DAYS_BEFORE = 2;
var SPREAD_DAYS = 7;
function dayNumber(date) {
  return Math.floor(date.getTime() / MILLISECONDS_A_DAY);
}
function enrol(today, word = secureWord) {
  const beginsDay = today + DAYS_BEFORE + below(SPREAD_DAYS, word);
  return { beginsDay, seasonsLeft: ALLOWED_SEASONS, seasonsBegun: 0, season: null, lastDay: null };
}
function answer(ledger, today, yesterday, word = secureWord) {
  if (today < ledger.beginsDay) throw new RangeError("private statistics: no whole day has been counted yet");
  if (ledger.lastDay !== null && today <= ledger.lastDay) {
    throw new RangeError("private statistics: this day was reported already; one report a day is all that is allowed");
  }
  const season = isRunning(ledger.season, today) ? ledger.season : null;
  if (season) return { ledger: { ...ledger, lastDay: today }, report: reportOf(season, today, word) };
  const now = begun(ledger, today, yesterday, word);
  return { ledger: { ...now, lastDay: today }, report: reportOf(now.season, today, word) };
}
function renewed(ledger) {
  return { ...ledger, seasonsLeft: ALLOWED_SEASONS };
}
function begin(statistic, day, firstDay, word) {
  const row = below(statistic.rows, word);
  const permanent = drawn(statistic, symbols(statistic, day, row), statistic.season, word);
  return { firstDay, statistic: statistic.name, row, permanent };
}
function reportOf(season, today, word) {
  const statistic = STATISTICS.find(({ name }) => name === season.statistic);
  const found = drawn(statistic, season.permanent, statistic.report, word);
  const id = [0, 1, 2, 3].map(() => word().toString(16).padStart(8, "0")).join("");
  const day = new Date(today * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
  return { version: VERSION, id, day, statistic: statistic.name, answer: written(statistic, found, season.row) };
}
function isRunning(season, today) {
  return season !== null && today < season.firstDay + SEASON_DAYS;
}
function begun(ledger, today, yesterday, word) {
  if (ledger.seasonsLeft <= 0) {
    throw new RangeError("private statistics: the allowance is spent; nothing more is sent unless a person renews it");
  }
  const statistic = STATISTICS[below(STATISTICS.length, word)];
  const season = begin(statistic, yesterday(), today, word);
  return { ...ledger, seasonsLeft: ledger.seasonsLeft - 1, seasonsBegun: ledger.seasonsBegun + 1, season };
}
function symbols(statistic, day, row) {
  const truth = trueAnswer(statistic.name, day);
  if (statistic.values) return [statistic.values.indexOf(truth)];
  const place = position(row, truth);
  return Array.from({ length: WIDTH }, (_, at) => Number(at === place));
}
function written(statistic, found, row) {
  return statistic.values ? statistic.values[found[0]] : `${row}:${toHex(found)}`;
}
function toHex(bits) {
  return bits.join("").replace(/.{4}/g, (four) => Number.parseInt(four, 2).toString(16));
}
export {
  ALLOWED_SEASONS,
  EMPTY_DAY,
  MILLISECONDS_A_DAY,
  NONE,
  NUM_ROWS,
  REPORT_EPSILON,
  SEASON_DAYS,
  SEASON_EPSILON,
  STATISTICS,
  VERSION,
  WIDTH,
  answer,
  begin,
  below,
  count,
  dayNumber,
  drawn,
  enrol,
  localeOf,
  position,
  renewed,
  reportOf,
  secureWord,
  trueAnswer
};
